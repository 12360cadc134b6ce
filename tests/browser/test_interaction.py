"""What a reader does in the book: opens, plays, searches, switches, prints."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.book.course import chapters, pages_in_order
from tests.browser.looking import Watch


def _open(page: Page, built: Path, name: str) -> Page:
    page.goto((built / f"{name}.html").as_uri())
    return page


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
