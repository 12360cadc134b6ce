"""The bound at one time and its limit: what holds, and bad input."""

import pytest
import torch

from companion import diffusion
from companion.diffusion import (
    Mixture,
    Prediction,
    bound_at,
    bound_limit,
    cosine,
    expected_error,
    from_alpha_bar,
    zero_terminal_snr,
)
from tests.diffusion import bound_properties

X = torch.zeros(2, 3)
TIMES = torch.tensor([1, 4])
LINE = Mixture.isotropic([1.0], [[0.0]], torch.tensor([1.0]))
PLANE = Mixture.isotropic([1.0], [[0.0, 0.0]], torch.tensor([1.0]))
MANY = Mixture(torch.ones(2, 1), torch.zeros(2, 1, 1), torch.ones(2, 1, 1, 1))


def right(xt, t):
    return Prediction(xt, xt)


def broken(xt, t):
    return Prediction(xt / 0, xt)


@pytest.mark.parametrize("holds", bound_properties.ALL, ids=lambda holds: holds.__name__)
def test_holds(holds):
    holds(diffusion)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: bound_at(cosine(10), right, X / 0, TIMES), "x0: got 6 of 6 values NaN"),
        (lambda: bound_at(cosine(10), right, X, torch.tensor([0, 4])), "t: got 0"),
        (lambda: bound_at(cosine(10), right, X, torch.tensor([1, 11])), "t: got 11"),
        (lambda: bound_at(cosine(10), right, X, torch.tensor([1])), "t: got a tensor of shape"),
        (lambda: bound_at(cosine(10), right, X, 3), "t: got one time"),
        (lambda: bound_at(cosine(10), right, X, TIMES, var_0=0), "var_0: got 0"),
        (lambda: bound_at(cosine(10), broken, X, TIMES), "x_0 predicted at time 1: got 3 of 3"),
        (lambda: expected_error(PLANE, cosine(10)), "data: got means of shape (1, 2)"),
        (lambda: expected_error(MANY, cosine(10)), "data: got means of shape (2, 1, 1)"),
        (lambda: bound_limit(PLANE, cosine(10)), "data: got means of shape (1, 2)"),
        (lambda: bound_limit(LINE, zero_terminal_snr(cosine(10))), "alpha_bar_t = 0"),
        (lambda: bound_limit(LINE, from_alpha_bar([1.0, 0.001])), "schedule: got T = 1"),
        (lambda: bound_limit(LINE, cosine(10), nodes=1), "nodes: got 1"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(call, words):
    with pytest.raises(ValueError) as error:
        call()
    assert words in str(error.value)


def test_one_step_has_one_term():
    """T = 1: the only time is 1, and the term is the density of the last step."""
    schedule = from_alpha_bar([1.0, 0.001])
    found = bound_at(schedule, right, X, torch.tensor([1, 1]))
    rows = diffusion.bound(schedule, right, X)
    assert found.shape == (2,) and found.isfinite().all() and rows.shape == (2, 2)
