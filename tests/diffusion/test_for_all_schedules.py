"""Hypothesis: what holds for every schedule, every pair of times and all data."""

import warnings

import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch.testing import assert_close

from companion.diffusion import (
    Schedule,
    from_betas,
    marginal,
    posterior,
    posterior_from_noise,
    step,
    transition,
    x0_from_noise,
)

numbers = st.floats(-3, 3, width=32)


def data(x):
    return torch.tensor([[x]], dtype=torch.float64)


@st.composite
def schedules(draw, zero=True):
    """1 to 40 steps, beta from 1e-4 to 0.98, some with alpha_bar_T = 0."""
    log_betas = draw(st.lists(st.floats(-4, -0.01), min_size=1, max_size=40))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # whether it reaches noise is no matter here
        schedule = from_betas([10**b for b in log_betas])
        if zero and draw(st.booleans()):
            schedule = Schedule([*schedule.alpha_bar.tolist(), 0.0])
    return schedule


@st.composite
def schedules_and_times(draw, n, zero=True):
    """A schedule and n of its times that rise strictly."""
    schedule = draw(schedules(zero).filter(lambda schedule: schedule.T >= n - 1))
    times = st.lists(st.integers(0, schedule.T), min_size=n, max_size=n, unique=True).map(sorted)
    return schedule, *draw(times)


@given(schedules())
def test_signal_and_noise(schedule):
    """alpha_bar, SNR and log-SNR fall strictly; betas give the schedule back."""
    assert schedule.snr.diff().lt(0).all()
    assert schedule.log_snr.diff().lt(0).all()
    assert schedule.beta[1:].gt(0).all()
    assert schedule.beta[1:].le(1).all()
    assert_close(schedule.alpha.cumprod(0), schedule.alpha_bar, rtol=1e-12, atol=0)
    assert_close(schedule.snr.log(), schedule.log_snr, rtol=1e-9, atol=1e-9)


@given(schedules_and_times(3), numbers)
def test_transitions_compose(schedule_and_times, x):
    """s -> u -> t is s -> t: the means chain, the variances add after scaling."""
    schedule, s, u, t = schedule_and_times
    xs = data(x)
    first = transition(schedule, xs, s, u)
    second = transition(schedule, first.mean, u, t)
    alpha = schedule.alpha_bar[t] / schedule.alpha_bar[u]
    direct = transition(schedule, xs, s, t)
    assert_close(second.mean, direct.mean, rtol=1e-12, atol=1e-12)
    assert_close(second.var + alpha * first.var, direct.var, rtol=1e-11, atol=1e-14)


@given(schedules_and_times(2), numbers)
def test_special_cases_of_the_transition(schedule_and_times, x):
    """From s = 0 it is the marginal, from s = t - 1 the step."""
    schedule, _, t = schedule_and_times
    x = data(x)
    for special, general in (
        (marginal(schedule, x, t), transition(schedule, x, 0, t)),
        (step(schedule, x, t), transition(schedule, x, t - 1, t)),
    ):
        assert_close(special.mean, general.mean, rtol=1e-12, atol=1e-14)
        assert_close(special.var, general.var, rtol=1e-12, atol=0)


@given(schedules_and_times(2), numbers, numbers)
def test_variances_lie_between_0_and_1(schedule_and_times, x, y):
    """Knowing x_t and x_0 leaves less doubt about x_s than knowing x_0 alone."""
    schedule, s, t = schedule_and_times
    x, y = data(x), data(y)
    forward = transition(schedule, x, s, t).var
    back = posterior(schedule, x, y, s, t).var
    assert 0 < forward <= 1
    assert 0 <= back <= min(forward, 1 - schedule.alpha_bar[s])
    assert (back == 0) == (s == 0)


@given(schedules_and_times(2), numbers, numbers)
def test_posterior_is_the_joint_conditioned(schedule_and_times, x, y):
    """(x_s, x_t) given x_0 is one Gaussian; conditioned on x_t by linear algebra."""
    schedule, s, t = schedule_and_times
    xt, x0 = data(x), data(y)
    ab_s, ab_t = schedule.alpha_bar[s], schedule.alpha_bar[t]
    cov_st = (ab_t / ab_s).sqrt() * (1 - ab_s)
    gain = cov_st / (1 - ab_t)
    q = posterior(schedule, xt, x0, s, t)
    mean = ab_s.sqrt() * x0 + gain * (xt - ab_t.sqrt() * x0)
    assert_close(q.mean, mean, rtol=1e-9, atol=1e-9)
    assert_close(q.var.squeeze(), 1 - ab_s - gain * cov_st, rtol=1e-9, atol=1e-11)


@given(schedules_and_times(2), numbers, numbers, numbers)
def test_bayes_rule(schedule_and_times, x, y, z):
    """1-6 to 1-9: q(x_s|x_t,x_0) q(x_t|x_0) = q(x_t|x_s) q(x_s|x_0), as densities."""
    schedule, s, t = schedule_and_times
    x0, xs, xt = data(x), data(y), data(z)
    assume(s > 0)  # no density at time 0
    left = posterior(schedule, xt, x0, s, t).log_prob(xs)
    left = left + marginal(schedule, x0, t).log_prob(xt)
    right = transition(schedule, xs, s, t).log_prob(xt)
    right = right + marginal(schedule, x0, s).log_prob(xs)
    assert_close(left, right, rtol=1e-6, atol=1e-6)


@given(schedules_and_times(2, zero=False), numbers, numbers)
def test_noise_and_data_say_the_same(schedule_and_times, x, y):
    """1-13 is 1-11 at the x_0 of 1-12, and 1-12 undoes 1-4."""
    schedule, s, t = schedule_and_times
    xt, eps = data(x), data(y)
    x0 = x0_from_noise(schedule, xt, eps, t)
    assert_close(marginal(schedule, x0, t).sample(eps), xt, rtol=1e-9, atol=1e-9)
    a = posterior(schedule, xt, x0, s, t)
    b = posterior_from_noise(schedule, xt, eps, s, t)
    assert_close(a.mean, b.mean, rtol=1e-6, atol=1e-6)
    assert_close(a.var, b.var, rtol=0, atol=0)


@given(schedules_and_times(2), numbers)
def test_the_posterior_of_the_marginal_is_the_marginal(schedule_and_times, x):
    """Draw x_t from q(x_t|x_0), then x_s from the posterior: x_s is from q(x_s|x_0)."""
    schedule, s, t = schedule_and_times
    x0 = data(x)
    at_t = marginal(schedule, x0, t)
    q = posterior(schedule, at_t.mean, x0, s, t)
    weight_xt = posterior(schedule, at_t.mean + 1, x0, s, t).mean - q.mean
    ab_s = schedule.alpha_bar[s]
    assert_close(q.mean, ab_s.sqrt() * x0, rtol=1e-9, atol=1e-9)
    spread = q.var + weight_xt**2 * at_t.var
    assert_close(spread.squeeze(), 1 - ab_s, rtol=1e-9, atol=1e-11)


@given(schedules_and_times(3), numbers, numbers)
def test_posteriors_compose(schedule_and_times, x, y):
    """t -> u -> s by posteriors is t -> s: what skipping steps rests on."""
    schedule, s, u, t = schedule_and_times
    xt, x0 = data(x), data(y)
    first = posterior(schedule, xt, x0, u, t)
    second = posterior(schedule, first.mean, x0, s, u)
    weight = posterior(schedule, first.mean + 1, x0, s, u).mean - second.mean
    direct = posterior(schedule, xt, x0, s, t)
    assert_close(second.mean, direct.mean, rtol=1e-9, atol=1e-9)
    spread = second.var + weight**2 * first.var
    assert_close(spread, direct.var, rtol=1e-9, atol=1e-11)
