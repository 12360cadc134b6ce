"""Each mention of an equation, a figure, a chapter, a piece of the package, or a term is a link.

The notebooks say "(1-15)", "Figure 1.4.3", "chapter 1.4", `companion.diffusion` and "latent"
plainly, so that they read well everywhere. Here, where every page is known, each of them becomes
a link; of a term of the glossary its first mention on a page. Nothing is touched within a link,
a heading, code or a formula.
"""

import re
from collections.abc import Iterator

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform

LABEL = re.compile(r"\A(Figure|Table) (\d+(?:\.\d+)+)\.?\Z")
NUMBER = r"\d+(?:\.\d+)+"
MENTION = re.compile(
    r"\((?P<equation>\d-\d+[a-z]?)\)"
    rf"|\b(?P<kind>[Ff]igure|[Tt]able) (?P<figure>{NUMBER})"
    rf"|\b[Cc]hapter (?P<chapter>{NUMBER})(?!-)"
    rf"|\b[Ee]xercise (?P<exercise>{NUMBER})"
)
SEVERAL = re.compile(  # "Figures 1.2.1 and 1.2.2", "chapters 1.3 and 1.4": each number is a link
    rf"\b(?P<kind>[Ff]igure|[Tt]able|[Cc]hapter|[Ee]xercise)s "
    rf"(?P<numbers>{NUMBER}(?:(?:, | and |, and | or | to ){NUMBER})+)"
)
DOTTED = re.compile(r"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(?:\(.*\))?\Z", re.S)
INSIDE = (
    nodes.reference,
    addnodes.pending_xref,
    nodes.title,
    nodes.literal_block,
    nodes.math,
    nodes.math_block,
    nodes.raw,
    nodes.comment,
    nodes.term,
    nodes.rubric,
    nodes.caption,
    nodes.citation,
    nodes.label,
    addnodes.desc_signature,
    addnodes.toctree,
)
NO_TERMS = ("book/glossary", "book/bibliography", "book/api")  # pages that link terms by themselves


def anchor(kind: str, number: str) -> str:
    """The id of a figure, "figure-1-4-3"."""
    return f"{kind.lower()}-{number.replace('.', '-')}"


class CaptionAnchors(SphinxTransform):
    """ "**Figure 1.4.3.**" at the start of a caption is a place that one can link to."""

    default_priority = 800

    def apply(self, **_: object) -> None:
        here = known(self.env)
        for label in self.document.findall(nodes.strong):
            found = LABEL.match(label.astext())
            paragraph = label.parent
            if found and isinstance(paragraph, nodes.paragraph) and paragraph.index(label) == 0:
                name = anchor(found[1], found[2])
                if name not in here:
                    paragraph["ids"].append(name)
                    here[name] = self.env.docname


def known(env: BuildEnvironment) -> dict[str, str]:
    """The page of each caption's anchor."""
    if not hasattr(env, "book_captions"):
        env.book_captions = {}
    return env.book_captions


def forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Take a page's anchors out: it is read again."""
    env.book_captions = {k: page for k, page in known(env).items() if page != docname}


def merge(app: Sphinx, env: BuildEnvironment, docnames: set, other: BuildEnvironment) -> None:
    """Add what another process has read."""
    known(env).update({k: page for k, page in known(other).items() if page in docnames})


class Places:
    """Where what a page mentions stands: (page, anchor), or None."""

    def __init__(self, env: BuildEnvironment) -> None:
        self.env = env
        standard = env.get_domain("std")
        self.labels = standard.anonlabels
        self.python = env.get_domain("py").objects
        self.terms = {
            name.lower(): (entry[0], entry[1])
            for (kind, name), entry in standard.objects.items()
            if kind == "term" and name.isascii()
        }
        names = sorted(self.terms, key=len, reverse=True)
        some = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in names)
        self.term = re.compile(rf"(?<![\w-])({some})(s?)(?![\w-])", re.I) if names else None
        self.short: dict[str, list[str]] = {}
        for name, entry in self.python.items():
            if entry.objtype in ("function", "class", "exception"):
                self.short.setdefault(name.rpartition(".")[2], []).append(name)
            elif entry.objtype in ("method", "property", "attribute"):
                self.short.setdefault(".".join(name.split(".")[-2:]), []).append(name)

    def equation(self, number: str) -> tuple[str, str] | None:
        return self.labels.get(f"eq-{number}")

    def figure(self, kind: str, number: str) -> tuple[str, str] | None:
        name = anchor(kind, number)
        page = known(self.env).get(name)
        return (page, name) if page else None

    def chapter(self, number: str) -> tuple[str, str] | None:
        start = f"book/{number.replace('.', '-')}-"
        found = [
            d for d in self.env.all_docs if d.startswith(start) and not d[len(start)].isdigit()
        ]
        return (found[0], "") if len(found) == 1 else None

    def exercise(self, number: str) -> tuple[str, str] | None:
        for page, toc in self.env.tocs.items():
            for link in toc.findall(nodes.reference):
                if link.astext().startswith(f"Exercise {number} "):
                    return page, link["anchorname"].lstrip("#")
        return None

    def code(self, text: str) -> tuple[str, str] | None:
        """The API's entry of `companion.diffusion`, `marginal`, `Mixture.score(x)`."""
        found = DOTTED.match(text.strip())
        if not found:
            return None
        name = found[1]
        if name in self.python:
            return self.python[name].docname, self.python[name].node_id
        short = self.short.get(name, [])
        if name.startswith("companion."):  # handed on by a package: companion.diffusion.linear
            package, _, last = name.rpartition(".")
            inside = [n for n in self.short.get(last, []) if n.startswith(f"{package}.")]
            label = "api-" + re.sub(r"[._]", "-", name)
            if len(inside) == 1:
                short = inside
            elif label in self.labels:
                return self.labels[label]
        if len(short) != 1:
            return None
        return self.python[short[0]].docname, self.python[short[0]].node_id


class Links(SphinxPostTransform):
    """Turns the mentions of a page into links. After references are resolved, which has 10."""

    default_priority = 40
    formats = ("html",)

    def run(self, **_: object) -> None:
        self.places = places_of(self.app)
        page = self.env.docname
        self.said = set() if not page.startswith(NO_TERMS) else None
        self.link_literals()
        for text in list(plain_text(self.document)):
            pieces = list(self.pieces(text.astext()))
            if len(pieces) > 1 or isinstance(pieces[0], nodes.reference):
                text.parent.replace(text, pieces)

    def link_literals(self) -> None:
        for literal in list(self.document.findall(nodes.literal)):
            if any(isinstance(a, INSIDE) for a in ancestors(literal)):
                continue
            place = self.places.code(literal.astext())
            if place:
                copy = literal.deepcopy()
                literal.parent.replace(literal, self.reference(place, copy))

    def reference(self, place: tuple[str, str], *inside: nodes.Node, kind: str = "") -> nodes.Node:
        page, name = place
        if page == self.env.docname:
            uri = f"#{name}"
        else:
            uri = self.app.builder.get_relative_uri(self.env.docname, page)
            uri += f"#{name}" if name else ""
        link = nodes.reference("", "", *inside, internal=True, refuri=uri)
        link["classes"] = ["mention", *([kind] if kind else [])]
        return link

    def pieces(self, text: str) -> Iterator[nodes.Node]:
        """The text, cut at what is mentioned."""
        last = 0
        for start, end, place, kind in sorted(self.found(text), key=lambda hit: hit[0]):
            if start < last:
                continue
            if start > last:
                yield from self.with_terms(text[last:start])
            yield self.reference(place, nodes.Text(text[start:end]), kind=kind)
            last = end
        if last < len(text) or not text:
            yield from self.with_terms(text[last:])

    def found(self, text: str) -> Iterator[tuple[int, int, tuple[str, str], str]]:
        for hit in MENTION.finditer(text):
            kind = next(k for k in ("equation", "figure", "chapter", "exercise") if hit[k])
            place = self.place(hit["kind"] or kind, hit[kind])
            if place:
                yield hit.start(), hit.end(), place, ""
        for hit in SEVERAL.finditer(text):
            for number in re.finditer(NUMBER, hit["numbers"]):
                place = self.place(hit["kind"], number[0])
                start = hit.start("numbers") + number.start()
                if place:
                    yield start, start + len(number[0]), place, ""

    def place(self, kind: str, number: str) -> tuple[str, str] | None:
        kind = kind.lower()
        if kind in ("figure", "table"):
            return self.places.figure(kind, number)
        place = getattr(self.places, kind)(number)
        return None if kind == "chapter" and place and place[0] == self.env.docname else place

    def with_terms(self, text: str) -> Iterator[nodes.Node]:
        """The text, with the first mention of each term on the page as a link to the glossary."""
        last = 0
        hits = self.places.term.finditer(text) if self.said is not None and self.places.term else ()
        for hit in hits:
            name = " ".join(hit[1].lower().split())
            place = self.places.terms[name]
            if place in self.said:
                continue
            self.said.add(place)
            if hit.start() > last:
                yield nodes.Text(text[last : hit.start()])
            yield self.reference(place, nodes.Text(hit[0]), kind="term")
            last = hit.end()
        if last < len(text) or not text:
            yield nodes.Text(text[last:])


def places_of(app: Sphinx) -> Places:
    """Made once, when all pages have been read."""
    if not hasattr(app, "book_places"):
        app.book_places = Places(app.env)
    return app.book_places


def ancestors(node: nodes.Node) -> Iterator[nodes.Node]:
    while node.parent is not None:
        node = node.parent
        yield node


def plain_text(document: nodes.document) -> Iterator[nodes.Text]:
    """The words of a page outside of links, headings, code and formulas."""
    for text in document.findall(nodes.Text):
        if not any(isinstance(a, (*INSIDE, nodes.literal)) for a in ancestors(text)):
            yield text


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_transform(CaptionAnchors)
    app.add_post_transform(Links)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
