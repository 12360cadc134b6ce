"""Words as whole numbers, for captions of few words."""

from collections.abc import Iterable, Sequence
from typing import Protocol

import torch
from torch import Tensor

from companion.checks import check_count, shown

PAD, START = 0, 1  # behind the last word, and before the first
SCENE_WORDS = (
    "a small large red orange yellow green blue purple circle square triangle "
    "above below left right of"
)


class Splitting(Protocol):
    """How captions are taken apart, and put together again."""

    name: str

    def split(self, caption: str) -> list[tuple[str, str]]:
        """The parts of a caption, each with the word that it is of, as it is written."""

    def join(self, parts: list[str]) -> str:
        """A caption of such parts."""

    def known(self, parts: Sequence[str]) -> str:
        """What there is, in words, as a message says it that refuses another."""


class AtSpaces:
    """Whole words, in lower case, with spaces between."""

    name = "words"

    def split(self, caption: str) -> list[tuple[str, str]]:
        """The words of a caption, each twice."""
        return [(word, word) for word in caption.lower().split()]

    def join(self, words: list[str]) -> str:
        """The words with a space between two."""
        return " ".join(words)

    def known(self, words: Sequence[str]) -> str:
        """All the words."""
        return f"words of {', '.join(words)}"


class Vocabulary:
    """The words of some captions, each with its number.

    Args:
        words: each once, in the order of their numbers, which begin behind `START`.
        length: N, numbers of a row: the start, and words at the most.
        by: how captions are taken apart into such words, or into pieces of words.

    Raises:
        ValueError: for words that are no words, for one that comes twice, and for no room.
    """

    def __init__(self, words: Sequence[str], length: int = 16, by: Splitting | None = None) -> None:
        self.by = by or AtSpaces()
        self.words, self.length = tuple(words), check_count("length", length, 2, 1 << 12)
        for word in self.words:
            if not word or word != word.strip() or len(word.split()) != 1:
                raise ValueError(f"words: got {shown(word)}, expected single words")
        self._numbers = {word: n for n, word in enumerate(self.words, START + 1)}
        if len(self._numbers) != len(self.words):
            raise ValueError("words: got one twice, expected each once")

    def __len__(self) -> int:
        return len(self.words) + START + 1

    def encode(self, captions: Iterable[str]) -> Tensor:
        """Captions as rows of numbers: the start, the words, and `PAD` up to the length.

        Args:
            captions: each of the vocabulary's words, in lower case or not, without
                punctuation; an empty one is the start alone.

        Returns:
            (B, N), int64.

        Raises:
            ValueError: for a word that there is not, a caption that is too long, and none.
        """
        rows = [self._row(caption) for caption in captions]
        if not rows:
            raise ValueError("captions: got none, expected at least one")
        return torch.tensor(rows)  # (B, N)

    def decode(self, row: Tensor) -> str:
        """The caption of a row of numbers.

        Args:
            row: (N,), as `encode` makes it.
        """
        return self.by.join([self.words[n - START - 1] for n in row.tolist() if n > START])

    def _row(self, caption: str) -> list[int]:
        if not isinstance(caption, str):
            raise ValueError(f"captions: got {shown(caption)}, expected text")
        found = self.by.split(caption)
        for part, word in found:
            if part not in self._numbers:
                raise ValueError(
                    f"captions: got {word!r:.80}, expected {self.by.known(self.words)}"
                )
        if len(found) >= self.length:
            raise ValueError(
                f"captions: got {len(found)} {self.by.name}, expected at most {self.length - 1}"
            )
        row = [START, *(self._numbers[part] for part, _ in found)]
        return row + [PAD] * (self.length - len(row))
