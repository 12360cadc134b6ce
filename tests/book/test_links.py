"""Every mention of an equation, a figure, a module, a function or a term is a link."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import NavigableString, Tag

from companion.proofs import ledger
from tests.book.course import chapters, modules
from tests.book.extension import extension
from tests.book.test_api import LISTED, documented, names_of
from tests.book.test_built import parsed

NUMBERS = {row.number for row in ledger.ROWS}
EQUATION = re.compile(r"\((\d-\d+[a-z]?)\)")
CALL = re.compile(r"([\w.]+)(?:\(.*\))?")  # "linear" or "linear(1000)", and no more
FIGURE = re.compile(r"\b[Ff]igure (\d+(?:\.\d+)+)")
OUTSIDE = ("a", "pre", "h1", "h2", "h3", "h4", "mjx-container", "script", "style", "summary", "dt")


def words(article: Tag) -> Iterator[NavigableString]:
    """The text of a page outside of links, headings, code, formulas and what HTML cells made."""
    for text in article.find_all(string=True):
        if type(text) is not NavigableString or text.find_parent(OUTSIDE):
            continue
        if text.find_parent(class_=["math", "animation", "live", "sd-tab-set"]):
            continue
        yield text


def captions(article: Tag) -> set[str]:
    found = (FIGURE.match(caption.text) for caption in article.select("p[id^=figure-]"))
    return {label[1] for label in found if label}


def plain_mentions(html: str, figures: set[str], names: set[str]) -> list[str]:
    """What is mentioned and could be a link, and is none."""
    article = parsed(html).find("article")
    problems = []
    for text in words(article):
        if text.find_parent("code"):
            continue
        label = text.find_parent("strong") and text.find_parent(id=re.compile("^(figure|table)-"))
        problems += [f"({n})" for n in EQUATION.findall(text) if n in NUMBERS]
        problems += [f"Figure {n}" for n in FIGURE.findall(text) if n in figures and not label]
    for code in article.find_all("code"):
        if code.find_parent(OUTSIDE) or code.find_parent(class_="run-it"):
            continue
        called = CALL.fullmatch(code.text)
        if called and called[1] in names:
            problems.append(code.text)
    return problems


@pytest.fixture(scope="module")
def articles(built: Path) -> dict[str, str]:
    return {s: (built / "book" / f"{s}.html").read_text("utf-8") for s in sorted(chapters())}


@pytest.fixture(scope="module")
def names() -> set[str]:
    """Modules by their full names, and functions and classes that no other shares a name with."""
    short = [
        name.removeprefix(f"{module}.")
        for module in LISTED
        for name in names_of(module)
        if name in documented(module)
    ]
    packages = {name.rpartition(".")[0] for name in LISTED} - {"companion"}
    return {*LISTED, *packages} | {
        name for name in short if "." not in name and short.count(name) == 1
    }


@pytest.fixture(scope="module")
def figures(articles: dict[str, str]) -> set[str]:
    """The numbers of all figures: to look through every page takes seconds."""
    return set().union(*(captions(parsed(html)) for html in articles.values()))


@pytest.mark.parametrize("stem", sorted(chapters()))
def test_no_mention_is_left_plain(articles, figures, names, stem):
    assert len(figures) > 20 and len(names) > 150
    assert plain_mentions(articles[stem], figures, names) == []


@pytest.mark.parametrize("stem", sorted(chapters()))
def test_the_links_lead_to_what_they_say(articles, stem):
    links = parsed(articles[stem]).select("article a.mention")
    assert len(links) > 25
    for link in links:
        target = link["href"].rpartition("#")[2]
        if number := EQUATION.fullmatch(link.text):
            assert target == f"eq-{number[1]}"
        elif number := FIGURE.fullmatch(link.text):
            assert target == f"figure-{number[1].replace('.', '-')}"
        elif link.code and link.code.text in modules():
            assert target == f"module-{link.code.text}" or "api.html" in link["href"]
        elif "term" in link["class"]:
            assert target.startswith("term-")


@pytest.mark.parametrize("stem", sorted(chapters()))
def test_a_term_is_a_link_where_it_is_first_said(articles, stem):
    terms = parsed(articles[stem]).select("article a.mention.term")
    places = [link["href"] for link in terms]
    assert len(places) == len({*places}) > 5


def test_no_link_stands_in_another_or_in_a_heading(articles):
    for html in articles.values():
        article = parsed(html).find("article")
        assert article.select("a a, h1 a.mention, h2 a.mention, h3 a.mention, pre a.mention") == []


def test_every_equation_can_be_led_to_once(articles):
    for html in articles.values():
        ids = [tag["id"] for tag in parsed(html).find_all(id=re.compile("^eq-"))]
        assert len(ids) == len({*ids})


# ---------------------------------------------------------------- the rules, seen red


@pytest.mark.parametrize(
    "html, problems",
    [
        ("by (1-5) and <a>(1-4)</a>", ["(1-5)"]),
        ("see Figure 1.2.3, or figure 1.2.3.", ["Figure 1.2.3", "Figure 1.2.3"]),
        ("<code>linear</code> <a><code>linear</code></a>", ["linear"]),
        ("<code>linear(1000)</code>", ["linear(1000)"]),
        ("<code>linear(1000).T < 3</code>", []),
        ("(9-9) Figure 9.9.9 <code>other</code> <pre>(1-5)</pre> <h2>(1-5)</h2>", []),
        ('<b id="figure-1-2-3"><strong>Figure 1.2.3.</strong></b>', []),
    ],
)
def test_a_plain_mention_is_found(html, problems):
    page = f"<article><p>{html}</p></article>"
    assert plain_mentions(page, {"1.2.3"}, {"linear"}) == problems


@pytest.mark.parametrize(
    "code, name",
    [
        ("linear", "linear"),
        ("linear(1000)", "linear"),
        ("Mixture.score(x)", "Mixture.score"),
        ("x0 + 1", None),
        ("a b", None),
    ],
)
def test_what_a_piece_of_code_names(code, name):
    found = extension("links").DOTTED.match(code)
    assert (found and found[1]) == name


def test_several_numbers_are_read_one_by_one():
    links = extension("links")
    hit = links.SEVERAL.search("In Figures 1.2.1, 1.2.2 and 1.2.10 it is so.")
    assert re.findall(links.NUMBER, hit["numbers"]) == ["1.2.1", "1.2.2", "1.2.10"]
