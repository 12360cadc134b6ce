"""Every page of the book in a window of a phone's width.

axe-core looks at every page in the wide window, in light and in dark. What only a phone has, the
theme's header and its drawers, is the same on all pages: here it looks at one of each kind, in
both schemes. For the rest, dark is other colours and no other widths.
"""

import pytest

from tests.book.course import chapters, pages_in_order
from tests.browser.looking import PROBLEMS, axe_problems, look, too_wide

PAGES = [*pages_in_order(), "search", "genindex"]
WITH_AXE = {"book/intro", "book/1-1-forward", "search", "genindex"}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_stands(opened_once_on_a_phone, name):
    seen = opened_once_on_a_phone(name).evaluate(PROBLEMS)
    assert seen + opened_once_on_a_phone.watch.problems == []


@pytest.mark.parametrize("name", [f"book/{name}" for name in sorted(chapters())])
def test_a_display_that_does_not_fit_a_phone_says_so(opened_once_on_a_phone, name):
    found = too_wide(opened_once_on_a_phone(name))
    assert [text for text, cue, _ in found if not cue] == []


@pytest.mark.parametrize("name", sorted(WITH_AXE))
def test_a_page_stands_out(opened_once_on_a_phone, name):
    """The last of a page's tests, for axe-core's page is thinned."""
    try:
        assert axe_problems(opened_once_on_a_phone(name)) == []
    finally:
        opened_once_on_a_phone.close()


@pytest.mark.parametrize("page", sorted(WITH_AXE))
def test_a_page_stands_in_the_dark(built, windows, page):
    assert look(windows[390, "dark"], built / f"{page}.html") == []


def test_axe_looks_at_pages_that_are_there():
    assert WITH_AXE <= set(PAGES)
