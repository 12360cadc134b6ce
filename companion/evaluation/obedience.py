"""Which words of a caption a picture keeps."""

from collections import Counter
from collections.abc import Sequence
from itertools import permutations
from typing import NamedTuple

from torch import Tensor

from companion.checks import check_tensor, shown
from companion.data.captions import Described, Description, parse
from companion.evaluation.scene_reader import Reading, Seen, read_scenes

KINDS = ("count", "size", "colour", "shape", "relation")


class Word(NamedTuple):
    """A word of a caption, and what the picture has in its place.

    Attributes:
        kind: one of `KINDS`; the count is that of the shapes, 1 or 2.
        expected: the word.
        seen: what is there, None where nothing is.
    """

    kind: str
    expected: str
    seen: str | None

    @property
    def kept(self) -> bool:
        """Whether the picture has what was asked for."""
        return self.expected == self.seen


class Obedience(NamedTuple):
    """How far a picture keeps its caption.

    Attributes:
        words: the count, then size, colour and shape of each, then the relation of two.
        present: each word for a shape is somewhere on the picture, as often as asked for.
        bound: each shape is there with its own size, colour and shape together.
        relation: the first of two is where it should be, None where it was not asked.
        whole: all of it, on a picture that is a scene and has nothing else.
        reading: what was seen.
    """

    words: tuple[Word, ...]
    present: bool
    bound: bool
    relation: bool | None
    whole: bool
    reading: Reading

    def __str__(self) -> str:
        """What was seen, and the words that are not kept."""
        wrong = [
            f"{w.kind}: asked for {w.expected}, seen {w.seen or 'nothing'}"
            for w in self.words
            if not w.kept
        ]
        return "\n    ".join([str(self.reading), *wrong])


def obeys(image: Tensor, caption: str) -> Obedience:
    """Which words of a caption one picture keeps.

    Args:
        image: (3, size, size), in about [-1, 1].
        caption: what it should show, in the words of the scenes.

    Returns:
        Word by word, and in all.

    Raises:
        ValueError: For another shape, and for a caption of other words.
    """
    check_tensor("image", image)
    if image.ndim != 3:
        raise ValueError(f"image: got shape {tuple(image.shape)}, expected (3, size, size)")
    return compared(read_scenes(image[None])[0], parse(caption))


def obedience(images: Tensor, captions: Sequence[str]) -> list[Obedience]:
    """The same for many pictures, each with a caption of its own.

    Args:
        images: (N, 3, size, size), in about [-1, 1].
        captions: one for each picture, N of them.

    Returns:
        One for each picture.

    Raises:
        ValueError: For other shapes, another number of captions, and captions of other words.
    """
    if isinstance(captions, str) or not isinstance(captions, Sequence):
        raise ValueError(f"captions: got {shown(captions)}, expected one for each picture")
    readings = read_scenes(images)
    if len(captions) != len(readings):
        raise ValueError(f"captions: got {len(captions)}, expected {len(readings)}, one a picture")
    return [
        compared(reading, parse(text)) for reading, text in zip(readings, captions, strict=True)
    ]


def rates(found: Sequence[Obedience]) -> dict[str, float]:
    """In how many of the pictures a kind of word, or all of them, are kept.

    Args:
        found: what `obedience` gave, at least one.

    Returns:
        Shares in [0, 1]: of the words of each kind; of the pictures for present, bound and whole;
        of the pictures with two shapes for the relation. A share of nothing is left out.

    Raises:
        ValueError: For an empty list.
    """
    if not found:
        raise ValueError("found: got nothing, expected at least one Obedience")
    kept = {kind: [w.kept for o in found for w in o.words if w.kind == kind] for kind in KINDS}
    kept |= {name: [getattr(o, name) for o in found] for name in ("present", "bound", "whole")}
    return {name: sum(values) / len(values) for name, values in kept.items() if values}


def compared(reading: Reading, expected: Description) -> Obedience:
    """Compare what was seen with what was asked for.

    Args:
        reading: of a picture.
        expected: a caption, taken apart.

    Returns:
        Word by word, and in all.
    """
    partners = _partners(expected, reading.seen)
    words = [Word("count", str(len(expected.shapes)), str(len(reading.seen)))]
    for shape, seen in zip(expected.shapes, partners, strict=True):
        there = _words(seen) if seen else (None, None, None)
        words += map(Word, Described._fields, shape, there)
    if expected.relation:
        words.append(Word("relation", expected.relation, _relation(*partners)))
    described, seen = (
        Counter(w for s in shapes for w in s)
        for shapes in (expected.shapes, map(_words, reading.seen))
    )
    relation = words[-1].kept if expected.relation else None
    return Obedience(
        tuple(words),
        present=described <= seen,
        bound=Counter(expected.shapes) <= Counter(map(_words, reading.seen)),
        relation=relation,
        whole=reading.is_scene and all(w.kept for w in words),
        reading=reading,
    )


def _partners(expected: Description, seen: Sequence[Seen]) -> tuple[Seen | None, ...]:
    """What was seen in the place of each shape: by colour first, then by the other words."""
    many = len(expected.shapes)

    def fits(partners: tuple[Seen | None, ...]) -> tuple[int, int, bool]:
        pairs = [(a, _words(s)) for a, s in zip(expected.shapes, partners, strict=True) if s]
        colours = sum(a.colour == s.colour for a, s in pairs)
        others = sum(a.size == s.size for a, s in pairs) + sum(a.shape == s.shape for a, s in pairs)
        return colours, others, many == 2 and _relation(*partners) == expected.relation

    return max(permutations([*seen, *[None] * max(many - len(seen), 0)], many), key=fits)


def _words(seen: Seen) -> Described:
    return Described(seen.size, seen.colour, seen.shape if seen.clear else "no shape")


def _relation(one: Seen | None, other: Seen | None) -> str | None:
    """Where the first is, along the axis on which the two middles are farther apart."""
    if not (one and other):
        return None
    across, down = other.x - one.x, other.y - one.y
    if abs(down) > abs(across):
        return "above" if down > 0 else "below"
    return "left of" if across > 0 else "right of"
