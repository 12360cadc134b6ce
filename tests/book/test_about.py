"""What the book says of itself: one version, its licences, how to cite it, how to run a chapter."""

import re
import shutil
import subprocess

import pytest
import yaml
from bs4 import BeautifulSoup

import companion
from tests.book.course import BOOK, ROOT, chapters, pages_in_order
from tests.book.extension import extension

CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
# What version 1.2.0 of the Citation File Format demands, and what of the rest we use.
REQUIRED = {"cff-version", "message", "title", "authors"}
ALLOWED = REQUIRED | {
    *("abstract", "type", "version", "date-released", "license", "keywords", "url"),
    *("repository-code", "doi"),
}


def citation_problems(citation: dict) -> list[str]:
    """Where a CITATION.cff breaks the format."""
    problems = [f"no {key}" for key in sorted(REQUIRED - {*citation})]
    problems += [f"no such key: {key}" for key in sorted({*citation} - ALLOWED)]
    if citation.get("cff-version") != "1.2.0":
        problems.append("cff-version is not 1.2.0")
    if citation.get("type", "software") not in ("software", "dataset"):
        problems.append("type is neither software nor dataset")
    date = citation.get("date-released", "2026-01-01")
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(date)):
        problems.append("date-released is no date")
    for author in citation.get("authors", []) or [{}]:
        if not {*author} & {"name", "family-names"}:
            problems.append("an author without a name")
    return problems


def test_the_citation_is_in_its_format():
    assert citation_problems(CITATION) == []


@pytest.mark.parametrize(
    "change, problem",
    [
        ({"cff-version": "1.1.0"}, "cff-version is not 1.2.0"),
        ({"type": "book"}, "type is neither software nor dataset"),
        ({"authors": []}, "an author without a name"),
        ({"date-released": "today"}, "date-released is no date"),
        ({"licence": "MIT"}, "no such key: licence"),
    ],
)
def test_a_bad_citation_is_found(change, problem):
    assert citation_problems(CITATION | change) == [problem]
    assert citation_problems({}) != []


def test_all_versions_are_one():
    assert CITATION["version"] == companion.__version__


def test_the_licences_are_those_of_their_files():
    assert CITATION["license"] == ["MIT", "CC-BY-4.0"]
    assert (ROOT / "LICENSE").read_text("utf-8").startswith("MIT License")
    assert "Attribution 4.0 International" in (ROOT / "LICENSE-TEXT").read_text("utf-8")


def test_the_first_page_says_version_licences_and_how_to_cite(built):
    page = BeautifulSoup((built / f"{pages_in_order()[0]}.html").read_text("utf-8"), "html.parser")
    (said,) = page.select("article section.about-the-book")
    words = " ".join(said.text.split())
    assert f"Version {companion.__version__}" in words
    assert "MIT" in words and "CC BY 4.0" in words
    assert CITATION["title"] in words and CITATION["authors"][0]["name"] in words


@pytest.mark.parametrize("stem", sorted(chapters()))
def test_a_chapter_says_how_it_is_run(built, stem):
    page = BeautifulSoup((built / "book" / f"{stem}.html").read_text("utf-8"), "html.parser")
    (line,) = page.select("article .admonition .run-it")
    command = line.select_one("code").text
    link = line.select_one("a[download]")
    assert link["download"] == f"{stem}.ipynb"
    file = (built / "book" / link["href"]).resolve()
    assert file.read_bytes() == (BOOK / f"{stem}.ipynb").read_bytes()
    assert command == f"make lab CHAPTER={extension('reading').CHAPTER.match(f'book/{stem}')[1]}"
    if shutil.which("make"):
        said = subprocess.run(
            [*command.split(), "--dry-run", "--no-print-directory"],  # `make test` runs this too
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert said.stdout.rstrip().endswith(f"book/{stem}.ipynb")
