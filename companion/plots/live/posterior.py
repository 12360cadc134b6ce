"""Chapter 1.2, live: prior, likelihood and posterior of x_s in one dimension."""

import torch
from torch import Tensor

from companion.diffusion import cosine, marginal, posterior, transition
from companion.plots.live.figure import Live, live
from companion.plots.style import COLORS, LINES, panels

T = 100


def live_posterior() -> Live:
    """Points and sliders for x_0, x_t and the times s < t: three bells over x_s (1-9, 1-11a).

    Returns:
        The figure.
    """
    schedule = cosine(T)
    x0, xt = torch.tensor([[0.8], [-0.4]], dtype=torch.float64)[:, None]  # (1, 1) each
    x = torch.linspace(-2.5, 2.5, 501, dtype=torch.float64)[:, None]
    fig, axes = panels(1, 2, height=2.7, share=True)
    for s, ax in zip((40, 59), axes, strict=True):
        t = 60
        q = transition(schedule, x, s, t)  # one for each x_s
        prior, after = marginal(schedule, x0, s), posterior(schedule, xt, x0, s, t)
        ax.plot(x, _bell(x, prior.mean, prior.var), "--", color=COLORS["signal"], label="prior")
        ax.plot(x, _bell(q.mean, xt, q.var), LINES[2], color=COLORS["noise"], label="likelihood")
        ax.plot(x, _bell(x, after.mean, after.var), "-", color=COLORS["ink"], label="posterior")
        ax.plot(x0[0], [0], "^", color=COLORS["signal"], clip_on=False, label="$x_0$")
        ax.plot(xt[0], [0], "v", color=COLORS["noise"], clip_on=False, label="$x_t$")
        ax.set(xlabel="$x_s$", ylim=(0, 1.05), title=f"$s = {s}$, $t = {t}$")
    axes[0].set(ylabel="height, scaled to 1")
    axes[1].legend(loc="upper left", fontsize=8)
    return live(
        "posterior",
        fig,
        {"T": T},
        title="Prior, likelihood and posterior of x at time s",
        alt="Three bell curves over x at time s, for a clean value of 0.8 and a noisy value of "
        "minus 0.4 at time 60. With s = 40 the posterior lies between prior and likelihood and "
        "is narrower than both; with s = 59, one step, it lies almost on the likelihood.",
    )


def _bell(x: Tensor, mean: Tensor, var: Tensor) -> Tensor:
    return torch.exp(-((x - mean) ** 2) / (2 * var))
