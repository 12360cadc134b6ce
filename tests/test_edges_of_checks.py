"""The checks at the ends of what they let through."""

import math
import re

import numpy as np
import pytest
import torch

from companion.checks import (
    NonFinite,
    check_count,
    check_data,
    check_inside,
    check_levels,
    check_tensor,
    check_time,
    shown,
)


@pytest.mark.parametrize(
    ("multipliers", "attention", "words"),
    [
        ("12", (), "multipliers: got '12' (str), expected a list of whole numbers"),
        (3, (), "multipliers: got 3 (int), expected a list of whole numbers"),
        ({1, 2}, (), "multipliers: got {1, 2} (set), expected a list of whole numbers"),
        ((1, 2), "1", "attention: got '1' (str), expected a list of whole numbers"),
        ((1, 2), 1, "attention: got 1 (int), expected a list of whole numbers"),
        ((1,) * 11, (), "multipliers: got 11 numbers, expected 1 to 10, one a level"),
        ((), (), "multipliers: got 0 numbers, expected 1 to 10, one a level"),
        ((1, 0), (), "multipliers: got 0, expected a whole number in 1..4096"),
        ((1, 4097), (), "multipliers: got 4097, expected a whole number in 1..4096"),
        ((1, 1.5), (), "multipliers: got 1.5 (float), expected a whole number in 1..4096"),
        ((1, 2), (2,), "attention: got 2, expected a whole number in 0..1"),
        ((1, 2), (-1,), "attention: got -1, expected a whole number in 0..1"),
    ],
)
def test_levels_that_are_none_are_refused(multipliers, attention, words):
    with pytest.raises(ValueError) as error:
        check_levels(multipliers, attention)
    assert str(error.value) == words


@pytest.mark.parametrize(
    ("multipliers", "attention"),
    [((1,) * 10, (0, 9)), ([4096], []), ((1, 2), (1,)), ([1, 1], [0, 1])],
)
def test_levels_at_their_limits_are_taken(multipliers, attention):
    check_levels(multipliers, attention)


@pytest.mark.parametrize("lowest", [0, 1])
def test_a_count_may_be_at_its_ends_and_not_beyond(lowest):
    for n in (lowest, 7, np.int64(7)):
        found = check_count("n", n, lowest, 7)
        assert found == n and type(found) is int
    for n in (lowest - 1, 8, True, 3.0, torch.tensor(3), "3", None):
        with pytest.raises(
            ValueError, match=rf"n: got .*, expected a whole number in {lowest}..7$"
        ):
            check_count("n", n, lowest, 7)


@pytest.mark.parametrize("value", [0, 1, -0.1, 1.1, math.nan, math.inf, "0.5", None])
def test_the_ends_are_not_inside(value):
    check_inside("x", 0.5, 0, 1)
    with pytest.raises(
        ValueError, match=re.escape(f"x: got {value!r}, expected a number inside (0, 1)")
    ):
        check_inside("x", value, 0, 1)


def whole(*numbers):
    return torch.tensor(numbers, dtype=torch.int64)


@pytest.mark.parametrize(
    ("t", "batch", "expected"),
    [
        (1, None, 1),
        (5, 3, 5),
        (np.int64(2), None, 2),
        (torch.tensor(4), 3, 4),
        (whole(1, 5), None, [1, 5]),
        (whole(1, 5), 2, [1, 5]),
        (whole(3), 1, [3]),
    ],
)
def test_times_at_their_ends_are_taken(t, batch, expected):
    found = check_time("t", t, 1, 5, batch)
    assert found.tolist() == expected and found.dtype == torch.int64


@pytest.mark.parametrize(
    ("t", "batch", "words"),
    [
        (0, None, "t: got 0, expected a whole number in 1..5, or an int64 tensor of them"),
        (6, None, "t: got 6, expected a whole number in 1..5, or an int64 tensor of them"),
        (True, None, "t: got True (bool), expected"),
        (2.0, None, "t: got 2.0 (float), expected"),
        (whole(3, 0, 9), None, "t: got 0, expected"),
        (whole(3, 6), None, "t: got 6, expected"),
        (
            whole(),
            None,
            "t: got a tensor of shape (0,), expected a whole number in 1..5, or an int64 tensor",
        ),
        (whole(), 2, "of them of shape () or (2,)"),
        (whole(1, 2), 3, "t: got a tensor of shape (2,), expected"),
        (whole(1, 2)[None], None, "of them of shape () or (B,)"),
        (torch.tensor([1.0]), None, "t: got a tensor of dtype torch.float32, expected"),
        (
            torch.tensor([1], dtype=torch.int32),
            None,
            "t: got a tensor of dtype torch.int32, expected",
        ),
    ],
)
def test_other_times_are_refused(t, batch, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        check_time("t", t, 1, 5, batch)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16])
def test_data_whose_sum_is_not_finite_but_whose_numbers_are_is_taken(dtype):
    largest = torch.finfo(dtype).max
    check_data("x", torch.full((4,), largest, dtype=dtype))
    for bad, many in ((math.nan, 1), (math.inf, 1)):
        x = torch.full((4,), largest, dtype=dtype)
        x[2] = bad
        words = f"x: got {many} of 4 values NaN or infinite, expected finite numbers"
        with pytest.raises(NonFinite, match=words):
            check_data("x", x)
    opposite = torch.tensor([math.inf, -math.inf], dtype=dtype)
    with pytest.raises(NonFinite, match="x: got 2 of 2 values"):
        check_data("x", opposite)


def test_what_is_no_tensor_is_named_by_its_kind():
    with pytest.raises(ValueError) as error:
        check_tensor("x", [1.0], " of shape (2,)")
    assert str(error.value) == "x: got list, expected a torch.Tensor of shape (2,)"
    check_tensor("x", torch.ones(()))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (np.zeros((2, 3)), "ndarray of shape (2, 3)"),
        (np.float64(2.5), "np.float64(2.5) (float64)"),
        ("a" * 100, "'" + "a" * 79 + " (str)"),
        (None, "None (NoneType)"),
        (torch.zeros(2), "Tensor of shape (2,)"),
    ],
)
def test_a_wrong_value_in_one_line(value, words):
    assert shown(value) == words
