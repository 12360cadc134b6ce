"""Notebooks are committed as they come out of one run from top to bottom."""

import ast
import copy
import re
import tokenize
from io import StringIO

import nbformat
import pytest
from nbformat.validator import NotebookValidationError

from tests.book.course import BOOK, notebooks

MEGABYTE = 1_000_000
UNCOMPARED = ("nbval-ignore-output", "nbval-skip")
COMMENT = re.compile(r"(not compared|ignored by|nbval-)[^:]*:", re.I)
# Calls that return None, so that a cell may end on them and show nothing.
QUIET = {"style", "simplefilter", "filterwarnings", "set_printoptions"}


def shows(source: str) -> bool:
    """Whether a cell with this code has something to show when it ran."""
    code = "\n".join(
        "" if line.lstrip().startswith(("%", "!")) else line for line in source.splitlines()
    )
    body = ast.parse(code).body
    calls = [n.func for n in ast.walk(ast.Module(body, [])) if isinstance(n, ast.Call)]
    if any(isinstance(f, ast.Name) and f.id == "display" for f in calls):
        return True
    top = [n.value for n in body if isinstance(n, ast.Expr)]
    if any(_called(value) == "print" for value in top):
        return True
    if not body or not isinstance(body[-1], ast.Expr) or code.rstrip().endswith(";"):
        return False
    last = body[-1].value
    return not (isinstance(last, ast.Constant) and last.value is None) and (
        _called(last) not in QUIET
    )


def _called(value: ast.expr) -> str | None:
    """The last name of the function that this expression calls."""
    if not isinstance(value, ast.Call):
        return None
    return getattr(value.func, "attr", getattr(value.func, "id", None))


def comments(source: str) -> list[str]:
    """The comments of a cell, without their signs."""
    tokens = tokenize.generate_tokens(StringIO(source).readline)
    return [t.string.lstrip("# ") for t in tokens if t.type == tokenize.COMMENT]


def output_problems(notebook: dict) -> list[str]:
    problems = []
    if notebook["metadata"].get("kernelspec", {}).get("name") != "python3":
        problems.append("the kernelspec is not python3")
    if "widgets" in notebook["metadata"]:
        problems.append("it holds the state of widgets")
    try:
        nbformat.validate(nbformat.from_dict(copy.deepcopy(notebook)))
    except NotebookValidationError as error:
        problems.append(f"not a valid notebook: {error.message}")
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for n, cell in enumerate(code, start=1):
        problems += [f"code cell {n}: {words}" for words in cell_problems(cell, n)]
    return problems


def cell_problems(cell: dict, n: int) -> list[str]:
    """What is wrong with the n-th code cell of a notebook as it was committed."""
    problems = []
    source, tags = "".join(cell["source"]), cell["metadata"].get("tags", [])
    kinds = [output["output_type"] for output in cell["outputs"]]
    raises = "raises-exception" in tags
    if not source.strip():
        return ["empty"]
    if cell["execution_count"] != n:
        problems.append(f"its count is {cell['execution_count']}")
    if any(o.get("execution_count", n) != n for o in cell["outputs"]):
        problems.append("its output carries another count")
    if not kinds and not raises and shows(source):
        problems.append("it shows something and no output is saved")
    if "error" in kinds and not raises:
        problems.append("an error is saved and the tag raises-exception is missing")
    if raises and "error" not in kinds:
        problems.append("tagged raises-exception and no error is saved")
    if any(output.get("name") == "stderr" for output in cell["outputs"]):
        problems.append("it writes to stderr")
    if "execution" in cell["metadata"]:
        problems.append("it holds the times of a run")
    reason = cell["metadata"].get("not_compared", "")
    for tag in set(tags) & set(UNCOMPARED):
        if len(reason.split()) < 3:
            problems.append(f'{tag} without "not_compared": "the reason" in its metadata')
    if reason and not set(tags) & set(UNCOMPARED):
        problems.append("not_compared in its metadata, and it is compared")
    if any(COMMENT.match(comment) for comment in comments(source)):
        problems.append("a reader of its code sees why it is not compared")
    if set(tags) & set(UNCOMPARED) and not kinds:
        problems.append("not compared and no output is saved")
    return problems


@pytest.fixture(params=sorted(notebooks()), scope="module")
def notebook(request) -> dict:
    return notebooks()[request.param]


def test_outputs_are_committed(notebook):
    assert output_problems(notebook) == []


def test_notebooks_are_small():
    sizes = {path.name: path.stat().st_size for path in BOOK.glob("*.ipynb")}
    assert {n: size for n, size in sizes.items() if size > 3 * MEGABYTE} == {}


def test_no_output_depends_on_where_an_object_lies_in_memory(notebook):
    outputs = [cell["outputs"] for cell in notebook["cells"] if "outputs" in cell]
    text = [re.findall(r" at 0x[0-9a-f]{6,}", str(out)) for out in outputs]
    assert sum(text, []) == []


# ---------------------------------------------------------------- the rules, seen red


def _notebook(source="1 + 1", count=1, outputs=None, **metadata) -> dict:
    two = {
        "output_type": "execute_result",
        "execution_count": count,
        "data": {"text/plain": ["2"]},
        "metadata": {},
    }
    cell = {
        "cell_type": "code",
        "id": "one",
        "execution_count": count,
        "metadata": metadata,
        "outputs": [two] if outputs is None else outputs,
        "source": source,
    }
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {
        "cells": [cell],
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


ERROR = {"output_type": "error", "ename": "E", "evalue": "", "traceback": []}
STDERR = {"output_type": "stream", "name": "stderr", "text": "50%"}
STDOUT = {"output_type": "stream", "name": "stdout", "text": "50%"}
BECAUSE = {"not_compared": "it measures time"}


@pytest.mark.parametrize(
    "good",
    [
        _notebook(),
        _notebook("x = 1", outputs=[]),
        _notebook("plots.style()", outputs=[]),
        _notebook("ax.plot(x);", outputs=[]),
        _notebook("print(3)\nx = 1", outputs=[STDOUT]),
        _notebook("1 / 0", outputs=[ERROR], tags=["raises-exception"]),
        _notebook(tags=["nbval-ignore-output"], **BECAUSE),
    ],
)
def test_a_good_notebook_has_no_problem(good):
    assert output_problems(good) == []


@pytest.mark.parametrize(
    "bad, problem",
    [
        (_notebook(count=2), "its count is 2"),
        (_notebook(count=None, outputs=[]), "its count is None"),
        (_notebook("x = 1", count=None, outputs=[]), "its count is None"),
        (_notebook(outputs=[]), "no output is saved"),
        (_notebook("print(3)\nx = 1", outputs=[]), "no output is saved"),
        (_notebook("for a in b:\n    display(a)", outputs=[]), "no output is saved"),
        (_notebook("plots.player(fig)", outputs=[]), "no output is saved"),
        (_notebook(" ", outputs=[]), "empty"),
        (_notebook(outputs=[ERROR]), "raises-exception is missing"),
        (_notebook(tags=["raises-exception"]), "no error is saved"),
        (_notebook("x = 1", outputs=[STDERR]), "writes to stderr"),
        (_notebook(execution={"iopub.execute_input": "12:00"}), "the times of a run"),
        (_notebook(tags=["nbval-ignore-output"]), "nbval-ignore-output without"),
        (_notebook(tags=["nbval-skip"], not_compared="so"), "nbval-skip without"),
        (_notebook(**BECAUSE), "and it is compared"),
        (_notebook("# Not compared: it measures time\n1 + 1"), "a reader of its code sees"),
        (_notebook("# Ignored by the test: it is slow\n1 + 1"), "a reader of its code sees"),
        (_notebook("x", outputs=[], tags=["nbval-skip"], **BECAUSE), "no output"),
        ({**_notebook(), "metadata": {}}, "kernelspec"),
        ({**_notebook(), "metadata": {"widgets": {}}}, "widgets"),
        (_notebook(outputs=[{"output_type": "stream"}]), "not a valid notebook"),
    ],
)
def test_a_bad_notebook_is_found(bad, problem):
    found = output_problems(bad)
    assert any(problem in sentence for sentence in found), found
