"""Words as numbers, a scene told the other way, and what is kept back."""

import pytest
import torch

from companion.data import SCENE_WORDS, Vocabulary, caption, kept_back, other_way, scenes
from companion.data.captions import parse
from companion.data.vocabulary import PAD, START

FOUND = [caption(scene) for scene in scenes(600, 16, seed=3).scenes]


def test_captions_become_rows_and_back():
    words = Vocabulary("red blue circle".split(), length=5)
    rows = words.encode(["Red  circle", "", "blue blue blue red"])
    assert rows.tolist() == [[1, 2, 4, 0, 0], [1, 0, 0, 0, 0], [1, 3, 3, 3, 2]]
    assert rows.dtype == torch.int64 and len(words) == 5 and (PAD, START) == (0, 1)
    assert [words.decode(row) for row in rows] == ["red circle", "", "blue blue blue red"]


def test_the_words_of_scenes_are_all_that_captions_have():
    words = Vocabulary(SCENE_WORDS.split(), length=12)
    rows = words.encode(FOUND)
    assert [words.decode(row) for row in rows] == FOUND
    assert {word for one in FOUND for word in one.split()} == {*words.words}
    assert (rows[:, -1] != PAD).sum() == 0 and (rows[:, -2] != PAD).any()  # 11 are enough


@pytest.mark.parametrize(
    "captions, message",
    [
        (["a green circle"], "captions: got 'a', expected words of red, blue"),
        (["red blue red blue red"], "captions: got 5 words, expected at most 3"),
        ([3], "captions: got 3"),
        ([], "captions: got none, expected at least one"),
    ],
)
def test_wrong_captions_are_refused(captions, message):
    with pytest.raises(ValueError, match=message):
        Vocabulary(["red", "blue"], length=4).encode(captions)


@pytest.mark.parametrize(
    "words, length, message",
    [
        (["red", "red"], 4, "words: got one twice"),
        (["light red"], 4, "words: got .*light red"),
        ([""], 4, "words: got"),
        (["red"], 1, "length: got 1"),
    ],
)
def test_wrong_vocabularies_are_refused(words, length, message):
    with pytest.raises(ValueError, match=message):
        Vocabulary(words, length)


def test_a_scene_told_the_other_way():
    for one, other in (
        ("a large red circle above a small blue square", "below"),
        ("a large red circle below a small blue square", "above"),
        ("a large red circle left of a small blue square", "right of"),
        ("a large red circle right of a small blue square", "left of"),
    ):
        expected = f"a small blue square {other} a large red circle"
        assert other_way(one) == expected and other_way(expected) == one
    assert other_way("a small red circle") == "a small red circle"


def test_a_quarter_of_the_pairs_is_kept_back_told_either_way():
    pairs = {one for one in FOUND if parse(one).relation}
    share = sum(map(kept_back, pairs)) / len(pairs)
    assert 0.18 < share < 0.32
    assert all(kept_back(one) is kept_back(other_way(one)) for one in pairs)
    assert not any(kept_back(one) for one in {*FOUND} - pairs)
    assert kept_back("a large red circle above a small blue square") is KEPT


# By hand: the digest of "a large red circle above ..." begins with this byte.
KEPT = False
