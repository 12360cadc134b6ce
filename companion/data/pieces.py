"""Captions of any words in pieces: a tokenizer of Hugging Face, learned from them."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from tokenizers import Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import BPE
from tokenizers.trainers import BpeTrainer

from companion.checks import check_count, shown

UNKNOWN, BEGIN = "[UNK]", "▁"  # for a letter that there is not; and before a word's first piece
_SHOWN = 20  # words in a message


class Pieces:
    """How captions are taken apart: frequent words stay whole, others become parts of words.

    Args:
        tokenizer: as `learned` returns it.

    Raises:
        ValueError: for what is none.

    Source: Sennrich et al. (2016), byte pair encoding.
    """

    name = "pieces of words"

    def __init__(self, tokenizer: str) -> None:
        self.tokenizer = tokenizer
        self._by = _tokenizer(tokenizer)

    def split(self, caption: str) -> list[tuple[str, str]]:
        """The pieces of a caption, each with the word that it is of, as it is written.

        Raises:
            ValueError: for a caption without a word.
        """
        if not caption.split():
            raise ValueError(
                "captions: got an empty one, expected words; to say nothing, leave them out"
            )
        done = self._by.encode(caption)
        words = {}
        for word, (first, last) in zip(done.word_ids, done.offsets, strict=True):
            start, end = words.get(word, (first, last))
            words[word] = min(start, first), max(end, last)
        return [
            (piece, caption[slice(*words[word])])
            for piece, word in zip(done.tokens, done.word_ids, strict=True)
        ]

    def join(self, pieces: list[str]) -> str:
        """The words of pieces, with a space between two."""
        return "".join(pieces).replace(BEGIN, " ").strip()

    def known(self, pieces: Sequence[str]) -> str:
        """Some of the words that stayed whole, the most frequent first."""
        words = [one[1:] for one in pieces if one[0] == BEGIN and len(one) > 1]
        return f"words that its captions had, such as {', '.join(words[:_SHOWN])}"


def learned(captions: Iterable[str], most: int = 4096) -> tuple[str, tuple[str, ...]]:
    """A tokenizer for captions, and the pieces that they have in it.

    Capitals are read as small letters. Two pieces become one where they stand side by side
    twice or more, the most frequent first. A piece that no caption has is none: of it a
    network could learn nothing.

    Args:
        captions: to learn from.
        most: pieces that there can be.

    Returns:
        The tokenizer as JSON, and the pieces, in the order of their frequency. Both are the
        same each time: with a mark after a word, in place of one before it, the library's
        trainer breaks ties as it comes.

    Raises:
        ValueError: for no caption, and for captions without words.
    """
    captions = [*captions]
    most = check_count("most", most, 1, 1 << 20)
    tokenizer = Tokenizer(BPE(unk_token=UNKNOWN))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    begun = pre_tokenizers.Metaspace(BEGIN, prepend_scheme="always", split=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Whitespace(), begun])
    trainer = BpeTrainer(
        vocab_size=most, min_frequency=2, special_tokens=[UNKNOWN], show_progress=False
    )
    tokenizer.train_from_iterator(captions, trainer)
    text = tokenizer.to_str()
    by = Pieces(text)
    count: dict[str, int] = {}
    for caption in captions:
        for piece, _ in by.split(caption):
            count[piece] = count.get(piece, 0) + 1
    count.pop(UNKNOWN, None)
    if not count:
        raise ValueError(f"captions: got {shown(captions)}, expected words")
    return text, tuple(sorted(count, key=lambda piece: (-count[piece], piece)))


@lru_cache(maxsize=4)
def _tokenizer(text: str) -> Tokenizer:
    try:
        return Tokenizer.from_str(text)
    except Exception as error:  # the library raises Exception itself
        raise ValueError(f"tokenizer: got {shown(text)}, no tokenizer ({error})") from None
