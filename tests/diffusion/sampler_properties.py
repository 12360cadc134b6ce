"""What holds for predictions and samplers, as functions of the library under test.

As in `schedule_properties`: the mutation tests call them with a broken copy. The oracle is
a Gaussian, whose deterministic way back is known: every x keeps its place in standard
deviations from the mean.
"""

import math

import pytest
import torch
from scipy.stats import norm
from torch.testing import assert_close

CLOSE = {"rtol": 1e-9, "atol": 1e-9}


def drawn(lib, seed=0, T=12):
    """A schedule that ends in noise, a batch of x_0, eps, the times, x_t."""
    g = torch.Generator().manual_seed(seed)
    betas = 0.02 + 0.6 * torch.rand(T, generator=g, dtype=torch.float64)
    betas[-1] = 0.99
    schedule = lib.from_betas(betas)
    x0, eps = torch.randn(2, 5, 3, generator=g, dtype=torch.float64)
    t = torch.randint(1, T + 1, (5,), generator=g)
    return schedule, x0, eps, t, lib.marginal(schedule, x0, t).sample(eps)


def state(lib, schedule, t, x0, eps):
    """What a sampler knows at time t if the network is right about x_0 and eps."""
    xt = lib.marginal(schedule, x0, t).sample(eps)
    return lib.State(t, xt, lib.Prediction(x0, eps))


def targets_are_noise_data_and_velocity(lib):
    schedule, x0, eps, t, _ = drawn(lib)
    assert_close(lib.EPS.target(schedule, x0, eps, t), eps)
    assert_close(lib.X0.target(schedule, x0, eps, t), x0)
    v = lib.V.target(schedule, x0, eps, t)
    for row in range(5):
        ab = schedule.alpha_bar[t[row]].item()
        expected = math.sqrt(ab) * eps[row] - math.sqrt(1 - ab) * x0[row]
        assert_close(v[row], expected, **CLOSE)


def each_output_says_what_x0_and_the_noise_are(lib):
    for seed in range(3):
        schedule, x0, eps, t, xt = drawn(lib, seed)
        for parameterization in (lib.EPS, lib.X0, lib.V):
            output = parameterization.target(schedule, x0, eps, t)
            prediction = parameterization.predict(schedule, output, xt, t)
            assert_close(prediction.x0, x0, **CLOSE)
            assert_close(prediction.eps, eps, **CLOSE)


def at_zero_snr_the_noise_alone_says_nothing(lib):
    schedule = lib.zero_terminal_snr(lib.linear(10, 0.05, 0.9))
    xt = torch.randn(2, 3, dtype=torch.float64)
    x0 = torch.full((2, 3), 0.3, dtype=torch.float64)
    assert_close(lib.X0.predict(schedule, x0, xt, 10).eps, xt)
    assert_close(lib.V.predict(schedule, -x0, xt, 10).x0, x0)
    with pytest.raises(ValueError, match="alpha_bar_t = 0"):
        lib.EPS.predict(schedule, xt, xt, 10)


def the_last_step_ends_at_the_guess_without_noise(lib):
    schedule, x0, eps, _, _ = drawn(lib)
    history = [state(lib, schedule, t, x0, eps) for t in (9, 4)]
    for step in (
        lib.ancestral,
        lib.ddim(0),
        lib.ddim(0.5),
        lib.ddim(1),
        lib.dpm_solver,
    ):
        last = step(schedule, history, 0)
        assert_close(last.mean, x0, **CLOSE)
        assert last.var.eq(0).all()


def every_pair(T=12):
    return [(s, t) for t in range(1, T + 1) for s in range(t)]


def ancestral_is_the_posterior_of_the_guess(lib):
    schedule, x0, eps, _, _ = drawn(lib)
    for s, t in every_pair():
        now = state(lib, schedule, t, x0, eps)
        got = lib.ancestral(schedule, [now], s)
        expected = lib.posterior(schedule, now.xt, x0, s, t)
        assert_close(got.mean, expected.mean)
        assert_close(got.var, expected.var)


def ddim_with_eta_1_is_ancestral_for_any_skip(lib):
    schedule, x0, eps, _, _ = drawn(lib)
    for s, t in every_pair():
        history = [state(lib, schedule, t, x0, eps)]
        ours, other = lib.ddim(1)(schedule, history, s), lib.ancestral(schedule, history, s)
        assert_close(ours.mean, other.mean, **CLOSE)
        assert_close(ours.var, other.var, **CLOSE)


def ddim_keeps_and_renews_what_belongs_to_its_time(lib):
    """The guessed noise kept and the fresh noise together have variance 1 - ab_s."""
    schedule, x0, eps, _, _ = drawn(lib)
    zero = torch.zeros_like(x0)
    for eta in (0, 0.3, 1):
        for s, t in every_pair():
            ab_s, ab_t = (schedule.alpha_bar[n].item() for n in (s, t))
            now = lib.State(t, eps, lib.Prediction(zero, torch.ones_like(eps)))
            got = lib.ddim(eta)(schedule, [now], s)
            fresh = eta**2 * (1 - ab_s) / (1 - ab_t) * (1 - ab_t / ab_s)
            assert got.var.item() == pytest.approx(fresh)
            kept = got.mean.flatten()[0].item() ** 2
            assert kept + fresh == pytest.approx(1 - ab_s)


def dpm_solver_is_the_papers_formula(lib):
    """In half log-SNRs, as Lu et al. write it, in plain floats."""
    schedule, x0, eps, _, _ = drawn(lib)
    guesses = {11: x0, 6: 2 * x0 + 1}
    history = [
        lib.State(t, eps * t, lib.Prediction(prediction, eps)) for t, prediction in guesses.items()
    ]

    def half_log_snr(t):
        ab = schedule.alpha_bar[t].item()
        return math.log(ab / (1 - ab)) / 2

    for s in range(1, 6):
        ab_s, ab_t = (schedule.alpha_bar[n].item() for n in (s, 6))
        h, before = (
            half_log_snr(s) - half_log_snr(6),
            half_log_snr(6) - half_log_snr(11),
        )
        r = before / h
        D = (1 + 1 / (2 * r)) * guesses[6] - 1 / (2 * r) * guesses[11]
        sigmas = math.sqrt((1 - ab_s) / (1 - ab_t))
        expected = sigmas * history[-1].xt - math.sqrt(ab_s) * (math.exp(-h) - 1) * D
        assert_close(lib.dpm_solver(schedule, history, s).mean, expected, **CLOSE)


def dpm_solver_begins_as_ddim(lib):
    schedule, x0, eps, _, _ = drawn(lib)
    for s, t in every_pair():
        history = [state(lib, schedule, t, x0, eps)]
        ours = lib.dpm_solver(schedule, history, s)
        assert_close(ours.mean, lib.ddim(0)(schedule, history, s).mean, **CLOSE)
        assert ours.var.eq(0).all()


def gaussian_error(lib, step, steps, T=4096):
    """How far from the exact way back, from 3T/4 to T/4, on Gaussian data."""
    schedule = lib.cosine(T)
    data = lib.Mixture.isotropic([1.0], [[0.7]], torch.tensor([0.3]))
    start, stop = 3 * T // 4, T // 4

    def at(t):
        here = data.marginal(schedule, t)
        return here.mean(), here.cov()[..., 0].sqrt()

    places = torch.tensor([[-1.5], [-0.2], [0.8], [2.0]], dtype=torch.float64)
    mean, std = at(start)
    xt, history = mean + std * places, []
    width = (start - stop) // steps
    for t in range(start, stop, -width):
        eps = data.optimal_eps(schedule, xt, t)
        prediction = lib.EPS.predict(schedule, eps, xt, t)
        history = [*history[-1:], lib.State(t, xt, prediction)]
        xt = step(schedule, history, t - width).mean
    mean, std = at(stop)
    return (xt - mean - std * places).abs().max().item()


def orders_of_convergence(lib):
    """Halve the step: the error of DDIM halves, that of the second order quarters."""
    for step, order in ((lib.ddim(0), 1), (lib.dpm_solver, 2)):
        coarse, fine = (gaussian_error(lib, step, n) for n in (64, 128))
        assert math.log2(coarse / fine) == pytest.approx(order, abs=0.15)


def samples_have_the_moments_of_the_data(lib):
    """With the perfect network, mean and variance come out within four errors."""
    schedule = lib.cosine(100)
    data = lib.Mixture.isotropic([0.35, 0.65], [[-1.0], [1.0]], torch.tensor([0.3, 0.3]))
    g = torch.Generator().manual_seed(0)
    n = 8_000
    xT = torch.randn(n, 1, generator=g, dtype=torch.float64)

    def denoise(xt, t):
        return lib.EPS.predict(schedule, data.optimal_eps(schedule, xt, t), xt, t)

    for step in (lib.ancestral, lib.ddim(0), lib.ddim(0.5), lib.dpm_solver):
        x0 = lib.sample(denoise, schedule, xT, lib.trailing(100, 100), step, generator=g)
        mean, var = data.mean().item(), data.cov().item()
        assert abs(x0.mean().item() - mean) < 4 * (var / n) ** 0.5
        assert abs(x0.var().item() - var) < 4 * (2 * var**2 / n) ** 0.5 + 0.01  # 100 steps


PEAKS = ((0.35, -1.0, 0.3), (0.65, 1.0, 0.3))  # weight, mean, standard deviation


def samples_are_as_far_from_the_data_as_draws_are(lib):
    """2-Wasserstein distance to the exact quantiles, of all four samplers.

    A sampler without noise keeps the order on a line: from the quantiles of the noise it
    has to come to those of the data. One with noise may be as far as exact draws are.
    """
    schedule, n = lib.cosine(400), 4000
    weights, means, stds = (torch.tensor(x).double() for x in zip(*PEAKS, strict=True))
    data = lib.Mixture.isotropic(weights, means[:, None], stds)
    shares = (torch.arange(n, dtype=torch.float64) + 0.5) / n
    exact = data.icdf(shares)
    even = torch.from_numpy(norm.ppf(shares.numpy()))[:, None]
    g = torch.Generator().manual_seed(0)
    noise = torch.randn(n, 1, generator=g, dtype=torch.float64)

    def denoise(xt, t):
        return lib.EPS.predict(schedule, data.optimal_eps(schedule, xt, t), xt, t)

    def distance(x):
        return (x.flatten().sort().values - exact).square().mean().sqrt().item()

    draws = distance(data.sample(n, generator=torch.Generator().manual_seed(1)))
    for step, calls, start, most in (
        (lib.ddim(0), 200, even, 0.02),
        (lib.dpm_solver, 40, even, 0.02),
        (lib.ddim(0.5), 200, noise, 2 * draws),
        (lib.ancestral, 200, noise, 2 * draws),
    ):
        times = lib.trailing(400, calls)
        x = lib.sample(denoise, schedule, start, times, step, generator=g)
        assert distance(x) < most, (step, distance(x), most)


def the_walk_calls_the_network_once_a_step(lib):
    schedule, x0, eps, _, _ = drawn(lib)
    called = []

    def denoise(xt, t):
        called.append(t)
        return lib.Prediction(x0, eps)

    times = (12, 7, 3)
    states = list(lib.trajectory(denoise, schedule, eps, times, lib.ddim(0)))
    assert called == [12, 7, 3]
    assert [state.t for state in states] == [12, 7, 3, 0]
    assert_close(states[0].xt, eps)
    assert_close(states[-1].xt, x0, **CLOSE)
    assert_close(lib.sample(denoise, schedule, eps, times), x0, **CLOSE)


def times_are_spread_from_T_down(lib):
    assert lib.trailing(1000, 4) == (1000, 750, 500, 250)
    assert lib.trailing(10, 10) == (10, 9, 8, 7, 6, 5, 4, 3, 2, 1)
    assert lib.trailing(7, 1) == (7,)
    for T in (3, 10, 37):
        for steps in range(1, T + 1):
            times = lib.trailing(T, steps)
            assert len(times) == steps and times[0] == T
            assert all(t > s for t, s in zip(times, (*times[1:], 0), strict=True))


def leading_times_are_whole_steps_from_1_up(lib):
    assert lib.leading(1000, 4) == (751, 501, 251, 1)
    assert lib.leading(10, 10) == (10, 9, 8, 7, 6, 5, 4, 3, 2, 1)
    assert lib.leading(7, 1) == (1,)
    for T in (3, 10, 37):
        for steps in range(1, T + 1):
            times = lib.leading(T, steps)
            assert len(times) == steps and times[-1] == 1 and times[0] <= T
            assert len({t - s for t, s in zip(times, times[1:], strict=False)}) < 2


ALL = (
    leading_times_are_whole_steps_from_1_up,
    targets_are_noise_data_and_velocity,
    each_output_says_what_x0_and_the_noise_are,
    at_zero_snr_the_noise_alone_says_nothing,
    the_last_step_ends_at_the_guess_without_noise,
    ancestral_is_the_posterior_of_the_guess,
    ddim_with_eta_1_is_ancestral_for_any_skip,
    ddim_keeps_and_renews_what_belongs_to_its_time,
    dpm_solver_is_the_papers_formula,
    dpm_solver_begins_as_ddim,
    orders_of_convergence,
    samples_have_the_moments_of_the_data,
    samples_are_as_far_from_the_data_as_draws_are,
    the_walk_calls_the_network_once_a_step,
    times_are_spread_from_T_down,
)
