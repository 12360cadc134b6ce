"""A minute of one thread: our autoencoder and diffusers' `AutoencoderKL`, f = 4, 4 channels.

Run as `.venv/bin/python bench/autoencoders.py`; a quarter of an hour on a quiet machine.
Both get the same loss, bottleneck, optimiser, averaging and crops, and as many steps as 60
seconds of processor time buy, three seeds each. diffusers' network is tried at two rates
with the first seed and keeps its best one.

Two sets of crops of 32 by 32: those of the course, with two photographs held out whole; and
crops of china and flower at full size, with the right fifth of each held out. There the
colours that are held out have been seen, and nobody's crops are recoloured. An
argument, `whole` or `fifths`, asks for one of the two.
"""

import sys
from dataclasses import replace
from statistics import mean, stdev
from time import process_time

import torch
from diffusers import AutoencoderKL
from torch import Tensor, nn

from companion.autoencoder import KL, Autoencoder
from companion.data import Crops, photo, photo_crops
from companion.evaluation import reconstruction
from companion.tasks import RECIPES, AutoencoderRecipe
from companion.training import Session, start, train

SECONDS, SEEDS = 60, (0, 1, 2)
OURS = RECIPES["photos-kl"].override(warmup=50, ema_decay=0.99)
RATES = (2e-3, 4e-3)  # diffusers' network is tried at


class PeerEncoder(nn.Module):
    """diffusers' encoder, up to the moments that a KL bottleneck asks for."""

    f, channels, latent = 4, 3, 8

    def __init__(self, peer: AutoencoderKL) -> None:
        super().__init__()
        self.encoder, self.last = peer.encoder, peer.quant_conv

    def forward(self, x: Tensor) -> Tensor:
        """x: (B, 3, H, W).   Returns (B, 8, H / 4, W / 4)."""
        return self.last(self.encoder(x))


class PeerDecoder(nn.Module):
    """diffusers' decoder, from a latent on."""

    f, channels, latent = 4, 3, 4

    def __init__(self, peer: AutoencoderKL) -> None:
        super().__init__()
        self.first, self.decoder = peer.post_quant_conv, peer.decoder
        self.last_weight = self.decoder.conv_out.weight

    def forward(self, z: Tensor) -> Tensor:
        """z: (B, 4, h, w).   Returns (B, 3, 4 h, 4 w)."""
        return self.decoder(self.first(z))


def ours(recipe: AutoencoderRecipe) -> Session:
    """A run of the course's network."""
    return start(recipe)


def theirs(recipe: AutoencoderRecipe) -> Session:
    """The same run with diffusers' network, of the baselines' size, in its place."""
    torch.manual_seed(recipe.seed)
    peer = AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 3,
        up_block_types=("UpDecoderBlock2D",) * 3,
        block_out_channels=(32, 64, 64),
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=8,
    )
    network = Autoencoder(PeerEncoder(peer), KL(4), PeerDecoder(peer))
    return start(recipe, network=network)


def full_size(count: int, held_out: int, seed: int = 0) -> Crops:
    """Crops of china and flower at full size, the right fifth of each held out."""
    g = torch.Generator().manual_seed(seed)
    pictures = photo("china"), photo("flower")
    edge = pictures[0].shape[2] * 4 // 5

    def cut(n: int, left: int, right: int) -> Tensor:
        found = []
        for i in range(n):
            image = pictures[i % 2]
            top = int(torch.randint(image.shape[1] - 31, (), generator=g))
            at = int(torch.randint(left, right - 31, (), generator=g))
            found.append(image[:, top : top + 32, at : at + 32])
        return torch.stack(found)

    return Crops(cut(count, 0, edge), cut(held_out, edge, pictures[0].shape[2]))


def milliseconds(make, recipe: AutoencoderRecipe, crops: Crops) -> float:  # noqa: ANN001
    """Of processor time a step, after five steps to warm up."""
    run = make(recipe.override(steps=25))
    for now in train(run, crops.train):
        if now.step == 5:
            begun = process_time()
    return 1000 * (process_time() - begun) / 20


def trained(make, recipe: AutoencoderRecipe, crops: Crops) -> tuple[float, float]:  # noqa: ANN001
    """PSNR over all held-out crops, and SSIM."""
    run = make(recipe)
    for _ in train(run, crops.train):
        pass
    with torch.no_grad():
        again, _ = run.ema_model.eval()(crops.held_out)
    found = reconstruction(crops.held_out, again)
    return found.psnr, found.ssim


def main() -> None:
    """Print a line for each network and set of crops."""
    torch.set_num_threads(1)
    sets = {
        "whole": (photo_crops(32, 4000, 400), OURS),
        "fifths": (full_size(4000, 400), OURS.override(channel_shuffle=False)),
    }
    for name in sys.argv[1:] or sets:
        crops, common = sets[name]
        for who, make in {"ours": ours, "diffusers": theirs}.items():
            took = milliseconds(make, common, crops)
            recipe = replace(common, steps=int(1000 * SECONDS / took))
            if make is theirs:
                tried = {rate: trained(make, recipe.override(lr=rate), crops) for rate in RATES}
                print(f"    rates {tried}", flush=True)
                recipe = recipe.override(lr=max(tried, key=tried.get))
            found = [tried[recipe.optimizer.lr]] if make is theirs else []
            found += [
                trained(make, recipe.override(seed=seed), crops) for seed in SEEDS[len(found) :]
            ]
            psnr = [one[0] for one in found]
            size = sum(p.numel() for p in make(recipe).network.parameters())
            print(
                f"{name:6s} {who:10s} {size} weights, {took:.0f} ms a step, "
                f"{recipe.steps} steps, rate {recipe.optimizer.lr}: PSNR "
                f"{', '.join(f'{p:.2f}' for p in psnr)}: {mean(psnr):.2f} ± "
                f"{stdev(psnr):.2f} dB, SSIM {mean(one[1] for one in found):.3f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
