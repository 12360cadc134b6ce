"""Checks that a public function makes once, at its own door.

Each failure is a ValueError that names the argument, what came and what was expected.
"""

from collections.abc import Sequence
from numbers import Real
from operator import index

import torch
from torch import Tensor

DATA_DTYPES = (torch.float64, torch.float32, torch.bfloat16, torch.float16)


class NonFinite(ValueError):
    """Data with a NaN or an infinity in it."""


def shown(value: object) -> str:
    """A wrong value as a message shows it: in one line, an array by its shape."""
    kind = type(value).__name__
    if getattr(value, "ndim", 0):
        return f"{kind} of shape {tuple(value.shape)}"
    return f"{value!r:.80} ({kind})"


def check_tensor(name: str, x: Tensor, more: str = "") -> None:
    """Check that `x` is a tensor of any kind.

    Args:
        name: the argument, as the message calls it.
        x: what came.
        more: what else is expected of it, in words.

    Raises:
        ValueError: For anything else.
    """
    if not isinstance(x, Tensor):
        raise ValueError(f"{name}: got {type(x).__name__}, expected a torch.Tensor{more}")


def check_data(name: str, x: Tensor) -> None:
    """Check that data is a finite floating-point tensor with a batch axis: (B, ...).

    Args:
        name: the argument, as the message calls it.
        x: what came.

    Raises:
        ValueError: For anything else.
        NonFinite: Which is a ValueError, where all but the numbers is right.
    """
    check_tensor(name, x, " of shape (B, ...)")
    if x.dtype not in DATA_DTYPES:
        raise ValueError(
            f"{name}: got dtype {x.dtype}, expected float64, float32, bfloat16 or float16"
        )
    if x.ndim == 0:
        raise ValueError(f"{name}: got a single number, expected a tensor of shape (B, ...)")
    if x.numel() == 0:
        raise ValueError(
            f"{name}: got shape {tuple(x.shape)} with nothing in it, expected at least one value"
        )
    if x.sum().isfinite():
        return  # the quick way: a sum with a NaN or an infinity in it is not finite
    wrong = int((~torch.isfinite(x)).sum())
    if wrong:  # and not only a sum that is too large for its dtype
        raise NonFinite(
            f"{name}: got {wrong} of {x.numel()} values NaN or infinite, expected finite numbers"
        )


def check_same_shape(name: str, x: Tensor, other_name: str, other: Tensor) -> None:
    """Check that two tensors of one equation have one shape: nothing is broadcast unasked.

    Raises:
        ValueError: For two shapes.
    """
    if x.shape != other.shape:
        raise ValueError(
            f"{name}: got shape {tuple(x.shape)}, "
            f"expected {tuple(other.shape)}, the shape of {other_name}"
        )


def check_same_device(name: str, x: Tensor, other_name: str, other: Tensor) -> None:
    """Check that two tensors of one equation are on one device: nothing is copied unasked.

    Raises:
        ValueError: For two devices.
    """
    if x.device != other.device:
        raise ValueError(
            f"{name}: got a tensor on {x.device}, "
            f"expected {other.device}, the device of {other_name}"
        )


def check_count(name: str, n: int, lowest: int, highest: int) -> int:
    """Check a single whole number in lowest..highest.

    Returns:
        The number as an int.

    Raises:
        ValueError: For anything else, a bool and a tensor included.
    """
    expected = f"a whole number in {lowest}..{highest}"
    try:
        if isinstance(n, bool | Tensor):
            raise TypeError
        count = index(n)
    except TypeError:
        raise ValueError(f"{name}: got {shown(n)}, expected {expected}") from None
    if not lowest <= count <= highest:
        raise ValueError(f"{name}: got {count}, expected {expected}")
    return count


def check_sizes(**sizes: int) -> None:
    """Check the sizes of a network, by their names: positive whole numbers.

    Raises:
        ValueError: For any other.
    """
    for name, size in sizes.items():
        check_count(name, size, 1, 1 << 20)


def check_levels(multipliers: Sequence[int], attention: Sequence[int]) -> None:
    """Check the levels of a network: a multiplier of its width for each, and which attend.

    Args:
        multipliers: 1 to 10 positive whole numbers.
        attention: levels, counted from 0.

    Raises:
        ValueError: For anything else.
    """
    for name, numbers in (("multipliers", multipliers), ("attention", attention)):
        if not isinstance(numbers, Sequence) or isinstance(numbers, str):
            raise ValueError(f"{name}: got {shown(numbers)}, expected a list of whole numbers")
    levels = len(multipliers)
    if not 1 <= levels <= 10:
        raise ValueError(f"multipliers: got {levels} numbers, expected 1 to 10, one a level")
    for m in multipliers:
        check_count("multipliers", m, 1, 1 << 12)
    for level in attention:
        check_count("attention", level, 0, levels - 1)


def check_inside(name: str, value: float, low: float, high: float) -> None:
    """Check a number strictly between `low` and `high`, neither of them included.

    Raises:
        ValueError: For anything else.
    """
    if not (isinstance(value, Real) and low < value < high):
        raise ValueError(f"{name}: got {value!r}, expected a number inside ({low}, {high})")


def check_time(
    name: str, t: int | Tensor, lowest: int, highest: int, batch: int | None = None
) -> Tensor:
    """Check a time in lowest..highest: a whole number, or an int64 tensor of them.

    Args:
        name: the argument, as the message calls it.
        t: what came.
        lowest: the first time that is allowed.
        highest: the last one.
        batch: how many items there are, where one time for each is allowed.

    Returns:
        The time as int64 on the CPU: (), or (batch,) for one time an item.

    Raises:
        ValueError: For anything else.
    """
    expected = f"a whole number in {lowest}..{highest}, or an int64 tensor of them"
    if not isinstance(t, Tensor):
        try:
            if isinstance(t, bool):
                raise TypeError
            number = index(t)
        except TypeError:
            raise ValueError(f"{name}: got {shown(t)}, expected {expected}") from None
        if not lowest <= number <= highest:
            raise ValueError(f"{name}: got {number}, expected {expected}")
        return torch.tensor(number)
    if t.dtype != torch.int64:
        raise ValueError(f"{name}: got a tensor of dtype {t.dtype}, expected {expected}")
    wrong_length = t.ndim == 1 and batch is not None and len(t) != batch
    if t.ndim > 1 or t.numel() == 0 or wrong_length:
        shape = "() or (B,)" if batch is None else f"() or ({batch},)"
        raise ValueError(
            f"{name}: got a tensor of shape {tuple(t.shape)}, expected {expected} of shape {shape}"
        )
    times = t.cpu()
    outside = times[(times < lowest) | (times > highest)]
    if len(outside):
        raise ValueError(f"{name}: got {outside[0].item()}, expected {expected}")
    return times
