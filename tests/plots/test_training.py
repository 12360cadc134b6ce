"""The figures of chapter 1.3 show what they are given."""

import numpy as np
import pytest
import torch

from companion import plots


def test_a_sheet_holds_every_image_in_reading_order():
    images = torch.arange(6.0).reshape(6, 1, 1, 1).expand(6, 1, 2, 2) / 6
    one = plots.sheet(images, 3)
    assert one.shape == (1, 5, 8)
    for n in range(6):
        row, column = divmod(n, 3)
        assert torch.equal(one[:, 3 * row, 3 * column], images[n, :, 0, 0])
    assert (one[:, 2] == -0.4).all() and (one[:, :, 2] == -0.4).all()


def test_sheets_have_their_names():
    fig = plots.sheets({"a": torch.zeros(4, 1, 2, 2), "b": torch.zeros(4, 1, 2, 2)}, 2, 2)
    assert [ax.get_title() for ax in fig.axes] == ["a", "b"]


def test_losses_show_every_run_and_the_mean_by_time():
    t, each = torch.arange(1, 101), torch.full((100,), 0.5)
    fig = plots.losses({"one": [1.0] * 50, "two": [2.0] * 50}, t, each, 100)
    left, right = fig.axes
    assert [line.get_label() for line in left.lines] == ["one", "two"]
    assert left.lines[1].get_ydata() == pytest.approx(2)
    assert right.lines[0].get_ydata() == pytest.approx(0.5)


def test_curves_by_seed_run_through_the_means_and_have_a_dot_for_each():
    points = ((2.0, 4.0), (1.0, 2.0, 6.0), (5.0,))
    fig = plots.by_seed(
        (1, 4, 16),
        {"one": {"a": points, "b": points[:2]}, "two": {"b": points}},
        xlabel="minutes",
        ylabel="distance",
    )
    one, two = fig.axes
    assert [line.get_label() for line in one.lines] == ["a", "b"]
    assert np.array_equal(one.lines[0].get_xydata(), [(1, 3), (4, 3), (16, 5)])
    assert np.array_equal(one.lines[1].get_xydata(), [(1, 3), (4, 3)])
    dots = [tuple(dot) for drawn in two.collections for dot in drawn.get_offsets()]
    assert dots == [(x, y) for x, ys in zip((1, 4, 16), points, strict=True) for y in ys]
    assert (one.get_title(), two.get_title(), two.get_xscale()) == ("one", "two", "log")
    assert (one.get_ylabel(), two.get_ylabel(), two.get_xlabel()) == ("distance", "", "minutes")
    assert [label.get_text() for label in one.get_xticklabels()] == ["1", "4", "16"]
    assert [label.get_text() for label in one.get_yticklabels()] == ["1", "2", "3", "5"]


def many(count, value):
    return dict.fromkeys(map(str, range(count)), value)


SPREAD = torch.tensor([1.0, 2.0]), torch.zeros(2)
CURVES = {  # how many have a look of their own, and a figure of so many
    "by_seed": (
        5,
        lambda n: plots.by_seed((1, 2), {"": many(n, ((1.0,), (2.0,)))}, xlabel="", ylabel=""),
    ),
    "against_scale": (3, lambda n: plots.against_scale((1, 2), {"": many(n, (1.0, 2.0))})),
    "trade_off": (5, lambda n: plots.trade_off({(way, 1.0): ((1,), (2,)) for way in many(n, 0)})),
    "by_steps": (3, lambda n: plots.by_steps([1, 2], many(n, SPREAD), 1.0)),
}


@pytest.mark.parametrize("name", CURVES)
def test_no_curve_is_left_out(name):
    most, drawn = CURVES[name]
    fig = drawn(most)
    legends = [ax.get_legend() for ax in fig.axes if ax.get_legend()] + fig.legends
    shown = [text.get_text() for legend in legends for text in legend.get_texts()]
    assert shown == [*map(str, range(most))]
    with pytest.raises(ValueError, match=f"curves: got {most + 1}, expected at most {most}"):
        drawn(most + 1)


def test_waves_show_every_time():
    fig = plots.waves(20, 8)
    assert fig.axes[0].images[0].get_array().shape == (8, 21)


def test_appearing_has_a_frame_for_each_time():
    frames = [torch.zeros(4, 1, 2, 2)] * 3
    shown = plots.appearing(frames, frames, ["a", "b", "c"], columns=2, name="x")
    assert shown.html.count("data:image/png") >= 3
