"""The DiT: what holds for it, and diffusers' own with the same weights."""

import pytest
import torch
from torch.testing import assert_close

from companion.networks import DiT, sinusoidal_embedding, summary
from companion.networks.conditions import ClassCondition
from companion.networks.patches import positions
from tests.networks.test_networks import awake

diffusers = pytest.importorskip("diffusers", reason="a requirement of the tests")
SIZES = (  # width, heads, blocks, patch, size, channels, classes
    (32, 4, 2, 2, 8, 1, 10),
    (48, 3, 3, 1, 4, 8, 4),
    (64, 8, 1, 4, 16, 3, 7),
)
THEIR_BLOCK = {  # of a block: our name, theirs
    "modulation": "norm1.linear",
    "attention.out": "attn1.to_out.0",
    "mlp.0": "ff.net.0.proj",
    "mlp.2": "ff.net.2",
}
THEIR_TIME = "norm1.emb.timestep_embedder"


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("sizes", SIZES)
def test_with_the_same_weights_it_is_that_of_diffusers(sizes, seed):
    width, heads, blocks, patch, size, channels, classes = sizes
    torch.manual_seed(seed)
    ours = DiT(
        channels, width, blocks, heads, (patch, patch), condition=ClassCondition(classes, width)
    )
    awake(ours, seed).double().eval()
    with torch.no_grad():  # of a class vector they make nothing more
        ours.cond_proj.weight.copy_(torch.eye(width))
        ours.cond_proj.bias.zero_()
    theirs = theirs_of(ours, width, heads, blocks, patch, size, channels, classes)
    x = torch.randn(3, channels, size, size).double()
    y = torch.tensor([0, classes - 1, classes])  # the last is the null

    def apart(*times):
        """The largest difference, beside the largest number of theirs."""
        with torch.no_grad():
            t = torch.tensor(times)
            expected = theirs(x, t, y).sample
            assert expected.std() > 0.1
            return (ours(x, t, y) - expected).abs().max() / expected.abs().max()

    assert apart(1, 4, 9) < 1e-5
    assert apart(300, 700, 1000) < 2e-4  # angles of a thousand, in float32: see below
    for block in theirs.transformer_blocks:  # the waves of a time as ours are rounded
        block.norm1.emb.time_proj.forward = waves_of_theirs
    assert apart(1, 4, 9) < 1e-12
    assert apart(300, 700, 1000) < 1e-12


def waves_of_theirs(t):
    """Ours, with the cosines first."""
    sines, cosines = sinusoidal_embedding(t, 256).chunk(2, dim=1)
    return torch.cat([cosines, sines], dim=1)


def test_times_are_told_as_in_diffusers_up_to_the_rounding_of_float32():
    """Angles of a thousand are rounded at 1e-4, in another order there: so 1e-5 for early times."""
    from diffusers.models.embeddings import Timesteps

    t, time = torch.arange(1, 1001), Timesteps(256, flip_sin_to_cos=False, downscale_freq_shift=1)
    ours, theirs = sinusoidal_embedding(t, 256), time(t)
    assert_close(ours[:9], theirs[:9], rtol=0, atol=2e-6)
    assert_close(ours, theirs, rtol=0, atol=3e-4)


def test_positions_are_those_of_diffusers_whose_columns_come_first():
    from diffusers.models.embeddings import get_2d_sincos_pos_embed

    theirs = get_2d_sincos_pos_embed(24, (6, 6), base_size=6).float()
    columns, rows = theirs.chunk(2, dim=1)
    assert_close(positions((6, 6), 24), torch.cat([rows, columns], dim=1))


def test_multiply_adds_are_those_of_the_formula():
    """A block: 12 N D^2 of the products with weights, 2 N^2 D of the attention."""
    N, D, blocks = 16, 32, 3
    found = summary(DiT(1, D, blocks, 4), (1, 8, 8)).multiply_adds
    by_hand = blocks * (12 * N * D**2 + 2 * N**2 * D + 6 * D**2)  # and the modulation
    by_hand += 2 * N * 4 * D + 2 * D**2 + 256 * D + D**2  # ends, their modulation, the time
    assert found == by_hand


def theirs_of(ours, width, heads, blocks, patch, size, channels, classes):
    """Their network with our weights."""
    theirs = (
        diffusers.DiTTransformer2DModel(
            num_attention_heads=heads,
            attention_head_dim=width // heads,
            in_channels=channels,
            num_layers=blocks,
            sample_size=size,
            patch_size=patch,
            num_embeds_ada_norm=classes,
            norm_eps=1e-6,
        )
        .double()
        .eval()
    )
    own, state = ours.state_dict(), {}

    def copy(name, of):
        for kind in ("weight", "bias"):
            state[f"{name}.{kind}"] = own[f"{of}.{kind}"]

    for n in range(blocks):
        here, there = f"blocks.{n}", f"transformer_blocks.{n}"
        for mine, name in THEIR_BLOCK.items():
            copy(f"{there}.{name}", f"{here}.{mine}")
        for kind in ("weight", "bias"):
            parts = own[f"{here}.attention.qkv.{kind}"].chunk(3)
            for letter, part in zip("qkv", parts, strict=True):
                state[f"{there}.attn1.to_{letter}.{kind}"] = part
        copy(f"{there}.{THEIR_TIME}.linear_1", "time.mlp.0")
        copy(f"{there}.{THEIR_TIME}.linear_2", "time.mlp.2")
        sines, cosines = own["time.mlp.0.weight"].chunk(2, dim=1)  # their cosines come first
        state[f"{there}.{THEIR_TIME}.linear_1.weight"] = torch.cat([cosines, sines], dim=1)
        table = own["condition.embedding.weight"]
        state[f"{there}.norm1.emb.class_embedder.embedding_table.weight"] = table
    weight = own["patch_proj.weight"].reshape(width, channels, patch, patch)
    state["pos_embed.proj.weight"], state["pos_embed.proj.bias"] = weight, own["patch_proj.bias"]
    copy("proj_out_1", "final.modulation")
    for kind in ("weight", "bias"):  # of a patch they have the channels last
        rows = own[f"final.linear.{kind}"].unflatten(0, (channels, patch**2)).transpose(0, 1)
        state[f"proj_out_2.{kind}"] = rows.flatten(0, 1)
    missing, unexpected = theirs.load_state_dict(state, strict=False)
    assert not unexpected and not missing
    grid = (size // patch, size // patch)
    theirs.pos_embed.pos_embed.copy_(positions(grid, width)[None])  # rows first, see above
    return theirs
