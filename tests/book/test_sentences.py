"""Sentences and paragraphs are short: what `tests/book/sentences.py` counts is in bounds."""

import json

import pytest

from tests.book.course import BOOK
from tests.book.sentences import counted, markdown_of, problems, report

PAGES = sorted(p.name for p in BOOK.iterdir() if p.suffix in (".md", ".ipynb"))


@pytest.mark.parametrize("page", PAGES)
def test_the_sentences_of_a_page_are_short(page):
    assert problems(markdown_of(BOOK / page)) == []


# ---------------------------------------------------------------- the counting, seen red


def sentence(n: int) -> str:
    return "A" + " word" * (n - 1) + "."


@pytest.mark.parametrize(
    "markdown, lengths",
    [
        ("One two. Three four five.", [2, 3]),
        ("One, two; three: four.", [4]),
        ("Is it $a. B$? `So. It` is.", [3, 2]),
        ("$x_t$ is one. `f` is two.", [3, 3]),
        ("[Ho *et al.* [2020]](bibliography.md#ho) says [(1-1)](eq-1-1).", [6]),
        ("Smith et al. Wrote it, e.g. Here.", [7]),
        ('He said "go." Then he went.', [3, 3]),
        ("**Figure 1.2.** One two.", [2]),
        ("**1.** One two.", [2]),
        ("# A heading\n\nOne two.", [2]),
        ("One\ntwo.\n\n$$\nx. Y\n$$\n\nThree.", [2, 1]),
        ("It is\n\n$$\nx\n$$\n\nwhere x is two.", [6]),
        ("It is:\n\n$$\nx\n$$\n\nHere x is two.", [2, 4]),
        ("- One two.\n- Three\n  four.\n\n1. Five.", [2, 2, 1]),
        ("- One two three four\n- Five.\n- Six.", [5, 1]),
        ("- One two three four;\n- five.", [5]),
        ("- One two three\n- four five.", [3, 2]),
        ("One two three four:\n\n- five six.", [4, 2]),
        ("One two three four\n\nFive six.", [6]),
        ("| a | b |\n| --- | --- |\n\nOne.", [1]),
        ("```python\nNo. No.\n```\n\nOne.", [1]),
        (":::{admonition} This chapter\n:class: note\n\nOne two.\n:::", [2]),
        ("(eq-1-1)=\nOne two.\n\n<details>\n<summary>no</summary>\n\nYes.\n\n</details>", [2, 1]),
        ("*derive · difficulty 1/3 · importance 2/3 · 5 minutes*\n\nOne two.", [2]),
        ("<!-- live: forward -->\n\nOne {term}`two <latent>`.", [2]),
        ("```{glossary}\nterm\n词\n  One two.\n```", [2]),
    ],
)
def test_what_is_a_sentence_and_what_is_a_word(markdown, lengths):
    assert counted(markdown).lengths == lengths


@pytest.mark.parametrize(
    "markdown, problem",
    [
        (sentence(18), "18.0 words in a sentence on average"),
        ("\n\n".join([sentence(28)] * 2 + [sentence(3)] * 9), "2 of 11 sentences of 28 words"),
        ("\n\n".join([sentence(46)] + [sentence(3)] * 30), "46 words, above 45"),
        (" ".join([sentence(3)] * 6), "a paragraph of 6 sentences"),
    ],
)
def test_what_is_too_long_is_found(markdown, problem):
    assert len(problems(markdown)) == 1
    assert problems(markdown)[0].startswith(problem)


@pytest.mark.parametrize(
    "markdown",
    [
        "",
        sentence(17),
        "\n\n".join([sentence(45)] + [sentence(3)] * 9),
        " ".join([sentence(3)] * 5),
        "\n\n".join([" ".join([sentence(3)] * 3)] * 2),
    ],
)
def test_what_is_just_short_enough_is_not(markdown):
    assert problems(markdown) == []


def test_a_notebook_is_read_by_its_markdown_cells(tmp_path):
    cells = [
        {
            "cell_type": "markdown",
            "source": ["---\na: b\n---\n", "# 1.1 Title\n", "\n", "One two."],
        },
        {"cell_type": "code", "source": "# One. Two. Three."},
        {"cell_type": "markdown", "source": "Three."},
    ]
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps({"cells": cells}), "utf-8")
    assert counted(markdown_of(path)).lengths == [2, 1]
    said = report(path)
    assert "3 words, 2 sentences; mean 1.5" in said and said.endswith("right")
