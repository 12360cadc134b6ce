"""What a chapter holds so that it looks in JupyterLab as it does in the book.

`tests/browser/test_lab.py` sees it in a browser; this holds it where there is none.
"""

import json
import re
from copy import deepcopy
from functools import cache

import pytest
import yaml
from pybtex.database import BibliographyData, parse_file
from pybtex.richtext import Text as Words

from companion.text import Text
from tests.book.course import BOOK, FRONT_MATTER, markdown_of, notebooks

CITATION = re.compile(r"\[([^][]*?)(?:, (\d+)| \[(\d+)\])\]\(bibliography\.md#([^)]*)\)")
ROLE = re.compile(r"\{[\w:.-]+\}`")
FOLDED = {"hide-input", "remove-input", "hide-cell"}


@cache
def bibliography() -> BibliographyData:
    return parse_file(BOOK / "references.bib")


def authors(key: str) -> str:
    """Who wrote it, as a citation says: A, A and B, or A *et al.*."""
    names = [
        str(Words.from_latex(" ".join([*p.prelast_names, *p.last_names])))
        for p in bibliography().entries[key].persons["author"]
    ]
    return names[0] + (" *et al.*" if names[2:] else "".join(f" and {n}" for n in names[1:]))


def citation_problems(markdown: str) -> list[str]:
    """A citation is a link that says who and when; a role shows its key in JupyterLab."""
    problems = [f"a role: {role}" for role in ROLE.findall(markdown)]
    links = re.findall(r"bibliography\.md#[^)]*", markdown)
    cited = CITATION.findall(markdown)
    if len(links) != len(cited):
        problems.append(f"{len(links)} links to the bibliography, {len(cited)} citations")
    for said, first, second, key in cited:
        if key not in bibliography().entries:
            problems.append(f"{key} is not in the bibliography")
        elif (said, first + second) != (authors(key), bibliography().entries[key].fields["year"]):
            problems.append(f"{key} is cited as {said}, {first + second}")
    return problems


def cell_problems(notebook: dict) -> list[str]:
    """Folds, numbers, and the second form of what JupyterLab cannot show as Markdown."""
    problems = []
    first = FRONT_MATTER.match("".join(notebook["cells"][0]["source"]))
    settings = yaml.safe_load(first[1]) if first else {}
    if settings != {"numbering": {"equation": False}}:
        problems.append("its first cell does not keep JupyterLab from numbering displays")
    for n, cell in enumerate(notebook["cells"], start=1):
        if cell["cell_type"] != "code":
            continue
        tags = {*cell["metadata"].get("tags", [])}
        folded = cell["metadata"].get("jupyter", {})
        if folded.get("source_hidden", False) != bool(tags & FOLDED):
            problems.append(f"cell {n}: the book and JupyterLab fold another input")
        if folded.get("outputs_hidden", False) != ("hide-cell" in tags):
            problems.append(f"cell {n}: the book and JupyterLab fold another output")
        for data in (output.get("data", {}) for output in cell["outputs"]):
            markdown = "".join(data.get("text/markdown", ""))
            html = "".join(data.get("text/html", ""))
            if html and markdown and html != Text(markdown)._repr_html_():
                problems.append(f"cell {n}: its HTML is not its Markdown's")
            if not html and re.search(r"<details|```", markdown):
                problems.append(f"cell {n}: a fold or code that is Markdown alone")
            if not html and "$$" in markdown:
                problems.append(f"cell {n}: a display that JupyterLab numbers")
    return problems


@pytest.mark.parametrize("stem", sorted(notebooks()))
def test_a_notebook_looks_in_jupyterlab_as_in_the_book(stem):
    assert cell_problems(notebooks()[stem]) == []


@pytest.mark.parametrize("stem", sorted(notebooks()))
def test_every_citation_can_be_read_without_the_book(stem):
    assert citation_problems("\n\n".join(markdown_of(notebooks()[stem]))) == []


def test_jupyterlab_asks_the_network_for_nothing():
    overrides = json.loads((BOOK / "_lab" / "overrides.json").read_text("utf-8"))
    said = overrides["@jupyterlab/apputils-extension:notification"]
    assert said == {"checkForUpdates": False, "fetchNews": "false"}


# ---------------------------------------------------------------- the rules, seen red

HO = "[Ho *et al.* [2020]](bibliography.md#ho2020denoising)"


@pytest.mark.parametrize("good", [HO, "[[Ho *et al.*, 2020](bibliography.md#ho2020denoising)]"])
def test_a_good_citation_has_no_problem(good):
    assert citation_problems(good) == []


@pytest.mark.parametrize(
    "bad, problem",
    [
        ("{cite:t}`ho2020denoising`", "a role: {cite:t}`"),
        ("{cite}`ho2020denoising`", "a role: {cite}`"),
        (HO.replace("Ho *et al.*", "Ho"), "is cited as Ho, 2020"),
        (HO.replace("[2020]", "[2021]"), "is cited as Ho *et al.*, 2021"),
        (HO.replace("#ho2020denoising", "#ho"), "ho is not in the bibliography"),
        (HO.replace(" [2020]", ""), "1 links to the bibliography, 0 citations"),
    ],
)
def test_a_bad_citation_is_found(bad, problem):
    assert [problem in sentence for sentence in citation_problems(bad)] == [True]


def _notebook(output: dict, **metadata) -> dict:
    first = "---\nnumbering:\n  equation: false\n---\n# 1.2 Title"
    code = {"cell_type": "code", "metadata": metadata, "outputs": [{"data": output}]}
    return {"cells": [{"cell_type": "markdown", "source": first}, code]}


RUNG = {"text/markdown": "<details>\n\n$x$\n\n</details>"}
BOTH = RUNG | {"text/html": Text(RUNG["text/markdown"])._repr_html_()}
INPUT, ALL = {"source_hidden": True}, {"source_hidden": True, "outputs_hidden": True}


@pytest.mark.parametrize(
    "good",
    [
        _notebook(BOTH),
        _notebook({"text/markdown": "\\begin{equation*}\nx\n\\end{equation*}"}),
        _notebook({}, tags=["hide-input"], jupyter=INPUT),
        _notebook({}, tags=["remove-input"], jupyter=INPUT),
        _notebook({}, tags=["hide-cell"], jupyter=ALL),
    ],
)
def test_a_good_notebook_has_no_problem(good):
    assert cell_problems(good) == []


NUMBERED = deepcopy(_notebook({}))
NUMBERED["cells"][0]["source"] = "# 1.2 Title"


@pytest.mark.parametrize(
    "bad, problem",
    [
        (NUMBERED, "does not keep JupyterLab from numbering"),
        (_notebook(RUNG), "a fold or code that is Markdown alone"),
        (_notebook({"text/markdown": "```python\nx\n```"}), "a fold or code"),
        (_notebook({"text/markdown": "$$\nx\n$$"}), "a display that JupyterLab numbers"),
        (_notebook(BOTH | {"text/html": "<p>x</p>"}), "its HTML is not its Markdown's"),
        (_notebook({}, tags=["hide-input"]), "fold another input"),
        (_notebook({}, jupyter=INPUT), "fold another input"),
        (_notebook({}, tags=["hide-cell"], jupyter=INPUT), "fold another output"),
    ],
)
def test_a_bad_notebook_is_found(bad, problem):
    assert [problem in sentence for sentence in cell_problems(bad)] == [True]
