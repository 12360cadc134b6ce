"""What a network is told: one null, masks that mask, and PyTorch's own attention beside ours."""

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from companion.networks import UNet
from companion.networks.blocks import CrossAttention, TextBlock, attend
from companion.networks.conditions import (
    NULLS,
    PAD,
    BagOfWords,
    ClassCondition,
    GivenTokens,
    ImageCondition,
    WordCondition,
    drop,
)
from tests.networks.test_networks import awake

B, N, D = 3, 5, 8
WORDS = torch.tensor([[1, 2, 3, PAD, PAD], [1, 3, 2, 4, 5], [1, PAD, PAD, PAD, PAD]])


def drawn(*shape, seed=0):
    g = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=g, dtype=torch.float64)


def made(module, seed=0):
    """With random weights where there were zeros, in float64."""
    torch.manual_seed(seed)
    return awake(module()).double().eval()


GIVEN = torch.cat([(WORDS != PAD).double()[..., None], drawn(B, N, 4, seed=9)], dim=-1)

CONDITIONS = {
    "class": (lambda: ClassCondition(4, D), torch.tensor([0, 3, 1])),
    "words": (lambda: WordCondition(6, N, D, depth=1), WORDS),
    "words, zeros": (lambda: WordCondition(6, N, D, depth=1, null="zeros"), WORDS),
    "words, empty": (lambda: WordCondition(6, N, D, depth=1, null="empty"), WORDS),
    "bag": (lambda: BagOfWords(6, N, D), WORDS),
    "frozen": (lambda: GivenTokens(N, 4, D), GIVEN),
    "image": (lambda: ImageCondition(2, 8), (drawn(B, 3, 8, 8) > 0).double()),
}


def unet(name, seed=0):
    return made(lambda: UNet(2, 8, (1, 2), attention=(1,), condition=CONDITIONS[name][0]()), seed)


@pytest.fixture(params=CONDITIONS)
def told(request):
    """A network with a condition, and a condition for each of three images."""
    return unet(request.param), CONDITIONS[request.param][1]


XT, T = drawn(B, 2, 8, 8, seed=5), torch.tensor([1, 40, 900])


# ------------------------------------------------------------------------- one null


def test_what_is_said_moves_the_output_of_its_own_image_only(told):
    network, y = told
    other = y.roll(1, dims=0)
    one, two = network(XT, T, y), network(XT, T, torch.cat([other[:1], y[1:]]))
    assert (one[0] - two[0]).abs().max() > 1e-3
    assert_close(one[1:], two[1:], rtol=0, atol=1e-12)


def test_nothing_said_is_the_null_to_the_bit(told):
    network, y = told
    null = network.condition.null
    nothing = network(XT, T)
    assert torch.equal(nothing, network(XT, T, null.expand(B, *null.shape)))
    assert torch.equal(nothing, network(XT, T, drop(y, null, torch.ones(B, dtype=torch.bool))))
    assert (nothing - network(XT, T, y)).abs().flatten(1).max(dim=1).values[:2].min() > 1e-3


def test_some_are_dropped_and_the_others_are_not(told):
    network, y = told
    where = torch.tensor([True, False, True])
    found = drop(y, network.condition.null, where)
    assert torch.equal(found[1], y[1]) and torch.equal(found[0], network.condition.null)
    assert torch.equal(drop(y, network.condition.null, ~where & where), y)


def test_the_null_is_learned_by_what_is_dropped(told):
    """Only `zeros` has nothing to learn: there are no tokens, whatever it learns."""
    network, _ = told
    network(XT, T).sum().backward()
    condition = network.condition
    moved = [p.grad is not None and bool(p.grad.any()) for p in condition.parameters()]
    tokens = getattr(condition, "null_tokens", None)
    zeros = tokens is not None and not isinstance(tokens, nn.Parameter)
    assert any(moved) is not zeros


def test_wrong_conditions_are_refused(told):
    network, y = told
    kind = torch.float64 if y.dtype == torch.int64 else torch.int64
    for wrong in (y[:2], y[..., None], y.to(kind), "a word"):
        with pytest.raises(ValueError, match="cond: "):
            network(XT, T, wrong)


def test_a_network_without_condition_takes_none():
    with pytest.raises(ValueError, match="without conditions"):
        made(lambda: UNet(2, 8))(XT, T, torch.tensor([1, 2, 3]))


@pytest.mark.parametrize("make", [lambda: WordCondition(6, N, D, null="none")])
def test_there_are_three_nulls(make):
    with pytest.raises(ValueError, match="null: got 'none', expected one of learned, zeros"):
        make()
    assert NULLS == ("learned", "zeros", "empty")


# ---------------------------------------------------------------------- words and images


def test_the_order_of_words_counts_for_the_transformer_and_not_for_the_bag():
    swapped = torch.tensor([[1, 3, 2, PAD, PAD]])
    for name, counts in (("words", True), ("bag", False)):
        condition = made(CONDITIONS[name][0])
        one, two = condition(WORDS[:1], 1), condition(swapped, 1)
        if counts:
            a, b = one.tokens[0, 1:3], two.tokens[0, 1:3].flip(0)  # each with its own word
            assert (a - b).abs().max() > 1e-3
        else:
            assert_close(one.vector, two.vector, rtol=0, atol=1e-15)


def test_the_bag_is_the_sum_of_its_words():
    bag = made(CONDITIONS["bag"][0])
    weight = bag.embedding.weight
    expected = torch.stack([weight[row[row != PAD]].sum(dim=0) for row in WORDS])
    assert_close(bag(WORDS, B).vector, expected)
    assert torch.equal(bag(None, 2).vector, bag.null_vector.expand(2, D))


def test_what_fills_a_row_up_is_seen_by_nobody():
    network = unet("words")
    before = network(XT, T, WORDS)
    network.condition.embedding.weight.data[PAD] = 1e3
    assert torch.equal(network(XT, T, WORDS), before)


def test_what_stands_for_the_null():
    learned, zeros, empty = (
        made(CONDITIONS[name][0])(None, 2) for name in ("words", "words, zeros", "words, empty")
    )
    assert learned.mask.all() and zeros.mask.all()
    assert not zeros.tokens.any() and learned.tokens.any()
    assert empty.mask.tolist() == [[True, False, False, False, False]] * 2
    own = made(CONDITIONS["words, empty"][0])
    assert torch.equal(empty.tokens, own(WORDS[2:].expand(2, -1), 2).tokens)


def test_pixels_that_are_not_given_have_no_influence():
    network, y = unet("image"), CONDITIONS["image"][1].clone()
    y[:, :1, :, 4:] = 0
    hidden = y.clone()
    hidden[:, 1:, :, 4:] = 1e6
    assert torch.equal(network(XT, T, y), network(XT, T, hidden))
    hidden[:, 0, :, 4:] = 1
    assert not torch.equal(network(XT, T, y), network(XT, T, hidden))
    found = network.condition(y, B).channels
    assert torch.equal(found[:, :1], y[:, :1])  # the network is told where
    assert torch.equal(found[:, 1:, :, 4:], network.condition.missing.expand(B, -1, 8, 4))


# --------------------------------------------------------------- attention, equation 2-8


@pytest.mark.parametrize("dtype, near", [(torch.float64, 1e-12), (torch.bfloat16, 3e-2)])
def test_attention_is_its_formula(dtype, near):
    """The second dtype is written out on a CPU."""
    q, k, v = (drawn(B, 4, 6, seed=n).to(dtype).double() for n in range(3))
    mask = torch.tensor([[True, True, False, True]]).expand(B, 4, 4)
    scores = torch.einsum("bnd,bmd->bnm", q, k) / 6**0.5
    weights = scores.exp() * mask
    expected = torch.einsum("bnm,bmd->bnd", weights / weights.sum(-1, keepdim=True), v)
    found = attend(q.to(dtype), k.to(dtype), v.to(dtype), mask)
    assert_close(found.double(), expected, rtol=near, atol=near)


def test_cross_attention_is_that_of_pytorch():
    ours = made(lambda: CrossAttention(8, 6, heads=2))
    theirs = nn.MultiheadAttention(8, 2, kdim=6, vdim=6, batch_first=True).double()
    with torch.no_grad():
        theirs.q_proj_weight.copy_(ours.q.weight[:, :, 0, 0])
        theirs.k_proj_weight.copy_(ours.kv.weight[:8])
        theirs.v_proj_weight.copy_(ours.kv.weight[8:])
        theirs.in_proj_bias.copy_(torch.cat([ours.q.bias, ours.kv.bias]))
        theirs.out_proj.weight.copy_(ours.out.weight[:, :, 0, 0])
        theirs.out_proj.bias.copy_(ours.out.bias)
    x, tokens, mask = drawn(B, 8, 2, 4), drawn(B, N, 6, seed=1), WORDS != PAD
    pixels = ours.norm(x).flatten(2).mT  # (B, H W, C)
    found, _ = theirs(pixels, tokens, tokens, key_padding_mask=~mask)
    assert_close(ours(x, tokens, mask), x + found.mT.reshape(x.shape))


def test_a_block_of_the_text_encoder_is_that_of_pytorch():
    ours = made(lambda: TextBlock(D, heads=2))
    theirs = nn.TransformerEncoderLayer(
        D, 2, 4 * D, 0.0, "gelu", batch_first=True, norm_first=True
    ).double()
    names = {
        "self_attn.in_proj_": ours.qkv,
        "self_attn.out_proj.": ours.out,
        "linear1.": ours.mlp[0],
        "linear2.": ours.mlp[2],
        "norm1.": ours.norm1,
        "norm2.": ours.norm2,
    }
    theirs.load_state_dict(
        {f"{k}{kind}": getattr(v, kind) for k, v in names.items() for kind in ("weight", "bias")}
    )
    x, mask = drawn(B, N, D), WORDS != PAD
    found = theirs(x, src_key_padding_mask=~mask)
    assert_close(ours(x, mask)[mask], found[mask])


def test_tokens_in_another_order_say_the_same_and_masked_ones_nothing():
    look = made(lambda: CrossAttention(8, D, heads=2))
    x, tokens, mask = drawn(B, 8, 4, 4), drawn(B, N, D, seed=1), WORDS != PAD
    found = look(x, tokens, mask)
    order = torch.tensor([3, 0, 4, 2, 1])
    assert_close(look(x, tokens[:, order], mask[:, order]), found, rtol=0, atol=1e-13)
    shouted = torch.where(mask[..., None], tokens, 1e6 * drawn(B, N, D, seed=2))
    assert torch.equal(look(x, shouted, mask), found)
    assert not torch.equal(look(x, shouted), look(x, tokens))


@pytest.mark.parametrize("make", [lambda: CrossAttention(9, D), lambda: TextBlock(9)])
def test_heads_share_the_channels_evenly(make):
    with pytest.raises(ValueError, match="heads: got 4, expected a number that divides 9"):
        make()
