"""What holds for conditions, for the blocks that read them, and for how they are dropped.

`lib` has the public names of `networks.blocks`, `networks.conditions` and `tasks.diffusion`: the
package's own, or a copy with one line broken.
"""

from types import SimpleNamespace

import torch
from torch import nn
from torch.testing import assert_close

from tests.networks.block_properties import awake

B, N, D = 3, 5, 8
PAD, START = 0, 1
WORDS = torch.tensor([[1, 2, 3, PAD, PAD], [1, 3, 2, 4, 5], [PAD] * N])
THERE = torch.tensor([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1], [1, 1, 1, 1, 1]]).bool()
EXACT = {"rtol": 1e-12, "atol": 1e-12}


def drawn(*shape, seed=0):
    g = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=g, dtype=torch.float64)


def made(module):
    return awake(module).double().eval()


def attention_is_its_formula(lib):
    """With and without a mask; a CPU writes the second dtype out."""
    mask = torch.tensor([[True, True, False, True]]).expand(B, 4, 4)
    for dtype, near in ((torch.float64, 1e-12), (torch.bfloat16, 3e-2)):
        q, k, v = (drawn(B, 4, 6, seed=n).to(dtype) for n in range(3))
        scores = torch.einsum("bnd,bmd->bnm", q.double(), k.double()) / 6**0.5
        for seen in (None, mask):
            weights = scores.exp() if seen is None else scores.exp() * seen
            expected = (weights / weights.sum(-1, keepdim=True)) @ v.double()
            found = lib.attend(q, k, v, seen)
            assert found.dtype == dtype
            assert_close(found.double(), expected, rtol=near, atol=near)


def cross_attention_is_that_of_pytorch(lib):
    ours = made(lib.CrossAttention(8, 6, heads=2))
    theirs = nn.MultiheadAttention(8, 2, kdim=6, vdim=6, batch_first=True).double()
    with torch.no_grad():
        theirs.q_proj_weight.copy_(ours.q.weight[:, :, 0, 0])
        theirs.k_proj_weight.copy_(ours.kv.weight[:8])
        theirs.v_proj_weight.copy_(ours.kv.weight[8:])
        theirs.in_proj_bias.copy_(torch.cat([ours.q.bias, ours.kv.bias]))
        theirs.out_proj.weight.copy_(ours.out.weight[:, :, 0, 0])
        theirs.out_proj.bias.copy_(ours.out.bias)
    x, tokens = drawn(B, 8, 2, 4), drawn(B, N, 6, seed=1)
    pixels = ours.norm(x).flatten(2).mT  # (B, H W, C)
    for seen in (None, THERE):
        hidden = None if seen is None else ~seen
        found, _ = theirs(pixels, tokens, tokens, key_padding_mask=hidden)
        assert_close(ours(x, tokens, seen), x + found.mT.reshape(x.shape))


def cross_attention_begins_as_nothing(lib):
    x = drawn(B, 8, 2, 4).float()
    assert torch.equal(lib.CrossAttention(8, D)(x, drawn(B, N, D).float()), x)
    assert lib.CrossAttention(8, D).heads == 4


def a_block_of_the_text_encoder_is_that_of_pytorch(lib):
    ours = made(lib.TextBlock(D, heads=2))
    theirs = nn.TransformerEncoderLayer(
        D, 2, 4 * D, 0.0, "gelu", batch_first=True, norm_first=True
    ).double()
    parts = (ours.qkv, ours.out, ours.mlp[0], ours.mlp[2], ours.norm1, ours.norm2)
    names = "self_attn.in_proj_ self_attn.out_proj. linear1. linear2. norm1. norm2.".split()
    states = {
        f"{name}{kind}": getattr(part, kind)
        for name, part in zip(names, parts, strict=True)
        for kind in ("weight", "bias")
    }
    theirs.load_state_dict(states)
    x = drawn(B, N, D)
    found = theirs(x, src_key_padding_mask=~THERE)
    assert_close(ours(x, THERE)[THERE], found[THERE])
    assert_close(ours(x), theirs(x))


def heads_divide_the_channels(lib):
    lib.check_heads(8, 4)
    try:
        lib.check_heads(9, 4)
    except ValueError as error:
        assert "heads: got 4, expected a number that divides 9" in str(error)
    else:
        raise AssertionError("nine channels for four heads")


def a_class_is_its_row_and_the_last_is_none(lib):
    condition = made(lib.ClassCondition(4, D))
    y = torch.tensor([0, 3, 1])
    table = condition.embedding.weight
    assert condition.null == 4 and table.shape == (5, D)
    assert torch.equal(condition(y, B).vector, table[y])
    assert torch.equal(condition(None, 2).vector, table[4].expand(2, D))


def words_are_read_one_step_after_the_other(lib):
    """Written out: places, blocks that see words only, a norm; the null where nothing is said."""
    for null in ("learned", "zeros", "empty"):
        condition = made(lib.WordCondition(6, N, D, depth=2, null=null))
        h = condition.embedding.weight[WORDS] + condition.position
        for block in condition.blocks:
            h = block(h, THERE)
        h = nn.functional.layer_norm(h, (D,), condition.norm.weight, condition.norm.bias)
        if null != "empty":
            zeros = torch.zeros(N, D).double()
            h[2] = condition.null_tokens if null == "learned" else zeros
            nothing = condition(None, 2)
            assert_close(nothing.tokens, h[2].expand(2, N, D), **EXACT)
            assert nothing.mask.all()
        found = condition(WORDS, B)
        assert_close(found.tokens, h, **EXACT)
        assert torch.equal(found.mask, THERE) and found.vector is None
        assert len(condition.blocks) == 2 and condition.token_dim == D


def each_null_is_a_row(lib):
    assert lib.null_row("learned", 3).tolist() == lib.null_row("zeros", 3).tolist() == [PAD] * 3
    assert lib.null_row("empty", 3).tolist() == [START, PAD, PAD]
    learned, zeros = (lib.WordCondition(6, N, D, null=null) for null in ("learned", "zeros"))
    assert isinstance(learned.null_tokens, nn.Parameter) and learned.null_tokens.any()
    assert not isinstance(zeros.null_tokens, nn.Parameter)
    kept = lib.WordCondition(6, N, D, null="empty")
    assert kept.null_tokens is None and kept.null.tolist() == [START, *[PAD] * (N - 1)]
    try:
        lib.check_null("none")
    except ValueError as error:
        assert "null: got 'none', expected one of learned, zeros, empty" in str(error)
    else:
        raise AssertionError("a null that there is not")


def a_bag_is_the_sum_of_its_words(lib):
    bag = made(lib.BagOfWords(6, N, D))
    sums = [bag.embedding.weight[row[row != PAD]].sum(dim=0) for row in WORDS[:2]]
    assert_close(bag(WORDS, B).vector, torch.stack([*sums, bag.null_vector]), **EXACT)
    assert torch.equal(bag(None, 2).vector, bag.null_vector.expand(2, D))
    assert bag.vector_dim == D and bag.token_dim == 0


def an_image_shows_what_is_given_and_where(lib):
    condition = made(lib.ImageCondition(2, 4))
    y = drawn(B, 3, 4, 4)
    y[:, :1] = 0
    y[:, :1, :, :2] = 1
    found = condition(y, B).channels
    assert torch.equal(found[:, :1], y[:, :1])
    assert torch.equal(found[:, 1:, :, :2], y[:, 1:, :, :2])
    assert torch.equal(found[:, 1:, :, 2:], condition.missing.expand(B, 2, 4, 2))
    assert condition.channels == 3 and not condition.null.any()
    assert condition.missing.any()  # with random weights, of which it is one
    assert torch.equal(condition(None, 1).channels[0, 1:], condition.missing.expand(2, 4, 4))


def what_is_dropped_becomes_the_null(lib):
    where = torch.tensor([True, False, True])
    null = torch.tensor([START, PAD, PAD, PAD, PAD])
    found = lib.drop(WORDS, null, where)
    assert found.tolist() == [null.tolist(), WORDS[1].tolist(), null.tolist()]
    assert lib.drop(torch.tensor([0, 2, 1]), torch.tensor(3), where).tolist() == [3, 2, 3]


def other_rows_are_refused(lib):
    condition = lib.ClassCondition(4, D)
    for wrong in (torch.tensor([0, 1]), torch.tensor([[0], [1], [2]]), torch.rand(B), [0, 1, 2]):
        said = ""
        try:
            condition(wrong, B)
        except (ValueError, RuntimeError) as error:
            said = str(error)
        assert said.startswith("cond: "), wrong


class Listener(nn.Module):
    """In place of a network: it keeps what it is told."""

    def __init__(self, condition):
        super().__init__()
        self.condition, self.heard = condition, []

    def forward(self, xt, t, cond=None):
        self.heard.append(cond)
        return torch.zeros_like(xt)


def training_drops_each_by_itself_at_the_rate(lib):
    """Of 2000 images told class 0, 1 or 2 three tenths are told nothing, and their own else."""
    recipe = lib.DiffusionRecipe().override(
        condition_type="class", classes=3, dim=2, batch_size=2000, T=20, cond_dropout=0.3
    )
    network = Listener(lib.condition_of(recipe))
    draws = lib.Draws(torch.Generator().manual_seed(0), 2000)
    device = SimpleNamespace(device=torch.device("cpu"))
    session = SimpleNamespace(draws=draws, accelerator=device, network=network)
    y = torch.arange(2000) % 3
    ((name, loss, parts),) = recipe.task().losses(session, (torch.zeros(2000, 1, 4, 4), y))
    (told,) = network.heard
    dropped = told == 3
    assert name == "network" and loss.shape == (2000,) and parts["t"].shape == (2000,)
    assert abs(dropped.double().mean() - 0.3) < 0.05
    assert torch.equal(told[~dropped], y[~dropped])
    for some in (y == 0, y == 1, y == 2, torch.arange(2000) < 700):
        assert abs(dropped[some].double().mean() - 0.3) < 0.08


ALL = (
    attention_is_its_formula,
    cross_attention_is_that_of_pytorch,
    cross_attention_begins_as_nothing,
    a_block_of_the_text_encoder_is_that_of_pytorch,
    heads_divide_the_channels,
    a_class_is_its_row_and_the_last_is_none,
    words_are_read_one_step_after_the_other,
    each_null_is_a_row,
    a_bag_is_the_sum_of_its_words,
    an_image_shows_what_is_given_and_where,
    what_is_dropped_becomes_the_null,
    other_rows_are_refused,
    training_drops_each_by_itself_at_the_rate,
)
