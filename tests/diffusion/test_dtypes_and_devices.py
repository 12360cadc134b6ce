"""Data in any dtype, on any device: what comes out, how exact, what stays as it was.

A result in a short dtype is compared with the float64 result of the same rounded data.
Each formula rounds its coefficients, their products and a sum, so the error is allowed
to be 4 units of rounding of the largest term; a wrong formula is off by far more.
"""

import pytest
import torch
from torch.testing import assert_close

from companion.diffusion import (
    Gaussian,
    Mixture,
    cosine,
    from_betas,
    linear,
    marginal,
    posterior,
    posterior_from_noise,
    scaled_linear,
    step,
    transition,
    x0_from_noise,
    zero_terminal_snr,
)

DTYPES = (torch.float64, torch.float32, torch.bfloat16, torch.float16)
SCHEDULES = {
    "linear": linear(),
    "scaled_linear": scaled_linear(),
    "cosine": cosine(),
    "zero terminal": zero_terminal_snr(scaled_linear()),
    "coarse": from_betas(torch.linspace(0.05, 0.9, 12, dtype=torch.float64)),
}


def dtypes_on(device):
    return [d for d in DTYPES if not (device == "mps" and d == torch.float64)]


def data(device, dtype, n=2, shape=(4, 3, 2)):
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(n, *shape, dtype=torch.float64, generator=generator)
    return x.to(dtype).to(device).unbind(0)


def means(schedule, x, y, s, t):
    """Every formula as (its mean, the size of its largest term)."""
    ab_s, ab_t = (schedule.alpha_bar[u][:, None, None].to(x) for u in (s, t))
    alpha = (ab_t / ab_s).sqrt()
    found = {
        "step": (step(schedule, x, t).mean, x),
        "marginal": (marginal(schedule, x, t).mean, x),
        "transition": (transition(schedule, x, s, t).mean, x),
        "posterior": (posterior(schedule, x, y, s, t).mean, x.abs() + y.abs()),
    }
    if schedule.alpha_bar[t].min() > 0:
        sizes = x.abs() + y.abs()
        q = posterior_from_noise(schedule, x, y, s, t)
        found["posterior_from_noise"] = (q.mean, sizes / alpha)
        x0 = x0_from_noise(schedule, x, y, t)
        found["x0_from_noise"] = (x0, sizes / ab_t.sqrt())
    return found


@pytest.mark.parametrize("name", SCHEDULES)
def test_means_in_the_dtype_of_the_data(device, name):
    schedule = SCHEDULES[name]
    T = schedule.T
    s = torch.tensor([0, 1, T // 2, T - 1])
    t = torch.tensor([1, T // 2, T - 1, T])
    for dtype in dtypes_on(device):
        x, y = data(device, dtype)
        exact = means(schedule, x.cpu().double(), y.cpu().double(), s, t)
        for function, (mean, _) in means(schedule, x, y, s, t).items():
            assert mean.dtype == dtype
            assert mean.device.type == device
            expected, size = exact[function]
            # Coefficients are float64, but on mps float32.
            unit = max(torch.finfo(dtype).eps, 1e-12)
            error = (mean.cpu().double() - expected).abs()
            limit = 4 * unit * size.abs() + torch.finfo(dtype).tiny
            assert (error <= limit).all(), (function, dtype, (error / limit).max())


@pytest.mark.parametrize("name", SCHEDULES)
def test_variances_are_exact_whatever_the_data(float64_device, name):
    schedule = SCHEDULES[name]
    s, t = torch.tensor([0, 1, 3, 5]), torch.tensor([1, 2, 9, 12])
    reference = None
    for dtype in DTYPES:
        x, y = data(float64_device, dtype)
        var = torch.stack(
            [
                marginal(schedule, x, t).var,
                transition(schedule, x, s, t).var,
                posterior(schedule, x, y, s, t).var,
            ]
        )
        assert var.dtype == torch.float64
        reference = var if reference is None else reference
        assert_close(var, reference, rtol=0, atol=0)


@pytest.mark.parametrize("name", SCHEDULES)
def test_time_zero_is_the_data_to_the_last_bit(device, name):
    schedule = SCHEDULES[name]
    for dtype in dtypes_on(device):
        xt, x0 = data(device, dtype)
        for t in (1, 7, schedule.T, torch.tensor([1, 2, 3, schedule.T])):
            q = posterior(schedule, xt, x0, 0, t)
            assert q.mean.dtype == dtype
            assert torch.equal(q.mean, x0)
            assert q.var.eq(0).all()
            assert torch.equal(q.sample(xt), x0)


def test_draws_in_the_dtype_and_on_the_device(device):
    for dtype in dtypes_on(device):
        x, eps = data(device, dtype)
        q = marginal(SCHEDULES["linear"], x, torch.tensor([1, 10, 100, 1000]))
        for draw in (q.sample(eps), q.sample(), q.sample(eps.float())):
            assert draw.dtype == dtype
            assert draw.device.type == device
            assert draw.shape == x.shape


def test_a_generator_of_the_cpu_draws_the_same_on_every_device(device):
    x = torch.zeros(4, 3, device=device)
    q = Gaussian(x, torch.ones(4, 1, device=device))
    draw = q.sample(generator=torch.Generator().manual_seed(5))
    expected = torch.randn(4, 3, generator=torch.Generator().manual_seed(5))
    assert_close(draw.cpu(), expected, rtol=0, atol=0)


def test_density_in_the_dtype_of_the_variance(float64_device):
    x, y = data(float64_device, torch.float32)
    q = marginal(SCHEDULES["linear"], x, 500)
    assert q.log_prob(y).dtype == torch.float64
    assert q.log_prob(y).shape == (4,)


@pytest.mark.parametrize("shape", [(), (5,), (3, 8, 8), (2, 3, 4, 5)])
def test_data_of_any_number_of_axes(shape):
    x, y = data("cpu", torch.float64, shape=(4, *shape))
    schedule, t = SCHEDULES["coarse"], torch.tensor([2, 3, 5, 12])
    q = posterior(schedule, x, y, t - 2, t)
    assert q.mean.shape == x.shape
    assert q.var.shape == (4, *[1] * len(shape))
    q = marginal(schedule, x, t)
    assert q.log_prob(y).shape == (4,)


def test_times_on_the_device_of_the_data(device):
    x, y = data(device, torch.float32)
    s, t = torch.tensor([0, 1, 2, 3]), torch.tensor([1, 5, 9, 12])
    here = posterior(SCHEDULES["coarse"], x, y, s.to(device), t.to(device))
    there = posterior(SCHEDULES["coarse"], x, y, s, t)
    assert torch.equal(here.mean, there.mean)


def test_every_way_to_say_a_time_says_the_same(device):
    x, y = data(device, torch.float32)
    schedule = SCHEDULES["coarse"]
    first = posterior(schedule, x, y, 3, 7)
    for s in (3, torch.tensor(3), torch.tensor([3] * 4)):
        for t in (7, torch.tensor(7), torch.tensor([7] * 4)):
            q = posterior(schedule, x, y, s, t)
            assert torch.equal(q.mean, first.mean)
            assert torch.equal(q.var.expand_as(x), first.var.expand_as(x))


def test_inputs_stay_as_they_were(device):
    x, y = data(device, torch.float32)
    s, t = torch.tensor([0, 1, 2, 3]), torch.tensor([1, 5, 9, 12])
    inputs = (x, y, s, t, SCHEDULES["coarse"].alpha_bar)
    before = [u.clone() for u in inputs]
    means(SCHEDULES["coarse"], x, y, s, t)
    marginal(SCHEDULES["coarse"], x, t).sample(y)
    for now, then in zip(inputs, before, strict=True):
        assert torch.equal(now, then)


def test_gradients_flow_to_the_data(float64_device):
    """Through every formula and its draw, against finite differences."""
    schedule = SCHEDULES["coarse"]
    s, t = torch.tensor([0, 1, 2, 3]), torch.tensor([1, 5, 9, 12])
    x, y = (v.clone().requires_grad_() for v in data(float64_device, torch.float64, shape=(4, 2)))
    eps = torch.ones_like(x)
    for f in (
        lambda x: step(schedule, x, t).sample(eps),
        lambda x: marginal(schedule, x, t).sample(eps),
        lambda x: transition(schedule, x, s, t).sample(eps),
        lambda x: marginal(schedule, x, t).log_prob(eps),
    ):
        assert torch.autograd.gradcheck(f, (x,))
    for f in (
        lambda x, y: posterior(schedule, x, y, s, t).sample(eps),
        lambda x, y: posterior_from_noise(schedule, x, y, s, t).sample(eps),
        lambda x, y: x0_from_noise(schedule, x, y, t),
        lambda x, y: marginal(schedule, x, t).sample(y),
    ):
        assert torch.autograd.gradcheck(f, (x, y))


def test_the_oracle_on_the_device_of_its_means(float64_device):
    schedule = SCHEDULES["coarse"]
    weights, stds = torch.tensor([0.3, 0.7]), torch.tensor([0.5, 1.0])
    here = Mixture.isotropic(*(v.to(float64_device) for v in (weights, torch.eye(2), stds)))
    there = Mixture.isotropic(weights, torch.eye(2), stds)
    t = torch.tensor([3, 7])
    for dtype in (torch.float64, torch.float32, torch.bfloat16):
        x = torch.ones(2, 2, dtype=dtype, device=float64_device)
        for call in (
            lambda m, x: m.log_prob(x),
            lambda m, x: m.marginal(schedule, t.to(x.device)).score(x),
            lambda m, x: m.expected_x0(schedule, x, t.to(x.device)),
            lambda m, x: m.optimal_eps(schedule, x, t),
            lambda m, x: m.sample(3, generator=torch.Generator().manual_seed(0)),
            lambda m, x: m.reverse(schedule, x, t - 1, t).sample(
                2, generator=torch.Generator().manual_seed(0)
            ),
        ):
            found = call(here, x)
            assert found.device.type == float64_device
            assert found.dtype == torch.float64
            assert_close(found.cpu(), call(there, x.cpu()))
