"""Chapter 1.3.1, live: the rotation of (x_0, eps) into (x_t, v)."""

from math import acos, cos, degrees, sin

import torch

from companion.diffusion import V, cosine, marginal
from companion.plots.live.figure import Live, live
from companion.plots.style import COLORS, panels

T = 1000


def live_rotation() -> Live:
    """Points and sliders for x_0, eps and the time: the turned axes of x_t and v (1-4, 1-12a).

    cos phi = sqrt(alpha_bar_t), and v = sqrt(alpha_bar_t) eps - sqrt(1 - alpha_bar_t) x_0.

    Returns:
        The figure.
    """
    schedule = cosine(T)
    x0, eps = torch.tensor([[0.9], [1.3]], dtype=torch.float64)[:, None]  # (1, 1) each
    fig, axes = panels(1, 3, height=2.5)
    for t, ax in zip((100, 350, 800), axes, strict=True):
        phi = acos(schedule.alpha_bar[t].sqrt())
        xt = marginal(schedule, x0, t).sample(eps).item()
        v = V.target(schedule, x0, eps, t).item()
        turned = {"$x_t$": (xt, cos(phi), sin(phi)), "$v$": (v, -sin(phi), cos(phi))}
        point = x0.item(), eps.item()
        for (name, (length, x, y)), color in zip(turned.items(), ("ink", "other"), strict=True):
            ax.plot([-2 * x, 2 * x], [-2 * y, 2 * y], "-", color=COLORS["faint"], linewidth=1)
            ax.plot([0, length * x], [0, length * y], "-", color=COLORS[color])
            ax.plot(
                [length * x, point[0]], [length * y, point[1]], ":", color=COLORS[color], zorder=1
            )
            ax.annotate(name, (2.2 * x, 2.2 * y), ha="center", va="center")
        ax.plot(*point, "o", color=COLORS["ink"])
        ax.axhline(0, color=COLORS["signal"], linewidth=1, linestyle="--")
        ax.axvline(0, color=COLORS["noise"], linewidth=1, linestyle="--")
        ax.set(xlim=(-2.5, 2.5), ylim=(-2.5, 2.5), xticks=[], yticks=[], aspect="equal")
        ax.set(xlabel="$x_0$", ylabel="$\\epsilon$")
        ax.set_title(
            f"$\\varphi = {degrees(phi):.0f}°$\n$x_t = {xt:.2f}$, $v = {v:.2f}$", fontsize=9
        )
    return live(
        "rotation",
        fig,
        {"T": T},
        title="The rotation of x 0 and epsilon into x t and v",
        alt="One point in the plane of x 0 and epsilon, and the axes of x t and v, turned by an "
        "angle that grows with the time, at three times. The lengths of the point along the "
        "turned axes are x t and v.",
    )
