"""How often the court is wrong, where it is known what is drawn.

Run as `.venv/bin/python bench/court.py [AUTOENCODER]`; a minute on one core. 2000 drawn scenes
with a seed that nothing was tuned on: as they are, with what may happen to them in a network,
and, where an autoencoder is named (scenes-kl, or a saved run), encoded and decoded. Then
pictures that are no scenes, and how many of them are read as such.
"""

import sys
import time
from collections import Counter

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, interpolate

from companion.data import caption, scenes
from companion.evaluation import obedience, psnr, read_scenes
from companion.evaluation.obedience import rates
from companion.tasks.models import latents

SEED, COUNT = 2026, 2000
SIDES = 16, 24, 48, 64


def main(path: str | None = None) -> None:
    """Print a line for each kind of picture."""
    torch.set_num_threads(1)
    data = scenes(COUNT, 32, SEED)
    texts = [caption(scene) for scene in data.scenes]
    g = torch.Generator().manual_seed(0)
    x, noise = data.images, torch.randn(data.images.shape, generator=g)
    row("as drawn", x, texts)
    row("blurred, 3 by 3", blurred(x, 3), texts)
    row("blurred, 5 by 5", blurred(x, 5), texts)
    row("noise of 0.1", x + 0.1 * noise, texts)
    row("noise of 0.2", x + 0.2 * noise, texts)
    row("blurred, noise of 0.1", blurred(x, 3) + 0.1 * noise, texts)
    row("contrast of 0.9", 0.9 * x, texts)
    for side in SIDES:
        some = scenes(COUNT // 4, side, SEED).images
        row(f"{side} pixels", some, texts[: len(some)])
    if path:
        network = latents(path, 1.0).autoencoder
        with torch.no_grad():
            again = torch.cat([network.decode(network.encode(b).z) for b in x.split(100)])
        row(f"encoded and decoded, {psnr(x, again).mean():.1f} dB", again, texts)
    unlike(x, noise)


def row(name: str, x: Tensor, texts: list[str]) -> None:
    """Print how many are read whole, each kind of word, and the time of a thousand."""
    started = time.process_time()
    found = obedience(x, texts)
    seconds = (time.process_time() - started) * 1000 / len(x)
    shares = " ".join(f"{name} {100 * share:.2f}" for name, share in rates(found).items())
    unread = sum(not one.reading.is_scene for one in found)
    print(f"{name:30s} {shares}   no scene {unread}   {seconds:.1f} s", flush=True)
    confused = Counter((w.expected, w.seen) for o in found for w in o.words if not w.kept)
    print(" " * 30, confused.most_common(5))


def unlike(x: Tensor, noise: Tensor) -> None:
    """Print how many pictures are read as scenes, of those that are none."""
    kinds = {
        "noise": noise,
        "smooth noise": interpolate(noise[:, :, :4, :4], 32, mode="bicubic"),
        "two scenes, half and half": (x + x.roll(1, 0)) / 2,
        "left half of one, right of another": torch.cat([x[..., :16], x.roll(1, 0)[..., 16:]], 3),
        "half contrast": x / 2,
        "colours exchanged": x[:, [1, 2, 0]],
        "negative": -x,
    }
    for name, pictures in kinds.items():
        read = sum(reading.is_scene for reading in read_scenes(pictures))
        print(f"{name:36s} {read} of {len(pictures)}", flush=True)


def blurred(x: Tensor, width: int) -> Tensor:
    """Each pixel is the mean of a square around it."""
    return avg_pool2d(x, width, 1, width // 2, count_include_pad=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
