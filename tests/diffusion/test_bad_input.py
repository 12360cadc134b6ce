"""Every bad input is a ValueError: which argument, what came, what was expected."""

import re

import numpy as np
import pytest
import torch

from companion.diffusion import (
    Gaussian,
    Schedule,
    cosine,
    from_alpha_bar,
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

NAN, INF = float("nan"), float("inf")
SCHEDULE = linear()
X = torch.zeros(2, 3)


def refused(call, *words):
    """`call` raises a ValueError whose message has all the words, in this order."""
    with pytest.raises(ValueError, match=".*".join(re.escape(w) for w in words)):
        call()


BETAS = [
    ([0.5, 0.0], "beta_2 = 0,"),
    ([0.5, 1.0, 0.5], "beta_2 = 1,"),
    ([-0.1, 0.9], "beta_1 = -0.1"),
    ([0.5, 1.5, 2.0], "beta_2 = 1.5"),
    ([0.5, NAN], "nan at position 1"),
    ([INF, 0.5], "inf at position 0"),
    ([[0.5, 0.9]], "shape (1, 2)"),
    (torch.full((2, 2), 0.9), "shape (2, 2)"),
    (0.5, "shape ()"),
    ([], "none"),
    (None, "None (NoneType)"),
    ("0.1", "'0.1' (str)"),
    (["0.1"], "(list)"),
    ([[0.1], [0.1, 0.2]], "(list)"),
    (np.array([0.5 + 0.1j]), "ndarray of shape (1,)"),
    (torch.tensor([0.5 + 0.1j]), "Tensor of shape (1,)"),
    ([True, False], "(list)"),
    (torch.tensor([True]), "Tensor of shape (1,)"),
    (torch.tensor([1, 1]), "beta_1 = 1"),
    ([0.9, 1e-20], "beta_2 = 1e-20"),
    ([0.999] * 200, "leaves alpha_bar at 0,"),
]


@pytest.mark.parametrize(("betas", "came"), BETAS, ids=[c for _, c in BETAS])
def test_betas(betas, came):
    refused(lambda: from_betas(betas), "betas: got ", came, "expected")


ALPHA_BARS = [
    ([1, 0.5, 0.6], "alpha_bar[2] = 0.6 after alpha_bar[1] = 0.5"),
    ([1, 0.5, 0.5], "alpha_bar[2] = 0.5 after alpha_bar[1] = 0.5"),
    ([1, 1, 0.01], "alpha_bar[1] = 1 after alpha_bar[0] = 1"),
    ([1, 0, 0], "alpha_bar[2] = 0 after"),
    ([1, 0.5, -0.1], "alpha_bar[2] = -0.1"),
    ([0.9, 0.5, 0.001], "alpha_bar[0] = 0.9"),
    ([1.5, 0.5, 0.001], "alpha_bar[0] = 1.5"),
    ([1], "1 entries"),
    ([], "0 entries"),
    ([1, NAN, 0], "nan at position 1"),
    ([1, 0.5, -INF], "-inf at position 2"),
    ([[1, 0]], "shape (1, 2)"),
    (1, "shape ()"),
    (None, "NoneType"),
    (linear, "function"),
]


@pytest.mark.parametrize("make", [from_alpha_bar, Schedule])
@pytest.mark.parametrize(("values", "came"), ALPHA_BARS, ids=[c for _, c in ALPHA_BARS])
def test_alpha_bar(make, values, came):
    refused(lambda: make(values), "alpha_bar: got ", came, "expected")


@pytest.mark.parametrize("make", [linear, scaled_linear, cosine])
@pytest.mark.parametrize("T", [0, -1, 1.5, 1000.0, True, None, "9", 10**7, NAN, X])
def test_number_of_steps(make, T):
    refused(lambda: make(T), "T: got ", "expected a whole number in 1..1000000")


@pytest.mark.parametrize("make", [linear, scaled_linear])
@pytest.mark.parametrize("name", ["beta_1", "beta_T"])
@pytest.mark.parametrize("value", [0, 1, -0.1, 2.0, NAN, INF, "0.1", None])
def test_ends_of_a_line_of_betas(make, name, value):
    refused(
        lambda: make(1000, **{name: value}),
        f"{name}: got {value!r}, expected a number inside (0, 1)",
    )


@pytest.mark.parametrize("value", [0, -0.008, NAN, INF, "a", None])
def test_offset(value):
    refused(lambda: cosine(offset=value), f"offset: got {value!r}, expected")


@pytest.mark.parametrize("value", [0, True, 1.0001, 2.0, NAN, "a", None])
def test_max_beta(value):
    refused(lambda: cosine(max_beta=value), f"max_beta: got {value!r}, expected")


def test_zero_terminal_snr():
    refused(lambda: zero_terminal_snr([1, 0]), "schedule: got list, expected")
    one = from_alpha_bar([1, 0])
    refused(lambda: zero_terminal_snr(one), "schedule: got T = 1, expected at least 2")


# Each with its first argument bad, the rest good.
ONE_TIME = {
    "step": lambda t: step(SCHEDULE, X, t),
    "marginal": lambda t: marginal(SCHEDULE, X, t),
    "x0_from_noise": lambda t: x0_from_noise(SCHEDULE, X, X, t),
}
TWO_TIMES = {
    "transition": lambda s, t: transition(SCHEDULE, X, s, t),
    "posterior": lambda s, t: posterior(SCHEDULE, X, X, s, t),
    "posterior_from_noise": lambda s, t: posterior_from_noise(SCHEDULE, X, X, s, t),
}
NO_TIMES = [
    (1.0, "1.0 (float)"),
    (True, "True (bool)"),
    (None, "None (NoneType)"),
    ("1", "'1' (str)"),
    (NAN, "nan (float)"),
    ([1, 2], "[1, 2] (list)"),
    (np.array([1, 2]), "ndarray of shape (2,)"),
    (np.bool_(True), "True"),
    (np.float64(1), "(float64)"),
    (torch.tensor([1.0, 2.0]), "dtype torch.float32"),
    (torch.tensor([1, 2], dtype=torch.int32), "dtype torch.int32"),
    (torch.tensor([1, 2], dtype=torch.uint8), "dtype torch.uint8"),
    (torch.tensor([True, True]), "dtype torch.bool"),
    (torch.tensor([1, 2, 3]), "shape (3,)"),
    (torch.tensor([1]), "shape (1,)"),
    (torch.tensor([[1, 2]]), "shape (1, 2)"),
    (torch.tensor([], dtype=torch.int64), "shape (0,)"),
    (1001, "1001"),
    (-1, "-1"),
    (10**30, str(10**30)),
    (torch.tensor(1001), "1001"),
    (torch.tensor([5, 1001]), "1001"),
    (torch.tensor([-3, 5]), "-3"),
]
IDS = [came for _, came in NO_TIMES]


@pytest.mark.parametrize("name", ONE_TIME)
@pytest.mark.parametrize(("t", "came"), [*NO_TIMES, (0, "0")], ids=[*IDS, "0"])
def test_t(name, t, came):
    refused(lambda: ONE_TIME[name](t), "t: got ", came, "expected", "1..1000")


@pytest.mark.parametrize("name", TWO_TIMES)
@pytest.mark.parametrize(("bad", "came"), NO_TIMES, ids=IDS)
def test_s_and_t(name, bad, came):
    refused(lambda: TWO_TIMES[name](0, bad), "t: got ", came, "expected", "1..1000")
    refused(lambda: TWO_TIMES[name](bad, 1000), "s: got ", came, "expected", "0..999")


@pytest.mark.parametrize("name", TWO_TIMES)
@pytest.mark.parametrize(
    ("s", "t", "came"),
    [
        (5, 5, "s = 5 with t = 5"),
        (6, 5, "s = 6 with t = 5"),
        (torch.tensor([1, 7]), torch.tensor([2, 7]), "s = 7 with t = 7"),
        (torch.tensor([1, 7]), 6, "s = 7 with t = 6"),
        (3, torch.tensor([4, 2]), "s = 3 with t = 2"),
        (torch.tensor(3), torch.tensor([4, 2]), "s = 3 with t = 2"),
    ],
)
def test_s_not_before_t(name, s, t, came):
    refused(lambda: TWO_TIMES[name](s, t), "s: got ", came, "expected s < t")


ONE_DATA = {
    "x_previous": lambda x: step(SCHEDULE, x, 5),
    "x0": lambda x: marginal(SCHEDULE, x, 5),
    "xs": lambda x: transition(SCHEDULE, x, 3, 5),
    "eps": lambda x: Gaussian(X, torch.ones(2, 1)).sample(x),
    "x": lambda x: Gaussian(X, torch.ones(2, 1)).log_prob(x),
}
TWO_DATA = {
    "posterior": (lambda xt, x0: posterior(SCHEDULE, xt, x0, 3, 5), "x0"),
    "posterior_from_noise": (
        lambda xt, eps: posterior_from_noise(SCHEDULE, xt, eps, 3, 5),
        "eps",
    ),
    "x0_from_noise": (lambda xt, eps: x0_from_noise(SCHEDULE, xt, eps, 5), "eps"),
}
NO_DATA = [
    (torch.tensor([[NAN, 0, 0], [0, 0, 0]]), "1 of 6 values NaN or infinite"),
    (torch.tensor([[INF, 0, 0], [0, -INF, 0]]), "2 of 6 values NaN or infinite"),
    (torch.zeros(2, 3, dtype=torch.int64), "dtype torch.int64"),
    (torch.zeros(2, 3, dtype=torch.bool), "dtype torch.bool"),
    (torch.zeros(2, 3, dtype=torch.uint8), "dtype torch.uint8"),
    (torch.zeros(2, 3, dtype=torch.complex64), "dtype torch.complex64"),
    (torch.tensor(1.0), "a single number"),
    (torch.zeros(0, 3), "shape (0, 3) with nothing in it"),
    (torch.zeros(2, 0), "shape (2, 0) with nothing in it"),
    (np.zeros((2, 3)), "ndarray"),
    ([[0.0]], "list"),
    (1.0, "float"),
]


@pytest.mark.parametrize("name", ONE_DATA)
@pytest.mark.parametrize(("x", "came"), NO_DATA, ids=[c for _, c in NO_DATA])
def test_data(name, x, came):
    refused(lambda: ONE_DATA[name](x), f"{name}: got ", came, "expected")


@pytest.mark.parametrize("function", TWO_DATA)
@pytest.mark.parametrize(("x", "came"), NO_DATA, ids=[c for _, c in NO_DATA])
def test_data_and_its_partner(function, x, came):
    call, second = TWO_DATA[function]
    refused(lambda: call(x, X), "xt: got ", came, "expected")
    refused(lambda: call(X, x), f"{second}: got ", came, "expected")


@pytest.mark.parametrize("function", TWO_DATA)
@pytest.mark.parametrize("shape", [(2, 4), (1, 3), (3, 3), (2,), (2, 3, 1), (2, 1)])
def test_unlike_shapes(function, shape):
    call, second = TWO_DATA[function]
    message = f"{second}: got shape {shape}, expected (2, 3), the shape of xt"
    refused(lambda: call(X, torch.zeros(shape)), message)


def test_noise_alone_says_nothing_of_the_data():
    schedule = from_alpha_bar([1, 0.5, 0])
    for call in (
        lambda: x0_from_noise(schedule, X, X, 2),
        lambda: x0_from_noise(schedule, X, X, torch.tensor([1, 2])),
        lambda: posterior_from_noise(schedule, X, X, 1, 2),
    ):
        refused(call, "t: got a time with alpha_bar_t = 0, expected more")


@pytest.mark.parametrize(
    ("var", "came"),
    [
        (torch.tensor([[-1.0], [1.0]]), "-1"),
        (torch.tensor([[NAN], [1.0]]), "nan"),
        (torch.ones(3, 1), "shape (3, 1)"),
        (torch.ones(2, 3, 1), "shape (2, 3, 1)"),
        (1.0, "float"),
    ],
)
def test_variance(var, came):
    refused(lambda: Gaussian(X, var), "var: got ", came, "expected")


def test_no_density_at_a_point():
    q = posterior(SCHEDULE, X, X, 0, 5)
    refused(lambda: q.log_prob(X), "log_prob: got a variance of 0, expected more")


@pytest.mark.parametrize("shape", [(2, 4), (1, 3), (2,)])
def test_draw_and_density_in_the_shape_of_the_mean(shape):
    q = marginal(SCHEDULE, X, 5)
    message = f"got shape {shape}, expected (2, 3), the shape of the mean"
    refused(lambda: q.sample(torch.zeros(shape)), "eps: " + message)
    refused(lambda: q.log_prob(torch.zeros(shape)), "x: " + message)
