"""The blocks compute what diffusers' blocks compute with the same weights."""

import math

import pytest
import torch
import torch.nn.functional as F
from diffusers.models.attention_processor import Attention as TheirAttention
from diffusers.models.embeddings import get_timestep_embedding
from diffusers.models.resnet import Downsample2D, ResnetBlock2D, Upsample2D
from torch import nn
from torch.testing import assert_close

from companion.networks import (
    Attention,
    Downsample,
    ResBlock,
    TimeEmbedding,
    Upsample,
    sinusoidal_embedding,
)
from companion.networks.blocks import attend, norm, zero_module
from tests.networks.test_networks import awake

CLOSE = {"rtol": 1e-5, "atol": 1e-5}
NAMES = {"emb_proj": "time_emb_proj", "shortcut": "conv_shortcut"}


def image(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def with_weights_of(theirs, ours):
    """Their block with our weights; each of ours has to have its place."""
    state = {}
    for key, value in ours.state_dict().items():
        part, _, kind = key.partition(".")
        state[f"{NAMES.get(part, part)}.{kind}"] = value
    theirs.load_state_dict(state)
    return theirs


@pytest.mark.parametrize(("ch_in", "ch_out"), [(16, 16), (16, 24), (24, 8)])
def test_a_block_with_the_time_is_diffusers(ch_in, ch_out):
    ours = awake(ResBlock(ch_in, ch_out, emb_dim=12))
    groups = {8: 1, 16: 2, 24: 3}
    theirs = ResnetBlock2D(
        in_channels=ch_in,
        out_channels=ch_out,
        temb_channels=12,
        groups=groups[ch_in],
        groups_out=groups[ch_out],
        eps=1e-5,
        time_embedding_norm="scale_shift",
    )
    x, emb = image(3, ch_in, 6, 10), image(3, 12, seed=1)
    expected = with_weights_of(theirs, ours)(x, emb)
    assert_close(ours(x, emb), expected, **CLOSE)


def test_a_block_without_the_time_is_diffusers():
    ours = awake(ResBlock(16, 8))
    theirs = ResnetBlock2D(
        in_channels=16, out_channels=8, temb_channels=None, groups=2, groups_out=1, eps=1e-5
    )
    x = image(2, 16, 4, 6)
    assert_close(ours(x), with_weights_of(theirs, ours)(x, None), **CLOSE)


@pytest.mark.parametrize("heads", [None, 2, 4])
def test_attention_is_diffusers(heads):
    ours = awake(Attention(16) if heads is None else Attention(16, heads))
    heads = heads or 1
    theirs = TheirAttention(
        16,
        heads=heads,
        dim_head=16 // heads,
        bias=True,
        norm_num_groups=2,
        residual_connection=True,
    )
    state = {f"group_norm.{name}": p for name, p in ours.norm.named_parameters()}
    for kind, last in (("weight", (16, 16)), ("bias", (16,))):
        parts = zip("qkv", getattr(ours.qkv, kind).chunk(3), strict=True)
        state |= {f"to_{part}.{kind}": p.reshape(last) for part, p in parts}
        state[f"to_out.0.{kind}"] = getattr(ours.out, kind).reshape(last)
    theirs.load_state_dict(state)
    x = image(2, 16, 3, 5)
    assert_close(ours(x), theirs(x), **CLOSE)


@pytest.mark.parametrize("dtype, within", [(torch.float32, 1e-6), (torch.bfloat16, 0.02)])
def test_attention_written_out_is_pytorchs(dtype, within):
    """In bfloat16 the products are ours, in float32 PyTorch's; float64 says what is right."""
    g = torch.Generator().manual_seed(0)
    rows = torch.randn(3, 2, 4, 9, 8, generator=g).to(dtype)
    q, k, v = (row.clone().requires_grad_() for row in rows)
    exact = [row.detach().double().requires_grad_() for row in (q, k, v)]
    found, right = attend(q, k, v), F.scaled_dot_product_attention(*exact)
    assert found.dtype == dtype
    assert_close(found.double(), right, rtol=within, atol=within)
    by = torch.randn(right.shape, generator=g).to(dtype)
    gradients = torch.autograd.grad(found, (q, k, v), by)
    rights = torch.autograd.grad(right, exact, by.double())
    for gradient, right in zip(gradients, rights, strict=True):
        assert_close(gradient.double(), right, rtol=4 * within, atol=4 * within)


def test_attention_in_bfloat16_on_a_cpu_is_not_the_slow_one(monkeypatch):
    asked = []
    theirs = F.scaled_dot_product_attention
    monkeypatch.setattr(
        F, "scaled_dot_product_attention", lambda *qkv: asked.append(qkv[0].dtype) or theirs(*qkv)
    )
    block, x = awake(Attention(16, 2)), image(2, 16, 3, 5)
    block(x)
    with torch.autocast("cpu", torch.bfloat16):
        block(x)
    assert asked == [torch.float32]


def test_halving_and_doubling_are_diffusers():
    x = image(2, 8, 6, 10)
    down = awake(Downsample(8))
    assert_close(
        down(x), with_weights_of(Downsample2D(8, use_conv=True, name="op"), down)(x), **CLOSE
    )
    up = awake(Upsample(8))
    assert_close(up(x), with_weights_of(Upsample2D(8, use_conv=True), up)(x), **CLOSE)


def test_doubling_repeats_pixels_and_mixes_none():
    """Before the convolution: so a convolution that passes on the middle leaves squares."""
    up = Upsample(1)
    up.conv.weight.data = torch.zeros(1, 1, 3, 3)
    up.conv.weight.data[0, 0, 1, 1] = 1.0
    up.conv.bias.data.zero_()
    x = image(1, 1, 3, 2)
    assert torch.equal(up(x), x.repeat_interleave(2, 2).repeat_interleave(2, 3))


@pytest.mark.parametrize(
    ("channels", "groups"),
    [
        (1, 1),
        (7, 1),
        (8, 1),
        (15, 1),
        (16, 2),
        (24, 3),
        (34, 2),
        (44, 4),
        (48, 6),
        (64, 8),
        (35, 1),
    ],
)
def test_groups_are_of_about_eight_channels_and_divide_them(channels, groups):
    found = norm(channels)
    assert (found.num_groups, found.num_channels, found.eps) == (groups, channels, 1e-5)


def test_what_is_to_start_at_nothing_does_and_the_rest_does_not():
    block, attention = ResBlock(8, 16, 4), Attention(8)
    for module in (block.conv2, attention.out):
        assert all(p.eq(0).all() for p in module.parameters())
    for module in (block.conv1, block.emb_proj, block.shortcut, attention.qkv):
        assert all(p.ne(0).any() for p in module.parameters())
    x = image(2, 8, 4, 4)
    assert torch.equal(attention(x), x)
    assert torch.equal(block(x, image(2, 4)), block.shortcut(x))
    linear = nn.Linear(3, 2)
    assert zero_module(linear) is linear and linear.bias.eq(0).all()


def test_heads_divide_the_channels():
    with pytest.raises(ValueError, match="heads: got 3, expected a number that divides 16"):
        Attention(16, 3)


@pytest.mark.parametrize("dim", [2, 4, 32, 64])
def test_waves_are_diffusers(dim):
    t = torch.tensor([0, 1, 17, 250, 1000])
    if dim == 2:  # theirs divides by zero; the one wave is the shortest
        expected = torch.stack([t.float().sin(), t.float().cos()], dim=1)
    else:
        expected = get_timestep_embedding(t, dim)
    assert_close(sinusoidal_embedding(t, dim), expected, rtol=1e-4, atol=1e-4)
    assert sinusoidal_embedding(t, dim).dtype == torch.float32


def test_the_longest_wave_is_as_long_as_it_is_asked_to_be():
    sine, cosine = sinusoidal_embedding(torch.tensor([3.5]), 8, longest=50.0)[0, [3, 7]].tolist()
    assert sine == pytest.approx(math.sin(3.5 / 50), rel=1e-5)
    assert cosine == pytest.approx(math.cos(3.5 / 50), rel=1e-5)


@pytest.mark.parametrize(("waves", "asked"), [(32, {}), (8, {"waves": 8})])
def test_the_time_goes_through_waves_and_two_layers(waves, asked):
    embedding = awake(TimeEmbedding(12, **asked))
    t = torch.tensor([1, 30, 999])
    first, _, last = embedding.mlp
    h = get_timestep_embedding(t, waves) @ first.weight.T + first.bias
    h = h * h.sigmoid()
    assert_close(embedding(t), h @ last.weight.T + last.bias, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.int64])
def test_waves_are_single_whatever_the_time_and_the_layers_keep_theirs(dtype):
    t = torch.tensor([1, 30, 999]).to(dtype)
    assert sinusoidal_embedding(t, 8).dtype == torch.float32
    assert_close(sinusoidal_embedding(t, 8), sinusoidal_embedding(t.float(), 8))
    assert TimeEmbedding(12).double()(t).dtype == torch.float64


@pytest.mark.parametrize("dim", [0, 1, 3, (1 << 20) + 2, 4.0])
def test_waves_are_an_even_number_of_them(dim):
    assert sinusoidal_embedding(torch.tensor([1.0]), 2).shape == (1, 2)
    with pytest.raises(ValueError, match=rf"dim: got {dim}"):
        sinusoidal_embedding(torch.tensor([1.0]), dim)
    for t in (torch.tensor(1.0), torch.ones(1, 1)):
        with pytest.raises(ValueError, match=r"t: got shape .*, expected \(B,\)"):
            sinusoidal_embedding(t, 4)
