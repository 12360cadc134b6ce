"""DiT and UNet at equal processor time, the ways to tell a DiT, and the size of its patches.

Run as `.venv/bin/python bench/transformers.py FOLDER GROUP [seed ...] [--until=MINUTES]`; `--csv
FOLDER FILE` puts what is there into a table, in the place of its older lines. A run that is
stopped goes on from its last save, and so does one that was to end earlier. The groups are those
of `GROUPS`; all members of one train in one process, in turns of five seconds of processor time,
so that a busy machine slows all alike. Their rate is constant after the warmup: the averaged
weights after a minute are then those of a run that ends there. In the last group all have the
same steps in place of the same time. Scenes are encoded before the time begins. How obedience and
distances are measured is in `bench/pixels.py`; digits are told their class, and judged by the
shipped classifier. `--losses FOLDER` prints lines of `digits_losses.csv`: the loss of each saved
training of digits, on digits of the training and on held-out ones.
"""

import csv
import json
import sys
from pathlib import Path
from statistics import mean
from time import process_time
from typing import NamedTuple

import torch
from pixels import DRAWN, TURN, Judge, Run

from companion.data import LabelledImages, as_bytes, caption, digits, kept_back, scenes
from companion.diffusion import ddim, marginal
from companion.evaluation import digit_classifier, frechet_distance
from companion.networks import summary
from companion.tasks import RECIPES, Conditioned, DiffusionRecipe, data_for, load, sample
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


class Group(NamedTuple):
    """Recipes that are held against each other, and when: after these minutes, or steps."""

    points: tuple[int, ...]
    recipes: dict[str, DiffusionRecipe]
    unit: str = "minutes"


PATCHES = {f"patch {p}": SCENES_DIT.override(patch=p) for p in (1, 2, 4)}
RATES = {
    f"{name}, {lr:g}": recipe.override(lr=lr)
    for name, recipe, rates in (
        ("UNet", SCENES, (5e-4, 1e-3, 2e-3)),
        ("DiT", SCENES_DIT, (1e-3, 2e-3, 4e-3)),
    )
    for lr in rates
}
BY_SIZE = of_sizes(SCENES, SCENES_DIT, SIZES)
DIGITS_BY_SIZE = of_sizes(DIGITS, DIGITS_DIT, OF_DIGITS)
GROUPS = {
    "ways": Group(
        (1, 4),
        {name: SCENES_DIT.override(block_type=name, width=dim) for name, dim in WAYS.items()},
    ),
    "patches": Group((1, 4), PATCHES),
    "patches, longer": Group(
        (8, 16),
        {
            "patch 1": PATCHES["patch 1"],
            "patch 1, 4 blocks": PATCHES["patch 1"].override(blocks=4),
        },
    ),
    "scenes": Group((1, 4, 16), middle(BY_SIZE, True)),
    "digits": Group((1, 4, 16), middle(DIGITS_BY_SIZE, True)),
    "scenes by size": Group((1, 4, 16), middle(BY_SIZE, False)),
    "digits by size": Group((1, 4, 16), middle(DIGITS_BY_SIZE, False)),
    "rates": Group((4,), RATES),
    "patches at equal steps": Group((1000,), PATCHES, "steps"),
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
    points, recipes, unit = GROUPS[group]
    of_digits = group.startswith("digits")
    data, judge = (digits_data(), DigitJudge()) if of_digits else (scenes_data(), Judge())
    for seed in seeds:
        runs = {
            name: Run(folder / f"{group}-{name}-{seed}", recipe.override(seed=seed), data)
            for name, recipe in recipes.items()
        }
        for until in (p for p in points if unit == "steps" or p <= last):
            if unit == "steps":
                to_step([*runs.values()], until)
            else:
                in_turns([*runs.values()], 60 * until)
            for name, run in runs.items():
                which = {"group": group, "model": name, "seed": seed, unit: until}
                if any(which.items() <= row.items() for row in results(folder)):
                    continue
                cost = summary(start(recipes[name]).network, recipes[name].shape, batch=8)
                found = which | run.figures(judge)
                found |= {"million weights": cost.weights / 1e6}
                found |= {"million multiply-adds": cost.multiply_adds / 1e6}
                with (folder / "results.jsonl").open("a") as file:
                    file.write(json.dumps(found) + "\n")
                print(json.dumps(found), flush=True)


def in_turns(runs: list[Run], until: float) -> None:
    """Train all until each has had so many seconds of processor time."""
    while any(run.spent < until for run in runs):
        run = min(runs, key=lambda one: one.spent)
        run.go_on(min(run.spent + TURN, until))


def to_step(runs: list[Run], step: int) -> None:
    """Train all until each has had so many steps."""
    for run in runs:
        while run.session.step < step:
            run.go_on(run.spent + 1e-9)  # one step


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


def losses(folder: Path) -> None:
    """The loss of v of averaged weights, a mean over times, on digits seen and not seen."""
    torch.set_num_threads(1)
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(["model", "seed", "steps", "seen", "held_out"])
    for path in sorted(folder.glob("digits-*.safetensors")):
        session, model = load(path), path.stem.removeprefix("digits-").rpartition("-")[0]
        found = [f"{loss_on(session, part):.3f}" for part in (digits().train, digits().held_out)]
        table.writerow([model, session.recipe.seed, session.step, *found])


@torch.no_grad()
def loss_on(session: Session, part: LabelledImages) -> float:
    """The mean over 20 times, of 359 digits with four noises each."""
    x0, label = part.images[:359].repeat(4, 1, 1, 1), part.labels[:359].repeat(4)
    schedule, found = session.recipe.schedule, []
    for time in range(50, 1001, 50):
        t = torch.full((len(x0),), time)
        eps = torch.randn(x0.shape, generator=torch.Generator().manual_seed(time))
        xt = marginal(schedule, x0, t).sample(eps)
        target = session.recipe.parameterization.target(schedule, x0, eps, t)
        found.append((session.ema_model(xt, t, label) - target).square().mean().item())
    return mean(found)


def results(folder: Path) -> list[dict]:
    """All lines that are there."""
    file = folder / "results.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def write(folder: Path, file: Path) -> None:
    """All lines as a table that other programs read, with what the table had of other runs."""
    found = [
        {k: f"{v:.4g}" if isinstance(v, float) else str(v) for k, v in row.items() if k in FIELDS}
        for row in results(folder)
    ]
    with file.open(newline="") as before:
        kept = list(csv.DictReader(before))
    new = {run_of(row) for row in found}
    with file.open("w", newline="") as out:
        table = csv.DictWriter(out, FIELDS, lineterminator="\n")
        table.writeheader()
        rows = [row for row in kept if run_of(row) not in new] + found
        table.writerows(sorted(rows, key=lambda row: [*GROUPS].index(row["group"])))


def run_of(row: dict[str, str]) -> tuple[str, ...]:
    """What a line of the table says something about."""
    return tuple(row.get(key, "") for key in ("group", "model", "seed", "minutes"))


if __name__ == "__main__":
    words = sys.argv[1:]
    if words[0] == "--csv":
        write(Path(words[1]), Path(words[2]))
    elif words[0] == "--losses":
        losses(Path(words[1]))
    else:
        last = [int(word.partition("=")[2]) for word in words if word.startswith("--until=")]
        words = [word for word in words if not word.startswith("--")]
        seeds = [int(word) for word in words[2:]] or [0, 1, 2]
        main(Path(words[0]), words[1], seeds, *(last or [60]))
