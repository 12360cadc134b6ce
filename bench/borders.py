"""Why a whole photograph comes back worse than tiles of the size that was trained on.

Run as `.venv/bin/python bench/borders.py [name of shipped weights, ...]`; half a minute.
A photograph of 256 by 256 pixels goes through as it is, in tiles of 32 by 32, and twice as
it is, but with one kind of layer working tile by tile: the group normalisations, or the
convolutions, which then see zeros around each tile. Whichever of the two brings the tiles'
PSNR back is what makes the difference.
"""

import sys
from collections.abc import Callable
from functools import partial
from unittest.mock import patch

import torch
from torch import Tensor, nn

from companion.autoencoder import Autoencoder
from companion.data import photo
from companion.evaluation import psnr
from companion.tasks import shipped

SIZE, TILE = 256, 32


def cut(x: Tensor, across: int) -> Tensor:
    """(1, C, H, W) into across^2 tiles, a batch of them."""
    rows = x.unflatten(2, (across, -1)).unflatten(4, (across, -1))
    return rows.permute(0, 2, 4, 1, 3, 5).flatten(0, 2)


def joined(tiles: Tensor, across: int) -> Tensor:
    """What `cut` has cut, in one piece."""
    rows = tiles.unflatten(0, (1, across, across)).permute(0, 3, 1, 4, 2, 5)
    return rows.flatten(4, 5).flatten(2, 3)


def in_tiles(function: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """The function of each tile, put together again."""
    across = SIZE // TILE
    return joined(function(cut(x, across)), across)


def again(network: Autoencoder, x: Tensor, tiled: type[nn.Module] | None = None) -> Tensor:
    """What comes back, one kind of layer working tile by tile."""
    if tiled is None:
        return network(x)[0]
    whole = tiled.forward

    def forward(layer: nn.Module, h: Tensor) -> Tensor:
        return in_tiles(partial(whole, layer), h)

    with patch.object(tiled, "forward", forward):
        return network(x)[0]


@torch.no_grad()
def main() -> None:
    """Print four figures for each photograph."""
    for weights in sys.argv[1:] or ("photos-kl", "photos-vq"):
        network = shipped(weights).network
        for name in ("flower", "rocket", "china"):
            x = photo(name, SIZE)[None]
            found = {
                "whole": again(network, x),
                "tiles": in_tiles(partial(again, network), x),
                "norms in tiles": again(network, x, nn.GroupNorm),
                "convolutions in tiles": again(network, x, nn.Conv2d),
            }
            shown = ", ".join(f"{how} {psnr(x, y).item():.2f}" for how, y in found.items())
            print(f"{weights} {name}: {shown} dB", flush=True)


if __name__ == "__main__":
    main()
