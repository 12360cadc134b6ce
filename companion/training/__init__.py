"""Training: the loop that a chapter shows, averaged weights, checkpoints that resume."""

from companion.training.checkpoints import AUTOENCODER, DENOISER, kind_of, load, save
from companion.training.claims import claimed
from companion.training.device import best_device
from companion.training.ema import averaged
from companion.training.finite import NotFinite
from companion.training.loop import Progress, Run, start, train
from companion.training.oneshot import train_gan, train_vae
from companion.training.recipe import Recipe
from companion.training.recipes import RECIPES
from companion.training.session import Stopped, extended, train_to, with_bar
from companion.training.weights import names, pack, read, shipped

__all__ = [
    "AUTOENCODER",
    "DENOISER",
    "RECIPES",
    "NotFinite",
    "Progress",
    "Recipe",
    "Run",
    "Stopped",
    "averaged",
    "best_device",
    "claimed",
    "extended",
    "kind_of",
    "load",
    "names",
    "pack",
    "read",
    "save",
    "shipped",
    "start",
    "train",
    "train_gan",
    "train_to",
    "train_vae",
    "with_bar",
]
