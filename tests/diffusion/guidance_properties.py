"""What holds for inpainting, as functions of the library under test.

The oracle is a Gaussian in the plane whose coordinates are correlated: with the first one
given, the second has a mean and a variance that are known.
"""

import torch
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
    times = lib.evenly_spaced(200, steps)
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
    _, second = inpainted(lib, steps=100, repeats=16)
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
        lib.evenly_spaced(20, steps),
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

    times = lib.evenly_spaced(20, 5)
    assert_close(lib.inpaint(half, schedule, x0, everything, xT, times), x0)
    free = lib.inpaint(half, schedule, x0, ~everything, xT, times, step=lib.ddim())
    assert_close(free, lib.sample(half, schedule, xT, times, lib.ddim()))


ALL = (
    what_is_given_stays,
    what_is_made_has_the_conditional_mean_and_variance,
    the_given_part_has_the_noise_of_its_time,
    all_given_is_the_picture_and_nothing_given_is_sampling,
)
