"""Losses and weights with bad input, and in the dtype of what they are given."""

import math

import pytest
import torch

from companion.diffusion import (
    Gaussian,
    Prediction,
    bound,
    bound_weight,
    cosine,
    kl,
    min_snr_weight,
    simple_loss,
)

ZERO = torch.zeros(2, 3)


def gaussian(var, shape=(2, 3)):
    return Gaussian(torch.zeros(shape), torch.full((2, 1), var, dtype=torch.float64))


def right(xt, t):
    return Prediction(xt, xt)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: kl(gaussian(0.0), gaussian(1.0)), "q: got a variance of 0"),
        (lambda: kl(gaussian(1.0), gaussian(0.0)), "p: got a variance of 0"),
        (lambda: kl(gaussian(1.0), gaussian(1.0, (2, 4))), "p: got shape (2, 4)"),
        (lambda: simple_loss(ZERO, ZERO[:, :1]), "output: got shape (2, 3)"),
        (lambda: bound_weight(cosine(10), 0, 3), "s: got 0, expected 1 or more"),
        (lambda: bound_weight(cosine(10), 3, 3), "s: got s = 3 with t = 3"),
        (lambda: min_snr_weight(cosine(10), 3, 0), "gamma: got 0"),
        (lambda: min_snr_weight(cosine(10), 11), "t: got 11"),
        (lambda: bound(cosine(10), right, ZERO, var_0=0), "var_0: got 0"),
        (lambda: bound(cosine(10), right, ZERO / 0), "x0: got 6 of 6 values NaN"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(call, words):
    with pytest.raises(ValueError) as error:
        call()
    assert words in str(error.value)


def test_times_may_be_batched():
    s, t = torch.tensor([1, 2, 3]), torch.tensor([4, 9, 5])
    weights = bound_weight(cosine(10), s, t)
    for row in range(3):
        alone = bound_weight(cosine(10), int(s[row]), int(t[row]))
        assert math.isclose(weights[row], alone, rel_tol=1e-12)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float64])
def test_the_bound_is_float64_whatever_the_data(dtype, device):
    if device == "mps" and dtype == torch.float64:
        dtype = torch.float32  # mps has no float64
    x0 = torch.zeros(2, 3, dtype=dtype, device=device)
    terms = bound(cosine(10), right, x0)
    assert terms.shape == (11, 2) and terms.isfinite().all()
    assert terms.dtype == (torch.float32 if device == "mps" else torch.float64)
