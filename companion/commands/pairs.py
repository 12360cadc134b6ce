"""Images and what an autoencoder makes of them: each pair, its figures, and both on one sheet."""

from collections.abc import Callable, Iterator, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from companion.autoencoder import Autoencoder, Latent
from companion.commands.saved import read_autoencoder
from companion.commands.words import say
from companion.data import picture, picture_size
from companion.evaluation import psnr
from companion.tasks import AutoencoderRecipe
from companion.training import best_device

LONGEST = 512  # pixels of a side: a larger image is made smaller first
_BATCH = 50


def rebuilt(run: str, paths: Sequence[str], tiled: bool) -> Tensor:
    """Each image beside its reconstruction, (N, C, H, W); says how well it came back.

    Args:
        run: a saved run, or weights of the course.
        paths: of the images.
        tiled: whether in tiles of the size that it has learned from.

    Raises:
        ValueError: for what is no autoencoder and for what is no image, before any is rebuilt.
    """
    model, _ = read_autoencoder(run)
    network, recipe = model.network, model.recipe
    network.to(best_device())
    originals = [_fitting(path, recipe.data.channels, recipe.network.f) for path in paths]
    pairs = []
    for path, x in zip(paths, originals, strict=True):
        side = recipe.data.size if tiled else max(x.shape)
        again, z, codes = _in_tiles(network, x[None], side)
        say(f"{path}: PSNR {psnr(x[None], again).item():.2f} dB")
        for line in _sizes(x, z, codes, recipe):
            say(f"{path}: {line}")
        pairs.append(_pair(x, again[0].clamp(-1, 1)))
    return _one_size(pairs)


@torch.no_grad()
def through(network: Autoencoder, x: Tensor) -> tuple[Tensor, Latent]:
    """Reconstructions, (N, C, H, W), and latents of all images, on the CPU.

    Args:
        network: an autoencoder, wherever it is.
        x: (N, C, H, W), asked in batches.
    """
    device = network.decoder.last_weight.device
    found = [network(part.to(device)) for part in x.split(_BATCH)]
    again, latents = zip(*found, strict=True)
    z, loss = (torch.cat([getattr(one, part).cpu() for one in latents]) for part in ("z", "loss"))
    info = {  # but for the figures of a whole batch
        name: torch.cat([one.info[name].cpu() for one in latents])
        for name, value in latents[0].info.items()
        if value.ndim
    }
    return torch.cat([one.cpu() for one in again]), Latent(z, loss, info)


def _in_tiles(network: Autoencoder, x: Tensor, side: int) -> tuple[Tensor, Tensor, Tensor | None]:
    """One image, cut into tiles of about one size, at most `side`, and put together.

    Args:
        network: an autoencoder.
        x: (1, C, H, W).
        side: of a tile.

    Returns:
        The reconstruction, z, and the codes where there are any.
    """
    rows = x.split(_parts(x.shape[2], side, network.f), dim=2)
    across = _parts(x.shape[3], side, network.f)
    found = [[through(network, tile) for tile in r.split(across, dim=3)] for r in rows]

    def joined(part: Callable[[Tensor, Latent], Tensor]) -> Tensor:
        in_rows = [torch.cat([part(*one) for one in row], dim=-1) for row in found]
        return torch.cat(in_rows, dim=-2)

    has_codes = "indices" in found[0][0][1].info
    return (
        joined(lambda again, latent: again),
        joined(lambda again, latent: latent.z),
        joined(lambda again, latent: latent.info["indices"]) if has_codes else None,
    )


def _parts(length: int, side: int, f: int) -> list[int]:
    """A length in parts of at most `side`, multiples of f that differ by one at most."""
    count = -(-length // side)
    each, left = divmod(length // f, count)
    return [f * (each + (n < left)) for n in range(count)]


def _fitting(path: str, channels: int, f: int) -> Tensor:
    """The image, made smaller if it is large, cropped to multiples of f; says what."""
    H, W = picture_size(path)
    x = picture(path, channels, longest=LONGEST)
    if max(H, W) > LONGEST:
        say(f"{path}: {W} by {H} pixels made {x.shape[2]} by {x.shape[1]}")
    H, W = x.shape[1:]
    if min(H, W) < f:
        raise ValueError(
            f"{path}: got {W} by {H} pixels, expected at least {f} by {f}: "
            "so many become one latent vector"
        )
    h, w = H - H % f, W - W % f
    if (h, w) != (H, W):
        say(f"{path}: cropped to {w} by {h} pixels, multiples of f = {f}")
    top, left = (H - h) // 2, (W - w) // 2
    return x[:, top : top + h, left : left + w]  # (C, h, w)


def _sizes(x: Tensor, z: Tensor, codes: Tensor | None, recipe: AutoencoderRecipe) -> Iterator[str]:
    """The size of the latent beside that of the image, in words."""
    yield (
        f"{_shape(x)} numbers became {_shape(z[0])} = {z.numel()}, "
        f"{x.numel() / z.numel():.1f} times fewer"
    )
    if codes is not None:
        each = (recipe.bottleneck.num_codes - 1).bit_length()
        yield (
            f"{len(codes.unique())} of {recipe.bottleneck.num_codes} codes used; "
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
