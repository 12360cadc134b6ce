"""What the sample answers of two exercises say was found.

Run as `.venv/bin/python bench/answers.py`; three minutes on one core.
Exercise 1.3.5: averages of different memory beside one run of 900 steps, each sampled with 50
ancestral steps. Exercise 1.3.1.5: the shipped digits-eps with 20 calls of DPM-Solver++ from
different times, with the guesses cut off at black and white and without. The Frechet distance
of 1000 samples to the held-out digits.
"""

from collections.abc import Sequence

import torch

from companion.data import digits
from companion.diffusion import (
    EPS,
    V,
    ancestral,
    cosine,
    dpm_solver,
    sample,
    trailing,
)
from companion.diffusion.samplers import Denoiser, Sampler
from companion.evaluation import digit_quality
from companion.networks import denoiser
from companion.tasks import DiffusionRecipe, shipped
from companion.training import start, train
from companion.training.ema import averaged

SCHEDULE = cosine(1000)
KEEP = 0.0, 0.9, 0.99, 0.995, 0.999
STARTS = 1000, 999, 998, 997, 995, 990, 950


def distance(ask: Denoiser, times: Sequence[int], step: Sampler) -> float:
    """Of 1000 samples of seed 0."""
    g = torch.Generator().manual_seed(0)
    noise = torch.randn(1000, 1, 8, 8, generator=g)
    x0 = sample(ask, SCHEDULE, noise, times, step, generator=g)
    return digit_quality(x0).frechet


def main() -> None:
    """Print a line for each memory, and for each start."""
    torch.set_num_threads(1)
    run = start(DiffusionRecipe().override(steps=900))
    averages = {f"keep {keep}": (keep, averaged(run.network)) for keep in KEEP}
    for _ in train(run, digits().train.images):
        new = [*run.network.parameters()]
        with torch.no_grad():
            for keep, average in averages.values():
                torch._foreach_lerp_([*average.parameters()], new, 1 - keep)
    averages["the loop's"] = (None, run.ema_model)
    for name, (_, average) in averages.items():
        ask = denoiser(average, SCHEDULE, V)
        found = distance(ask, trailing(1000, 50), ancestral)
        print(f"{name:11s} {found:.2f}", flush=True)
    network = shipped("digits-eps").network
    for first in STARTS:
        times = trailing(first, 20)
        cut, uncut = (
            distance(denoiser(network, SCHEDULE, EPS, clip=clip), times, dpm_solver)
            for clip in (True, False)
        )
        magnified = SCHEDULE.snr[first].item() ** -0.5
        print(
            f"from {first:4d}, magnified by {magnified:6.0f}: cut {cut:.2f}, not {uncut:.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
