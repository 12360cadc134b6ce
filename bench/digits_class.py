"""Digits by class: how often the classifier agrees, and how far the digits are from real ones.

Run as `.venv/bin/python bench/digits_class.py [COUNT]`, about a quarter of an hour of one core:
2000 digits of `digits-class`, as many of each class, by 100 ancestral steps with guesses cut off,
with three seeds; beside it the same network told nothing, and `digits-v`, which is told nothing.
"""

import sys

import torch

from companion.data import digits
from companion.evaluation import digit_classifier, frechet_distance
from companion.evaluation.quality import spread
from companion.tasks import sample, shipped

SCALES = 1.0, 1.5, 2.0, 3.0
SEEDS = 3


def main(count: int = 2000) -> None:
    """Print a line for each model and scale."""
    torch.set_num_threads(1)
    judge, classes = digit_classifier(), torch.arange(count) % 10
    real = judge.features(digits().held_out.images)
    told = shipped("digits-class")
    asked = [("digits-class", told, classes, scale) for scale in SCALES]
    asked += [("digits-class, told nothing", told, None, 1.0)]
    asked += [("digits-v", shipped("digits-v"), None, 1.0)]
    for name, model, cond, scale in asked:
        right, far = [], []
        for seed in range(SEEDS):
            g = torch.Generator().manual_seed(seed)
            x = sample(model, count, cond, scale=scale, clip=True, generator=g).clamp(-1, 1)
            far.append(frechet_distance(judge.features(x), real))
            if cond is not None:
                agrees = judge(x).argmax(dim=1) == cond
                right.append(100 * agrees.float().mean().item())
        shown = f", the classifier agrees with {spread(right)} %" if right else ""
        print(f"{name}, scale {scale}: Frechet distance {spread(far)}{shown}", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
