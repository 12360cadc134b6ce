"""Compares answers with a reference, and finds the name of the difference.

A `Trial` is one input with what came out and what should have. A difference is named
only if it explains every trial, so that no name is given by accident.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log10

import torch
from torch import Tensor

from companion.exercises.exercise import Mistake, Objection, Status
from companion.exercises.guard import kind_of
from companion.exercises.slips import Slips

RTOL, ATOL = 1e-9, 1e-12
SIMPLE = 2  # what a slip may cost to be named before a factor or a shift
ROUNDED = 5e-3  # 0.69 for log(2), 0.7 not


@dataclass(frozen=True)
class Trial:
    """One input, and the parts of its output: what came (got), what should have."""

    args: tuple
    got: tuple[Tensor, ...]
    expected: tuple[Tensor, ...]


def agree(got: Tensor, expected: Tensor) -> bool:
    """Equal to rounding in float64."""
    return got.shape == expected.shape and torch.allclose(
        got.double(), expected.double(), rtol=RTOL, atol=ATOL
    )


def as_parts(value: object) -> tuple:
    """A function's output as a tuple, of one part if it is not one already."""
    return tuple(value) if isinstance(value, tuple) else (value,)


def read(value: object, expected: tuple[Tensor, ...], parts: Sequence[str]) -> tuple:
    """The reader's output, part by part, as tensors that can be compared.

    Raises Objection for another type, shape or dtype, for complex numbers and NaN.
    """
    if value is None:
        raise Objection(
            "your function returns None: is a `return` missing?", Status.STOPPED
        )
    got = tuple(value) if isinstance(value, tuple | list) else (value,)
    if len(got) != len(expected):
        wanted = f"{len(expected)} ({', '.join(parts)})" if len(parts) > 1 else "one"
        raise Objection(
            f"your function returns {len(got)} value{'s' * (len(got) != 1)}, "
            f"expected {wanted}.",
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
        raise Objection(
            f"{part}: got {kind_of(got)}, expected a torch.Tensor.", Status.STOPPED
        )
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
    return f"{words}: was something broadcast, or summed over the batch?"


def diagnose(
    trials: Sequence[Trial],
    parts: Sequence[str],
    mistakes: Sequence[Mistake],
    slips: Callable[[int], Slips],
) -> str:
    """What is wrong with the first part that is wrong, in one sentence or two.

    mistakes: the exercise's own.   slips: those of any formula, in a part of this one.
    """
    agreed = [
        all(agree(trial.got[k], trial.expected[k]) for trial in trials)
        for k in range(len(parts))
    ]
    k = agreed.index(False)
    right = [part for part, fine in zip(parts, agreed, strict=True) if fine]
    opening = f"{' and '.join(right)}: right. " if right else ""
    opening += f"{parts[k]}: " if len(parts) > 1 else ""
    if not right and len(parts) > 1 and all(map(_turned_around, trials)):
        return f"your values have changed places in the `return`: {', '.join(parts)}."
    for mistake in mistakes:
        if _explains(mistake.wrong, trials, k):
            return opening + mistake.says
    pairs = [(trial.got[k], trial.expected[k]) for trial in trials]
    got = [one for one, _ in pairs]
    return opening + (
        _transformed(pairs)
        or _cut(pairs)
        or slips(k).naming(got, most=SIMPLE)
        or _scaled(pairs)
        or slips(k).naming(got)
        or slips(k).two(got, pairs[0][1])
        or _rounded(pairs)
        or _nearly(mistakes, trials, k)
        or _fallback(pairs)
    )


def _turned_around(trial: Trial) -> bool:
    return all(map(agree, trial.got[::-1], trial.expected))


def _explains(
    wrong: Callable, trials: Sequence[Trial], k: int, same: Callable = agree
) -> bool:
    """Does that wrong function give part k of every trial? (Its crash is a no.)"""
    try:
        return all(
            same(trial.got[k], as_parts(wrong(*trial.args))[k]) for trial in trials
        )
    except Exception:  # that wrong function cannot take these inputs
        return False


def _nearly(
    mistakes: Sequence[Mistake], trials: Sequence[Trial], k: int
) -> str | None:
    """The mistake that explains every trial but for rounding to two digits."""

    def same(got: Tensor, expected: Tensor) -> bool:
        return torch.allclose(got, expected, rtol=ROUNDED, atol=ATOL)

    for mistake in mistakes:
        if _explains(mistake.wrong, trials, k, same):
            return f"but for rounding, {mistake.says}"
    return None


@lru_cache(maxsize=256)
def other_arguments(
    solution: Callable, names: Sequence[str]
) -> tuple[tuple[str, Callable], ...]:
    """The reference with two arguments swapped, or an index one off."""
    return tuple(_other_arguments(solution, list(names)))


def _other_arguments(
    solution: Callable, names: list[str]
) -> Iterator[tuple[str, Callable]]:
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


def _transformed(pairs: Sequence[tuple[Tensor, Tensor]]) -> str | None:
    """The simple operation that turns every expected value into the one that came."""

    def every(change: Callable[[Tensor], Tensor]) -> bool:
        return all(agree(got, change(expected)) for got, expected in pairs)

    if every(lambda e: e**2):
        return (
            "your value is the square of the expected one: did you take the variance "
            "where the standard deviation is meant, or forget a root?"
        )
    if every(lambda e: e.sqrt()):
        return (
            "your value is the square root of the expected one: did you take the "
            "standard deviation where the variance is meant, or a root too many?"
        )
    if every(lambda e: -e):
        return "your value has the opposite sign of the expected one."
    if every(lambda e: 1 / e):
        return "your value is one over the expected one: is a fraction upside down?"
    if every(lambda e: 1 - e):
        return (
            "your value and the expected one add up to 1: did you take the signal for "
            "the noise, or alpha for beta?"
        )
    if every(lambda e: e.mT if e.ndim == 2 else e):
        return "your value is the expected one transposed: rows and columns changed."
    for shift in (1, -1):
        for axis in range(max(expected.ndim for _, expected in pairs)):
            if every(lambda e, s=shift, a=axis: e.roll(s, a) if a < e.ndim else e):
                return (
                    "your values are the expected ones moved by one place along axis "
                    f"{axis}: an index is off by one."
                )
    return None


def _cut(pairs: Sequence[tuple[Tensor, Tensor]]) -> str | None:
    """A floor or a ceiling under or over values that are right otherwise."""
    got, expected = (torch.cat([p[i].flatten() for p in pairs]) for i in (0, 1))
    wrong = (got - expected).abs() > ATOL + RTOL * expected.abs()
    end = got[wrong][0]
    if not agree(got[wrong], end.expand(int(wrong.sum()))) or wrong.all():
        return None
    if (expected[wrong] < end).all() and (got >= end - ATOL).all():
        return (
            f"your value is right where the expected one is above {end:.3g}, and nowhere "
            "below that: is there a floor in it, such as a `clamp` or a small number?"
        )
    if (expected[wrong] > end).all() and (got <= end + ATOL).all():
        return (
            f"your value is right where the expected one is below {end:.3g}, and nowhere "
            "above that: is something cut off?"
        )
    return None


def _scaled(pairs: Sequence[tuple[Tensor, Tensor]]) -> str | None:
    got, expected = (torch.cat([p[i].flatten() for p in pairs]) for i in (0, 1))
    far = expected.abs() > 1e-9
    if far.sum() < 2:
        return None
    ratio = got[far] / expected[far]
    if agree(got, ratio.mean() * expected) and ratio.mean().abs() > 1e-9:
        return (
            f"your value is {ratio.mean():.4g} times the expected one, for every "
            "input: a constant factor is missing or too much."
        )
    gap = (got - expected).mean()
    if agree(got, expected + gap):
        return (
            f"your value is the expected one {'plus' if gap > 0 else 'minus'} "
            f"{gap.abs():.4g}, for every input."
        )
    return None


def _rounded(pairs: Sequence[tuple[Tensor, Tensor]]) -> str | None:
    far = _farthest(pairs)
    if far >= 1e-3:
        return None
    return (
        f"your value agrees to about {-log10(far):.0f} digits and no further: is a "
        "number rounded, or computed in float32?"
    )


def _fallback(pairs: Sequence[tuple[Tensor, Tensor]]) -> str:
    n = sum(not agree(got, expected) for got, expected in pairs)
    inputs = f" on {n} of {len(pairs)} random inputs" if len(pairs) > 1 else ""
    percent = 100 * _farthest(pairs)
    worst = f"{percent:.0f}" if percent >= 10 else f"{percent:.2g}"
    return (
        f"your value differs from the expected one{inputs}, at worst by "
        f"{worst} % of the largest value. No usual mistake that "
        "the check knows gives these numbers: try hint 1."
    )


def _farthest(pairs: Sequence[tuple[Tensor, Tensor]]) -> float:
    """The largest difference, as a share of the largest expected value."""
    return max(
        ((got - expected).abs().max() / expected.abs().max().clamp(min=1e-9)).item()
        for got, expected in pairs
    )


def related(truth: float) -> Iterator[tuple[str, float]]:
    """The numbers that are the right one but for one operation, in words."""
    yield "your number is the square of the right one.", truth**2
    yield "your number has the wrong sign.", -truth
    yield "your number is one over the right one: a fraction is upside down.", 1 / truth
    yield "is that a percentage? Expected the number itself.", 100 * truth
    yield "your number is twice the right one: a factor of 2 too many.", 2 * truth
    yield "your number is half of the right one: a factor of 2 is missing.", truth / 2
    yield "your number is ten times the right one.", 10 * truth
    yield "your number is a tenth of the right one.", truth / 10
    if truth > 0:
        yield "your number is the root of the right one: a root too many.", truth**0.5
    if 0 < truth < 1:
        words = "your number and the right one add up to 1: the other share is asked for."
        yield words, 1 - truth


def digits_of(guess: float) -> tuple[int, int]:
    """How many digits a number is written with: in all, and after its point."""
    text = f"{guess:.12g}"
    mantissa, _, exponent = text.partition("e")
    whole, _, after = mantissa.partition(".")
    return len((whole + after).lstrip("-0")), len(after) - int(exponent or 0)


def rounded(guess: float, value: float) -> bool:
    """Is the guess this value, to the digits it is written with, two or more?"""
    in_all, after = digits_of(guess)
    exact = abs(guess - value) <= 1e-6 * abs(value)
    return exact or (in_all > 1 and abs(guess - value) <= 0.5000001 * 10.0**-after)


def precision(guess: float) -> tuple[float, float]:
    """How near, in proportion and absolutely, a slip has to be to explain a guess.

    A number of three digits or more is taken as rounded, another one as exact: with
    fewer digits some slip would explain nearly every number.
    """
    in_all, after = digits_of(guess)
    return 1e-6, 0.5 * 10.0**-after if in_all > 2 and after > 0 else 0.0
