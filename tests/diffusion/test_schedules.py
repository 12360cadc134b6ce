"""Schedules: what is taken, what is kept, and the warning that points at its caller."""

import inspect
import math
import warnings

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from companion.diffusion import (
    NeverReachesNoise,
    Schedule,
    cosine,
    from_alpha_bar,
    from_betas,
    linear,
    scaled_linear,
    zero_terminal_snr,
)

BETAS = [0.5, 0.9, 0.99]
ALPHA_BAR = [1, 0.5, 0.05, 0.0005]


@pytest.mark.parametrize(
    "betas",
    [
        BETAS,
        tuple(BETAS),
        np.array(BETAS),
        np.array(BETAS[::-1])[::-1],
        [np.float64(b) for b in BETAS],
        torch.tensor(BETAS, dtype=torch.float64),
        torch.tensor(BETAS, dtype=torch.float64, requires_grad=True),
    ],
    ids=["list", "tuple", "array", "reversed", "numpy floats", "tensor", "with grad"],
)
def test_betas_in_any_row_of_numbers(betas):
    schedule = from_betas(betas)
    assert_close(schedule.alpha_bar, torch.tensor(ALPHA_BAR, dtype=torch.float64))
    assert not schedule.alpha_bar.requires_grad
    assert schedule.alpha_bar.device.type == "cpu"


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_betas_of_less_precision_are_multiplied_in_float64(dtype):
    betas = torch.tensor(BETAS, dtype=dtype)
    expected = (1 - betas.double()).cumprod(0)
    assert_close(from_betas(betas).alpha_bar[1:], expected, rtol=1e-14, atol=0)


def test_a_schedule_keeps_a_copy():
    """What the caller does with the row afterwards does not reach the schedule."""
    array = np.array(ALPHA_BAR)
    tensor = torch.tensor(ALPHA_BAR, dtype=torch.float64)
    schedules = from_alpha_bar(array), from_alpha_bar(tensor), Schedule(tensor)
    array[:], tensor[:] = 7, 7
    for schedule in schedules:
        assert schedule.alpha_bar.tolist() == ALPHA_BAR


def test_betas_on_the_device(float64_device):
    betas = torch.tensor(BETAS, dtype=torch.float64, device=float64_device)
    assert from_betas(betas).alpha_bar.device.type == "cpu"


def test_inputs_stay_as_they_were():
    betas = torch.tensor(BETAS, dtype=torch.float64)
    before = betas.clone()
    first = from_betas(betas)
    alpha_bar = first.alpha_bar.clone()
    zero_terminal_snr(first)
    from_alpha_bar(first.alpha_bar)
    assert_close(betas, before, rtol=0, atol=0)
    assert_close(first.alpha_bar, alpha_bar, rtol=0, atol=0)


def test_whole_numbers_of_numpy_are_whole_numbers():
    assert linear(np.int64(1000)).T == 1000
    assert cosine(np.int32(50)).T == 50


@pytest.mark.parametrize("make", [linear, scaled_linear, cosine])
def test_the_standard_schedules_reach_noise_without_a_warning(make):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        schedule = make()
    assert schedule.T == 1000
    assert schedule.alpha_bar[-1].sqrt() < 0.1


def test_how_much_each_standard_schedule_leaves():
    """Integrals for the sums: log alpha_bar_T is about minus the sum of the betas."""
    left = {
        make.__name__: make().alpha_bar[-1].sqrt().item()
        for make in (linear, scaled_linear, cosine)
    }
    assert_close(left["linear"], math.exp(-1000 * 0.01005 / 2), rtol=0.05, atol=0)
    a, b = math.sqrt(0.00085), math.sqrt(0.012)
    mean_beta = (a * a + a * b + b * b) / 3
    assert_close(left["scaled_linear"], math.exp(-500 * mean_beta), rtol=0.05, atol=0)
    assert left["cosine"] < 1e-4


def line_of(call):
    """The file and line on which the body of a lambda stands."""
    return inspect.getsourcefile(call), call.__code__.co_firstlineno


SHORT = {
    "Schedule": lambda: Schedule([1, 0.5]),
    "from_alpha_bar": lambda: from_alpha_bar([1, 0.5]),
    "from_betas": lambda: from_betas([0.1, 0.2]),
    "linear": lambda: linear(50),
    "scaled_linear": lambda: scaled_linear(50),
    "cosine": lambda: cosine(5, max_beta=0.2),
}


@pytest.mark.parametrize("name", SHORT)
def test_the_warning_points_at_the_caller(name):
    with pytest.warns(NeverReachesNoise, match="never reaches noise: sqrt") as caught:
        schedule = SHORT[name]()
    assert (caught[0].filename, caught[0].lineno) == line_of(SHORT[name])
    left = schedule.alpha_bar[-1].sqrt().item()
    assert f"= {left:.4f} of the data is left at T = {schedule.T}" in str(caught[0].message)
    assert len(caught) == 1


def test_zero_terminal_snr_of_a_short_schedule_reaches_noise():
    with pytest.warns(NeverReachesNoise):
        short = linear(50)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert zero_terminal_snr(short).alpha_bar[-1] == 0


def test_a_schedule_cannot_be_changed():
    with pytest.raises(AttributeError):
        linear().alpha_bar = torch.ones(3)


@pytest.mark.parametrize("make", [linear, scaled_linear, cosine])
def test_one_step_is_a_schedule(make):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        schedule = make(1)
    assert schedule.T == 1
    assert schedule.beta[1] == 1 - schedule.alpha_bar[1]


def test_the_warning_comes_where_the_caller_is_no_module():
    """As in `exec`, and in some consoles."""
    with pytest.warns(NeverReachesNoise):
        exec("linear(50)", {"linear": linear})
