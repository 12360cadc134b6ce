"""What holds of classes, tilted densities and guided samples, as functions of the library.

The oracles are SciPy's quadrature and Wasserstein distance, autograd, and closed forms of
Gaussians, written here from the definitions.
"""

import math

import numpy as np
import torch
from scipy.integrate import simpson
from scipy.stats import norm, wasserstein_distance
from torch.testing import assert_close

from tests.diffusion.mixture_properties import (
    CLOSE,
    MEANS,
    STDS,
    WEIGHTS,
    expectation_given_xt,
    full,
    line,
    torch_mixture,
)
from tests.diffusion.schedule_properties import doubles, short

CLASS = 1  # of `line`: 0.7 of the data, around 1


def tilt(x, scale):
    """q(x) q(y | x)^scale of `line`, by SciPy, from an array."""
    parts = zip(WEIGHTS, MEANS, STDS, strict=True)
    logs = [math.log(w) + norm.logpdf(x, m, std) for w, m, std in parts]
    return np.exp((1 - scale) * np.logaddexp(*logs) + scale * logs[CLASS])


def mass(scale, high=14.0):
    """Its integral up to `high`, by Simpson's rule."""
    x = np.linspace(-6, min(high, 6), 4001)
    return simpson(tilt(x, scale), x=x)


def gaussian(lib, var, mean=0.0):
    return lib.Mixture(doubles([1.0]), doubles([[mean]]), doubles([[[var]]]))


def drawn(lib, denoise, schedule, n=200, steps=50):
    """Samples of a denoiser by its flow, from the quantiles of the noise."""
    xT = torch.special.ndtri((torch.arange(n, dtype=torch.float64) + 0.5) / n)[:, None]
    return lib.sample(denoise, schedule, xT, lib.trailing(schedule.T, steps), lib.dpm_solver)


def the_exact_denoiser_is_the_conditional_expectation(lib):
    """x_0 and eps by quadrature of Bayes' rule, of all data and of one class."""
    schedule, data = short(lib), line(lib)
    denoise = lib.exact_denoiser(data, schedule)
    of_class = lib.exact_denoiser(lib.given_class(data, CLASS), schedule)
    m, var = MEANS[CLASS], STDS[CLASS] ** 2
    for t in (1, 5, 12):
        ab = schedule.alpha_bar[t].item()
        for xt in (-1.0, 0.2, 1.5):
            found = denoise(torch.tensor([[xt]]), t)
            assert found.x0.dtype == found.eps.dtype == torch.float64
            xt = torch.tensor([[xt]]).double().item()
            x0 = expectation_given_xt(schedule, t, xt, lambda x0, eps: x0)
            eps = expectation_given_xt(schedule, t, xt, lambda x0, eps: eps)
            assert_close([found.x0.item(), found.eps.item()], [x0, eps], **CLOSE)
            eps = math.sqrt(1 - ab) * (xt - math.sqrt(ab) * m) / (ab * var + 1 - ab)
            assert_close(of_class(doubles([[xt]]), t).eps.item(), eps, **CLOSE)


def a_class_is_its_components(lib):
    """One component, or two of three with their shares; a class of all is all data."""
    data, x = full(lib, 2), torch.randn(20, 2, dtype=torch.float64)
    for y, parts in ((1, [1]), ([2, 0], [2, 0]), ((0, 1, 2), [0, 1, 2])):
        w = data.weights[parts]
        expected = torch_mixture(w / w.sum(), data.means[parts], data.covs[parts])
        assert_close(lib.given_class(data, y).log_prob(x), expected.log_prob(x))


def the_tilted_density_is_a_product(lib):
    """q(x)^(1-s) (q(x, y))^s over its integral, by SciPy; s = 0 and 1 are known."""
    data, x = line(lib), torch.linspace(-6, 6, 4001, dtype=torch.float64)
    for scale in (0, 0.5, 1, 3, 7.5):
        expected = torch.from_numpy(tilt(x[::400].numpy(), scale))
        found = lib.tilted_density(data, CLASS, scale, x)
        assert_close(found[::400], expected / mass(scale), rtol=1e-6, atol=1e-12)
        log_q = lib.tilted_log_prob(data, CLASS, scale, x[:, None])
        assert_close(log_q[::400].exp(), expected, rtol=1e-9, atol=1e-300)
        assert_close(torch.trapezoid(found, x).item(), 1.0)
    assert_close(lib.tilted_density(data, CLASS, 0, x), data.log_prob(x[:, None]).exp())
    of_class = lib.given_class(data, CLASS).log_prob(x[:, None]).exp()
    assert_close(lib.tilted_density(data, CLASS, 1, x), of_class, rtol=1e-6, atol=1e-12)
    both = lib.tilted_density(data, [0, 1], 5, x)  # a class of all data says nothing
    assert_close(both, data.log_prob(x[:, None]).exp())


def quantiles_of_the_tilted_density_are_scipys(lib):
    """The share below each is p, by Simpson's rule; and they lie as SciPy has the density."""
    data, p = line(lib), doubles([1e-6, 0.003, 0.25, 0.5, 0.9, 0.999])
    x = torch.linspace(-6, 6, 6001, dtype=torch.float64)
    for scale in (0, 2, 5):
        found = lib.tilted_icdf(data, CLASS, scale, p)
        below = [mass(scale, high) / mass(scale) for high in found.tolist()]
        assert_close(doubles(below), p, rtol=1e-3, atol=1e-8)
        n = 2000
        many = lib.tilted_icdf(data, CLASS, scale, (torch.arange(n) + 0.5) / n)
        density = lib.tilted_density(data, CLASS, scale, x)
        assert wasserstein_distance(many, x, None, density) < 2e-3
    grid = lib.tilted_icdf(data, CLASS, 2, p.reshape(3, 2))
    assert_close(grid, lib.tilted_icdf(data, CLASS, 2, p).reshape(3, 2))


def the_guided_noise_is_a_score(lib):
    """2-9a: autograd of log(q(x_t) q(y | x_t)^s), in one dimension and in two."""
    schedule, g = short(lib), torch.Generator().manual_seed(0)
    for data, y in ((line(lib), 1), (full(lib, 2), [0, 2])):
        whole = lib.exact_denoiser(data, schedule)
        of_class = lib.exact_denoiser(lib.given_class(data, y), schedule)
        for t, scale in ((1, 2.5), (4, 7.5), (12, -0.5), (5, 0.4)):
            D = data.means.shape[-1]
            xt = torch.randn(7, D, generator=g, dtype=torch.float64).requires_grad_()
            log_q = lib.tilted_log_prob(data.marginal(schedule, t), y, scale, xt)
            (score,) = torch.autograd.grad(log_q.sum(), xt)
            eps = lib.guided(of_class, whole, scale)(xt.detach(), t).eps
            assert_close(eps, -((1 - schedule.alpha_bar[t]).sqrt()) * score)


def guided_samples_of_gaussians_have_the_geometric_variance(lib):
    """C^(1-s) c^s, and not the harmonic variance of the tilted density (2-9e, 2-9f)."""
    schedule, C, c = lib.cosine(1000), 1.0, 0.25
    whole, of_class = (lib.exact_denoiser(gaussian(lib, var), schedule) for var in (C, c))
    start = drawn(lib, whole, schedule, n=2).std().item()
    for scale in (0, 1, 3):
        x0 = drawn(lib, lib.guided(of_class, whole, scale), schedule, n=2)
        geometric, harmonic = C ** (1 - scale) * c**scale, 1 / ((1 - scale) / C + scale / c)
        ratio = x0.std().item() / start
        assert abs(ratio / math.sqrt(geometric / C) - 1) < 0.02
        assert scale < 2 or ratio < 0.75 * math.sqrt(harmonic / C)


def guided_samples_are_not_those_of_the_tilted_density(lib):
    """Two bumps: at a scale of 1 they are within 0.02 (W1, by SciPy), at 3 far beyond it."""
    schedule = lib.cosine(400)
    data = lib.Mixture.isotropic([0.5, 0.5], [[-1.0], [1.0]], torch.tensor([0.5, 0.5]))
    x = torch.linspace(-5, 5, 4001, dtype=torch.float64)
    far = []
    for scale in (1, 3):
        denoise = lib.guided(
            lib.exact_denoiser(lib.given_class(data, 1), schedule),
            lib.exact_denoiser(data, schedule),
            scale,
        )
        x0 = drawn(lib, denoise, schedule)[:, 0]
        tilted = lib.tilted_density(data, 1, scale, x)
        far.append(wasserstein_distance(x0, x, None, tilted))
    assert far[0] < 0.02 and far[1] > 0.1


def the_interval_calls_one_of_two(lib):
    """Inside, with both ends, the one; outside the other, and never both."""
    calls = []

    def named(name):
        return lambda xt, t: calls.append(name) or name

    denoise = lib.interval(named("i"), named("o"), 3, 6)
    assert [denoise(None, t) for t in range(1, 9)] == [*"ooiiiioo"] == calls
    assert lib.interval(named("i"), named("o"), 4, 4)(None, 4) == "i"


def rescaling_brings_the_spread_back(lib):
    """phi = 1: the output has the conditional's standard deviation, item by item; between,
    it is on the line; and the direction of the guided output is kept."""
    schedule, g = lib.cosine(20), torch.Generator().manual_seed(1)
    xt, one, other = (torch.randn(3, 2, 4, 4, generator=g).double() for _ in range(3))
    of = lambda v: lambda xt, t: lib.V.predict(schedule, v, xt, t)  # noqa: E731
    guided = lib.guided(of(one), of(other), 4.0)
    for t, unit in ((3, lib.V), (15, lib.X0), (11, lib.EPS)):
        output = [unit.target(schedule, p.x0, p.eps, t) for p in (guided(xt, t), of(one)(xt, t))]
        stds = [np.std(o.numpy(), axis=(1, 2, 3), ddof=1)[:, None, None, None] for o in output]
        for phi in (0, 0.7, 1):
            found = lib.rescaled(guided, of(one), schedule, phi, unit)(xt, t)
            found_output = unit.target(schedule, found.x0, found.eps, t)
            brought = output[0].numpy() * stds[1] / stds[0]
            expected = phi * brought + (1 - phi) * output[0].numpy()
            assert_close(found_output.numpy(), expected)
    usual = lib.rescaled(guided, of(one), schedule, 0.7)(xt, 9)
    assert_close(usual.x0, lib.rescaled(guided, of(one), schedule, 0.7, lib.V)(xt, 9).x0)


def every_channel_is_guided(lib):
    """Changed in one channel, the condition changes that channel, whichever it is."""
    schedule, t = lib.cosine(20), 7
    xt = torch.randn(2, 4, 3, 3, dtype=torch.float64)
    of = lambda eps: lambda xt, t: lib.EPS.predict(schedule, eps, xt, t)  # noqa: E731
    none = torch.zeros_like(xt)
    for channel in range(4):
        cond = none.clone()
        cond[:, channel] = 1
        found = lib.guided(of(cond), of(none), 3.0)(xt, t)
        assert_close(found.eps, 3 * cond)
        x0 = lib.EPS.predict(schedule, 3 * cond, xt, t).x0
        assert_close(found.x0, x0)


def negative_words_lead_away(lib):
    """With another class in the place of all data: the score of q(x_t|y) (q(x_t|y)/q(x_t|n))^(s-1),
    and samples of the wanted class that lie further from the other one."""
    schedule, t, scale = lib.cosine(200), 60, 2.0
    wanted, unwanted = gaussian(lib, 0.25, 1.0), gaussian(lib, 0.25, 0.0)
    one, other = (lib.exact_denoiser(d, schedule) for d in (wanted, unwanted))
    away = lib.guided(one, other, scale)
    xt = torch.randn(5, 1, dtype=torch.float64).requires_grad_()
    of, to = (d.marginal(schedule, t).log_prob(xt) for d in (wanted, unwanted))
    (score,) = torch.autograd.grad((of + (scale - 1) * (of - to)).sum(), xt)
    eps = away(xt.detach(), t).eps
    assert_close(eps, -((1 - schedule.alpha_bar[t]).sqrt()) * score)
    assert drawn(lib, away, schedule, n=3).mean() > drawn(lib, one, schedule, n=3).mean() + 0.3


def autoguidance_undoes_a_blur(lib):
    """A denoiser of data too wide, guided by one of wider data still: for Gaussians the
    variance is C_good^s C_bad^(1-s), which a right scale makes that of the data."""
    schedule = lib.cosine(1000)
    good, bad = (lib.exact_denoiser(gaussian(lib, v), schedule) for v in (1.5, 2.25))
    data = drawn(lib, lib.exact_denoiser(gaussian(lib, 1.0), schedule), schedule, n=2).std()
    stds = [drawn(lib, lib.guided(good, bad, s), schedule, n=2).std() / data for s in (1, 1.5, 2)]
    assert_close(torch.stack(stds), doubles([1.5**0.5, 1.5**0.25, 1.0]), rtol=0.01, atol=0)


def a_shifted_schedule_is_that_of_scaled_data(lib):
    """x_t of c x_0, over its width, is x_t of x_0 there: draws of both, and the two ratios."""
    g = torch.Generator().manual_seed(0)
    schedule, x0, eps = short(lib), *torch.randn(2, 5, 1, generator=g, dtype=torch.float64)
    for factor in (0.2, 1, 1.1):
        moved = lib.shifted(schedule, factor)
        assert_close(moved.snr[1:], factor**2 * schedule.snr[1:])
        for t in (1, 6, 12):
            ab = schedule.alpha_bar[t]
            seen = lib.marginal(schedule, factor * x0, t).sample(eps)
            width = (factor**2 * ab + 1 - ab).sqrt()
            assert_close(seen / width, lib.marginal(moved, x0, t).sample(eps))


def the_time_of_a_ratio_is_the_first(lib):
    """alpha_bar <= 1/2 is a ratio of 1 or less; c times the data, later by what c^2 says."""
    schedule = lib.cosine(1000)
    t = lib.time_at_snr(schedule)
    assert schedule.alpha_bar[t] <= 0.5 < schedule.alpha_bar[t - 1]
    angle = lambda snr: math.atan(snr**-0.5) * 2 / math.pi  # noqa: E731
    for snr in (0.01, 0.25, 1.0, 4.0):  # alpha_bar = cos^2, nearly
        assert abs(lib.time_at_snr(schedule, snr) / 1000 - angle(snr)) < 0.01
    coarse = lib.from_alpha_bar([1.0, 0.8, 0.5, 0.001])
    assert [lib.time_at_snr(coarse, snr) for snr in (4.1, 3.9, 1.0, 0.9)] == [1, 2, 2, 3]


ALL = (
    the_exact_denoiser_is_the_conditional_expectation,
    a_class_is_its_components,
    the_tilted_density_is_a_product,
    quantiles_of_the_tilted_density_are_scipys,
    the_guided_noise_is_a_score,
    guided_samples_of_gaussians_have_the_geometric_variance,
    guided_samples_are_not_those_of_the_tilted_density,
    the_interval_calls_one_of_two,
    rescaling_brings_the_spread_back,
    every_channel_is_guided,
    negative_words_lead_away,
    autoguidance_undoes_a_blur,
    a_shifted_schedule_is_that_of_scaled_data,
    the_time_of_a_ratio_is_the_first,
)
