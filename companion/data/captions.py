"""Which captions of scenes are kept back from training, and the same scene told the other way."""

from hashlib import sha256

_OPPOSITE = {"above": "below", "below": "above", "left of": "right of", "right of": "left of"}
_KEPT_BACK = 4  # one of so many


def other_way(caption: str) -> str:
    """The same scene, told from the other shape: "a P above a Q" is "a Q below a P".

    Args:
        caption: of a scene, as `caption` writes it; of one shape it stays as it is.
    """
    for place, opposite in _OPPOSITE.items():
        one, found, other = caption.partition(f" {place} ")
        if found:
            return f"{other} {opposite} {one}"
    return caption


def kept_back(caption: str) -> bool:
    """Whether no model of the book is shown this scene, in neither of its two captions.

    It is so for about a quarter of the scenes with two shapes, told by the SHA-256 of the
    caption that comes first in the alphabet, and for none with one.

    Args:
        caption: of a scene, as `caption` writes it.
    """
    other = other_way(caption)
    if other == caption:
        return False
    return sha256(min(caption, other).encode()).digest()[0] % _KEPT_BACK == 0
