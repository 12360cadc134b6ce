"""A minute of one thread: our UNet against diffusers', on the digits, three seeds.

Run as `.venv/bin/python bench/peers.py [seconds] [seed ...]`; a quarter of an hour. Both are given
the cosine schedule, v, AdamW, averaged weights and a decaying rate, and as many steps as
the seconds buy, measured at the start. Both sample with our 100 ancestral steps, and are
judged by 2000 samples against the held-out digits.
"""

import sys
from time import process_time

import torch
from diffusers import UNet2DModel
from torch import Tensor, nn

from companion.data import digits
from companion.diffusion import V, ancestral, cosine, sample, trailing
from companion.evaluation import digit_quality, spread
from companion.networks import UNet, denoiser
from companion.tasks import DiffusionRecipe
from companion.training import Session, start, train

COUNT = 2000


class Peer(nn.Module):
    """diffusers' network, of the baselines: two levels, 32 and 64 channels."""

    def __init__(self) -> None:
        super().__init__()
        self.network = UNet2DModel(
            sample_size=8,
            in_channels=1,
            out_channels=1,
            layers_per_block=1,
            block_out_channels=(32, 64),
            down_block_types=("DownBlock2D", "DownBlock2D"),
            up_block_types=("UpBlock2D", "UpBlock2D"),
            norm_num_groups=8,
        )

    def forward(self, xt: Tensor, t: Tensor) -> Tensor:
        return self.network(xt, t - 1).sample  # its times begin at 0


def run_of(kind: type[nn.Module], recipe: DiffusionRecipe) -> Session:
    """A session of our loop with a network of this kind."""
    torch.manual_seed(recipe.seed)
    return start(recipe, network=kind())


def seconds_a_step(kind: type[nn.Module], images: Tensor) -> float:
    run, begun = run_of(kind, DiffusionRecipe().override(steps=40)), 0.0
    for progress in train(run, images):
        if progress.step == 10:
            begun = process_time()
    return (process_time() - begun) / 30


def main() -> None:
    torch.set_num_threads(1)
    budget = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    seeds = [int(word) for word in sys.argv[2:]] or [0, 1, 2]
    images, schedule = digits().train.images, cosine(1000)
    for name, kind in {"ours": UNet, "diffusers": Peer}.items():
        each = seconds_a_step(kind, images)
        weights = sum(p.numel() for p in kind().parameters())
        recipe = DiffusionRecipe().override(steps=round(budget / each), lr=4e-3, ema_decay=0.995)
        print(f"{name}: {weights} weights, {1000 * each:.1f} ms a step, {recipe.steps}")
        found = []
        for seed in seeds:
            run = run_of(kind, recipe.override(seed=seed))
            for _ in train(run, images):
                pass
            ask, g = denoiser(run.ema_model, schedule, V), torch.Generator()
            noise = torch.randn(COUNT, 1, 8, 8, generator=g.manual_seed(seed))
            begun = process_time()
            times = trailing(1000, 100)
            x0 = sample(ask, schedule, noise, times, ancestral, generator=g)
            took = process_time() - begun
            found.append(digit_quality(x0).frechet)
            print(f"  seed {seed}: {found[-1]:.2f}, {1000 * took / COUNT:.1f} ms a sample")
        floor = digit_quality(images).floor
        print(f"  {spread(found)}, floor {floor:.2f}", flush=True)


if __name__ == "__main__":
    main()
