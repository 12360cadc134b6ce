"""A book that lies about is taken for the book only where it is made from the files as they are."""

import pytest

from tests.built import MADE_FROM, SOURCES, is_current, made_from


@pytest.fixture
def tree(tmp_path):
    """A small tree with one file in each place that the book is made from."""
    for name in SOURCES:
        path = tmp_path / name
        if "." not in name:
            path.mkdir()
            path = path / "a.py"
        path.write_text("one")
    return tmp_path


@pytest.fixture
def note(tree):
    path = tree / "book" / "_build" / "made-from"
    path.parent.mkdir()
    path.write_text(made_from(tree), "ascii")
    return path


def test_a_book_of_these_files_is_current(tree, note):
    (tree / "companion" / "__pycache__").mkdir()
    (tree / "companion" / "__pycache__" / "a.pyc").write_text("compiled")
    (tree / "book" / "_build" / "html").write_text("made")
    assert is_current(note, tree)


@pytest.mark.parametrize("name", SOURCES)
def test_a_byte_more_and_it_is_not(tree, note, name):
    path = tree / name
    path = path / "a.py" if path.is_dir() else path
    path.write_text("one ")
    assert not is_current(note, tree)


@pytest.mark.parametrize("change", ["another", "renamed", "gone"])
def test_nor_with_other_files(tree, note, change):
    path = tree / "companion" / "a.py"
    if change == "another":
        path.with_name("b.py").touch()
    else:
        path.rename(tree / "companion" / "c.py") if change == "renamed" else path.unlink()
    assert not is_current(note, tree)


def test_nor_where_nothing_says_what_it_is_made_from(tree, note):
    note.unlink()
    assert not is_current(note, tree)


def test_the_note_lies_where_make_book_takes_it_away_first():
    makefile = (MADE_FROM.parents[2] / "Makefile").read_text("utf-8")
    assert makefile.count("@rm -f book/_build/made-from\n") == 1
    assert MADE_FROM.parts[-3:] == ("book", "_build", "made-from")
