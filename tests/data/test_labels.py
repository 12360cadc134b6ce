"""What a folder says of its pictures, and what is wrong with what it says."""

import json
import unicodedata
from pathlib import Path

import pytest
from PIL import Image

from companion.data import folder, label_files, labels


@pytest.fixture
def place(tmp_path):
    """Three pictures, one of them in a folder of its own."""
    for name in ("a.png", "b.png", "in/c.png"):
        drawn(tmp_path / name)
    return tmp_path


def drawn(path):
    path.parent.mkdir(exist_ok=True)
    Image.new("RGB", (8, 8), "red").save(path)


def found(place):
    return labels(folder(place, 8))


def test_a_table_says_it(place):
    rows = 'file_name,kind,text\na.png,x,"a dog, asleep"\n./in/c.png,y,  two\n\n'
    (place / "metadata.csv").write_text(rows, "utf-8-sig")
    known = found(place)
    assert (known.kind, known.where) == ("words", "metadata.csv")
    assert known.said == ("a dog, asleep", None, "two") and known.classes == ()
    assert label_files(folder(place, 8)) == {place / "metadata.csv"}


def test_lines_of_json_say_it_each_for_its_own_folder(place):
    lines = [{"file_name": "b.png", "text": "two\nlines"}, {"file_name": "a.png", "text": "犬"}]
    (place / "metadata.jsonl").write_text("\n\n".join(map(json.dumps, lines)))
    (place / "in/metadata.jsonl").write_text('{"file_name": "c.png", "text": "in"}')
    assert found(place).said == ("犬", "two lines", "in")
    assert len(label_files(folder(place, 8))) == 2


def test_a_text_beside_each_says_it(place):
    for name, text in (("a.txt", "one\n"), ("in/c.TXT", "three"), ("notes.txt", "no caption")):
        (place / name).write_text(text)
    assert found(place).said == ("one", None, "three") and found(place).kind == "words"
    assert label_files(folder(place, 8)) == {place / "a.txt", place / "in/c.TXT"}


def test_a_table_goes_before_the_texts(place):
    (place / "metadata.csv").write_text("file_name,text\na.png,table\n")
    (place / "a.txt").write_text("beside")
    assert found(place).said == ("table", None, None)


def test_subfolders_are_classes(tmp_path):
    for name in ("wolf/1.png", "dog/1.png", "dog/2.png"):
        drawn(tmp_path / name)
    known = found(tmp_path)
    assert (known.kind, known.classes) == ("class", ("dog", "wolf"))
    assert known.said == ("dog", "dog", "wolf")
    drawn(tmp_path / "alone.png")  # a picture of no class: so they are none
    assert found(tmp_path).kind == "none"


def test_nothing_is_said(place):
    known = found(place)
    assert (known.kind, known.said, known.classes) == ("none", (None,) * 3, ())
    (place / "a.png").unlink()
    (place / "b.png").unlink()
    assert found(place).kind == "none"  # a single class tells nothing apart


def test_a_name_is_the_same_in_every_form_of_unicode(tmp_path):
    drawn(tmp_path / unicodedata.normalize("NFD", "é.png"))
    composed = unicodedata.normalize("NFC", "é.png")
    (tmp_path / "metadata.csv").write_text(f"file_name,text\n{composed},e\n", "utf-8")
    assert found(tmp_path).said == ("e",)


def test_a_picture_that_cannot_be_read_may_have_a_caption(place):
    (place / "d.png").write_bytes(b"no picture")
    (place / "metadata.csv").write_text("file_name,text\nd.png,d\na.png,a\n")
    assert found(place).said == ("a", None, None)


@pytest.mark.parametrize(
    "name, text, said",
    [
        ("metadata.csv", "file_name,text\nx.png,dog\n", "line 2: got the file_name 'x.png'"),
        ("metadata.csv", "file_name,text\nc.png,dog\n", "line 2: got the file_name 'c.png'"),
        ("metadata.csv", "file_name,text\na.png, \n", "line 2: got an empty caption"),
        ("metadata.csv", "file_name,text\na.png\n", "line 2: got fewer columns"),
        ("metadata.csv", "file_name,text\na.png,a, dog\n", "line 2: got more columns"),
        ("metadata.csv", "file_name,text\na.png,1\na.png,2\n", "line 3: got 'a.png' .*second time"),
        ("metadata.csv", "file_name,caption\na.png,dog\n", "metadata.csv: got no text, expected"),
        ("metadata.csv", "", "metadata.csv: got no file_name and no text"),
        ("metadata.csv", "file_name,text\na.png,\udcff\n", "metadata.csv: expected text in UTF-8"),
        ("metadata.csv", "x" * 200_000, "metadata.csv: got a line that is no CSV"),
        ("metadata.csv", f"file_name,text\na.png,{'x' * 200_000}", "got a line that is no CSV"),
        ("metadata.jsonl", "\n{}", "line 2: got no file_name and no text"),
        ("metadata.jsonl", '["file_name", "text"]', "line 1: got no file_name"),
        ("metadata.jsonl", "dog", "line 1: got 'dog' .*expected an object of JSON"),
        ("metadata.jsonl", '{"file_name": "a.png", "text": 3}', "line 1: got .*two texts"),
        ("a.txt", " \n", "a.txt: got an empty caption, expected words"),
        ("a.txt", "\udcff", "a.txt: expected text in UTF-8"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(place, name, text, said):
    Path(place / name).write_text(text, "utf-8", errors="surrogateescape")
    with pytest.raises(ValueError, match=said):
        found(place)
