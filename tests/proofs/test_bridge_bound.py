"""From what is proved of the bound's steps to the code: 1-16g to 1-16j."""

import math

import pytest
import torch
from sympy import Float
from torch.testing import assert_close

from companion import diffusion
from companion.proofs import chapter_1
from companion.proofs.algebra import numeric
from companion.proofs.chapter_1.bound_steps import (
    R_1,
    R_T,
    L,
    T,
    ab_u,
    e_t,
    e_u,
    p_01,
    p_3,
    p_12,
    p_23,
    spread,
    x_2,
    x_3,
)
from companion.proofs.densities import density
from companion.proofs.letters import ab_s, ab_t, x0_hat, x_0, x_1
from tests.proofs.test_bridge import Case, bound_with_one_guess

EXACT = {"rtol": 1e-11, "atol": 1e-11}


@pytest.fixture(params=range(8))
def case(request) -> Case:
    return Case(request.param)


@pytest.mark.parametrize("seed", range(8))
def test_product_of_three(seed):
    """Both sides of 1-16g with our densities in them, and their logarithm in four terms."""
    g = torch.Generator().manual_seed(seed)
    betas = 0.1 + 0.5 * torch.rand(2, generator=g, dtype=torch.float64)
    schedule = diffusion.from_betas([*betas.tolist(), 0.995])
    x0, guess, *x = torch.randn(5, 1, 1, generator=g, dtype=torch.float64)
    pure = diffusion.Gaussian(torch.zeros(1, 1), torch.ones(1, 1, dtype=torch.float64))
    last = diffusion.Gaussian(guess, torch.full((1, 1), 0.3, dtype=torch.float64))

    def at(t):
        return diffusion.marginal(schedule, x0, t).log_prob(x[t - 1])

    def step(t):
        return diffusion.step(schedule, x[t - 2], t).log_prob(x[t - 1])

    def back(data, t):
        return diffusion.posterior(schedule, x[t - 1], data, t - 1, t).log_prob(x[t - 2])

    logs = {
        density(x_1, given=x_0): at(1),
        density(x_3, given=x_0): at(3),
        density(x_2, given=x_1): step(2),
        density(x_3, given=x_2): step(3),
        density(x_1, given=(x_2, x_0)): back(x0, 2),
        density(x_2, given=(x_3, x_0)): back(x0, 3),
        p_01: last.log_prob(x0),
        p_12: back(guess, 2),
        p_23: back(guess, 3),
        p_3: pure.log_prob(x[2]),
    }
    values = {name: Float(log.exp().item()) for name, log in logs.items()}
    (claim,) = chapter_1.product_of_three().claims
    left, right = (float(side.xreplace(values)) for side in (claim.lhs, claim.rhs))
    assert math.isclose(left, right, rel_tol=1e-10)
    four = (
        -last.log_prob(x0)
        + (back(x0, 2) - back(guess, 2))
        + (back(x0, 3) - back(guess, 3))
        + (at(3) - pure.log_prob(x[2]))
    )
    assert math.isclose(math.log(left), four, rel_tol=1e-9, abs_tol=1e-9)


def test_one_random_time(case):
    """The mean over every time of what `bound_at` returns is the proved sum of rows."""
    rows = bound_with_one_guess(case)[:-1]  # (T, B): L_0 ... L_{T-1}
    steps = case.schedule.T
    answer = diffusion.Prediction(case[x0_hat], case[x_0])
    found = []
    for u in range(1, steps + 1):
        t = torch.full((len(rows[0]),), u)
        g = torch.Generator().manual_seed(u)
        found.append(
            diffusion.bound_at(
                case.schedule, lambda xt, t: answer, case[x_0], t, var_0=0.2, generator=g
            )
        )
    mean = torch.stack(found).mean(dim=0)
    whole = chapter_1.random_time().claims[0].rhs.subs(T, steps).doit()
    for b, expected in enumerate(mean.tolist()):
        terms = {L[k]: Float(rows[k, b].item(), 17) for k in range(steps)}
        assert math.isclose(float(whole.xreplace(terms)), expected, rel_tol=1e-11)


def test_each_image_has_its_own_time(case):
    """A batch of times gives what each time gives alone, in its place."""
    data = diffusion.Mixture.isotropic([0.5, 0.5], [[-1.0], [1.0]], torch.tensor([0.3, 0.2]))
    schedule = case.schedule
    x0 = case[x_0].reshape(-1, 1)[:4]
    asked = []

    def best(xt, t):
        asked.append((t, len(xt)))
        return diffusion.EPS.predict(schedule, data.optimal_eps(schedule, xt, t), xt, t)

    t = torch.tensor([case.t, 1, case.t, case.s])
    together = diffusion.bound_at(schedule, best, x0, t, generator=torch.Generator().manual_seed(3))
    assert sorted(n for _, n in asked) == sorted(torch.bincount(t)[t.unique()].tolist())
    eps = torch.randn(x0.shape, generator=torch.Generator().manual_seed(3), dtype=x0.dtype)
    for row, u in enumerate(t.tolist()):
        here = x0[row : row + 1]
        xt = diffusion.marginal(schedule, here, u).sample(eps[row : row + 1])
        x0_hat = best(xt, u).x0
        if u == 1:
            var_0 = 1 - schedule.alpha_bar[1]
            term = -diffusion.Gaussian(x0_hat, var_0.reshape(1, 1)).log_prob(here)
        else:
            term = diffusion.kl(
                *(diffusion.posterior(schedule, xt, x, u - 1, u) for x in (here, x0_hat))
            )
        assert_close(together[row : row + 1], schedule.T * term, **EXACT)


def test_split_step(case):
    """The rows of a schedule with and without its middle time, for two errors."""
    s, t = case.s, case.t + 1 if case.t == case.s + 1 and case.t < 12 else case.t
    if t - s < 2:
        s = t - 2
    ab = case.schedule.alpha_bar
    u = (s + t) // 2
    error_u, error_t = 0.3, 0.7
    weights = [
        diffusion.bound_weight(case.schedule, a, b).item() for a, b in ((s, t), (s, u), (u, t))
    ]
    gap = weights[0] * error_t - weights[1] * error_u - weights[2] * error_t
    (claim,) = chapter_1.split_step().claims
    letters = {
        ab_s: ab[s].item(),
        ab_u: ab[u].item(),
        ab_t: ab[t].item(),
        e_t: error_t,
        e_u: error_u,
    }
    proved = numeric(claim.rhs, *letters)(*letters.values())
    assert s >= 1 and math.isclose(gap, proved, rel_tol=1e-10)


@pytest.mark.parametrize("std", [0.1, 0.5, 1.0, 3.0])
def test_steps_without_width(std):
    """The quadrature is the closed form, and ever finer sums come down on both."""
    data = diffusion.Mixture.isotropic([1.0], [[0.4]], torch.tensor([std]))
    found, middles = [], []
    for steps in (50, 100, 200):
        log_snr = torch.linspace(6, -6, steps, dtype=torch.float64)
        schedule = diffusion.from_alpha_bar([1.0, *log_snr.sigmoid().tolist()])
        found.append(diffusion.bound_limit(data, schedule))
        s = torch.arange(1, steps)
        error = diffusion.expected_error(data, schedule)
        middles.append((diffusion.bound_weight(schedule, s, s + 1) * error[2:]).sum().item())
    (claim,) = chapter_1.no_width().claims
    letters = {spread: data.covs.item(), R_1: math.exp(6), R_T: math.exp(-6)}
    proved = numeric(claim.rhs, *letters)(*letters.values())
    assert_close(torch.stack(found), torch.full((3,), proved, dtype=torch.float64), **EXACT)
    gaps = [middle - proved for middle in middles]
    assert gaps[0] > 1.9 * gaps[1] > 0 and gaps[1] > 1.9 * gaps[2] > 0
