"""What each term of the autoencoder's loss buys, with both bottlenecks.

Run as `.venv/bin/python bench/ablation.py [--bottleneck kl|vq]`: 2000 steps, three seeds,
half an hour a bottleneck. With `--shipped`: the recipes of the shipped weights at their
full length, one seed, another half hour. 32 by 32 crops; measured on 400 crops of two
photographs that are held out whole. The perceptual and the Frechet distance are asked of a
second feature network, which no loss has seen.
"""

import argparse
from functools import partial
from statistics import mean

import torch

from companion.autoencoder.features import perceptual
from companion.data import photo_crops
from companion.evaluation import reconstruction
from companion.tasks import (
    ADVERSARIAL,
    DISC_LR_FACTOR,
    PERCEPTUAL,
    RECIPES,
    evaluation_features,
)
from companion.training import start, train

SHORT = {"steps": 2000, "disc_start": 1000, "warmup": 50, "ema_decay": 0.99}
SHIPPED = {"disc_start": 3750}  # five eighths of the 6000 steps
JUDGED = {
    "perceptual": PERCEPTUAL,
    "adversarial": ADVERSARIAL,
    "disc_lr_factor": DISC_LR_FACTOR,
}
SWITCHES = {
    "pixel": {},
    "+ perceptual": {"perceptual": PERCEPTUAL},
    "+ adversarial": JUDGED,
    "in turns": JUDGED | {"alternate_updates": True},
}


def main() -> None:
    """Print a line for each bottleneck and set of terms."""
    asked_for = argparse.ArgumentParser(description=__doc__)
    asked_for.add_argument("--bottleneck", nargs="+", default=("kl", "vq"))
    asked_for.add_argument("--terms", nargs="+", default=SWITCHES)
    asked_for.add_argument("--shipped", action="store_true")
    asked_for = asked_for.parse_args()
    length = SHIPPED if asked_for.shipped else SHORT
    seeds = (0,) if asked_for.shipped else (0, 1, 2)
    torch.set_num_threads(1)
    crops = photo_crops(32, 8000 if asked_for.shipped else 4000, 400)
    judge = evaluation_features()
    for bottleneck in asked_for.bottleneck:
        for name in asked_for.terms:
            found = []
            for seed in seeds:
                recipe = RECIPES[f"photos-{bottleneck}"].override(
                    **length,
                    seed=seed,
                    **SWITCHES[name],
                )
                run = start(recipe)
                for _ in train(run, crops.train):
                    pass
                with torch.no_grad():
                    again, _ = run.ema_model(crops.held_out)
                found.append(
                    reconstruction(crops.held_out, again, partial(perceptual, judge), judge.pooled)
                )
            figures = [
                (f"{name}", [getattr(one, name) for one in found])
                for name in ("psnr", "ssim", "perceptual", "frechet")
            ]
            shown = "  ".join(
                f"{label} {mean(v):.3f} ({', '.join(f'{x:.3f}' for x in v)})"
                for label, v in figures
            )
            print(f"{bottleneck} {name:14s} {shown}", flush=True)


if __name__ == "__main__":
    main()
