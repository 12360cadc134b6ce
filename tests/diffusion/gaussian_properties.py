"""What holds for one draw, the forward process and the posterior, for any library.

As in `schedule_properties`, each function takes the library under test. References are
per item and in plain floats, from the joint distribution of (x_s, x_t) given x_0.
"""

import math

import torch
from torch.testing import assert_close

from tests.diffusion.schedule_properties import doubles, short

PAIRS = ((0, 1), (0, 5), (0, 12), (1, 2), (4, 9), (11, 12), (3, 12))
EXACT = {"rtol": 0, "atol": 0}


def noise(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, dtype=torch.float64, generator=generator)


def betas_of(schedule):
    """beta_1 ... beta_T from alpha_bar, as plain floats; entry 0 is a filler."""
    ab = schedule.alpha_bar.tolist()
    return [0.0] + [1 - ab[t] / ab[t - 1] for t in range(1, len(ab))]


def by_conditioning(schedule, xt, x0, s, t):
    """Mean and variance of x_s given x_t, from their joint covariance given x_0."""
    ab = schedule.alpha_bar.tolist()
    cov_st = math.sqrt(ab[t] / ab[s]) * (1 - ab[s])
    gain = cov_st / (1 - ab[t])
    mean = math.sqrt(ab[s]) * x0 + gain * (xt - math.sqrt(ab[t]) * x0)
    return mean, (1 - ab[s]) - gain * cov_st


def draw_scales_noise_by_the_root(lib):
    """1-2, 1-4, 1-14: the noise carries the standard deviation, not the variance."""
    mean, eps = noise(3, 2, 2), noise(3, 2, 2, seed=1)
    var = doubles([0.0, 0.25, 4.0]).reshape(3, 1, 1)
    gaussian = lib.Gaussian(mean, var)
    assert_close(gaussian.std.flatten(), doubles([0, 0.5, 2]))
    expected = torch.stack([mean[0], mean[1] + 0.5 * eps[1], mean[2] + 2 * eps[2]])
    assert_close(gaussian.sample(eps), expected)


def draws_have_the_moments(lib):
    """Mean and variance of 40,000 draws, each within 5 of its standard errors."""
    n = 40_000
    mean, var = torch.full((n, 1), 3.0, dtype=torch.float64), doubles([[0.25]])
    draws = lib.Gaussian(mean, var).sample(generator=torch.Generator().manual_seed(3))
    assert abs(draws.mean() - 3) < 5 * math.sqrt(0.25 / n)
    assert abs(draws.var() - 0.25) < 5 * 0.25 * math.sqrt(2 / n)


def draws_come_from_the_generator(lib):
    """One seed, one draw; another seed, another."""
    gaussian = lib.Gaussian(noise(2, 3), doubles([[1.0], [2.0]]))
    a, b, c = (gaussian.sample(generator=torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))
    assert_close(a, b, **EXACT)
    assert not a.isclose(c).any()


def density_is_the_normal_one(lib):
    mean, x = noise(3, 2, 4), noise(3, 2, 4, seed=1)
    var = doubles([0.1, 1, 7]).reshape(3, 1, 1)
    normal = torch.distributions.Normal(mean, var.sqrt())
    expected = normal.log_prob(x).sum((1, 2))
    assert_close(lib.Gaussian(mean, var).log_prob(x), expected)


def step_is_1_1(lib):
    schedule, x = short(lib), noise(12, 2, 3)
    q = lib.step(schedule, x, torch.arange(1, 13))
    for i, beta in enumerate(betas_of(schedule)[1:]):
        assert_close(q.mean[i], math.sqrt(1 - beta) * x[i])
        assert_close(q.var[i].item(), beta)


def marginal_is_1_5(lib):
    schedule, x0 = short(lib), noise(12, 2, 3)
    q = lib.marginal(schedule, x0, torch.arange(1, 13))
    for i, ab_t in enumerate(schedule.alpha_bar[1:].tolist()):
        assert_close(q.mean[i], math.sqrt(ab_t) * x0[i])
        assert_close(q.var[i].item(), 1 - ab_t)


def transition_is_the_steps_one_after_another(lib):
    """1-3a: every step scales the mean, and scales and adds to the variance."""
    schedule, xs = short(lib), noise(1, 4)
    betas = betas_of(schedule)
    for s, t in PAIRS:
        mean, var = xs, 0.0
        for beta in betas[s + 1 : t + 1]:
            mean, var = math.sqrt(1 - beta) * mean, (1 - beta) * var + beta
        q = lib.transition(schedule, xs, s, t)
        assert_close(q.mean, mean)
        assert_close(q.var.item(), var)


def posterior_is_the_joint_conditioned(lib):
    """1-10, 1-11 and 1-11a."""
    schedule, xt, x0 = short(lib), noise(1, 4), noise(1, 4, seed=1)
    for s, t in PAIRS:
        mean, var = by_conditioning(schedule, xt, x0, s, t)
        q = lib.posterior(schedule, xt, x0, s, t)
        assert_close(q.mean, mean)
        assert_close(q.var.item(), var)


def posterior_from_noise_is_the_posterior(lib):
    """1-13 and 1-13a: the noise and the clean data say the same."""
    schedule, x0, eps = short(lib), noise(1, 4), noise(1, 4, seed=1)
    ab = schedule.alpha_bar.tolist()
    for s, t in PAIRS:
        xt = math.sqrt(ab[t]) * x0 + math.sqrt(1 - ab[t]) * eps
        mean, var = by_conditioning(schedule, xt, x0, s, t)
        q = lib.posterior_from_noise(schedule, xt, eps, s, t)
        assert_close(q.mean, mean)
        assert_close(q.var.item(), var)


def posterior_ends_at_clean_data(lib):
    """At s = 0 the mean is x_0 and the variance 0, both to the last bit."""
    xt, x0 = noise(2, 3), noise(2, 3, seed=1)
    schedule = short(lib)
    for t in range(1, 13):
        q = lib.posterior(schedule, xt, x0, 0, t)
        assert_close(q.mean, x0, **EXACT)
        assert q.var.eq(0).all()
        assert_close(q.sample(noise(2, 3, seed=2)), x0, **EXACT)
        assert lib.posterior_from_noise(schedule, xt, x0, 0, t).var.eq(0).all()


def x0_comes_back_from_the_noise(lib):
    """1-12 undoes 1-4, written out here."""
    schedule, x0, eps = short(lib), noise(12, 3), noise(12, 3, seed=1)
    ab_t = schedule.alpha_bar[1:, None]
    xt = ab_t.sqrt() * x0 + (1 - ab_t).sqrt() * eps
    found = lib.x0_from_noise(schedule, xt, eps, torch.arange(1, 13))
    assert_close(found, x0, rtol=1e-6, atol=1e-9)


def batched_times_are_the_items_apart(lib):
    """A batch with its own s and t for each item is the items one by one."""
    schedule = short(lib)
    xt, x0 = noise(7, 2, 3), noise(7, 2, 3, seed=1)
    s, t = torch.tensor(PAIRS).unbind(1)
    calls = (
        lambda i: lib.step(schedule, x0[i], t[i]),
        lambda i: lib.marginal(schedule, x0[i], t[i]),
        lambda i: lib.transition(schedule, x0[i], s[i], t[i]),
        lambda i: lib.posterior(schedule, xt[i], x0[i], s[i], t[i]),
        lambda i: lib.posterior_from_noise(schedule, xt[i], x0[i], s[i], t[i]),
    )
    for call in calls:
        batch = call(slice(None))
        for i in range(7):
            item = call(slice(i, i + 1))
            assert_close(batch.mean[i : i + 1], item.mean)
            assert_close(batch.var[i : i + 1], item.var)


ALL = (
    draw_scales_noise_by_the_root,
    draws_have_the_moments,
    draws_come_from_the_generator,
    density_is_the_normal_one,
    step_is_1_1,
    marginal_is_1_5,
    transition_is_the_steps_one_after_another,
    posterior_is_the_joint_conditioned,
    posterior_from_noise_is_the_posterior,
    posterior_ends_at_clean_data,
    x0_comes_back_from_the_noise,
    batched_times_are_the_items_apart,
)
