"""What holds for schedules, as functions of the library under test.

Each takes `lib`, a namespace with the names of `companion.diffusion`. The ordinary
tests call them with the package, the mutation tests with a copy of it that has one
formula broken. The references are written in plain Python floats, from the papers.
"""

import math
import warnings

import pytest
import torch
from torch.testing import assert_close


def doubles(values):
    return torch.tensor(values, dtype=torch.float64)


def short(lib):
    """A schedule of 12 coarse steps that does reach noise."""
    return lib.from_betas(torch.linspace(0.05, 0.9, 12, dtype=torch.float64))


def running_product(betas):
    """alpha_bar_1 ... alpha_bar_T, by hand."""
    return [math.prod(1 - b for b in betas[: t + 1]) for t in range(len(betas))]


def index_starts_at_clean_data(lib):
    """T+1 entries, alpha_bar[0] = 1, and entry t is the product up to step t."""
    betas = [0.1, 0.9, 0.5, 0.95]
    schedule = lib.from_betas(betas)
    assert schedule.T == 4
    assert schedule.alpha_bar.shape == (5,)
    assert schedule.alpha_bar.dtype == torch.float64
    assert schedule.alpha_bar[0] == 1
    assert_close(schedule.alpha_bar[1:], doubles(running_product(betas)))
    assert_close(schedule.alpha, doubles([1, 0.9, 0.1, 0.5, 0.05]))
    assert_close(schedule.beta, doubles([0, *betas]))


def alpha_bar_is_kept_as_given(lib):
    values = [1, 0.7, 0.3, 0.001]
    assert_close(lib.from_alpha_bar(values).alpha_bar, doubles(values), rtol=0, atol=0)
    assert_close(lib.Schedule(values).alpha_bar, doubles(values), rtol=0, atol=0)


def linear_is_ddpm(lib):
    """Ho et al. (2020), section 4: beta_1 = 1e-4 to beta_T = 0.02 in T = 1000 steps."""
    betas = [1e-4 + (0.02 - 1e-4) * (t - 1) / 999 for t in range(1, 1001)]
    schedule = lib.linear()
    assert schedule.T == 1000
    assert_close(schedule.beta[1:], doubles(betas), rtol=1e-11, atol=0)
    assert_close(schedule.alpha_bar[1:], doubles(running_product(betas)), rtol=1e-11, atol=0)
    assert_close(lib.linear(3, 0.9, 0.99).beta, doubles([0, 0.9, 0.945, 0.99]))


def scaled_linear_is_ldm(lib):
    """Rombach et al. (2022): sqrt(beta) from sqrt(0.00085) to sqrt(0.012)."""
    first, last = math.sqrt(0.00085), math.sqrt(0.012)
    betas = [(first + (last - first) * (t - 1) / 999) ** 2 for t in range(1, 1001)]
    schedule = lib.scaled_linear()
    assert schedule.T == 1000
    assert_close(schedule.beta[1:], doubles(betas), rtol=1e-11, atol=0)
    assert_close(lib.scaled_linear(3, 0.81, 0.9025).beta[2], doubles(0.925**2))


def cosine_is_improved_ddpm(lib):
    """Nichol and Dhariwal (2021), equation 17, with beta clipped at 0.999."""

    def f(t, T, offset):
        return math.cos((t / T + offset) / (1 + offset) * math.pi / 2) ** 2

    for T, offset in ((1000, 0.008), (50, 0.008), (20, 0.1)):
        schedule = lib.cosine(T, offset)
        expected = doubles([f(t, T, offset) / f(0, T, offset) for t in range(T)])
        assert schedule.T == T
        assert_close(schedule.alpha_bar[:T], expected, rtol=1e-10, atol=0)
        assert_close(schedule.beta[T], doubles(0.999))
    assert_close(lib.cosine(40, max_beta=0.6).beta.max(), doubles(0.6))
    for T in (1, 7, 1000, 100_000):  # zero terminal SNR, Lin et al. (2024)
        try:
            assert lib.cosine(T, max_beta=1).alpha_bar[-1] == 0
        except ValueError as refused:
            raise AssertionError from refused


def zero_terminal_snr_is_lin(lib):
    """Lin et al. (2024), algorithm 1: sqrt(alpha_bar) on a straight line to 0."""
    before = lib.scaled_linear(100, 0.01, 0.2)
    after = lib.zero_terminal_snr(before)
    root, new = before.alpha_bar.sqrt(), after.alpha_bar.sqrt()
    assert after.alpha_bar[0] == 1
    assert after.alpha_bar[-1] == 0
    assert after.beta[-1] == 1
    assert_close(new[1], root[1])
    stretch = root[1] / (root[1] - root[-1])
    assert_close(new[2:], (root[2:] - root[-1]) * stretch)


def snr_is_a_ratio_of_variances(lib):
    """Equation 1-5a, and its logarithm."""
    schedule = lib.linear()
    pairs = [(a.item(), 1 - a.item()) for a in schedule.alpha_bar[1:]]
    assert schedule.snr[0] == math.inf
    assert schedule.log_snr[0] == math.inf
    assert_close(schedule.snr[1:], doubles([a / b for a, b in pairs]))
    assert_close(schedule.log_snr[1:], doubles([math.log(a / b) for a, b in pairs]))
    assert_close(lib.from_alpha_bar([1, 0.5, 0]).snr, doubles([math.inf, 1, 0]))
    assert_close(lib.from_alpha_bar([1, 0.5, 0]).log_snr[1:], doubles([0, -math.inf]))


def entries_are_gathered_at_their_time(lib):
    schedule = lib.from_alpha_bar([1, 0.6, 0.3, 0.1, 0.004])
    x = torch.zeros(3, 2, 5, 5, dtype=torch.float32)
    ab_t = schedule.at(torch.tensor([1, 4, 2]), x)
    assert ab_t.shape == (3, 1, 1, 1)
    assert ab_t.dtype == torch.float64
    assert_close(ab_t.flatten(), doubles([0.6, 0.004, 0.3]))
    assert_close(schedule.at(3, x), doubles([0.1]).reshape(1, 1, 1, 1))
    ab_s, ab_t = schedule.pair(torch.tensor([0, 2, 1]), torch.tensor([1, 4, 3]), x)
    assert_close(ab_s.flatten(), doubles([1, 0.3, 0.6]))
    assert_close(ab_t.flatten(), doubles([0.6, 0.004, 0.1]))
    ab_s, ab_t = schedule.pair(0, torch.tensor([1, 4, 3]), x)
    assert_close(ab_s.flatten(), doubles([1]))
    assert_close(ab_t.flatten(), doubles([0.6, 0.004, 0.1]))


def falling_short_of_noise_warns_with_its_number(lib):
    """The threshold is sqrt(alpha_bar_T) > 0.1, and the message says what is left."""
    with pytest.warns(lib.NeverReachesNoise, match=r"= 0\.7765 of .* at T = 50"):
        lib.linear(50)
    with pytest.warns(lib.NeverReachesNoise, match=r"= 0\.1010 of .* at T = 1"):
        lib.from_alpha_bar([1, 0.0102])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        lib.from_alpha_bar([1, 0.0099])


def bad_times_are_refused(lib):
    schedule, x = short(lib), torch.zeros(2, 3)
    for t in (0, 13, -1, torch.tensor([1, 13]), torch.tensor([0, 1])):
        with pytest.raises(ValueError, match="^t: got"):
            schedule.at(t, x)
    for s, t in ((5, 5), (6, 5), (torch.tensor([1, 5]), 5), (12, 12), (-1, 3)):
        with pytest.raises(ValueError, match="^s: got"):
            schedule.pair(s, t, x)


ALL = (
    index_starts_at_clean_data,
    alpha_bar_is_kept_as_given,
    linear_is_ddpm,
    scaled_linear_is_ldm,
    cosine_is_improved_ddpm,
    zero_terminal_snr_is_lin,
    snr_is_a_ratio_of_variances,
    entries_are_gathered_at_their_time,
    falling_short_of_noise_warns_with_its_number,
    bad_times_are_refused,
)
