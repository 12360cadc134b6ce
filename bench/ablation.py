"""What each term of the autoencoder's loss buys: one budget, both bottlenecks, two seeds.

Run as `.venv/bin/python bench/ablation.py [kl|vq]`; five minutes each. 32 by 32
crops; measured on 400 crops of two photographs that are held out whole. The perceptual
and the Frechet distance are asked of a second feature network, which no loss has seen.
"""

import sys
from dataclasses import replace
from functools import partial
from statistics import mean

import torch

from companion.autoencoder import (
    ADVERSARIAL,
    AUTOENCODER_RECIPES,
    PERCEPTUAL,
    start_autoencoder,
    train_autoencoder,
)
from companion.autoencoder.perceptual import perceptual, photo_features, photo_judge
from companion.data import photo_crops
from companion.evaluation import reconstruction

STEPS, BEGIN, SEEDS = 600, 300, (0, 1)
SWITCHES = {
    "pixel": {},
    "+ perceptual": {"perceptual": PERCEPTUAL},
    "+ adversarial": {"perceptual": PERCEPTUAL, "adversarial": ADVERSARIAL},
    "in turns": {
        "perceptual": PERCEPTUAL,
        "adversarial": ADVERSARIAL,
        "alternate": True,
    },
}


def main() -> None:
    torch.set_num_threads(1)
    crops, judge = photo_crops(32, 4000, 400), photo_judge()
    for bottleneck in sys.argv[1:] or ("kl", "vq"):
        for name, switches in SWITCHES.items():
            found = []
            for seed in SEEDS:
                recipe = replace(
                    AUTOENCODER_RECIPES[f"photos-{bottleneck}"],
                    steps=STEPS,
                    begin=BEGIN,
                    warmup=50,
                    ema=0.99,
                    seed=seed,
                    **switches,
                )
                run = start_autoencoder(recipe)
                asked = partial(perceptual, photo_features())
                features = asked if recipe.perceptual else None
                for _ in train_autoencoder(run, crops.train, features):
                    pass
                with torch.no_grad():
                    again, _ = run.average(crops.held_out)
                found.append(
                    reconstruction(
                        crops.held_out, again, partial(perceptual, judge), judge.pooled
                    )
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
