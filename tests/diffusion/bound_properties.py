"""What holds for the bound at one time, and for its limit, as functions of the library."""

import math

import torch
from scipy.integrate import quad
from scipy.stats import norm
from torch.testing import assert_close

WEIGHTS, MEANS, STD = (0.4, 0.6), (-1.0, 0.8), 0.3


def mixture(lib):
    weights, means = (torch.tensor(each, dtype=torch.float64) for each in (WEIGHTS, MEANS))
    return lib.Mixture.isotropic(
        weights, means[:, None], torch.full((2,), STD, dtype=torch.float64)
    )


def even(lib, T):
    """Steps that are even in the logarithm of the SNR."""
    log_snr = torch.linspace(9, -9, T, dtype=torch.float64)
    return lib.from_alpha_bar([1.0, *log_snr.sigmoid().tolist()])


def error_by_scipy(ab: float) -> float:
    """E[(x_0 - E[x_0 | x_t])^2] of the mixture, by SciPy's quadrature, written out."""
    var = ab * STD**2 + 1 - ab

    def mass_and_mean(x):
        parts = [
            w * norm.pdf(x, ab**0.5 * m, var**0.5) for w, m in zip(WEIGHTS, MEANS, strict=True)
        ]
        means = [m + ab**0.5 * STD**2 / var * (x - ab**0.5 * m) for m in MEANS]
        return sum(parts), sum(p * m for p, m in zip(parts, means, strict=True))

    def squared_mean(x):
        mass, first = mass_and_mean(x)
        return first**2 / mass if mass else 0.0

    square = sum(w * (m * m + STD**2) for w, m in zip(WEIGHTS, MEANS, strict=True))
    return square - quad(squared_mean, -9, 9, limit=200, epsabs=1e-11, epsrel=1e-11)[0]


def the_error_of_the_best_guess_is_that_of_scipy(lib):
    schedule = even(lib, 9)
    error = lib.expected_error(mixture(lib), schedule)
    assert error.shape == (10,) and error[0] == 0
    expected = [error_by_scipy(ab) for ab in schedule.alpha_bar[1:].tolist()]
    assert_close(error[1:], torch.tensor(expected, dtype=torch.float64), rtol=0, atol=1e-9)
    assert (error.diff() > 0).all()


def finer_steps_come_down_on_the_limit_and_the_limit_on_the_truth(lib):
    data, gaps = mixture(lib), []
    limit = lib.bound_limit(data, even(lib, 20))
    for T in (20, 80, 320):
        schedule = even(lib, T)
        assert_close(lib.bound_limit(data, schedule), limit, rtol=0, atol=1e-12)
        s = torch.arange(1, T)
        middle = lib.bound_weight(schedule, s, s + 1) * lib.expected_error(data, schedule)[2:]
        gaps.append((middle.sum() - limit).item())
    assert gaps[0] > 4 * gaps[1] and gaps[1] > 3.9 * gaps[2] > 0
    ab_1, ab_T = schedule.alpha_bar[1].item(), schedule.alpha_bar[-1].item()
    first = lib.expected_error(data, schedule)[1].item() / (2 * (1 - ab_1))
    first += math.log(2 * math.pi * (1 - ab_1)) / 2
    square = sum(w * (m * m + STD**2) for w, m in zip(WEIGHTS, MEANS, strict=True))
    last = (ab_T * (square - 1) - math.log(1 - ab_T)) / 2

    def surprise(x):
        mass = sum(w * norm.pdf(x, m, STD) for w, m in zip(WEIGHTS, MEANS, strict=True))
        return -mass * math.log(mass) if mass else 0.0

    entropy = quad(surprise, -9, 9, limit=500)[0]
    above = first + limit.item() + last - entropy
    assert 0 < above < 1e-4  # what SNR(1) and SNR(T) leave


def random_times_estimate_the_sum(lib):
    """One time for each of many draws of x_0: within four standard errors of the sum."""
    data, schedule = mixture(lib), even(lib, 20)
    g = torch.Generator().manual_seed(0)
    x0 = data.sample(20_000, generator=g)

    def best(xt, t):
        return lib.EPS.predict(schedule, data.optimal_eps(schedule, xt, t), xt, t)

    t = torch.randint(1, 21, (len(x0),), generator=g)
    one_each = lib.bound_at(schedule, best, x0, t, generator=g)
    s = torch.arange(1, 20)
    error = lib.expected_error(data, schedule)
    first = error[1] / (2 * (1 - schedule.alpha_bar[1]))
    first += (2 * math.pi * (1 - schedule.alpha_bar[1])).log() / 2
    whole = first + (lib.bound_weight(schedule, s, s + 1) * error[2:]).sum()
    standard_error = one_each.std() / len(x0) ** 0.5
    assert abs(one_each.mean() - whole) < 4 * standard_error < 0.7


def pixels_are_added_up(lib):
    """Images count as many terms as they have numbers, like `bound`."""
    schedule = lib.cosine(8)
    x0 = torch.linspace(-1, 1, 24, dtype=torch.float64).reshape(2, 3, 4)

    def wrong(xt, t):
        return lib.Prediction(x0[: len(xt)] + 0.1, xt)

    rows = lib.bound(schedule, wrong, x0)[:-1]
    each = [lib.bound_at(schedule, wrong, x0, torch.tensor([u, u])) / 8 for u in range(1, 9)]
    assert_close(torch.stack(each), rows)


ALL = (
    the_error_of_the_best_guess_is_that_of_scipy,
    finer_steps_come_down_on_the_limit_and_the_limit_on_the_truth,
    random_times_estimate_the_sum,
    pixels_are_added_up,
)
