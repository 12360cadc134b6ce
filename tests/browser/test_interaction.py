"""What a reader does in the book: opens, plays, searches, switches, prints."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.book.course import ROOT, chapters, pages_in_order
from tests.browser.looking import DROPDOWNS, Watch

ANIMATED = [
    page
    for page in pages_in_order()
    for file in [ROOT / f"{page}.ipynb"]
    if file.exists() and '"animation\\"' in file.read_text("utf-8").replace("\\\\", "\\")
]
MOVES = "([image, before]) => document.getElementById(image).src !== before"


def _open(page: Page, built: Path, name: str) -> Page:
    page.goto((built / f"{name}.html").as_uri())
    return page


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
    first = _shown(player)
    page.wait_for_timeout(500)
    assert _shown(player) == first, "it moves before its reader asks"
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


def test_print_shows_the_text_and_not_the_furniture(built, page):
    _open(page, built, pages_in_order()[0]).emulate_media(media="print")
    expect(page.locator("h1:visible")).to_have_count(1)
    expect(page.locator("article p:not(.anim-asleep)").first).to_be_visible()
    for furniture in (
        ".bd-sidebar-primary",
        ".bd-sidebar-secondary",
        ".theme-switch-button",
    ):
        for piece in page.locator(furniture).all():
            expect(piece).to_be_hidden()


@pytest.mark.parametrize("name", pages_in_order())
def test_dropdowns_open_by_click_and_by_key(opened_once, name):
    page = opened_once(name)
    kinds = {}
    for dropdown in page.locator("article details").all():
        kinds.setdefault(dropdown.get_attribute("class"), dropdown)
    for dropdown in kinds.values():  # by hand the first of each kind
        summary = dropdown.locator(":scope > summary")
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


@pytest.mark.parametrize("name", sorted(chapters()))
def test_each_chapter_has_dropdowns(built, name):
    html = (built / f"book/{name}.html").read_text("utf-8")
    assert len(re.findall(r"<details\b", html.partition("<article")[2])) >= 5


def test_search_finds_the_posterior(built, page):
    watch = Watch().on(page)
    _open(page, built, pages_in_order()[0])
    page.keyboard.press("Control+K")
    box = page.locator("input[name=q]:visible").first
    box.fill("posterior")
    box.press("Enter")
    page.wait_for_url(re.compile(r"search\.html\?q=posterior"))
    result = page.locator("#search-results a[href*='1-2-posterior.html']").first
    result.click()
    page.wait_for_url(re.compile(r"1-2-posterior\.html"))
    expect(page.locator("h1").first).to_contain_text("posterior")
    assert watch.problems == []


def test_the_search_button_opens_the_search_box(built, page):
    _open(page, built, pages_in_order()[0])
    page.locator("button.search-button__button:visible, .search-button:visible").first.click()
    expect(page.locator("input[name=q]:visible").first).to_be_focused()


def test_search_says_when_it_finds_nothing(built, page):
    page.goto((built / "search.html").as_uri() + "?q=zzzqqq")
    expect(page.locator("#search-results")).to_contain_text("did not match any")


def test_light_and_dark_can_be_chosen_and_stay(built, page):
    def background() -> str:
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    _open(page, built, pages_in_order()[0])
    seen = {background()}
    for _ in range(3):
        page.locator(".theme-switch-button:visible").first.click()
        seen.add(background())
        if page.evaluate("document.documentElement.dataset.theme") == "dark":
            dark = background()
            break
    assert len(seen) == 2
    _open(page, built, pages_in_order()[1])
    assert background() == dark
    page.evaluate("localStorage.clear()")


def test_the_front_door_leads_to_the_first_page(built, page):
    page.goto((built / "index.html").as_uri())
    page.wait_for_url(f"**/{pages_in_order()[0]}.html")


def test_the_keyboard_reaches_the_text_first(built, page):
    _open(page, built, pages_in_order()[0])
    page.keyboard.press("Tab")
    link = page.locator(":focus")
    assert link.get_attribute("href") == "#main-content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector('#main-content') !== null")
