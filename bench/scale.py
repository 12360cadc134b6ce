"""How far the scale factor of a latent carries: parts of photographs kept back, and wholes.

Run as `.venv/bin/python bench/scale.py`; a quarter of an hour on one core.
The eight photographs in colour are cut into blocks of 64 by 64 pixels. A block gives five
crops of 32 by 32: its quarters, and itself at half the size. Once each fifth of the blocks of
every photograph is kept back in turn, and once each photograph as a whole. The recipe of
photos-kl learns from what is left, 1500 steps, and so the scale factor is taken; then the
standard deviation of the scaled latents of what was kept back is measured. Every photograph
counts as much as another, whatever its size.
"""

from statistics import mean, stdev

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from companion.data import photo
from companion.evaluation import scale_factor
from companion.tasks import RECIPES
from companion.training import start, train

NAMES = (
    *("astronaut", "chelsea", "china", "coffee"),
    *("flower", "hubble_deep_field", "motorcycle", "rocket"),
)
PARTS = 5
RECIPE = RECIPES["photos-kl"].override(steps=1500, ema_decay=0.99)


def blocks(name: str, generator: torch.Generator) -> Tensor:
    """A photograph's blocks in random order, five crops each: (N, 5, 3, 32, 32)."""
    image = photo(name)
    squares = image.unfold(1, 64, 64).unfold(2, 64, 64)  # (3, rows, columns, 64, 64)
    squares = squares.permute(1, 2, 0, 3, 4).flatten(0, 1)  # (N, 3, 64, 64)
    quarters = squares.unfold(2, 32, 32).unfold(3, 32, 32)  # (N, 3, 2, 2, 32, 32)
    quarters = quarters.permute(0, 2, 3, 1, 4, 5).flatten(1, 2)  # (N, 4, 3, 32, 32)
    crops = torch.cat([quarters, avg_pool2d(squares, 2)[:, None]], dim=1)
    return crops[torch.randperm(len(crops), generator=generator)]


def evenly(crops: list[Tensor], count: int, generator: torch.Generator) -> Tensor:
    """So many crops of each photograph, drawn with replacement: (count N, 3, 32, 32)."""
    drawn = [
        each.flatten(0, 1)[torch.randint(5 * len(each), (count,), generator=generator)]
        for each in crops
    ]
    return torch.cat(drawn)


def scaled(learned: list[Tensor], kept: list[Tensor]) -> tuple[float, float]:
    """The deviation of the scaled latents of what was kept back, and of its pixels.

    The pixels' is given as a multiple of that of what was learned from.
    """
    g = torch.Generator().manual_seed(1)
    seen, back = evenly(learned, 1000, g), evenly(kept, 1000, g)
    run = start(RECIPE)
    for _ in train(run, seen):
        pass
    encode = run.ema_model.eval().encode
    with torch.no_grad():
        z, of_kept = encode(seen).z, encode(back).z
    return scale_factor(z) * of_kept.std().item(), (back.std() / seen.std()).item()


def main() -> None:
    """Print a line for each part that is kept back, and a summary of either kind."""
    torch.set_num_threads(1)
    g = torch.Generator().manual_seed(0)
    cut = {name: blocks(name, g) for name in NAMES}
    found = []
    for part in range(PARTS):
        here = {name: torch.arange(len(each)) % PARTS == part for name, each in cut.items()}
        found.append(
            scaled(
                [cut[name][~here[name]] for name in NAMES],
                [cut[name][here[name]] for name in NAMES],
            )
        )
        print(f"part {part + 1} of the blocks  {found[-1][0]:.3f}  {found[-1][1]:.3f}")
    whole = []
    for name in NAMES:
        others = [cut[other] for other in NAMES if other != name]
        whole.append(scaled(others, [cut[name]]))
        print(f"{name:20s}  {whole[-1][0]:.3f}  {whole[-1][1]:.3f}", flush=True)
    for kind, rows in {"parts": found, "photographs": whole}.items():
        std = [row[0] for row in rows]
        print(f"{kind}: {mean(std):.3f} ± {stdev(std):.3f}")


if __name__ == "__main__":
    main()
