"""Noising a batch: ours against diffusers, and one shot against the loop. One thread.

Run as `.venv/bin/python bench/forward.py`. Each pair is timed back to back, in changing
order; what counts is the median of the ratios.
"""

import statistics
import warnings
from collections.abc import Callable
from time import perf_counter

import torch

from companion.diffusion import linear, marginal, step

PAIRS = 41


def seconds(run: Callable[[], object], times: int) -> float:
    start = perf_counter()
    for _ in range(times):
        run()
    return (perf_counter() - start) / times


def compare(name: str, ours: Callable, theirs: Callable, times: int) -> None:
    """Print the ratio of ours to theirs: median, and the middle half of the pairs."""
    ratios = []
    for pair in range(PAIRS):
        both = [(0, ours), (1, theirs)]
        taken = [0.0, 0.0]
        for place, run in both if pair % 2 else reversed(both):
            taken[place] = seconds(run, times)
        ratios.append(taken[0] / taken[1])
    low, middle, high = statistics.quantiles(ratios, n=4)
    print(f"{name:34s} {middle:8.3f}   {low:.3f} to {high:.3f}")


def main() -> None:
    torch.set_num_threads(1)
    with warnings.catch_warnings(action="ignore"):
        from diffusers import DDPMScheduler
    g = torch.Generator().manual_seed(0)
    schedule, scheduler = linear(1000), DDPMScheduler(beta_schedule="linear")
    print(f"torch {torch.__version__}, one thread, {PAIRS} pairs, CPU")
    print(f"{'ratio of times':34s} {'median':>8s}   middle half")
    for shape, times in (((128, 1, 8, 8), 200), ((128, 3, 32, 32), 50)):
        x0, eps = (torch.randn(shape, generator=g) for _ in range(2))
        t = torch.randint(1, 1001, shape[:1], generator=g)
        compare(
            f"marginal / add_noise, {shape}",
            lambda x0=x0, t=t, eps=eps: marginal(schedule, x0, t).sample(eps),
            lambda x0=x0, t=t, eps=eps: scheduler.add_noise(x0, eps, t - 1),
            times,
        )
    x0 = torch.randn(32, 3, 64, 64, generator=g)

    def loop() -> torch.Tensor:
        x = x0
        for t in range(1, 101):
            x = step(schedule, x, t).sample(generator=g)
        return x

    def one_shot() -> torch.Tensor:
        return marginal(schedule, x0, 100).sample(generator=g)

    compare("100 steps / one shot", loop, one_shot, 1)


if __name__ == "__main__":
    main()
