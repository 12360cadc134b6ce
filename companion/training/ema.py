"""Averaged weights: the last steps of training, smoothed."""

from copy import deepcopy

import torch
from torch import nn


def averaged(network: nn.Module) -> nn.Module:
    """A copy of a network to hold the averaged weights: it is never trained."""
    return deepcopy(network).eval().requires_grad_(False)


@torch.no_grad()
def update(average: nn.Module, network: nn.Module, keep: float, step: int) -> None:
    """average = keep * average + (1 - keep) * network, weight by weight.

    step: how many updates there have been, this one included, from 1. In the first
    ones less is kept, so that the random weights of the beginning are forgotten.
    Source: Polyak and Juditsky (1992); the beginning, as in Karras et al. (2024).
    """
    keep = min(keep, (step - 1) / (step + 9))
    old, new = [*average.parameters()], [*network.parameters()]
    torch._foreach_lerp_(old, new, 1 - keep)  # all of them in one call
    for old, new in zip(average.buffers(), network.buffers(), strict=True):
        old.copy_(new)
