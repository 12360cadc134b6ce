"""Formulas in the built pages: coloured, and set for the screen that they stand on."""

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from tex import breakable, colour, narrow, wide

MARK = re.compile(r"[,.;:!?)]*")


class Formulas(SphinxPostTransform):
    """Colours every formula; a display with places to break gets a second, narrow form.

    Both forms are in the page and the style sheet shows one of them. What leads to the
    display leads to the box around them.
    """

    default_priority = 60
    formats = ("html",)

    def run(self, **_: object) -> None:
        for formula in list(self.document.findall(nodes.math)):
            new = self.coloured(formula, formula.astext())
            mark = self.punctuation(formula)
            if mark:  # no line ends between a formula and its comma
                new = nodes.inline("", "", new, nodes.Text(mark), classes=["with-its-mark"])
            formula.replace_self(new)
        for display in list(self.document.findall(nodes.math_block)):
            written = display.astext()
            if not breakable(written):
                display.replace_self(self.coloured(display, written))
                continue
            box = nodes.container(classes=["for-each-width"], ids=display["ids"])
            for name, form in (("wide", wide), ("narrow", narrow)):
                each = self.coloured(display, form(written))
                each["ids"] = []
                each["classes"] = [*display["classes"], f"{name}-form"]
                box += each
            display.replace_self(box)

    def punctuation(self, formula: nodes.Element) -> str:
        """Takes the mark that follows a formula out of the text after it."""
        after = formula.next_node(nodes.Text, descend=False, siblings=True)
        parent = formula.parent
        at = parent.index(formula) + 1
        if after is None or at >= len(parent) or parent[at] is not after:
            return ""
        mark = MARK.match(after.astext())[0]
        if mark:
            parent.replace(after, nodes.Text(after.astext()[len(mark) :]))
        return mark

    def coloured(self, node: nodes.Element, written: str) -> nodes.Element:
        copy = node.copy()
        new = colour(written)
        copy += nodes.Text(new)
        copy.rawsource = new
        return copy


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_post_transform(Formulas)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
