"""Every page of the book in a wide window: how it stands, reads, prints and is worked.

To set the formulas of a page takes seconds. So each is opened once, for all of these tests, which
leave it as they found it; the last one, which turns it dark, does not, and closes it.
"""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.book.course import ROOT, chapters, code_of, notebooks, pages_in_order
from tests.browser.looking import (
    DROPDOWNS,
    IS_DARK,
    PROBLEMS,
    SETTLED,
    TWICE,
    forms_of_displays,
    stands_out_in_both,
    too_wide,
)

PAGES = [*pages_in_order(), "search", "genindex"]
CHAPTERS = pytest.mark.parametrize("name", [f"book/{name}" for name in sorted(chapters())])


@pytest.mark.parametrize("name", PAGES)
def test_a_page_stands(opened_once, name):
    seen = opened_once(name).evaluate(PROBLEMS)
    assert seen + opened_once.watch.problems == []


# ---------------------------------------------------------------- read


@CHAPTERS
def test_a_formula_is_no_stop_of_the_tab_key_and_is_still_spoken(opened_once, name):
    page = opened_once(name)
    formulas = page.locator("mjx-container")
    assert formulas.count() > 15
    assert page.locator("mjx-container[tabindex], mjx-container [tabindex]").count() == 0
    assert page.locator("mjx-container > mjx-assistive-mml math").count() == formulas.count()


@CHAPTERS
def test_a_display_fits_a_desktop(opened_once, name):
    """A line of a proof, which sympy writes, may scroll there too."""
    found = too_wide(opened_once(name))
    assert [text for text, cue, open_ in found if not cue or open_] == []


@pytest.mark.parametrize("name", ["book/1-2-posterior"])
def test_a_display_has_its_wide_form(opened_once, name):
    page = opened_once(name)
    (wide, wide_seen, wide_beside), (narrow, narrow_seen, narrow_beside) = forms_of_displays(
        page
    ).values()
    assert wide >= 5 and narrow >= 5
    assert (wide_seen, narrow_seen) == (wide, 0)
    assert (wide_beside, narrow_beside) == (False, True)
    assert page.evaluate(TWICE) == []


@pytest.fixture(params=["light", "dark"])
def shown_in(request, opened_once, name) -> Page:
    """The page in a scheme; afterwards it is light again."""
    page = opened_once(name)
    page.emulate_media(color_scheme=request.param)
    page.wait_for_function(IS_DARK if request.param == "dark" else f"!({IS_DARK})")
    page.evaluate(SETTLED)  # no colour is on its way
    yield page
    page.emulate_media(color_scheme="light")
    page.wait_for_function(f"!({IS_DARK})")


@pytest.mark.parametrize("name", ["book/1-2-posterior"])
def test_formulas_are_coloured(shown_in, name):
    for use in ("signal", "noise", "learned"):
        seen = shown_in.locator(f"mjx-container .{use}").first.evaluate(
            "(e, use) => [getComputedStyle(e).color, getComputedStyle("
            "document.documentElement).getPropertyValue(`--book-${use}`)]",
            use,
        )
        digits = [int(seen[1].strip()[n : n + 2], 16) for n in (1, 3, 5)]
        assert seen[0] == f"rgb({', '.join(map(str, digits))})", use


UNNAMED = r"show code|click to show|toggle hidden|hidden content"
# Asked in one go: on a page of formulas each question of Playwright's to an element is slow.
FOLDS = """(folds) => folds.map((summary) => [
  summary.textContent.trim(), summary.getAttribute("aria-label"),
  summary.parentElement.matches("details.proof"),
])"""


@pytest.mark.parametrize("name", [f"book/{name}" for name in sorted(notebooks())])
def test_folds_say_what_they_hold(opened_once, name):
    page = opened_once(name)
    folds = page.locator("article details > summary").evaluate_all(FOLDS)
    assert [fold for fold in folds if not fold[0] or fold[1]] == []
    body = page.evaluate("document.querySelector('article').outerHTML")
    assert re.search(UNNAMED, body, re.IGNORECASE) is None
    proofs = [words for words, _, is_proof in folds if is_proof]
    assert [words for words in proofs if not re.match(r"Proof(: [a-z]| of \(\d-)", words)] == []


@pytest.mark.parametrize("name", pages_in_order())
def test_no_words_in_place_of_an_image_hold_tex(opened_once, name):
    words = opened_once(name).evaluate(
        "[...document.querySelectorAll('article [alt], article [aria-label]')]"
        ".map((e) => e.getAttribute('alt') || e.getAttribute('aria-label'))"
    )
    assert [each for each in words if each and re.search(r"\$|\\[a-z]", each)] == []


STILLS = """() => [...document.querySelectorAll(".live-still, .diagram-still, .anim-print img")]
.filter((still) => still.offsetWidth > 0).length"""


@pytest.mark.parametrize("name", ["book/1-1-forward", "book/1-2-posterior", "book/1-3-training"])
def test_no_still_stands_beside_what_it_is_for(opened_once, name):
    page = opened_once(name)
    assert page.locator(".live-still, .diagram-still").count() > 0
    assert page.evaluate(STILLS) == 0


# ---------------------------------------------------------------- on paper


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
    heights = proofs.evaluate_all("(all) => all.map((p) => p.getBoundingClientRect().height)")
    assert [height for height in heights if height <= 60] == []
    cut = page.evaluate(
        """() => [...document.querySelectorAll("article pre")]
        .filter((box) => box.offsetWidth && box.scrollWidth > box.clientWidth + 1)
        .map((box) => box.textContent.slice(0, 60))"""
    )
    assert cut == []
    assert page.evaluate(STIFF) == []
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("details.proof[open]").count() == 0


@pytest.mark.parametrize("name", ["book/1-1-forward"])
@pytest.mark.parametrize("shown_in", ["dark"], indirect=True)
def test_paper_is_light_whatever_the_screen_is(shown_in, name):
    assert shown_in.evaluate(IS_DARK)
    shown_in.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert shown_in.evaluate("document.documentElement.dataset.theme") == "light"
    shown_in.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert shown_in.evaluate(IS_DARK)


# ---------------------------------------------------------------- worked


ANIMATED = [
    page
    for page in pages_in_order()
    for file in [ROOT / f"{page}.ipynb"]
    if file.exists() and '"animation\\"' in file.read_text("utf-8").replace("\\\\", "\\")
]
HALF_A_SECOND_AFTER = """() => new Promise((done) =>
  setTimeout(done, stoodAt + 500 - performance.now()))"""  # most often it is over
MOVES = "([image, before]) => document.getElementById(image).src !== before"


def _player(page: Page) -> Locator:
    player = page.locator(".animation").first
    player.scroll_into_view_if_needed()
    return player


def _shown(player: Locator) -> str:
    return player.locator("img.anim-screen").get_attribute("src")


def test_each_chapter_has_a_player():
    animated = {page.rpartition("/")[2] for page in ANIMATED}
    assert {"intro", *chapters()} <= animated


@pytest.fixture(params=ANIMATED)
def name(request) -> str:
    return request.param


@pytest.fixture
def animated(opened_once, name) -> Page:
    """A page with a player."""
    return opened_once(name)


def test_the_player_plays_and_pauses(animated):
    page, player = animated, _player(animated)
    image = player.locator("img.anim-screen").get_attribute("id")
    page.evaluate(HALF_A_SECOND_AFTER)
    assert player.get_by_role("slider").input_value() == "0", "it moves before its reader asks"
    first = _shown(player)
    player.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function(MOVES, arg=[image, first])
    player.get_by_role("button", name="Pause", exact=True).click()
    paused = _shown(player)
    page.wait_for_timeout(500)
    assert _shown(player) == paused, "it moves on after Pause"
    player.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function(MOVES, arg=[image, paused])
    player.get_by_role("button", name="Pause", exact=True).click()


def test_the_player_works_with_the_keyboard(animated):
    page, player = animated, _player(animated)
    image = player.locator("img.anim-screen").get_attribute("id")
    player.get_by_role("slider").focus()
    page.keyboard.press("Home")
    label, first = player.locator(".anim-label"), _shown(player)
    words = label.text_content()
    page.keyboard.press("ArrowRight")
    assert _shown(player) != first
    expect(label).not_to_have_text(words)
    page.keyboard.press("Home")
    assert _shown(player) == first
    page.keyboard.press("Shift+Tab")  # back to the last button
    page.keyboard.press("Enter")
    second = _shown(player)
    assert second != first
    player.get_by_role("button", name="Play", exact=True).focus()
    page.keyboard.press("Space")
    page.wait_for_function(MOVES, arg=[image, second])


def test_in_print_stills_take_the_place_of_the_player(animated, request):
    animated.emulate_media(media="print")
    request.addfinalizer(lambda: animated.emulate_media(media="screen"))
    player = animated.locator(".animation").first
    expect(player.get_by_role("button").first).to_be_hidden()
    expect(player.get_by_role("slider")).to_be_hidden()
    stills = player.locator(".anim-print img")
    expect(stills).to_have_count(4)
    for still in stills.all():
        expect(still).to_be_visible()
        assert still.evaluate("async (i) => { await i.decode(); return i.naturalWidth }")
        assert still.get_attribute("alt")


FIRST_OF_EACH_KIND = """() => {
  const kinds = new Map();
  for (const dropdown of document.querySelectorAll("article details")) {
    if (!kinds.has(dropdown.className)) kinds.set(dropdown.className, dropdown);
  }
  return [...kinds.values()];
}"""


@pytest.mark.parametrize("name", pages_in_order())
def test_dropdowns_open_by_click_and_by_key(opened_once, name):
    page = opened_once(name)
    kinds = page.evaluate_handle(FIRST_OF_EACH_KIND).get_properties()
    for dropdown in (kind.as_element() for kind in kinds.values()):  # by hand
        summary = dropdown.query_selector(":scope > summary")
        was = dropdown.evaluate("(d) => d.open")
        summary.click()
        assert dropdown.evaluate("(d) => d.open") is not was
        summary.press("Enter")
        assert dropdown.evaluate("(d) => d.open") is was
        summary.press("Space")
        assert dropdown.evaluate("(d) => d.open") is not was
        summary.press("Space")
    assert page.evaluate(DROPDOWNS) == []
    for button in page.locator("article button.toggle-button").all():
        box = button.locator("xpath=ancestor::*[contains(@class, 'toggle')][1]")
        hidden = box.evaluate("(b) => b.classList.contains('toggle-hidden')")
        button.press("Enter")
        assert box.evaluate("(b) => b.classList.contains('toggle-hidden')") != hidden
    assert opened_once.watch.problems == []


# ---------------------------------------------------------------- light and dark


# Dropdowns and what has the focus, as they are where a page has just been opened.
AS_IT_WAS = """() => {
  for (const d of document.querySelectorAll("details")) d.open = window.openAtFirst.has(d);
  document.activeElement.blur();
  scrollTo(0, 0);
}"""


@pytest.mark.parametrize("name", PAGES)
def test_a_page_stands_out_in_light_and_in_dark(opened_once, name):
    page = opened_once(name)
    try:
        page.evaluate(AS_IT_WAS)
        assert stands_out_in_both(page) == []
    finally:
        opened_once.close()
