"""Cost against size: the time of a training step and its multiply-adds. One thread.

Run as `.venv/bin/python bench/cost.py`; three minutes. Draws `bench/cost.svg`. Also the ratio
to a step of diffusers' `UNet2DModel` with as many channels, and the share of sampling that is
spent inside the network.
"""

from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import torch
from diffusers import UNet2DModel
from torch import nn

from companion.diffusion import V, ancestral, cosine, sample, trailing
from companion.networks import UNet, denoiser, summary
from companion.plots import panels

BATCH = 32


def step_of(network: nn.Module, call: Callable, shape: tuple[int, ...]) -> Callable:
    """A training step of a network, as a function of nothing."""
    optimizer = torch.optim.AdamW(network.parameters())
    xt, t = torch.randn(BATCH, *shape), torch.randint(1, 1000, (BATCH,))

    def step() -> None:
        call(xt, t).square().mean().backward()
        optimizer.step()
        optimizer.zero_grad()

    return step


def seconds(run: Callable, times: int = 5) -> float:
    run()
    found = []
    for _ in range(times):
        begun = perf_counter()
        run()
        found.append(perf_counter() - begun)
    return median(found)


def main() -> None:
    torch.set_num_threads(1)
    print("side  width   Mmacs   ms a step   ms a Gmac")
    fig, (ax,) = panels(height=3.0)
    for width in (16, 32, 64):
        found = []
        for side in (8, 16, 32, 64):
            network, shape = UNet(width=width), (1, side, side)
            macs = summary(network, shape, batch=1).multiply_adds
            took = seconds(step_of(network, network, shape), 3)
            found.append((BATCH * macs / 1e6, 1000 * took))
            print(
                f"{side:4d} {width:6d} {macs / 1e6:7.1f} {1000 * took:11.1f}"
                f" {1000 * took / (BATCH * macs / 1e9):11.1f}",
                flush=True,
            )
        ax.loglog(*zip(*found, strict=True), marker="o", label=f"{width} channels")
    ax.set(xlabel="multiply-adds of a batch, forward (millions)", ylabel="ms a step")
    ax.legend(title="8, 16, 32, 64 pixels")
    fig.savefig(Path(__file__).with_suffix(".svg"))
    theirs = UNet2DModel(
        sample_size=8,
        in_channels=1,
        out_channels=1,
        layers_per_block=1,
        block_out_channels=(32, 64),
        norm_num_groups=8,
        down_block_types=("DownBlock2D",) * 2,
        up_block_types=("UpBlock2D",) * 2,
    )
    ours, shape = UNet(), (1, 8, 8)
    a = step_of(ours, ours, shape)
    b = step_of(theirs, lambda xt, t: theirs(xt, t).sample, shape)
    ratios = [seconds(a, 3) / seconds(b, 3) for _ in range(9)]
    print(f"our step / diffusers' of equal widths: {median(ratios):.2f}")
    inside = 0.0

    def timed(xt: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        nonlocal inside
        begun = perf_counter()
        output = UNet.forward(ours, xt, t)
        inside += perf_counter() - begun
        return output

    ours.forward = timed
    schedule, noise = cosine(1000), torch.randn(64, 1, 8, 8)
    ask, begun = denoiser(ours, schedule, V), perf_counter()
    sample(ask, schedule, noise, trailing(1000, 100), ancestral)
    share = inside / (perf_counter() - begun)
    print(f"of sampling, 64 digits in 100 steps: {share:.1%} inside the network")


if __name__ == "__main__":
    main()
