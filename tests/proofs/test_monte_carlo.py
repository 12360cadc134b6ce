"""What was proved is what happens: many paths, walked by steps of (1-2) alone.

Nothing here calls a formula for several steps or for the way back. The seeds are fixed;
"within the standard error" means within four of them.
"""

import pytest
import torch

from companion.diffusion import from_betas
from companion.proofs import chapter_1
from companion.proofs.algebra import numeric
from companion.proofs.letters import (
    ab_prev,
    ab_s,
    ab_t,
    in_alpha_bar,
    mu,
    var,
    x_0,
    x_s,
    x_t,
)

PATHS, ERRORS = 200_000, 4
BETAS = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.95]
TIMES = [(1, 2), (1, 4), (2, 5), (4, 7)]


@pytest.fixture(scope="module", params=range(2))
def paths(request) -> torch.Tensor:
    """x_0 = 0.8 in every path, and eight steps of (1-2): (9, PATHS)."""
    g = torch.Generator().manual_seed(request.param)
    x = [torch.full((PATHS,), 0.8, dtype=torch.float64)]
    for beta in BETAS:
        eps = torch.randn(PATHS, generator=g, dtype=torch.float64)
        x.append((1 - beta) ** 0.5 * x[-1] + beta**0.5 * eps)
    return torch.stack(x)


def value(expression, s: int, t: int, **data: float) -> float:
    """A proved expression at times s and t, with x_0, x_s or x_t given by name."""
    ab = from_betas(BETAS).alpha_bar.tolist()
    letters = {ab_s: ab[s], ab_t: ab[t]}
    letters |= {{"x_0": x_0, "x_s": x_s, "x_t": x_t}[k]: v for k, v in data.items()}
    f = numeric(in_alpha_bar(expression), *letters)
    return float(f(*letters.values()))


def is_normal(sample: torch.Tensor, mean: float, variance: float) -> bool:
    """Mean, variance, skewness and kurtosis within their standard errors."""
    z = (sample - mean) / variance**0.5
    n = len(z)
    moments = {1: (0.0, 1.0), 2: (1.0, 2.0), 3: (0.0, 15.0), 4: (3.0, 96.0)}
    return all(
        abs((z**k).mean() - expected) < ERRORS * (spread / n) ** 0.5
        for k, (expected, spread) in moments.items()
    )


@pytest.mark.parametrize("t", [1, 4, 6])
def test_all_steps_at_once(paths, t):
    """(1-5), from 1-4: the marginal of the walk."""
    _, mean, variance = chapter_1.one_shot_by_marginalising().claims[0].rhs.args
    expected = [value(e, 0, t, x_0=0.8) for e in (mean, variance)]
    assert is_normal(paths[t], *expected)
    assert not is_normal(paths[t], expected[0], expected[1] ** 0.5)
    assert not is_normal(paths[t], expected[0] + 0.02, expected[1])


@pytest.mark.parametrize("s, t", TIMES)
def test_any_number_of_steps(paths, s, t):
    """(1-3a): what is left of x_t after its mean given x_s is normal, and new."""
    _, mean, variance = chapter_1.general_step().claims[0].rhs.args
    weight, variance = value(mean, s, t, x_s=1.0), value(variance, s, t)
    rest = paths[t] - weight * paths[s]
    assert is_normal(rest, 0.0, variance)
    product = rest * (paths[s] - paths[s].mean())
    assert abs(product.mean()) < ERRORS * product.std() / PATHS**0.5


@pytest.mark.parametrize("s, t", TIMES)
def test_the_way_back(paths, s, t):
    """(1-10), (1-11a): x_s less its proved mean is normal, and x_t says no more of it."""
    claims = {c.lhs: c.rhs for c in chapter_1.posterior_by_square().claims}
    constant = value(claims[mu], s, t, x_0=0.8, x_t=0.0)
    weight = value(claims[mu], s, t, x_0=0.0, x_t=1.0)
    variance = value(claims[var], s, t)
    rest = paths[s] - constant - weight * paths[t]
    assert is_normal(rest, 0.0, variance)
    product = rest * (paths[t] - paths[t].mean())
    assert abs(product.mean()) < ERRORS * product.std() / PATHS**0.5


@pytest.mark.parametrize("s, t", [(t - 1, t) for t in (2, 4, 7)])
def test_the_printed_mean_is_not_what_happens(paths, s, t):
    """1-11 with beta_t under the root: off by many standard errors."""
    printed = chapter_1.root_of_beta().printed
    ab = from_betas(BETAS).alpha_bar.tolist()
    f = numeric(in_alpha_bar(printed.subs(x_t, 0)), ab_prev, ab_t, x_0)
    constant = float(f(ab[s], ab[t], 0.8))
    claims = {c.lhs: c.rhs for c in chapter_1.posterior_by_square().claims}
    weight = value(claims[mu], s, t, x_0=0.0, x_t=1.0)
    rest = paths[s] - constant - weight * paths[t]
    assert abs(rest.mean()) > 20 * rest.std() / PATHS**0.5
