"""Chapter 1.4, live: three samplers on two bumps, with any number of calls."""

import torch

from companion.diffusion import X0, Mixture, Prediction, cosine, ddim, trailing, trajectory
from companion.plots.live.figure import Live, live
from companion.plots.style import COLORS, panels

T = 1000
STARTS = 400  # every tenth is drawn as a path
DECIMALS = 7  # of the numbers that go into the page


def two_bumps() -> Mixture:
    """The data of chapter 1.4."""
    return Mixture.isotropic([0.4, 0.6], [[-1.0], [0.8]], torch.tensor([0.2, 0.3]).double())


def live_sampler() -> Live:
    """A slider for the calls and a choice of sampler: paths, what comes out, the true density.

    Returns:
        The figure.
    """
    mixture, schedule = two_bumps(), cosine(T)
    shares = (torch.arange(STARTS, dtype=torch.float64) + 0.5) / STARTS
    start = torch.distributions.Normal(0.0, 1.0).icdf(shares)  # noise without chance
    line = torch.linspace(-2.6, 2.6, 261, dtype=torch.float64)
    density = mixture.log_prob(line[:, None]).exp()

    def best(xt: torch.Tensor, t: int) -> Prediction:
        return X0.predict(schedule, mixture.expected_x0(schedule, xt, t), xt, t)

    fig, axes = panels(2, 2, height=4.2, share=True)
    for calls, walk, made in zip((2, 20), axes[::2], axes[1::2], strict=True):
        times = trailing(T, calls)
        states = list(trajectory(best, schedule, start[:, None], times, ddim()))
        paths = torch.cat([state.xt for state in states], dim=1)  # (400, calls + 1)
        walk.plot([*times, 0], paths[5::10].T, "-", color=COLORS["signal"], linewidth=0.8)
        walk.set(xlim=(T, 0), xlabel="$t$", ylabel="$x_t$", title=f"DDIM, {calls} calls")
        made.hist(
            paths[:, -1].numpy(),
            52,
            (-2.6, 2.6),
            density=True,
            orientation="horizontal",
            color=COLORS["signal"],
            alpha=0.5,
            label="samples",
        )
        made.plot(density, line, "--", color=COLORS["ink"], label="data")
        made.set(xlim=(0, 1.2), ylim=(-2.6, 2.6), xlabel="density")
        made.legend(loc="upper right")
    data = {
        "T": T,
        "weights": mixture.weights.tolist(),
        "means": mixture.means[:, 0].tolist(),
        "stds": [round(std, DECIMALS) for std in mixture.covs[:, 0, 0].sqrt().tolist()],
        "start": [round(x, DECIMALS) for x in start.tolist()],
        "quantiles": [round(x, DECIMALS) for x in mixture.icdf(shares).tolist()],
        "mean": round(mixture.mean().item(), DECIMALS),
        "std": round(mixture.cov().sqrt().item(), DECIMALS),
    }
    return live(
        "sampler",
        fig,
        data,
        title="Samplers on two bumps",
        alt="Forty paths from noise to data by DDIM, and beside them a histogram of 400 samples "
        "over the density of two bumps. With 2 calls most samples lie between the bumps, with "
        "20 the histogram follows the density.",
    )
