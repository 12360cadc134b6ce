"""Noise, clean data or velocity on one budget: three seeds each, one thread.

Run as `.venv/bin/python bench/targets.py`; about a quarter of an hour. Frechet distance
of 1000 samples to the held-out digits, guesses cut off at the range of pixels.
"""

import torch

from companion.data import digits
from companion.diffusion import ancestral, dpm_solver, sample, trailing
from companion.evaluation import digit_quality, spread
from companion.networks import denoiser
from companion.tasks import RECIPES
from companion.training import start, train

STEPS, SEEDS, COUNT = 1500, (0, 1, 2), 1000
SAMPLERS = {"ancestral, 100 calls": (ancestral, 100), "DPM++, 20": (dpm_solver, 20)}


def main() -> None:
    torch.set_num_threads(1)
    images = digits().train.images
    for asks in ("eps", "x0", "v"):
        found = {name: [] for name in SAMPLERS}
        for seed in SEEDS:
            recipe = RECIPES[f"digits-{asks}"].override(steps=STEPS, seed=seed)
            run = start(recipe)
            for _ in train(run, images):
                pass
            ask = denoiser(run.ema_model, recipe.schedule, recipe.parameterization, clip=True)
            for name, (step, calls) in SAMPLERS.items():
                g = torch.Generator().manual_seed(seed)
                noise = torch.randn(COUNT, 1, 8, 8, generator=g)
                times = trailing(recipe.T, calls)
                x0 = sample(ask, recipe.schedule, noise, times, step, generator=g)
                found[name].append(digit_quality(x0))
        for name, each in found.items():
            values = [one.frechet for one in each]
            listed = " ".join(f"{value:.2f}" for value in values)
            print(f"{asks:4s} {name:22s} {listed}   {spread(values)}", flush=True)
    print(f"floor {each[0].floor:.2f}, {COUNT} samples, {STEPS} steps")


if __name__ == "__main__":
    main()
