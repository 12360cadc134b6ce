"""How many images a figure needs: below what count does noise pass for real images?

Run as `.venv/bin/python bench/counts.py`: two minutes on a free core. For each count, 100 draws
of so many held-out images, and of as many training images, pure noise, and training images with
noise of standard deviation 0.5. Printed: the Frechet distances and the two kinds of precision,
mean over the draws, and how often what is worse came out as the better one.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from companion.data import digits, photo_crops
from companion.evaluation import (
    digit_classifier,
    frechet_distance,
    precision_recall,
    symmetric_precision_recall,
)

COUNTS, DRAWS = (10, 20, 30, 50, 100, 200), 100


def pooled(images: Tensor) -> Tensor:
    """The features of a folder's pictures: 8 by 8 means."""
    return adaptive_avg_pool2d(images, 8).flatten(1)


def look(name: str, train: Tensor, held_out: Tensor, features: Callable[[Tensor], Tensor]) -> None:
    """Print a line for each count."""
    g = torch.Generator().manual_seed(0)

    def some(images: Tensor, count: int) -> Tensor:
        return images[torch.randperm(len(images), generator=g)[:count]]

    for count in COUNTS:
        rows = []
        for _ in range(DRAWS):
            unseen, real = features(some(held_out, count)), some(train, count)
            rough = real + 0.5 * torch.randn(real.shape, generator=g)
            noise = torch.randn(real.shape, generator=g)
            sets = [features(x.clamp(-1, 1)) for x in (real, rough, noise)]
            distances = [frechet_distance(x, unseen) for x in sets]
            plain = [precision_recall(unseen, x)[0] for x in sets]
            both = [symmetric_precision_recall(unseen, x)[0] for x in sets]
            rows.append([*distances, *plain, *both])
        real, rough, noise, *_ = found = torch.tensor(rows, dtype=torch.float64).T
        _, _, _, p_real, _, p_noise, s_real, _, s_noise = found.mean(dim=1).tolist()
        print(
            f"{name:18s} {count:4d}  distance real {real.mean():.1f} ± {real.std():.1f}, "
            f"rough {rough.mean():.1f}, noise {noise.mean():.1f} ± {noise.std():.1f}; "
            f"nearer than real: rough {(rough < real).double().mean():.1%}, "
            f"noise {(noise < real).double().mean():.1%}; precision real "
            f"{p_real:.2f}, noise {p_noise:.2f}; symmetric {s_real:.2f}, {s_noise:.2f} "
            f"(wrong way round {(found[8] >= found[6]).double().mean():.1%})",
            flush=True,
        )


def main() -> None:
    """Digits in the features of the classifier, and photographs in 192 means of pixels."""
    torch.set_num_threads(1)
    train, held_out = (part.images for part in digits())
    look("digits", train, held_out, digit_classifier().features)
    crops = torch.cat([*photo_crops(32, count=1500, held_out=1500)])
    crops = crops[torch.randperm(len(crops), generator=torch.Generator().manual_seed(0))]
    look("photographs, 32", crops[:2000], crops[2000:], pooled)


if __name__ == "__main__":
    main()
