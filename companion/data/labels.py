"""What a folder says of its pictures: a caption for each, or a class."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from companion.checks import shown
from companion.data.folder import Folder
from companion.data.names import normalised, shown_name

METADATA = ("metadata.csv", "metadata.jsonl")


@dataclass(frozen=True)
class Labels:
    """What is said of the pictures of a folder.

    Attributes:
        kind: "words", "class", or "none" where nothing is said.
        said: of each picture, in the order of `Folder.names`: a caption, the name of a
            class, or None.
        where: it was found, in words.
    """

    kind: str
    said: tuple[str | None, ...]
    where: str

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes, in the order of the alphabet."""
        return tuple(sorted({one for one in self.said if one})) if self.kind == "class" else ()


def labels(found: Folder) -> Labels:
    """What a folder says of its pictures.

    The first of these that there is: files `metadata.csv` or `metadata.jsonl` with
    `file_name` and `text`, each for the folder that it lies in (Hugging Face's ImageFolder); a
    text beside each picture, of the same name with .txt; a subfolder for each class
    (torchvision's ImageFolder), where there are two or more and no picture is outside them.

    Args:
        found: a folder that was read.

    Returns:
        The labels. A picture of which nothing is said has None.

    Raises:
        ValueError: for a caption of a picture that is not there, a second one, an empty one,
            and for a file that cannot be read as what its name says.
    """
    metadata = [file for file, _ in found.skipped if file.name.lower() in METADATA]
    beside = _texts(found)
    if metadata:
        where = ", ".join(shown_name(file.relative_to(found.place)) for file in metadata)
        return Labels("words", _of_metadata(found, metadata), where)
    if beside:
        of = [beside.get(name.with_suffix("")) for name in map(Path, found.names)]
        said = tuple(file and _caption(_text(file), _in(found, file)) for file in of)
        return Labels("words", said, "the texts beside them")
    first = {name.partition("/")[0] for name in found.names}
    if len(first) > 1 and all("/" in name for name in found.names):
        said = tuple(name.partition("/")[0] for name in found.names)
        return Labels("class", said, "the names of its subfolders")
    return Labels("none", (None,) * len(found.names), "")


def label_files(found: Folder) -> set[Path]:
    """The files of a folder that say something of its pictures, and are none themselves."""
    metadata = {file for file, _ in found.skipped if file.name.lower() in METADATA}
    return metadata or {*_texts(found).values()}


def _texts(found: Folder) -> dict[Path, Path]:
    """The text beside a picture, by the picture's name without its ending."""
    pictures = {Path(name).with_suffix("") for name in found.names}
    texts = {
        file.relative_to(found.place).with_suffix(""): file
        for file, _ in found.skipped
        if file.suffix.lower() == ".txt"
    }
    return {name: file for name, file in texts.items() if name in pictures}


def _of_metadata(found: Folder, files: list[Path]) -> tuple[str | None, ...]:
    """The caption of each picture, by these files."""
    names = {normalised(name): n for n, name in enumerate(found.names)}
    unreadable = {normalised(file.relative_to(found.place).as_posix()) for file, _ in found.skipped}
    said: list[str | None] = [None] * len(found.names)
    for file in files:
        inside = file.parent.relative_to(found.place)
        rows = _of_csv(file, found) if file.suffix.lower() == ".csv" else _of_json(file, found)
        for where, name, text in rows:
            full = normalised((inside / name).as_posix())
            if full in unreadable:
                continue
            if full not in names:
                raise ValueError(
                    f"{where}: got the file_name {shown(name)}, expected that of a picture "
                    f"which is in {shown_name(file.parent)}"
                )
            if said[names[full]] is not None:
                raise ValueError(f"{where}: got {shown(name)} a second time, expected it once")
            said[names[full]] = _caption(text, where)
    return tuple(said)


def _of_csv(file: Path, found: Folder) -> Iterator[tuple[str, str, str]]:
    """Where each row stands, its file_name and its text."""
    where = _in(found, file)
    rows = csv.DictReader(StringIO(_text(file)))
    try:
        _check_columns(where, rows.fieldnames or ())
        for row in rows:
            here = f"{where}, line {rows.line_num}"
            if row["text"] is None or None in row:
                raise ValueError(
                    f"{here}: got {'more' if None in row else 'fewer'} columns than the first line "
                    "has, expected a text with commas in it to stand between quotes"
                )
            yield here, row["file_name"], row["text"]
    except csv.Error as error:
        raise ValueError(f"{where}: got a line that is no CSV ({error})") from None


def _of_json(file: Path, found: Folder) -> Iterator[tuple[str, str, str]]:
    """Where each row stands, its file_name and its text."""
    for n, line in enumerate(_text(file).splitlines(), 1):
        here = f"{_in(found, file)}, line {n}"
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise ValueError(f"{here}: got {shown(line)}, expected an object of JSON") from None
        _check_columns(here, row if isinstance(row, dict) else ())
        if not (isinstance(row["file_name"], str) and isinstance(row["text"], str)):
            raise ValueError(f"{here}: got {shown(line)}, expected two texts")
        yield here, row["file_name"], row["text"]


def _check_columns(where: str, columns: object) -> None:
    missing = [name for name in ("file_name", "text") if name not in columns]
    if missing:
        raise ValueError(f"{where}: got no {' and no '.join(missing)}, expected file_name and text")


def _caption(text: str, where: str) -> str:
    """A caption as one line.

    Raises:
        ValueError: for one without a word.
    """
    if not text.split():
        raise ValueError(
            f"{where}: got an empty caption, expected words; a picture without a caption has "
            "no line and no text of its own"
        )
    return " ".join(text.split())


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{shown_name(file)}: expected text in UTF-8") from None


def _in(found: Folder, file: Path) -> str:
    return shown_name(file.relative_to(found.place))
