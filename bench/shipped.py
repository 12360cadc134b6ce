"""How good the samples of the shipped weights are, and how near to the training digits.

Run as `.venv/bin/python bench/shipped.py`; a quarter of an hour of one thread.
"""

import torch

from companion.diffusion import ancestral, dpm_solver, evenly_spaced, sample
from companion.evaluation import digit_quality, spread
from companion.networks import denoiser
from companion.training import shipped

SAMPLERS = {"ancestral, 100 calls": (ancestral, 100), "DPM++, 20": (dpm_solver, 20)}


def main() -> None:
    torch.set_num_threads(1)
    for name in ("digits-v", "digits-eps", "digits-x0"):
        network, recipe = shipped(name)
        ask = denoiser(network, recipe.schedule, recipe.asked, clip=True)
        for sampler, (step, calls) in SAMPLERS.items():
            found = []
            for seed in range(3):
                g = torch.Generator().manual_seed(seed)
                noise = torch.randn(2000, 1, 8, 8, generator=g)
                times = evenly_spaced(recipe.T, calls)
                x0 = sample(ask, recipe.schedule, noise, times, step, generator=g)
                found.append(digit_quality(x0))
            one = found[0]
            print(
                f"{name:10s} {sampler:21s} {spread([q.frechet for q in found])} floor "
                f"{one.floor:.2f}, nearest {spread([q.nearest for q in found])} "
                f"held out {one.nearest_held_out:.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
