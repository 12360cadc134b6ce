"""Samplers and predictions against diffusers, for all schedules, and with bad input."""

import warnings

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from companion.diffusion import (
    EPS,
    X0,
    Mixture,
    Prediction,
    State,
    V,
    ancestral,
    cosine,
    ddim,
    dpm_solver,
    from_betas,
    leading,
    linear,
    marginal,
    sample,
    trailing,
    trajectory,
)

with warnings.catch_warnings(action="ignore"):
    from diffusers import DDIMScheduler, DDPMScheduler, DPMSolverMultistepScheduler

DATA = Mixture.isotropic([0.35, 0.65], [[-1.0, 0.2], [1.0, -0.4]], torch.tensor([0.2, 0.3]))
PLAIN = {"beta_schedule": "linear", "clip_sample": False}


def perfect_eps(schedule, xt, t):
    return DATA.optimal_eps(schedule, xt, t)


def perfect(schedule, parameterization=EPS):
    """The perfect network of the mixture, parameterization for noise, data or velocity."""

    def denoise(xt, t):
        eps = perfect_eps(schedule, xt, t)
        x0 = EPS.predict(schedule, eps, xt, t).x0
        output = parameterization.target(schedule, x0, eps, t)
        return parameterization.predict(schedule, output, xt, t)

    return denoise


def noise(n=64):
    g = torch.Generator().manual_seed(1)
    return torch.randn(n, 2, generator=g, dtype=torch.float64)


def theirs(scheduler, schedule, times, generator=None):
    """Their loop on their own index, t - 1, with the same network and noise."""
    x = noise()
    for i in scheduler.timesteps.tolist():
        eps = perfect_eps(schedule, x, i + 1)
        extra = {} if generator is None else {"generator": generator}
        x = scheduler.step(eps, i, x, **extra).prev_sample
    assert scheduler.timesteps.tolist() == [t - 1 for t in times]
    return x


@pytest.mark.parametrize("steps", [1000, 20])
def test_ancestral_is_diffusers_ddpm(steps):
    schedule, times = linear(1000), trailing(1000, steps)
    scheduler = DDPMScheduler(**PLAIN, timestep_spacing="trailing")
    # Their table is float32, whose rounding adds up over 1000 steps.
    scheduler.alphas_cumprod = schedule.alpha_bar[1:]
    scheduler.set_timesteps(steps)
    expected = theirs(scheduler, schedule, times, torch.Generator().manual_seed(7))
    got = sample(
        perfect(schedule),
        schedule,
        noise(),
        times,
        ancestral,
        generator=torch.Generator().manual_seed(7),
    )
    assert_close(got, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("T", [50, 1000])
def test_spacings_are_diffusers_where_they_agree(T):
    """Leading for all counts; trailing but for those where theirs has a time too many."""
    agree = {"leading": 0, "trailing": 0}
    for steps in range(1, T + 1):
        for spacing, ours in (("leading", leading), ("trailing", trailing)):
            scheduler = DDIMScheduler(num_train_timesteps=T, timestep_spacing=spacing)
            scheduler.set_timesteps(steps)
            theirs = tuple(t + 1 for t in scheduler.timesteps.tolist())
            if len(theirs) == steps:
                away = [abs(a - b) for a, b in zip(theirs, ours(T, steps), strict=True)]
                assert max(away) <= (spacing == "trailing")  # NumPy's rounding of a half
                agree[spacing] += max(away) == 0
    assert agree["leading"] == T and agree["trailing"] > 0.8 * T


@pytest.mark.parametrize("eta", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("steps", [10, 50])
def test_ddim_is_diffusers_ddim(eta, steps):
    schedule, times = linear(1000), trailing(1000, steps)
    scheduler = DDIMScheduler(**PLAIN, set_alpha_to_one=True, timestep_spacing="trailing")
    scheduler.set_timesteps(steps)
    g, x = torch.Generator().manual_seed(7), noise()
    for i in scheduler.timesteps.tolist():
        eps = perfect_eps(schedule, x, i + 1)
        x = scheduler.step(eps, i, x, eta=eta, generator=g).prev_sample
    got = sample(
        perfect(schedule),
        schedule,
        noise(),
        times,
        ddim(eta),
        generator=torch.Generator().manual_seed(7),
    )
    assert_close(got, x, rtol=0, atol=1e-5)


@pytest.mark.parametrize("steps", [8, 20])
def test_dpm_solver_is_diffusers_multistep(steps):
    schedule, times = linear(1000), trailing(1000, steps)
    scheduler = DPMSolverMultistepScheduler(
        beta_schedule="linear",
        algorithm_type="dpmsolver++",
        solver_order=2,
        timestep_spacing="trailing",
        final_sigmas_type="zero",
    )
    scheduler.set_timesteps(steps)
    expected = theirs(scheduler, schedule, times)
    got = sample(perfect(schedule), schedule, noise(), times, dpm_solver)
    assert_close(got, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("parameterization", [X0, V], ids=["x0", "v"])
@pytest.mark.parametrize("step", [ancestral, ddim(), dpm_solver])
def test_a_sampler_cannot_know_what_the_network_predicts(parameterization, step):
    schedule, times = cosine(100), trailing(100, 10)
    both = [
        sample(
            perfect(schedule, one),
            schedule,
            noise(),
            times,
            step,
            generator=torch.Generator().manual_seed(3),
        )
        for one in (EPS, parameterization)
    ]
    assert_close(*both, rtol=1e-8, atol=1e-8)


levels = st.floats(-3, 3)
betas = st.lists(st.floats(0.01, 0.9), min_size=1, max_size=8)


@given(betas=betas, x=levels, e=levels, data=st.data())
def test_every_conversion_comes_back(betas, x, e, data):
    schedule = from_betas([*betas, 0.999])
    t = data.draw(st.integers(1, schedule.T))
    x0, eps = (torch.full((1, 1), u, dtype=torch.float64) for u in (x, e))
    xt = marginal(schedule, x0, t).sample(eps)
    for parameterization in (EPS, X0, V):
        prediction = parameterization.predict(
            schedule, parameterization.target(schedule, x0, eps, t), xt, t
        )
        again = marginal(schedule, prediction.x0, t).sample(prediction.eps)
        assert_close(again, xt, rtol=1e-9, atol=1e-9)
        assert_close(prediction.x0, x0, rtol=1e-6, atol=1e-6)


@given(betas=betas, eta=st.floats(0, 1), data=st.data())
def test_ddim_never_has_more_noise_than_its_time(betas, eta, data):
    schedule = from_betas([*betas, 0.999])
    t = data.draw(st.integers(1, schedule.T))
    s = data.draw(st.integers(0, t - 1))
    one = torch.ones(1, 1, dtype=torch.float64)
    history = [State(t, one, Prediction(0 * one, one))]
    q = ddim(eta)(schedule, history, s)
    total = q.mean**2 + q.var
    assert_close(total, (1 - schedule.alpha_bar[s]).expand(1, 1), rtol=0, atol=1e-12)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_samples_keep_the_dtype_of_the_noise(dtype, device):
    schedule = cosine(20)
    xT = torch.randn(4, 3, device=device).to(dtype)

    def denoise(xt, t):
        assert xt.dtype == dtype
        return V.predict(schedule, 0 * xt, xt, t)

    for step in (ancestral, ddim(0.5), dpm_solver):
        x0 = sample(denoise, schedule, xT, (20, 10), step)
        assert x0.dtype == dtype and x0.device.type == device
        assert x0.isfinite().all()


# ------------------------------------------------------------------------- bad input


def nothing(xt, t):
    return Prediction(xt, xt)


@pytest.mark.parametrize(
    "times, words",
    [
        ((), "timesteps: got [], expected falling times, at least one"),
        ((5, 5), "timesteps: got [5, 5], expected falling times"),
        ((3, 7), "timesteps: got [3, 7], expected falling times"),
        ((5, 0), "timesteps: got 0, expected a whole number in 1..10"),
        ((11, 2), "timesteps: got 11, expected a whole number in 1..10"),
        ((5.5, 2), "timesteps: got 5.5 (float), expected a whole number"),
    ],
)
def test_times_that_do_not_fall_are_refused(times, words):
    with pytest.raises(ValueError) as error:
        list(trajectory(nothing, cosine(10), noise(), times))
    assert words in str(error.value)


@pytest.mark.parametrize("eta", [-0.1, 1.1, float("nan"), "1"])
def test_another_eta_is_refused(eta):
    with pytest.raises(ValueError, match="eta: got"):
        ddim(eta)


@pytest.mark.parametrize("T, steps", [(10, 0), (10, 11), (10, 2.5), (0, 1)])
def test_another_number_of_steps_is_refused(T, steps):
    with pytest.raises(ValueError, match=r"(T|steps): got"):
        trailing(T, steps)


def test_noise_that_is_not_finite_is_refused():
    with pytest.raises(ValueError, match="xT: got 1 of 2 values NaN"):
        list(trajectory(nothing, cosine(10), torch.tensor([[1.0, torch.nan]]), (3,)))


@pytest.mark.parametrize("parameterization", [EPS, X0, V])
def test_a_prediction_of_another_shape_is_refused(parameterization):
    x, other = torch.zeros(2, 3), torch.zeros(2, 1)
    with pytest.raises(ValueError, match="got shape"):
        parameterization.predict(cosine(10), other, x, 3)
    with pytest.raises(ValueError, match="eps: got shape"):
        parameterization.target(cosine(10), x, other, 3)
    with pytest.raises(ValueError, match="t: got"):
        parameterization.target(cosine(10), x, x, 11)
