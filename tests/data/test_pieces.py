"""Captions of any words in pieces: learned from them, the same each time, and with no surprise."""

import os
import sys

import pytest

from companion.data import Vocabulary
from companion.data.pieces import Pieces, learned
from tests.commands.asking import process

CAPTIONS = ["A dog on the Grass", "a dog, running", "the cat on grass", "一只狗在草地上", "一只猫"]


@pytest.fixture(scope="module")
def both():
    return learned(CAPTIONS)


def vocabulary(both, length=16):
    return Vocabulary(both[1], length, Pieces(both[0]))


def test_frequent_words_stay_whole_and_the_others_come_in_pieces(both):
    by = Pieces(both[0])
    assert by.split("Dog on  GRASS") == [("▁dog", "Dog"), ("▁on", "on"), ("▁grass", "GRASS")]
    cat = by.split("the cat")
    assert [word for _, word in cat] == ["the"] + ["cat"] * (len(cat) - 1) and len(cat) > 2
    assert "".join(piece for piece, _ in by.split("一只猫")) == "▁一只猫"


def test_a_caption_is_what_its_row_says(both):
    words = vocabulary(both)
    rows = words.encode(CAPTIONS)
    assert rows.shape == (5, 16) and rows.max() == len(words) - 1
    assert [words.decode(row) for row in rows] == [
        *("a dog on the grass", "a dog , running", "the cat on grass", "一只狗在草地上", "一只猫")
    ]


def test_every_piece_is_in_a_caption(both):
    """Of another a network would have learned nothing."""
    had = {piece for one in CAPTIONS for piece, _ in Pieces(both[0]).split(one)}
    assert {*both[1]} == had and len(both[1]) == len(had)


def test_it_is_the_same_in_every_process(both):
    """A run begins with the same numbers, whichever of several processes looks at them."""
    code = f"from companion.data.pieces import learned; print(ascii(learned({CAPTIONS!r})))"
    done = process([sys.executable, "-c", code], env=os.environ)
    assert done[:2] == (0, f"{ascii(both)}\n")
    assert all(learned(CAPTIONS) == both for _ in range(20))


@pytest.mark.parametrize(
    "caption, said",
    [
        ("a zebra", "captions: got 'zebra', expected words that its captions had, such as a, "),
        ("a dog!", "captions: got '!', expected"),
        ("[UNK]", r"captions: got '\[UNK\]', expected"),
        ("", "captions: got an empty one, expected words; to say nothing, leave them out"),
        (" \t", "captions: got an empty one"),
        ("dog " * 10_000, "captions: got 10000 pieces of words, expected at most 15"),
        (3, "captions: got 3"),
    ],
)
def test_what_it_has_not_learned_is_refused(both, caption, said):
    with pytest.raises(ValueError, match=said):
        vocabulary(both).encode([caption])


def test_what_is_no_tokenizer_is_refused():
    for text in ("", "{}", "dog"):
        with pytest.raises(ValueError, match="tokenizer: got .*no tokenizer"):
            Pieces(text)
    with pytest.raises(ValueError, match="captions: got .*expected words"):
        learned([])
    with pytest.raises(ValueError, match="most: got 0"):
        learned(CAPTIONS, 0)
    assert len(learned(CAPTIONS * 9, 30)[1]) <= 29
