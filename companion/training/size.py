"""How much memory a recipe asks for, said before any of it is taken."""

import os
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import torch
from torch import nn

from companion.training.recipe import BaseRecipe

AnyRecipe = TypeVar("AnyRecipe", bound=BaseRecipe)
HELD = 5 * 4  # bytes for a weight: itself, its gradient, its average, and two moments of it
PICTURES = 4 * 4  # bytes for a pixel of a batch: x0, the noise, xt and the target
_UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB", "EB")


def on_paper(recipe: AnyRecipe, build: Callable[[AnyRecipe], nn.Module]) -> nn.Module:
    """The network of a recipe with the shapes of its weights, and without the weights.

    Args:
        recipe: with the fields of a network: width, multipliers, blocks, channels, size.
        build: from a recipe to its network.

    Returns:
        The network, on torch's meta device.

    Raises:
        ValueError: where weights or a batch would need more memory than there is.
    """
    check_memory(recipe, build)
    with torch.device("meta"):
        return build(recipe)


def check_memory(recipe: AnyRecipe, build: Callable[[AnyRecipe], nn.Module]) -> None:
    """A run of this recipe has room in this machine's memory, as far as is known before.

    The weights are counted; of a batch the pictures are, and not what the network makes
    of them.

    Args:
        recipe: as for `on_paper`.
        build: from a recipe to its network.

    Raises:
        ValueError: where they need more memory than the machine has, with the number.
    """
    pixels = recipe.batch_size * recipe.channels * recipe.size**2
    if PICTURES * pixels > memory():
        raise ValueError(
            f"batch_size: got {recipe.batch_size}, whose pictures of {recipe.channels} x {recipe.size} x "
            f"{recipe.size} need {_said(PICTURES * pixels)}, expected at most {_said(memory())}, "
            "the memory of this machine"
        )
    widest = recipe.width * max(recipe.multipliers)
    weights = 9 * recipe.blocks * widest**2  # one convolution of each block, at the least
    if HELD * weights <= memory():
        # Each block more at all levels costs the same, so that two small ones are counted.
        one, two = (_weights(replace(recipe, blocks=n), build) for n in (1, 2))
        weights = one + (recipe.blocks - 1) * (two - one)
    if HELD * weights > memory():
        raise ValueError(
            f"width: got {recipe.width} with multipliers {recipe.multipliers} and {recipe.blocks} blocks a level, "
            f"which to train needs {_said(HELD * weights)} for its weights, "
            f"expected at most {_said(memory())}, the memory of this machine"
        )


def memory() -> int:
    """The bytes of this machine's memory; 2^40 where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 2**40


def _weights(recipe: AnyRecipe, build: Callable[[AnyRecipe], nn.Module]) -> int:
    with torch.device("meta"):
        return sum(tensor.numel() for tensor in build(recipe).state_dict().values())


def _said(size: int) -> str:
    power = 0
    while size >= 1000 ** (power + 1) and power + 1 < len(_UNITS):
        power += 1
    return f"{size / 1000**power:.3g} {_UNITS[power]}"
