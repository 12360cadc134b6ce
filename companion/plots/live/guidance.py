"""Chapter 2.2.1, live: the scale of guidance moves the samples of one of two bumps."""

import torch

from companion.diffusion import (
    Mixture,
    cosine,
    dpm_solver,
    exact_denoiser,
    given_class,
    guided,
    sample,
    tilted_density,
    trailing,
)
from companion.plots.live.figure import Live, live
from companion.plots.style import COLORS, panels

T, CALLS, STARTS = 1000, 25, 400
MEAN, STD = 0.8, 0.5
DECIMALS = 7  # of the numbers that go into the page


def overlapping_bumps() -> Mixture:
    """The data of chapter 2.2.1: class 0 on the left, class 1 on the right."""
    weights, stds = torch.tensor([[0.5, 0.5], [STD, STD]], dtype=torch.float64)
    means = torch.tensor([[-MEAN], [MEAN]], dtype=torch.float64)
    return Mixture.isotropic(weights, means, stds)


def live_guidance() -> Live:
    """A slider for the scale: where the samples of the right bump go, and the tilted density.

    Returns:
        The figure.
    """
    mixture, schedule = overlapping_bumps(), cosine(T)
    shares = (torch.arange(STARTS, dtype=torch.float64) + 0.5) / STARTS
    start = torch.special.ndtri(shares)  # noise without chance
    whole, right = (exact_denoiser(d, schedule) for d in (mixture, given_class(mixture, 1)))
    line = torch.linspace(-3, 4, 281, dtype=torch.float64)
    fig, axes = panels(1, 3, height=2.4, share=True)
    for scale, ax in zip((1, 3, 8), axes, strict=True):
        denoise, times = guided(right, whole, scale), trailing(T, CALLS)
        made = sample(denoise, schedule, start[:, None], times, dpm_solver)[:, 0]
        bins = {"bins": 56, "range": (-3, 4), "density": True}
        ax.hist(made.numpy(), **bins, color=COLORS["signal"], alpha=0.5, label="guided samples")
        density = tilted_density(mixture, 1, scale, line)
        ax.plot(line, density, "--", color=COLORS["ink"], linewidth=1.5, label="tilted density")
        ax.set(xlim=(-3, 4), ylim=(0, 2), xlabel="$x_0$", title=f"scale {scale}")
    axes[0].set(ylabel="density")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    data = {
        "T": T,
        "calls": CALLS,
        "mean": MEAN,
        "std": STD,
        "start": [round(x, DECIMALS) for x in start.tolist()],
    }
    return live(
        "guidance",
        fig,
        data,
        title="Guidance on two bumps",
        alt="Histograms of guided samples over the dashed tilted density, at scales 1, 3 and 8. "
        "At 1 they agree; at 3 and 8 the samples are narrower and further to the right, while "
        "the dashed curve stays nearly where it was.",
    )
