"""Going back: where a noisy value came from, and what a sampler makes of it."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor
from torch.distributions import Normal

from companion.diffusion import (
    Gaussian,
    Mixture,
    Schedule,
    marginal,
    posterior,
    transition,
)
from companion.plots.colors import COLORS
from companion.plots.player import Player, player
from companion.plots.style import LINES, check_curves, panels

PRIOR = "prior $q(x_{t-1} | x_0)$"
LIKELIHOOD = "likelihood $q(x_t | x_{t-1})$"


def paths_through(paths: Tensor, came_from: Mapping[str, Mixture]) -> Figure:
    """Forward paths that end near one value, and the exact densities of their past.

    Args:
        paths: (N, t+1), each from x_0 to x_t.
        came_from: for each label the density of an earlier x_s given x_t, one dimension.

    Returns:
        The figure.
    """
    fig, (left, right) = panels(1, 2, height=3.0)
    left.plot(paths.T, "-", color=COLORS["signal"], alpha=0.25, linewidth=0.7)
    left.set(xlabel="$t$ (steps)", ylabel="$x_t$", title="forward paths")
    x = torch.linspace(-2, 2, 801, dtype=torch.float64)
    for label, mixture in came_from.items():
        right.plot(x, density(mixture, x), label=label)
    right.set(xlabel="$x_s$", ylabel="density", xlim=(-2, 2))
    right.set_title(r"$q(x_s \mid x_t)$")
    right.legend()
    return fig


def against_gaussian(reverses: Mapping[str, Mixture]) -> Figure:
    """q(x_s | x_t) and the Gaussian with its mean and variance, a panel for each."""
    fig, axes = panels(1, len(reverses), height=2.6)
    for ax, (label, mixture) in zip(axes, reverses.items(), strict=True):
        mean, std = mixture.mean().item(), mixture.cov().sqrt().item()
        x = torch.linspace(mean - 4 * std, mean + 4 * std, 401, dtype=torch.float64)
        ax.fill_between(x, density(mixture, x), color=COLORS["signal"], alpha=0.35)
        ax.plot(x, Normal(mean, std).log_prob(x).exp(), "--", color=COLORS["noise"])
        ax.set(title=label, xlabel="$x_s$", ylim=(0, None), yticks=[])
    axes[0].set_ylabel("density")
    return fig


def power_laws(
    measured: Mapping[str, tuple[Tensor, Tensor]],
    predicted: Sequence[tuple[Tensor, Tensor]],
    total: tuple[Tensor, Tensor],
) -> Figure:
    """Distance to a Gaussian: of one step against beta, of all the steps against T.

    Args:
        measured: for each label, (beta, nats).
        predicted: the same without labels, drawn thin.
        total: (T, nats).

    Returns:
        The figure.
    """
    fig, (left, right) = panels(1, 2, height=3.2)
    for label, (beta, nats) in measured.items():
        left.loglog(beta, nats, label=label)
    for beta, nats in predicted:
        left.loglog(beta, nats, "-", color=COLORS["faint"], linewidth=0.8, zorder=0)
    left.set(xlabel=r"$\beta$ of the step", ylabel="KL to a Gaussian (nats)")
    left.set(title="one step", ylim=(1e-13, 3))
    left.legend(fontsize=8)
    T, nats = total
    right.loglog(T, nats, "o-", color=COLORS["signal"])
    right.loglog(T, nats[-1] * (T[-1] / T) ** 2, "-", color=COLORS["faint"], lw=0.8)
    right.set(xlabel="$T$ (steps in all)", title="all steps together")
    return fig


def bayes(schedule: Schedule, history: Tensor, *, name: str) -> Player:
    """Prior, likelihood and posterior of x_{t-1}, from t = T down to 1.

    Every curve is scaled to height 1: what matters is where it is and how wide.

    Args:
        schedule: of T steps.
        history: (T+1,), one forward path in one dimension, clean value first.
        name: of the player in its page.

    Returns:
        The player.
    """
    fig, (ax,) = panels(height=3.2)
    times = list(range(schedule.T, 0, -1))

    def draw(i: int) -> None:
        ax.clear()
        bayes_frame(ax, schedule, history, times[i])

    return player(
        fig,
        draw,
        [f"t = {t}" for t in times],
        name=name,
        title="Prior, likelihood and posterior of the step from t to t - 1",
        alt="Three bell curves over x at time t minus 1. The prior, wide at first, "
        "moves to the clean value and narrows; the likelihood sits at the noisy value; "
        "the posterior lies between them, narrower than either, and ends as a spike.",
        frames_per_second=3,
    )


def bayes_frame(ax: Axes, schedule: Schedule, history: Tensor, t: int) -> None:
    """One frame of `bayes`: three curves over x_{t-1}, and where x_t and x_0 are."""
    x = torch.linspace(-2.5, 2.5, 1001, dtype=torch.float64)
    x0, xt = history[:1, None], history[t : t + 1, None]  # (1, 1)
    forward = transition(schedule, x[:, None], t - 1, t)  # one for each x_{t-1}
    likelihood = torch.exp(-((xt - forward.mean) ** 2) / (2 * forward.var))[:, 0]
    after = posterior(schedule, xt, x0, t - 1, t)
    if t > 1:
        before = marginal(schedule, x0, t - 1)
        ax.plot(x, _bell(x, before), "--", color=COLORS["signal"], label=PRIOR)
        ax.plot(x, likelihood, LINES[2], color=COLORS["noise"], label=LIKELIHOOD)
        ax.plot(x, _bell(x, after), "-", color=COLORS["ink"], label="posterior")
        ax.fill_between(x, _bell(x, after), color=COLORS["ink"], alpha=0.12)
    else:  # prior and posterior are both the point x_0
        ax.plot(x, likelihood, LINES[2], color=COLORS["noise"], label=LIKELIHOOD)
        point = {"color": COLORS["ink"], "linewidth": 3, "linestyle": "-"}
        ax.plot([x0.item()] * 2, [0, 1], label="prior and posterior", **point)
    ax.plot(xt[0], [0.0], "v", color=COLORS["noise"], clip_on=False, label="$x_t$")
    ax.plot(x0[0], [0.0], "^", color=COLORS["ink"], clip_on=False, label="$x_0$")
    ax.set(xlim=(-2.5, 2.5), ylim=(0, 1.75), yticks=[])
    ax.set(xlabel="$x_{t-1}$", ylabel="height, scaled to 1")
    alpha = schedule.alpha[t].item()
    std = after.std.item()
    ax.set_title(f"$t = {t}$:  $\\alpha_t = {alpha:.3f}$,  posterior std {std:.3f}")
    ax.legend(loc="upper center", ncols=2, fontsize=8)


def sampled(runs: Mapping[str, Tensor], mixture: Mixture, *, limit: float = 2.5) -> Figure:
    """What samplers made, as histograms over the exact density, a panel for each.

    Args:
        runs: for each label its samples, (N,); those beyond the limit are counted in words.
        mixture: the data, in one dimension.
        limit: how far the axis goes to both sides.

    Returns:
        The figure.
    """
    rows = -(-len(runs) // 2)
    fig, axes = panels(rows, 2, height=2.1 * rows)
    x = torch.linspace(-limit, limit, 401, dtype=torch.float64)
    for ax, (label, values) in zip(axes, runs.items(), strict=False):
        bins = np.linspace(-limit, limit, 76)
        share = torch.ones_like(values) / len(values) / (bins[1] - bins[0])
        ax.hist(values.numpy(), bins, weights=share, color=COLORS["signal"], alpha=0.55)
        ax.plot(x, density(mixture, x), "--", color=COLORS["noise"], linewidth=1.5)
        outside = (values.abs() > limit).double().mean().item()
        ax.set(title=label, xlabel="$x_0$", ylabel="density", xlim=(-limit, limit))
        if outside > 0.001:
            note = f"{outside:.0%} of the samples\nlie outside"
            ax.annotate(note, (0.03, 0.8), xycoords="axes fraction", fontsize=9)
            ax.set_ylim(0, 1.6 * density(mixture, x).max().item())
    for ax in axes[len(runs) :]:
        ax.set_visible(False)
    return fig


def by_steps(
    steps: Sequence[int],
    curves: Mapping[str, tuple[Tensor, Tensor]],
    floor: float,
    *,
    distance: str = "W1 distance to the data",
    floor_label: str = "draws from the data itself",
    across: str = "number of steps",
) -> Figure:
    """Distance to the data against the number of steps, with the spread over runs.

    Curves whose spread is zero everywhere, as of one run, have no error bars.

    Args:
        steps: how many steps each point took.
        curves: for each label, (mean, standard deviation) over the runs; three at most.
        floor: the distance of samples drawn from the data itself.
        distance: what is measured, in words.
        floor_label: what the floor is, in words.
        across: what is counted along the axis, in words.

    Returns:
        The figure.

    Raises:
        ValueError: for more curves.
    """
    check_curves(len(curves), 3)
    fig, (ax,) = panels(height=3.2)
    markers = ("o", "s", "^")
    for marker, line, (label, (mean, std)) in zip(markers, LINES, curves.items(), strict=False):
        bars = std if std.any() else None  # of one run there is no spread to show
        ax.errorbar(steps, mean, bars, label=label, marker=marker, ls=line, capsize=3)
    ax.axhline(floor, color=COLORS["faint"], linewidth=1)
    below = {"xytext": (0, -10), "textcoords": "offset points", "fontsize": 8}
    ax.annotate(floor_label, (steps[0], floor), **below)
    lowest = min(floor, *(mean.min().item() for mean, _ in curves.values()))
    ax.set(xscale="log", yscale="log", xlabel=across)
    ax.set_ylim(bottom=0.6 * lowest)
    ax.set(ylabel=distance, xticks=steps)
    ax.set_xticks([], minor=True)
    ax.set_xticklabels([str(n) for n in steps])
    fig.legend(loc="outside upper center", ncols=3)  # within, lines and bars would cross it
    return fig


def density(mixture: Mixture, x: Tensor) -> Tensor:
    """The density of a one-dimensional mixture at x (N,): (N,)."""
    return mixture.log_prob(x[:, None, None]).flatten().exp()


def _bell(x: Tensor, q: Gaussian) -> Tensor:
    """A one-dimensional Gaussian at x (N,), scaled to height 1."""
    return torch.exp(-((x - q.mean[0]) ** 2) / (2 * q.var[0]))
