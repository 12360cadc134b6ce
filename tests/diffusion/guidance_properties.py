"""What holds for inpainting, as functions of the library under test.

The oracle is a Gaussian in the plane whose coordinates are correlated: with the first one
given, the second has a mean and a variance that are state.
"""

import numpy as np
import torch
from scipy.stats import norm
from torch.testing import assert_close

RHO, FIRST = 0.8, 1.0


def inpainted(lib, n=1500, steps=40, repeats=8, seed=0):
    """The given first coordinate and the made second one: (n,) each."""
    cov = torch.tensor([[[1.0, RHO], [RHO, 1.0]]])
    data = lib.Mixture(torch.tensor([1.0]), torch.zeros(1, 2), cov)
    schedule = lib.cosine(200)

    def best(xt, t):
        return lib.X0.predict(schedule, data.expected_x0(schedule, xt, t), xt, t)

    g = torch.Generator().manual_seed(seed)
    x0 = torch.tensor([FIRST, 77.0], dtype=torch.float64).repeat(n, 1)
    given = torch.tensor([True, False]).repeat(n, 1)
    xT = torch.randn(n, 2, generator=g, dtype=torch.float64)
    times = lib.trailing(200, steps)
    x = lib.inpaint(best, schedule, x0, given, xT, times, repeats=repeats, generator=g)
    return x[:, 0], x[:, 1]


def what_is_given_stays(lib):
    first, _ = inpainted(lib, n=20, steps=5, repeats=2)
    assert_close(first, torch.full((20,), FIRST, dtype=torch.float64), rtol=0, atol=0)


def what_is_made_has_the_conditional_mean_and_variance(lib):
    """Mean RHO, variance 1 - RHO^2; the value 77 where nothing is given is not read.

    The variance comes out a little small, as that of every ancestral sampler with skipped
    steps.
    """
    _, second = inpainted(lib, steps=50, repeats=8)
    assert abs(second.mean().item() - RHO * FIRST) < 0.06
    assert abs(second.var().item() - (1 - RHO**2)) < 0.09


def the_given_part_has_the_noise_of_its_time(lib, steps=5, repeats=3):
    """What the network sees there is x_t of the forward process; each call is one look."""
    schedule, g = lib.cosine(20), torch.Generator().manual_seed(0)
    x0 = torch.full((4000, 1), 2.0, dtype=torch.float64)
    seen = []

    def looking(xt, t):
        seen.append((t, xt))
        return lib.X0.predict(schedule, torch.zeros_like(xt), xt, t)

    lib.inpaint(
        looking,
        schedule,
        x0,
        torch.ones_like(x0, dtype=torch.bool),
        torch.randn(x0.shape, generator=g, dtype=x0.dtype),
        lib.trailing(20, steps),
        repeats=repeats,
        generator=g,
    )
    assert len(seen) == steps * repeats
    for t, xt in seen:
        expected = lib.marginal(schedule, x0[:1], t)
        assert abs(xt.mean() - expected.mean) < 0.08
        assert abs(xt.std() - expected.std) < 0.06


def all_given_is_the_picture_and_nothing_given_is_sampling(lib):
    schedule, x0 = lib.cosine(20), torch.randn(6, 3, dtype=torch.float64)
    everything = torch.ones(6, 3, dtype=torch.bool)
    xT = torch.randn(6, 3, dtype=torch.float64)

    def half(xt, t):
        return lib.X0.predict(schedule, xt / 2, xt, t)

    times = lib.trailing(20, 5)
    assert_close(lib.inpaint(half, schedule, x0, everything, xT, times), x0)
    free = lib.inpaint(half, schedule, x0, ~everything, xT, times, sampler=lib.ddim())
    assert_close(free, lib.sample(half, schedule, xT, times, lib.ddim()))


def a_plane(lib):
    """A mixture in the plane, and its second coordinate where the first one is 0.1."""
    weights, means = torch.tensor([0.4, 0.6]), torch.tensor([[-1.0, -1.0], [0.8, 1.0]])
    covs = torch.tensor([[[0.3, 0.15], [0.15, 0.25]], [[0.4, -0.1], [-0.1, 0.2]]])
    w, m, c = weights.double(), means.double(), covs.double()
    shares = w * torch.exp(-((0.1 - m[:, 0]) ** 2) / (2 * c[:, 0, 0])) / c[:, 0, 0].sqrt()
    slope = c[:, 1, 0] / c[:, 0, 0]
    stds = (c[:, 1, 1] - slope * c[:, 1, 0]).sqrt()
    middle = m[:, 1] + slope * (0.1 - m[:, 0])
    return lib.Mixture(weights, means, covs), shares / shares.sum(), middle, stds


def the_second_order_is_as_near_the_conditional_as_the_first(lib):
    """DPM-Solver++ beside DDIM, with few steps and many, and with and without repeats.

    The distance is that of the mean absolute difference of quantiles, W1, to the exact
    conditional by SciPy. A first-order step in its place would pass; a second-order one
    through states that new noise has parted is off by 4 and more.
    """
    data, shares, middle, stds = a_plane(lib)
    schedule, n = lib.cosine(200), 2000
    grid = np.linspace(-4, 4, 20_001)
    parts = zip(shares.tolist(), middle.tolist(), stds.tolist(), strict=True)
    below = sum(w * norm.cdf(grid, m, std) for w, m, std in parts)
    exact = np.interp((np.arange(n) + 0.5) / n, below, grid)

    def best(xt, t):
        return lib.X0.predict(schedule, data.expected_x0(schedule, xt, t), xt, t)

    def distance(sampler, steps, repeats):
        g = torch.Generator().manual_seed(0)
        x0 = torch.tensor([0.1, 77.0], dtype=torch.float64).repeat(n, 1)
        given = torch.tensor([True, False]).repeat(n, 1)
        xT = torch.randn(n, 2, generator=g, dtype=torch.float64)
        times = lib.trailing(200, steps)
        x = lib.inpaint(best, schedule, x0, given, xT, times, sampler, repeats=repeats, generator=g)
        assert torch.equal(x[:, 0], x0[:, 0])
        return np.abs(np.sort(x[:, 1].numpy()) - exact).mean()

    for steps, repeats in ((10, 1), (10, 4), (10, 16)):
        first = distance(lib.ddim(), steps, repeats)
        second = distance(lib.dpm_solver, steps, repeats)
        assert second < 1.02 * first, (steps, repeats, first, second)
    assert second < 0.22


def no_step_is_of_second_order_after_new_noise(lib):
    """What DPM-Solver++ sees: two states on the way down, one where the step is repeated."""
    seen = []

    def watched(schedule, history, s):
        seen.append([state.t for state in history])
        return lib.dpm_solver(schedule, history, s)

    def half(xt, t):
        return lib.X0.predict(schedule, xt / 2, xt, t)

    schedule, xT = lib.cosine(20), torch.randn(3, 2, dtype=torch.float64)
    lib.sample(half, schedule, xT, (20, 9), watched, repeats=3)
    assert seen[:4] == [[20], [20], [20], [20, 9]]


def guided_is_on_the_line_through_both(lib):
    """eps = uncond + scale * (cond - uncond), and x_0 is the one that belongs to it."""
    schedule, t = lib.cosine(20), 12
    xt, one, other = torch.randn(3, 5, 2, dtype=torch.float64)
    calls = []

    def denoiser(eps, name):
        def denoise(xt, t):
            calls.append(name)
            return lib.EPS.predict(schedule, eps, xt, t)

        return denoise

    for scale, called in ((0, "u"), (1, "c"), (-0.5, "cu"), (0.3, "cu"), (7.5, "cu")):
        calls.clear()
        found = lib.guided(denoiser(one, "c"), denoiser(other, "u"), scale)(xt, t)
        assert "".join(sorted(calls)) == called
        eps = (1 - scale) * other + scale * one
        assert_close(found.eps, eps)
        assert_close(found.x0, lib.EPS.predict(schedule, eps, xt, t).x0)


def guidance_towards_one_peak_arrives_there(lib):
    """The condition picks a peak: at scale 1 its exact samples, above 1 still further out."""
    schedule, T = lib.cosine(100), 100
    data = lib.Mixture.isotropic([0.5, 0.5], [[-1.0], [1.0]], torch.tensor([0.5, 0.5]))
    right = lib.Mixture.isotropic([1.0], [[1.0]], torch.tensor([0.5]))

    def of(mixture):
        return lambda xt, t: lib.X0.predict(schedule, mixture.expected_x0(schedule, xt, t), xt, t)

    g = torch.Generator().manual_seed(0)
    xT, means = torch.randn(2000, 1, generator=g, dtype=torch.float64), []
    for scale in (0, 0.5, 1, 3):
        denoise = lib.guided(of(right), of(data), scale)
        x0 = lib.sample(denoise, schedule, xT, lib.trailing(T, 25), lib.ddim())
        means.append(x0.mean().item())
    assert abs(means[0]) < 0.06 and abs(means[2] - 1) < 0.04
    assert means[0] + 0.1 < means[1] < means[2] - 0.02 and means[3] > means[2] + 0.1


ALL = (
    the_second_order_is_as_near_the_conditional_as_the_first,
    no_step_is_of_second_order_after_new_noise,
    guided_is_on_the_line_through_both,
    guidance_towards_one_peak_arrives_there,
    what_is_given_stays,
    what_is_made_has_the_conditional_mean_and_variance,
    the_given_part_has_the_noise_of_its_time,
    all_given_is_the_picture_and_nothing_given_is_sampling,
)
