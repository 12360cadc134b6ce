"""Averaged weights: the last steps of training, smoothed."""

from copy import deepcopy

import torch
from torch import nn


def averaged(network: nn.Module) -> nn.Module:
    """A copy of a network to hold the averaged weights: it is never trained."""
    return deepcopy(network).eval().requires_grad_(False)


@torch.no_grad()
def update(ema_model: nn.Module, network: nn.Module, ema_decay: float, step: int) -> None:
    """ema_model = decay * ema_model + (1 - decay) * network, weight by weight.

    In the first updates less is kept, so that the random weights of the beginning are
    forgotten.

    Args:
        ema_model: that `averaged` made of the network.
        network: with the weights of this step.
        ema_decay: what is kept, in [0, 1).
        step: how many updates there have been, this one included, from 1.

    Source: Polyak and Juditsky (1992); the beginning, as in Karras et al. (2024).
    """
    decay = min(ema_decay, (step - 1) / (step + 9))
    old, new = [*ema_model.parameters()], [*network.parameters()]
    torch._foreach_lerp_(old, new, 1 - decay)  # all of them in one call
    for old, new in zip(ema_model.buffers(), network.buffers(), strict=True):
        old.copy_(new)
