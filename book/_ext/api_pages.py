"""The index of the package: a link to each module's page, with its first sentence."""

from importlib import import_module

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


def page_of(module: str) -> str:
    """The page of a module: "diffusion-forward" for companion.diffusion.forward."""
    return "-".join(module.split(".")[1:]).replace("_", "-")


def first_sentence(module: str) -> str:
    """What a module's docstring begins with, on one line."""
    words = " ".join((import_module(module).__doc__ or "").partition("\n\n")[0].split())
    return words.replace("*", r"\*")


class Modules(SphinxDirective):
    """Lines of dotted names: each is a link to the page of that module."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        lines = [
            f"- [`{name}`](api/{page_of(name)}.md): {first_sentence(name)}"
            for name in map(str.strip, self.content)
        ]
        holder = nodes.container()
        content = StringList(lines, source=self.env.docname)
        self.state.nested_parse(content, self.content_offset, holder)
        return holder.children


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("modules", Modules)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
