"""What holds for patches, positions, the blocks of a DiT and the DiT itself.

`lib` has the public names of `networks.blocks`, `networks.patches`, `networks.dit_blocks`,
`networks.joint` and `networks.dit`: the package's own, or a copy with one line broken.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn
from torch.testing import assert_close

from companion.networks.conditions import (
    ClassCondition,
    Condition,
    Embedded,
    ImageCondition,
    WordCondition,
)
from tests.networks.block_properties import awake

B, D, M = 3, 12, 4
CASES = {  # shape of x, patch
    "image": ((2, 4, 6), (2, 2)),
    "a patch not square": ((2, 4, 6), (4, 3)),
    "single pixels": ((3, 2, 3), (1, 1)),
    "film": ((2, 4, 2, 6), (2, 1, 3)),
}
THERE = torch.tensor([[1, 1, 0, 0], [1, 1, 1, 1], [1, 0, 1, 0]]).bool()
WORDS = torch.tensor([[1, 2, 0], [1, 3, 2], [0, 0, 0]])
T = torch.tensor([1, 40, 900])


def drawn(*shape, seed=0):
    g = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=g, dtype=torch.float64)


def made(module, seed=0):
    torch.manual_seed(seed)
    return awake(module).double().eval()


def streams():
    return drawn(B, 6, D), drawn(B, D, seed=1), drawn(B, M, D, seed=2), THERE


def blocks(lib):
    names = "InContextBlock CrossAttentionBlock AdaLNBlock AdaLNZeroBlock JointBlock".split()
    return [getattr(lib, name) for name in names]


def patches_and_back_to_the_bit(lib):
    for shape, patch in CASES.values():
        x = drawn(B, *shape)
        tokens = lib.patchify(x, patch)
        count = math.prod(shape[1:]) // math.prod(patch)
        assert tokens.shape == (B, count, shape[0] * math.prod(patch))
        assert torch.equal(lib.unpatchify(tokens, patch, shape), x)


def a_patch_is_cut_out_where_it_stands(lib):
    """One number after the other, by indices."""
    (C, H, W), (p, q) = CASES["a patch not square"]
    x = drawn(B, C, H, W)
    tokens = lib.patchify(x, (p, q))
    for c, i, j in torch.cartesian_prod(*map(torch.arange, (C, H, W))).tolist():
        n, k = i // p * (W // q) + j // q, (c * p + i % p) * q + j % q
        assert torch.equal(tokens[:, n, k], x[:, c, i, j])
    (C, S, H, W), (f, p, q) = CASES["film"]
    x = drawn(B, C, S, H, W)
    tokens = lib.patchify(x, (f, p, q))
    for c, s, i, j in torch.cartesian_prod(*map(torch.arange, (C, S, H, W))).tolist():
        n = (s // f * (H // p) + i // p) * (W // q) + j // q
        k = ((c * f + s % f) * p + i % p) * q + j % q
        assert torch.equal(tokens[:, n, k], x[:, c, s, i, j])


def positions_are_sines_of_each_axis(lib):
    """Written out; the order of tokens is that of patchify."""
    grid, dim = (2, 3, 4), 24
    found = lib.positions(grid, dim).double()
    assert found.shape == (24, dim)
    for n, place in enumerate(torch.cartesian_prod(*map(torch.arange, grid)).tolist()):
        expected = [
            wave(at / 10_000 ** (i / 4))
            for at in place
            for wave in (math.sin, math.cos)
            for i in range(4)
        ]
        assert_close(found[n], torch.tensor(expected, dtype=torch.float64), rtol=0, atol=1e-6)
    faster = lib.positions((2, 3), 8, longest=50).double()
    assert_close(faster[4, 1], torch.tensor(1 / 50**0.5).double().sin(), rtol=0, atol=1e-6)
    row = lib.positions((4,), 8)  # a single axis
    assert torch.equal(row, lib.positions((1, 4), 16)[:, 8:])


def wrong_sizes_are_named(lib):
    x = drawn(B, 2, 4, 6)
    for patch in ((3, 2), (2, 4), (2,), (2, 2, 2), (0, 2), (-2, 2), (2.0, 2), (True, 2), 2):
        refused(lambda patch=patch: lib.patchify(x, patch), "patch: got ", "(4, 6)")
    refused(lambda: lib.unpatchify(drawn(B, 5, 8), (2, 2), (2, 4, 6)), "tokens: got ", "(B, 6, 8)")
    refused(lambda: lib.unpatchify(drawn(B, 6, 7), (2, 2), (2, 4, 6)), "tokens: got ", "(B, 6, 8)")
    refused(lambda: lib.unpatchify(drawn(B, 6, 8), 2, (2, 4, 6)), "patch: got 2", "(4, 6)")
    refused(lambda: lib.patchify(drawn(B, 1, 0, 8), (2, 2)), "patch: got (2, 2)", "(0, 8)")
    refused(lambda: lib.patchify([1, 2], (2, 2)), "x: got list")
    refused(lambda: lib.unpatchify([1, 2], (2, 2), (2, 4, 6)), "tokens: got list")
    for shape in ((), (2,), (2.0, 4, 6), (2, 4.0, 6), (0, 4, 6), 4):
        words = f"shape: got {shape}", "(C, H, W)"
        refused(lambda shape=shape: lib.unpatchify(drawn(B, 6, 8), (2, 2), shape), *words)
    for grid in ((), (0, 3), (-2, 3), (2.5, 3), 4):
        refused(lambda grid=grid: lib.positions(grid, 8), f"grid: got {grid}", "in tokens")
    for dim in (0, -4, 8.0):
        words = f"dim: got {dim}", "expected a whole number"
        refused(lambda dim=dim: lib.positions((2, 3), dim), *words)
    refused(lambda: lib.positions((2, 3), 10), "dim: got 10, expected a multiple of 4", "2 axes")
    refused(lambda: lib.positions((2, 3, 2), 8), "dim: got 8, expected a multiple of 6", "3 axes")


def refused(call, *words):
    try:
        call()
    except ValueError as error:
        assert all(word in str(error) for word in words), error
    except (RuntimeError, LookupError, TypeError, AttributeError, ZeroDivisionError) as error:
        raise AssertionError(f"not at the door, but further in: {error}") from None
    else:
        raise AssertionError(f"taken, in place of {words}")


def gates_of_zero_are_the_identity(lib):
    h, emb, told, mask = streams()
    for kind in (lib.AdaLNZeroBlock, lib.JointBlock):
        found, words = kind(D, 3).double()(h, emb, told, mask)
        assert torch.equal(found, h) and torch.equal(words, told)
    for kind in (lib.InContextBlock, lib.CrossAttentionBlock, lib.AdaLNBlock):
        found, _ = kind(D, 3).double()(h, emb, told, mask)
        assert (found - h).abs().max() > 1e-2
    assert torch.equal(lib.FinalLayer(D, 5).double()(h, emb), torch.zeros_like(h[..., :5]))


def nothing_is_modulated_at_first(lib):
    h, emb, told, mask = streams()
    other = drawn(B, D, seed=5)
    adaln = lib.AdaLNBlock(D, 3).double()
    assert torch.equal(adaln(h, emb, told, mask)[0], adaln(h, other, told, mask)[0])
    for kind in (lib.JointBlock, lib.JointBlock.final_block):
        stream = kind(D, 3).double().words
        assert torch.equal(stream.qkv_of(told, emb), stream.qkv_of(told, other))
    final = lib.FinalLayer(D, 5).double()
    nn.init.normal_(final.linear.weight)
    assert torch.equal(final(h, emb), final(h, other))


def attention_of(qkv, out, heads, x, keys=None, seen=None):
    """PyTorch's own, with such weights."""
    theirs = nn.MultiheadAttention(D, heads, batch_first=True).double()
    theirs.load_state_dict(
        {
            "in_proj_weight": qkv.weight,
            "in_proj_bias": qkv.bias,
            "out_proj.weight": out.weight,
            "out_proj.bias": out.bias,
        }
    )
    keys = x if keys is None else keys
    return theirs(x, keys, keys, key_padding_mask=None if seen is None else ~seen)[0]


def adaln_is_written_out(lib):
    """Norm, scale around one, shift; with gates, and without."""
    h, emb, told, mask = streams()
    for kind, count in ((lib.AdaLNBlock, 4), (lib.AdaLNZeroBlock, 6)):
        block = made(kind(D, 3))
        said = F.linear(F.silu(emb), block.modulation.weight, block.modulation.bias)
        parts = [part[:, None] for part in said.chunk(count, dim=1)]
        if count == 4:
            parts = [*parts[:2], 1.0, *parts[2:], 1.0]
        shift1, scale1, gate1, shift2, scale2, gate2 = parts
        own = block.attention
        x = F.layer_norm(h, (D,), eps=1e-6) * (1 + scale1) + shift1
        mid = h + gate1 * attention_of(own.qkv, own.out, 3, x)
        x = F.layer_norm(mid, (D,), eps=1e-6) * (1 + scale2) + shift2
        expected = mid + gate2 * mlp_of(block.mlp, x)
        found, words = block(h, emb, told, mask)
        assert_close(found, expected)
        assert torch.equal(words, told)


def cross_attention_is_written_out(lib):
    h, emb, told, mask = streams()
    block = made(lib.CrossAttentionBlock(D, 3))
    own, read = block.attention, block.cross_attention
    mid = h + attention_of(own.qkv, own.out, 3, norm_of(block.norm1, h))
    both = SimpleLinear(
        torch.cat([read.q.weight, read.kv.weight]), torch.cat([read.q.bias, read.kv.bias])
    )
    mid = mid + attention_of(both, read.out, 3, norm_of(block.norm2, mid), told, mask)
    found, words = block(h, emb, told, mask)
    assert_close(found, mid + mlp_of(block.mlp, norm_of(block.norm3, mid)))
    assert torch.equal(words, told)


def norm_of(norm, h):
    """A norm with a scale and a shift of its own."""
    return F.layer_norm(h, (D,), norm.weight, norm.bias)


def mlp_of(mlp, h, approximate="tanh"):
    assert [type(part) for part in mlp.children()] == [nn.Linear, nn.GELU, nn.Linear]
    first, last = mlp[0], mlp[2]
    return last(F.gelu(first(h), approximate=approximate))


class SimpleLinear:
    """A weight and a bias."""

    def __init__(self, weight, bias):
        self.weight, self.bias = weight, bias


def in_context_is_one_sequence(lib):
    h, emb, told, mask = streams()
    block = made(lib.InContextBlock(D, 3))
    own, both = block.block, torch.cat([told, h], dim=1)
    seen = torch.cat([mask, torch.ones(B, 6, dtype=torch.bool)], dim=1)
    mid = both + attention_of(own.qkv, own.out, 3, norm_of(own.norm1, both), seen=seen)
    expected = mid + mlp_of(own.mlp, norm_of(own.norm2, mid), approximate="none")
    found, words = block(h, emb, told, mask)
    assert_close(found, expected[:, M:])
    assert_close(words, expected[:, :M])


def joint_attention_is_written_out(lib):
    """Each stream with weights of its own, one softmax over both."""
    h, emb, told, mask = streams()
    block = made(lib.JointBlock(D, 3))
    streams_of = {"words": (block.words, told), "patches": (block.patches, h)}
    said, q, k, v = {}, [], [], []
    for name, (own, x) in streams_of.items():
        said[name] = own.modulation(F.silu(emb))[:, None].chunk(6, dim=2)
        shift, scale = said[name][:2]
        qkv = own.qkv(F.layer_norm(x, (D,), eps=1e-6) * (1 + scale) + shift)
        for parts, one in zip((q, k, v), qkv.chunk(3, dim=2), strict=True):
            parts.append(one.reshape(B, -1, 3, 4))
    q, k, v = (torch.cat(parts, dim=1) for parts in (q, k, v))
    scores = torch.einsum("bnhd,bmhd->bhnm", q, k) / 2
    seen = torch.cat([mask, torch.ones(B, 6, dtype=torch.bool)], dim=1)
    weights = scores.exp() * seen[:, None, None]
    weights = weights / weights.sum(dim=3, keepdim=True)
    found = torch.einsum("bhnm,bmhd->bnhd", weights, v).reshape(B, -1, D)
    expected = []
    for (name, (own, x)), part in zip(
        streams_of.items(), (found[:, :M], found[:, M:]), strict=True
    ):
        _, _, gate1, shift, scale, gate2 = said[name]
        x = x + gate1 * own.out(part)
        normed = F.layer_norm(x, (D,), eps=1e-6) * (1 + scale) + shift
        expected.append(x + gate2 * mlp_of(own.mlp, normed))
    patches, words = block(h, emb, told, mask)
    assert_close(words, expected[0])
    assert_close(patches, expected[1])
    last = lib.LastJointBlock(D, 3).double()
    state = {k: v for k, v in block.state_dict().items() if k in last.state_dict()}
    for name in ("words.modulation.weight", "words.modulation.bias"):
        state[name] = state[name][: 2 * D]
    last.load_state_dict(state)
    patches, words = last(h, emb, told, mask)
    assert_close(patches, expected[1])
    assert torch.equal(words, told)


def what_is_masked_has_no_influence(lib):
    h, emb, told, mask = streams()
    loud = torch.where(mask[..., None], told, 1e6 * drawn(B, M, D, seed=3))
    order = torch.tensor([2, 0, 3, 1])
    for kind in (lib.InContextBlock, lib.CrossAttentionBlock, lib.JointBlock):
        block = made(kind(D, 3))
        found = block(h, emb, told, mask)[0]
        assert torch.equal(block(h, emb, loud, mask)[0], found), kind
        moved = block(h, emb, told[:, order], mask[:, order])[0]
        assert_close(moved, found, rtol=0, atol=1e-12)
        assert (block(h, emb, told.roll(1, 0), mask)[0] - found).abs().max() > 1e-3


def heads_must_divide(lib):
    for kind in (*blocks(lib), lib.SelfAttention, lib.TokenCrossAttention):
        refused(lambda kind=kind: kind(D, 5), "heads: got 5, expected a number that divides 12")


def dit(lib, condition=None, block="AdaLNZeroBlock", patch=(2, 2), channels=2):
    torch.manual_seed(0)
    return lib.DiT(channels, D, 2, 3, patch, getattr(lib, block), condition)


def the_network_is_put_together_as_said(lib):
    """Without a condition, with a class, and with words: by hand."""
    x = drawn(B, 2, 4, 6)
    for block in ("AdaLNZeroBlock", "JointBlock"):
        for case in ("none", "class", "words"):
            condition = {
                "none": None,
                "class": ClassCondition(5, 7),
                "words": WordCondition(5, 3, 8, depth=1),
            }[case]
            network = made(dit(lib, condition, block))
            y = {"none": None, "class": torch.tensor([0, 4, 2]), "words": WORDS}[case]
            time = network.time(T)
            emb, told, mask = time, time[:, None], torch.ones(B, 1, dtype=torch.bool)
            if case == "class":
                vector = network.cond_proj(network.condition.embedding(y))
                emb, told = time + vector, torch.stack([time, vector], dim=1)
                mask = mask.expand(B, 2)
            if case == "words":
                said = network.condition(y, B)
                tokens = network.cond_proj(said.tokens)
                means = [row[seen].mean(dim=0) for row, seen in zip(tokens, said.mask, strict=True)]
                emb = time + torch.stack(means)
                told = torch.cat([told, tokens], dim=1)
                mask = torch.cat([mask, said.mask], dim=1)
            h = network.patch_proj(lib.patchify(x, (2, 2))) + lib.positions((2, 3), D).double()
            for own in network.blocks:
                h, told = own(h, emb, told, mask)
            expected = lib.unpatchify(network.final(h, emb), (2, 2), (2, 4, 6))
            assert_close(network(x, T, y), expected)


def a_film_is_put_together_as_said(lib):
    """Its places have three axes, and it is told the time."""
    film, network = drawn(B, 2, 4, 2, 6), made(dit(lib, patch=(2, 1, 3)))
    time, there = network.time(T), torch.ones(B, 1, dtype=torch.bool)
    h = network.patch_proj(lib.patchify(film, (2, 1, 3))) + lib.positions((2, 2, 2), D).double()
    told = time[:, None]
    for own in network.blocks:
        h, told = own(h, time, told, there)
    expected = lib.unpatchify(network.final(h, time), (2, 1, 3), film.shape[1:])
    assert_close(network(film, T), expected)


class Beside(Condition):
    """Tokens, and channels beside x_t."""

    token_dim, channels = 7, 1

    def forward(self, cond, count):
        yes = torch.ones(count, M, dtype=torch.bool)
        return Embedded(tokens=drawn(count, M, 7), mask=yes, channels=drawn(count, 1, 4, 6, seed=4))


def channels_stand_beside_tokens(lib):
    network, x = made(dit(lib, Beside())), drawn(B, 2, 4, 6)
    given, time = network.condition(None, B), network.time(T)
    tokens = network.cond_proj(given.tokens)
    emb, told = time + tokens.mean(dim=1), torch.cat([time[:, None], tokens], dim=1)
    h = network.patch_proj(lib.patchify(torch.cat([x, given.channels], dim=1), (2, 2)))
    h = h + lib.positions((2, 3), D).double()
    for own in network.blocks:
        h, told = own(h, emb, told, torch.ones(B, 1 + M, dtype=torch.bool))
    assert_close(network(x, T), lib.unpatchify(network.final(h, emb), (2, 2), x.shape[1:]))


class Both(Condition):
    """A vector and tokens at once."""

    vector_dim = token_dim = 7


class Masked(Condition):
    """Tokens, none of which counts."""

    token_dim = 7

    def forward(self, cond, count):
        no = torch.zeros(count, M, dtype=torch.bool)
        return Embedded(tokens=drawn(count, M, 7), mask=no)


def nothing_but_filler_adds_nothing(lib):
    """Where all tokens are masked, the embedding is that of the time, and not 0 / 0."""
    network, x = made(dit(lib, Masked())), drawn(B, 2, 4, 6)
    plain = made(dit(lib))
    plain.load_state_dict({k: v for k, v in network.state_dict().items() if "cond" not in k})
    assert_close(network(x, T), plain(x, T))


def one_side_stands_for_both(lib):
    x = drawn(B, 2, 4, 6)
    assert torch.equal(made(dit(lib, patch=2))(x, T), made(dit(lib, patch=(2, 2)))(x, T))


def nothing_said_is_the_null(lib):
    x = drawn(B, 2, 4, 6)
    for condition in (ClassCondition(5, 7), WordCondition(5, 3, 8, depth=1)):
        for block in blocks(lib):
            network = made(dit(lib, condition, block.__name__))
            null = condition.null.expand(B, *condition.null.shape)
            assert torch.equal(network(x, T), network(x, T, null))


def an_image_stands_beside_xt(lib):
    network = made(dit(lib, ImageCondition(1, 4)))
    x, y = drawn(B, 2, 4, 4), (drawn(B, 2, 4, 4, seed=1) > 0).double()
    assert network.patch_proj.in_features == 4 * (2 + 2)
    channels = network.condition(y, B).channels
    time = network.time(T)
    h = network.patch_proj(lib.patchify(torch.cat([x, channels], dim=1), (2, 2)))
    h, told = h + lib.positions((2, 2), D).double(), time[:, None]
    for own in network.blocks:
        h, told = own(h, time, told, torch.ones(B, 1, dtype=torch.bool))
    assert_close(network(x, T, y), lib.unpatchify(network.final(h, time), (2, 2), x.shape[1:]))


def positions_matter(lib):
    """The same patches at other places: with the positions the output is another one."""
    network = made(dit(lib))
    x = drawn(B, 2, 4, 6)
    order = torch.tensor([4, 2, 0, 5, 1, 3])
    moved = lib.unpatchify(lib.patchify(x, (2, 2))[:, order], (2, 2), x.shape[1:])
    expected = lib.patchify(network(x, T), (2, 2))[:, order]
    found = lib.patchify(network(moved, T), (2, 2))
    assert (found - expected).abs().max() > 1e-3
    network._positions = lambda xt: torch.zeros(6, D).double()
    expected = lib.patchify(network(x, T), (2, 2))[:, order]
    assert_close(lib.patchify(network(moved, T), (2, 2)), expected, rtol=0, atol=1e-12)


def patches_moved_with_their_positions_move_the_output(lib):
    network = made(dit(lib))
    x, order = drawn(B, 2, 4, 6), torch.tensor([4, 2, 0, 5, 1, 3])
    places = network._positions(x)
    expected = lib.patchify(network(x, T), (2, 2))[:, order]
    network._positions = lambda xt: places[order]
    moved = lib.unpatchify(lib.patchify(x, (2, 2))[:, order], (2, 2), x.shape[1:])
    assert_close(lib.patchify(network(moved, T), (2, 2)), expected, rtol=0, atol=1e-12)


def no_weight_is_without_a_gradient(lib):
    """A weight that nothing asks for has no moments, and no file of a run could be read again."""
    x, y = drawn(B, 2, 4, 6).float(), WORDS
    for block in blocks(lib):
        network = awake(dit(lib, WordCondition(5, 3, 8, depth=1), block.__name__))
        network(x, T, y).square().sum().backward()
        assert [name for name, p in network.named_parameters() if p.grad is None] == []
    kinds = [type(own) for own in dit(lib, block="JointBlock").blocks]
    assert kinds == [lib.JointBlock, lib.LastJointBlock]


def it_begins_at_zero_and_takes_films(lib):
    x = drawn(B, 2, 4, 6).float()
    for block in blocks(lib):
        assert torch.equal(dit(lib, block=block.__name__)(x, T), torch.zeros_like(x))
    film = drawn(B, 2, 4, 2, 6)
    network = made(dit(lib, patch=(2, 1, 3)))
    found = network(film, T)
    assert found.shape == film.shape
    other = torch.cat([film[:1], film[1:].roll(1, dims=2)])  # the other films, later
    assert_close(network(other, T)[0], found[0], rtol=0, atol=1e-12)
    assert (network(other, T)[1:] - found[1:]).abs().max() > 1e-3


def bad_input_is_named(lib):
    network = dit(lib)
    x = drawn(B, 2, 4, 6)
    refused(lambda: network(drawn(B, 3, 4, 6), T), "xt: got shape (3, 3, 4, 6)", "(B, 2, H, W)")
    refused(lambda: network(drawn(B, 2, 4, 5), T), "patch: got (2, 2)", "(4, 5)")
    refused(lambda: network(x, T[:2]), "t: got shape (2,), expected (3,)")
    refused(lambda: network(x, [1, 2, 3]), "t: got list, expected a torch.Tensor of shape (3,)")
    refused(lambda: network([1], T), "xt: got list")
    refused(lambda: network(x.int(), T), "xt: got dtype torch.int32")
    refused(lambda: network(x[:0], T[:0]), "xt: got shape (0, 2, 4, 6)")
    beside = dit(lib, ImageCondition(1, 8)).double()
    refused(lambda: beside(x, T), "xt: got sides (4, 6), expected (8, 8)")
    film = dit(lib, ImageCondition(1, 8), patch=(1, 2, 2)).double()
    refused(lambda: film(drawn(B, 2, 2, 8, 8), T), "xt: got sides (2, 8, 8), expected (8, 8)")
    for block in ("joint", nn.Linear, lib.FinalLayer, None):
        refused(lambda block=block: lib.DiT(block=block), "block: got", "such as AdaLNZeroBlock")
    refused(lambda: network(x, T, T), "cond: got", "without conditions")
    refused(lambda: dit(lib, patch=(1, 2, 2))(x, T), "xt: got shape", "(B, 2, F, H, W)")
    refused(lambda: lib.DiT(width=10, heads=1), "width: got 10, expected a multiple of 4")
    for name in ("channels", "width", "blocks", "heads", "patch"):
        for size in (0, -2, 2.5, None):
            refused(lambda name=name, size=size: lib.DiT(**{name: size}), f"{name}: got {size}")
    for patch in ((2, 2.0), (2, 2, 0), [True, 2]):
        wrong = next(side for side in patch if side != 2 or type(side) is not int)
        refused(lambda patch=patch: lib.DiT(patch=patch), f"patch: got {wrong}")
    refused(lambda: lib.DiT(patch="22"), "patch: got '2'")
    refused(lambda: lib.DiT(patch=(2, 2, 2, 2)), "patch: got (2, 2, 2, 2)", "expected two sides")
    refused(lambda: lib.DiT(patch=(2,)), "patch: got (2,)", "expected two sides")
    refused(lambda: dit(lib, Both()), "condition: got a vector and tokens")


ALL = (
    patches_and_back_to_the_bit,
    a_patch_is_cut_out_where_it_stands,
    positions_are_sines_of_each_axis,
    wrong_sizes_are_named,
    gates_of_zero_are_the_identity,
    nothing_is_modulated_at_first,
    adaln_is_written_out,
    cross_attention_is_written_out,
    in_context_is_one_sequence,
    joint_attention_is_written_out,
    what_is_masked_has_no_influence,
    heads_must_divide,
    the_network_is_put_together_as_said,
    a_film_is_put_together_as_said,
    channels_stand_beside_tokens,
    nothing_but_filler_adds_nothing,
    one_side_stands_for_both,
    nothing_said_is_the_null,
    an_image_stands_beside_xt,
    no_weight_is_without_a_gradient,
    positions_matter,
    patches_moved_with_their_positions_move_the_output,
    it_begins_at_zero_and_takes_films,
    bad_input_is_named,
)
