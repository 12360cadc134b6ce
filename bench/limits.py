"""How well four numbers for 4 by 4 pixels can do on right fifths of china and flower.

Run as `.venv/bin/python bench/limits.py`; a quarter of an hour on one core. The crops are those
of bench/autoencoders.py: both photographs at full size, the right fifth of each held out.
First the best that is linear: the principal components of squares of 4 by 4 pixels, found on
the training crops. Then the recipes of the shipped weights, and a larger network for longer.
"""

import torch
from autoencoders import full_size
from torch import Tensor
from torch.nn.functional import pixel_shuffle, pixel_unshuffle

from companion.data import Crops
from companion.evaluation import reconstruction
from companion.tasks import RECIPES, AutoencoderRecipe
from companion.training import start, train

KL, VQ = (RECIPES[name].override(channel_shuffle=False) for name in ("photos-kl", "photos-vq"))
TRIED = {
    "photos-kl": KL,
    "photos-vq": VQ,
    "photos-kl, 96 channels, 8000 steps": KL.override(width=96, steps=8000),
}


def linear(crops: Crops, count: int) -> Tensor:
    """The held-out crops from so many principal components of each square."""
    squares = pixel_unshuffle(crops.train, 4).movedim(1, -1).flatten(0, 2)  # (M, 48)
    mean = squares.mean(dim=0)  # (48,)
    _, axes = torch.linalg.eigh((squares - mean).T.double().cov())
    axes = axes[:, -count:].float()  # (48, count), the largest last
    of_held_out = pixel_unshuffle(crops.held_out, 4).movedim(1, -1)  # (N, 8, 8, 48)
    again = mean + (of_held_out - mean) @ axes @ axes.T
    return pixel_shuffle(again.movedim(-1, 1), 4)


def learned(crops: Crops, recipe: AutoencoderRecipe) -> Tensor:
    """The held-out crops from an autoencoder that has learned from the others."""
    run = start(recipe)
    for _ in train(run, crops.train):
        pass
    with torch.no_grad():
        return run.ema_model.eval()(crops.held_out)[0]


def report(name: str, x: Tensor, again: Tensor) -> None:
    """A line: both photographs together, and each alone (the crops alternate)."""
    together, china, flower = (
        reconstruction(x[part], again[part]).psnr
        for part in (slice(None), slice(0, None, 2), slice(1, None, 2))
    )
    print(f"{name:36s} {together:.2f} dB   china {china:.2f}   flower {flower:.2f}")


def main() -> None:
    """Print a line for each way."""
    torch.set_num_threads(1)
    crops = full_size(8000, 400)
    for count in (4, 6, 8, 10, 12):
        report(f"{count} principal components", crops.held_out, linear(crops, count))
    for name, recipe in TRIED.items():
        report(name, crops.held_out, learned(crops, recipe))


if __name__ == "__main__":
    main()
