"""The book and the package as the structure tests read them: plain text and objects.

A rule is a function from these to a list of sentences, one for each thing that is wrong.
Every rule is tested twice: on the course, where the list is empty, and on small bad
examples, where it is not.
"""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
BOOK = ROOT / "book"
PACKAGE = ROOT / "companion"
CHAPTER = re.compile(r"\d+-\d+-")  # the stem of a chapter: "1-2-posterior"


@dataclass(frozen=True)
class Text:
    """A piece of Markdown and where it stands."""

    where: str
    text: str


def _without_code(markdown: str) -> str:
    """Markdown less its code blocks: what they show is not said by the page."""
    return re.sub(r"^(```+)(?!\{math\})[^\n]*\n.*?^\1\s*$", "", markdown, flags=re.M | re.S)


FRONT_MATTER = re.compile(r"\A---\n(.*?)^---\n", re.S | re.M)


def markdown_of(notebook: dict) -> list[str]:
    """The Markdown cells, without the settings that the first begins with."""
    return [
        FRONT_MATTER.sub("", "".join(cell["source"]))
        for cell in notebook["cells"]
        if cell["cell_type"] == "markdown"
    ]


def code_of(notebook: dict) -> list[str]:
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


@cache
def notebooks() -> dict[str, dict]:
    """Every notebook of the book, by its stem."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(BOOK.glob("*.ipynb"))}


def chapters() -> dict[str, dict]:
    """The notebooks that are chapters, by their number: "1-2-posterior"."""
    return {stem: nb for stem, nb in notebooks().items() if CHAPTER.match(stem)}


@cache
def texts() -> dict[str, list[Text]]:
    """What every page and notebook says, by the stem of its file."""
    pages = {
        path.stem: [Text(path.name, _without_code(path.read_text("utf-8")))]
        for path in sorted(BOOK.glob("*.md"))
    }
    for stem, notebook in notebooks().items():
        pages[stem] = [
            Text(f"{stem}.ipynb, Markdown cell {n}", _without_code(markdown))
            for n, markdown in enumerate(markdown_of(notebook), start=1)
        ]
    return pages


@cache
def modules() -> dict[str, str]:
    """The source of every module of the package, by its dotted name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = path.read_text("utf-8")
    return found


def toc_files(toc: dict) -> list[str]:
    """The files of a table of contents in reading order, as it writes them."""
    files = []
    for key in ("root", "file"):
        if key in toc:
            files.append(toc[key])
    for key in ("parts", "chapters", "sections"):
        for entry in toc.get(key, []):
            files.extend(toc_files(entry))
    return files


@cache
def pages_in_order() -> list[str]:
    """Every page of the book in reading order: "book/intro", "book/how-to", ..."""
    return toc_files(yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8")))


@cache
def project_files() -> list[Path]:
    """The files that are the project's: what git holds, or would hold if added.

    Where there is no git, every file outside hidden and built folders.
    """
    paths = None
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    if shutil.which("git"):
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        if listed.returncode == 0:
            paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    if paths is None:
        outside = re.compile(r"/(\.venv|\.git|_build|__pycache__|[^/]*\.egg-info)/")
        paths = [p for p in ROOT.rglob("*") if not outside.search(f"{p}/")]
    return sorted(p for p in paths if p.is_file())
