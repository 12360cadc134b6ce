"""DiT and UNet at equal processor time, the ways to tell a DiT, and the size of its patches.

Run as `.venv/bin/python bench/transformers.py FOLDER GROUP [seed ...] [--until=MINUTES]`; `--csv
FOLDER FILE` writes what is there as a table. A run that is stopped goes on from its last save, and
so does one that was to end earlier. The groups are those of `GROUPS`; all members of one train in
one process, in turns of five seconds of processor time, so that a busy machine slows all alike.
Their rate is constant after the warmup: the averaged weights after a minute are then those of a
run that ends there. Scenes are encoded before the time begins. How obedience and distances are
measured is in `bench/pixels.py`; digits are told their class, and judged by the shipped
classifier.
"""

import csv
import json
import sys
from pathlib import Path
from time import process_time

import torch
from pixels import DRAWN, TURN, Judge, Run

from companion.data import as_bytes, caption, digits, kept_back, scenes
from companion.diffusion import ddim
from companion.evaluation import digit_classifier, frechet_distance
from companion.networks import summary
from companion.tasks import RECIPES, Conditioned, DiffusionRecipe, data_for, sample
from companion.training import Session, start

HOW = {"warmup": 50, "lr_scheduler": "constant", "steps": 10**6}
SCENES = RECIPES["scenes-words"].override(batch_size=32, **HOW)
SCENES_DIT = RECIPES["scenes-dit"].override(batch_size=32, **HOW)
DIGITS = RECIPES["digits-class"].override(**HOW)
DIGITS_DIT = RECIPES["digits-dit"].override(condition_type="class", classes=10, **HOW)
WAYS = {  # of about one cost; the joint block has two streams, and so is narrower
    "in_context": 128,
    "cross_attention": 128,
    "adaln": 128,
    "adaln_zero": 128,
    "joint": 96,
}
SIZES = {"small": (32, 64, 4), "middle": (64, 96, 6), "large": (96, 144, 8)}  # UNet; DiT, blocks
OF_DIGITS = {"small": (16, 64, 4), "middle": (32, 96, 6), "large": (48, 144, 8)}


def of_sizes(
    unet: DiffusionRecipe, dit: DiffusionRecipe, sizes: dict[str, tuple[int, int, int]]
) -> dict[str, DiffusionRecipe]:
    """Both networks in such sizes, by name."""
    found = {}
    for name, (width, dim, blocks) in sizes.items():
        found[f"UNet, {name}"] = unet.override(width=width)
        found[f"DiT, {name}"] = dit.override(width=dim, blocks=blocks)
    return found


def middle(runs: dict[str, DiffusionRecipe], is_middle: bool) -> dict[str, DiffusionRecipe]:
    """Those of the middle size, or the others."""
    return {name: run for name, run in runs.items() if name.endswith("middle") is is_middle}


BY_SIZE = of_sizes(SCENES, SCENES_DIT, SIZES)
DIGITS_BY_SIZE = of_sizes(DIGITS, DIGITS_DIT, OF_DIGITS)
GROUPS: dict[str, tuple[tuple[int, ...], dict[str, DiffusionRecipe]]] = {
    "ways": (
        (1, 4),
        {name: SCENES_DIT.override(block_type=name, width=dim) for name, dim in WAYS.items()},
    ),
    "patches": (
        (1, 4),
        {f"patch {p}": SCENES_DIT.override(patch=p) for p in (1, 2, 4)},
    ),
    "scenes": ((1, 4, 16), middle(BY_SIZE, True)),
    "digits": ((1, 4, 16), middle(DIGITS_BY_SIZE, True)),
    "scenes by size": ((1, 4, 16), middle(BY_SIZE, False)),
    "digits by size": ((1, 4, 16), middle(DIGITS_BY_SIZE, False)),
}
FIELDS = (
    *("group", "model", "seed", "minutes", "steps", "ms a step", "ms a picture"),
    *("million weights", "million multiply-adds", "frechet", "class"),
    *("one shape, whole", "two, kept back, whole", "two, kept back, present"),
    *("two, kept back, bound", "one shape, shape", "one shape, colour", "two, kept back, relation"),
)


def main(folder: Path, group: str, seeds: list[int], last: int) -> None:
    """Train, measure at each point of time, and add a line to the folder's results each time."""
    torch.set_num_threads(1)
    folder.mkdir(parents=True, exist_ok=True)
    minutes, recipes = GROUPS[group]
    of_digits = group.startswith("digits")
    data, judge = (digits_data(), DigitJudge()) if of_digits else (scenes_data(), Judge())
    for seed in seeds:
        runs = {
            name: Run(folder / f"{group}-{name}-{seed}", recipe.override(seed=seed), data)
            for name, recipe in recipes.items()
        }
        for until in (m for m in minutes if m <= last):
            while any(run.spent < 60 * until for run in runs.values()):
                run = min(runs.values(), key=lambda one: one.spent)
                run.go_on(min(run.spent + TURN, 60 * until))
            for name, run in runs.items():
                which = {"group": group, "model": name, "seed": seed, "minutes": until}
                if any(which.items() <= row.items() for row in results(folder)):
                    continue
                cost = summary(start(recipes[name]).network, recipes[name].shape, batch=8)
                found = which | run.figures(judge)
                found |= {"million weights": cost.weights / 1e6}
                found |= {"million multiply-adds": cost.multiply_adds / 1e6}
                with (folder / "results.jsonl").open("a") as file:
                    file.write(json.dumps(found) + "\n")
                print(json.dumps(found), flush=True)


def scenes_data() -> Conditioned:
    """Latents of scenes that are not kept back, with their captions."""
    drawn = scenes(DRAWN, 32, seed=20)
    said = [caption(scene) for scene in drawn.scenes]
    shown = [n for n, text in enumerate(said) if not kept_back(text)]
    return data_for(SCENES, as_bytes(drawn.images[shown]), [said[n] for n in shown])


def digits_data() -> Conditioned:
    """The digits to learn from, and their classes."""
    found = digits().train
    return Conditioned(found.images, found.labels)


class DigitJudge:
    """100 digits of each class by 25 steps of DDIM, without guidance."""

    def __init__(self) -> None:
        self.classifier = digit_classifier()
        self.real = self.classifier.features(digits().held_out.images)

    def __call__(self, session: Session) -> dict[str, float]:
        """How often the class is right, Frechet distance, processor time of a picture."""
        asked = torch.arange(10).repeat_interleave(100)
        g, begun = torch.Generator().manual_seed(session.recipe.seed), process_time()
        how = {"steps": 25, "sampler": ddim(), "clip": True, "generator": g}
        x = sample(session, len(asked), asked, **how).clamp(-1, 1)
        took = process_time() - begun
        with torch.no_grad():
            right = (self.classifier(x).argmax(1) == asked).float().mean().item()
            found = frechet_distance(self.classifier.features(x), self.real)
        return {"ms a picture": 1000 * took / len(x), "frechet": found, "class": right}


def results(folder: Path) -> list[dict]:
    """All lines that are there."""
    file = folder / "results.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def write(folder: Path, file: Path) -> None:
    """All lines as a table that other programs read."""
    with file.open("w", newline="") as out:
        table = csv.DictWriter(out, FIELDS, extrasaction="ignore")
        table.writeheader()
        for row in results(folder):
            table.writerow({k: f"{v:.4g}" if isinstance(v, float) else v for k, v in row.items()})


if __name__ == "__main__":
    words = sys.argv[1:]
    if words[0] == "--csv":
        write(Path(words[1]), Path(words[2]))
    else:
        last = [int(word.partition("=")[2]) for word in words if word.startswith("--until=")]
        words = [word for word in words if not word.startswith("--")]
        seeds = [int(word) for word in words[2:]] or [0, 1, 2]
        main(Path(words[0]), words[1], seeds, *(last or [60]))
