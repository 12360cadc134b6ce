"""The figures of guidance draw what they are given."""

import matplotlib.pyplot as plt
import numpy as np
import torch

from companion import plots

X = torch.linspace(-3, 3, 61, dtype=torch.float64)
BELL = torch.exp(-(X**2) / 2) / (2 * torch.pi) ** 0.5
SAMPLES = torch.randn(500, generator=torch.Generator().manual_seed(0)).double().clamp(-2.9, 2.9)


def test_samples_are_bars_over_the_density_that_comes_with_them():
    runs = {"scale 1": (SAMPLES, BELL), "scale 2": (SAMPLES / 2, 2 * BELL), "3": (SAMPLES, BELL)}
    axes = plots.guided_over_tilted(X, runs).axes
    assert [ax.get_title() for ax in axes if ax.get_visible()] == [*runs]
    assert len(axes) == 4 and not axes[3].get_visible()
    for ax, (samples, density) in zip(axes, runs.values(), strict=False):
        (line,) = ax.lines
        assert np.array_equal(line.get_ydata(), density)
        area = sum(bar.get_height() * bar.get_width() for bar in ax.patches)
        assert abs(area - 1) < 1e-9
        centre = sum(
            bar.get_height() * bar.get_width() * (bar.get_x() + bar.get_width() / 2)
            for bar in ax.patches
        )
        assert abs(centre - samples.mean().item()) < 0.05


def test_two_densities_share_a_legend():
    fig = plots.two_densities(X, {"$t = 1$": (BELL, 2 * BELL), "$t = 2$": (3 * BELL, BELL)})
    found = [[line.get_ydata() for line in ax.lines] for ax in fig.axes]
    assert np.array_equal(found[0][1], 2 * BELL) and np.array_equal(found[1][0], 3 * BELL)
    assert [text.get_text() for text in fig.legends[0].texts] == [
        "guidance follows",
        "tilted, with noise",
    ]


def test_a_panel_for_each_thing_that_is_measured():
    fig = plots.against_scale((0, 1, 3), {"far": {"a": [0, 1, 2]}, "std": {"a": [3, 2, 1]}})
    far, std = fig.axes
    assert far.get_ylabel() == "far" and list(far.lines[0].get_ydata()) == [0, 1, 2]
    assert list(std.lines[0].get_xdata()) == [0, 1, 3]


def test_the_walks_are_a_player_of_as_many_frames():
    states = [SAMPLES, SAMPLES / 2, SAMPLES / 4]
    live = plots.guided_walks(
        X, {"scale 1": states, "scale 3": states}, ["t = 2", "t = 1", "t = 0"]
    )
    assert live._repr_html_().count("t = 1") >= 1 and "guided-walks" in live._repr_html_()
    assert plt.get_fignums() == []
