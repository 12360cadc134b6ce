"""The flow back and forth, against SciPy's; what else holds of it is in flow_properties."""

import math

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp
from torch.testing import assert_close

from companion import diffusion
from companion.diffusion import (
    EPS,
    X0,
    Mixture,
    Prediction,
    cosine,
    ddim,
    encode,
    linear,
    sample,
    score_from_noise,
    slerp,
    trailing,
)
from tests.diffusion.flow_properties import draws, two_bumps

DATA = two_bumps(diffusion)
BUMPS = Mixture.isotropic([0.4, 0.6], [[-1.0], [0.8]], torch.tensor([0.2, 0.3]))
SCHEDULE = cosine(200)


def best(data, schedule):
    def denoise(xt, t):
        return X0.predict(schedule, data.expected_x0(schedule, xt, t), xt, t)

    return denoise


# --------------------------------------------------------------------------- encoding


def test_encoding_meets_the_flow_that_scipy_integrates():
    """In one dimension, too, the flow keeps each point's share of the data below it."""
    schedule = linear(4000)
    x0 = BUMPS.icdf(torch.linspace(0.05, 0.95, 7, dtype=torch.float64))[:, None]
    sigmas = [math.sqrt((1 - ab) / ab) for ab in schedule.alpha_bar[[1, 2000]].tolist()]

    def speed(sigma, x):
        """-sigma times the score of the data plus sigma noise, in NumPy."""
        means, stds = np.array([[-1.0], [0.8]]), np.array([[0.2], [0.3]])
        var = stds**2 + sigma**2
        density = np.array([[0.4], [0.6]]) * np.exp(-((x - means) ** 2) / 2 / var) / np.sqrt(var)
        return -sigma * (density * (means - x) / var).sum(0) / density.sum(0)

    flow = solve_ivp(speed, (0, sigmas[1]), x0[:, 0].numpy(), rtol=1e-10, atol=1e-10)
    expected = flow.y[:, -1] * math.sqrt(schedule.alpha_bar[2000])
    far = []
    for n in (100, 200, 400):
        got = encode(best(BUMPS, schedule), schedule, x0, trailing(2000, n))
        far.append(np.abs(got[:, 0].numpy() - expected).max())
    assert far[2] < 0.03
    assert 1.7 < far[0] / far[1] < 2.3 and 1.7 < far[1] / far[2] < 2.3
    below = BUMPS.marginal(schedule, 2000).cdf(torch.from_numpy(expected))
    assert_close(below, BUMPS.cdf(x0[:, 0]), rtol=1e-6, atol=1e-6)


def test_there_and_back_the_error_halves_with_twice_the_calls():
    schedule = cosine(1000)
    x0 = DATA.sample(60, generator=torch.Generator().manual_seed(0))
    far = []
    for n in (50, 100, 200):
        noise = encode(best(DATA, schedule), schedule, x0, trailing(1000, n))
        back = sample(best(DATA, schedule), schedule, noise, trailing(1000, n), ddim())
        far.append((back - x0).square().mean().sqrt().item())
    assert 1.6 < far[0] / far[1] < 2.4 and 1.6 < far[1] / far[2] < 2.4


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_encoded_data_keep_their_dtype(dtype, device):
    x0 = draws((4, 3)).to(device, dtype)
    seen = []

    def denoise(xt, t):
        seen.append((t, xt.dtype))
        return EPS.predict(SCHEDULE, torch.zeros_like(xt), xt, t)

    got = encode(denoise, SCHEDULE, x0, (150, 75))
    assert seen == [(75, dtype)]  # once at each time but the highest
    assert got.dtype == dtype and got.device.type == device
    shrunk = SCHEDULE.alpha_bar[150].sqrt().item() * x0.float()  # no noise is seen
    assert_close(got.float(), shrunk, rtol=0.02, atol=0.0)


# ------------------------------------------------------------------------------ slerp


def test_slerp_keeps_the_dtype():
    a, b = draws((2, 3, 4)).to(torch.bfloat16)
    half = slerp(a, b, 0.5)
    assert half.dtype == torch.bfloat16
    for one, other, between in zip(a.double(), b.double(), half.double(), strict=True):
        one, other = one.flatten(), other.flatten()
        cosine_of = (one @ other / one.norm() / other.norm()).item()
        middle = (one + other) / math.sqrt(2 * (1 + cosine_of))  # half of the angle, both alike
        assert_close(between.flatten(), middle, rtol=0.02, atol=0.02)


# -------------------------------------------------------------------------- bad input


def nothing(xt, t):
    return Prediction(xt, xt)


def nan(xt, t):
    return Prediction(xt, xt * torch.nan)


def cut(xt, t):
    return Prediction(xt[:1], xt[:1])


X = draws((2, 3))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: encode(nothing, SCHEDULE, X, (5, 9)), "timesteps: got .5, 9., expected falling"),
        (lambda: encode(nothing, SCHEDULE, X, (201,)), "timesteps: got 201, expected a whole"),
        (lambda: encode(nothing, SCHEDULE, X / 0, (9,)), "x0: got 6 of 6 values"),
        (lambda: encode(nan, SCHEDULE, X, (9, 5)), "x at time 9: got 6 of 6 values NaN"),
        (lambda: encode(cut, SCHEDULE, X, (9, 5)), r"denoise: got shape \(1, 3\)"),
        (lambda: score_from_noise(SCHEDULE, X, 0), "t: got 0"),
        (lambda: score_from_noise(SCHEDULE, X / 0, 5), "eps: got 6 of 6 values"),
        (lambda: slerp(X, X[:1], 0.5), r"b: got shape \(1, 3\)"),
        (lambda: slerp(X, X * torch.nan, 0.5), "b: got 6 of 6 values NaN"),
        (lambda: slerp(X, X, 1.5), "share: got 1.5"),
        (lambda: slerp(X, -X, 0.5), "a, b: got items that are 0 or opposite"),
        (lambda: slerp(X, 0 * X, 0.5), "a, b: got items that are 0 or opposite"),
    ],
)
def test_bad_input_is_refused(call, words):
    with pytest.raises(ValueError, match=f"^{words}"):
        call()
