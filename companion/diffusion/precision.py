"""Coefficients are float64, data may be shorter: the casts of all formulas, each made once."""

import torch
from torch import Tensor, promote_types

SHORT = (torch.bfloat16, torch.float16)


def scaled(a: Tensor, x: Tensor) -> Tensor:
    """The product a x, with the float64 coefficient cast once to the dtype of the data."""
    return a.to(x.dtype) * x


def mix(a: Tensor | int, x: Tensor, b: Tensor, y: Tensor, *, over: Tensor | None = None) -> Tensor:
    """The sum a x + b y, or (a x + b y) / over, with float64 coefficients each cast once.

    Short dtypes are computed in float32, and what is too large for the short one becomes
    the largest number that it has.

    Args:
        a: coefficient of x, float64, in a shape that broadcasts to `x`; or the number 1.
        x: data, (B, ...).
        b: coefficient of y, as `a`.
        y: data, in the shape of `x`.
        over: what the sum is divided by, as `b`.

    Returns:
        (B, ...), in the longer dtype of the two data.
    """
    dtype = x.dtype if x.dtype == y.dtype else promote_types(x.dtype, y.dtype)
    x, y = widened(x), widened(y)
    total = (x if isinstance(a, int) else scaled(a, x)) + scaled(b, y)
    return narrowed(total if over is None else total / like(total, over), dtype)


def like(other: Tensor, x: Tensor) -> Tensor:
    """x in the dtype and on the device of another tensor, to be put beside it in a formula."""
    return x.to(other)


def widened(x: Tensor) -> Tensor:
    """x to compute with: in float32 if its own dtype is a short one, else x itself.

    Losses and other figures stay in this dtype. float16 ends at 65504, which a square
    or a sum soon passes, and bfloat16 has three digits.
    """
    return x.float() if x.dtype in SHORT else x


def narrowed(x: Tensor, dtype: torch.dtype) -> Tensor:
    """x in the dtype of the data that it was made from.

    What is too large for a short dtype becomes the largest number that it has, of the
    same sign, and not infinite. A NaN stays one.
    """
    if x.dtype == dtype:
        return x
    most = torch.finfo(dtype).max
    return x.clamp(-most, most).to(dtype)
