"""What a training step costs on pixels and in the latent, with one and the same UNet.

Run as `.venv/bin/python bench/latent_step.py`; half a minute. 32 by 32 pixels in colour
against 4 channels of 8 by 8, f = 4; forwards, backwards and AdamW, 16 images; pairs timed
one after the other.
"""

from statistics import median, quantiles
from time import process_time

import torch

from companion.networks import UNet, summary

SIZES = {"pixels": (3, 32, 32), "latents": (4, 8, 8)}
PAIRS, BATCH = 25, 16


def main() -> None:
    """Print the cost of each, and the ratio of the times."""
    torch.set_num_threads(1)
    steps = {}
    for name, shape in SIZES.items():
        torch.manual_seed(0)
        network = UNet(channels=shape[0])
        print(f"{name:8s}{shape!s:12s} {summary(network, shape, batch=BATCH)}")
        steps[name] = stepper(network, torch.randn(BATCH, *shape))
    ratios, times = [], {name: [] for name in steps}
    for _ in range(PAIRS):
        for name, step in steps.items():
            begun = process_time()
            step()
            times[name].append(process_time() - begun)
        ratios.append(times["pixels"][-1] / times["latents"][-1])
    for name, took in times.items():
        print(f"{name}: {1000 * median(took):.1f} ms a step")
    low, _, high = quantiles(ratios, n=4)
    print(f"pixels / latents: {median(ratios):.1f}, middle half {low:.1f} to {high:.1f}")


def stepper(network: UNet, x: torch.Tensor):  # noqa: ANN201
    """A function that makes one training step."""
    optimizer = torch.optim.AdamW(network.parameters(), fused=True)
    t = torch.full((len(x),), 500)

    def step() -> None:
        (network(x, t) - x).square().mean().backward()
        optimizer.step()
        optimizer.zero_grad()

    step()
    return step


if __name__ == "__main__":
    main()
