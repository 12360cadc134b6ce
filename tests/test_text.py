"""What a cell shows, as Markdown for the book and as HTML for JupyterLab."""

import subprocess
import sys

import pytest
from bs4 import BeautifulSoup

from companion.text import Text, table

LADDER = """<details class="rung">
<summary>Solution</summary>

For $x_a * y_b * z < 3$, `a < b`:

1. Line

   $$
   \\begin{aligned} x &= 1 \\\\ y &= 2 \\end{aligned} \\tag{1-5}
   $$

```python
def f(x):
    return "<b>"  # $x$
```

</details>"""


def page(markdown: str) -> BeautifulSoup:
    return BeautifulSoup(Text(markdown)._repr_html_(), "html.parser")


def test_it_is_its_own_markdown_everywhere_else():
    text = Text(LADDER)
    assert text == text._repr_markdown_() == repr(text) == LADDER


def test_a_fold_stays_a_fold_and_its_inside_is_typeset():
    fold = page(LADDER).find("details")
    assert fold["class"] == ["rung"] and not fold.has_attr("open")
    assert fold.find("summary").text == "Solution"
    assert fold.find("ol").find("li") and fold.find("pre") and fold.find("p")


def test_tex_goes_to_mathjax_as_it_was_written():
    formulas = [f.text.strip() for f in page(LADDER).select(".math")]
    assert formulas[0] == r"\(x_a * y_b * z < 3\)"
    display = r"\begin{aligned} x &= 1 \\ y &= 2 \end{aligned} \tag{1-5}"
    assert formulas[1] == rf"\[{display}\]"
    assert not page(LADDER).find("em")


def test_code_is_coloured_and_nothing_in_it_is_markup():
    code = page(LADDER).select_one("pre.highlight > code")
    assert code.text == 'def f(x):\n    return "<b>"  # $x$\n'
    assert [w.text for w in code.select(".k")] == ["def", "return"]
    assert code.select_one(".c1").text == "# $x$"


@pytest.mark.parametrize("language", ["", "no-such-language"])
def test_code_of_no_known_language_is_plain(language):
    code = page(f"```{language}\na < b\n```").select_one("pre > code")
    assert code.text == "a < b\n" and not code.find("span")


def test_a_table_is_a_table():
    table = page("| a | $b$ |\n| --- | --- |\n| 1 | 2 |").find("table")
    assert [cell.text for cell in table.find_all("td")] == ["1", "2"]


def test_the_command_line_needs_nothing_that_only_a_notebook_needs():
    seen = "import companion.text, sys; print([m for m in NAMES if m in sys.modules])"
    names = ["markdown_it", "mdit_py_plugins", "pygments"]
    command = [sys.executable, "-c", seen.replace("NAMES", str(names))]
    assert subprocess.run(command, capture_output=True, text=True).stdout == "[]\n"


# ------------------------------------------------------------------------------- tables

ROWS = [["rule", "$T$"], ["a | b", "1.50"], ["", "0.100"], ["**c**", 7]]


def test_a_table_has_its_cells_in_a_page():
    """Read by another program than the one that wrote it, a number to the last digit."""
    found = BeautifulSoup(table(*ROWS)._repr_html_(), "html.parser")
    read = [[cell.text for cell in row.find_all(["th", "td"])] for row in found.find_all("tr")]
    assert [row[0] for row in read] == ["rule", "a | b", "", "c"]
    assert read[0][1].strip() == r"\(T\)" and [row[1] for row in read[1:]] == [
        "1.50",
        "0.100",
        "7",
    ]
    assert len(found.find_all("th")) == 2


def test_a_table_stands_in_columns_in_a_terminal():
    lines = str(table(*ROWS)).splitlines()
    assert len(lines) == 5 and len({len(line) for line in lines}) == 1
    bars = [[at for at, letter in enumerate(line) if letter == "|"] for line in lines]
    assert bars[0] == bars[3] == bars[4] and len(bars[0]) == 3


@pytest.mark.parametrize(
    "rows, words", [([], "rows: got none"), ([["a", "b"], ["1"]], "rows: got a row of 1 cells")]
)
def test_a_table_without_its_cells_is_refused(rows, words):
    with pytest.raises(ValueError, match=f"^{words}"):
        table(*rows)
