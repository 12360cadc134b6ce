"""The bridge of part 2: what sympy has proved is what the autoencoder computes.

As in `test_bridge`, each test turns a claim into a function of floats.
"""

from copy import deepcopy

import numpy as np
import pytest
import torch
from sympy import Expr
from torch.testing import assert_close

from companion.autoencoder import (
    KL,
    VQ,
    Autoencoder,
    Decoder,
    Encoder,
    Identity,
    PatchDiscriminator,
    Weights,
    adaptive_weight,
    autoencoder_loss,
    hinge_d,
    hinge_g,
)
from companion.proofs import chapter_2
from companion.proofs.algebra import Derivation, numeric
from companion.proofs.chapter_1.bound import C, m
from companion.proofs.chapter_2 import losses as L
from companion.proofs.chapter_2 import rows
from companion.proofs.chapter_2.losses import k, levels
from companion.proofs.chapter_2.regularisers import (
    BY_MEAN,
    C_2,
    L_code,
    beta,
    count,
    e,
    gamma,
    h,
    h_bar,
    logvar,
    m_2,
    mu,
    now,
    y,
)
from companion.proofs.gradients import Slope
from companion.training import Session, descend
from tests.autoencoder.loss_properties import distance, forward
from tests.autoencoder.runs import LIBRARY, images, start
from tests.book.test_equations import _found, _has_test
from tests.proofs.derivations import DERIVATIONS

EXACT = {"rtol": 1e-12, "atol": 1e-12}


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    g = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=g, dtype=torch.float64)


def value(proved: Expr, letters: dict[Expr, torch.Tensor]) -> torch.Tensor:
    """What was proved, for these values of its letters."""
    values = (np.asarray(v) for v in letters.values())
    return torch.as_tensor(numeric(proved, *letters)(*values), dtype=torch.float64)


def claim(proof: Derivation, left: Expr) -> Expr:
    (right,) = {c.rhs for c in proof.claims if c.lhs == left}
    return right


@pytest.fixture(params=range(4))
def chosen(request):
    """A quantiser of single numbers, five images of one, and what goes with them."""
    bottleneck = VQ(3, 1, beta=0.3, ema=request.param == 3, dead_code_threshold=0).double()
    bottleneck.codebook.data = noise(3, 1, seed=request.param)
    given = noise(5, 1, 1, 1, seed=10 + request.param).requires_grad_()
    codes = bottleneck.indices(given).flatten()
    e_is = bottleneck.codebook.detach()[codes].flatten().clone()
    letters = {
        h: given.detach().flatten(),
        e: e_is,
        beta: torch.tensor(0.3, dtype=torch.float64),
    }
    return bottleneck, given, codes, letters


def test_there_and_back():
    image, factor = chapter_2.there_and_back().claims
    assert str(image.rhs) == "D(E(x))"
    for fold, halvings in ((0, 1), (1, 1), (1, 2), (2, 1), (0, 3)):
        f = int(factor.rhs.subs({k: fold, levels: halvings}))
        sizes = {"f": f, "width": 4, "multipliers": (1,) * (halvings + 1)}
        model = Autoencoder(Encoder(**sizes), Identity(4), Decoder(**sizes))
        assert model.encoder.patch == 2**fold
        x = noise(1, 3, 16, 32).float()
        assert model.encode(x).z.shape[2:] == (16 // f, 32 // f)
        assert torch.equal(model(x)[0], model.decoder(model.encoder(x)))


def test_straight_through(chosen):
    bottleneck, given, _, letters = chosen
    code, slope = chapter_2.straight_through().claims
    z = bottleneck(given).z
    assert_close(z.flatten(), value(code.rhs, letters), **EXACT)
    (found,) = torch.autograd.grad(z.sum(), given, retain_graph=True)
    assert_close(found.flatten(), value(slope.rhs, letters).expand(5), **EXACT)
    letters[y] = noise(5, seed=3)
    (line,) = (s for s in chapter_2.straight_through().steps if s.left.has(y))
    error = (z.flatten() - letters[y]).square().sum()
    (found,) = torch.autograd.grad(error, given, retain_graph=True)
    assert_close(found.flatten(), value(line.right, letters), **EXACT)
    if bottleneck.codebook.requires_grad:  # the last line: no slope for a code
        (found,) = torch.autograd.grad(
            error, bottleneck.codebook, allow_unused=True, materialize_grads=True
        )
        assert not found.any()


def test_codebook_and_commitment(chosen):
    bottleneck, given, codes, letters = chosen
    proof = chapter_2.codebook_and_commitment()
    loss = bottleneck(given).loss
    loss.sum().backward()
    to_h = value(claim(proof, Slope(L_code, h)), letters)
    assert_close(given.grad.flatten(), to_h, **EXACT)
    if bottleneck.ema:
        return  # the codebook term is left to the running mean
    assert_close(loss.detach(), value(claim(proof, L_code), letters), **EXACT)
    to_e = value(claim(proof, Slope(L_code, e)), letters)
    summed = torch.zeros(3, dtype=torch.float64).index_add(0, codes, to_e)
    assert_close(bottleneck.codebook.grad.flatten(), summed, **EXACT)


@pytest.mark.parametrize("decay", [0.0, 0.5, 0.9])
def test_running_mean(decay):
    bottleneck = VQ(3, 1, ema=True, decay=decay, dead_code_threshold=0).double()
    bottleneck.codebook.data = noise(3, 1)
    bottleneck.use.fill_(1)
    proved = claim(chapter_2.running_mean(), chapter_2.running_mean().claims[0].lhs)
    assert proved == BY_MEAN
    for seed in range(3):
        given, before = noise(9, 1, 1, 1, seed=seed), bottleneck.use.clone()
        codes, old = bottleneck.indices(given).flatten(), bottleneck.codebook.clone()
        bottleneck(given)
        for code in codes.unique():
            mine = given.flatten()[codes == code]
            n = torch.tensor(float(len(mine))).double()
            n_now = decay * before[code] * 9 / 3 + (1 - decay) * n
            values = {count: n, now: n_now, h_bar: mine.mean()}
            values |= {e: old[code, 0].detach(), gamma: n.new_tensor(decay)}
            assert_close(bottleneck.codebook[code, 0].detach(), value(proved, values), **EXACT)


def slope_of(loss: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    (slope,) = torch.autograd.grad(loss, weight, retain_graph=True)
    return slope.norm().detach()


@pytest.mark.parametrize("seed", range(4))
def test_adaptive_weight(seed):
    """With the delta of the code, and with one that counts."""
    weight = noise(3, 3, seed=seed).requires_grad_()
    out = noise(5, 3, seed=seed + 10) @ weight
    rec, gen = out.square().mean(), out.sin().mean()
    (long,) = chapter_2.adaptive_weight().claims
    for small in (1e-4, 0.3):
        letters = {
            L.GRAD_REC: slope_of(rec, weight),
            L.GRAD_GEN: slope_of(gen, weight),
            L.delta: torch.tensor(small, dtype=torch.float64),
        }
        found = adaptive_weight(rec, gen, weight, delta=small)
        assert_close(found, value(L.LAMBDA, letters), **EXACT)
        assert_close(slope_of(found * gen, weight), value(long.rhs, letters), **EXACT)


@pytest.mark.parametrize("reach", [0.2, 0.999, 1.001, 7.0])
def test_the_limit_of_the_weight(reach):
    """The limit is set so that the weight would be `reach` times as large."""
    weight = noise(3, 3).requires_grad_()
    out = noise(5, 3, seed=10) @ weight
    rec, gen = out.square().mean(), out.sin().mean()
    cut, pull = chapter_2.limited_weight().claims
    lam = adaptive_weight(rec, gen, weight, most=1e9)
    letters = {L.most: lam / reach, L.reach: exactly(reach)}
    found = adaptive_weight(rec, gen, weight, most=letters[L.most].item())
    assert_close(found, value(cut.rhs, letters), **EXACT)
    assert (found < lam) == (reach > 1)
    if reach > 1:
        letters |= {L.GRAD_REC: slope_of(rec, weight), L.delta: exactly(1e-4)}
        assert_close(slope_of(found * gen, weight), value(pull.rhs, letters), **EXACT)


WEIGHTS = {"pixel": 0.7, "perceptual": 0.3, "adversarial": 0.4, "regulariser": 0.2}
LETTERS = (L.w, L.w_p, L.w_a, L.w_r)


def exactly(number: float | torch.Tensor) -> torch.Tensor:
    return torch.as_tensor(number, dtype=torch.float64).detach()


def run_in_float64(bottleneck: str, begin: int) -> Session:
    """A small run, of an autoencoder that is not at its beginning."""
    run = start(LIBRARY, bottleneck_type=bottleneck, disc_start=begin, **WEIGHTS)
    for network in (*run.networks.values(), *run.averages.values()):
        network.double()
    for number, p in enumerate(run.network.parameters()):
        p.data += 0.02 * noise(*p.shape, seed=number)
    return run


def both_updates(bottleneck, cost, letter, weighted, proof):
    """Both give what was proved, in the warm-up and after it.

    cost: of a latent, (B,), by hand.   letter: its.   weighted: the loss with weights.
    """
    (printed, judged) = proof.claims
    assert weighted.subs(dict.fromkeys((*LETTERS, L.lam, L.begun), 1)) == printed.rhs
    for begin in (0, 3):
        run = run_in_float64(bottleneck, begin)
        x, copy = images()[:4].double(), deepcopy(run)
        again, latent = copy.network(x, copy.generator)
        last, judge = copy.network.decoder.last_weight, copy.networks["discriminator"]
        pixel, seen = (x - again).abs().mean(), distance(x, again).mean()
        gen = hinge_g(judge(again)).mean()
        dis = hinge_d(judge(x), judge(again)).mean().detach()
        letters = {L.GRAD_REC: slope_of(0.7 * pixel + 0.3 * seen, last)}
        letters |= {L.GRAD_GEN: slope_of(gen, last), L.delta: exactly(1e-4)}
        lam = value(L.LAMBDA, letters)
        letters = dict(zip(LETTERS, WEIGHTS.values(), strict=True))
        letters |= {L.pixel: pixel, L.perceptual: seen, letter: cost(latent).mean()}
        letters |= {L.gen: gen, L.lam: lam, L.begun: float(begin == 0)}
        letters = {key: exactly(v) for key, v in letters.items()}
        found = {}
        for player, loss, parts in run.task.losses(run, x):
            found[player] = loss.detach()
            descend(run, player, loss, parts)
        assert_close(found["network"], value(weighted, letters), **EXACT)
        if begin == 0:
            assert_close(found["discriminator"], value(judged.rhs, {L.dis: dis}), **EXACT)
        else:  # s = 0: a loss of 0, for which nobody asks
            assert [*found] == ["network"]


def test_the_losses_with_vq():
    def cost(latent):
        return latent.info["codebook"] + 0.25 * latent.info["commitment"]

    both_updates("vq", cost, L.codebook, L.VQ_WEIGHTED, chapter_2.vq_losses())


def test_the_losses_with_kl():
    def cost(latent):
        mean, std = latent.info["mean"], (latent.info["logvar"] / 2).exp()
        of, to = torch.distributions.Normal(mean, std), torch.distributions.Normal(0, 1)
        return torch.distributions.kl_divergence(of, to).sum(dim=(1, 2, 3))

    both_updates("kl", cost, L.kl, L.KL_WEIGHTED, chapter_2.kl_losses())


@pytest.mark.parametrize("bottleneck", [lambda: KL(2), lambda: VQ(8, 2)])
@pytest.mark.parametrize("begun", [0, 1])
def test_the_loss_that_runs(bottleneck, begun):
    """The total is 2-2d of the parts, with and without a discriminator."""
    x, recon, latent, model = forward(bottleneck)
    judge = PatchDiscriminator(2, 8).double() if begun else None
    found = autoencoder_loss(
        *(x, recon, latent, Weights(**WEIGHTS), distance, judge),
        last_weight=model.decoder.last_weight,
    )
    (proved,) = chapter_2.weighted_loss().claims
    letters = dict(zip(LETTERS, WEIGHTS.values(), strict=True))
    letters |= {L.pixel: (x - recon).abs().mean(), L.perceptual: distance(x, recon).mean()}
    gen = hinge_g(judge(recon)).mean() if begun else x.new_zeros(())
    letters |= {L.gen: gen, L.limited: found.adaptive, L.begun: float(begun)}
    letters |= {L.reg: latent.loss.mean()}
    assert (found.adaptive > 0) == bool(begun)
    expected = value(proved.rhs, {key: exactly(v) for key, v in letters.items()})
    assert_close(found.total, expected, **EXACT)


@pytest.mark.parametrize("seed", range(4))
def test_divergence_of_a_latent(seed):
    given = noise(3, 4, 2, 2, seed=seed)
    (proved,) = chapter_2.kl_of_a_latent().claims
    expected = value(proved.rhs, {mu: given[:, :2], logvar: given[:, 2:]})
    assert_close(KL(2)(given).info["kl"], expected, **EXACT)


@pytest.mark.parametrize("seed", range(4))
def test_divergence_of_many_numbers(seed):
    given = noise(3, 4, 1, 1, seed=seed)
    first, second, C_is, C_2_is = given.flatten(1).unbind(1)
    (proved,) = chapter_2.numbers_add_up().claims
    letters = {m: first, m_2: second, C: C_is.exp(), C_2: C_2_is.exp()}
    assert_close(KL(2)(given).loss, value(proved.rhs, letters), **EXACT)


def test_each_row_has_a_proof_of_its_equation():
    assert len({row.number for row in rows.ROWS}) == len(rows.ROWS)
    for row in rows.ROWS:
        proof = DERIVATIONS[row.proof.rpartition(".")[2]]()
        assert row.number in proof.equations
        assert row.verdict == ("ours" if row.number[-1].isalpha() else "right")
    assert {f"2-{n}" for n in range(1, 6)} <= {row.number for row in rows.ROWS}


def test_each_row_names_what_exists():
    for row in rows.ROWS:
        assert callable(_found(row.function)) and _has_test(row.test)
