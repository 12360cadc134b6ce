"""The same words on pixels and in the latent, at equal processor time: 1, 4 and 16 minutes.

Run as `.venv/bin/python bench/pixels.py FOLDER [seed ...]`, about 40 minutes of one core a seed;
`--table FOLDER` prints what is there. A run that is stopped goes on from its last save.

Both models of a seed train in one process, in turns of five seconds of processor time, so that a
busy machine slows both alike. Their rate is constant after the warmup: the averaged weights after
1 or 4 minutes are then those of a run that ends there. Scenes are drawn, and encoded for the
latent, before the time begins. A training step of the pixel model's UNet (24, 48 and 96 channels
at 32, 16 and 8 pixels, attention at 8) takes three times as long as one of the latent's, though it
has fewer weights. The latent's own UNet on pixels would have fourteen times its multiply-adds. The
pixel model's guesses are cut off at -1 and 1.
"""

import json
import sys
from pathlib import Path
from time import process_time

import torch
from torch import Tensor

from companion.data import as_bytes, caption, kept_back, other_way, scenes
from companion.diffusion import ddim
from companion.evaluation import frechet_distance, obedience
from companion.evaluation.obedience import rates
from companion.networks import summary
from companion.tasks import RECIPES, Conditioned, data_for, evaluation_features, load, sample
from companion.training import Session, pack, save, start, train

MINUTES = 1, 4, 16
TURN, DRAWN, EACH, SCALE = 5.0, 20_000, 150, 2.0
LATENT = RECIPES["scenes-words"].override(
    batch_size=16, warmup=50, lr_scheduler="constant", steps=10**6
)
PIXELS = LATENT.override(
    autoencoder="",
    f=1,
    latent_channels=0,
    scale=1.0,
    width=24,
    multipliers=(1, 2, 4),
    attention=(2,),
)
MODELS = {"pixels": PIXELS, "latents": LATENT}


def main(folder: Path, seeds: list[int]) -> None:
    """Train, measure at each of `MINUTES`, and add a line to the folder's results each time."""
    torch.set_num_threads(1)
    folder.mkdir(parents=True, exist_ok=True)
    drawn = scenes(DRAWN, 32, seed=20)
    said = [caption(scene) for scene in drawn.scenes]
    shown = [n for n, text in enumerate(said) if not kept_back(text)]
    images, said = as_bytes(drawn.images[shown]), [said[n] for n in shown]
    data = {}
    for name, recipe in MODELS.items():
        begun = process_time()
        data[name] = data_for(recipe, images, said)
        cost = summary(start(recipe).network, recipe.shape, batch=16)
        print(f"{name}: {process_time() - begun:.0f} s to prepare {len(said)} scenes; {cost}")
    judge = Judge()
    for seed in seeds:
        runs = {
            name: Run(folder / f"{name}-{seed}", recipe.override(seed=seed), data[name])
            for name, recipe in MODELS.items()
        }
        for minutes in MINUTES:
            while any(run.spent < 60 * minutes for run in runs.values()):
                run = min(runs.values(), key=lambda one: one.spent)
                run.go_on(min(run.spent + TURN, 60 * minutes))
            for name, run in runs.items():
                which = {"model": name, "seed": seed, "minutes": minutes}
                if not any(which.items() <= row.items() for row in _results(folder)):
                    found = which | run.figures(judge)
                    (folder / f"{name}-{seed}-{minutes}min").write_bytes(pack(run.session))
                    with (folder / "results.jsonl").open("a") as file:
                        file.write(json.dumps(found) + "\n")
                    print(json.dumps(found), flush=True)


class Run:
    """A training with the processor time that it has had."""

    def __init__(self, path: Path, recipe: object, data: Tensor | Conditioned) -> None:
        self.path, self.seconds = path.with_suffix(".safetensors"), path.with_suffix(".seconds")
        there = self.path.exists() and self.seconds.exists()
        self.session: Session = load(self.path) if there else start(recipe)
        self.spent = float(self.seconds.read_text()) if there else 0.0
        self.saved = self.spent
        self.steps = train(self.session, data)

    def go_on(self, until: float) -> None:
        """Train until so many seconds of processor time are spent in all."""
        while self.spent < until:
            begun = process_time()
            next(self.steps)
            self.spent += process_time() - begun
        if self.spent > self.saved + 60 or until % 60 == 0:
            save(self.session, self.path)
            self.seconds.write_text(f"{self.spent}")
            self.saved = self.spent

    def figures(self, judge: "Judge") -> dict[str, float]:
        """Its steps, and what the pictures of its averaged network are worth."""
        step = self.session.step
        return {"steps": step, "ms a step": 1000 * self.spent / step, **judge(self.session)}


class Judge:
    """Captions with one shape, and with two whose scenes were kept back; the court; features."""

    def __init__(self) -> None:
        features, drawn = evaluation_features(), scenes(3000, 32, seed=99)
        self.pooled = lambda x: torch.no_grad()(features.pooled)(x.clamp(-1, 1))
        texts = [caption(scene) for scene in drawn.scenes]
        one = [n for n, text in enumerate(texts) if other_way(text) == text][:EACH]
        two = [n for n, text in enumerate(texts) if kept_back(text)][:EACH]
        self.texts = [texts[n] for n in one + two]
        self.real = self.pooled(drawn.images[2000:])  # other scenes, with all captions
        floor = frechet_distance(self.pooled(drawn.images[one + two]), self.real)
        print(f"Frechet distance of the true scenes of the {2 * EACH} captions: {floor:.1f}")

    def __call__(self, session: Session) -> dict[str, float]:
        """Obedience by kind of caption, Frechet distance, processor time of a picture."""
        g, begun = torch.Generator().manual_seed(session.recipe.seed), process_time()
        clip = not session.recipe.codec.autoencoder
        how = {"scale": SCALE, "steps": 25, "sampler": ddim(), "clip": clip, "generator": g}
        images = sample(session, len(self.texts), self.texts, **how).clamp(-1, 1).cpu()
        took = process_time() - begun
        found = obedience(images, self.texts)
        kinds = {"one shape": found[:EACH], "two, kept back": found[EACH:]}
        return {
            "ms a picture": 1000 * took / len(images),
            "frechet": frechet_distance(self.pooled(images), self.real),
            **{f"{kind}, {k}": v for kind, few in kinds.items() for k, v in rates(few).items()},
        }


def table(folder: Path) -> None:
    """Mean and range over the seeds that are done, as a table of the README."""
    shown = ("one shape, whole", "two, kept back, whole", "one shape, colour", "frechet")
    shown += ("steps", "ms a step", "ms a picture")
    print("| minutes | model | seeds |", *(f"{name} |" for name in shown))
    print("|" + " --- |" * (3 + len(shown)))
    for minutes in MINUTES:
        for model in MODELS:
            rows = [r for r in _results(folder) if (r["minutes"], r["model"]) == (minutes, model)]
            cells = []
            for name in shown if rows else ():
                factor = 100 if "shape" in name or "two" in name else 1
                values = [factor * row[name] for row in rows]
                low, high = min(values), max(values)
                cells.append(f"{sum(values) / len(rows):.1f} ({low:.1f} to {high:.1f}) |")
            if rows:
                print(f"| {minutes} | {model} | {len(rows)} |", *cells)


def _results(folder: Path) -> list[dict]:
    file = folder / "results.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


if __name__ == "__main__":
    words = sys.argv[1:]
    if words[0] == "--table":
        table(Path(words[1]))
    else:
        main(Path(words[0]), [int(word) for word in words[1:]] or [0, 1, 2])
