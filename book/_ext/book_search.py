"""What the search page shows beside each result: `searchtexts.js`, the words of every section.

Sphinx's own search fetches the page that it found, which a page opened from a file may not do.
"""

import json
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain
from sphinx.environment import BuildEnvironment
from tex import in_words

LEFT_OUT = (nodes.literal_block, nodes.raw, nodes.comment, nodes.title, nodes.image)


def words(node: nodes.Node) -> str:
    """What a part of a page says, formulas in plain letters."""
    if isinstance(node, nodes.math | nodes.math_block):
        return in_words(node.astext())
    if isinstance(node, nodes.Text):
        return node.astext()
    if isinstance(node, LEFT_OUT):
        return " "
    space = " " if isinstance(node, nodes.paragraph | nodes.term | nodes.entry) else ""
    return "".join(words(child) for child in node.children) + space


def code(parts: list[nodes.Node]) -> str:
    """The code in some parts of a page, which Sphinx's index has the words of."""
    blocks = [block for part in parts for block in part.findall(nodes.literal_block)]
    return " ".join(" ".join(block.astext() for block in blocks).split())


def sections(doctree: nodes.document) -> list[list[str]]:
    """(anchor, heading, text, code) of each section, and of each entry of a glossary."""
    found = []
    for section in doctree.findall(nodes.section):
        title = section.next_node(nodes.title)
        inside = [child for child in section.children if not isinstance(child, nodes.section)]
        text = " ".join("".join(words(child) for child in inside if child is not title).split())
        head = words_of(title) if title is not None else ""
        found.append([section["ids"][0] if section["ids"] else "", head, text, code(inside)])
    for item in doctree.findall(nodes.definition_list_item):
        terms = [child for child in item.children if isinstance(child, nodes.term) and child["ids"]]
        text = " ".join("".join(words(child) for child in item.children).split())
        found += [[term["ids"][0], words_of(term), text, ""] for term in terms]
    return found


def words_of(element: nodes.Element) -> str:
    return " ".join("".join(words(child) for child in element.children).split())


def remember(app: Sphinx, env: BuildEnvironment, changed: list[str]) -> None:
    """Whether any page is read in this build."""
    app.book_pages_changed = bool(changed)


def write(app: Sphinx, failure: Exception | None) -> None:
    """Write the words of all pages beside the search index, if any has changed."""
    if failure or app.builder.format != "html":
        return
    file = Path(app.outdir) / "searchtexts.js"
    if file.exists() and not app.book_pages_changed:
        return
    texts = {name: sections(app.env.get_doctree(name)) for name in sorted(app.env.found_docs)}
    script = f"window.BOOK_TEXTS = {json.dumps(texts, ensure_ascii=False)};\n"
    file.write_text(script, "utf-8")


def on_search_page(app: Sphinx, page: str, template: str, context: dict, doctree: object) -> None:
    """The two scripts of the search are on its page alone."""
    if page == "search":
        app.add_js_file("book-search.js")


def setup(app: Sphinx) -> dict[str, bool]:
    # A term is a result of its own, in each of its languages: Sphinx leaves them out.
    StandardDomain.object_types["term"].attrs["searchprio"] = 1
    app.connect("env-before-read-docs", remember)
    app.connect("build-finished", write)
    app.connect("html-page-context", on_search_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
