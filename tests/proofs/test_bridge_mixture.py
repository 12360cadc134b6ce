"""The bridge for data of two bumps, and for the step of DDIM: proved, and computed."""

import math

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from scipy.stats import norm
from torch.testing import assert_close

from companion import diffusion
from companion.proofs import chapter_1
from companion.proofs.chapter_1.any_eta import DDIM, sigma
from companion.proofs.chapter_1.mixture import (
    C_1,
    C_2,
    EXPECTED,
    m_1,
    m_2,
    r_1,
    r_2,
    w_1,
    w_2,
)
from companion.proofs.letters import ab_t, eps, eps_new, x_0, x_t
from tests.proofs.test_bridge import Case, claim

CLOSE = {"rtol": 1e-12, "atol": 1e-12}


@pytest.fixture(params=range(8))
def case(request) -> Case:
    """A random schedule, times and data; the two bumps are as random."""
    case = Case(request.param)
    g = torch.Generator().manual_seed(100 + request.param)
    share, *stds = (0.1 + 0.8 * torch.rand(3, generator=g, dtype=torch.float64)).tolist()
    means = (2 * torch.randn(2, generator=g, dtype=torch.float64)).tolist()
    names = (w_1, w_2, m_1, m_2, C_1, C_2)
    numbers = (share, 1 - share, *means, stds[0] ** 2, stds[1] ** 2)
    case.values |= {k: torch.tensor(v).double() for k, v in zip(names, numbers, strict=True)}
    return case


def bumps(case: Case) -> diffusion.Mixture:
    """The data as the package holds them."""
    weights, means, variances = (
        torch.stack([case[a], case[b]]) for a, b in ((w_1, w_2), (m_1, m_2), (C_1, C_2))
    )
    return diffusion.Mixture.isotropic(weights, means[:, None], variances.sqrt())


def test_expected_clean_data(case):
    """Shares and mean as proved, as the oracle has them, and by quadrature of Bayes' rule."""
    proof, data = chapter_1.expected_clean(), bumps(case)
    xt = case[x_t][:, :1]
    case.values[x_t] = xt
    back = data.reverse(case.schedule, xt, 0, case.t)
    for n, letter in enumerate((r_1, r_2)):
        case.values[letter] = case.of(claim(proof, letter))
        assert_close(back.weights[:, n : n + 1], case[letter], **CLOSE)
    expected = case.of(claim(proof, EXPECTED))
    assert_close(data.expected_x0(case.schedule, xt, case.t), expected, **CLOSE)

    ab = case[ab_t]
    edges = sorted(case[m].item() for m in (m_1, m_2))
    for row, x in enumerate(xt[:, 0].tolist()):

        def joint(x0, x=x):
            of_data = sum(
                case[w].item() * norm.pdf(x0, case[m].item(), math.sqrt(case[c].item()))
                for w, m, c in ((w_1, m_1, C_1), (w_2, m_2, C_2))
            )
            return of_data * norm.pdf(x, math.sqrt(ab) * x0, math.sqrt(1 - ab))

        best = x / math.sqrt(ab)
        inside = [p for p in (*edges, best) if -14 < p < 14]
        above, below = (
            quad(f, -15, 15, points=inside, limit=400, epsabs=0)[0]
            for f in (lambda x0: x0 * joint(x0), joint)
        )
        assert math.isclose(above / below, expected[row].item(), rel_tol=1e-7, abs_tol=1e-9)


@pytest.mark.parametrize("eta", [0.0, 0.3, 0.7, 1.0])
def test_any_amount_of_fresh_noise(case, eta):
    """The draw of `ddim` is the proved one, and its two noises make up (1-5) at s."""
    prediction = diffusion.Prediction(case[x_0], case[eps])
    state = diffusion.State(case.t, case[x_t], prediction)
    step = diffusion.ddim(eta)(case.schedule, [state], case.s)
    posterior = diffusion.posterior(case.schedule, case[x_t], case[x_0], case.s, case.t)
    case.values[sigma] = eta * posterior.std
    case.same(DDIM, step.sample(case[eps_new]))

    _, proved_mean, proved_var = claim(chapter_1.any_eta(), chapter_1.any_eta().claims[2].lhs).args
    zero, one = torch.zeros_like(case[x_0]), torch.ones_like(case[x_0])
    of_x0, of_eps = (
        diffusion.ddim(eta)(
            case.schedule, [diffusion.State(case.t, case[x_t], diffusion.Prediction(*pair))], case.s
        )
        for pair in ((case[x_0], zero), (zero, one))
    )
    case.same(proved_mean, of_x0.mean)
    case.same(proved_var, of_eps.mean**2 + of_eps.var)
    marginal = diffusion.marginal(case.schedule, case[x_0], case.s)
    case.same(proved_mean, marginal.mean)
    case.same(proved_var, marginal.var)


def test_the_marginal_is_kept_in_draws():
    """Monte Carlo: x_s of 100,000 draws has mean and variance of (1-5), within 5 errors."""
    schedule, n, s, t = diffusion.cosine(100), 100_000, 30, 70
    g = torch.Generator().manual_seed(0)
    x0 = torch.full((n, 1), 0.7, dtype=torch.float64)
    noise = torch.randn(n, 1, generator=g, dtype=torch.float64)
    xt = diffusion.marginal(schedule, x0, t).sample(noise)
    state = diffusion.State(t, xt, diffusion.Prediction(x0, noise))
    exact = diffusion.marginal(schedule, x0[:1], s)
    for eta in (0.0, 0.5, 1.0):
        xs = diffusion.ddim(eta)(schedule, [state], s).sample(generator=g)
        z = ((xs - exact.mean) / exact.std).numpy()
        assert abs(z.mean()) < 5 / np.sqrt(n)
        assert abs(z.var() - 1) < 5 * np.sqrt(2 / n)


def test_a_step_without_room_for_the_fresh_noise_does_not_pass(case):
    """The bridge, seen red: all of the old noise kept, and fresh noise added to it."""
    posterior = diffusion.posterior(case.schedule, case[x_t], case[x_0], case.s, case.t)
    case.values[sigma] = posterior.std
    state = diffusion.State(case.t, case[x_t], diffusion.Prediction(case[x_0], case[eps]))
    step = diffusion.ddim(1.0)(case.schedule, [state], case.s)
    with pytest.raises(AssertionError):
        case.same(DDIM.subs(sigma, 0) + sigma * eps_new, step.sample(case[eps_new]))
