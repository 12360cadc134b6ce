"""The checks themselves: what they let in, and the words with which they refuse."""

import re

import numpy as np
import pytest
import torch

from companion.checks import (
    check_count,
    check_data,
    check_inside,
    check_same_device,
    check_same_shape,
    check_time,
    shown,
)


def refused(message, check, *arguments):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        check(*arguments)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("shape", [(1,), (2, 3), (2, 3, 4, 5)])
def test_data_of_every_dtype_is_let_in(dtype, shape, device):
    if device != "mps" or dtype != torch.float64:
        check_data("x", torch.zeros(shape, dtype=dtype, device=device))


def test_large_data_whose_sum_overflows_is_let_in(device):
    check_data("x", torch.full((8,), 3e38, device=device))
    check_data("x", torch.full((8,), 60_000.0, dtype=torch.float16, device=device))


@pytest.mark.parametrize("bad", [float("inf"), -float("inf"), float("nan")])
def test_one_value_that_is_not_finite_is_found(bad, device):
    x = torch.zeros(2, 100, device=device)
    x[1, 57] = bad
    x[0, 3] = -bad  # the two would cancel, were they numbers
    refused(
        "x: got 2 of 200 values NaN or infinite, expected finite numbers",
        check_data,
        "x",
        x,
    )


def test_data_is_refused_in_one_sentence():
    floats = "expected float64, float32, bfloat16 or float16"
    tensor = "tensor of shape (B, ...)"
    x = torch.tensor([1.0, float("nan"), float("inf")])
    refused(
        "x: got 2 of 3 values NaN or infinite, expected finite numbers",
        check_data,
        "x",
        x,
    )
    refused(f"x0: got dtype torch.int64, {floats}", check_data, "x0", torch.ones(1).long())
    refused(f"x: got a single number, expected a {tensor}", check_data, "x", torch.ones(()))
    refused(f"x: got list, expected a torch.T{tensor[1:]}", check_data, "x", [1.0])
    refused(
        "x: got shape (0, 2) with nothing in it, expected at least one value",
        check_data,
        "x",
        torch.ones(0, 2),
    )


def test_same_shape():
    check_same_shape("a", torch.zeros(2, 3), "b", torch.ones(2, 3))
    refused(
        "a: got shape (3,), expected (2, 3), the shape of b",
        check_same_shape,
        "a",
        torch.zeros(3),
        "b",
        torch.ones(2, 3),
    )


def test_same_device():
    check_same_device("a", torch.zeros(2), "b", torch.ones(2))
    refused(
        "a: got a tensor on meta, expected cpu, the device of b",
        check_same_device,
        "a",
        torch.zeros(2, device="meta"),
        "b",
        torch.ones(2),
    )


@pytest.mark.parametrize("n", [1, 7, np.int64(3), np.uint8(3), np.array(3)])
def test_count(n):
    count = check_count("n", n, 1, 7)
    assert type(count) is int
    assert count == n


@pytest.mark.parametrize(
    ("n", "came"),
    [
        (0, "0"),
        (8, "8"),
        (1.0, "1.0 (float)"),
        (True, "True (bool)"),
        (None, "None (NoneType)"),
        (np.array([3]), "ndarray of shape (1,)"),
        (torch.tensor(3), "tensor(3) (Tensor)"),
    ],
)
def test_no_count(n, came):
    refused(f"n: got {came}, expected a whole number in 1..7", check_count, "n", n, 1, 7)


@pytest.mark.parametrize("value", [0.5, np.float32(0.5), 1e-300, 1 - 1e-16])
def test_inside(value):
    check_inside("b", value, 0, 1)


@pytest.mark.parametrize("value", [0, 1, -0.5, 2, float("nan"), "0.5", None, 0.5j])
def test_not_inside(value):
    refused(
        f"b: got {value!r}, expected a number inside (0, 1)",
        check_inside,
        "b",
        value,
        0,
        1,
    )


@pytest.mark.parametrize("t", [5, np.int64(5), np.int32(5), np.array(5), torch.tensor(5)])
def test_one_time(t):
    found = check_time("t", t, 1, 9, batch=3)
    assert found.shape == ()
    assert found.dtype == torch.int64
    assert found == 5


def test_a_time_an_item(device):
    t = torch.tensor([1, 9, 3], device=device)
    found = check_time("t", t, 1, 9, batch=3)
    assert found.tolist() == [1, 9, 3]
    assert found.device.type == "cpu"
    assert check_time("t", t, 1, 9).tolist() == [1, 9, 3]


def test_times_are_refused_in_one_sentence():
    expected = "expected a whole number in 1..9, or an int64 tensor of them"
    for t, came in (
        (0, "0"),
        (10, "10"),
        (2.0, "2.0 (float)"),
        (False, "False (bool)"),
        ([1, 2, 3], "[1, 2, 3] (list)"),
        (np.arange(3), "ndarray of shape (3,)"),
        (torch.tensor([1, 12, 13]), "12"),
        (torch.ones(3), "a tensor of dtype torch.float32"),
    ):
        refused(f"t: got {came}, {expected}", check_time, "t", t, 1, 9, 3)
    for shape in ((2,), (3, 1), (0,)):
        refused(
            f"t: got a tensor of shape {shape}, {expected} of shape () or (3,)",
            check_time,
            "t",
            torch.ones(shape, dtype=torch.int64),
            1,
            9,
            3,
        )
    refused(
        f"t: got a tensor of shape (1, 1), {expected} of shape () or (B,)",
        check_time,
        "t",
        torch.ones(1, 1, dtype=torch.int64),
        1,
        9,
    )


def test_long_values_are_shown_short():
    assert shown("x" * 500) == "'" + "x" * 79 + " (str)"
    assert shown(torch.zeros(1000, 3)) == "Tensor of shape (1000, 3)"
    assert shown(3) == "3 (int)"
