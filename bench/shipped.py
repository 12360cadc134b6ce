"""How good the samples of the shipped weights are, and how near to the training digits.

Run as `.venv/bin/python bench/shipped.py`; twenty minutes of one thread.

The Frechet distance of a finite sample is too large, by about one over its size: so there
is one for each seed's 2000 samples, and one for the 6000 of all seeds together. Samples are
nearer to the training digits than held-out digits are for two reasons, that they are
remembered and that they are more alike than real digits. Only the first one makes a
difference between as many seen as unseen digits, and that is the last figure.
"""

from statistics import mean

import torch
from torch import Tensor

from companion.data import digits
from companion.diffusion import ancestral, ddim, dpm_solver, sample, trailing
from companion.evaluation import digit_quality, nearest_distance, spread
from companion.tasks import shipped

SAMPLERS = {
    "ancestral, 100 calls": (ancestral, 100),
    "DDIM, eta 1/2, 100": (ddim(0.5), 100),
    "DPM++, 20": (dpm_solver, 20),
}
SEEN, UNSEEN = (part.images for part in digits())


def to_seen_and_unseen(samples: Tensor) -> tuple[float, float]:
    """The mean distance to the nearest of 359 seen digits, and of 359 unseen ones."""
    g = torch.Generator().manual_seed(0)
    orders = [torch.randperm(len(SEEN), generator=g)[: len(UNSEEN)] for _ in range(10)]
    seen = [nearest_distance(samples, SEEN[order]).mean().item() for order in orders]
    return mean(seen), nearest_distance(samples, UNSEEN).mean().item()


def main() -> None:
    """Print a line for each network and sampler."""
    torch.set_num_threads(1)
    apart = torch.cdist(UNSEEN.flatten(1), UNSEEN.flatten(1)).fill_diagonal_(torch.inf)
    print(f"unseen digits to each other {apart.amin(dim=1).mean():.2f}", flush=True)
    for name in ("digits-v", "digits-eps", "digits-x0"):
        model = shipped(name)
        recipe = model.recipe
        ask = model.denoiser(clip=True)
        for sampler, (step, calls) in SAMPLERS.items():
            samples = []
            for seed in range(3):
                g = torch.Generator().manual_seed(seed)
                noise = torch.randn(2000, 1, 8, 8, generator=g)
                times = trailing(recipe.T, calls)
                x0 = sample(ask, recipe.schedule, noise, times, step, generator=g)
                samples.append(x0.clamp(-1, 1))
            found = [digit_quality(x0) for x0 in samples]
            seen, unseen = zip(*map(to_seen_and_unseen, samples), strict=True)
            nearer = [far - near for near, far in zip(seen, unseen, strict=True)]
            together = digit_quality(torch.cat(samples))
            print(
                f"{name:10s} {sampler:21s} {spread([q.frechet for q in found])}, "
                f"{together.frechet:.2f} of {together.count}; floor {together.floor:.2f}; "
                f"nearest {spread([q.nearest for q in found])}, held out "
                f"{together.nearest_held_out:.2f}; to unseen {spread(unseen)}, "
                f"nearer to seen by {spread(nearer)}",
                flush=True,
            )


if __name__ == "__main__":
    main()
