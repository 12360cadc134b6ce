"""Pages made from code: the equation ledger, the errata, the index of exercises.

Each directive writes Markdown from rows of the package and has it parsed in place. The
page depends on the files that the rows come from: change one, and the next build makes
the page again, and with it proves every equation again; change none, and it is left.
"""

import json
import re
from collections import _tuplegetter
from collections.abc import Iterable, Sequence
from functools import cached_property
from importlib import import_module
from itertools import chain
from pathlib import Path

import sympy
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.ext.napoleon import GoogleDocstring
from sphinx.roles import XRefRole
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docstrings import prepare_docstring
from sphinx.util.docutils import SphinxDirective

from companion.text import table

ROOT = Path(__file__).resolve().parents[2]
CHAPTER = re.compile(r"\b(\d+(?:-\d+)+)-[a-z][a-z-]*")  # the stem of a notebook
VERDICTS = {
    "right": "right as printed",
    "misprint": "misprint",
    "ours": "not in the article",
}


def found(dotted: str) -> object:
    """The function of a dotted name. Raises ImportError where there is none."""
    module, _, name = dotted.rpartition(".")
    try:
        return getattr(import_module(module), name)
    except AttributeError:
        raise ImportError(f"{dotted}: no such function") from None


def chapter_number(stem: str) -> str:
    """The number of a chapter, "1.2" for "1-2-posterior"."""
    return CHAPTER.match(stem)[1].replace("-", ".")


def with_chapter_links(text: str) -> str:
    """The text with each notebook that it names turned into a link to that chapter."""
    return CHAPTER.sub(lambda m: f"[chapter {chapter_number(m[0])}]({m[0]}.ipynb)", text)


# ---------------------------------------------------------------- the ledger


def prove(rows: Iterable) -> tuple[dict[str, int], dict[str, tuple]]:
    """Run every proof and every counterexample of the rows, each of them once.

    Returns how many lines each proof has, and the two numbers of each counterexample,
    by dotted name. Raises ExtensionError, which ends the build, where one fails.
    """
    lines, values = {}, {}
    for row in rows:
        try:
            if row.proof not in lines:
                lines[row.proof] = found(row.proof)().verify()
            if row.counterexample and row.counterexample not in values:
                example = found(row.counterexample)()
                values[row.counterexample] = (example.values, *example.verify())
        except Exception as error:
            raise ExtensionError(
                f"the equation ledger: equation {row.number} is not proved: {error}"
            ) from error
    return lines, values


def ledger_markdown(rows: Sequence) -> str:
    """The ledger as a page: a sum, a table, and each equation with its whereabouts."""
    lines, values = prove(rows)
    misprints = sum(row.verdict == "misprint" for row in rows)
    parts = [
        f"**While this page was built, {len(lines)} proofs ran and their "
        f"{sum(lines.values())} lines held.** They cover {len(rows)} equations: "
        f"{sum(row.verdict == 'right' for row in rows)} are right as the article prints "
        f"them, {misprints} are misprints, each refuted by numbers, and "
        f"{sum(row.verdict == 'ours' for row in rows)} are not in the article.",
        table(
            ["equation", "what it says", "verdict", "lines proved"],
            *(
                [
                    f"[{label(row)}](ledger-{row.number})",
                    row.title,
                    VERDICTS[row.verdict],
                    lines[row.proof],
                ]
                for row in rows
            ),
        ),
    ]
    for row in rows:
        parts += equation(row, lines, values)
    return "\n\n".join(parts)


def label(row: object) -> str:
    """(1-11) for an equation with a number, its name for one without."""
    return f"({row.number})" if row.number[0].isdigit() else row.number


def equation(row: object, lines: dict, values: dict) -> list[str]:
    """One equation of the ledger: what is printed, what is proved, and where."""
    parts = [f"(ledger-{row.number})=\n## {label(row)} {row.title}"]
    if row.verdict == "misprint":
        parts += ["{.verdict .misprint}\nAs printed, **wrong**:", display(row.printed)]
        parts += ["{.verdict}\nAs proved:", display(row.proved)]
    else:
        parts += [f"{{.verdict}}\n{VERDICTS[row.verdict].capitalize()}:"]
        parts += [display(row.proved)]
    if row.counterexample:
        where, printed, proved = values[row.counterexample]
        settings = ", ".join(f"${tex(k)} = {tex(v)}$" for k, v in where.items())
        parts.append(
            f"With {settings} the printed side is ${tex(printed)}$ and the "
            f"proved one ${tex(proved)}$."
        )
    if row.note:
        parts.append(with_chapter_links(row.note))
    file, _, test = row.test.partition("::")
    parts.append(
        "{.whereabouts}\n"
        f"- *Proof* {reference(row.proof)}, {lines[row.proof]} lines\n"
        f"- *Code* {reference(row.function)}\n"
        f"- *Test* `{test}` in `{file}`\n"
        f"- *Shown* [in chapter {chapter_number(row.chapter)}](eq-{row.number})"
    )
    return parts


def display(equation: str) -> str:
    return f"$$\n{equation.strip()}\n$$"


def tex(expression: object) -> str:
    return sympy.latex(expression)


def reference(dotted: str) -> str:
    """A link to the function on the API page, which links to its source."""
    return f"{{any}}`{dotted.rpartition('.')[2]} <{dotted}>`"


# ---------------------------------------------------------------- errata, exercises


def errata_markdown(rows: Sequence) -> str:
    """The errata as a page: what the article says, what is right, why, and where."""
    parts = []
    for row in rows:
        parts += [
            f"## {row.where}",
            f"{{.verdict .misprint}}\nThe article says\n\n{row.printed}",
            f"{{.verdict}}\nRight is\n\n{row.right}",
            row.why,
            f"{{.whereabouts}}\n- *Settled* {with_chapter_links(row.shown)}",
        ]
    return "\n\n".join(parts)


def exercise_markdown(rows: Sequence) -> str:
    """The exercises by chapter, each with a link to its place in the chapter."""
    chapters = dict.fromkeys(row.chapter for row in rows)
    minutes = sum(row.minutes for row in rows)
    parts = [
        f"There are {len(rows)} exercises in {len(chapters)} chapters, about "
        f"{minutes / 60:.0f} hours of work."
    ]
    for chapter in chapters:
        parts += [
            f"## [Chapter {chapter_number(chapter)}]({chapter}.ipynb)",
            table(
                ["exercise", "title", "kind", "difficulty", "importance", "minutes"],
                *(
                    [
                        f"{{exercise}}`{row.number}`",
                        row.title,
                        row.kind,
                        f"{row.difficulty}/3",
                        f"{row.importance}/3",
                        row.minutes,
                    ]
                    for row in rows
                    if row.chapter == chapter
                ),
            ),
        ]
    return "\n\n".join(parts)


def find_exercise(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, words: nodes.Element
) -> nodes.reference | None:
    """{exercise}`1.1.3` is a link to that exercise's heading, in whichever chapter."""
    if node["reftype"] != "exercise":
        return None
    for docname, toc in env.tocs.items():
        anchor = heading(toc, f"Exercise {node['reftarget']} ")
        if anchor:
            uri = app.builder.get_relative_uri(node["refdoc"], docname) + anchor
            return nodes.reference("", "", words, refuri=uri, internal=True)
    return None


def heading(toc: nodes.Node, start: str) -> str | None:
    """The anchor of the first heading that starts with these words."""
    for link in toc.findall(nodes.reference):
        if link.astext().startswith(start):
            return link["anchorname"]
    return None


# ---------------------------------------------------------------- the directives


class Page(SphinxDirective):
    """A directive without argument that puts Markdown made from code in its place."""

    def depend_on(self, pattern: str) -> None:
        for path in sorted(ROOT.glob(pattern)):
            self.env.note_dependency(str(path))

    def parsed(self, markdown: str) -> list[nodes.Node]:
        """The Markdown as nodes. Its sections are put into the page by the parser, in
        front of what is returned: they are taken out again, to come after it."""
        page = next(self.state.document.findall(nodes.section))
        before, holder = len(page), nodes.container()
        content = StringList(markdown.splitlines(), source=self.env.docname)
        self.state.nested_parse(content, self.content_offset, holder, match_titles=True)
        sections = page.children[before:]
        del page[before:]
        return holder.children + sections


class EquationLedger(Page):
    def run(self) -> list[nodes.Node]:
        self.depend_on("companion/proofs/**/*.py")
        return self.parsed(ledger_markdown(import_module("companion.proofs.ledger").ROWS))


class Errata(Page):
    def run(self) -> list[nodes.Node]:
        self.depend_on("companion/proofs/errata.py")
        return self.parsed(errata_markdown(import_module("companion.proofs.errata").ROWS))


class ExerciseIndex(Page):
    def run(self) -> list[nodes.Node]:
        self.depend_on("companion/exercises/**/*.py")
        self.depend_on("book/*.ipynb")  # whose headings the numbers link to
        rows = import_module("companion.exercises").EXERCISES
        return self.parsed(exercise_markdown(rows))


# ---------------------------------------------------------------- the API page


def one_name_a_field(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Give each of several arguments that share their words a field, in place.

    napoleon hands ":param s, t: words" on, which Sphinx takes for a type and a name.
    """
    several = re.compile(r":param (\w+(?:, \w+)+):(.*)")
    at = 0
    while at < len(lines):
        found = several.match(lines[at])
        if found:
            end = at + 1
            while end < len(lines) and lines[end].startswith(" "):
                end += 1
            more = lines[at + 1 : end]
            fields = [[f":param {each}:{found[2]}", *more] for each in found[1].split(", ")]
            lines[at:end] = chain.from_iterable(fields)
        at += 1


def property_as_written(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Read the docstring of a property as that of a function, in place.

    Of "alpha_t, for each time: (T+1,)." napoleon takes what stands before the colon for the
    type of an attribute, and leaves the sections unread.
    """
    if what == "property":
        written = prepare_docstring(obj.__doc__)
        lines[:] = GoogleDocstring(written, app.config, app, "function", name, obj).lines()


def module_of_property(app: Sphinx, module: str, name: str) -> str | None:
    """The module of a property, for the link to its source: of itself it knows none."""
    owner, _, last = name.rpartition(".")
    kind = getattr(import_module(module), owner, None)
    is_property = isinstance(getattr(kind, last, None), property | cached_property)
    return module if is_property else None


def without_numbers_of_fields(
    app: Sphinx, what: str, name: str, obj: object, skip: bool, options: object
) -> bool | None:
    """Leave out "Alias for field number 0": a NamedTuple's docstring describes its fields."""
    return True if isinstance(obj, _tuplegetter) else None


class Citations(SphinxPostTransform):
    """[Ho *et al.* [2020]](bibliography.md#ho2020denoising) is a link to that paper's entry.

    Written so, and not as a role, a citation can be read in JupyterLab as well.
    """

    default_priority = 8  # before myst_parser looks for a heading of that name

    def run(self, **_: object) -> None:
        domain = self.env.get_domain("cite")
        entries = {entry.key: entry for entry in domain.citations}
        for node in list(self.document.findall(pending_xref)):
            there = self.env.doc2path(node.get("reftarget", ""), base=False)
            if Path(there).name != "bibliography.md":
                continue
            entry = entries.get(node.get("reftargetid"))
            if entry:  # else myst_parser says that there is none
                uri = self.app.builder.get_relative_uri(
                    self.env.docname, entry.bibliography_key.docname
                )
                refuri = f"{uri}#{entry.citation_id}"
                node.replace_self(
                    nodes.reference("", "", *node.children, internal=True, refuri=refuri)
                )


FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.S)


def without_front_matter(app: Sphinx, page: str, source: list[str]) -> None:
    """Leave out, in place, what a notebook's first cell sets for JupyterLab alone.

    It keeps JupyterLab from numbering displays. myst_nb takes settings from elsewhere,
    and would print it.
    """
    if app.env.doc2path(page).endswith(".ipynb"):
        notebook = json.loads(source[0])
        first = notebook["cells"][0]
        first["source"] = FRONT_MATTER.sub("", "".join(first["source"]))
        source[0] = json.dumps(notebook)


def plain_list(app: Sphinx, page: str, template: str, context: dict, doctree: object) -> None:
    """Call the entries of the bibliography items of a list, which screen readers know.

    docutils gives them the role doc-biblioentry, which no list may have as an item.
    """
    if "body" in context:
        context["body"] = context["body"].replace('role="doc-biblioentry"', 'role="listitem"')


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("equation-ledger", EquationLedger)
    app.add_directive("errata", Errata)
    app.add_directive("exercise-index", ExerciseIndex)
    # Both after napoleon, which has 500.
    app.connect("autodoc-process-docstring", property_as_written, priority=600)
    app.connect("autodoc-process-docstring", one_name_a_field, priority=700)
    app.connect("viewcode-follow-imported", module_of_property)
    app.connect("autodoc-skip-member", without_numbers_of_fields)
    app.add_role("exercise", XRefRole(innernodeclass=nodes.inline, warn_dangling=True))
    app.connect("missing-reference", find_exercise)
    app.connect("html-page-context", plain_list)
    app.connect("source-read", without_front_matter)
    app.add_post_transform(Citations)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
