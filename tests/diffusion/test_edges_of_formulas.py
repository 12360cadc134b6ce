"""Formulas at their edges: who is refused, in which dtype an answer comes, whose noise it is."""

import math
import re
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
import torch
from torch.distributions import Normal, kl_divergence
from torch.testing import assert_close

from companion.diffusion import (
    EPS,
    X0,
    Gaussian,
    Mixture,
    NeverReachesNoise,
    Prediction,
    Schedule,
    State,
    V,
    ancestral,
    bits_per_dim,
    bound,
    bound_weight,
    cosine,
    ddim,
    dpm_solver,
    inpaint,
    kl,
    linear,
    marginal,
    min_snr_weight,
    sample,
    scaled_linear,
    simple_loss,
    trailing,
    trajectory,
    zero_terminal_snr,
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
        State(3, noise(2, 3), Prediction(noise(2, 3), noise(2, 3))),
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
@pytest.mark.parametrize("parameterization", [EPS, X0, V], ids=["eps", "x0", "v"])
def test_target_and_prediction_are_in_the_dtype_of_the_data(parameterization, dtype):
    x0, eps = noise(5, 2).to(dtype), noise(5, 2, seed=1).to(dtype)
    t = torch.tensor([1, 4, 9, 15, 19])
    target = parameterization.target(SCHEDULE, x0, eps, t)
    xt = (noise(5, 2, seed=2)).to(dtype)
    prediction = parameterization.predict(SCHEDULE, target, xt, t)
    assert target.dtype == prediction.x0.dtype == prediction.eps.dtype == dtype


@pytest.mark.parametrize("bad", [torch.full((2, 3), math.nan), torch.ones(2, 3, dtype=torch.int64)])
@pytest.mark.parametrize("parameterization", [EPS, X0, V], ids=["eps", "x0", "v"])
def test_each_of_the_three_looks_at_both_its_tensors(parameterization, bad):
    good = torch.ones(2, 3)
    for method, names in (
        (parameterization.target, ("x0", "eps")),
        (parameterization.predict, (None, "xt")),
    ):
        for place, name in enumerate(names):
            pair = [good, good]
            pair[place] = bad
            # A network's output has one name in each of the three: output, or eps.
            words = f"^{name or '(output|eps)'}: got"
            with pytest.raises(ValueError, match=words):
                method(SCHEDULE, *pair, 5)
    for shapes in (((2, 3), (2, 1)), ((1, 3), (2, 3))):
        one, other = map(torch.ones, shapes)
        for method in (parameterization.target, parameterization.predict):
            with pytest.raises(ValueError, match="got shape"):
                method(SCHEDULE, one, other, 5)


@pytest.mark.parametrize("t", [0, 21, -1])
@pytest.mark.parametrize("parameterization", [EPS, X0, V], ids=["eps", "x0", "v"])
def test_a_target_has_a_time(parameterization, t):
    for method in (parameterization.target, parameterization.predict):
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


def test_min_snr_may_cut_anywhere_above_0():
    assert min_snr_weight(linear(1000), 1, gamma=0.5).tolist() == [0.5]
    with pytest.raises(ValueError, match="gamma: got 0, expected"):
        min_snr_weight(linear(1000), 1, gamma=0)


@pytest.mark.parametrize("s", [3, torch.tensor(3), torch.tensor([3, 2])])
@pytest.mark.parametrize("t", [5, torch.tensor(5), torch.tensor([5, 9])])
def test_a_weight_has_a_row_for_each_time(s, t):
    """SNRs by hand, for one time and many in any mixture; a single time has one row."""
    ab = SCHEDULE.alpha_bar
    snr = ab[1:] / (1 - ab[1:])
    late, early = (torch.as_tensor(u).reshape(-1) for u in (t, s))
    assert_close(bound_weight(SCHEDULE, s, t), (snr[early - 1] - snr[late - 1]) / 2)
    assert_close(min_snr_weight(SCHEDULE, t), snr[late - 1].clamp(max=5))


def test_the_simple_loss_is_numpys_for_any_signs_and_shape():
    output, target = noise(4, 3, 2, 5), noise(4, 3, 2, 5, seed=1)
    expected = ((output.numpy() - target.numpy()) ** 2).mean(axis=(1, 2, 3))
    assert_close(simple_loss(output, target), torch.from_numpy(expected))


@pytest.mark.parametrize("var", [(4, 1, 1), (), (4, 3, 2)])
def test_kl_is_summed_over_all_axes_but_the_first(var):
    q = Gaussian(noise(4, 3, 2), 0.5 + noise(*var, seed=1) ** 2)
    p = Gaussian(noise(4, 3, 2, seed=2), 0.5 + noise(*var, seed=3) ** 2)
    expected = kl_divergence(*(Normal(one.mean, one.std.expand(4, 3, 2)) for one in (q, p)))
    assert_close(kl(q, p), expected.sum(dim=(1, 2)))


def test_kl_is_worked_out_in_double_precision():
    """A difference of 300, squared in half precision, would be infinite."""
    q, p = (
        Gaussian(torch.full((1, 2), x).half(), torch.ones(1, 1).double()) for x in (150.0, -150.0)
    )
    assert kl(q, p).tolist() == [300.0**2]


@pytest.mark.parametrize("var", [[[1.0], [0.0]], [[0.0], [1.0]]])
def test_kl_with_one_point_mass_is_refused(var):
    good = Gaussian(torch.zeros(2, 3), torch.ones(2, 1))
    bad = Gaussian(torch.zeros(2, 3), torch.tensor(var))
    for name, pair in (("q", (bad, good)), ("p", (good, bad))):
        with pytest.raises(ValueError, match=f"{name}: got a variance of 0"):
            kl(*pair)


@pytest.mark.parametrize(("asked", "var_0"), [({}, None), ({"var_0": 0.3}, 0.3)])
def test_the_last_row_of_the_bound_is_by_default_as_wide_as_the_first_noise(asked, var_0):
    """A network that always guesses 0.2: L_0 in closed form, with 1 - alpha_bar_1."""
    x0 = noise(3, 4)
    var = 1 - SCHEDULE.alpha_bar[1].item() if var_0 is None else var_0

    def denoise(xt, t):
        return Prediction(torch.full_like(xt, 0.2), xt)

    terms = bound(SCHEDULE, denoise, x0, **asked)
    assert terms.shape == (21, 3)
    expected = (math.log(2 * math.pi * var) + (x0 - 0.2) ** 2 / var) / 2
    assert_close(terms[0], expected.sum(dim=1))
    last = marginal(SCHEDULE, x0, 20)
    standard = Normal(torch.zeros(()).double(), 1.0)
    nats = kl_divergence(Normal(last.mean, last.std.expand(3, 4)), standard)
    assert_close(terms[-1], nats.sum(dim=1))
    with pytest.raises(ValueError, match="var_0: got 0"):
        bound(SCHEDULE, denoise, x0, var_0=0)


def test_the_bound_draws_from_its_generator_and_from_nothing_else():
    seen = []

    def denoise(xt, t):
        seen.append(xt)
        return Prediction(xt, xt)

    torch.manual_seed(0)
    before = torch.get_rng_state()
    for seed in (1, 1, 2):
        bound(SCHEDULE, denoise, noise(3, 4), generator=torch.Generator().manual_seed(seed))
    assert torch.equal(torch.get_rng_state(), before)
    one, same, other = seen[:20], seen[20:40], seen[40:]
    assert all(map(torch.equal, one, same)) and not any(map(torch.equal, one, other))


# ----------------------------------------------------------------------------------- samplers


def test_as_many_times_as_can_be():
    assert trailing(1, 1) == (1,)
    assert trailing(10**9, 2) == (10**9, 5 * 10**8)
    for T in (0, -1, 10**9 + 1):
        with pytest.raises(
            ValueError, match=f"T: got {T}, expected a whole number in 1..1000000000"
        ):
            trailing(T, 1)


@pytest.mark.parametrize("times", [(5, 7, 3), (7, 5, 6), (7, 7), ()])
def test_one_rise_among_falls_is_refused(times):
    for walk in (sample, inpaint):
        given = () if walk is sample else (noise(2, 3), torch.ones(2, 3, dtype=torch.bool))
        with pytest.raises(ValueError, match="expected falling times, at least one"):
            walk(None, SCHEDULE, *given, noise(2, 3), times)


def guesses_by_time(xt, t):
    return Prediction(torch.full_like(xt, float(t)), xt)


def test_a_step_sees_the_last_two_times_and_the_end_has_the_last_guess():
    """Not more: a walk of a thousand steps would keep every state."""
    seen = []

    def step(schedule, history, s):
        seen.append(([state.t for state in history], s))
        return Gaussian(history[-1].prediction.x0, torch.zeros(1, 1))

    *_, end = trajectory(guesses_by_time, SCHEDULE, noise(2, 3), (9, 7, 4, 2), step)
    assert seen == [([9], 7), ([9, 7], 4), ([7, 4], 2), ([4, 2], 0)]
    assert end.t == 0 and end.prediction.x0.eq(2).all() and end.xt.eq(2).all()


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_a_step_is_in_the_dtype_of_the_data(dtype):
    xt, x0, before = (noise(2, 3, seed=seed).to(dtype) for seed in range(3))
    history = [State(9, before, Prediction(before, xt)), State(5, xt, Prediction(x0, before))]
    for step in (ancestral, ddim(), ddim(0.5), dpm_solver):
        for s in (3, 0):
            assert step(SCHEDULE, history, s).mean.dtype == dtype


def test_ddim_keeps_all_of_the_noise_if_nothing_is_said():
    xt = noise(2, 3)
    history = [State(9, xt, Prediction(xt, xt))]
    assert ddim()(SCHEDULE, history, 5).var.eq(0).all()
    for eta in (-0.1, 1.1, math.nan):
        with pytest.raises(ValueError, match="eta: got"):
            ddim(eta)


def test_ancestral_is_the_step_if_nothing_is_said():
    """With noise: two seeds give two samples, and the walk is that of the step by name."""
    given, x = torch.zeros(2, 3, dtype=torch.bool), noise(2, 3)
    for walk, more in ((sample, ()), (inpaint, (x, given))):
        ends = [
            walk(
                guesses_by_time,
                SCHEDULE,
                *more,
                x,
                (12, 5),
                *step,
                generator=torch.Generator().manual_seed(1),
            )
            for step in ((), (ancestral,), (ddim(),))
        ]
        assert torch.equal(ends[0], ends[1])
    first, second = (
        [state.xt for state in trajectory(guesses_by_time, SCHEDULE, x, (12, 5), generator=g)][1]
        for g in (torch.Generator().manual_seed(seed) for seed in (1, 2))
    )
    assert not torch.equal(first, second)


def test_a_walk_of_one_step_ends_at_its_guess():
    *_, end = trajectory(guesses_by_time, SCHEDULE, noise(2, 3), (7,))
    assert end.prediction.x0.eq(7).all()
    assert_close(end.xt, end.prediction.x0)


def test_bits_for_a_single_image():
    nats, x0 = torch.tensor([30.0]), torch.zeros(1, 3, 2)
    assert_close(bits_per_dim(nats, x0), torch.tensor([30 / 6 / math.log(2)]))


# ---------------------------------------------------------------------------------- schedules


def test_a_tenth_left_is_noise_enough_and_more_is_not():
    """The warning is of what is above 0.1, which is the root of 0.01."""
    Schedule([1.0, 0.01])  # the settings of pytest make the warning an error
    with pytest.warns(NeverReachesNoise, match="0.1005 of the data is left at T = 1"):
        Schedule([1.0, 0.0101])


def test_the_shortest_schedule_that_can_end_at_0():
    """Its one inner entry is kept: Lin et al., algorithm 1, by hand."""
    ended = zero_terminal_snr(Schedule([1.0, 0.3, 0.005]))
    assert_close(ended.alpha_bar, torch.tensor([1.0, 0.3, 0.0], dtype=torch.float64))
    with pytest.raises(ValueError, match="got T = 1, expected at least 2"):
        zero_terminal_snr(Schedule([1.0, 0.005]))


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


@pytest.mark.parametrize("repeats", [1, 2, 3])
def test_inpainting_is_the_papers_loop_draw_by_draw(repeats):
    """RePaint, algorithm 1, in plain arithmetic and with the same row of draws."""
    x0, xT, given = noise(4, 3), noise(4, 3, seed=1), noise(4, 3, seed=2) > 0
    ab, looks = SCHEDULE.alpha_bar.tolist(), []

    def half(xt, t):
        looks.append(xt)
        return X0.predict(SCHEDULE, xt / 2, xt, t)

    found = inpaint(
        half,
        SCHEDULE,
        x0,
        given,
        xT,
        (15, 6),
        ddim(0.5),
        repeats=repeats,
        generator=torch.Generator().manual_seed(3),
    )
    g, xt, expected = torch.Generator().manual_seed(3), xT, []

    def draw():
        return torch.randn(4, 3, generator=g, dtype=torch.float64)

    for t, s in ((15, 6), (6, 0)):
        for again in range(repeats):
            known = math.sqrt(ab[t]) * x0 + math.sqrt(1 - ab[t]) * draw()
            xt = torch.where(given, known, xt)
            expected.append(xt)
            prediction, var = xt / 2, 0.25 * (1 - ab[s]) / (1 - ab[t]) * (1 - ab[t] / ab[s])
            eps = (xt - math.sqrt(ab[t]) * prediction) / math.sqrt(1 - ab[t])
            mean = math.sqrt(ab[s]) * prediction + math.sqrt(1 - ab[s] - var) * eps
            xs = mean + math.sqrt(var) * draw()
            if again < repeats - 1 and s > 0:
                xt = math.sqrt(ab[t] / ab[s]) * xs + math.sqrt(1 - ab[t] / ab[s]) * draw()
        xt = xs
    assert len(looks) == len(expected) == 2 * repeats
    for look, by_hand in zip(looks, expected, strict=True):
        assert_close(look, by_hand)
    assert_close(found, torch.where(given, x0, xt))


def test_what_inpainting_can_not_take_is_named():
    x, given = noise(2, 3), torch.ones(2, 3, dtype=torch.bool)
    bad = torch.full((2, 3), math.nan)
    for arguments, words in (
        ((bad, given, x), "x0: got 6 of 6 values NaN"),
        ((x, given, bad), "xT: got 6 of 6 values NaN"),
        ((x, given.long(), x), "given: expected a tensor of True and False"),
        ((x, given[:1], x), "given: got shape"),
        ((x, given, x[:1]), "xT: got shape"),
    ):
        with pytest.raises(ValueError, match=re.escape(words)):
            inpaint(guesses_by_time, SCHEDULE, *arguments, (12, 5))
    for repeats in (0, 1001):
        with pytest.raises(
            ValueError, match=f"repeats: got {repeats}, expected a whole number in 1..1000"
        ):
            inpaint(guesses_by_time, SCHEDULE, x, given, x, (12, 5), repeats=repeats)


# ------------------------------------------------------------------------------------ mixture


def correlated(batch=()):
    """Two components in the plane, one of them correlated, or such a pair for each of a batch."""
    covs = torch.tensor([[[1.0, 0.6], [0.6, 1.0]], [[0.2, 0.0], [0.0, 0.1]]]).double()
    means = torch.tensor([[-2.0, 1.0], [3.0, -1.0]]).double()
    scale = 1 + torch.arange(math.prod(batch)).reshape(*batch, 1, 1)
    return Mixture(torch.tensor([0.3, 0.7]), means * scale, covs)


@pytest.mark.parametrize("batch", [(), (3,)])
def test_a_draw_is_a_component_s_mean_and_its_root_of_the_covariance(batch):
    """Draw by draw: which component first, then noise through Cholesky's L."""
    mixture = correlated(batch)
    found = mixture.sample(50, generator=torch.Generator().manual_seed(2))
    g = torch.Generator().manual_seed(2)
    rows = mixture.weights.expand(*batch, 2).reshape(-1, 2)
    k = torch.multinomial(rows, 50, replacement=True, generator=g).T.reshape(50, *batch)
    eps = torch.randn(50, *batch, 2, 1, dtype=torch.float64, generator=g)
    L = torch.from_numpy(np.linalg.cholesky(mixture.covs.numpy()))
    means = mixture.means.expand(*batch, 2, 2)
    for place in np.ndindex(*found.shape[:-1]):
        one = k[place].item()
        expected = means[place[1:]][one] + (L[one] @ eps[place])[:, 0]
        assert_close(found[place], expected)


@pytest.mark.parametrize("n", [0, -1, 10**9 + 1, 2.0])
def test_draws_are_a_number_of_them(n):
    assert correlated().sample(1).shape == (1, 2)
    with pytest.raises(
        ValueError, match=rf"n: got {n}.*, expected a whole number in 1..1000000000"
    ):
        correlated().sample(n)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"covs": torch.stack([torch.eye(2), -torch.eye(2)])},
            "covs: got a matrix that is not a cov",
        ),
        (
            {"covs": torch.tensor([[[1.0, 0.5], [0.4, 1.0]], [[1.0, 0.0], [0.0, 1.0]]])},
            "covs: got a mat",
        ),
        ({"weights": torch.tensor([0.3 + 0j, 0.7])}, "weights: got dtype torch.complex"),
        ({"weights": torch.tensor([True, False])}, "weights: got dtype torch.bool"),
        ({"weights": torch.tensor([1.3, -0.3])}, "weights: got values from -0.3 up and sum 1"),
        ({"weights": torch.tensor([0.3, 0.6])}, "weights: got values from 0.3 up and sum 0.9"),
    ],
)
def test_one_bad_component_among_good_ones_is_found(change, words):
    good = vars(correlated())
    with pytest.raises(ValueError, match=words):
        Mixture(**{**good, **change})


@pytest.mark.parametrize("means", [torch.zeros(2), torch.zeros(2, 1, 3), torch.zeros(3, 1)])
def test_round_components_have_a_row_each(means):
    with pytest.raises(
        ValueError, match=r"stds: got shape \(2,\) .* expected \(K,\) above 0 beside"
    ):
        Mixture.isotropic(torch.ones(2) / 2, means, torch.ones(2))


@pytest.mark.parametrize("shape", [(2,), (1, 3, 2), (3, 1)])
def test_noisy_data_of_a_mixture_has_rows(shape):
    for ask in (
        lambda xt: correlated().reverse(SCHEDULE, xt, 3, 5),
        lambda xt: correlated().expected_x0(SCHEDULE, xt, 5),
        lambda xt: correlated().optimal_eps(SCHEDULE, xt, 5),
    ):
        with pytest.raises(ValueError, match=re.escape(f"xt: got shape {shape}, expected (B, 2)")):
            ask(torch.zeros(shape))
