"""What a search finds: chapters first, with excerpts, and entries of the glossary."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.looking import Watch


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
