"""What the critic needs to buy anything: its weight, and how fast it learns.

Run as `.venv/bin/python bench/critic.py`; a quarter of an hour of one thread. The KL
autoencoder with pixel and perceptual term, 2000 steps of seed 0, the critic from step 1000
on. On 400 crops of two photographs held out whole: the figures of `bench/ablation.py`, and
the share of patches that the critic takes for what they are.
"""

from functools import partial
from statistics import mean

import torch

from companion.autoencoder import perceptual
from companion.data import photo_crops
from companion.evaluation import reconstruction
from companion.tasks import PERCEPTUAL, RECIPES, evaluation_features
from companion.training import start, train

SHORT = {"steps": 2000, "disc_start": 1000, "warmup": 50, "ema_decay": 0.99}
# The weight of the critic, and its rate as a share of the autoencoder's.
SETTINGS = ((0.1, 1.0), (0.3, 1.0), (1.0, 1.0), (0.3, 0.1), (1.0, 0.1), (0.3, 0.02))


def main() -> None:
    """Print a line for each setting."""
    torch.set_num_threads(1)
    crops, judge = photo_crops(32, 4000, 400), evaluation_features()
    for weight, rate in SETTINGS:
        recipe = RECIPES["photos-kl"].override(
            **SHORT,
            perceptual=PERCEPTUAL,
            adversarial=weight,
            disc_lr_factor=rate,
        )
        run = start(recipe)
        steps = [now.parts for now in train(run, crops.train)]
        with torch.no_grad():
            again, _ = run.ema_model(crops.held_out)
            real, fake = (
                run.networks["discriminator"](crops.held_out),
                run.networks["discriminator"](again),
            )
        found = reconstruction(crops.held_out, again, partial(perceptual, judge), judge.pooled)
        last = steps[-200:]
        print(
            f"weight {weight}, rate {rate}: PSNR {found.psnr:.2f}, SSIM {found.ssim:.3f}, "
            f"perceptual {found.perceptual:.2f}, Frechet {found.frechet:.2f}; loss of the "
            f"critic {mean(p['discriminator'] for p in last):.2f}, right on "
            f"{(real > 0).float().mean():.0%} of real and "
            f"{(fake < 0).float().mean():.0%} of reconstructed patches",
            flush=True,
        )


if __name__ == "__main__":
    main()
