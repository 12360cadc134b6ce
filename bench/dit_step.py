"""What a training step of the DiT costs: beside diffusers' own, and against N and D.

Run as `.venv/bin/python bench/dit_step.py`; two minutes of one thread. A step is forward, backward
and AdamW. Ours and theirs have the same width, depth, heads, patches and classes, and take their
turns in changing order; the ratio is that of the processor times of one round.
"""

import random
from collections.abc import Callable
from statistics import median, quantiles
from time import process_time

import torch
from diffusers import DiTTransformer2DModel
from torch import Tensor, nn

from companion.networks import DiT, summary
from companion.networks.conditions import ClassCondition

WIDTH, BLOCKS, HEADS, PATCH, BATCH, ROUNDS = 128, 6, 4, 2, 64, 15
SHAPES = {"digits, 16 tokens": (1, 8, 8), "latents, 64 tokens": (8, 16, 16)}
GRID = [(n, d) for n in (16, 64, 256) for d in (64, 128, 256)]


def main() -> None:
    """Print the ratios, then the cost against N and D."""
    torch.set_num_threads(1)
    for dtype in (torch.float32, torch.bfloat16):
        for name, shape in SHAPES.items():
            print(f"{str(dtype)[6:]}, {name}: ours / theirs {ratio(shape, dtype)}", flush=True)
    print(
        "| N | D | million multiply-adds | ms per image and step "
        "| forward multiply-adds per µs of a step |"
    )
    for N, D in GRID:
        network, side = DiT(1, D, BLOCKS, HEADS, (1, 1)), int(N**0.5)
        cost = summary(network, (1, side, side), batch=2).multiply_adds
        batch = max(4096 // N, 4)
        x, t = torch.randn(batch, 1, side, side), torch.randint(1, 1001, (batch,))
        step = stepper(network, lambda net, x=x, t=t: net(x, t))
        took = median(timed(step) for _ in range(5)) / batch
        print(f"| {N} | {D} | {cost / 1e6:.1f} | {1e3 * took:.2f} | {cost / took / 1e6:.0f} |")


def ratio(shape: tuple[int, int, int], dtype: torch.dtype) -> str:
    """Of the times of a step, ours over theirs, and its middle half."""
    C, H, _ = shape
    torch.manual_seed(0)
    ours = DiT(C, WIDTH, BLOCKS, HEADS, (PATCH, PATCH), condition=ClassCondition(10, WIDTH))
    theirs = DiTTransformer2DModel(
        HEADS, WIDTH // HEADS, C, num_layers=BLOCKS, sample_size=H, num_embeds_ada_norm=10
    )
    x, t, y = torch.randn(BATCH, *shape), torch.randint(1, 1001, (BATCH,)), torch.arange(BATCH) % 10
    steps = {
        "ours": stepper(ours, lambda net: net(x, t, y), dtype),
        "theirs": stepper(theirs, lambda net: net(x, t, y).sample, dtype),
    }
    found = []
    for _ in range(ROUNDS):
        took = {name: timed(steps[name]) for name in random.sample([*steps], 2)}
        found.append(took["ours"] / took["theirs"])
    low, _, high = quantiles(found, n=4)
    return f"{median(found):.2f} ({low:.2f} to {high:.2f})"


def stepper(
    network: nn.Module, call: Callable[[nn.Module], Tensor], dtype: torch.dtype = torch.float32
) -> Callable[[], None]:
    """A function that makes one training step; it has made one."""
    optimizer = torch.optim.AdamW(network.parameters(), fused=True)
    network.train()

    def step() -> None:
        with torch.autocast("cpu", dtype=dtype, enabled=dtype is not torch.float32):
            loss = call(network).float().square().mean()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()

    step()
    return step


def timed(step: Callable[[], None]) -> float:
    """Seconds of the processor."""
    begun = process_time()
    step()
    return process_time() - begun


if __name__ == "__main__":
    main()
