"""How much memory a recipe asks for, said before any of it is taken."""

import os
from collections.abc import Callable, Sequence
from typing import TypeVar

import torch
from torch import nn

from companion.training.recipe import Recipe

AnyRecipe = TypeVar("AnyRecipe", bound=Recipe)
HELD = 5 * 4  # bytes for a weight: itself, its gradient, its average, and two moments of it
PICTURES = 4 * 4  # bytes for a pixel of a batch: x0, the noise, xt and the target
_UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB", "EB")


def check_memory(recipe: AnyRecipe, build: Callable[[AnyRecipe], nn.Module]) -> None:
    """A run of this recipe has room in this machine's memory, as far as is known before.

    The weights are counted; of a batch the pictures are, and not what the network makes
    of them.

    Args:
        recipe: with a group `data`, of a size and channels, and a group `network` with
            `blocks`, `least_weights` and its sizes in words, `said`.
        build: from a recipe to its network.

    Raises:
        ValueError: where they need more memory than the machine has, with the number.
    """
    data, sizes, most = recipe.data, recipe.network, memory()
    pixels = recipe.batch_size * data.channels * data.size**2
    if PICTURES * pixels > most:
        raise ValueError(
            f"batch_size: got {recipe.batch_size}, whose pictures of {data.channels} x "
            f"{data.size} x {data.size} need {_said(PICTURES * pixels)}, "
            f"expected at most {_said(most)}, the memory of this machine"
        )
    weights = sizes.least_weights
    if HELD * weights <= most:
        # Each block more at all levels costs the same, so that two small ones are counted.
        with torch.device("meta"):  # shapes without weights
            one, two = (_weights(build(recipe.override(blocks=n))) for n in (1, 2))
        weights = one + (sizes.blocks - 1) * (two - one)
    if HELD * weights > most:
        raise ValueError(
            f"width: got {sizes.said}, which to train needs {_said(HELD * weights)} "
            f"for its weights, expected at most {_said(most)}, the memory of this machine"
        )


def of_levels(width: int, multipliers: Sequence[int], blocks: int) -> int:
    """The weights that a network of convolutions has at the least: one for each block.

    Args:
        width: channels at full size.
        multipliers: of `width`, for each level.
        blocks: ResBlocks a level.
    """
    return 9 * blocks * (width * max(multipliers)) ** 2


def memory() -> int:
    """The bytes of this machine's memory; 2^40 where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 2**40


def _weights(network: nn.Module) -> int:
    return sum(tensor.numel() for tensor in network.state_dict().values())


def _said(size: int) -> str:
    power = 0
    while size >= 1000 ** (power + 1) and power + 1 < len(_UNITS):
        power += 1
    return f"{size / 1000**power:.3g} {_UNITS[power]}"
