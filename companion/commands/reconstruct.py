"""`reconstruct`: images through an autoencoder and back, and how well they come back."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import click
import torch
import torch.nn.functional as F
from torch import Tensor

from companion.autoencoder import (
    Autoencoder,
    AutoencoderRecipe,
    Latent,
    perceptual,
    photo_judge,
)
from companion.commands.autoencoders import read_autoencoder, seen_by_features
from companion.commands.outputs import check_picture
from companion.commands.sources import images_for
from companion.data import picture
from companion.evaluation import (
    codebook_use,
    latent_statistics,
    psnr,
    reconstruction,
    scale_factor,
)
from companion.plots import save_sheet
from companion.training import best_device

LONGEST = 512  # pixels of a side: a larger image is made smaller first
_BATCH = 50
_TRAINING = 2000  # images, for the scale factor: what the standard deviation needs


@click.command()
@click.argument("run")
@click.argument("images", metavar="IMAGE...", nargs=-1, required=True)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("reconstructed.png"),
    show_default=True,
    help="A PNG.",
)
@click.option(
    "--tiles/--whole",
    "tiled",
    default=True,
    show_default=True,
    help="In tiles of the size that RUN has learned from, or at once.",
)
def reconstruct(run: str, images: tuple[str, ...], out: Path, tiled: bool) -> None:
    """Put each IMAGE through RUN, a saved autoencoder or weights of the course.

    The PNG has each original beside its reconstruction, or above it. A side of more
    than 512 pixels is made that long, and the image is cropped in the middle to
    multiples of f; both are said. PSNR is of what is left.

    An autoencoder that has learned from small crops has never been far from an edge,
    and large images come back worse at once than in tiles: by 0.3 to 3.7 dB with the
    weights of the course (bench/borders.py).
    \f
    Raises ValueError for what is no autoencoder, for what is no image, and for a place
    where the PNG cannot be.
    """
    check_picture("--out", out, ".png", [run, *images])
    network, recipe = read_autoencoder(run)
    network.to(best_device())
    pairs = []
    for path in images:
        x = _fitting(path, picture(path, recipe.channels), recipe.f)
        side = recipe.size if tiled else max(x.shape)
        again, z, codes = _in_tiles(network, x[None], side)
        click.echo(f"{path}: PSNR {psnr(x[None], again).item():.2f} dB")
        for line in _sizes(x, z, codes, recipe):
            click.echo(f"{path}: {line}")
        pairs.append(_pair(x, again[0].clamp(-1, 1)))
    save_sheet(_one_size(pairs), out)
    click.echo(f"originals and reconstructions in {out}")


def measure(name: str) -> Iterator[str]:
    """How well a trained autoencoder gives held-out images back, in a few sentences.

    name: a saved run, or weights of the course. Of a folder with one image that one is
    measured, and it is said that it was learned from.
    Perceptual and Frechet distance are asked of `photo_judge()`, which no loss has seen.
    Raises ValueError for what is no autoencoder, and for images too few or too small.
    """
    network, recipe = read_autoencoder(name)
    images = images_for(recipe)
    held_out = images.held_out
    network.to(best_device())
    again, latent = _through(network, held_out)
    distance = features = None
    if seen_by_features(recipe) and len(held_out) > 1:
        judge = photo_judge()
        distance, features = partial(perceptual, judge), judge.pooled
    what = "the one image, also learned from" if images.alone else "held out"
    yield f"{what}: {reconstruction(held_out, again, distance, features)}"
    yield str(latent_statistics(latent.z, latent.info.get("kl")))
    if "codes" in latent.info:
        yield str(codebook_use(latent.info["codes"], recipe.codes))
    _, learned = _through(network, images.learned[:_TRAINING])
    yield f"scale factor {scale_factor(learned.z):.4f}, of training images"


@torch.no_grad()
def _through(network: Autoencoder, x: Tensor) -> tuple[Tensor, Latent]:
    """Reconstructions, (N, C, H, W), and latents of all images, on the CPU."""
    device = network.decoder.last_weight.device
    found = [network(part.to(device)) for part in x.split(_BATCH)]
    again, latents = zip(*found, strict=True)
    z, loss = (
        torch.cat([getattr(one, part).cpu() for one in latents])
        for part in ("z", "loss")
    )
    info = {  # but for the figures of a whole batch
        name: torch.cat([one.info[name].cpu() for one in latents])
        for name, value in latents[0].info.items()
        if value.ndim
    }
    return torch.cat([one.cpu() for one in again]), Latent(z, loss, info)


def _in_tiles(
    network: Autoencoder, x: Tensor, side: int
) -> tuple[Tensor, Tensor, Tensor | None]:
    """One image, cut into tiles of about one size, at most `side`, and put together.

    x: (1, C, H, W).   Returns the reconstruction, z, and the codes where there are any.
    """
    rows = x.split(_parts(x.shape[2], side, network.f), dim=2)
    across = _parts(x.shape[3], side, network.f)
    found = [[_through(network, tile) for tile in r.split(across, dim=3)] for r in rows]

    def joined(part: Callable[[Tensor, Latent], Tensor]) -> Tensor:
        in_rows = [torch.cat([part(*one) for one in row], dim=-1) for row in found]
        return torch.cat(in_rows, dim=-2)

    has_codes = "codes" in found[0][0][1].info
    return (
        joined(lambda again, latent: again),
        joined(lambda again, latent: latent.z),
        joined(lambda again, latent: latent.info["codes"]) if has_codes else None,
    )


def _parts(length: int, side: int, f: int) -> list[int]:
    """A length in parts of at most `side`, multiples of f that differ by one at most."""
    count = -(-length // side)
    each, left = divmod(length // f, count)
    return [f * (each + (n < left)) for n in range(count)]


def _fitting(path: str, x: Tensor, f: int) -> Tensor:
    """The image, made smaller if it is large, cropped to multiples of f; says what."""
    H, W = x.shape[1:]
    if max(H, W) > LONGEST:
        size = [max(round(side * LONGEST / max(H, W)), 1) for side in (H, W)]
        small = F.interpolate(x[None], size=size, mode="bilinear", antialias=True)
        x = small[0].clamp(-1, 1)
        click.echo(f"{path}: {W} by {H} pixels made {size[1]} by {size[0]}")
    H, W = x.shape[1:]
    if min(H, W) < f:
        raise ValueError(
            f"{path}: got {W} by {H} pixels, expected at least {f} by {f}: "
            "so many become one latent vector"
        )
    h, w = H - H % f, W - W % f
    if (h, w) != (H, W):
        click.echo(f"{path}: cropped to {w} by {h} pixels, multiples of f = {f}")
    top, left = (H - h) // 2, (W - w) // 2
    return x[:, top : top + h, left : left + w]  # (C, h, w)


def _sizes(
    x: Tensor, z: Tensor, codes: Tensor | None, recipe: AutoencoderRecipe
) -> Iterator[str]:
    """The size of the latent beside that of the image, in words."""
    yield (
        f"{_shape(x)} numbers became {_shape(z[0])} = {z.numel()}, "
        f"{x.numel() / z.numel():.1f} times fewer"
    )
    if codes is not None:
        each = (recipe.codes - 1).bit_length()
        yield (
            f"{len(codes.unique())} of {recipe.codes} codes used; "
            f"{codes.numel()} codes of {each} bits are {codes.numel() * each} bits, "
            f"those of the image {8 * x.numel()}"
        )


def _shape(x: Tensor) -> str:
    return " x ".join(map(str, x.shape))


def _pair(x: Tensor, again: Tensor) -> Tensor:
    """Original and reconstruction as one image: above each other if they are wide."""
    wide = x.shape[2] > x.shape[1]
    line = x.new_ones(x.shape[0], *((2, x.shape[2]) if wide else (x.shape[1], 2)))
    return torch.cat([x, line, again], dim=1 if wide else 2)


def _one_size(images: list[Tensor]) -> Tensor:
    """(N, C, H, W): the smaller ones in the corner of a white image."""
    H, W = (max(x.shape[axis] for x in images) for axis in (1, 2))
    return torch.stack(
        [F.pad(x, (0, W - x.shape[2], 0, H - x.shape[1]), value=1.0) for x in images]
    )
