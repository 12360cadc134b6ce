"""The bridge for the transformer: patches, gates and places, proved and computed."""

from random import Random

import numpy as np
import pytest
import torch
from sympy import Expr, Symbol
from torch import Tensor, nn
from torch.testing import assert_close

from companion.networks.dit_blocks import AdaLNZeroBlock, FinalLayer
from companion.networks.patches import patchify, positions, unpatchify
from companion.proofs import chapter_3
from companion.proofs.algebra import Derivation, equation, numeric
from companion.proofs.chapter_3 import gates, patches, places, rows
from companion.proofs.chapter_3 import smallest as small
from companion.proofs.chapter_3.gates import from_above, loss_by
from companion.proofs.row import is_ours

CLOSE = {"rtol": 1e-12, "atol": 1e-12}
F, NORM = Symbol("F", real=True), Symbol("norm", real=True)  # of the branch, and of the norm
STEPS = 3


def value(expression: Expr, letters: dict[Expr, Tensor | float]) -> Tensor:
    """What was proved, in numbers; what the branch and the norm give are letters here."""
    expression = expression.xreplace({gates.F: F, gates.norm: NORM})
    found = numeric(expression, *letters)(*(np.asarray(x) for x in letters.values()))
    return torch.as_tensor(found)


# ---- 3-1, 3-1a: patches and back


def whole(expression: Expr, letters: dict[Expr, np.ndarray], shape: tuple[int, ...]) -> Tensor:
    """The indices that a claim gives, one for each place."""
    return value(expression, letters).expand(shape).long()


def there_and_back(proof: Derivation, sizes: dict[Symbol, int], names: tuple[Symbol, ...]) -> None:
    """Each pixel is where the first claims say, and each number of a token where the others do.

    Args:
        proof: the token and its number first, then channel, frame, row and column.
        sizes: of patch and grid.
        names: channel, frame, row, column, with the size of each in `sizes`.
    """
    token, number, *back = proof.claims
    shape = tuple(sizes[name] for name in names)
    patch = tuple(sizes[p] for p in ((patches.p_f,) if len(names) == 4 else ()))
    patch += (sizes[patches.p],) * 2
    x = torch.arange(np.prod(shape)).reshape(shape)
    tokens = patchify(x[None], patch)
    at = {name: sizes[name] for name in sizes if name not in names}
    pixels = at | dict(zip(names, np.indices(shape).reshape(len(shape), -1), strict=True))
    n, j = (whole(claim.rhs, pixels, (x.numel(),)) for claim in (token, number))
    assert torch.equal(tokens[0, n, j], x.flatten())
    assert len({*zip(n.tolist(), j.tolist(), strict=True)}) == x.numel()

    count = tokens.shape[1:]
    entries = at | dict(zip((patches.n, patches.j), np.indices(count).reshape(2, -1), strict=True))
    pixel = [whole(claim.lhs, entries, (x.numel(),)) for claim in back]
    assert tuple(claim.rhs for claim in back) == names
    assert torch.equal(unpatchify(tokens, patch, shape)[0][tuple(pixel)], tokens[0].flatten())
    assert torch.equal(unpatchify(tokens, patch, shape)[0], x)


@pytest.mark.parametrize("seed", range(6))
def test_patches_and_back(seed):
    random = Random(seed)
    p, rows_of, columns, channels = (random.randint(1, 4) for _ in range(4))
    sizes = {patches.p: p, patches.N_x: columns, patches.c: channels}
    sizes |= {patches.y: p * rows_of, patches.x: p * columns}
    there_and_back(chapter_3.patches_and_back(), sizes, (patches.c, patches.y, patches.x))
    for claim in chapter_3.tokens_and_back().claims:  # the same two lines, from the other side
        assert equation(claim.rhs, claim.lhs) in chapter_3.patches_and_back().claims


@pytest.mark.parametrize("seed", range(6))
def test_films_and_back(seed):
    random = Random(seed)
    p, p_f, rows_of, columns, channels, frames = (random.randint(1, 3) for _ in range(6))
    sizes = {patches.p: p, patches.p_f: p_f, patches.N_x: columns, patches.N_y: rows_of}
    sizes |= {patches.c: channels, patches.f: p_f * frames}
    sizes |= {patches.y: p * rows_of, patches.x: p * columns}
    names = (patches.c, patches.f, patches.y, patches.x)
    there_and_back(chapter_3.films_and_back(), sizes, names)


# ---- 3-2, 3-2a: one block


def block_and_inputs(seed: int) -> tuple[AdaLNZeroBlock, Tensor, Tensor]:
    torch.manual_seed(seed)
    h, emb = torch.randn(2, 5, 8, dtype=torch.float64), torch.randn(2, 8, dtype=torch.float64)
    return AdaLNZeroBlock(8, 2).double(), h, emb


def through(block: AdaLNZeroBlock, h: Tensor, emb: Tensor) -> Tensor:
    out, _ = block(h, emb, emb[:, None], torch.ones(len(h), 1, dtype=torch.bool))
    return out


@pytest.mark.parametrize("seed", range(4))
def test_gated_block(seed):
    """Both branches by the proved lines, with any modulation; and at the start, to the bit."""
    block, h, emb = block_and_inputs(seed)
    inner, outer, start = chapter_3.gated_block().claims
    assert torch.equal(through(block, h, emb), h)
    assert (start.lhs, start.rhs) == (gates.h_out, gates.h)

    nn.init.normal_(block.modulation.weight)
    nn.init.normal_(block.modulation.bias)
    parts = block.modulation(nn.functional.silu(emb)).detach()[:, None].chunk(6, dim=-1)
    with torch.no_grad():
        expected = h
        for place, norm, branch in ((0, block.norm1, block.attention), (3, block.norm2, block.mlp)):
            shift, scale, gate = parts[place : place + 3]
            seen = value(inner.rhs, {NORM: norm(expected), gates.scale: scale, gates.shift: shift})
            letters = {gates.h: expected, gates.g: gate, F: branch(seen)}
            expected = value(outer.rhs, letters)
        assert_close(through(block, h, emb), expected, **CLOSE)


@pytest.mark.parametrize("seed", range(4))
def test_first_step(seed):
    """By autograd: what the proof says is zero is zero to the bit, the rest is as proved."""
    block, h, emb = block_and_inputs(seed)
    h.requires_grad_(), emb.requires_grad_()
    above = torch.randn_like(h)
    (through(block, h, emb) * above).sum().backward()
    by = {claim.lhs: claim.rhs for claim in chapter_3.first_step().claims}
    assert torch.equal(h.grad, above) and by[loss_by(gates.h)] == from_above
    assert not emb.grad.any() and by[loss_by(gates.c)] == 0

    with torch.no_grad():
        branches = (block.attention(block.norm1(h)), block.mlp(block.norm2(h)))
        c = nn.functional.silu(emb)
    of_bias = block.modulation.bias.grad.chunk(6)
    of_weight = block.modulation.weight.grad.chunk(6)
    for place, given in zip((2, 5), branches, strict=True):
        letters = {from_above: above, F: given}
        proved = value(by[loss_by(gates.g)], letters)
        assert_close(of_bias[place], proved.sum(dim=(0, 1)), **CLOSE)
        assert of_bias[place].abs().min() > 1e-6
        for column in range(c.shape[1]):
            letters[gates.c] = c[:, None, column, None]
            proved = value(by[loss_by(gates.WEIGHTS[0])], letters)
            assert_close(of_weight[place][:, column], proved.sum(dim=(0, 1)), **CLOSE)
    for place in (0, 1, 3, 4):  # shift and scale
        assert not of_bias[place].any() and not of_weight[place].any()
    assert by[loss_by(gates.scale)] == by[loss_by(gates.shift)] == by[loss_by(gates.w)] == 0
    for branch in (block.attention, block.mlp):
        assert not any(weight.grad.any() for weight in branch.parameters())


# ---- 3-2b: three steps


def by_autograd(a: float, w: float, h: float, r: float, lr: float) -> dict[Expr, float]:
    """The smallest network, trained: each letter of the proof after 0, 1 and 2 steps."""
    weights = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in (a, 0.0, w)]
    optimizer = torch.optim.SGD(weights, lr=lr)
    found = {}
    for names, error in zip(small.AFTER, small.ERRORS, strict=True):
        optimizer.zero_grad()
        out = weights[0] * (h + weights[1] * weights[2] * h)
        ((out - r) ** 2 / 2).backward()
        found |= {error: (out - r).item()}
        for name, weight in zip(names, weights, strict=True):
            found |= {name: weight.item(), loss_by(name): weight.grad.item()}
        optimizer.step()
    return found


STARTS = {
    chapter_3.three_steps: {"a": 0.0},
    chapter_3.one_zero: {},
    chapter_3.two_zeros: {"w": 0.0},
}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("proof", STARTS, ids=lambda proof: proof.__name__)
def test_three_steps(proof, seed):
    """Every claim against autograd, from the same start."""
    random = Random(seed)
    start = {name: random.uniform(0.3, 1.7) for name in ("a", "w", "h", "r")} | STARTS[proof]
    start["lr"] = random.uniform(0.05, 0.3)
    found = by_autograd(**start)
    letters = {getattr(small, name): number for name, number in start.items()} | found
    for claim in proof().claims:
        assert_close(float(claim.rhs.subs(letters)), found[claim.lhs], **CLOSE)
        assert (found[claim.lhs] == 0) == (claim.rhs == 0)


def moved(weights: nn.Module | Tensor | None) -> bool:
    if isinstance(weights, nn.Module):
        return all(moved(each.grad) for each in weights.parameters())
    return weights is not None and bool(weights.any())


def test_a_block_and_its_output_layer_learn_in_three_steps():
    """As the smallest network: the output layer, then the gates and what lies below, then all."""
    block, x, emb = block_and_inputs(0)
    embed, final = nn.Linear(8, 8).double(), FinalLayer(8, 8).double()
    target = torch.randn_like(x)
    everything = nn.ModuleList([embed, block, final])
    optimizer = torch.optim.SGD(everything.parameters(), lr=0.1)
    seen = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = (final(through(block, embed(x), emb), emb) - target).square().mean()
        loss.backward()
        shift1, scale1, gate1, shift2, scale2, gate2 = block.modulation.bias.grad.chunk(6)
        seen.append(
            {
                "output": moved(final.linear.bias.grad),
                "gates": moved(gate1) and moved(gate2),
                "below": moved(embed),
                "inside": any(moved(g) for g in (shift1, scale1, shift2, scale2))
                or any(moved(g.grad) for g in block.attention.parameters())
                or any(moved(g.grad) for g in block.mlp.parameters()),
            }
        )
        optimizer.step()
    assert [sorted(name for name, moves in step.items() if moves) for step in seen] == [
        ["output"],
        ["below", "gates", "output"],
        ["below", "gates", "inside", "output"],
    ]
    assert moved(block.attention) and moved(block.mlp)


# ---- 3-3: places


def waves(count: int) -> dict[Expr, float]:
    """omega_i, of so many."""
    return {places.omegas[i]: 10_000.0 ** (-i / count) for i in range(count)}


@pytest.mark.parametrize("seed", range(4))
def test_places(seed):
    """Sines before cosines; a shift rotates each pair; inner products are those of distances."""
    random, D = Random(seed), 16
    sines, cosines, along_one, along_two = chapter_3.sines_of_places().claims
    line = positions((1, 30), 2 * D)[:, D:].double()  # (30, D), of the column alone
    n, k, m = random.randint(0, 14), random.randint(1, 15), random.randint(0, 29)
    for i, omega in enumerate(waves(D // 2).values()):
        letters = {places.n: n, places.k: k, places.omega: omega}
        pair = (line[n + k, i], line[n + k, D // 2 + i])
        for side in ("lhs", "rhs"):
            expected = [float(getattr(c, side).subs(letters)) for c in (sines, cosines)]
            assert_close(torch.stack(pair), torch.tensor(expected).double(), rtol=0, atol=3e-6)
    letters = waves(D // 2) | {places.n: n, places.m: m}
    proved = float(along_one.rhs.subs(places.D, D).doit().subs(letters))
    assert_close((line[n] @ line[m]).item(), proved, rtol=0, atol=2e-5)

    plane = positions((5, 7), D).double()  # (35, D)
    here, there = random.randint(0, 34), random.randint(0, 34)
    letters = waves(D // 4)
    letters |= dict(zip((places.y, places.x), divmod(here, 7), strict=True))
    letters |= dict(zip((places.y_2, places.x_2), divmod(there, 7), strict=True))
    proved = float(along_two.rhs.subs(places.D, D).doit().subs(letters))
    assert_close((plane[here] @ plane[there]).item(), proved, rtol=0, atol=2e-5)


# ---- the rows


def test_the_rows_are_ours():
    assert all(is_ours(row.number) and row.verdict == "ours" for row in rows.ROWS)
    numbers = ("1-1", "1-15", "2-1", "2-5", "product")
    assert not any(is_ours(number) for number in numbers)
    assert all(is_ours(number) for number in ("1-16", "1-1a", "2-6", "2-5a", "3-1"))
