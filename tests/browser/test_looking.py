"""Pages with one thing wrong each, so that what looks at the book is seen to see."""

import os
from pathlib import Path

import pytest

from tests.browser import looking
from tests.browser.looking import axe_problems, look, look_in_both

MATHJAX = """
<script>window.MathJax = {options: {processHtmlClass: "math", ignoreHtmlClass: "words"}};
</script>
<script src="MATHJAX"></script>
"""
GOOD = """<!DOCTYPE html>
<html lang="en"><head><title>A page</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"></head>
<body class="words" style="background: white; color: black"><main><article><h1>A page</h1>
<p>Words, and <code>$$</code>.</p>
WRONG
</article></main>
MATHJAX</body></html>
"""
FORMULA = '<p>And <span class="math">\\(\\alpha_t\\)</span>.</p>'


def writer(built: Path, folder: Path):
    """Writes a good page with something wrong in it; with formulas, one that MathJax sets."""
    mathjax = next(built.glob("_static/**/tex-mml-chtml.js"))

    def write(wrong: str, formulas: bool = False) -> Path:
        script = MATHJAX.replace("MATHJAX", os.path.relpath(mathjax, folder)) if formulas else ""
        words = FORMULA + wrong if formulas else wrong
        html = GOOD.replace("WRONG", words).replace("MATHJAX", script)
        (folder / "page.html").write_text(html)
        return folder / "page.html"

    return write


@pytest.fixture
def page_with(built: Path, tmp_path: Path):
    return writer(built, tmp_path)


def test_a_good_page_has_no_problem(windows, page_with):
    for window in windows.values():
        assert look(window, page_with("", formulas=True)) == []
    assert look(window, page_with("")) == []


BAD = [
    ("<script>console.error('oh')</script>", "console error: oh"),
    ("<script>throw new Error('oh')</script>", "a script failed: oh"),
    ("<script src='gone.js'></script>", "a file that is not there: file://"),
    ("<script>fetch('https://a.test/')</script>", "a request leaves the book: https://a.test/"),
    (
        "<script src='https://a.test/a.js'></script>",
        "a request leaves the book: https://a.test/a.js",
    ),
    ("<img alt='A dog.' src='gone.png'>", "an image that does not load"),
    ("<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>", "an image without alt text"),
    ("<span class='math'>\\(\\nope\\)</span>", "a broken formula: an unknown"),
    ("<span class='math'>\\(\\left( a\\)</span>", "a broken formula: Extra"),
    ("<span class='math'>\\(\\frac{a\\)</span>", "a formula is not rendered: \\(\\frac"),
    ("<span class='math'></span>", "a formula is not rendered: "),
    ("<p>so $$x = 1$$</p>", "raw markup: so $$"),
    ("<p>so $x_t$ is</p>", "raw markup: so $x_t$"),
    ("<p>so \\frac ab</p>", "raw markup: so \\frac"),
    ("<p>:::{note}</p>", "raw markup: :::{note}"),
    ("<p>see {cite}`ho`</p>", "raw markup: see {cite}"),
    ("<p>see {term}`x`</p>", "raw markup: see {term}"),
    ("<p>[(1-5)](eq-1-5)</p>", "raw markup: [(1-5)](eq-1-5)"),
    ("<p>is **bold**</p>", "raw markup: is **bold**"),
    ("<p style='width: 2000px'>wide</p>", "pixels wide in a window"),
]


@pytest.fixture(scope="module")
def found(windows, built, tmp_path_factory) -> list[str]:
    """What is found in a page with all of them: each has a sentence of its own."""
    page_with = writer(built, tmp_path_factory.mktemp("bad"))
    file = page_with("".join(wrong for wrong, _ in BAD), formulas=True)
    return look(windows[390, "light"], file, axe=False)


@pytest.mark.parametrize("problem", [problem for _, problem in BAD])
def test_what_is_bad_in_a_page_is_found(found, problem):
    assert any(problem in sentence for sentence in found), found


def test_each_has_a_sentence_of_its_own(found):
    left = list(found)
    for _, problem in BAD:
        mine = [s for s in left if s == problem] or [s for s in left if problem in s]
        assert mine, problem
        left.remove(mine[0])


@pytest.mark.parametrize(
    "wrong, problem",
    [
        ("<p style='color: #ccc'>pale</p>", "axe: serious: color-contrast"),
        (
            "<pre><span class='k' style='color: #ccc'>pale</span></pre>",
            "color-contrast",
        ),
        ("<button></button>", "axe: critical: button-name"),
        ("<input type='text'>", "axe: critical: label"),
    ],
)
def test_what_axe_finds_in_a_bad_page_is_said(windows, page_with, wrong, problem):
    found = look(windows[390, "light"], page_with(wrong))
    assert any(problem in sentence for sentence in found), found


@pytest.mark.parametrize(
    "dropdown, problem",
    [
        ("<details><p>More</p></details>", "nothing to click on"),
        ("<details><summary>M</summary></details>", "M: nothing inside"),
        (
            "<details onclick='event.preventDefault()'><summary>M</summary><p>x</p></details>",
            "M: a click does not turn it",
        ),
        (
            "<div style='position: fixed; inset: 0'></div>"
            "<details><summary>M</summary><p>x</p></details>",
            "M: something lies over it",
        ),
        (
            "<details><summary>Out</summary><details><summary>In</summary></details></details>",
            "In: nothing inside",
        ),
    ],
)
def test_a_dropdown_that_does_not_work_is_found(page, page_with, dropdown, problem):
    page.goto(page_with(dropdown).as_uri())
    assert [p for p in page.evaluate(looking.DROPDOWNS) if problem in p]


def test_a_dropdown_that_works_has_no_problem(page, page_with):
    page.goto(page_with("<details><summary>M</summary><p>x</p></details>").as_uri())
    assert page.evaluate(looking.DROPDOWNS) == []


PALE = "<p style='color: #ccc'>pale</p>"


def test_of_words_that_are_styled_alike_the_first_are_weighed(windows, page_with):
    (found,) = look(windows[1400, "light"], page_with(PALE * 9))
    assert "color-contrast" in found and f" {looking.FIRST} times" in found


@pytest.mark.parametrize(
    "other",
    [
        "<p style='color: #ccc'>pale</p>",
        "<p style='opacity: 0.3'>faint</p>",
        "<div style='background: #333'><p>dark on dark</p></div>",
        "<p style='filter: none; color: rgb(0 0 0 / 20%)'>thin</p>",
        "<div style='opacity: 0.3'><div><p>faint, further up</p></div></div>",
        "<section class='night'><p>dark on dark</p></section>"
        "<style>.night { background: #333 }</style>",
        "<p class='x'>by its class</p><style>.x { color: #ccc }</style>",
        "<p>one <em style='color: #ccc'>word</em> of it</p>",
    ],
)
def test_among_many_that_are_alike_the_one_that_is_not_is_found(windows, page_with, other):
    many = "<p>words</p>" * 20
    (found,) = look(windows[1400, "light"], page_with(many + other + many))
    assert "color-contrast" in found and " 1 times" in found


PALE_ON_A_PHONE = "<style>@media (max-width: 400px) { p { color: #ccc } }</style>"


def test_what_is_wrong_on_a_phone_alone_is_found_there(windows, page_with):
    file = page_with(PALE_ON_A_PHONE)
    assert look(windows[1400, "light"], file) == []
    found = look(windows[390, "light"], file)
    assert any("axe: serious: color-contrast" in sentence for sentence in found), found
    assert look(windows[390, "light"], file, axe=False) == []


THEME = """<script>const dark = matchMedia("(prefers-color-scheme: dark)");
const set = () => document.documentElement.dataset.theme = dark.matches ? "dark" : "light";
set(); dark.onchange = set;</script>"""
DARK = "<style>[data-theme='dark'] p { background: #222 }</style><p>black on black</p>"
LIGHT = "<style>[data-theme='dark'] p { background: #000 }</style>"


@pytest.mark.parametrize(
    "wrong, problem",
    [
        (THEME + DARK, "in the dark: axe: serious: color-contrast"),
        ("<p style='color: #ccc'>pale</p>" + THEME + LIGHT, "axe: serious: color-contrast"),
        ("<p>words</p>", "it stays light where its reader asks for dark"),
        ("<button></button>" + THEME, "axe: critical: button-name"),
        ("<script>console.error('oh')</script>" + THEME, "console error: oh"),
    ],
)
def test_what_is_wrong_in_one_of_the_two_schemes_is_found(windows, page_with, wrong, problem):
    found = look_in_both(windows[1400, "light"], page_with(wrong))
    assert len(found) == 1 and problem in found[0], found


def test_a_page_that_is_good_in_both_schemes_has_no_problem(windows, page_with):
    assert look_in_both(windows[1400, "light"], page_with(THEME)) == []


def test_mathematics_without_mathjax_is_found(windows, page_with):
    file = page_with("", formulas=True)
    file.write_text(file.read_text().split("<script>")[0])
    found = look(windows[1400, "light"], file)
    assert "there are formulas and MathJax is not there" in found


def test_an_excuse_covers_one_element_and_no_other(page, page_with):
    page.goto(page_with("<button id='a'></button><button id='b'></button>").as_uri())
    excused = {("button-name", "#a"): "a reason"}
    assert ["1 times, first at #b" in f for f in axe_problems(page, excused)] == [True]


def test_every_excuse_has_a_reason():
    assert all(len(why.split()) > 5 for why in looking.EXCUSED.values())
