"""Chapter 1.1, live: how fast a picture fades under a linear schedule."""

import warnings
from base64 import b64encode

import torch

from companion.data import photo, to_uint8
from companion.diffusion import NeverReachesNoise, linear, marginal
from companion.diffusion.schedule import NOISE_REACHED
from companion.plots.live.figure import Live, live
from companion.plots.style import COLORS, panels

SIDE = 72


def live_forward() -> Live:
    """Sliders for t, T and both ends of beta: the curve, the picture at t and at T (1-4).

    Returns:
        The figure.
    """
    cat = photo("chelsea", SIDE)
    pixels = to_uint8(cat)  # (72, 72, 3)
    fig, (curves, *pictures) = panels(1, 3, height=2.2)
    eps = torch.randn(cat.shape, generator=torch.Generator().manual_seed(0))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NeverReachesNoise)  # it is what the still shows
        schedules = linear(1000), linear(50)
    dashes = "-", "--"
    for schedule, ax, dash in zip(schedules, pictures, dashes, strict=True):
        T = schedule.T
        share = torch.linspace(0, 1, T + 1)
        root = schedule.alpha_bar.sqrt()
        curves.plot(share, root, dash, color=COLORS["signal"], label=f"$T = {T}$")
        end = marginal(schedule, cat[None], T).sample(eps[None])[0]
        ax.imshow(to_uint8(end), interpolation="nearest")  # or the noise is smoothed
        ax.set(xticks=[], yticks=[])
        ax.set_title(f"$x_T$ at $T = {T}$")
    curves.set(xlabel="$t / T$", ylim=(0, 1.02), title="$\\sqrt{\\bar\\alpha_t}$")
    curves.legend(loc="lower left", fontsize=8, handlelength=1.4)
    return live(
        "forward",
        fig,
        {
            "side": SIDE,
            "pixels": b64encode(pixels.tobytes()).decode("ascii"),
            "limit": NOISE_REACHED,
        },
        title="A picture fading under a linear schedule",
        alt="Left: the square root of alpha bar over time, falling to almost 0 with T = 1000 and "
        "only to 0.78 with T = 50. Right: the picture at the end of both; with T = 1000 it is "
        "noise, with T = 50 a cat can still be seen.",
    )
