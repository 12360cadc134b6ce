"""What holds for the score and the flow, as functions of the library under test.

As in `sampler_properties`. The oracles are autograd through a log density, a flow that is a
straight line, and SciPy's `geometric_slerp`.
"""

import pytest
import torch
from scipy.spatial import geometric_slerp
from torch.testing import assert_close


def draws(shape, seed=0):
    g = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=g, dtype=torch.float64)


def two_bumps(lib):
    means = [[-1.0, 0.2], [1.0, -0.4]]
    return lib.Mixture.isotropic([0.35, 0.65], means, torch.tensor([0.2, 0.3]))


def the_score_is_the_slope_of_the_log_density(lib):
    """Noise by Bayes' rule on one side, autograd through log_prob on the other."""
    data, schedule = two_bumps(lib), lib.cosine(200)
    for t in (1, 20, 200):
        xt = draws((50, 2)).requires_grad_()
        (slope,) = torch.autograd.grad(data.marginal(schedule, t).log_prob(xt).sum(), xt)
        xt = xt.detach()
        x0 = data.expected_x0(schedule, xt, t)
        eps = lib.X0.predict(schedule, x0, xt, t).eps
        assert_close(lib.score_from_noise(schedule, eps, t), slope, rtol=1e-6, atol=1e-6)
        assert_close(data.marginal(schedule, t).score(xt), slope, rtol=1e-9, atol=1e-9)


def each_item_has_the_score_of_its_time(lib):
    schedule, eps, t = lib.cosine(200), draws((3, 2)), torch.tensor([1, 50, 200])
    each = [lib.score_from_noise(schedule, eps[n : n + 1], t[n].item()) for n in range(3)]
    assert_close(lib.score_from_noise(schedule, eps, t), torch.cat(each))


def encode_calls_each_time_once_from_the_lowest_up_and_not_the_highest(lib):
    schedule, called = lib.cosine(200), []

    def denoise(xt, t):
        called.append(t)
        return lib.EPS.predict(schedule, 0 * xt, xt, t)

    lib.encode(denoise, schedule, draws((4, 2)), (150, 90, 20))
    assert called == [20, 90]


def where_the_noise_is_one_the_flow_is_a_line(lib):
    """x / sqrt(ab) grows by the noise times the growth of sigma, from the first call on."""
    schedule, (x0, noise) = lib.cosine(200), draws((2, 4, 3))
    sigma = ((1 - schedule.alpha_bar) / schedule.alpha_bar).sqrt()

    def denoise(xt, t):
        return lib.EPS.predict(schedule, noise, xt, t)

    got = lib.encode(denoise, schedule, x0, (180, 90, 20))
    expected = x0 + (sigma[180] - sigma[20]) * noise
    assert_close(got / schedule.alpha_bar[180].sqrt(), expected)


def slerp_is_scipys_on_the_sphere(lib):
    a, b = (x / x.norm(dim=1, keepdim=True) for x in draws((2, 5, 4)))
    for share in (0, 0.2, 0.5, 0.9, 1):
        got = lib.slerp(a, b, share)
        for row in range(5):
            expected = geometric_slerp(a[row].numpy(), b[row].numpy(), share)
            assert_close(got[row], torch.from_numpy(expected), rtol=1e-9, atol=1e-12)


def slerp_of_one_direction_stays_on_it(lib):
    a = draws((3, 4))
    assert_close(lib.slerp(a, a, 0.3), a)
    assert_close(lib.slerp(a, 3 * a, 0.5), 2 * a)


def slerp_keeps_the_size_of_noise(lib):
    a, b = draws((2, 20, 3, 40, 40))
    assert lib.slerp(a, b, 0.5).square().mean().item() == pytest.approx(1, abs=0.02)
    assert ((a + b) / 2).square().mean().item() == pytest.approx(0.5, abs=0.02)


ALL = (
    the_score_is_the_slope_of_the_log_density,
    each_item_has_the_score_of_its_time,
    encode_calls_each_time_once_from_the_lowest_up_and_not_the_highest,
    where_the_noise_is_one_the_flow_is_a_line,
    slerp_is_scipys_on_the_sphere,
    slerp_of_one_direction_stays_on_it,
    slerp_keeps_the_size_of_noise,
)
