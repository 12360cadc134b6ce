"""What a folder says of its pictures, and the pieces of its words: broken and caught."""

from functools import partial

import pytest

from tests.data import test_labels as t
from tests.data import test_pieces as p
from tests.data.test_labels import place  # noqa: F401
from tests.mutations.mutation import compiled


def classes(folder):
    """In a folder that is empty before."""
    (folder / "empty").mkdir()
    t.test_subfolders_are_classes(folder / "empty")


WRONG = t.test_what_is_wrong_is_said_with_its_place
twice = partial(
    WRONG,
    name="metadata.csv",
    text="file_name,text\na.png,1\na.png,2\n",
    said="line 3: got 'a.png' .*second time",
)
empty = partial(WRONG, name="a.txt", text=" \n", said="a.txt: got an empty caption")
more = partial(
    WRONG,
    name="metadata.csv",
    text="file_name,text\na.png,a, dog\n",
    said="line 2: got more columns",
)
line = partial(WRONG, name="metadata.jsonl", text="\n{}", said="line 2: got no file_name")
LABELS = (
    (
        "the texts go before a table",
        "    if metadata:\n",
        "    if metadata and not beside:\n",
        t.test_a_table_goes_before_the_texts,
    ),
    (
        "any text is a caption",
        "for name, file in texts.items() if name in pictures}",
        "for name, file in texts.items()}",
        t.test_a_text_beside_each_says_it,
    ),
    (
        "pictures outside of the classes",
        ' and all("/" in name for name in found.names)',
        "",
        classes,
    ),
    ("a class alone", "if len(first) > 1", "if len(first) > 0", t.test_nothing_is_said),
    (
        "a caption of several lines",
        'return " ".join(text.split())',
        "return text",
        t.test_lines_of_json_say_it_each_for_its_own_folder,
    ),
    ("the last caption counts", "if said[names[full]] is not None:", "if False:", twice),
    ("no word in a caption", "    if not text.split():\n", "    if False:\n", empty),
    ("the end of a caption is lost", " is None or None in row:", " is None:", more),
    ("lines counted from 0", "splitlines(), 1)", "splitlines(), 0)", line),
)
whole = p.test_frequent_words_stay_whole_and_the_others_come_in_pieces
said = p.test_a_caption_is_what_its_row_says
nothing = partial(
    p.test_what_it_has_not_learned_is_refused, caption="", said="captions: got an empty one"
)
PIECES = (
    ("capitals are other letters", ", normalizers.Lowercase()]", "]", whole),
    ("a word that was there once stays whole", "min_frequency=2", "min_frequency=1", whole),
    ("the word is not as it is written", "caption[slice(*words[word])]", "piece", whole),
    (
        "pieces that no caption has",
        "tuple(sorted(count, key=lambda piece: (-count[piece], piece)))",
        "tuple(sorted(tokenizer.get_vocab()))",
        p.test_every_piece_is_in_a_caption,
    ),
    ("one word of all", 'replace(BEGIN, " ")', 'replace(BEGIN, "")', said),
    ("nothing can be said", "        if not caption.split():\n", "        if False:\n", nothing),
)


def ask_labels(monkeypatch, *row):
    """The tests of labels ask a copy of the module."""
    copy = compiled(("data.labels",), *row)
    for name in ("labels", "label_files"):
        monkeypatch.setattr(t, name, getattr(copy, name))


def ask_pieces(monkeypatch, *row):
    """The tests of pieces ask a copy of the module; what it has learned is returned."""
    copy = compiled(("data.pieces",), *row)
    monkeypatch.setattr(p, "Pieces", copy.Pieces)
    return copy.learned(p.CAPTIONS)


@pytest.mark.parametrize("holds", {row[-1]: None for row in LABELS})
def test_a_copy_of_labels_with_nothing_broken_passes(holds, place, monkeypatch):  # noqa: F811
    ask_labels(monkeypatch)
    holds(place)


@pytest.mark.parametrize("row", LABELS, ids=[row[0] for row in LABELS])
def test_a_mutant_of_labels_is_caught(row, place, monkeypatch):  # noqa: F811
    ask_labels(monkeypatch, "data.labels", *row[1:3])
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        row[3](place)


@pytest.mark.parametrize("holds", {row[-1]: None for row in PIECES})
def test_a_copy_of_pieces_with_nothing_broken_passes(holds, monkeypatch):
    holds(ask_pieces(monkeypatch))


@pytest.mark.parametrize("row", PIECES, ids=[row[0] for row in PIECES])
def test_a_mutant_of_pieces_is_caught(row, monkeypatch):
    both = ask_pieces(monkeypatch, "data.pieces", *row[1:3])
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        row[3](both)
