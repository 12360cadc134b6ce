"""The shipped autoencoders on ten draws of 400 crops of the photographs held out whole.

Run as `.venv/bin/python bench/held_out.py`; a minute or two on one core.
One draw of crops may have more of the scaffold behind the rocket than another, and each
figure moves with it, the number of codes in use most of all. Perceptual and Frechet distance
by `evaluation_features`, which no loss has asked.
"""

from dataclasses import asdict
from functools import partial
from statistics import mean, stdev

import torch
from torch import Tensor

from companion.autoencoder.features import perceptual
from companion.data import photo_crops
from companion.evaluation import (
    codebook_use,
    latent_statistics,
    reconstruction,
    scale_factor,
)
from companion.tasks import evaluation_features, shipped

SEEDS = range(1, 11)
NAMES = "photos-kl", "photos-kl-gan", "photos-vq", "photos-vq-gan"


def main() -> None:
    """Print for each of the four every figure: mean and standard deviation over draws."""
    torch.set_num_threads(1)
    judge = evaluation_features()
    draws = [photo_crops(32, 1, 400, seed=seed).held_out for seed in SEEDS]
    learned = photo_crops(32, 2000, 1, seed=1).train
    for name in NAMES:
        network, recipe = shipped(name)
        with torch.no_grad():
            factor = scale_factor(network.encode(learned).z)
        rows = []
        for crops in draws:
            with torch.no_grad():
                again, latent = network(crops)
            row = asdict(reconstruction(crops, again, partial(perceptual, judge), judge.pooled))
            del row["count"]
            row |= {"scaled deviation": factor * latent.z.std().item()}
            if recipe.bottleneck == "vq":
                use = codebook_use(latent.info["indices"], recipe.bottleneck.num_codes)
                row |= {"share of codes": use.share, "perplexity": use.perplexity}
            else:
                found = latent_statistics(latent.z, latent.info["kl"])
                row |= each_channel("mean", found.mean)
                row |= each_channel("deviation", found.std)
                row |= each_channel("like a normal", found.normal)
                row |= each_channel("nats a number", found.kl)
            rows.append(row)
        print(name)
        for title in rows[0]:
            column = [row[title] for row in rows]
            print(f"    {title:28s}{mean(column):8.3f} ± {stdev(column):.3f}", flush=True)


def each_channel(title: str, values: Tensor) -> dict[str, float]:
    """A figure of each channel of the latent, by name."""
    return {f"{title}, channel {n}": v.item() for n, v in enumerate(values)}


if __name__ == "__main__":
    main()
