"""The figures of chapter 1.2 show what they say: read back from the axes drawn on."""

import pytest
import torch
from numpy.testing import assert_allclose
from torch import tensor

from companion.diffusion import Mixture, cosine
from companion.plots import panels, reverse

DATA = Mixture.isotropic([0.35, 0.65], [[-1.0], [1.0]], tensor([0.15, 0.25]))
SCHEDULE = cosine(24)


def curve(ax, start):
    """The x and y of the one line whose label begins with `start`."""
    (line,) = (line for line in ax.lines if line.get_label().startswith(start))
    return (torch.as_tensor(values).double() for values in line.get_data())


@pytest.mark.parametrize("t", [2, 9, 16, 24])
def test_the_posterior_drawn_is_prior_times_likelihood(t):
    _, (ax,) = panels()
    path = torch.linspace(0.8, -0.5, 25, dtype=torch.float64)
    reverse.bayes_frame(ax, SCHEDULE, path, t)
    _, prior = curve(ax, "prior")
    _, likelihood = curve(ax, "likelihood")
    x, posterior = curve(ax, "posterior")
    product = prior * likelihood
    # curves are scaled to height 1, so compare them where the peak is on the grid
    assert_allclose(posterior, product / product.max(), atol=1e-3)
    inside = x.abs() < 2.4
    assert posterior[inside].max() > 0.999


def test_at_t_1_the_posterior_is_a_spike_at_x_0():
    _, (ax,) = panels()
    path = torch.linspace(0.8, -0.5, 25, dtype=torch.float64)
    reverse.bayes_frame(ax, SCHEDULE, path, 1)
    x, height = curve(ax, "prior and posterior")
    assert x.tolist() == [0.8, 0.8]
    assert height.tolist() == [0.0, 1.0]


def test_the_dashed_gaussian_has_mean_and_variance_of_the_density():
    xt = tensor([[0.1]], dtype=torch.float64)
    q = DATA.reverse(SCHEDULE, xt, 5, 18)
    (ax,) = reverse.against_gaussian({"one": q}).axes
    x, y = (torch.as_tensor(v).double() for v in ax.lines[0].get_data())
    mass = y / y.sum()
    mean = (mass * x).sum()
    assert_allclose(mean, q.mean().item(), atol=1e-6)
    assert_allclose((mass * (x - mean) ** 2).sum(), q.cov().item(), rtol=2e-3)
    assert ax.get_title() == "one"


def test_samples_outside_are_counted_and_the_histogram_is_of_all():
    values = torch.cat([torch.full((75,), 0.5), torch.full((25,), 99.0)])
    ax = reverse.sampled({"a": values.double()}, DATA).axes[0]
    area = sum(bar.get_height() * bar.get_width() for bar in ax.patches)
    assert_allclose(area, 0.75, rtol=1e-6)
    assert [text.get_text() for text in ax.texts] == ["25% of the samples\nlie outside"]
    ax = reverse.sampled({"a": values[:75].double()}, DATA).axes[0]
    assert len(ax.texts) == 0


def test_the_exact_density_is_drawn_over_the_samples():
    ax = reverse.sampled({"a": torch.zeros(9, dtype=torch.float64)}, DATA).axes[0]
    x, y = (torch.as_tensor(v).double() for v in ax.lines[0].get_data())
    assert_allclose(torch.trapezoid(y, x), 1, atol=1e-6)
    assert_allclose(torch.trapezoid(x * y, x), DATA.mean().item(), atol=1e-6)


def test_paths_and_densities_each_have_their_panel():
    paths = torch.arange(12.0).reshape(3, 4)
    left, right = reverse.paths_through(paths, {"now": DATA}).axes
    drawn = [line.get_ydata().tolist() for line in left.lines]
    assert drawn == paths.tolist()
    x, y = curve(right, "now")
    assert_allclose(y, reverse.density(DATA, x))


def test_power_laws_draw_what_they_are_given_and_slope_minus_two():
    beta, T = tensor([0.01, 0.1]), tensor([4, 8])
    fig = reverse.power_laws({"a": (beta, beta**3)}, [], (T, tensor([4.0, 2.0])))
    left, right = fig.axes
    x, y = curve(left, "a")
    assert_allclose(y, x**3, rtol=1e-6)
    guide = right.lines[1].get_ydata()
    assert_allclose(guide[0] / guide[1], 4.0)
    assert_allclose(guide[1], 2.0)


def test_by_steps_marks_the_mean_and_its_spread():
    mean, std = tensor([0.4, 0.1]), tensor([0.05, 0.02])
    ax = reverse.by_steps([2, 10], {"a": (mean, std)}, floor=0.01).axes[0]
    ((line, caps, (bars,)),) = ax.containers
    assert [float(y) for y in line.get_ydata()] == mean.tolist()
    ends = [bar[:, 1].tolist() for bar in bars.get_segments()]
    assert_allclose(ends, [[0.35, 0.45], [0.08, 0.12]], rtol=1e-6)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["2", "10"]


def test_by_steps_has_its_legend_above_all_that_is_drawn():
    """Within the axes lines and error bars crossed it."""
    mean, std = tensor([0.4, 0.4, 0.4]), tensor([0.3, 0.3, 0.3])
    fig = reverse.by_steps([2, 10, 50], {"a": (mean, std), "b": (mean, std)}, floor=0.5)
    fig.draw_without_rendering()
    (legend,) = fig.legends
    assert fig.axes[0].get_legend() is None
    assert legend.get_window_extent().y0 >= fig.axes[0].get_window_extent().y1


def test_by_steps_of_one_run_has_no_error_bars_and_says_what_is_counted():
    one, none = tensor([0.4, 0.1]), tensor([0.0, 0.0])
    calls = "calls of the network"
    ax = reverse.by_steps([2, 10], {"a": (one, none), "b": (one, one)}, 0.01, across=calls).axes[0]
    assert [len(bars.lines[2]) for bars in ax.containers] == [0, 1]
    assert ax.get_xlabel() == calls
    assert reverse.by_steps([2], {"a": (one[:1], none[:1])}, 0.1).axes[0].get_xlabel() == (
        "number of steps"
    )


def test_the_player_has_a_frame_for_each_step():
    path = torch.linspace(0.8, -0.5, 4, dtype=torch.float64)
    html = reverse.bayes(cosine(3), path, name="small").html
    assert all(f'"t = {t}"' in html for t in (1, 2, 3))
