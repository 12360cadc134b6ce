"""Formulas at their edges: who is refused, in which dtype an answer comes, whose noise it is."""

import math
import re
from dataclasses import FrozenInstanceError

import pytest
import torch
from torch.testing import assert_close

from companion.diffusion import (
    EPS,
    X0,
    Gaussian,
    Known,
    Prediction,
    Schedule,
    V,
    bound_weight,
    cosine,
    inpaint,
    linear,
    min_snr_weight,
    scaled_linear,
)

SCHEDULE = cosine(20)
DTYPES = (torch.float64, torch.float32, torch.bfloat16, torch.float16)


def noise(*shape, seed=0):
    g = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=g, dtype=torch.float64)


# ------------------------------------------------------------------------- what is handed on


@pytest.mark.parametrize(
    "value",
    [
        Gaussian(noise(2, 3), torch.ones(2, 1)),
        Prediction(noise(2, 3), noise(2, 3)),
        Known(3, noise(2, 3), Prediction(noise(2, 3), noise(2, 3))),
        SCHEDULE,
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_stays_what_it_is_and_is_equal_to_itself_alone(value):
    """Compared field by field it would ask a tensor for one truth."""
    name = next(iter(vars(value)))
    with pytest.raises(FrozenInstanceError):
        setattr(value, name, 0)
    twin = type(value)(*vars(value).values())
    assert value == value and value != twin and hash(value) != hash(twin)


# ---------------------------------------------------------------------------------- gaussian


@pytest.mark.parametrize("var", [(), (1,), (3,), (2, 1), (2, 3), (1, 1)])
def test_a_variance_may_have_fewer_axes_than_the_mean(var):
    q = Gaussian(noise(2, 3), torch.full(var, 4.0))
    assert_close(q.sample(torch.ones(2, 3)), q.mean + 2)


@pytest.mark.parametrize(
    ("mean", "var"), [((3,), (1, 3)), ((3,), (2, 3)), ((2, 3), (2,)), ((2, 3), (1, 2, 3))]
)
def test_a_variance_of_another_shape_is_refused_in_its_shape(mean, var):
    words = f"var: got shape {var}, expected one that broadcasts to {mean}, the shape of the mean"
    with pytest.raises(ValueError, match=re.escape(words)):
        Gaussian(torch.zeros(mean), torch.ones(var))


def test_one_point_mass_among_densities_is_refused():
    q = Gaussian(torch.zeros(2, 3), torch.tensor([[1.0], [0.0]]))
    with pytest.raises(ValueError, match="got a variance of 0"):
        q.log_prob(torch.zeros(2, 3))


def test_noise_is_drawn_where_its_generator_is_and_in_the_dtype_of_the_data(monkeypatch):
    asked = []

    def drawn(shape, **how):
        asked.append(how)
        return torch.ones(shape)

    class Elsewhere:
        device = torch.device("meta")

    q = Gaussian(torch.zeros(2, 3, dtype=torch.float64), torch.ones(2, 1))
    monkeypatch.setattr(torch, "randn", drawn)
    elsewhere = Elsewhere()
    q.sample(generator=elsewhere), q.sample()
    assert [how["device"].type for how in asked] == ["meta", "cpu"]
    assert [how["generator"] for how in asked] == [elsewhere, None]
    assert all(how["dtype"] == torch.float64 for how in asked)


# --------------------------------------------------------------------------- parameterization


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("asked", [EPS, X0, V], ids=["eps", "x0", "v"])
def test_target_and_prediction_are_in_the_dtype_of_the_data(asked, dtype):
    x0, eps = noise(5, 2).to(dtype), noise(5, 2, seed=1).to(dtype)
    t = torch.tensor([1, 4, 9, 15, 19])
    target = asked.target(SCHEDULE, x0, eps, t)
    xt = (noise(5, 2, seed=2)).to(dtype)
    guess = asked.predict(SCHEDULE, target, xt, t)
    assert target.dtype == guess.x0.dtype == guess.eps.dtype == dtype


@pytest.mark.parametrize("bad", [torch.full((2, 3), math.nan), torch.ones(2, 3, dtype=torch.int64)])
@pytest.mark.parametrize("asked", [EPS, X0, V], ids=["eps", "x0", "v"])
def test_each_of_the_three_looks_at_both_its_tensors(asked, bad):
    good = torch.ones(2, 3)
    for method, names in ((asked.target, ("x0", "eps")), (asked.predict, (None, "xt"))):
        for place, name in enumerate(names):
            pair = [good, good]
            pair[place] = bad
            # A network's output has one name in each of the three: output, or eps.
            words = f"^{name or '(output|eps)'}: got"
            with pytest.raises(ValueError, match=words):
                method(SCHEDULE, *pair, 5)
    for shapes in (((2, 3), (2, 1)), ((1, 3), (2, 3))):
        one, other = map(torch.ones, shapes)
        for method in (asked.target, asked.predict):
            with pytest.raises(ValueError, match="got shape"):
                method(SCHEDULE, one, other, 5)


@pytest.mark.parametrize("t", [0, 21, -1])
@pytest.mark.parametrize("asked", [EPS, X0, V], ids=["eps", "x0", "v"])
def test_a_target_has_a_time(asked, t):
    for method in (asked.target, asked.predict):
        with pytest.raises(ValueError, match=f"t: got {t}, expected a whole number in 1..20"):
            method(SCHEDULE, torch.ones(2, 3), torch.ones(2, 3), t)


# --------------------------------------------------------------------------------- objectives


def test_one_time_0_among_others_has_no_weight_in_the_bound():
    s, t = torch.tensor([3, 0]), torch.tensor([4, 4])
    with pytest.raises(ValueError, match="s: got 0, expected 1 or more"):
        bound_weight(SCHEDULE, s, t)
    assert bound_weight(SCHEDULE, s + 1, t + 1).shape == (2,)


def test_the_weight_of_min_snr_is_cut_at_five():
    """Hang et al. (2023): gamma = 5 is the default of the paper and of its code."""
    weights = min_snr_weight(linear(1000), torch.tensor([1, 100, 1000]))
    assert weights.tolist()[:2] == [5.0, 5.0] and weights[2] < 0.01
    assert min_snr_weight(linear(1000), 1, gamma=7.5).tolist() == [7.5]


# ------------------------------------------------------------------- the numbers of the defaults


def test_the_named_schedules_are_those_of_the_papers():
    """Betas at the ends, by the formulas: Ho et al., Rombach et al., Nichol and Dhariwal."""
    for schedule, first, last in ((linear(), 1e-4, 0.02), (scaled_linear(), 0.00085, 0.012)):
        assert schedule.T == 1000
        assert schedule.beta[1].item() == pytest.approx(first, rel=1e-9)
        assert schedule.beta[-1].item() == pytest.approx(last, rel=1e-9)
    nichol = cosine()
    assert nichol.T == 1000
    ratio = math.cos((0.25 + 0.008) / 1.008 * math.pi / 2) / math.cos(0.008 / 1.008 * math.pi / 2)
    assert nichol.alpha_bar[250].item() == pytest.approx(ratio**2, rel=1e-9)
    assert nichol.beta[-1].item() == pytest.approx(0.999, rel=1e-12)


def test_a_schedule_copies_its_numbers():
    numbers = torch.tensor([1.0, 0.5, 0.0], dtype=torch.float64)
    schedule = Schedule(numbers)
    numbers[1] = 0.9
    assert schedule.alpha_bar.tolist() == [1.0, 0.5, 0.0]


# ------------------------------------------------------------------------------------ inpaint


def test_inpainting_takes_each_step_once_if_nothing_is_said():
    calls = []

    def denoise(xt, t):
        calls.append(t)
        return Prediction(torch.zeros_like(xt), torch.zeros_like(xt))

    x = noise(2, 3)
    inpaint(denoise, SCHEDULE, x, torch.ones(2, 3, dtype=torch.bool), x, (12, 5))
    assert calls == [12, 5]
