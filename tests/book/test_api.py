"""The API's pages, one a module, say what the docstrings say, and link to the code."""

import ast
import importlib.util
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

import companion
from tests.book.course import BOOK, modules
from tests.book.extension import extension
from tests.book.test_package import LAYERS

LISTED = re.findall(r"^companion\.\S+$", (BOOK / "api.md").read_text("utf-8"), re.M)
PAGES = {path.stem: path.read_text("utf-8") for path in sorted((BOOK / "api").iterdir())}
SHOWN = [module for page in PAGES.values() for module in re.findall(r"automodule:: (\S+)", page)]
SECTION = re.compile(r"^(Args|Attributes):\n((?:(?:    .*)?\n)+)", re.M)
ENTRY = re.compile(r"^    (\*{0,2}\w+(?:, \w+)*): (.+(?:\n        .+)*)", re.M)


def plain(text: str) -> str:
    """Words without markup and without the difference of quotes and dashes."""
    text = re.sub(r"[`*\\]|<[^>]+>", "", text)
    for typeset, typed in {"’": "'", "‘": "'", "“": '"', "”": '"', "…": "...", "–": "-"}.items():
        text = text.replace(typeset, typed)
    return " ".join(text.split())


def described(docstring: str) -> dict[str, str]:
    """What a docstring says of each argument or field."""
    found = {}
    for _, section in SECTION.findall(docstring + "\n"):
        for names, words in ENTRY.findall(section):
            found |= dict.fromkeys(names.replace("*", "").split(", "), plain(words))
    return found


def documented(module: str) -> dict[str, tuple[str, bool]]:
    """The docstring of each public thing of a module, and whether it is a property."""
    found = {}
    for node in ast.parse(modules()[module]).body:
        if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name[0] == "_":
            continue
        inside = node.body if isinstance(node, ast.ClassDef) else []
        for name, each in [(node.name, node)] + [
            (f"{node.name}.{n.name}", n)
            for n in inside
            if isinstance(n, ast.FunctionDef) and n.name[0] != "_"
        ]:
            marks = {ast.unparse(mark) for mark in each.decorator_list}
            if ast.get_docstring(each):
                is_property = bool(marks & {"property", "cached_property"})
                found[f"{module}.{name}"] = ast.get_docstring(each), is_property
    return found


@pytest.fixture(scope="module")
def entries(built: Path) -> dict[str, Tag]:
    found = {}
    for file in sorted((built / "book" / "api").glob("*.html")):
        page = BeautifulSoup(file.read_text("utf-8"), "html.parser")
        found |= {head["id"]: head for head in page.select("dt.sig[id]")}
    return found


def test_each_module_that_the_index_lists_has_its_page():
    page_of = extension("api_pages").page_of
    assert sorted(LISTED) == sorted(SHOWN) and len({*SHOWN}) == len(SHOWN) > 80
    for module in LISTED:
        title, block = PAGES[page_of(module)].split("\n\n", 1)
        assert title == f"# `{module}`"
        assert block.startswith(f"```{{eval-rst}}\n.. automodule:: {module}\n   :members:")


def test_the_index_says_what_each_module_is(built):
    page = BeautifulSoup((built / "book" / "api.html").read_text("utf-8"), "html.parser")
    said = {a.text: a.parent.text for a in page.select("article li p > a") if a.code}
    assert {*LISTED} <= {*said}
    for module in LISTED:
        first = ast.get_docstring(ast.parse(modules()[module])).partition("\n\n")[0]
        assert plain(said[module]) == f"{module}: {plain(first)}"


def names_of(module: str) -> list[str]:
    text = PAGES[extension("api_pages").page_of(module)]
    only = re.search(rf"{re.escape(module)}\n   :members: +(.+)", text)
    wanted = only and {f"{module}.{name}" for name in only[1].split(", ")}
    return [name for name in documented(module) if not wanted or name in wanted]


@pytest.mark.parametrize("module", SHOWN)
def test_each_docstring_stands_on_the_page_with_its_source(entries, module):
    for name in names_of(module):
        docstring, is_property = documented(module)[name]
        head = entries[name]
        body = head.find_next_sibling("dd")
        assert plain(body.find("p").text) == plain(docstring.partition("\n\n")[0]), name
        assert head.select_one(".viewcode-link, .reference.internal .viewcode-link"), name
        assert ("property" in head.text.split()[:2]) == is_property, name  # "abstract" before it


@pytest.mark.parametrize("module", SHOWN)
def test_each_argument_stands_there_once_with_its_words(entries, module):
    for name in names_of(module):
        body = entries[name].find_next_sibling("dd")
        shown = {}
        for field in body.select(":scope > dl.field-list > dd"):
            if not field.find_previous_sibling("dt").text.startswith("Parameters"):
                continue
            for item in field.select(":scope > ul > li, :scope > p"):
                argument, _, words = plain(item.text).partition(" - ")
                argument = argument.partition(" ")[0]
                assert argument not in shown, f"{name}: {argument} twice"
                shown[argument] = words
        for argument, words in described(documented(module)[name][0]).items():
            assert shown.get(argument) == words, f"{name}: {argument}"


def test_no_field_is_an_alias_for_its_number(built):
    pages = sorted((built / "book" / "api").glob("*.html"))
    assert len(pages) == len(PAGES)
    assert [p.name for p in pages if "Alias for field" in p.read_text("utf-8")] == []


def test_the_package_names_its_rooms_in_order():
    rooms = re.findall(r"^    (\w+) ", companion.__doc__, re.M)
    assert rooms == [room for room in LAYERS if room != "__main__"]


# ---------------------------------------------------------------- Google's form

SENTENCE = re.compile(r"^(?:Raises|Returns|Yields|Warns) \S", re.M)
ARGUMENT = re.compile(r"(?:^|(?<=\S) {3,})(\w+(?:, \w+)*): ", re.M)


def names_in(node: ast.AST) -> set[str]:
    """What a function is called with, or a class is made of."""
    if isinstance(node, ast.FunctionDef):
        args = node.args
        return {a.arg for a in [*args.posonlyargs, *args.args, *args.kwonlyargs]}
    fields = {ast.unparse(n.target) for n in node.body if isinstance(n, ast.AnnAssign)}
    made = [n for n in node.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"]
    return fields.union(*map(names_in, made))


def form_problems(source: str) -> list[str]:
    """Docstrings in a form that napoleon reads as prose: "x: (B,).   Returns ..."."""
    problems = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef | ast.ClassDef):
            continue
        docstring = ast.get_docstring(node) or ""
        if SENTENCE.search(docstring.partition("\n")[2]):
            problems.append(f"{node.name}: a sentence in place of a section")
        for names in ARGUMENT.findall(docstring):
            if names_in(node).issuperset(names.split(", ")):
                problems.append(f"{node.name}: {names} outside of Args and Attributes")
    return problems


def test_docstrings_are_in_googles_form():
    found = {name: form_problems(source) for name, source in modules().items()}
    assert {name: problems for name, problems in found.items() if problems} == {}


@pytest.mark.parametrize(
    "docstring, problem",
    [
        ("One.\n\n    a: (B,).   b: more.", "f: a outside"),
        ("One.\n\n    Of it.   b: more.", "f: b outside"),
        ("One.\n\n    a, b: (B,).", "f: a, b outside"),
        ("One.\n\n    Raises ValueError for a.", "f: a sentence"),
        ("One.\n\n    Of a.\n    Returns (B,).", "f: a sentence"),
    ],
)
def test_a_private_form_is_found(docstring, problem):
    found = form_problems(f'def f(a, b):\n    """{docstring}\n    """')
    assert [each for each in found if each.startswith(problem)]


def test_googles_form_has_no_problem():
    docstring = (
        "Returns a.\n\n    Note: b.\n\n    Args:\n        a: (B,).\n\n    Returns:\n        b: c."
    )
    assert form_problems(f'def f(a, b):\n    """{docstring}\n    """') == []


# ---------------------------------------------------------------- the reading, seen red


def test_the_sections_of_a_docstring_are_read():
    docstring = (
        "One.\n\nArgs:\n    a: first,\n        and more.\n    b, c: two.\n\nReturns:\n    x: y"
    )
    assert described(docstring) == {"a": "first, and more.", "b": "two.", "c": "two."}
    assert described("One.\n\nx: private.   y: form.") == {}


def test_arguments_that_share_their_words_have_a_field_each():
    path = BOOK / "_ext" / "reference_pages.py"
    spec = importlib.util.spec_from_file_location("reference_pages", path)
    pages = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(pages)
    lines = ["One.", "", ":param a, b_2: both,", "    and more.", ":param c: alone.", ":returns: x"]
    pages.one_name_a_field(None, "function", "f", None, None, lines)
    shared = [":param a: both,", "    and more.", ":param b_2: both,", "    and more."]
    assert lines == ["One.", "", *shared, ":param c: alone.", ":returns: x"]
