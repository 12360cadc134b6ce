"""The same mathematics in diffusers, on its own index.

Its timestep k = 0..T-1 is our t = k + 1, and its "no previous timestep" (k < 0) is our
clean data, s = 0; `times` is the one place that says so. It keeps alpha_bar in float32,
so its tables are compared to float32 accuracy. Its formulas are compared to float64
accuracy, with our alpha_bar put in the place of its own.

Where diffusers differs on purpose, a test says how: the variance it reports at k = 0 is
1e-20 and not 0 (it takes logarithms of it), it adds no noise there by a special case,
and with set_alpha_to_one=False its DDIM ends at the level of our t = 1.
"""

import pytest
import torch
from diffusers import DDIMScheduler, DDPMScheduler
from torch.testing import assert_close

from companion.diffusion import (
    cosine,
    linear,
    marginal,
    posterior,
    posterior_from_noise,
    scaled_linear,
    x0_from_noise,
    zero_terminal_snr,
)

THEIR_LINEAR = {"beta_schedule": "linear", "beta_start": 1e-4, "beta_end": 0.02}
THEIR_SCALED = {
    "beta_schedule": "scaled_linear",
    "beta_start": 0.00085,
    "beta_end": 0.012,
}
THEIR_COSINE = {"beta_schedule": "squaredcos_cap_v2"}
PAIRS = {
    "linear": (linear(), THEIR_LINEAR),
    "scaled_linear": (scaled_linear(), THEIR_SCALED),
    "cosine": (cosine(), THEIR_COSINE),
}


def times(k: int, previous_k: int) -> tuple[int, int]:
    """Their timesteps as our s and t."""
    return max(previous_k + 1, 0), k + 1


def scheduler(kind, name, **options):
    """Theirs, without clipping and with our alpha_bar in float64."""
    schedule, config = PAIRS[name]
    theirs = kind(1000, clip_sample=False, **config, **options)
    theirs.alphas_cumprod = schedule.alpha_bar[1:].clone()
    return schedule, theirs


def data(n=2):
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(n, 4, 3, 2, 2, dtype=torch.float64, generator=generator)
    return x.unbind(0)


@pytest.mark.parametrize("name", PAIRS)
def test_tables(name):
    """Ours in float64, theirs in float32, entry k against entry t = k + 1."""
    schedule, config = PAIRS[name]
    theirs = DDPMScheduler(1000, **config)
    assert len(theirs.betas) == schedule.T
    assert_close(theirs.betas.double(), schedule.beta[1:], rtol=1e-6, atol=1e-7)
    assert_close(theirs.alphas_cumprod.double(), schedule.alpha_bar[1:], rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("name", PAIRS)
def test_tables_with_zero_terminal_snr(name):
    schedule, config = PAIRS[name]
    theirs = DDPMScheduler(1000, rescale_betas_zero_snr=True, **config)
    ours = zero_terminal_snr(schedule).alpha_bar[1:]
    assert theirs.alphas_cumprod[-1] == 0
    assert_close(theirs.alphas_cumprod.double(), ours, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("kind", [DDPMScheduler, DDIMScheduler])
@pytest.mark.parametrize("name", PAIRS)
def test_add_noise_is_the_draw_of_the_marginal(kind, name):
    schedule, theirs = scheduler(kind, name)
    x0, eps = data()
    k = torch.tensor([0, 9, 500, 999])
    ours = marginal(schedule, x0, k + 1).sample(eps)
    assert_close(theirs.add_noise(x0, eps, k), ours, rtol=1e-12, atol=1e-12)


def ddpm_step(theirs, eps, k, xt):
    """Their step, and the noise that it drew."""
    out = theirs.step(eps, k, xt, generator=torch.Generator().manual_seed(7))
    fresh = torch.Generator().manual_seed(7)
    return out, torch.randn(xt.shape, dtype=xt.dtype, generator=fresh)


@pytest.mark.parametrize("steps", [1000, 50, 7])
@pytest.mark.parametrize("name", PAIRS)
def test_ddpm_step_is_the_draw_of_the_posterior(name, steps):
    """1-12 to 1-15, step by step and with skipped steps, at every tenth time."""
    schedule, theirs = scheduler(DDPMScheduler, name, variance_type="fixed_small")
    theirs.set_timesteps(steps)
    xt, eps = data()
    ks = theirs.timesteps.tolist()
    pairs = list(zip(ks, [*ks[1:], -1], strict=True))
    for k, previous_k in pairs[:: max(1, steps // 10)] + pairs[-1:]:
        s, t = times(k, previous_k)
        out, fresh = ddpm_step(theirs, eps, k, xt)
        x0 = x0_from_noise(schedule, xt, eps, t)
        tolerance = {"rtol": 1e-7, "atol": 1e-7 * x0.abs().max().item()}
        assert_close(out.pred_original_sample, x0, rtol=1e-10, atol=1e-10)
        for q in (
            posterior(schedule, xt, x0, s, t),
            posterior_from_noise(schedule, xt, eps, s, t),
        ):
            assert_close(out.prev_sample, q.sample(fresh), **tolerance)
            theirs_var = theirs._get_variance(k)
            if s > 0:
                assert_close(theirs_var, q.var.squeeze(), rtol=1e-12, atol=0)


def test_ddpm_at_its_last_step():
    """k = 0: they report a variance of 1e-20 and add no noise; ours is 0 by itself."""
    schedule, theirs = scheduler(DDPMScheduler, "linear", variance_type="fixed_small")
    theirs.set_timesteps(1000)
    xt, eps = data()
    out, fresh = ddpm_step(theirs, eps, 0, xt)
    q = posterior_from_noise(schedule, xt, eps, *times(0, -1))
    assert theirs._get_variance(0).item() == pytest.approx(1e-20)
    assert q.var.eq(0).all()
    assert_close(out.prev_sample, q.sample(fresh), rtol=1e-12, atol=1e-12)


def ddim_pairs(theirs, steps):
    """Their DDIM looks T // steps back, whatever the next entry of its list is."""
    back = 1000 // steps
    return [(k, k - back) for k in theirs.timesteps.tolist()]


@pytest.mark.parametrize("steps", [1000, 50, 10])
@pytest.mark.parametrize("name", PAIRS)
def test_ddim_with_eta_1_is_the_draw_of_the_posterior(name, steps):
    """On skipped steps too: this is why the posterior is written for any s < t."""
    schedule, theirs = scheduler(DDIMScheduler, name, set_alpha_to_one=True)
    theirs.set_timesteps(steps)
    xt, eps, fresh = data(3)
    pairs = ddim_pairs(theirs, steps)
    for k, previous_k in pairs[:: max(1, steps // 10)] + pairs[-1:]:
        s, t = times(k, previous_k)
        out = theirs.step(eps, k, xt, eta=1.0, variance_noise=fresh)
        x0 = x0_from_noise(schedule, xt, eps, t)
        tolerance = {"rtol": 1e-7, "atol": 1e-7 * x0.abs().max().item()}
        assert_close(out.pred_original_sample, x0, rtol=1e-10, atol=1e-10)
        q = posterior(schedule, xt, x0, s, t)
        assert_close(out.prev_sample, q.sample(fresh), **tolerance)
        q = posterior_from_noise(schedule, xt, eps, s, t)
        assert_close(out.prev_sample, q.sample(fresh), **tolerance)


@pytest.mark.parametrize("steps", [1000, 50, 10])
@pytest.mark.parametrize("name", PAIRS)
def test_ddim_with_eta_0_keeps_the_noise(name, steps):
    """x_s is x_0 noised to time s with the noise of x_t: 1-4 at s."""
    schedule, theirs = scheduler(DDIMScheduler, name, set_alpha_to_one=True)
    theirs.set_timesteps(steps)
    xt, eps = data()
    pairs = ddim_pairs(theirs, steps)
    for k, previous_k in pairs[:: max(1, steps // 10)] + pairs[-1:]:
        s, t = times(k, previous_k)
        out = theirs.step(eps, k, xt, eta=0.0)
        x0 = x0_from_noise(schedule, xt, eps, t)
        xs = x0 if s == 0 else marginal(schedule, x0, s).sample(eps)
        assert_close(out.prev_sample, xs, rtol=1e-10, atol=1e-10)


def test_ddim_that_does_not_set_alpha_to_one_stops_at_our_time_1():
    schedule, theirs = scheduler(DDIMScheduler, "linear", set_alpha_to_one=False)
    theirs.set_timesteps(1000)
    last = theirs.final_alpha_cumprod.double()
    assert_close(last, schedule.alpha_bar[1], rtol=1e-6, atol=0)
    theirs.final_alpha_cumprod = schedule.alpha_bar[1]  # in float64, as the rest
    xt, eps = data()
    out = theirs.step(eps, 0, xt, eta=0.0)
    x0 = x0_from_noise(schedule, xt, eps, 1)
    xs = marginal(schedule, x0, 1).sample(eps)
    assert_close(out.prev_sample, xs, rtol=1e-10, atol=1e-10)
    assert (out.prev_sample - x0).abs().max() > 1e-3
