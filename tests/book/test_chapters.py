"""Every chapter has its parts, every figure its words, every page its place in the toc."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.book.course import (
    BOOK,
    ROOT,
    chapters,
    code_of,
    markdown_of,
    notebooks,
    pages_in_order,
    toc_files,
)

LONGEST_CELL = 40
WIDEST_LINE = 84  # columns of code that fit on a page of the book
BOX = {
    "what you will be able to do": r"\*\*You will be able to\*\*",
    "what you need": r"\*\*You need\*\*",
    "the time to read": r"minutes? to read",
    "the time to run": r"(minutes?|seconds?) to run",
    "the modules": r"`companion[.\w]*`",
}
LAST_SECTIONS = ["Also in the wild", "Exercises", "Summary", "Literature"]
EXERCISE = re.compile(r"^### Exercise (\d+(?:\.\d+)+) · \S", re.M)
FACTS = re.compile(
    r"^\*(derive|implement|predict|break and repair|explore) · "
    r"difficulty [123]/3 · importance [123]/3 · \d+ minutes\*$",
    re.M,
)
KINDS = {"derive", "implement", "predict", "break and repair", "explore"}
CAPTION = re.compile(r"\A(:::+\{div\} figure-caption\n)?\*\*Figure (\d+(?:\.\d+){2,3})\.?\*\*")


def section(markdown: str, title: str) -> str:
    """What stands under a heading of the second level, to the next one."""
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", markdown, re.M | re.S)
    return found[1] if found else ""


def part_problems(stem: str, notebook: dict) -> list[str]:
    """The parts of a chapter: title, box, exercises, summary, literature."""
    markdown = "\n\n".join(markdown_of(notebook))
    code = "\n".join(code_of(notebook))
    number = ".".join(part for part in stem.split("-") if part.isdigit())
    problems = []
    if not markdown.startswith(f"# {number} "):
        problems.append(f"the title does not begin with {number}")
    box = re.search(r"^(:::+)\{admonition\}.*?^\1$", markdown, re.M | re.S)
    said = box[0] if box and not re.search("^## ", markdown[: box.start()], re.M) else ""
    problems += [f"the box misses {w}" for w, p in BOX.items() if not re.search(p, said)]
    headings = re.findall(r"^## (.*)$", markdown, re.M)
    if headings[-4:] != LAST_SECTIONS:
        problems.append(f"it ends with {headings[-4:]}")
    exercises = section(markdown, "Exercises")
    numbers = EXERCISE.findall(exercises)
    if len(numbers) < 5:
        problems.append(f"{len(numbers)} exercises, fewer than five")
    if numbers != [f"{number}.{n}" for n in range(1, len(numbers) + 1)]:
        problems.append(f"the exercises are numbered {numbers}")
    kinds = FACTS.findall(exercises)
    if len(kinds) != len(numbers):
        problems.append(f"{len(numbers)} exercises and {len(kinds)} lines of facts")
    if missing := KINDS - {*kinds}:
        problems.append(f"no exercise of kind {sorted(missing)}")
    for call in ("check", "ladder"):
        names = re.findall(rf"exercises\.{call}\(\s*\"([\w.-]+)\"", code)
        if len(set(names)) != len(numbers):
            problems.append(f"{len(numbers)} exercises, exercises.{call} for {names}")
    lines = re.findall(r"^(?:\d+\.|[-*]) ", section(markdown, "Summary"), re.M)
    if len(lines) != 5:
        problems.append(f"the summary has {len(lines)} points, not five")
    if not re.search(r"\]\((bibliography\.md#|http)", section(markdown, "Literature")):
        problems.append("the literature cites nothing")
    return problems


def figure_problems(notebook: dict) -> list[str]:
    """Every image output has alt text, and a caption with its number right after it."""
    problems, numbers = [], []
    cells = notebook["cells"]
    for n, cell in enumerate(cells):
        data = [output.get("data", {}) for output in cell.get("outputs", [])]
        pictures = [d for d in data if any(kind.startswith("image/") for kind in d)]
        if not pictures:
            continue
        where = f"cell {n + 1}"
        alt = cell["metadata"].get("mystnb", {}).get("image", {}).get("alt", "")
        if any("text/html" not in picture for picture in pictures):
            if len(alt.split()) < 5:
                problems.append(f"{where}: a figure with the alt text {alt!r}")
        after = cells[n + 1] if n + 1 < len(cells) else {"cell_type": "", "source": ""}
        inside = cell["metadata"].get("mystnb", {}).get("figure", {}).get("caption", "")
        caption = inside or "".join(after["source"])
        found = CAPTION.match(caption)
        if not found or not (inside or after["cell_type"] == "markdown"):
            problems.append(f"{where}: a figure without a caption '**Figure n.m.k.** ...'")
            continue
        numbers.append(found[2])
    order = [int(number.rpartition(".")[2]) for number in numbers]
    if order != list(range(1, len(order) + 1)):
        problems.append(f"the figures are numbered {numbers}")
    return problems


def toc_problems(listed: list[str], there: set[str]) -> list[str]:
    """The table of contents lists every page once, and no other."""
    return (
        [f"{page} is not in the toc" for page in sorted(there - {*listed})]
        + [f"{page} is in the toc and not there" for page in listed if page not in there]
        + [f"{page} is twice in the toc" for page in {*listed} if listed.count(page) > 1]
    )


def long_cells(notebook: dict) -> list[str]:
    lines = [len(code.splitlines()) for code in code_of(notebook)]
    return [f"code cell {n} has {k} lines" for n, k in enumerate(lines, 1) if k > LONGEST_CELL]


def wide_lines(stem: str, notebook: dict) -> list[str]:
    """Lines of code that run past the edge of the column, where they fade."""
    return [
        f"{stem}.ipynb, cell {cell['id']}, line {n}: {len(line)} columns"
        for cell in notebook["cells"]
        for code in shown_code(cell)
        for n, line in enumerate(code.splitlines(), 1)
        if len(line) > WIDEST_LINE
    ]


def shown_code(cell: dict) -> Iterator[str]:
    """Code that a reader sees of a cell: its own, and the printed one of its text and outputs."""
    source = "".join(cell["source"])
    if cell["cell_type"] == "code":
        yield source
    printed = [source] if cell["cell_type"] == "markdown" else []
    for output in cell.get("outputs", []):
        printed.append("".join(output.get("data", {}).get("text/markdown", "")))
    for text in printed:
        yield from re.findall(r"^```python\n(.*?)^```", text, re.M | re.S)


@pytest.mark.parametrize("stem", sorted(chapters()))
def test_a_chapter_has_its_parts(stem):
    assert part_problems(stem, chapters()[stem]) == []


@pytest.mark.parametrize("stem", sorted(notebooks()))
def test_every_figure_has_alt_text_and_a_caption(stem):
    assert figure_problems(notebooks()[stem]) == []


@pytest.mark.parametrize("stem", sorted(notebooks()))
def test_code_cells_are_short(stem):
    assert long_cells(notebooks()[stem]) == []


@pytest.mark.parametrize("stem", sorted(notebooks()))
def test_no_line_of_code_runs_past_the_edge_of_the_column(stem):
    assert wide_lines(stem, notebooks()[stem]) == []


def test_the_toc_lists_every_page():
    sources = [p for p in BOOK.iterdir() if p.suffix in (".md", ".ipynb")]
    there = {f"{BOOK.name}/{path.stem}" for path in sources}
    assert toc_problems(pages_in_order(), there) == []
    assert len(there) == len(sources), "two pages of one name"


# ---------------------------------------------------------------- the rules, seen red

BOXED = """# 1.2 Title

:::{admonition} This chapter
**You will be able to** see. **You need** eyes.
Ten minutes to read, 20 seconds to run.
`companion.diffusion`
:::
"""
FIVE = "".join(
    f"\n### Exercise 1.2.{n} · title\n\n*{kind} · difficulty 1/3 · importance 2/3 · 5 minutes*\n"
    for n, kind in enumerate(sorted(KINDS), 1)
)
CHAPTER = f"""{BOXED}
## The question

## Also in the wild

## Exercises
{FIVE}
## Summary

1. a
2. b
3. c
4. d
5. e

## Literature

[Ho *et al.* [2020]](bibliography.md#ho2020denoising)
"""
CALLS = "\n".join(f'exercises.check("{name}", f)\nexercises.ladder("{name}")' for name in "abcde")


def _chapter(markdown=CHAPTER, code=CALLS) -> dict:
    return {
        "cells": [
            {"cell_type": "markdown", "source": markdown},
            {"cell_type": "code", "source": code, "metadata": {}, "outputs": []},
        ]
    }


def test_a_good_chapter_has_no_problem():
    assert part_problems("1-2-posterior", _chapter()) == []


@pytest.mark.parametrize(
    "bad, problem",
    [
        (_chapter(CHAPTER.replace("# 1.2", "# 1.3")), "the title does not begin"),
        (_chapter(CHAPTER.replace("**You need**", "")), "misses what you need"),
        (_chapter(CHAPTER.replace("20 seconds", "")), "misses the time to run"),
        (_chapter(CHAPTER.replace(":::{adm", "## New\n:::{adm")), "misses the modules"),
        (_chapter(CHAPTER.replace("## Summary", "## End")), "it ends with"),
        (_chapter(CHAPTER.replace("5. e\n", "")), "4 points, not five"),
        (_chapter(CHAPTER.replace("(bib", "(book")), "the literature cites nothing"),
        (_chapter(CHAPTER.replace("1.2.5 ·", "1.2.7 ·")), "are numbered"),
        (_chapter(CHAPTER.replace("### Exercise 1.2.5", "### E")), "fewer than five"),
        (_chapter(CHAPTER.replace("*explore", "*derive")), "no exercise of kind"),
        (_chapter(CHAPTER.replace("difficulty 1/3", "hard", 1)), "4 lines of facts"),
        (_chapter(code=CALLS.replace('check("a"', 'hint("a"')), "exercises.check for"),
        (
            _chapter(code=CALLS.replace('ladder("a"', "ladder(1")),
            "exercises.ladder for",
        ),
    ],
)
def test_a_bad_chapter_is_found(bad, problem):
    found = part_problems("1-2-posterior", bad)
    assert any(problem in sentence for sentence in found), found


WORDS = "Two bumps that melt into one."


def _figure(alt=WORDS, caption="**Figure 1.2.1.** See.", kind="image/png", **data) -> dict:
    output = {"output_type": "execute_result", "data": {kind: "", **data}}
    picture = {
        "cell_type": "code",
        "source": "",
        "metadata": {"mystnb": {"image": {"alt": alt}}},
        "outputs": [output],
    }
    return {"cells": [picture, {"cell_type": "markdown", "source": caption}]}


@pytest.mark.parametrize(
    "good",
    [
        _figure(),
        _figure(caption=":::{div} figure-caption\n**Figure 1.2.1.** See.\n:::"),
        _figure(alt="", **{"text/html": "a player, with alt text of its own"}),
    ],
)
def test_a_good_figure_has_no_problem(good):
    assert figure_problems(good) == []


@pytest.mark.parametrize(
    "bad, problem",
    [
        (_figure(alt=""), "the alt text ''"),
        (_figure(alt="x"), "the alt text 'x'"),
        (_figure(kind="image/svg+xml", alt=""), "the alt text ''"),
        (_figure(caption="Here one sees it."), "without a caption"),
        (_figure(caption="", **{"text/html": "a player"}), "without a caption"),
        (_figure(caption="**Figure 1.2.2.** See."), "are numbered"),
    ],
)
def test_a_bad_figure_is_found(bad, problem):
    found = figure_problems(bad)
    assert any(problem in sentence for sentence in found), found


def test_a_long_cell_is_found():
    assert long_cells(_chapter(code="x\n" * 41)) == ["code cell 1 has 41 lines"]


def test_a_wide_line_is_found():
    markdown, code = _chapter(code=f"{'x' * 84}\n{'y' * 85}")["cells"]
    notebook = {"cells": [markdown | {"source": "z" * 99}, code | {"id": "sum"}]}
    assert wide_lines("1-2-a", notebook) == ["1-2-a.ipynb, cell sum, line 2: 85 columns"]


def test_a_wide_line_of_printed_code_is_found():
    markdown, code = _chapter(code="plots.source(f)")["cells"]
    fence = f"{'w' * 99}\n```python\n{'x' * 84}\n{'y' * 85}\n```\n"
    output = {"output_type": "display_data", "data": {"text/markdown": fence}}
    notebook = {
        "cells": [
            markdown | {"id": "text", "source": fence},
            code | {"id": "f", "outputs": [output]},
        ]
    }
    assert wide_lines("1-2-a", notebook) == [
        "1-2-a.ipynb, cell text, line 2: 85 columns",
        "1-2-a.ipynb, cell f, line 2: 85 columns",
    ]


def test_a_gap_in_the_toc_is_found():
    toc = yaml.safe_load("root: a\nparts: [{chapters: [{file: b}, {file: b}, {file: c}]}]")
    assert toc_problems(toc_files(toc), {"a", "b", "d"}) == [
        "d is not in the toc",
        "c is in the toc and not there",
        "b is twice in the toc",
    ]


def test_the_exclusions_of_the_build_name_real_files():
    config = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    assert "book/_build/**" in config["exclude_patterns"]
    assert not [page for page in pages_in_order() if not Path(page).parts[0] == "book"]
