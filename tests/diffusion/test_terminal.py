"""Zero terminal SNR (Lin et al. 2024): alpha_bar_T = 0 exactly, and all functions there."""

import math

import pytest
import torch
from torch.testing import assert_close

from companion.diffusion import (
    EPS,
    X0,
    Gaussian,
    Mixture,
    V,
    ancestral,
    bound,
    bound_weight,
    cosine,
    ddim,
    dpm_solver,
    from_alpha_bar,
    from_betas,
    inpaint,
    linear,
    marginal,
    min_snr_weight,
    posterior,
    posterior_from_noise,
    sample,
    step,
    trailing,
    transition,
    zero_terminal_snr,
)
from companion.diffusion.samplers import State

SCHEDULES = {
    "cosine": cosine(40, max_beta=1),
    "rescaled": zero_terminal_snr(linear(40, 0.01, 0.4)),
    "given": from_alpha_bar(cosine(40, max_beta=1).alpha_bar),
    "betas": from_betas(cosine(40, max_beta=1).beta[1:]),
    "one step": from_alpha_bar([1, 0]),
}
ALL = pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)


def noise(n=50, seed=0):
    g = torch.Generator().manual_seed(seed)
    return torch.randn(n, 2, generator=g, dtype=torch.float64)


DATA = Mixture.isotropic([0.5, 0.5], [[-1.0, 0.5], [1.0, -0.5]], torch.tensor([0.3, 0.3]))


def test_cosine_is_its_formula_up_to_the_end():
    """Equation 17 with no beta cut off: f(t) / f(0), and nothing is left at T."""

    def f(t):
        return math.cos((t / 40 + 0.008) / 1.008 * math.pi / 2) ** 2

    schedule = cosine(40, max_beta=1)
    expected = [f(t) / f(0) for t in range(40)]
    found = schedule.alpha_bar
    assert_close(found[:-1], torch.tensor(expected, dtype=torch.float64), rtol=1e-11, atol=0)
    assert found[-1] == 0 and schedule.beta[-1] == 1
    assert cosine(40).beta[-1] == 0.999
    assert (found[:-1] == cosine(40).alpha_bar[:-1]).all()


@pytest.mark.parametrize("betas", [[0.5, 1, 0.5], [1, 1], [1, 0.5], [0.5, 1.0001]])
def test_a_beta_of_1_may_be_the_last_one_only(betas):
    with pytest.raises(ValueError, match=r"betas: got beta_\d = 1.*only the last may be 1"):
        from_betas(betas)


@ALL
def test_what_it_says_of_itself(schedule):
    T = schedule.T
    assert schedule.snr[T] == 0 and schedule.log_snr[T] == -math.inf
    assert schedule.alpha[T] == 0 and schedule.beta[T] == 1
    assert schedule.log_snr[:T].isfinite().sum() == T - 1  # and at 0 it is +infinity


@ALL
def test_the_forward_process_ends_in_pure_noise(schedule):
    x, eps, T = noise(), noise(seed=1), schedule.T
    for q in (
        marginal(schedule, x, T),
        step(schedule, x, T),
        transition(schedule, x, T // 2, T),
    ):
        assert q.mean.eq(0).all() and q.var.eq(1).all()
        assert torch.equal(q.sample(eps), eps)


@ALL
def test_the_posterior_forgets_xt(schedule):
    """x_T is independent of x_s, so the posterior is the marginal of s."""
    x0, xT, T = noise(), noise(seed=1), schedule.T
    for s in (0, T // 2, T - 1):
        q = posterior(schedule, xT, x0, s, T)
        ab = schedule.alpha_bar[s]
        assert_close(q.mean, ab.sqrt() * x0)
        assert_close(q.var, (1 - ab).reshape(1, 1))


@ALL
def test_the_noise_is_refused_and_v_and_x0_are_not(schedule):
    xT, output, T = noise(), noise(seed=1), schedule.T
    for ask in (
        lambda: EPS.predict(schedule, output, xT, T),
        lambda: posterior_from_noise(schedule, xT, output, 0, T),
    ):
        with pytest.raises(ValueError, match="^t: got a time with alpha_bar_t = 0"):
            ask()
    prediction = V.predict(schedule, output, xT, T)
    assert torch.equal(prediction.x0, -output) and torch.equal(prediction.eps, xT)
    prediction = X0.predict(schedule, output, xT, T)
    assert torch.equal(prediction.x0, output) and torch.equal(prediction.eps, xT)
    assert torch.equal(V.target(schedule, output, xT, T), -output)


@ALL
def test_the_weights_are_finite(schedule):
    T = schedule.T
    assert min_snr_weight(schedule, T) == 0
    if T > 1:
        s = torch.arange(1, T)
        weight = bound_weight(schedule, s, s + 1)
        assert weight.isfinite().all() and (weight > 0).all()
        assert_close(weight[-1], schedule.snr[T - 1] / 2)


@ALL
@pytest.mark.parametrize("parameterization", [X0, V])
@pytest.mark.parametrize("sampler", [ancestral, ddim(), ddim(0.5), dpm_solver])
def test_samplers_start_there(schedule, parameterization, sampler):
    """With the exact prediction, from pure noise to the two bumps; every state is finite."""
    T = schedule.T

    def denoise(xt, t):
        x0 = DATA.expected_x0(schedule, xt, t)
        if parameterization is X0:
            return X0.predict(schedule, x0, xt, t)
        eps = X0.predict(schedule, x0, xt, t).eps
        return V.predict(schedule, V.target(schedule, x0, eps, t), xt, t)

    xT, g = noise(2000), torch.Generator().manual_seed(2)
    for steps in (1, min(T, 4), T):
        x0 = sample(denoise, schedule, xT, trailing(T, steps), sampler, generator=g)
        assert x0.isfinite().all()
        if steps == 1:  # all that pure noise says of x_0 is its mean
            assert_close(x0, DATA.mean().expand_as(x0), rtol=0, atol=1e-9)
    if T > 1:
        assert_close(x0.mean(dim=0), DATA.mean(), rtol=0, atol=0.1)
        assert_close(x0.T.cov(), DATA.cov(), rtol=0, atol=0.12)


def test_the_second_step_of_the_solver_takes_the_guess_itself():
    """The line goes through a log-SNR of -infinity, so it is level: what is DDIM's step."""
    schedule = SCHEDULES["cosine"]
    history = []
    for t, seed in ((40, 0), (30, 1)):
        xt = noise(seed=seed)
        history.append(State(t, xt, V.predict(schedule, noise(seed=seed + 5), xt, t)))
    found = dpm_solver(schedule, history, 20)
    assert_close(found.mean, ddim()(schedule, history, 20).mean)


@ALL
def test_inpainting_starts_there(schedule):
    def denoise(xt, t):
        return X0.predict(schedule, DATA.expected_x0(schedule, xt, t), xt, t)

    x0, g = DATA.sample(30, generator=torch.Generator().manual_seed(3)), torch.Generator()
    given = torch.tensor([True, False]).expand(30, 2)
    times = trailing(schedule.T, min(schedule.T, 8))
    found = inpaint(denoise, schedule, x0, given, noise(30), times, repeats=2, generator=g)
    assert found.isfinite().all() and torch.equal(found[:, 0], x0[:, 0])


@ALL
def test_the_bound_is_finite_and_its_last_term_is_zero(schedule):
    def denoise(xt, t):
        return X0.predict(schedule, DATA.expected_x0(schedule, xt, t), xt, t)

    x0, g = DATA.sample(20, generator=torch.Generator().manual_seed(3)), torch.Generator()
    terms = bound(schedule, denoise, x0, generator=g)
    assert terms.isfinite().all() and terms[-1].abs().max() < 1e-12


@ALL
def test_the_oracle_is_finite(schedule):
    xT, T = noise(), schedule.T
    assert DATA.optimal_eps(schedule, xT, T).isfinite().all()
    assert_close(DATA.optimal_eps(schedule, xT, T), xT)
    assert_close(DATA.expected_x0(schedule, xT, T), DATA.mean().expand(50, 2))
    reverse = DATA.reverse(schedule, xT, T // 2, T)
    assert_close(reverse.mean(), DATA.marginal(schedule, T // 2).mean().expand(50, 2))
    assert isinstance(marginal(schedule, xT, T), Gaussian)
