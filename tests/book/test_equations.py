"""Every numbered equation has a row in the ledger, and every row is true."""

import ast
import inspect
import re
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from companion.proofs import ledger
from tests.book.course import ROOT, Text, chapters, modules, texts

TARGET = re.compile(r"^[ \t]*\(eq-([^)\s]+)\)=[ \t]*$", re.M)
TAG = re.compile(r"\\tag\*?\{([^}]*)\}")
REFERENCE = re.compile(r"(?<![\w/-])eq-(\w[\w-]*)(?!\)=)")
NUMBER = re.compile(r"\((\d-\d+[a-z]?)\)")  # an equation named in passing: "by (1-5)"
DISPLAY = re.compile(r"\$\$(.*?)\$\$|^```+\{math\}\n(.*?)^```+", re.M | re.S)


def equation_problems(pages: dict[str, list[Text]], numbers: set[str]) -> list[str]:
    """Labels, tags and references of the whole book against the ledger's numbers."""
    problems, defined = [], {}
    everything = [text for page in pages.values() for text in page]
    for where, text in ((t.where, t.text) for t in everything):
        for match in TARGET.finditer(text):
            number = match[1]
            if number in defined:
                problems.append(f"{where}: eq-{number} is also in {defined[number]}")
            defined[number] = where
            if number not in numbers:
                problems.append(f"{where}: equation {number} has no row in the ledger")
            display = DISPLAY.match(text[match.end() :].lstrip())
            tags = TAG.findall(display[0]) if display else []
            if tags != [number] and NUMBER.fullmatch(f"({number})"):
                problems.append(f"{where}: under eq-{number} the tags are {tags}")
        for display in DISPLAY.finditer(text):
            above = TARGET.findall(text[: display.start()].rstrip().rpartition("\n")[2])
            for tag in TAG.findall(display[0]):
                if tag not in numbers:
                    problems.append(f"{where}: tag {tag} has no row in the ledger")
                if above != [tag]:
                    problems.append(f"{where}: tag {tag} stands under no (eq-{tag})=")
    for where, text in ((t.where, t.text) for t in everything):
        named = REFERENCE.findall(TARGET.sub("", text))
        problems += [f"{where}: no eq-{n} in the book" for n in named if n not in defined]
        problems += [
            f"{where}: ({n}) is named and is not in the ledger"
            for n in NUMBER.findall(text)
            if n not in numbers
        ]
    return problems


def _found(dotted: str) -> object | None:
    """The object of a dotted name, or None where there is none."""
    parts = dotted.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        module, rest = ".".join(parts[:cut]), parts[cut:]
        try:
            thing = import_module(module)
        except ModuleNotFoundError:
            continue
        for name in rest:
            thing = getattr(thing, name, None)
        return thing
    return None


def _has_test(node: str) -> bool:
    """Whether "tests/x/test_y.py::test_z" is a function of that file."""
    file, _, name = node.partition("::")
    path = ROOT / file
    if not Path(file).name.startswith("test_") or not path.is_file():
        return False
    tree = ast.parse(path.read_text("utf-8"))
    named = [n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    return name.rpartition("::")[2].partition("[")[0] in named


def row_problems(rows: Sequence[ledger.Row], pages: dict[str, list[Text]]) -> list[str]:
    """Every row names what exists, and its chapter shows its equation."""
    problems = []
    numbers = [row.number for row in rows]
    for row in rows:
        where = f"ledger, {row.number}"
        if numbers.count(row.number) > 1:
            problems.append(f"{where}: more than one row")
        if row.verdict not in ("right", "misprint", "ours"):
            problems.append(f"{where}: verdict {row.verdict!r}")
        if (row.counterexample is not None) != (row.verdict == "misprint"):
            problems.append(f"{where}: a misprint, and only that, has a counterexample")
        for field in ("proof", "function", "counterexample"):
            dotted = getattr(row, field)
            if dotted is None and field == "counterexample":
                continue
            thing = _found(dotted)
            if not (callable(thing) or isinstance(thing, property)):
                problems.append(f"{where}: {field} {dotted} does not exist")
            elif field != "function" and inspect.signature(thing).parameters:
                problems.append(f"{where}: {field} {dotted} wants arguments")
        if not _has_test(row.test):
            problems.append(f"{where}: test {row.test} does not exist")
        shown = "\n".join(text.text for text in pages.get(row.chapter, []))
        if row.number not in TARGET.findall(shown):
            problems.append(f"{where}: chapter {row.chapter} does not show it")
    return problems


def docstring_problems(sources: dict[str, str], numbers: set[str]) -> list[str]:
    """An equation that the package's words name is in the ledger."""
    problems = []
    for module, source in sources.items():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                problems += [
                    f"{module}: ({n}) is named and is not in the ledger"
                    for n in NUMBER.findall(ast.get_docstring(node) or "")
                    if n not in numbers
                ]
    return problems


NUMBERS = {row.number for row in ledger.ROWS}


def test_every_numbered_equation_is_in_the_ledger():
    assert equation_problems(texts(), NUMBERS) == []


def test_every_row_of_the_ledger_is_true():
    assert row_problems(ledger.ROWS, texts()) == []


def test_the_package_names_no_other_equation():
    assert docstring_problems(modules(), NUMBERS) == []


def test_the_ledger_holds_the_article_from_1_1_to_1_15():
    assert {f"1-{n}" for n in range(1, 16)} <= NUMBERS
    assert {row.chapter for row in ledger.ROWS} <= set(chapters())


# ---------------------------------------------------------------- the rules, seen red

GOOD = "(eq-1-5)=\n$$\nx = 1 \\tag{1-5}\n$$\n\nSee [(1-5)](eq-1-5)."


def _page(text: str) -> dict[str, list[Text]]:
    return {"1-1-forward": [Text("here", text)]}


def test_a_good_page_has_no_problem():
    assert equation_problems(_page(GOOD), {"1-5"}) == []


def test_a_row_with_a_name_for_a_number_is_shown_by_its_words():
    page = _page("(eq-product)=\nThe product runs to $t$.")
    assert equation_problems(page, {"product"}) == []
    assert row_problems([_with(number="product")], page) == []


@pytest.mark.parametrize(
    "text, problem",
    [
        (GOOD.replace("1-5", "1-99"), "equation 1-99 has no row"),
        (GOOD.replace("{1-5}", "{1-6}"), "the tags are ['1-6']"),
        (GOOD.replace(" \\tag{1-5}", ""), "the tags are []"),
        (GOOD.replace("(eq-1-5)=\n", ""), "stands under no (eq-1-5)="),
        (GOOD.replace("(eq-1-5)=\n", "(eq-1-5)=\nWords.\n\n"), "the tags are []"),
        (GOOD + "\n\n" + GOOD, "eq-1-5 is also in here"),
        (GOOD + " and [that](eq-1-6)", "no eq-1-6 in the book"),
        (GOOD + " and {ref}`that <eq-1-6>`", "no eq-1-6 in the book"),
        (GOOD + " By (1-98) it follows.", "(1-98) is named"),
        (GOOD + "\n\n```{math}\ny = 2 \\tag{1-97}\n```", "tag 1-97 has no row"),
    ],
)
def test_a_bad_page_is_found(text, problem):
    found = equation_problems(_page(text), {"1-5", "1-6"})
    assert any(problem in sentence for sentence in found), found


FUNCTION = "companion.diffusion.forward.marginal"
ROW = ledger.Row(
    number="1-5",
    title="all steps at once",
    printed="x = 1",
    proved="x = 1",
    verdict="right",
    note="",
    proof="tests.book.course.chapters",
    function=FUNCTION,
    test="tests/book/test_equations.py::test_a_good_page_has_no_problem",
    chapter="1-1-forward",
)


def _with(**changes: str) -> ledger.Row:
    return replace(ROW, **changes)


def test_a_good_row_has_no_problem():
    assert row_problems([ROW], _page(GOOD)) == []


@pytest.mark.parametrize(
    "row, problem",
    [
        (_with(function="companion.diffusion.forward.jump"), "function companion"),
        (_with(proof="companion.nowhere.proof"), "proof companion.nowhere.proof"),
        (_with(proof=FUNCTION), "wants arguments"),
        (_with(test="tests/book/test_equations.py::test_nothing"), "test tests/book"),
        (_with(test="tests/nowhere.py::test_nothing"), "test tests/nowhere.py"),
        (_with(chapter="1-2-posterior"), "chapter 1-2-posterior does not show it"),
        (_with(number="1-6"), "chapter 1-1-forward does not show it"),
        (_with(verdict="fine"), "verdict 'fine'"),
        (_with(verdict="misprint"), "has a counterexample"),
    ],
)
def test_a_bad_row_is_found(row, problem):
    found = row_problems([row], _page(GOOD))
    assert any(problem in sentence for sentence in found), found


def test_two_rows_of_one_number_are_found():
    assert "ledger, 1-5: more than one row" in row_problems([ROW, ROW], _page(GOOD))


def test_a_docstring_with_an_unknown_number_is_found():
    source = 'def f():\n    """Does (1-5), and (1-96)."""'
    found = docstring_problems({"m": source}, {"1-5"})
    assert found == ["m: (1-96) is named and is not in the ledger"]
