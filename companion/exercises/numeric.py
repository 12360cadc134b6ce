"""The functions that a formula calls by their bare names, on numbers and tensors."""

from collections.abc import Callable

import torch
from torch import Tensor


def _on_tensors(function: Callable) -> Callable:
    return lambda x: function(torch.as_tensor(x, dtype=torch.float64))


def _log(x: object, base: object = None) -> Tensor:
    log = _on_tensors(torch.log)
    return log(x) if base is None else log(x) / log(base)


NUMERIC = {
    name: _on_tensors(getattr(torch, name))
    for name in ("sqrt", "exp", "tanh", "relu", "log2", "log10")
} | {"log": _log, "expand": lambda x: x, "Rational": lambda p, q=1: p / q}
