"""Captions of drawn scenes: taken apart, told the other way, kept back from training."""

from hashlib import sha256
from typing import NamedTuple

from companion.checks import shown
from companion.data.scenes import COLOURS, SHAPES

SIZES = ("small", "large")
RELATIONS = ("above", "below", "left of", "right of")
_OPPOSITE = dict(zip(RELATIONS, ("below", "above", "right of", "left of"), strict=True))
_KEPT_BACK = 4  # one of so many


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


def other_way(text: str) -> str:
    """The same scene, told from its other shape: "a P above a Q" is "a Q below a P".

    Args:
        text: a caption, as `caption` writes it; of one shape it stays as it is.

    Raises:
        ValueError: For any other text.
    """
    shapes, relation = parse(text)
    words = [f"a {' '.join(shape)}" for shape in shapes]
    if relation is None:
        return words[0]
    return f"{words[1]} {_OPPOSITE[relation]} {words[0]}"


def kept_back(text: str) -> bool:
    """Whether no model of the book is shown this scene, in neither of its two captions.

    It is so for about a quarter of the scenes with two shapes, told by the SHA-256 of the
    caption that comes first in the alphabet, and for none with one.

    Args:
        text: a caption, as `caption` writes it.

    Raises:
        ValueError: For any other text.
    """
    other = other_way(text)
    if parse(text).relation is None:
        return False
    return sha256(min(text, other).encode()).digest()[0] % _KEPT_BACK == 0


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
