"""What the run of the notebooks sees: nbval, as `make test` calls it, on bad notebooks."""

import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tests.book.course import ROOT
from tests.book.test_outputs import output_problems
from tests.inner import inner

# One line a cell: its name, its code, what was committed for it, its tags.
PLAIN = "text/plain"
MARKDOWN = "from IPython.display import Markdown\nMarkdown('two')"
HTML = "from IPython.display import HTML\nHTML('<p>two</p>')"
PICTURE = "from IPython.display import Image\nImage(b'two', format='png')"
OBJECT = "<IPython.core.display.{} object>"
CELLS = {
    "the same text": ("1 + 1", {PLAIN: "2"}),
    "another text": ("1 + 1", {PLAIN: "3"}),
    "the same print": ("print(2)", "2\n"),
    "another print": ("print(2)", "3\n"),
    "a print that is not saved": ("print(2)", None),
    "an output that is not saved": ("1 + 1", None),
    "an output that does not come": ("x = 1", {PLAIN: "2"}),
    "an error that was not there": ("1 / 0", None),
    "another Markdown": (
        MARKDOWN,
        {"text/markdown": "three", PLAIN: OBJECT.format("Markdown")},
    ),
    "another HTML": (HTML, {"text/html": "three", PLAIN: OBJECT.format("HTML")}),
    "another picture": (PICTURE, {"image/png": "AAAA", PLAIN: OBJECT.format("Image")}),
    "a picture that is not saved": (PICTURE, None),
    "another text, not compared": ("1 + 1", {PLAIN: "3"}, ["nbval-ignore-output"]),
    "another HTML, not compared": (
        HTML,
        {"text/html": "three", PLAIN: OBJECT.format("HTML")},
        ["nbval-ignore-output"],
    ),
    "an error, not compared": ("1 / 0", None, ["nbval-ignore-output"]),
}
PASSES = {
    "the same text",
    "the same print",
    "another picture",
    "another text, not compared",
    "another HTML, not compared",
    "never run",
}


def _cell(count: int, source: str, saved: dict | str | None, tags: list[str] = ()) -> dict:
    outputs = []
    if isinstance(saved, str):
        outputs = [new_output("stream", name="stdout", text=saved)]
    elif saved:
        outputs = [new_output("execute_result", saved, execution_count=count)]
    return new_code_cell(source, execution_count=count, outputs=outputs, metadata={"tags": [*tags]})


@pytest.fixture(scope="module")
def notebook() -> dict:
    cells = [_cell(n, *cell) for n, cell in enumerate(CELLS.values(), start=1)]
    cells.append(new_code_cell("1 + 1"))  # never run: neither output nor count
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def command_of_make_test() -> str:
    makefile = (ROOT / "Makefile").read_text("utf-8").replace("\\\n", " ")
    pytest_itself = re.search(r"^PYTEST := (.*)$", makefile, re.M)[1]
    lines = re.findall(r"^\t\$\(PYTEST\) (.*)$", makefile, re.M)
    (nbval,) = [line for line in lines if "--nbval" in line]  # that of `make test`
    return f"{pytest_itself} {' '.join(nbval.split())}"


def options_of_make_test() -> list[str]:
    """The options that the Makefile gives nbval."""
    return re.findall(r"--nbval\S*(?: \d+)?", command_of_make_test())


@pytest.fixture(scope="module")
def outcomes(notebook, tmp_path_factory) -> dict[str, str]:
    """How nbval judges each cell: its name, and "PASSED" or "FAILED"."""
    folder = tmp_path_factory.mktemp("nbval")
    (folder / "_build").mkdir()  # a built book holds copies, which are not run again
    for name in ("bad.ipynb", "_build/bad.ipynb"):
        nbformat.write(notebook, folder / name)
    options = " ".join(options_of_make_test()).split()
    options += ["-c", ROOT / "pyproject.toml", "--rootdir", folder, "-v", folder]
    _, said = inner(*options, folder=folder)
    found = re.findall(r"::Cell (\d+) (PASSED|FAILED|SKIPPED|XFAIL)", said)
    names = [*CELLS, "never run"]
    assert len(found) == len(names), said
    return {names[int(n)]: outcome for n, outcome in found}


@pytest.mark.parametrize("name", [*CELLS, "never run"])
def test_nbval_sees(outcomes, name):
    assert outcomes[name] == ("PASSED" if name in PASSES else "FAILED")


def test_what_nbval_lets_pass_the_rules_find(notebook):
    last = len(CELLS) + 1
    assert f"code cell {last}: its count is None" in output_problems(notebook)


def test_make_test_runs_every_notebook_with_nbval():
    options = options_of_make_test()
    assert "--nbval" in options
    assert "--nbval-current-env" in options
    assert [o for o in options if o.startswith("--nbval-cell-timeout ")]
    assert "--dist loadfile" in command_of_make_test()
    assert command_of_make_test().endswith(" tests book")
    assert "export OMP_NUM_THREADS := 1" in (ROOT / "Makefile").read_text("utf-8")
