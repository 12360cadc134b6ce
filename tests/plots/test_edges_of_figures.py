"""Each figure draws the numbers it is given: values read back from what stands on the axes."""

import math
import re
from io import BytesIO

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex
from numpy.testing import assert_allclose
from PIL import Image
from torch import tensor

from companion import plots
from companion.data import to_uint8
from companion.diffusion import Mixture, cosine, from_alpha_bar, linear, marginal, posterior
from companion.diffusion.trajectories import exact_trajectory, noising_trajectory
from companion.networks import sinusoidal_embedding
from companion.plots import curves, files, ink, pictures, reverse, targets, training
from companion.plots.colors import COLORS
from tests.plots.drawn import frames_in, images_in

ROUND = Mixture.isotropic([0.35, 0.65], [[-1.0], [1.0]], tensor([0.15, 0.25], dtype=torch.float64))


def noise(*shape, seed=0):
    g = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=g, dtype=torch.float64)


def image(*shape, seed=0):
    return noise(*shape, seed=seed).float().clamp(-1, 1)


def line(ax, label):
    """x and y of the one line with this label."""
    (found,) = (found for found in ax.lines if found.get_label() == label)
    return tuple(np.asarray(values, dtype=float) for values in found.get_data())


def data(found):
    return tuple(np.asarray(values, dtype=float) for values in found.get_data())


def level(ax, number=-1):
    """The height of a line from side to side."""
    x, y = data(ax.lines[number])
    assert x.tolist() == [0, 1] and y[0] == y[1]
    return y[0]


# ------------------------------------------------------------------------------------- curves


def test_the_axes_of_signal_and_noise():
    schedule = from_alpha_bar([1.0, 0.64, 0.25, 0.0])
    left, right = curves.signal_and_noise({"one": schedule}).axes
    for ax, expected in ((left, [1, 0.8, 0.5, 0]), (right, [0, 0.6, math.sqrt(0.75), 1])):
        x, y = data(ax.lines[0])
        assert_allclose(x, [0, 1 / 3, 2 / 3, 1], rtol=1e-6)
        assert_allclose(y, expected, atol=1e-12)
        assert ax.get_xlim() == (0, 1) and ax.get_ylim() == (-0.02, 1.02)
    (legend,) = left.figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["one"]
    assert "alpha" in left.get_title() and "1-" in right.get_title()


def test_the_ratio_is_drawn_from_time_1_where_it_is_finite():
    schedule = from_alpha_bar([1.0, 0.8, 0.5, 0.0])
    (ax,) = curves.signal_to_noise({"one": schedule}).axes
    x, y = line(ax, "one")
    assert_allclose(x, [1 / 3, 2 / 3], rtol=1e-6)
    assert_allclose(y, [4, 1], rtol=1e-12)
    assert level(ax) == 1 and ax.get_xlim() == (0, 1) and ax.get_ylim() == (1e-6, 1e5)


def test_quantiles_are_numpys_and_the_gap_has_its_sign():
    one, other = noise(400), 0.5 * noise(400, seed=1) + 0.1
    left, right = curves.quantiles(one, other, "first", "second").axes
    p = np.linspace(0.005, 0.995, 199)
    a, b = np.quantile(one.numpy(), p), np.quantile(other.numpy(), p)
    assert_allclose(data(left.lines[0]), (a, a))
    assert_allclose(data(left.lines[1]), (a, b))
    assert level(right, 0) == 0
    assert_allclose(data(right.lines[1]), (p, b - a))
    assert "first" in left.get_xlabel() and "second" in left.get_ylabel()
    assert right.get_ylim() == (-0.2, 0.2)


def test_the_variance_is_drawn_over_its_times():
    (ax,) = curves.variance_by_time({"rule": tensor([1.0, 2.0, 5.0])}).axes
    assert_allclose(line(ax, "rule"), ([0, 1, 2], [1, 2, 5]))
    assert level(ax) == 1 and ax.get_yscale() == "log"


def test_memory_draws_before_against_after_and_what_the_line_leaves():
    before, now, after = noise(30), noise(30, seed=1), noise(30, seed=2)
    left, right = curves.memory(before, now, after).axes
    assert_allclose(left.collections[0].get_offsets(), torch.stack([before, after], 1))
    rests = []
    for y in (before, after):  # by NumPy's straight line
        slope, start = np.polyfit(now.numpy(), y.numpy(), 1)
        rests.append(y.numpy() - slope * now.numpy() - start)
    assert_allclose(right.collections[0].get_offsets(), np.stack(rests, 1), atol=1e-10)
    assert left.get_xlabel() == "$x_{t-1}$" and left.get_ylabel() == "$x_{t+1}$"
    assert right.get_xlabel() == "rest of $x_{t-1}$"


def test_the_best_noise_has_a_curve_a_time():
    schedule = linear(1000)
    (ax,) = curves.best_noise(ROUND, schedule, (50, 900)).axes
    for t in (50, 900):
        x, y = line(ax, f"$t = {t}$")
        assert (x[0], x[-1], len(x)) == (-3, 3, 301)
        column = torch.from_numpy(x)[:, None]
        assert_allclose(y, ROUND.optimal_eps(schedule, column, t)[:, 0])


# ----------------------------------------------------------------------------------- pictures


def test_images_stand_in_their_row_and_column():
    rows = [[image(1, 4, 4, seed=3 * i + j) for j in range(3)] for i in range(2)]
    fig = pictures.image_grid(rows, "abc", "de")
    for i in range(2):
        for j in range(3):
            ax = fig.axes[3 * i + j]
            assert np.array_equal(ax.images[0].get_array(), to_uint8(rows[i][j]))
            assert ax.get_title() == ("abc"[j] if i == 0 else "")
            assert ax.get_ylabel() == ("de"[i] if j == 0 else "")
            assert ax.images[0].get_interpolation() == "none"
            assert len(ax.get_xticks()) == len(ax.get_yticks()) == 0
            assert not ax.spines["left"].get_visible()
    assert fig.get_figheight() == pytest.approx((5.4 - 0.4) / 3 * 2 + 0.3)


def test_a_histogram_counts_pixels_and_puts_what_lies_outside_at_the_ends():
    values = tensor([-9.0, -3.99, 0.01, 0.02, 0.05, 3.99, 7.0, 8.0])
    ax = pictures.histograms([values.reshape(1, 2, 4)], ["a"]).axes[0]
    counted = {
        round(bar.get_x(), 3): bar.get_height() * bar.get_width() * 8
        for bar in ax.patches
        if bar.get_height()
    }
    assert {x: round(count, 6) for x, count in counted.items()} == {-4.0: 2, 0.0: 3, 3.867: 3}
    x, y = line(ax, "$N(0, 1)$")
    assert (x[0], x[-1]) == (-4, 4)
    assert_allclose(y, np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi))
    assert ax.get_xlim() == (-4, 4) and ax.get_ylim() == (0, 1.2)


@pytest.mark.parametrize(("many", "rows"), [(1, 1), (2, 1), (3, 2), (4, 2)])
def test_histograms_stand_two_a_row_under_their_names(many, rows):
    fig = pictures.histograms([image(1, 4, 4, seed=n) for n in range(many)], "abcd"[:many])
    assert [ax.get_title() for ax in fig.axes][:many] == list("abcd"[:many])
    assert len(fig.axes) == 2 * rows and fig.get_figheight() == pytest.approx(1.9 * rows)
    assert fig.axes[0].get_legend() is not None


def test_brightness_is_the_mean_of_each_image_clean_against_noisy():
    clean, noisy = noise(5, 3, 2, 2), noise(5, 3, 2, 2, seed=1)
    first, second = pictures.brightness([clean, noisy], [noisy, clean], ["a", "b"]).axes
    means = [x.reshape(5, -1).mean(1).numpy() for x in (clean, noisy)]
    assert_allclose(first.collections[0].get_offsets(), np.stack(means, 1))
    assert_allclose(second.collections[0].get_offsets(), np.stack(means[::-1], 1))
    assert level(first) == 0 and (first.get_title(), second.get_title()) == ("a", "b")
    assert first.get_ylabel() == "mean brightness of $x_T$"


def test_frame_times_are_rounded():
    assert pictures.frame_times(10, 4) == [0, 3, 7, 10]
    assert pictures.frame_times(7, 2) == [0, 7]


def frames_of(monkeypatch, module, make):
    """What a player would be made of: the figure, the drawing, labels, and the rest."""
    asked = {}

    def caught(fig, draw, labels, **more):
        asked.update(fig=fig, draw=draw, labels=list(labels), **more)
        return "a player"

    monkeypatch.setattr(module, "player", caught)
    assert make() == "a player"
    return asked


def test_losing_itself_shows_each_time_its_own_images(monkeypatch):
    photo = [image(3, 4, 4, seed=n) for n in range(3)]
    digit = [image(1, 4, 4, seed=9 + n) for n in range(3)]
    asked = frames_of(
        monkeypatch, pictures, lambda: pictures.losing_itself(photo, digit, "abc", name="x")
    )
    assert asked["labels"] == list("abc") and asked["name"] == "x"
    for n in (2, 1):
        asked["draw"](n)
        left, middle, right = asked["fig"].axes
        assert np.array_equal(left.images[0].get_array(), to_uint8(photo[n]))
        assert np.array_equal(middle.images[0].get_array(), to_uint8(digit[n]))
        assert len(left.images) == 1
        heights = [bar.get_height() for bar in right.patches]
        expected, _ = np.histogram(photo[n].numpy(), pictures.BINS, density=True)
        assert_allclose(heights, expected)
        titles = [ax.get_title() for ax in (left, middle, right)]
        assert titles == ["photograph", "digit", "photograph's pixels"]


# ----------------------------------------------------------------------------------- training


@pytest.mark.parametrize(("many", "columns", "rows"), [(4, 2, 2), (5, 3, 2), (1, 1, 1), (2, 3, 1)])
def test_a_sheet_is_its_images_with_a_line_between(many, columns, rows):
    images = image(many, 3, 2, 4)
    one = training.sheet(images, columns)
    assert one.shape == (3, 3 * rows - 1, 5 * columns - 1)
    expected = torch.full((3, 3 * rows, 5 * columns), -0.4)
    for n in range(many):
        i, j = divmod(n, columns)
        expected[:, 3 * i : 3 * i + 2, 5 * j : 5 * j + 4] = images[n]
    assert torch.equal(one, expected[:, :-1, :-1])


@pytest.mark.parametrize(
    ("many", "columns", "asked", "shape"),
    [
        (3, 4, {}, (2, 2)),
        (2, 4, {}, (1, 2)),
        (1, 4, {}, (1, 1)),
        (2, 12, {}, (1, 2)),
        (2, 13, {}, (2, 1)),
        (5, 2, {"across": 3}, (2, 3)),
    ],
)
def test_sheets_stand_side_by_side_where_they_fit(many, columns, asked, shape):
    sets = {str(n): image(columns, 1, 2, 2, seed=n) for n in range(many)}
    fig = training.sheets(sets, columns, 2.5, **asked)
    assert fig.axes[0].get_subplotspec().get_geometry()[:2] == shape
    assert fig.get_figheight() == 2.5
    for ax, (name, images) in zip(fig.axes, sets.items(), strict=False):
        assert ax.get_title() == name
        assert np.array_equal(ax.images[0].get_array(), to_uint8(training.sheet(images, columns)))
    assert [ax.get_visible() for ax in fig.axes] == [n < many for n in range(len(fig.axes))]


def test_losses_are_smoothed_over_25_steps_and_averaged_in_20_intervals():
    values = noise(40).exp().tolist()
    t, each = (
        torch.randint(1, 101, (200,), generator=torch.Generator().manual_seed(1)),
        noise(200).exp(),
    )
    t[t == 37] = 36  # 31..35 and 36..40: who stands on an edge belongs below it
    left, right = training.losses({"run": values}, t, each, 100).axes
    x, y = line(left, "run")
    assert x.tolist() == list(range(25, 41))
    assert_allclose(y, [sum(values[n - 25 : n]) / 25 for n in range(25, 41)])
    assert_allclose(right.collections[0].get_offsets(), torch.stack([t.double(), each], 1))
    x, y = line(right, "mean")
    assert_allclose(x, np.arange(2.5, 100, 5))
    for middle, mean in zip(x, y, strict=True):
        inside = [
            e
            for s, e in zip(t.tolist(), each.tolist(), strict=True)
            if middle - 2.5 < s <= middle + 2.5
        ]
        assert mean == pytest.approx(np.mean(inside))
    assert left.get_yscale() == right.get_yscale() == "log"


def test_an_interval_without_images_has_no_mean():
    t, each = tensor([1, 2, 100]), tensor([1.0, 3.0, 5.0])
    _, right = training.losses({"run": [1.0] * 25}, t, each, 100).axes
    assert_allclose(line(right, "mean"), ([2.5, 97.5], [2, 5]))


def test_waves_are_a_row_a_wave():
    fig = training.waves(20, 8)
    ax, bar = fig.axes
    assert_allclose(ax.images[0].get_array(), sinusoidal_embedding(torch.arange(21), 8).T)
    assert ax.images[0].get_clim() == (-1, 1) and bar.get_ylabel() == "value"
    assert ax.images[0].get_cmap().name == "RdBu" and ax.get_xlabel() == "$t$ (steps)"


def test_appearing_shows_what_is_noisy_beside_what_is_predicted(monkeypatch):
    noisy = [image(4, 1, 2, 2, seed=n) for n in range(3)]
    predictions = [image(4, 1, 2, 2, seed=5 + n) for n in range(3)]
    asked = frames_of(
        monkeypatch,
        training,
        lambda: training.appearing(noisy, predictions, "abc", columns=2, name="x"),
    )
    for n in (2, 0):
        asked["draw"](n)
        for ax, images, title in zip(
            asked["fig"].axes,
            (noisy[n], predictions[n]),
            ("$x_t$", "prediction of $x_0$"),
            strict=True,
        ):
            (shown,) = ax.images
            assert np.array_equal(shown.get_array(), to_uint8(training.sheet(images, 2)))
            assert ax.get_title() == title
    assert asked["labels"] == list("abc") and asked["title"] == "Digits appearing from noise"
    assert asked["alt"] == (
        "Two sheets of images that change step by step from noise to data; on the left: "
        "$x_t$, on the right: prediction of $x_0$."
    )


# ------------------------------------------------------------------------------------ targets


def test_the_weights_of_the_losses_are_their_formulas():
    schedule = linear(1000)
    (ax,) = targets.loss_weights(schedule).axes
    t = np.arange(2, 1001)
    ab = schedule.alpha_bar.numpy()
    snr = ab[1:] / (1 - ab[1:])  # from time 1
    step, snr = snr[:-1] - snr[1:], snr[1:]
    middle = 1000 // 2 - 2
    for label, expected in {
        "the bound": step / step[middle] * snr[middle],
        "noise: SNR": snr,
        "velocity: SNR + 1": snr + 1,
        "picture: 1": np.ones(999),
        "min-SNR, 5": np.minimum(snr, 5),
    }.items():
        x, y = line(ax, label)
        assert_allclose(x, t)
        assert_allclose(y, expected, rtol=1e-9)
    assert t[middle] == 500 and ax.get_yscale() == "log" and ax.get_ylim() == (1e-5, 1e6)


def test_errors_are_a_line_of_means_and_a_point_a_seed():
    rows = tensor([[1.0, 2.0, 3.0], [3.0, 6.0, 5.0]])
    (ax,) = targets.errors_by_time([1, 5, 9], {"eps": rows, "v": 2 * rows}).axes
    assert_allclose(line(ax, "eps"), ([1, 5, 9], [2, 4, 4]))
    assert_allclose(line(ax, "v"), ([1, 5, 9], [4, 8, 8]))
    mean, one, other = ax.lines[:3]
    assert [data(one)[1].tolist(), data(other)[1].tolist()] == rows.tolist()
    assert one.get_color() == other.get_color() == mean.get_color()
    assert one.get_marker() == "o" and one.get_linestyle() == "None"


# ------------------------------------------------------------------------------------ reverse


def test_paths_begin_at_time_0():
    paths = noise(3, 4)
    left, right = reverse.paths_through(paths, {"now": ROUND}).axes
    for drawn, path in zip(left.lines, paths, strict=True):
        assert_allclose(data(drawn), ([0, 1, 2, 3], path))
    x, y = line(right, "now")
    assert (x[0], x[-1], len(x)) == (-2, 2, 801) and right.get_xlim() == (-2, 2)
    assert_allclose(y, bumps(x))


def bumps(x):
    """The density of ROUND, by hand."""
    return sum(
        w * np.exp(-(((x - m) / s) ** 2) / 2) / (s * math.sqrt(2 * math.pi))
        for w, m, s in ((0.35, -1.0, 0.15), (0.65, 1.0, 0.25))
    )


def test_the_filled_density_is_the_mixture_and_reaches_four_deviations():
    left, right = reverse.against_gaussian({"one": ROUND, "two": ROUND}).axes
    mean = 0.3
    std = math.sqrt(0.35 * (0.15**2 + 1.3**2) + 0.65 * (0.25**2 + 0.7**2))
    x, y = data(left.lines[0])
    assert_allclose((x[0], x[-1]), (mean - 4 * std, mean + 4 * std), rtol=1e-6)
    assert_allclose(
        y, np.exp(-(((x - mean) / std) ** 2) / 2) / (std * math.sqrt(2 * math.pi)), rtol=1e-6
    )
    corners = left.collections[0].get_paths()[0].vertices
    upper = [corners[corners[:, 0] == place, 1].max() for place in x]
    assert_allclose(upper, bumps(x), atol=1e-9)
    assert left.get_ylim()[0] == 0
    assert left.get_ylabel() == "density" and right.get_ylabel() == ""
    assert (left.get_title(), right.get_title()) == ("one", "two")


def test_power_laws_draw_measured_predicted_and_the_guide():
    beta, T = tensor([0.01, 0.1]), tensor([4.0, 8.0, 16.0])
    fig = reverse.power_laws(
        {"a": (beta, beta**2)}, [(beta, 3 * beta)], (T, tensor([9.0, 5.0, 2.0]))
    )
    left, right = fig.axes
    measured, predicted = left.lines
    assert_allclose(data(measured), (beta, beta**2))
    assert_allclose(data(predicted), (beta, 3 * beta))
    assert measured.get_zorder() > predicted.get_zorder() and measured.get_label() == "a"
    assert to_hex(predicted.get_color()) == COLORS["faint"]
    points, guide = right.lines
    assert_allclose(data(points), (T, [9, 5, 2]))
    assert_allclose(data(guide), (T, [32, 8, 2]))
    for ax in (left, right):
        assert ax.get_xscale() == ax.get_yscale() == "log"


@pytest.mark.parametrize("t", [2, 7, 12])
def test_a_frame_of_bayes_is_three_bells_of_height_1(t):
    schedule, path = cosine(12), noise(13)
    _, (ax,) = plots.panels()
    reverse.bayes_frame(ax, schedule, path, t)
    x0, xt = path[0], path[t]
    alpha = schedule.alpha[t].item()
    prior = marginal(schedule, x0[None, None], t - 1)
    after = posterior(schedule, xt[None, None], x0[None, None], t - 1, t)

    def bell(x, mean, var):
        return np.exp(-((x - mean) ** 2) / (2 * var))

    # As a function of x_{t-1} the likelihood is a bell about x_t / sqrt(alpha).
    for label, mean, var in (
        (reverse.PRIOR, prior.mean.item(), prior.var.item()),
        (reverse.LIKELIHOOD, xt.item() / math.sqrt(alpha), (1 - alpha) / alpha),
        ("posterior", after.mean.item(), after.var.item()),
    ):
        x, y = line(ax, label)
        assert x[0] <= -2.5 and x[-1] >= 2.5
        assert_allclose(y, bell(x, mean, var), atol=1e-9)
    assert_allclose(line(ax, "$x_t$"), ([xt], [0]))
    assert_allclose(line(ax, "$x_0$"), ([x0], [0]))
    std = math.sqrt(after.var.item())
    assert ax.get_title() == f"$t = {t}$:  $\\alpha_t = {alpha:.3f}$,  posterior std {std:.3f}"
    assert ax.get_xlim() == (-2.5, 2.5) and ax.get_ylim() == (0, 1.75)


def test_bayes_goes_from_T_to_1(monkeypatch):
    schedule, path = cosine(5), noise(6)
    asked = frames_of(monkeypatch, reverse, lambda: reverse.bayes(schedule, path, name="x"))
    assert asked["labels"] == [f"t = {t}" for t in (5, 4, 3, 2, 1)]
    assert asked["frames_per_second"] == 3
    (ax,) = asked["fig"].axes
    for n, t in ((0, 5), (3, 2)):
        asked["draw"](n)
        assert_allclose(line(ax, "$x_t$")[0], path[t])
        assert ax.get_title().startswith(f"$t = {t}$")


def test_samples_are_drawn_over_the_density_in_bins_of_one_width():
    values = noise(500)
    fig = reverse.sampled({"a": values, "b": values / 2, "c": values}, ROUND, limit=3.0)
    assert fig.axes[0].get_subplotspec().get_geometry()[:2] == (2, 2)
    assert [ax.get_visible() for ax in fig.axes] == [True, True, True, False]
    assert fig.get_figheight() == pytest.approx(4.2)
    ax = fig.axes[0]
    edges = np.linspace(-3, 3, 76)
    counts, _ = np.histogram(values.numpy(), edges)
    assert_allclose([bar.get_height() for bar in ax.patches], counts / 500 / (6 / 75))
    x, y = data(ax.lines[0])
    assert (x[0], x[-1], len(x)) == (-3, 3, 401) and ax.get_xlim() == (-3, 3)
    assert_allclose(y, bumps(x))
    assert [ax.get_title() for ax in fig.axes[:3]] == list("abc")


@pytest.mark.parametrize(("outside", "notes"), [(1, []), (2, ["0% of the samples\nlie outside"])])
def test_more_than_one_in_a_thousand_outside_is_told(outside, notes):
    values = torch.cat([torch.zeros(1000 - outside), torch.full((outside,), -2.51)])
    ax = reverse.sampled({"a": values.double()}, ROUND).axes[0]
    assert [text.get_text() for text in ax.texts] == notes
    top = 1.6 * bumps(np.linspace(-2.5, 2.5, 401)).max()
    assert (ax.get_ylim() == pytest.approx((0, top))) == bool(notes)


def test_by_steps_has_a_floor_and_room_below_it():
    mean, std = tensor([0.4, 0.1, 0.2]), tensor([0.05, 0.02, 0.01])
    curves_drawn = {"a": (mean, std), "b": (2 * mean, std)}
    for floor, lowest in ((0.01, 0.01), (0.5, 0.1)):
        (ax,) = reverse.by_steps([2, 10, 50], curves_drawn, floor, floor_label="the floor").axes
        assert ax.get_ylim()[0] == pytest.approx(0.6 * lowest)
        assert level(ax) == floor
        (note,) = ax.texts
        assert note.get_text() == "the floor" and note.xy == (2, floor)
        for container, factor in zip(ax.containers, (1, 2), strict=True):
            assert_allclose(data(container[0]), ([2, 10, 50], factor * mean))
            ends = [bar[:, 1].tolist() for bar in container[2][0].get_segments()]
            assert_allclose(
                ends, torch.stack([factor * mean - std, factor * mean + std], 1), rtol=1e-6
            )
        assert ax.get_xscale() == ax.get_yscale() == "log"
        assert ax.get_ylabel() == "W1 distance to the data"
        markers = [container[0].get_marker() for container in ax.containers]
        assert markers == ["o", "s"]


# ---------------------------------------------------------------------------------------- ink


def test_the_ink_is_spots_as_wide_as_half_their_distance_about_the_middle():
    """An i: as high as its font says, in the middle, with a gap below its dot."""
    shape = ink.ink_shape("i", pixel=0.1)
    K = len(shape.weights)
    assert_allclose(shape.weights, np.full(K, 1 / K))
    assert_allclose(shape.covs, np.broadcast_to(0.05**2 * np.eye(2), (K, 2, 2)), atol=1e-12)
    gaps = [shape.means[:, axis].round(decimals=9).unique().diff() for axis in range(2)]
    assert_allclose(gaps[0], np.full(len(gaps[0]), 0.1), atol=1e-6)
    wide = gaps[1][gaps[1] > 0.11]
    assert len(wide) == 1 and 0.19 < wide.item() < 0.5
    for axis, half in ((0, 0.28), (1, 0.95)):
        ends = shape.means[:, axis].min().item(), shape.means[:, axis].max().item()
        assert ends == pytest.approx((-half, half), abs=0.1)


def test_the_player_of_ink_draws_both_clouds(monkeypatch):
    schedule = from_alpha_bar([1.0, 0.5, 0.0])
    asked = frames_of(monkeypatch, ink, lambda: ink.ink_and_back(schedule, drops=40, seed=3))
    g = torch.Generator().manual_seed(3)
    there = noising_trajectory(ink.ink_shape(), schedule, 40, g)
    back = exact_trajectory(ink.ink_shape(), schedule, 40, g)
    assert asked["labels"] == ["step 0 of 2", "step 1 of 2", "step 2 of 2"]
    for n in (2, 1):
        asked["draw"](n)
        for ax, path, title in zip(
            asked["fig"].axes,
            (there, back),
            ("what water does", "what this book does"),
            strict=True,
        ):
            (cloud,) = ax.collections
            assert_allclose(cloud.get_offsets(), path[n])
            assert ax.get_title() == title and ax.get_aspect() == 1
            assert ax.get_xlim() == (-2.9, 2.9) and ax.get_ylim() == (-2.6, 2.6)


def test_there_are_1300_drops_of_seed_0_if_nothing_is_said(monkeypatch):
    asked = frames_of(monkeypatch, ink, lambda: ink.ink_and_back(from_alpha_bar([1.0, 0.0])))
    asked["draw"](0)
    drawn = asked["fig"].axes[0].collections[0].get_offsets()
    expected = ink.ink_shape("ink", 0.09).sample(1300, generator=torch.Generator().manual_seed(0))
    assert_allclose(drawn, expected)


# --------------------------------------------------------------------------- player and files


def grey_player(labels=("one", "two", "three", "four", "five"), **more):
    fig, (ax,) = plots.panels(height=1.0)
    ax.set_position([0, 0, 1, 1])

    def draw(i):
        ax.clear()
        ax.set_axis_off()
        ax.imshow(np.full((1, 1, 3), i / (len(labels) - 1)), aspect="auto")

    return plots.player(fig, draw, labels, name="grey", alt="Grey.", **more)


def middle(picture, box=None):
    left, top, right, bottom = box or (0, 0, *picture.size)
    return picture.convert("RGB").getpixel(((left + right) // 2, (top + bottom) // 2))[0]


def test_frames_come_in_their_order_and_the_still_has_four_of_them():
    """Frames of five greys: the still shows the first, the last, and two between."""
    player = grey_player()
    shown = [images_in(frame)[0] for frame in frames_in(player.html)]
    assert [middle(one) for one in shown] == pytest.approx([0, 64, 128, 191, 255], abs=2)
    assert "[0, 1, 3, 4].forEach" in player.html
    still = Image.open(BytesIO(player.png))
    w, h = (round(5.4 * 90), 90)
    assert still.size == (2 * w, 2 * h)
    corners = [(i % 2 * w, i // 2 * h) for i in range(4)]
    greys = [middle(still, (x, y, x + w, y + h)) for x, y in corners]
    assert greys == pytest.approx([0, 64, 191, 255], abs=2)


@pytest.mark.parametrize(("asked", "each"), [({}, 167), ({"frames_per_second": 4}, 250)])
def test_a_frame_stays_as_long_as_was_asked(asked, each):
    html = grey_player(**asked).html
    assert re.search(r"setInterval\([^;]*\b(\d+)\s*\)", html.replace("\n", " "))[1] == str(each)


def test_a_player_of_two_frames_has_a_still_of_two():
    player = grey_player(labels=("a", "b"))
    assert "[0, 1].forEach" in player.html and 'max="1"' in player.html
    assert len(frames_in(player.html)) == 2
    assert Image.open(BytesIO(player.png)).size == (2 * round(5.4 * 90), 90)


def test_an_image_in_a_frame_and_in_the_still_keeps_every_colour():
    x = torch.rand(3, 24, 24, generator=torch.Generator().manual_seed(0)) * 2 - 1
    fig, (ax,) = plots.panels(height=1.0)

    def draw(i):
        ax.clear()
        plots.show_image(ax, x.roll(i, 1))

    player = plots.player(fig, draw, ["a", "b"], name="x", alt="Noise.")
    for i, frame in enumerate(frames_in(player.html)):
        (one,) = images_in(frame)
        assert np.array_equal(np.asarray(one), to_uint8(x.roll(i, 1)))
    assert len(Image.open(BytesIO(player.png)).getcolors(10_000)) > 24 * 24


def test_title_and_rate_have_their_limits():
    assert 'aria-label="Animation"' in grey_player().html
    with pytest.raises(ValueError, match="frames_per_second: got 60"):
        grey_player(frames_per_second=60)
    assert grey_player(frames_per_second=59.9).html


def test_a_player_is_shown_as_page_and_as_print():
    player = grey_player()
    assert player._repr_html_() == player.html and player._repr_png_() == player.png
    assert len(repr(player)) < 100


def test_a_saved_sheet_is_nearly_square_and_enlarged_by_whole_numbers(tmp_path):
    images = image(5, 1, 4, 6)
    files.save_sheet(images, tmp_path / "sheet.png")
    saved = Image.open(tmp_path / "sheet.png")
    plain = to_uint8(training.sheet(images, 3))  # 9 by 20 pixels, 640 // 20 = 32 times
    assert saved.size == (640, 288)
    assert np.array_equal(np.asarray(saved)[::32, ::32], plain)
    assert np.array_equal(np.asarray(saved)[31::32, 31::32], plain)


def test_a_sheet_that_is_large_already_stays_as_it_is(tmp_path):
    images = image(1, 3, 330, 700)
    files.save_sheet(images, tmp_path / "sheet.png")
    assert np.array_equal(np.asarray(Image.open(tmp_path / "sheet.png")), to_uint8(images[0]))


# -------------------------------------------------------------------------------------- style


def test_a_figure_is_of_the_width_of_the_book_and_of_one_axis_if_nothing_is_said():
    fig, axes = plots.panels()
    assert (len(axes), fig.get_figwidth(), fig.get_figheight()) == (1, 5.4, 3.0)
    fig, axes = plots.panels(2, 3, height=1.5)
    assert len(axes) == 6 and [ax.get_subplotspec().colspan.start for ax in axes] == [0, 1, 2] * 2
    assert not axes[0].get_shared_y_axes().joined(axes[0], axes[1])
    _, axes = plots.panels(2, 2, share=True)
    together = axes[0].get_shared_y_axes()
    assert together.joined(axes[0], axes[1]) and not together.joined(axes[0], axes[2])


def test_the_style_is_the_books():
    with plt.rc_context():
        plots.style()
        cycle = plt.rcParams["axes.prop_cycle"].by_key()
        assert cycle["color"] == [COLORS[n] for n in ("signal", "noise", "other", "fourth", "ink")]
        assert cycle["linestyle"] == ["-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1))]
        assert plt.rcParams["figure.dpi"] == 130 and plt.rcParams["lines.linewidth"] == 2
        assert not (plt.rcParams["axes.spines.top"] or plt.rcParams["legend.frameon"])
        assert plt.rcParams["font.size"] == plt.rcParams["axes.titlesize"] == 10
