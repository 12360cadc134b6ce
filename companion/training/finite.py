"""A step teaches something or nothing: loss and gradient are looked at before it is done."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy

from torch import Tensor, nn
from torch.optim import Optimizer


class NotFinite(RuntimeError):
    """An update met a NaN or an infinity, and nothing has been learned in it."""


def not_finite(what: str, step: int, where: str = "") -> NotFinite:
    """What a loop raises.

    Args:
        what: what is not finite, such as "loss".
        step: the number of the step, from 1.
        where: what else is known of the place, such as ", at t = [3]".

    Returns:
        The error, with its words. It is for the caller to see that they are true.
    """
    return NotFinite(
        f"the {what} of step {step} is not finite{where}, and the weights stay as they "
        "are. A smaller rate or clip may help"
    )


def descend(optimizer: Optimizer, loss: Tensor, step: int, what: str = "loss") -> None:
    """One step down the loss, for a loop in one process that does not clip.

    Only the optimiser's own parameters get a gradient, and none is left behind.

    Args:
        optimizer: whose parameters learn.
        loss: (), with the graph that leads to them.
        step: the number of the step, from 1, for the message.
        what: the loss by its name, for the message.

    Raises:
        NotFinite: for a loss or a gradient that is not; then nothing has been learned.
    """
    if not loss.isfinite():
        raise not_finite(what, step)
    own = [p for group in optimizer.param_groups for p in group["params"]]
    loss.backward(inputs=own)
    length = nn.utils.get_total_norm(p.grad for p in own if p.grad is not None)
    if not length.isfinite():
        optimizer.zero_grad()
        raise not_finite(f"gradient of the {what}", step)
    optimizer.step()
    optimizer.zero_grad()


@contextmanager
def both_or_none(network: nn.Module, optimizer: Optimizer) -> Iterator[None]:
    """For two players of whom the second learns from what the first has become.

    Args:
        network: the first one to learn in the block.
        optimizer: its own.

    Raises:
        NotFinite: as the block does; then the first one is what it was before.
    """
    before = deepcopy((network.state_dict(), optimizer.state_dict()))
    try:
        yield
    except NotFinite:
        network.load_state_dict(before[0])
        optimizer.load_state_dict(before[1])
        raise
