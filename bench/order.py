"""What the order of a latent buys: the KL term from nothing to much, and a diffusion in each.

Run as `.venv/bin/python bench/order.py [--seeds 0 1]`; some two minutes a line on one core.
The recipe of photos-kl learns 1500 steps, once without a KL term (a plain bottleneck) and once
for each weight. Then, of 2000 crops that were learned from and 400 of two other photographs:

- PSNR: of the held-out crops through the latent;
- shaken: the same, with noise of a tenth of the latents' deviation added before decoding;
- nats: of one image, by the KL term;
- the deviation of the latents, and how like a normal their channels are spread;
- three Frechet distances to the learned crops, by features that no loss has seen: of their
  reconstructions (what the decoder can do at best), of decoded draws from a standard normal
  over the scale factor, and of decoded samples of a small diffusion model that learned the
  scaled latents, 2000 steps.
"""

import argparse

import torch
from torch import Tensor

from companion.data import photo_crops
from companion.diffusion import dpm_solver
from companion.evaluation import frechet_distance, latent_statistics, reconstruction, scale_factor
from companion.tasks import RECIPES, DiffusionRecipe, evaluation_features, sample
from companion.tasks.data import DataConfig
from companion.tasks.recipes import with_bottleneck
from companion.training import start, train

WEIGHTS = (0.0, 1e-6, 1e-5, 1e-4, 1e-3)
SHORT = {"steps": 1500, "warmup": 50, "ema_decay": 0.99}
DIFFUSION = DiffusionRecipe(data=DataConfig("photos", size=8, channels=4)).override(
    steps=2000, lr=2e-3, warmup=100, ema_decay=0.995, batch_size=32
)
COUNT = 1000  # images of each Frechet distance


def main() -> None:
    """Print a line for each weight and seed."""
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--seeds", type=int, nargs="+", default=(0, 1))
    told.add_argument("--weights", type=float, nargs="+", default=WEIGHTS)
    told = told.parse_args()
    torch.set_num_threads(1)
    crops = photo_crops(32, 2000, 400)
    features = evaluation_features()

    def pooled(images: Tensor) -> Tensor:
        with torch.no_grad():
            return features.pooled(images.clamp(-1, 1))

    real = pooled(crops.train)
    print(f"held-out crops against learned ones: {frechet_distance(pooled(crops.held_out), real)}")
    for seed in told.seeds:
        for weight in told.weights:
            recipe = RECIPES["photos-kl"].override(**SHORT, seed=seed)
            recipe = (
                recipe.override(regulariser=weight) if weight else with_bottleneck(recipe, "plain")
            )
            run = start(recipe)
            for _ in train(run, crops.train):
                pass
            network = run.ema_model.eval()
            with torch.no_grad():
                recon, latent = network(crops.held_out)
                learned = network.encode(crops.train).z
            factor = scale_factor(learned)
            g = torch.Generator().manual_seed(seed)
            shaken = latent.z + 0.1 / factor * torch.randn(latent.z.shape, generator=g)
            normal = torch.randn(COUNT, *latent.z.shape[1:], generator=g)
            diffused = start(DIFFUSION.override(seed=seed))
            for _ in train(diffused, factor * learned):
                pass
            drawn = sample(diffused, COUNT, steps=25, sampler=dpm_solver, generator=g)
            with torch.no_grad():
                sets = {
                    "recon": network.decode(learned[:COUNT]),
                    "normal": network.decode(normal / factor),
                    "diffusion": network.decode(drawn / factor),
                }
                shaken = network.decode(shaken)
            told_of = latent_statistics(learned)
            row = {
                "PSNR": reconstruction(crops.held_out, recon).psnr,
                "shaken": reconstruction(crops.held_out, shaken).psnr,
                "nats": latent.loss.mean().item() if weight else float("nan"),
                "std": 1 / factor,
                "like a normal": told_of.normal.mean().item(),
            }
            row |= {name: frechet_distance(pooled(x), real) for name, x in sets.items()}
            shown = "  ".join(f"{name} {value:.3f}" for name, value in row.items())
            print(f"weight {weight:g}  seed {seed}  {shown}", flush=True)


if __name__ == "__main__":
    main()
