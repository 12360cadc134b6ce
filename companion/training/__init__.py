"""Training: the loop that a chapter shows, averaged weights, checkpoints that resume."""

from companion.training.checkpoints import load, save
from companion.training.ema import averaged
from companion.training.loop import NotFinite, Progress, Run, start, train
from companion.training.recipe import Recipe
from companion.training.weights import names, pack, read, shipped

__all__ = [
    "NotFinite",
    "Progress",
    "Recipe",
    "Run",
    "averaged",
    "load",
    "names",
    "pack",
    "read",
    "save",
    "shipped",
    "start",
    "train",
]
