"""A model of scenes that was never told anything, beside one that was, told and not told.

Run as `.venv/bin/python bench/never_told.py [STEPS]`, a quarter of an hour of one core. Three
seeds of the UNet of `scenes-words`, in the latent of scenes-kl, with its captions and without any
condition, learn from the same 17,298 scenes: 2000 batches of 16, at a constant rate. Each then
draws 300 pictures by 25 steps of DDIM, and the model with captions draws 300 at a scale of 1 for
the captions of scenes, and 300 told nothing.
"""

import sys

import torch
from torch import Tensor

from companion.data import as_bytes, caption, kept_back, scenes
from companion.diffusion import ddim
from companion.evaluation import frechet_distance
from companion.evaluation.quality import spread
from companion.evaluation.scene_reader import read_scenes
from companion.tasks import RECIPES, Conditioned, data_for, evaluation_features, sample
from companion.tasks.diffusion import DiffusionRecipe
from companion.training import Session, start, train

SEEDS, COUNT = 3, 300
SHORT = {"batch_size": 16, "warmup": 50, "lr_scheduler": "constant"}
TOLD = RECIPES["scenes-words"].override(**SHORT)
NEVER = RECIPES["scenes-latent"].override(**SHORT)


class Judge:
    """Of as many pictures as there are captions here."""

    def __init__(self) -> None:
        fresh = scenes(1000 + COUNT, 32, seed=99)
        features = evaluation_features()
        self.pooled = lambda x: torch.no_grad()(features.pooled)(x.clamp(-1, 1))
        self.texts = [caption(scene) for scene in fresh.scenes[:COUNT]]
        self.real = self.pooled(fresh.images[COUNT:])
        self.found: dict[str, list[tuple[float, float]]] = {}
        self("true scenes", fresh.images[:COUNT])

    def __call__(self, name: str, x: Tensor) -> None:
        """Keep and print the Frechet distance, and the share of clear scenes in per cent."""
        clear = 100 * sum(reading.is_scene for reading in read_scenes(x)) / len(x)
        far = frechet_distance(self.pooled(x), self.real)
        self.found.setdefault(name, []).append((far, clear))
        print(f"{name}: distance {far:.2f}, clear {clear:.1f} %", flush=True)


def main(steps: int = 2000) -> None:
    """Print a line for each seed and kind, and then the means with their spread."""
    torch.set_num_threads(1)
    drawn = scenes(20_000, 32, seed=20)
    said = [caption(scene) for scene in drawn.scenes]
    shown = [n for n, text in enumerate(said) if not kept_back(text)]
    images, said = as_bytes(drawn.images[shown]), [said[n] for n in shown]
    never, told, judge = data_for(NEVER, images), data_for(TOLD, images, said), Judge()
    for seed in range(SEEDS):
        one = _trained(NEVER.override(seed=seed, steps=steps), never)
        judge("never told", _drawn(one, None, seed))
        other = _trained(TOLD.override(seed=seed, steps=steps), told)
        judge("told captions", _drawn(other, judge.texts, seed))
        judge("the same, told nothing", _drawn(other, None, seed))
    for name, values in judge.found.items():
        if len(values) > 1:
            far, clear = zip(*values, strict=True)
            print(f"{name}: distance {spread(far)}, clear {spread(clear)} %")


def _trained(recipe: DiffusionRecipe, data: Tensor | Conditioned) -> Session:
    session = start(recipe)
    for _ in train(session, data):
        pass
    return session


def _drawn(session: Session, texts: list[str] | None, seed: int) -> Tensor:
    g = torch.Generator().manual_seed(seed)
    how = {"steps": 25, "sampler": ddim(), "generator": g}
    return sample(session, COUNT, texts, **how).clamp(-1, 1)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
