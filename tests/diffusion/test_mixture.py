"""The oracle beyond its formulas: draws against exact distributions, and bad input."""

import re

import numpy as np
import pytest
import torch
from scipy.stats import kstest, norm
from torch.testing import assert_close

from companion import diffusion
from companion.diffusion import Mixture, from_alpha_bar, linear, marginal
from tests.diffusion.gaussian_properties import noise
from tests.diffusion.mixture_properties import full

SCHEDULE = linear()
NAN = float("nan")


def cdf(mixture):
    """The exact distribution function of a mixture on the line."""
    weights, means = mixture.weights.numpy(), mixture.means.numpy()[..., 0]
    stds = mixture.covs.sqrt().numpy()[..., 0, 0]

    def F(x):
        parts = norm.cdf((x[:, None] - means) / stds)
        return (weights * parts).sum(-1)

    return F


def drawn_from(mixture, x):
    """Kolmogorov-Smirnov: a right sampler fails this for 1 seed in 1000."""
    return kstest(x.flatten().numpy(), cdf(mixture)).pvalue > 1e-3


@pytest.fixture
def line():
    return Mixture.isotropic([0.2, 0.5, 0.3], [[-2.0], [0.0], [1.5]], [0.1, 0.4, 0.2])


def test_draws_of_the_data(line, generator):
    assert drawn_from(line, line.sample(5000, generator=generator))


@pytest.mark.parametrize("t", [1, 100, 400, 1000])
def test_draws_of_xt_are_noised_draws_of_x0(line, generator, t):
    """The mixture's own x_t, and x_0 sent through the forward process."""
    exact = line.marginal(SCHEDULE, t)
    assert drawn_from(exact, exact.sample(5000, generator=generator))
    x0 = line.sample(5000, generator=generator)
    xt = marginal(SCHEDULE, x0, t).sample(generator=generator)
    assert drawn_from(exact, xt)


@pytest.mark.parametrize(("s", "t"), [(0, 1), (0, 300), (99, 100), (200, 700)])
def test_one_reverse_step_goes_from_xt_to_xs(line, generator, s, t):
    """The tower property: x_t exact, then x_s given x_t, is x_s exact."""
    xt = line.marginal(SCHEDULE, t).sample(5000, generator=generator)
    xs = line.reverse(SCHEDULE, xt, s, t).sample(1, generator=generator)
    assert xs.shape == (1, 5000, 1)
    assert drawn_from(line.marginal(SCHEDULE, s), xs)


def test_sampling_from_noise_to_data_is_exact(line, generator):
    """Twelve exact reverse steps from x_T arrive at the data."""
    times = torch.linspace(1000, 0, 13).round().long().tolist()
    x = line.marginal(SCHEDULE, 1000).sample(5000, generator=generator)
    for t, s in zip(times, times[1:], strict=False):
        x = line.reverse(SCHEDULE, x, s, t).sample(1, generator=generator)[0]
    assert drawn_from(line, x)


def test_draws_of_the_reverse_at_one_xt(line, generator):
    """q(x_s | x_t) at a fixed x_t between two peaks, where it is not Gaussian."""
    q = line.reverse(SCHEDULE, torch.tensor([[-0.6]]), 150, 300)
    row = Mixture(q.weights[0], q.means[0], q.covs.reshape(-1, 3, 1, 1)[0])
    x = q.sample(5000, generator=generator)
    assert drawn_from(row, x)
    assert kstest(x.flatten().numpy(), norm(x.mean(), x.std()).cdf).pvalue < 1e-6


@pytest.mark.parametrize("D", [1, 2, 5])
def test_expectations_by_monte_carlo(D, generator):
    """The mean over draws of E[x_0 | x_t] is the mean of x_0; that of the noise is 0.

    Within 5 standard errors of 20,000 draws.
    """
    mixture, t = full(diffusion, D), 300
    xt = mixture.marginal(SCHEDULE, t).sample(20_000, generator=generator)
    for prediction, mean in (
        (mixture.expected_x0(SCHEDULE, xt, t), mixture.mean()),
        (mixture.optimal_eps(SCHEDULE, xt, t), torch.zeros(D)),
    ):
        error = (prediction.mean(0) - mean).abs()
        assert (error <= 5 * prediction.std(0) / 20_000**0.5).all()


@pytest.mark.parametrize("D", [1, 2, 5])
def test_nothing_predicts_the_noise_better(D, generator):
    """The error of the optimal prediction is uncorrelated with the prediction.

    So any other function of x_t has a larger mean square error. 5 standard errors.
    """
    mixture, t, n = full(diffusion, D), 300, 20_000
    x0 = mixture.sample(n, generator=generator)
    eps = torch.randn(n, D, dtype=torch.float64, generator=generator)
    xt = marginal(SCHEDULE, x0, t).sample(eps)
    for truth, prediction in (
        (eps, mixture.optimal_eps(SCHEDULE, xt, t)),
        (x0, mixture.expected_x0(SCHEDULE, xt, t)),
    ):
        for f in (prediction, xt, xt.sin()):
            product = (truth - prediction) * f
            assert (product.mean(0).abs() <= 5 * product.std(0) / n**0.5).all()


def test_at_the_end_of_a_zero_terminal_schedule():
    """Where nothing of the data is left the best prediction is its mean, and q is x_s."""
    schedule, mixture = from_alpha_bar([1, 0.4, 0]), full(diffusion, 2)
    xt = noise(3, 2, seed=5)
    prediction = mixture.expected_x0(schedule, xt, 2)
    assert_close(prediction, mixture.mean().expand(3, 2))
    assert_close(mixture.optimal_eps(schedule, xt, 2), xt)
    q, x = mixture.reverse(schedule, xt, 1, 2), noise(3, 2, seed=6)
    assert_close(q.log_prob(x), mixture.marginal(schedule, 1).log_prob(x))


def test_a_tiny_step_back_is_not_lost_in_rounding():
    """Variance about beta = 1e-9 beside data of variance 100."""
    schedule = from_alpha_bar([1, 1 - 1e-9, 0])
    wide = Mixture.isotropic([1.0], [[0.0, 0.0]], [10.0])
    q = wide.reverse(schedule, noise(2, 2), 0, 1)
    beta = schedule.beta[1]
    expected = beta * 100 / (100 * (1 - beta) + beta)
    eye = torch.eye(2, dtype=torch.float64)
    assert_close(q.cov(), expected * eye.expand(2, 2, 2), rtol=1e-10, atol=0)


def test_one_item_of_each_of_many_mixtures(generator):
    """Leading axes in any of the three arguments."""
    covs = 0.5 * torch.eye(2).expand(4, 3, 2, 2)
    mixture = Mixture(torch.full((3,), 1 / 3), torch.zeros(3, 2), covs)
    assert mixture.sample(6, generator=generator).shape == (6, 4, 2)
    mixture = Mixture(torch.full((4, 3), 1 / 3), torch.zeros(3, 2), covs[0])
    assert mixture.sample(6, generator=generator).shape == (6, 4, 2)
    assert mixture.log_prob(torch.zeros(6, 4, 2)).shape == (6, 4)


def test_numbers_of_any_kind_become_float64():
    lists = Mixture([0.5, 0.5], [[0], [1]], [[[1]], [[2]]])
    arrays = Mixture(np.full(2, 0.5), np.eye(2)[:, :1], np.ones((2, 1, 1)))
    third = Mixture.isotropic(torch.full((3,), 1 / 3), torch.eye(3), torch.ones(3))
    for mixture in (lists, arrays, third):
        assert mixture.weights.dtype == torch.float64
        assert mixture.means.dtype == torch.float64
        assert_close(mixture.weights.sum().item(), 1.0, rtol=1e-15, atol=0)


def test_inputs_stay_as_they_were(line):
    x, before = noise(4, 1), noise(4, 1)
    line.score(x), line.expected_x0(SCHEDULE, x, 5), line.optimal_eps(SCHEDULE, x, 5)
    line.reverse(SCHEDULE, x, 3, 5).sample(2)
    assert torch.equal(x, before)


def test_quantiles_of_what_has_none(line):
    plane = full(diffusion, 2)
    for call in (plane.cdf, plane.icdf):
        with pytest.raises(ValueError, match="^means: got D = 2, expected a mixture in one dim"):
            call(torch.tensor([0.5]))
    for p in (0.0, 1.0, -0.1, 1.5):
        with pytest.raises(ValueError, match="^p: got .*, expected shares inside"):
            line.icdf(torch.tensor([0.5, p]))
    for call in (line.cdf, line.icdf):
        with pytest.raises(ValueError, match="got 1 of 1 values NaN"):
            call(torch.tensor([NAN]))


ONE, EYE = torch.ones(1), torch.eye(2)[None]
BAD = {
    "weights below 0": ((-0.5, 1.5), (2, 1), "weights: got values from -0.5"),
    "weights that sum to 2": ((1.0, 1.0), (2, 1), "weights: got .* sum 2,"),
    "NaN": ((NAN, 1.0), (2, 1), "weights: got 1 of 2 values NaN"),
    "words": ("ab", (2, 1), "weights: got str"),
    "three means for two weights": ((0.5, 0.5), (3, 1), r"means: got shape \(3, 1\)"),
    "flat means": ((0.5, 0.5), (2,), r"means: got shape \(2,\)"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_components(case):
    weights, shape, message = BAD[case]
    covs = torch.ones(2, 1, 1)
    with pytest.raises(ValueError, match=f"^{message}.*expected"):
        Mixture(weights, torch.zeros(shape), covs)


@pytest.mark.parametrize(
    ("covs", "message"),
    [
        (torch.eye(2), "covs: got shape (2, 2), expected (..., 1, 2, 2)"),
        (torch.eye(3)[None], "covs: got shape (1, 3, 3), expected (..., 1, 2, 2)"),
        (-EYE, "covs: got a matrix that is not a covariance"),
        (0 * EYE, "covs: got a matrix that is not a covariance"),
        (torch.tensor([[[1.0, 0.5], [0.0, 1.0]]]), "covs: got a matrix that is not"),
        (torch.tensor([[[1.0, 2.0], [2.0, 1.0]]]), "covs: got a matrix that is not"),
        (NAN * EYE, "covs: got 4 of 4 values NaN"),
        (EYE > 0, "covs: got dtype torch.bool"),
    ],
)
def test_bad_covariances(covs, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        Mixture(ONE, torch.zeros(1, 2), covs)


def test_leading_axes_that_do_not_fit():
    with pytest.raises(ValueError, match=r"got leading axes \[\], \[2\], \[3\]"):
        Mixture(ONE, torch.zeros(2, 1, 2), EYE.expand(3, 1, 2, 2))


@pytest.mark.parametrize("stds", [[1.0], [1.0, -1.0], [1.0, 0.0], [[1.0, 1.0]]])
def test_bad_standard_deviations(stds):
    with pytest.raises(ValueError, match="stds: got .*expected"):
        Mixture.isotropic([0.5, 0.5], [[0.0], [1.0]], stds)


@pytest.mark.parametrize("n", [0, -1, 1.5, True, None])
def test_bad_number_of_draws(line, n):
    with pytest.raises(ValueError, match="^n: got .*expected a whole number"):
        line.sample(n)


@pytest.mark.parametrize(
    ("x", "came"),
    [
        (torch.zeros(3, 2), "shape (3, 2)"),
        (torch.tensor([[NAN]]), "1 of 1 values NaN"),
        (torch.zeros(2, 1, dtype=torch.int64), "dtype torch.int64"),
        (torch.zeros(0, 1), "shape (0, 1) with nothing in it"),
        ([[0.0]], "list"),
    ],
)
def test_bad_data(line, x, came):
    for call in (line.log_prob, line.score, line.component_log_prob):
        with pytest.raises(ValueError, match="^x: got " + re.escape(came)):
            call(x)
    for call in (
        lambda x: line.reverse(SCHEDULE, x, 3, 5),
        lambda x: line.expected_x0(SCHEDULE, x, 5),
        lambda x: line.optimal_eps(SCHEDULE, x, 5),
    ):
        with pytest.raises(ValueError, match="^xt: got " + re.escape(came)):
            call(x)


@pytest.mark.parametrize("t", [0, -1, 1001, 1.0, True, torch.tensor([1, 2])])
def test_bad_times(line, t):
    xt = torch.zeros(3, 1)
    for call in (
        lambda: line.reverse(SCHEDULE, xt, 0, t),
        lambda: line.expected_x0(SCHEDULE, xt, t),
        lambda: line.optimal_eps(SCHEDULE, xt, t),
    ):
        with pytest.raises(ValueError, match="^t: got .*expected"):
            call()
    with pytest.raises(ValueError, match="^s: got .*expected"):
        line.reverse(SCHEDULE, xt, 5, 5)


@pytest.mark.parametrize("t", [-1, 1001, 1.0, torch.tensor([], dtype=torch.int64)])
def test_bad_times_of_the_marginal(line, t):
    with pytest.raises(ValueError, match="^t: got .*expected"):
        line.marginal(SCHEDULE, t)
