"""Captions of drawn scenes, read: the inverse of `caption`."""

from typing import NamedTuple

from companion.checks import shown
from companion.data.scenes import COLOURS, SHAPES

SIZES = ("small", "large")
RELATIONS = ("above", "below", "left of", "right of")


class Described(NamedTuple):
    """A shape in words.

    Attributes:
        size: small or large.
        colour: one of `COLOURS`.
        shape: circle, square or triangle.
    """

    size: str
    colour: str
    shape: str


class Description(NamedTuple):
    """A caption, taken apart.

    Attributes:
        shapes: one or two.
        relation: where the first of two is, seen from the second; None for a single one.
    """

    shapes: tuple[Described, ...]
    relation: str | None


def parse(text: str) -> Description:
    """Take a caption of the scenes apart, such as "a large red circle above a small blue square".

    Args:
        text: what `caption` writes: "a SIZE COLOUR SHAPE", and a relation and another such shape
            for two. Spaces count as one, and capitals as small letters.

    Returns:
        The words, each in its place.

    Raises:
        ValueError: For any other text: the message names the first word that is out of place.
    """
    if not isinstance(text, str):
        raise ValueError(f"caption: got {shown(text)}, expected words")
    words = text.lower().split()[::-1]  # the next one is the last
    one = _described(words)
    if not words:
        return Description((one,), None)
    relation = _next(words, ("above", "below", "left", "right"))
    if relation in ("left", "right"):
        relation = f"{relation} {_next(words, ('of',))}"
    other = _described(words)
    if words:
        raise ValueError(f"caption: got {shown(words[-1])} after two shapes, expected its end")
    return Description((one, other), relation)


def _described(words: list[str]) -> Described:
    _next(words, ("a",))
    return Described(_next(words, SIZES), _next(words, tuple(COLOURS)), _next(words, SHAPES))


def _next(words: list[str], expected: tuple[str, ...]) -> str:
    """Take the next word, which is one of a few."""
    word = words.pop() if words else "its end"
    if word not in expected:
        came = word if word == "its end" else shown(word)
        raise ValueError(f"caption: got {came}, expected {' or '.join(map(repr, expected))}")
    return word
