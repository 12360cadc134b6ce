"""The door of a formula of two tensors: one look at what a person gives it."""

import math

from torch import Tensor

from companion.checks import DATA_DTYPES, check_data, check_same_device, check_same_shape


def check_both(
    name: str, x: Tensor, other_name: str, other: Tensor, *, values: bool = True
) -> None:
    """Two tensors of one equation: data, finite, of one shape and on one device.

    The right ones pass in one look: the sum of all their numbers is finite.

    Args:
        name: the first argument's name, for the message.
        x: its value, (B, ...).
        other_name: the second argument's name.
        other: its value, in the shape of `x`.
        values: False inside a loop, where only the shapes are compared.

    Raises:
        ValueError: for anything else.
    """
    if not values:
        return check_same_shape(name, x, other_name, other)
    if _right(x) and _right(other) and x.shape == other.shape and x.device == other.device:
        if math.isfinite((x.sum() + other.sum()).item()):
            return None
    check_data(other_name, other)  # what is wrong, in words
    check_data(name, x)
    check_same_shape(name, x, other_name, other)
    return check_same_device(name, x, other_name, other)


def _right(x: object) -> bool:
    return isinstance(x, Tensor) and x.dtype in DATA_DTYPES and x.ndim > 0 and x.numel() > 0
