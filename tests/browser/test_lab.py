"""Every chapter in JupyterLab, as `make lab` opens it, the live figures, an exercise of each kind.

JupyterLab takes long to stand and a kernel to begin: one JupyterLab is enough for all of these
tests, and one kernel for those that run no cell.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from companion import exercises
from companion.exercises import Kind
from tests.book.course import BOOK, notebooks
from tests.book.test_lab import bibliography
from tests.browser import lab
from tests.browser.test_live import MAKERS, SAYS

KEYS = sorted(bibliography().entries)


KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


@pytest.fixture(scope="module")
def figures() -> NotebookNode:
    """A notebook with the live figures as its saved outputs, one a cell after the first."""
    cells = [new_code_cell("from companion import plots")]
    for name, make in MAKERS.items():
        cells.append(_output(f"plots.live_{name}()", text_html=make().html))
    return new_notebook(cells=cells, metadata={"kernelspec": KERNEL})


@pytest.fixture(scope="module")
def tree(figures: NotebookNode, tmp_path_factory: pytest.TempPathFactory) -> Path:
    tree = lab.copy_of_the_tree(tmp_path_factory.mktemp("lab") / "tree")
    nbformat.write(figures, tree / "book" / "figures.ipynb")  # `make lab` trusts it
    return tree


@pytest.fixture(scope="module")
def address(tree: Path) -> Iterator[str]:
    with lab.make_lab(tree, tree.parent / "home") as address:
        yield address


@pytest.fixture(scope="module")
def window(browser: Browser, address: str) -> Iterator[BrowserContext]:
    window = browser.new_context(viewport={"width": 1400, "height": 1000})
    asked = lab.cut_the_network(window, address)
    yield window
    window.close()
    assert asked == [], "JupyterLab asks for something that is not on this machine"


@pytest.fixture(scope="module")
def opened(window: BrowserContext) -> Iterator[Page]:
    """One page, in which one notebook is opened after the other."""
    page = window.new_page()
    yield page
    page.close()


@pytest.fixture
def page(opened: Page) -> Iterator[Page]:
    """The page, for a notebook with a kernel of its own."""
    yield opened
    lab.let_kernels_go(opened)


@pytest.mark.parametrize("name", sorted(notebooks()))
def test_a_chapter_stands(opened, address, name):
    lab.open_notebook(opened, address, name, with_its_kernel=True)
    assert lab.walk(opened, KEYS) == []
    assert lab.deaf(opened) == []
    expect(opened.locator(".jp-toast-button, .Toastify__toast")).to_have_count(0)


def test_where_a_notebook_is_not_trusted_its_player_says_what_to_run(opened, address, tree):
    """And all the rest stands as it does where it is: nothing else needs trust."""
    theirs = nbformat.read(BOOK / "1-1-forward.ipynb", as_version=4)
    at = next(n for n, cell in enumerate(theirs.cells) if "anim-asleep" in str(cell))
    theirs.cells.append(new_markdown_cell("A copy."))  # which nobody has trusted
    nbformat.write(theirs, tree / "book" / "theirs.ipynb")
    lab.open_notebook(opened, address, "theirs", with_its_kernel=True)
    assert lab.walk(opened, KEYS) == [f"cell {at + 1}: a player says what to run"]


# ---------------------------------------------------------------- the live figures


def lives(page: Page, n: int) -> None:
    """The figure below cell n is awake, answers the keyboard and fits."""
    there = lab.output(page, n)
    expect(there.locator(".live-asleep")).to_be_hidden()
    expect(there.locator(".live-still")).to_be_hidden()
    says, control = there.locator(SAYS), there.locator("input[type=range]").first
    before = says.text_content()
    control.click()  # JupyterLab gives the focus to a cell when the notebook stands
    control.press("ArrowRight")
    expect(says).not_to_have_text(before)
    assert there.evaluate("(e) => e.scrollWidth <= e.clientWidth + 1")


def test_a_live_figure_lives_at_once_where_its_notebook_is_trusted(opened, address):
    lab.open_notebook(opened, address, "figures", with_its_kernel=True)
    for n in range(1, len(MAKERS) + 1):
        lives(opened, n)


def test_elsewhere_a_live_figure_sleeps_until_its_cell_is_run(page, address, tree, figures):
    figures.cells.append(new_markdown_cell("A copy."))  # which nobody has trusted
    nbformat.write(figures, tree / "book" / "their-figures.ipynb")
    lab.open_notebook(page, address, "their-figures")
    for n, name in enumerate(MAKERS, start=1):
        there = lab.output(page, n)
        expect(there.locator(".live-still")).to_be_visible()
        expect(there.locator(".live-asleep")).to_contain_text("Run All Above Selected Cell")
        expect(there.locator(".live :is(input, svg, canvas)"), name).to_have_count(0)
    lab.run(page, 0)
    for n in range(1, len(MAKERS) + 1):
        lab.run(page, n)
        lives(page, n)


# ---------------------------------------------------------------- the exercises

CHAPTER = "1-2-posterior"  # which has one of each kind


@dataclass(frozen=True)
class Try:
    """A wrong answer, a part of its diagnosis, and a right answer, as a reader types them."""

    name: str
    wrong: str
    diagnosis: str
    right: str


SYMBOLS = """import sympy
xt, x0 = sympy.symbols("xt x0", real=True)
ab_s, ab_t, alpha, beta = sympy.symbols("ab_s ab_t alpha beta", positive=True)
"""
MEAN = "(sqrt(ab_s) * beta * x0 + sqrt(alpha) * (1 - ab_s) * xt) / (1 - ab_t)"
POSTERIOR = """from torch import sqrt
def general_posterior(xt, x0, ab_s, ab_t):
    a = ab_t / ab_s
    mean = (sqrt(ab_s) * (1 - a) * x0 + sqrt(a) * (1 - ab_s) * xt) / (1 - ab_t)
    return mean, sqrt((1 - a) * (1 - ab_s) / (1 - ab_t))
"""
DRAW = """from torch import sqrt
def draw_previous(alpha, t, xt, x0, z):
    ab_t, ab_s, beta = alpha[: t + 1].prod(), alpha[:t].prod(), 1 - alpha[t]
    mean_x0 = sqrt(ab_s) * beta / (1 - ab_t) * x0
    mean_xt = sqrt(alpha[t]) * (1 - ab_s) / (1 - ab_t) * xt
    var = (1 - ab_s) / (1 - ab_t) * beta
    return mean_x0 + mean_xt + sqrt(var) * z
"""
TRIES = {
    Kind.PREDICT: Try("late-posterior", "mean = 1.0", "this is x_0", "mean = -0.59"),
    Kind.DERIVE: Try(
        "posterior-mean",
        f"{SYMBOLS}posterior_mean = sympy.sqrt(ab_s) * x0",
        "x_t has been left out",
        f"{SYMBOLS}from sympy import sqrt\nposterior_mean = {MEAN}",
    ),
    Kind.IMPLEMENT: Try(
        "general-posterior",
        POSTERIOR.replace("mean, sqrt(", "mean, ("),
        "the mean: right.",
        POSTERIOR,
    ),
    Kind.REPAIR: Try("misprints", DRAW.replace("sqrt(var)", "var"), "Look at the last line", DRAW),
    Kind.EXPLORE: Try(
        "skipped-steps",
        f"{SYMBOLS}rule = (1 + ab_t) / 2",
        "arithmetic middle",
        f"{SYMBOLS}rule = sympy.sqrt(ab_t)",
    ),
}


@pytest.fixture(scope="module")
def chapter(opened: Page, address: str) -> Iterator[Page]:
    """The chapter, with its kernel, and its first cell run."""
    lab.open_notebook(opened, address, CHAPTER)
    imports = next(n for n, c in enumerate(_cells()) if c["cell_type"] == "code")
    lab.run(opened, imports)
    yield opened
    lab.let_kernels_go(opened)


def _cells() -> list[dict]:
    return notebooks()[CHAPTER]["cells"]


def _place(call: str, name: str) -> int:
    """The cell that calls exercises.check or exercises.ladder for the exercise."""
    wanted = f'exercises.{call}("{name}"'
    return next(n for n, c in enumerate(_cells()) if "".join(c["source"]).startswith(wanted))


def _typeset(rung: Locator) -> None:
    """Folded, then opened by its reader: formulas are formulas, code has its colours."""
    inside = rung.locator(":scope > :not(summary)").first
    expect(inside).to_be_hidden()
    rung.locator("summary").click()
    expect(inside).to_be_visible()
    expect(rung).not_to_contain_text("\\(")


@pytest.mark.parametrize("kind", list(Kind))
def test_an_exercise_is_done(chapter, kind):
    answers = TRIES[kind]
    exercise = next(e for e in exercises.EXERCISES if e.name == answers.name)
    assert exercise.kind == kind and exercise.chapter == CHAPTER
    check, ladder = (_place(call, answers.name) for call in ("check", "ladder"))

    lab.run(chapter, check - 1, answers.wrong)
    lab.run(chapter, check)
    judged = lab.output(chapter, check)
    expect(judged).to_contain_text(f"Exercise {exercise.number}, not yet")
    expect(judged).to_contain_text(answers.diagnosis)

    lab.run(chapter, ladder)
    rungs = lab.output(chapter, ladder).locator("details")
    expect(rungs).to_have_count(4)
    for rung in rungs.all():
        _typeset(rung)
    assert rungs.locator("mjx-container").count() >= 3
    code = rungs.last.locator("pre.highlight .k").first
    colours = [e.evaluate("(e) => getComputedStyle(e).color") for e in (code, rungs.last)]
    assert colours[0] != colours[1], "code without colour"

    lab.run(chapter, check - 1, answers.right)
    lab.run(chapter, check)
    judged = lab.output(chapter, check)
    expect(judged).to_contain_text(f"Exercise {exercise.number}, correct.")

    lab.run(chapter, check, "exercises.progress()")
    row = lab.output(chapter, check).locator("tr", has_text=exercise.title)
    expect(row.locator("td").last).to_have_text("correct")
    lab.run(chapter, check, f'exercises.check("{answers.name}", {exercise.answer})')


# ---------------------------------------------------------------- what looks, seen to see

PLAYER = """<div class="animation"><img class="anim-screen" src="{src}">
<p class="anim-asleep" style="display: {asleep}">Asleep.</p>
<button title="Play" onclick="{play}">Play</button></div>"""
DOT = "data:image/gif;base64,R0lGODlhAQABAAAAACw="
FIRST = "---\nnumbering:\n  equation: false\n---\n# Title"


def _output(
    source: str = "1", tags: tuple[str, ...] = (), jupyter: dict | None = None, **data: str
):
    shown = {kind.replace("_", "/"): text for kind, text in data.items()}
    metadata = {"tags": [*tags]} | ({"jupyter": jupyter} if jupyter else {})
    outputs = [new_output("display_data", shown)] if shown else []
    return new_code_cell(source, outputs=outputs, metadata=metadata)


WRONG = {
    "a key": (new_markdown_cell("By {cite:t}`ho2020denoising`."), "shows its key: ho2020denoising"),
    "a fold in Markdown": (
        _output(text_markdown="<details>\n<summary>H</summary>\n\nSo $\\alpha_t$.\n\n</details>"),
        "raw markup: \\alpha_t",
    ),
    "a display in Markdown": (_output(text_markdown="$$\nx\n$$"), "an automatic number: (1)"),
    "two numbers": (
        _output(text_markdown="$$\nx \\tag{1-5}\n$$"),
        "an automatic number: (1)",
    ),
    "a broken formula": (new_markdown_cell("$\\frac{a$"), "raw markup: \\frac{a"),
    "an open input": (_output(tags=("hide-input",)), "its input is open"),
    "a folded input": (_output(jupyter={"source_hidden": True}), "its input is folded"),
    "an open output": (
        _output(tags=("hide-cell",), jupyter={"source_hidden": True}, text_plain="x"),
        "its output is open",
    ),
    "a plain listing": (
        _output(text_html="<pre><code>def f(): return</code></pre>"),
        "without colour",
    ),
    "an open hint": (
        _output(text_html="<details open><summary>H</summary>x</details>"),
        "a hint is open",
    ),
    "a dead player": (
        _output(text_html=PLAYER.format(src=DOT, asleep="none", play="")),
        "a player that does not play",
    ),
    "a script that failed": (  # what JupyterLab writes below it
        new_code_cell(
            "1", outputs=[new_output("stream", name="stderr", text="Javascript Error: a")]
        ),
        "an error: Javascript Error: a",
    ),
}


@pytest.fixture(scope="module")
def found(opened: Page, address: str, tree: Path) -> list[str]:
    """What is found in a notebook with one thing wrong in each cell."""
    cells = [new_markdown_cell(FIRST), *(cell for cell, _ in WRONG.values())]
    nbformat.write(
        new_notebook(cells=cells, metadata={"kernelspec": KERNEL}), tree / "book" / "wrong.ipynb"
    )
    lab.open_notebook(opened, address, "wrong", with_its_kernel=True)
    problems = lab.walk(opened, KEYS)
    lab.let_kernels_go(opened)
    return problems


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_in_a_cell_is_found(found, name):
    n = [*WRONG].index(name) + 2
    problem = WRONG[name][1]
    mine = [sentence for sentence in found if sentence.startswith(f"cell {n}: ")]
    assert [s for s in mine if problem in s], found


def test_in_the_cells_where_nothing_is_wrong_nothing_is_found(found):
    assert not [sentence for sentence in found if sentence.startswith("cell 1: ")]
