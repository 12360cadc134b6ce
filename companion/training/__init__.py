"""Training: the loop that a chapter shows, averaged weights, checkpoints that resume."""

from companion.training.checkpoints import kind_of, save
from companion.training.claims import claimed
from companion.training.descent import descend
from companion.training.device import best_device
from companion.training.draws import Draws
from companion.training.ema import averaged
from companion.training.finite import Diverged
from companion.training.recipe import Config, OptimizerConfig, Recipe
from companion.training.running import Stopped, train_to, with_bar
from companion.training.session import Progress, Session, extended, start, train, with_recipe
from companion.training.task import Task
from companion.training.weights import names, pack, read

__all__ = [
    "Config",
    "Draws",
    "Diverged",
    "OptimizerConfig",
    "Progress",
    "Recipe",
    "Session",
    "Stopped",
    "Task",
    "averaged",
    "best_device",
    "claimed",
    "descend",
    "extended",
    "kind_of",
    "names",
    "pack",
    "read",
    "save",
    "start",
    "train",
    "train_to",
    "with_bar",
    "with_recipe",
]
