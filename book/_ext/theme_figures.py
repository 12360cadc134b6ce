"""Figures in the page's colours: a PNG that has SVG inside is set into the page as that SVG.

`companion.plots` draws so. The alt text of the cell becomes the figure's label. Builders of
anything but HTML, and pictures of any other origin, keep what they have.

A diagram that a cell shows leads to notebooks, as JupyterLab opens them: here, to their pages.
On a page without cells the directive `diagram` shows one, by its name.
"""

import re
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from companion.plots import board, diagram, diagram_dit, diagrams, svg_inside


class Diagram(SphinxDirective):
    """One of the book's diagrams: `{diagram} conditions`."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The drawing, made anew where the code that draws it has changed."""
        for module in (board, diagram_dit, diagrams):
            self.env.note_dependency(module.__file__)
        return [nodes.raw("", diagram(self.arguments[0]).html, format="html")]


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("diagram", Diagram)
    app.connect("doctree-resolved", _inline)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _inline(app: Sphinx, doctree: nodes.document, _: str) -> None:
    if app.builder.format != "html":
        return
    for image in list(doctree.findall(nodes.image)):
        file = Path(app.srcdir, image["uri"])
        drawn = svg_inside(file.read_bytes()) if file.suffix == ".png" and file.exists() else None
        if drawn is None:
            continue
        words = escape(image.get("alt", ""))
        label = f'<svg role="img" aria-label="{words}" '
        image.replace_self(nodes.raw("", drawn.replace("<svg ", label, 1), format="html"))
    for shown in list(doctree.findall(nodes.raw)):
        if 'class="figure diagram"' in shown.astext():
            led = re.sub(r'(<a [^>]*href="[^":]+)\.ipynb"', r'\1.html"', shown.astext())
            shown.replace_self(nodes.raw("", led, format="html"))
