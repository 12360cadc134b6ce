"""The built pages: whole, linked, and with nothing that asks for a network."""

import json
import re
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

from tests.book.course import BOOK, code_of, notebooks, pages_in_order

REMOTE = re.compile(r"^\s*(https?:|wss?:|ftp:)?//", re.I)
# What a browser loads by itself. A link that the reader follows, <a href>, is not here,
# nor are the <link>s that only name a page's relations.
LOADS = {
    "src": None,
    "srcset": None,
    "poster": None,
    "data": {"object"},
    "action": {"form"},
    "href": {"link", "use", "image", "base"},
}
RELATIONS = {"author", "canonical", "license", "next", "prev", "search", "index"}
IN_CSS = re.compile(r"""(?:url\(|@import)\s*["']?\s*(?:https?:)?//[^"')\s]*""", re.I)
IN_SCRIPT = re.compile(
    r"""(?:fetch|import|importScripts|open|WebSocket|EventSource|Worker)"""
    r"""\s*\(?\s*[^()"'`]{0,30}["'`](?:https?|wss?):"""
    r"""|\bfrom\s+["'`]https?:|\bsrc\s*=\s*["'`]https?:""",
    re.I,
)


@lru_cache(maxsize=30)
def parsed(html: str) -> BeautifulSoup:
    """A part of a page as a tree, to be read only: reading the long ones in takes seconds."""
    return BeautifulSoup(html, "html.parser")


class Read(HTMLParser):
    """What the tests below ask of a page, tag by tag: to make trees of hundreds takes a minute."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.remote: list[str] = []
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self._inside, self._text = "", []  # of a <style> or a <script>
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.remote += _remote(tag, found)
        names = ("id", "name") if tag == "a" else ("id",)
        self.anchors |= {found[name] for name in names if name in found}
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        if tag in ("style", "script"):
            self._inside, self._text = tag, []

    def handle_data(self, data: str) -> None:
        if self._inside:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag != self._inside:
            return
        text, self._inside = "".join(self._text), ""
        if tag == "style":
            self.remote += [f"<style>: {found}" for found in css_remote(text)]
        else:
            self.remote += [f"<script>: {words[:80]}" for words in IN_SCRIPT.findall(text)]


@lru_cache(maxsize=1000)
def read(html: str) -> Read:
    """A page, read once."""
    return Read(html)


def remote_problems(html: str) -> list[str]:
    """What a page would load from elsewhere."""
    return read(html).remote


def _remote(tag: str, attributes: dict[str, str]) -> list[str]:
    problems = [f"style of <{tag}>" for _ in css_remote(attributes.get("style", ""))]
    for name, tags in LOADS.items():
        value = attributes.get(name, "")
        if tags is not None and tag not in tags:
            continue
        if tag == "link" and {*attributes.get("rel", "").split()} & RELATIONS:
            continue
        for address in value.split(",") if name == "srcset" else [value]:
            if REMOTE.match(address):
                problems.append(f"<{tag} {name}={address.strip()!r}>")
    return problems


def css_remote(css: str) -> list[str]:
    return IN_CSS.findall(css)


def link_problems(pages: dict[str, str], files: set[str]) -> list[str]:
    """Links within the book: each leads to a file that is there and a place in it."""
    places = {name: read(html).anchors for name, html in pages.items()}
    problems = []
    for name, html in pages.items():
        for address in read(html).links:
            link = urlsplit(address)
            if link.scheme or link.netloc:
                continue
            target = _joined(name, unquote(link.path)) if link.path else name
            if target not in files:
                problems.append(f"{name}: {address} leads nowhere")
            elif link.fragment and target in places:
                # an empty place is the top of a page
                if unquote(link.fragment) not in places[target] | {"", "top"}:
                    problems.append(f"{name}: {address} has no such place")
    return sorted(set(problems))


def _joined(page: str, path: str) -> str:
    parts = page.split("/")[:-1]
    for part in path.split("/"):
        if part == "..":
            parts = parts[:-1] if parts else ["outside"]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


@pytest.fixture(scope="module")
def pages(built: Path) -> dict[str, str]:
    """Every built page that a reader can reach, by its path."""
    found = sorted(built.rglob("*.html"))
    names = [path.relative_to(built).as_posix() for path in found]
    return {n: (built / n).read_text("utf-8") for n in names if n[:8] != "_static/"}


def test_every_page_of_the_toc_is_built(pages):
    assert {f"{page}.html" for page in pages_in_order()} <= {*pages}


def test_no_page_loads_anything_from_elsewhere(pages):
    problems = {name: remote_problems(html) for name, html in pages.items()}
    assert {name: found for name, found in problems.items() if found} == {}


def broken_values(html: str) -> list[str]:
    """Values in cells of tables whose unit or spread may fall into the next line."""
    cells = re.findall(r"<td\b.*?</td>", html, re.S)
    words = (re.sub(r"<(code|span)\b.*?</\1>", "", cell, flags=re.S) for cell in cells)
    return [found for cell in words for found in re.findall(r"\d (?:%|[±×] ?\d)", cell)]


def test_a_value_in_a_table_stays_in_one_line(pages):
    problems = {name: broken_values(html) for name, html in pages.items()}
    assert {name: found for name, found in problems.items() if found} == {}
    assert "4.40\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}0.14" in pages["book/3-1-dit.html"]
    assert broken_values("<p>4 %</p><td>3.1 ± 0.2</td><td><code>4 % 2</code></td>") == ["1 ± 0"]


def test_no_style_sheet_loads_anything_from_elsewhere(built):
    problems = {p.name: css_remote(p.read_text("utf-8")) for p in built.rglob("*.css")}
    assert len(problems) > 3
    assert {name: found for name, found in problems.items() if found} == {}


@pytest.mark.parametrize("stem", sorted(notebooks()))
def test_no_output_of_a_notebook_loads_anything_from_elsewhere(stem):
    found = []
    for cell in notebooks()[stem]["cells"]:
        for output in cell.get("outputs", []):
            for kind in ("text/html", "text/markdown", "image/svg+xml"):
                found += remote_problems("".join(output.get("data", {}).get(kind, "")))
    assert found == []


def test_every_link_within_the_book_leads_somewhere(built, pages):
    files = {p.relative_to(built).as_posix() for p in built.rglob("*") if p.is_file()}
    assert link_problems(pages, files) == []


@pytest.mark.parametrize("stem", sorted(notebooks()))
def test_a_chapter_offers_its_notebook(built, pages, stem):
    links = {*read(pages[f"book/{stem}.html"]).links}
    offered = [link for link in links if link.endswith(".ipynb")]
    assert len(offered) == 1
    file = (built / "book" / offered[0]).resolve()
    assert code_of(json.loads(file.read_text("utf-8"))) == code_of(notebooks()[stem])
    assert file.read_bytes() == (BOOK / f"{stem}.ipynb").read_bytes()


# ---------------------------------------------------------------- the rules, seen red


@pytest.mark.parametrize(
    "html",
    [
        '<script src="https://a.org/a.js"></script>',
        '<script src="//a.org/a.js"></script>',
        '<link rel="stylesheet" href="https://a.org/a.css">',
        '<link rel="preload" href="http://a.org/a.woff">',
        '<img alt="" src="https://a.org/a.png">',
        '<img alt="" srcset="a.png 1x, https://a.org/a.png 2x">',
        '<iframe src="https://a.org"></iframe>',
        '<object data="https://a.org/a.svg"></object>',
        '<p style="background: url(https://a.org/a.png)"></p>',
        "<style>@import 'https://a.org/a.css';</style>",
        '<script>fetch("https://a.org/a.json")</script>',
        '<script>const a = await import("https://a.org/a.js")</script>',
        '<script type="module">import a from "https://a.org/a.js"</script>',
        '<script>image.src = "https://a.org/a.png"</script>',
        '<script>new WebSocket("wss://a.org")</script>',
    ],
)
def test_a_remote_address_is_found(html):
    assert len(remote_problems(html)) == 1


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://arxiv.org/abs/2006.11239">paper</a>',
        '<link rel="canonical" href="https://a.org/a.html">',
        '<script src="../_static/a.js?digest=1"></script>',
        '<img alt="" src="data:image/png;base64,AA//BB==">',
        "<p>https://a.org</p>",
        '<script>const licence = "see https://a.org";</script>',
    ],
)
def test_other_addresses_are_not(html):
    assert remote_problems(html) == []


@pytest.mark.parametrize(
    "link, problem",
    [
        ("b.html#there", None),
        ("#here", None),
        ("", None),
        ("../index.html", None),
        ("https://a.org/#x", None),
        ("c.html", "book/a.html: c.html leads nowhere"),
        ("b.html#gone", "book/a.html: b.html#gone has no such place"),
        ("#gone", "book/a.html: #gone has no such place"),
        ("../../index.html", "book/a.html: ../../index.html leads nowhere"),
    ],
)
def test_a_link_that_leads_nowhere_is_found(link, problem):
    pages = {
        "book/a.html": f'<p id="here"><a href="{link}">x</a></p>',
        "book/b.html": '<a name="there"></a>',
        "index.html": "",
    }
    assert link_problems(pages, {*pages}) == ([problem] if problem else [])
