"""What no author has to type: names of folds, values kept whole, how to run it, the licences."""

import ast
import html
import re
from functools import cache

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxTranslator
from tex import in_words

import companion
from companion.proofs import chapter_1, chapter_2, chapter_3, ledger

CHAPTER = re.compile(r"book/(\d+(?:-\d+)+)-[a-z]")
PICTURES = {"image/png", "image/svg+xml", "image/jpeg"}


# ---------------------------------------------------------------- folds


@cache
def equations_of() -> dict[str, list[str]]:
    """The numbers of the equations that each proof proves, by the proof's own name."""
    found: dict[str, list[str]] = {}
    for row in ledger.ROWS:
        found.setdefault(row.proof.rpartition(".")[2], []).append(row.number)
    return found


def title_of(proof: str) -> str:
    """The title of a proof that belongs to no number: "the Markov property" for `markov`."""
    for chapter in (chapter_1, chapter_2, chapter_3):
        if hasattr(chapter, proof):
            name = getattr(chapter, proof)().name
            return name[0].lower() + name[1:]
    raise ValueError(f"proof: got {proof!r}, expected one of companion.proofs")


def proof_name(code: str) -> str | None:
    """ "Proof of (1-15)" for a cell that says prove(proofs.draw_from_noise()), else None."""
    names = []
    for call in ast.walk(ast.parse(code)):
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "prove" and call.args:
            inner = call.args[0]
            if isinstance(inner, ast.Call):
                names.append(getattr(inner.func, "attr", getattr(inner.func, "id", "")))
    if not names:
        return None
    numbers = [f"({n})" for name in names for n in equations_of().get(name, []) if n[0].isdigit()]
    if numbers:
        *others, last = numbers
        return f"Proof of {', '.join(others)} and {last}" if others else f"Proof of {last}"
    return f"Proof: {title_of(names[0])}"


def code_name(cell: nodes.Element) -> str:
    """What the folded code of a cell makes: a figure, a player, a table, or nothing to see."""
    outputs = [each for each in cell.children if "cell_output" in each.get("classes", [])]
    kinds = {each.get("mime_type") for output in outputs for each in output.findall(nodes.Element)}
    pages = [raw.astext() for output in outputs for raw in output.findall(nodes.raw)]
    if any('class="animation"' in page for page in pages):
        return "Code of this player"
    drawn = any("<svg" in page or 'class="live ' in page for page in pages)
    if drawn or kinds & PICTURES or any(list(output.findall(nodes.image)) for output in outputs):
        return "Code of this figure"
    if any(list(output.findall(nodes.table)) for output in outputs):
        return "Code of this table"
    if outputs:
        return "Code of this output"
    source = next(iter(cell.findall(nodes.literal_block)), None)
    imports = source is not None and re.search(r"^(from|import) ", source.astext(), re.M)
    return "Code: imports and settings" if imports else "Code of this step"


class FoldNames(SphinxPostTransform):
    """Names the folds of cells by what they hold. Before myst_nb makes them, which has 199."""

    default_priority = 150
    formats = ("html",)

    def run(self, **_: object) -> None:
        for cell in self.document.findall(nodes.container):
            mode = cell.get("hide_mode")
            if cell.get("nb_element") != "cell_code" or not mode:
                continue
            said = cell["prompt_show"]
            if not said.startswith(("Show code cell", "Show the proof")):
                continue  # by its author
            source = next(iter(cell.findall(nodes.literal_block)), None)
            name = proof_name(source.astext()) if source is not None else None
            if not name and "input" not in mode and mode != "all":
                name = "The output"
            cell["prompt_show"] = cell["prompt_hide"] = name or code_name(cell)


def visit_fold(self: SphinxTranslator, node: nodes.Element) -> None:
    """A fold of which the name is what stands on it."""
    proof = "proof " if node["prompt_show"].startswith("Proof") else ""
    self.body.append(f'<details class="admonition hide {proof}{" ".join(node["classes"])}">\n')
    self.body.append(f"<summary>{html.escape(node['prompt_show'])}</summary>\n")


def depart_fold(self: SphinxTranslator, node: nodes.Element) -> None:
    self.body.append("</details>\n")


class AltWords(SphinxPostTransform):
    """The words in place of an image hold no raw TeX: a screen reader would spell it out."""

    default_priority = 150

    def run(self, **_: object) -> None:
        for image in self.document.findall(nodes.image):
            if "$" in image.get("alt", ""):
                image["alt"] = without_tex(image["alt"])
        for raw in self.document.findall(nodes.raw):
            written = raw.astext()
            if raw.get("format") == "html" and ALT.search(written):
                raw.children = [nodes.Text(ALT.sub(lambda m: without_tex(m[0]), written))]


ALT = re.compile(r'\balt="[^"$]*\$[^"]*"')


def without_tex(words: str) -> str:
    """The words, each formula in plain letters."""
    return re.sub(r"\$([^$]*)\$", lambda m: in_words(m[1]), words)


class WholeValues(SphinxPostTransform):
    """A value in a table, with its spread and its unit, stays in one line of its cell."""

    default_priority = 150
    formats = ("html",)

    def run(self, **_: object) -> None:
        for cell in self.document.findall(nodes.entry):
            for text in list(cell.findall(nodes.Text)):
                if not isinstance(text.parent, (nodes.math, nodes.literal)):
                    text.parent.replace(text, nodes.Text(whole(text.astext())))


def whole(written: str) -> str:
    """The words, with spaces that no line may be broken at in values like 4.4 ± 0.1 and 14 %."""
    return re.sub(
        r"(?<=\d) (?=%)|(?<=\d) (?=[±×] ?\d)|(?<=\d [±×]) (?=\d)", "\N{NO-BREAK SPACE}", written
    )


# ---------------------------------------------------------------- how a chapter is run


def how_to_run(docname: str) -> str | None:
    """A line of HTML for the box at a chapter's top, or None for a page that is none."""
    chapter = CHAPTER.match(docname)
    if not chapter:
        return None
    stem = docname.rpartition("/")[2]
    return (
        f'<p class="run-it"><strong>To run it</strong> <code>make lab CHAPTER={chapter[1]}</code> '
        f"in the book's folder opens this chapter in JupyterLab. "
        f'<a href="../_sources/{docname}.ipynb" download="{stem}.ipynb">Download the notebook</a>: '
        f"it needs the package <code>companion</code>, which comes with the book.</p>"
    )


def about() -> str:
    """Version, licences and how to cite, as HTML, for the first page."""
    version = companion.__version__
    return (
        '<section class="about-the-book" id="about-this-book"><h2>This book</h2>'
        f"<p>Version {version}. The code is under the MIT licence, the text and the figures are "
        'under <a href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a>.</p>'
        f"<p><strong>How to cite</strong> The authors of this book. <em>Diffusion, derived</em>, "
        f"version {version}, 2026. The file <code>CITATION.cff</code> beside the book says the "
        "same to programs.</p></section>"
    )


class Boxes(SphinxPostTransform):
    """Puts into each chapter's box how it is run, and on the first page what the book is."""

    default_priority = 150
    formats = ("html",)

    def run(self, **_: object) -> None:
        line = how_to_run(self.env.docname)
        box = next(iter(self.document.findall(nodes.admonition)), None)
        if line and box is not None:
            box += nodes.raw("", line, format="html")
        if self.env.docname == self.config.root_doc:
            self.first_page()

    def first_page(self) -> None:
        made = nodes.raw("", about(), format="html")
        for comment in self.document.findall(nodes.comment):
            if comment.astext().strip() == "about this book":
                comment.replace_self(made)
                return
        next(iter(self.document.findall(nodes.section))).append(made)


def version(app: Sphinx, config: object) -> None:
    """`{{ version }}` in a page is the package's."""
    config.myst_substitutions = {**config.myst_substitutions, "version": companion.__version__}


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_node(HideCodeCellNode, override=True, html=(visit_fold, depart_fold))
    app.add_post_transform(FoldNames)
    app.add_post_transform(AltWords)
    app.add_post_transform(WholeValues)
    app.add_post_transform(Boxes)
    app.connect("config-inited", version)
    app.add_js_file("reading.js", loading_method="defer")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
