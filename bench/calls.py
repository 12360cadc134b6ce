"""Quality against network calls: three samplers on the shipped weights, three seeds.

Run as `.venv/bin/python bench/calls.py`; ten minutes of one thread. Frechet distance of
1000 samples to the held-out digits, guesses cut off at the range of pixels.
"""

import torch

from companion.diffusion import ancestral, ddim, dpm_solver, sample, trailing
from companion.evaluation import digit_quality, spread
from companion.tasks import shipped

CALLS = (1, 2, 5, 10, 20, 50, 100)
SAMPLERS = {"ancestral": ancestral, "DDIM": ddim(), "DPM-Solver++(2M)": dpm_solver}


def main() -> None:
    torch.set_num_threads(1)
    model = shipped("digits-v")
    recipe = model.recipe
    ask = model.denoiser(clip=True)
    for name, step in SAMPLERS.items():
        for calls in CALLS:
            found = []
            for seed in range(3):
                g = torch.Generator().manual_seed(seed)
                noise = torch.randn(1000, 1, 8, 8, generator=g)
                times = trailing(recipe.T, calls)
                x0 = sample(ask, recipe.schedule, noise, times, step, generator=g)
                found.append(digit_quality(x0).frechet)
            print(f"{name:17s} {calls:4d} calls  {spread(found)}", flush=True)


if __name__ == "__main__":
    main()
