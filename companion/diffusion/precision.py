"""Sums in short dtypes: computed in a longer one, and put back without an infinity."""

import torch
from torch import Tensor

SHORT = (torch.bfloat16, torch.float16)


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
