"""What one value has to do with another: a square, a factor, a sign, a few digits."""

from collections.abc import Callable, Iterator, Sequence
from math import log10

import torch
from torch import Tensor

RTOL, ATOL = 1e-9, 1e-12


def agree(got: Tensor, expected: Tensor) -> bool:
    """Equal to rounding in float64."""
    return got.shape == expected.shape and torch.allclose(
        got.double(), expected.double(), rtol=RTOL, atol=ATOL
    )


def transformed(pairs: Sequence[tuple[Tensor, Tensor]]) -> str | None:
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


def cut(pairs: Sequence[tuple[Tensor, Tensor]]) -> str | None:
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


def scaled(pairs: Sequence[tuple[Tensor, Tensor]]) -> str | None:
    """The factor or the shift that is the same for every value."""
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


def rounded_off(pairs: Sequence[tuple[Tensor, Tensor]]) -> str | None:
    """To how many digits the values agree, if to some."""
    far = _farthest(pairs)
    if far >= 1e-3:
        return None
    return (
        f"your value agrees to about {-log10(far):.0f} digits and no further: is a "
        "number rounded, or computed in float32?"
    )


def fallback(pairs: Sequence[tuple[Tensor, Tensor]]) -> str:
    """How far off the values are, and that it is not known why."""
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
    zeros = len(whole) - len(whole.rstrip("0")) if not after else 0
    if len(whole.lstrip("-")) - zeros >= 3 and zeros:  # 19900 is rounded to hundreds
        return len(whole.lstrip("-")) - zeros, -zeros
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
