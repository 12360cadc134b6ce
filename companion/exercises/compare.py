"""Compares answers with a reference, and finds the name of the difference.

A `Trial` is one input with what came out and what should have. A difference is named
only if it explains every trial, so that no name is given by accident.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from companion.exercises.differences import (
    ATOL,
    agree,
    cut,
    fallback,
    rounded_off,
    scaled,
    transformed,
)
from companion.exercises.exercise import Mistake, Objection, Status
from companion.exercises.guard import kind_of
from companion.exercises.slips import Slips

SIMPLE = 2  # what a slip may cost to be named before a factor or a shift
ROUNDED = 5e-3  # 0.69 for log(2), 0.7 not


@dataclass(frozen=True)
class Trial:
    """One input, and the parts of its output: what came (got), what should have."""

    args: tuple
    got: tuple[Tensor, ...]
    expected: tuple[Tensor, ...]


def as_parts(value: object) -> tuple:
    """A function's output as a tuple, of one part if it is not one already."""
    return tuple(value) if isinstance(value, tuple) else (value,)


def read(value: object, expected: tuple[Tensor, ...], parts: Sequence[str]) -> tuple:
    """The reader's output, part by part, as tensors that can be compared.

    Args:
        value: what the reader's function has returned.
        expected: the right output, part by part.
        parts: what the parts are called.

    Raises:
        Objection: Another type, shape or dtype; complex numbers, or NaN.
    """
    if value is None:
        raise Objection("your function returns None: is a `return` missing?", Status.STOPPED)
    got = tuple(value) if isinstance(value, tuple | list) else (value,)
    if len(got) != len(expected):
        wanted = f"{len(expected)} ({', '.join(parts)})" if len(parts) > 1 else "one"
        raise Objection(
            f"your function returns {len(got)} value{'s' * (len(got) != 1)}, expected {wanted}.",
            Status.STOPPED,
        )
    return tuple(map(_readable, got, expected, parts))


def _readable(got: object, expected: Tensor, part: str) -> Tensor:
    if not isinstance(got, Tensor):
        if hasattr(got, "mean") and hasattr(got, "sample"):
            raise Objection(
                f"{part}: this is the distribution, expected numbers: its `.mean`, its "
                "`.std`, or a draw, `.sample(eps)`.",
                Status.STOPPED,
            )
        raise Objection(f"{part}: got {kind_of(got)}, expected a torch.Tensor.", Status.STOPPED)
    if got.shape != expected.shape:
        raise Objection(_shapes(got, expected, part), Status.STOPPED)
    if got.dtype != expected.dtype:
        raise Objection(
            f"{part}: got dtype {got.dtype}, expected {expected.dtype}, the dtype of "
            "the input: is something converted on the way?",
            Status.STOPPED,
        )
    got = got.detach().cpu()
    bad = int((~torch.isfinite(got)).sum())
    if bad:
        raise Objection(
            f"{part}: {bad} of {got.numel()} values are NaN or infinite: is there a "
            "root of a negative number (s and t swapped?), or a division by zero?"
        )
    return got


def _shapes(got: Tensor, expected: Tensor, part: str) -> str:
    shape, wanted = tuple(got.shape), tuple(expected.shape)
    words = f"{part}: got shape {shape}, expected {wanted}"
    if len(shape) == 2 and shape == wanted[::-1]:
        return f"{words}: it is transposed."
    if expected.is_floating_point() and not got.is_floating_point():
        return f"{words}: whole numbers. Are they places in a table, to be looked up?"
    if got.numel() == expected.numel():
        return f"{words}: the same number of values, in another arrangement."
    if shape and shape == wanted[:-1]:
        return f"{words}: one number in place of each row. Was the last axis summed, or searched?"
    return f"{words}: was something broadcast, or summed over the batch?"


def diagnose(
    trials: Sequence[Trial],
    parts: Sequence[str],
    mistakes: Sequence[Mistake],
    slips: Callable[[int], Slips],
) -> str:
    """What is wrong with the first part that is wrong, in one sentence or two.

    Args:
        trials: inputs with what came and what should have; in some part they differ.
        parts: what the parts of an output are called.
        mistakes: the exercise's own.
        slips: those of any formula, in a part of this one.
    """
    agreed = [
        all(agree(trial.got[k], trial.expected[k]) for trial in trials) for k in range(len(parts))
    ]
    k = agreed.index(False)
    right = [part for part, fine in zip(parts, agreed, strict=True) if fine]
    opening = f"{' and '.join(right)}: right. " if right else ""
    name = parts[k].removeprefix("the ")  # a sentence has a capital, and a letter is as it is
    name = f"The {name}" if right and name != parts[k] else parts[k]
    opening += f"{name}: " if len(parts) > 1 else ""
    if not right and len(parts) > 1 and all(map(_turned_around, trials)):
        return f"your values have changed places in the `return`: {', '.join(parts)}."
    for mistake in mistakes:
        if _explains(mistake.wrong, trials, k):
            return opening + mistake.says
    pairs = [(trial.got[k], trial.expected[k]) for trial in trials]
    got = [one for one, _ in pairs]
    return opening + (
        transformed(pairs)
        or cut(pairs)
        or slips(k).naming(got, most=SIMPLE)
        or rounded_off(pairs)
        or scaled(pairs)
        or slips(k).naming(got)
        or slips(k).two(got, pairs[0][1])
        or _nearly(mistakes, trials, k)
        or fallback(pairs)
    )


def _turned_around(trial: Trial) -> bool:
    return all(map(agree, trial.got[::-1], trial.expected))


def _explains(wrong: Callable, trials: Sequence[Trial], k: int, same: Callable = agree) -> bool:
    """Does that wrong function give part k of every trial? (Its crash is a no.)"""
    try:
        return all(same(trial.got[k], as_parts(wrong(*trial.args))[k]) for trial in trials)
    except Exception:  # that wrong function cannot take these inputs
        return False


def _nearly(mistakes: Sequence[Mistake], trials: Sequence[Trial], k: int) -> str | None:
    """The mistake that explains every trial but for rounding to two digits."""

    def same(got: Tensor, expected: Tensor) -> bool:
        return torch.allclose(got, expected, rtol=ROUNDED, atol=ATOL)

    for mistake in mistakes:
        if _explains(mistake.wrong, trials, k, same):
            return f"but for rounding, {mistake.says}"
    return None


@lru_cache(maxsize=256)
def other_arguments(solution: Callable, names: Sequence[str]) -> tuple[tuple[str, Callable], ...]:
    """The reference with two arguments swapped, or an index one off."""
    return tuple(_other_arguments(solution, list(names)))


def _other_arguments(solution: Callable, names: list[str]) -> Iterator[tuple[str, Callable]]:
    for first, second in (("s", "t"), ("ab_s", "ab_t"), ("x0", "xt"), ("xt", "eps")):
        if first in names and second in names:
            i, j = names.index(first), names.index(second)

            def swapped(*args: object, i: int = i, j: int = j) -> object:
                args = list(args)
                args[i], args[j] = args[j], args[i]
                return solution(*args)

            yield f"your `{first}` and `{second}` have changed places.", swapped
    for name in ("t", "s"):
        for shift, which in ((1, "late"), (-1, "early")):
            if name in names:

                def shifted(
                    *args: object, i: int = names.index(name), shift: int = shift
                ) -> object:
                    args = list(args)
                    args[i] = args[i] + shift
                    return solution(*args)

                yield f"your index is off by one: `{name}` is one {which}.", shifted
