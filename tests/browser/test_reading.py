"""What helps a reader: formulas for each width, folds with names, search with excerpts, print."""

import re

import pytest
from playwright.sync_api import expect

from tests.book.course import chapters, code_of, notebooks, pages_in_order
from tests.browser.looking import Watch

SHOWN = """(boxes) => {
  boxes = boxes.filter((box) => !box.closest(".by-hand"));  // as narrow as a phone everywhere
  return [boxes.length, boxes.filter((box) => box.offsetWidth > 0).length];
}"""
UNNAMED = r"show code|click to show|toggle hidden|hidden content"


CHAPTERS = pytest.mark.parametrize("name", [f"book/{name}" for name in sorted(chapters())])


@CHAPTERS
def test_a_formula_is_no_stop_of_the_tab_key_and_is_still_spoken(opened_once, name):
    page = opened_once(name)
    formulas = page.locator("mjx-container")
    assert formulas.count() > 30
    assert page.locator("mjx-container[tabindex], mjx-container [tabindex]").count() == 0
    assert page.locator("mjx-container > mjx-assistive-mml math").count() == formulas.count()


@pytest.mark.parametrize("width, shown", [(1400, "wide"), (390, "narrow")])
def test_a_display_has_the_form_of_its_screen(built, windows, width, shown):
    page = windows[width, "light"].new_page()
    try:
        page.goto((built / "book" / "1-2-posterior.html").as_uri())
        page.evaluate("async () => await MathJax.startup.promise")
        for form in ("wide", "narrow"):
            there, seen = page.locator(f"article div.{form}-form").evaluate_all(SHOWN)
            assert there >= 5
            assert seen == (there if form == shown else 0)
            beside = page.locator(f"article .by-hand div.{form}-form").first
            assert beside.is_visible() == (form == "narrow")
        assert page.locator("mjx-merror").count() == 0
        ids = page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)")
        assert len(ids) == len({*ids})
    finally:
        page.close()


def too_wide(page) -> list[tuple[str, bool, bool]]:
    """The displays that do not fit: their text, whether there is a cue, whether they are open."""
    page.wait_for_function("document.readyState === 'complete'")
    page.wait_for_timeout(100)
    return page.evaluate(
        """() => [...document.querySelectorAll("article div.math")]
        .filter((box) => box.offsetWidth && box.scrollWidth > box.clientWidth + 3)
        .map((box) => [box.textContent.slice(0, 60), box.classList.contains("more-right"),
                       !box.closest("details, .by-hand")])"""
    )


@CHAPTERS
def test_a_display_fits_a_desktop(opened_once, name):
    """A line of a proof, which sympy writes, may scroll there too."""
    found = too_wide(opened_once(name))
    assert [text for text, cue, open_ in found if not cue or open_] == []


@CHAPTERS
def test_a_display_that_does_not_fit_a_phone_says_so(built, windows, name):
    page = windows[390, "light"].new_page()
    try:
        page.goto((built / f"{name}.html").as_uri())
        page.evaluate("async () => await MathJax.startup.promise")
        assert [text for text, cue, _ in too_wide(page) if not cue] == []
    finally:
        page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_formulas_are_coloured(built, windows, scheme):
    page = windows[1400, scheme].new_page()
    try:
        page.goto((built / "book" / "1-2-posterior.html").as_uri())
        page.evaluate("async () => await MathJax.startup.promise")
        for name in ("signal", "noise", "learned"):
            seen = page.locator(f"mjx-container .{name}").first.evaluate(
                "(e, name) => [getComputedStyle(e).color, getComputedStyle("
                "document.documentElement).getPropertyValue(`--book-${name}`)]",
                name,
            )
            digits = [int(seen[1].strip()[n : n + 2], 16) for n in (1, 3, 5)]
            assert seen[0] == f"rgb({', '.join(map(str, digits))})", name
    finally:
        page.close()


@pytest.mark.parametrize("name", [f"book/{name}" for name in sorted(notebooks())])
def test_folds_say_what_they_hold(opened_once, name):
    page = opened_once(name)
    names = page.locator("article details > summary").all()
    for summary in names:
        assert summary.text_content().strip()
        assert not summary.get_attribute("aria-label")
    html = page.content().lower()
    body = html[html.index("<article") : html.rindex("</article>")]
    assert re.search(UNNAMED, body) is None
    for proof in page.locator("details.proof > summary").all():
        assert re.match(r"Proof(: [a-z]| of \(\d-)", proof.text_content().strip())


@pytest.mark.parametrize("name", pages_in_order())
def test_no_words_in_place_of_an_image_hold_tex(opened_once, name):
    words = opened_once(name).evaluate(
        "[...document.querySelectorAll('article [alt], article [aria-label]')]"
        ".map((e) => e.getAttribute('alt') || e.getAttribute('aria-label'))"
    )
    assert [each for each in words if each and re.search(r"\$|\\[a-z]", each)] == []


# ---------------------------------------------------------------- search


def results(page, built, query) -> list[tuple[str, str, str]]:
    """(address, title, excerpt) of each result, in order."""
    page.goto((built / "search.html").as_uri() + f"?q={query}")
    expect(page.locator("#search-results .search-summary")).to_contain_text("finished")
    items = page.locator("#search-results ul.search > li")
    expect(items.first.locator(".context")).to_be_visible()
    return [
        (
            item.locator("a").first.get_attribute("href"),
            item.locator("a").first.text_content(),
            (item.locator(".context").all_text_contents() or [""])[0],
        )
        for item in items.all()
    ]


def tier(address: str) -> int:
    if re.match(r"book/\d", address):
        return 0
    if address.startswith("book/glossary"):
        return 1
    return 3 if address.startswith("book/api") else 2


@pytest.mark.parametrize("query", ["schedule", "posterior", "latent"])
def test_chapters_come_first_and_every_result_has_an_excerpt(built, page, query):
    watch = Watch().on(page)
    found = results(page, built, query)
    tiers = [tier(address) for address, _, _ in found]
    assert tiers == sorted(tiers) and {0, 1, 3} <= {*tiers}
    texts, stem = page.evaluate("window.BOOK_TEXTS"), query[:6]
    with_it = 0
    for address, _, excerpt in found:
        if tier(address) == 0:  # a word may stand in a diagram alone, which has no excerpt
            sections = texts[address.partition(".html")[0]]
            said = any(stem in text.lower() for _, _, *both in sections for text in both)
            assert (stem in excerpt.lower()) == said, (address, excerpt)
            with_it += said
    assert with_it >= 3
    assert len({address for address, _, _ in found}) == len(found)
    assert watch.problems == []


@pytest.mark.parametrize("query, words", [("latent", "latent"), ("后验", "posterior")])
def test_a_glossary_entry_is_found_in_both_languages_and_led_to(built, page, query, words):
    found = [each for each in results(page, built, query) if "glossary.html" in each[0]]
    address, title, excerpt = found[0]
    assert query in title and words in excerpt
    file, _, place = address.partition("#")
    page.goto(f"{(built / file).as_uri()}#{place}")
    tag = "document.getElementById(decodeURIComponent(location.hash.slice(1))).tagName"
    assert page.evaluate(tag) == "DT"


# ---------------------------------------------------------------- print


# Boxes of code that may not run over the foot of a page, and leave the rest of it empty.
STIFF = """() => [...document.querySelectorAll("article pre, article div:has(> pre, > div > pre)")]
.filter((box) => box.offsetWidth)
.filter((box) => {
  const {breakInside, display} = getComputedStyle(box);
  return breakInside !== "auto" || display === "flex";
}).map((box) => box.className)"""


@pytest.fixture
def printed(opened_once, name):
    """The page on a sheet of A4 between its margins; afterwards it is on the screen again."""
    page = opened_once(name)
    page.set_viewport_size({"width": 718, "height": 1000})
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    yield page
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1400, "height": 900})


@CHAPTERS
def test_on_paper_proofs_are_open_and_nothing_is_cut(printed, name):
    page = printed
    proofs = page.locator("details.proof")
    shown = [
        code for code in code_of(chapters()[name.partition("/")[2]]) if code.startswith("prove(")
    ]
    assert proofs.count() == len(shown)
    for proof in proofs.all():
        assert proof.evaluate("(p) => p.getBoundingClientRect().height") > 60
    cut = page.evaluate(
        """() => [...document.querySelectorAll("article pre")]
        .filter((box) => box.offsetWidth && box.scrollWidth > box.clientWidth + 1)
        .map((box) => box.textContent.slice(0, 60))"""
    )
    assert cut == []
    assert page.evaluate(STIFF) == []
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("details.proof[open]").count() == 0


def test_paper_is_light_whatever_the_screen_is(built, windows):
    page = windows[1400, "dark"].new_page()
    theme = "document.documentElement.dataset.theme"
    try:
        page.goto((built / "book" / "1-1-forward.html").as_uri())
        assert page.evaluate(theme) == "dark"
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert page.evaluate(theme) == "light"
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        assert page.evaluate(theme) == "dark"
    finally:
        page.close()


STILLS = """() => [...document.querySelectorAll(".live-still, .diagram-still, .anim-print img")]
.filter((still) => still.offsetWidth > 0).length"""


@pytest.mark.parametrize("name", ["book/1-1-forward", "book/1-2-posterior", "book/1-3-training"])
def test_no_still_stands_beside_what_it_is_for(opened_once, name):
    page = opened_once(name)
    assert page.locator(".live-still, .diagram-still").count() > 0
    assert page.evaluate(STILLS) == 0
