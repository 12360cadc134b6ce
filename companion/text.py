"""Text that a cell shows: Markdown for the book, HTML for JupyterLab.

The book reads the Markdown. JupyterLab shows the HTML, because there Markdown keeps no
fold, no colour of code, and gives every display a number of its own; what stands in
HTML it typesets, in a notebook that is not trusted too.
"""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

# Written into the tags, because JupyterLab lets no style sheet through.
_STYLES = {
    "<details": "border: 1px solid #888888; border-radius: 4px; margin: 0 0 8px; "
    "padding: 0 12px 6px;",
    "<summary": "list-style: revert; cursor: pointer; font-weight: 600; padding: 6px 0;",
}


class Text(str):
    """Markdown: typeset in a notebook and in the book, readable in a terminal."""

    def __repr__(self) -> str:
        return str(self)

    def _repr_markdown_(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        html = _markdown().render(self)
        for tag, style in _STYLES.items():
            html = html.replace(tag, f'{tag} style="{style}"')
        return html


def table(*rows: Sequence[object]) -> Text:
    """Rows of cells as a table: lines and columns in a terminal, typeset in a page.

    Args:
        rows: the cells of each row, Markdown; the first row is the head.

    Returns:
        The table, its columns as wide as what is in them.

    Raises:
        ValueError: For no rows, and for a row of another length than the head.
    """
    from tabulate import tabulate

    if not rows:
        raise ValueError("rows: got none, expected a head and the rows below it")
    for row in rows:
        if len(row) != len(rows[0]):
            raise ValueError(
                f"rows: got a row of {len(row)} cells, expected {len(rows[0])}, as in the head"
            )
    head, *others = [[str(cell).replace("|", r"\|") for cell in row] for row in rows]
    return Text(tabulate(others, head, tablefmt="github", disable_numparse=True))


@cache
def _markdown() -> "MarkdownIt":
    """The converter: Markdown with tables, and TeX left to MathJax.

    Imported where it is used: what the command line runs needs none of it.
    """
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    converter = MarkdownIt("commonmark", {"highlight": _colored}).enable("table")
    return converter.use(dollarmath_plugin, renderer=_tex, double_inline=True)


def _colored(code: str, language: str, _: str) -> str:
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(language)
    except ClassNotFound:
        return ""
    tokens = highlight(code, lexer, HtmlFormatter(nowrap=True))
    return f'<pre class="highlight"><code>{tokens}</code></pre>'


def _tex(formula: str, options: dict) -> str:
    from html import escape

    start, end = (r"\[", r"\]") if options["display_mode"] else (r"\(", r"\)")
    return f"{start}{escape(formula, quote=False)}{end}"
