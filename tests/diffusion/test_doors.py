"""Checks stand at the door: what is looked at there, and what no longer is inside a loop."""

from collections import Counter

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from companion.diffusion import (
    EPS,
    X0,
    Gaussian,
    Prediction,
    V,
    ancestral,
    bound_weight,
    cosine,
    ddim,
    dpm_solver,
    guided,
    inpaint,
    linear,
    marginal,
    min_snr_weight,
    posterior,
    sample,
    trailing,
    transition,
)

SCHEDULE = cosine(50)
X = torch.randn(4, 1, 6, 6, generator=torch.Generator().manual_seed(0))
BAD = torch.where(torch.arange(4)[:, None, None, None] == 2, torch.nan, X)
# What waits for the numbers themselves, so that it stops a GPU, and what reads all of them.
LOOKS = ("_local_scalar_dense", "nonzero", "equal")
SUMS = ("sum", "all", "any", "isfinite", "min", "max", "aminmax")


class Counted(TorchDispatchMode):
    """Counts the operations in its block; of the sums, those over data only."""

    def __init__(self):
        super().__init__()
        self.found = Counter()

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        name = function.name().split("::")[1].split(".")[0]
        if name in LOOKS:
            self.found["looks"] += 1
        if name in SUMS and args[0].numel() >= 4 * 36:
            self.found["sums"] += 1
        self.found["all"] += 1
        return function(*args, **(kwargs or {}))


def v_of(xt, t):
    return V.predict(SCHEDULE, 0.3 * xt, xt, t, validate_args=False)


@pytest.mark.parametrize("sampler", [ancestral, ddim(), ddim(0.5), dpm_solver])
@pytest.mark.parametrize("repeats", [1, 2])
def test_a_step_looks_at_its_numbers_once(sampler, repeats):
    """The difference between 20 steps and 10 is ten times what a step costs."""
    given = X > 0

    def runs(n):
        with Counted() as plain:
            sample(v_of, SCHEDULE, X, trailing(50, n), sampler, repeats=repeats)
        with Counted() as filled:
            inpaint(v_of, SCHEDULE, X, given, X, trailing(50, n), sampler, repeats=repeats)
        return plain.found, filled.found

    for few, many in zip(runs(10), runs(20), strict=True):
        assert many["looks"] - few["looks"] == 10 * repeats
        assert many["sums"] - few["sums"] == 10 * repeats


@pytest.mark.parametrize("t", [7, torch.tensor(7), torch.tensor([7, 9, 11, 50])])
def test_a_check_of_t_computes_nothing_of_the_size_of_the_data(t):
    for parameterization in (EPS, X0):
        with Counted() as door:
            assert parameterization.target(SCHEDULE, X, X, t) is X
        assert door.found["sums"] == 2 and door.found["all"] <= 10
    with Counted() as door:
        SCHEDULE.check_time(7), SCHEDULE.check_times(3, 7)
    assert not door.found
    with Counted() as door:
        min_snr_weight(SCHEDULE, 7), bound_weight(SCHEDULE, 3, 7)
    assert door.found["all"] <= 20


def test_right_data_are_seen_in_one_look():
    with Counted() as door:
        posterior(SCHEDULE, X, X, 3, 7, validate_args=False)
    inside = door.found
    assert inside["looks"] == inside["sums"] == 0
    with Counted() as door:
        posterior(SCHEDULE, X, X, 3, 7)
    assert door.found["sums"] == 2 and door.found["looks"] == 1  # the variance is right by design


def test_a_door_that_is_left_open_gives_the_same():
    t = torch.tensor([7, 9, 11, 50])
    for call in (
        lambda **how: marginal(SCHEDULE, X, t, **how),
        lambda **how: transition(SCHEDULE, X, t - 3, t, **how),
        lambda **how: posterior(SCHEDULE, X, X + 1, t - 3, t, **how),
        lambda **how: Gaussian(X, torch.ones(4, 1, 1, 1), **how),
    ):
        shut, left_open = call(), call(validate_args=False)
        assert torch.equal(shut.mean, left_open.mean) and torch.equal(shut.var, left_open.var)
    for parameterization in (EPS, X0, V):
        shut, left_open = (
            parameterization.predict(linear(50, 0.01, 0.3), X, X + 1, t, validate_args=how)
            for how in (True, False)
        )
        assert torch.equal(shut.x0, left_open.x0) and torch.equal(shut.eps, left_open.eps)


def test_inside_shapes_are_still_compared_and_times_checked():
    for call in (
        lambda: posterior(SCHEDULE, X, X[:1], 3, 7, validate_args=False),
        lambda: V.predict(SCHEDULE, X[:1], X, 7, validate_args=False),
        lambda: X0.predict(SCHEDULE, X[:1], X, 7, validate_args=False),
        lambda: EPS.predict(SCHEDULE, X[:1], X, 7, validate_args=False),
        lambda: sample(lambda xt, t: Prediction(xt[:1], xt), SCHEDULE, X, (9,), dpm_solver),
    ):
        with pytest.raises(ValueError, match=r"got shape \(1, 1, 6, 6\), expected \(4, 1, 6, 6\)"):
            call()
    with pytest.raises(ValueError, match="^s: got s = 7 with t = 7"):
        posterior(SCHEDULE, X, X, 7, 7, validate_args=False)


@pytest.mark.parametrize("sampler", [ancestral, ddim(), dpm_solver])
@pytest.mark.parametrize("part", ["x0", "both"])
def test_a_network_that_returns_nan_is_found_at_its_step(sampler, part):
    """By the loop, whoever made the denoiser."""

    def spoiled(xt, t):
        fine = Prediction(0.5 * xt, 0.1 * xt)
        if t > 20:
            return fine
        return Prediction(BAD, BAD if part == "both" else fine.eps)

    for denoise in (spoiled, guided(spoiled, v_of, 2.0)):
        with pytest.raises(ValueError, match="^x at time 10: got 36 of 144 values NaN"):
            sample(denoise, SCHEDULE, X, (50, 40, 30, 20, 10), sampler)


@pytest.mark.parametrize("s", [3, torch.tensor(3), torch.tensor([3, 8, 2, 1])])
@pytest.mark.parametrize("t", [7, torch.tensor(7), torch.tensor([7, 9, 7, 50])])
def test_a_pair_of_times_with_one_too_late_is_named(s, t):
    """In all nine ways to say two times."""
    if isinstance(s, torch.Tensor) and s.ndim and not (isinstance(t, torch.Tensor) and t.ndim):
        with pytest.raises(ValueError, match="^s: got s = 8 with t = 7, expected s < t"):
            SCHEDULE.pair(s, t, X)
    else:
        ab_s, ab_t = SCHEDULE.pair(s, t, X)
        assert (ab_s > ab_t).all() and ab_s.shape[1:] == ab_t.shape[1:] == (1, 1, 1)
    with pytest.raises(ValueError, match="^s: got s = 50 with t = |^s: got 50, expected"):
        SCHEDULE.pair(50, t, X)
