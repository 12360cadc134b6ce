"""What a network costs: weights, multiply-adds, and the memory of a training step."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from companion.checks import check_count

_COPIES = 5  # of the weights: themselves, gradient, two moments of AdamW, the average


@dataclass(frozen=True)
class Summary:
    """The cost of a network for images of one shape.

    Attributes:
        weights: how many numbers are learned.
        multiply_adds: of one image, forward; a training step takes about three times as many.
        memory: bytes of a training step: the weights five times over, and what is kept for the
            backward pass.
    """

    weights: int
    multiply_adds: int
    memory: int

    def __str__(self) -> str:
        """The three figures in one line."""
        return (
            f"{self.weights:,} weights, {self.multiply_adds / 1e6:.1f} million "
            f"multiply-adds an image, {self.memory / 2**20:.0f} MiB a training step"
        )


def summary(network: nn.Module, shape: tuple[int, int, int], batch: int = 64) -> Summary:
    """Run a network once on a batch and say what that took.

    It is left as it was. What convolutions and linear layers keep apart from their input is
    not seen, so that the memory is a lower bound.

    Args:
        network: (x_t, t) -> output.
        shape: (C, H, W) of an image.
        batch: images a step.

    Raises:
        ValueError: for a batch below 1, and what the network raises for the shape.
    """
    batch = check_count("batch", batch, 1, 1 << 16)
    weights = sum(p.numel() for p in network.parameters())
    xt, t = torch.zeros(batch, *shape), torch.ones(batch, dtype=torch.int64)
    with FlopCounterMode(display=False) as counter, torch.no_grad(), sdpa_kernel(SDPBackend.MATH):
        network(xt[:1], t[:1])  # attention as products, for a CPU's own kernel is not counted
    kept: dict[int, int] = {}

    def keep(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    own = {p.untyped_storage().data_ptr() for p in network.parameters()}
    with saved_tensors_hooks(keep, lambda tensor: tensor):
        output = network(xt, t)  # alive until all is counted
    held = sum(size for place, size in kept.items() if place not in own)
    copies = _COPIES * sum(p.numel() * p.element_size() for p in network.parameters())
    del output
    return Summary(weights, counter.get_total_flops() // 2, held + copies)
