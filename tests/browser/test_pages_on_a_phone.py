"""Every page of the book in a window of a phone's width.

axe-core looks at every page in the wide window, in light and in dark. What only a phone has, the
theme's header and its drawers, is the same on all pages: here it looks at one of each kind, in
both schemes. For the rest, dark is other colours and no other widths. A page that turns dark while
it is open needs its formulas set once; two others are opened in the dark.
"""

import pytest

from tests.book.course import chapters, pages_in_order
from tests.browser.looking import (
    PROBLEMS,
    TWICE,
    axe_problems,
    forms_of_displays,
    look,
    stands_out_in_both,
    too_wide,
)

PAGES = [*pages_in_order(), "search", "genindex"]
OPENED_DARK = {"book/intro", "search"}
WITH_AXE = dict.fromkeys(OPENED_DARK, axe_problems) | dict.fromkeys(
    {"book/1-1-forward", "genindex"}, stands_out_in_both
)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_stands(opened_once_on_a_phone, name):
    seen = opened_once_on_a_phone(name).evaluate(PROBLEMS)
    assert seen + opened_once_on_a_phone.watch.problems == []


@pytest.mark.parametrize("name", [f"book/{name}" for name in sorted(chapters())])
def test_a_display_that_does_not_fit_a_phone_says_so(opened_once_on_a_phone, name):
    found = too_wide(opened_once_on_a_phone(name))
    assert [text for text, cue, _ in found if not cue] == []


@pytest.mark.parametrize("name", ["book/1-2-posterior"])
def test_a_display_has_its_narrow_form(opened_once_on_a_phone, name):
    page = opened_once_on_a_phone(name)
    found = forms_of_displays(page)
    (wide, wide_seen, wide_beside), (narrow, narrow_seen, narrow_beside) = found.values()
    assert wide >= 5 and narrow >= 5
    assert (wide_seen, narrow_seen) == (0, narrow)
    assert (wide_beside, narrow_beside) == (False, True)
    assert page.evaluate(TWICE) == []


@pytest.mark.parametrize("name", sorted(WITH_AXE))
def test_a_page_stands_out(opened_once_on_a_phone, name):
    """The last of a page's tests, for axe-core's page is thinned."""
    try:
        assert WITH_AXE[name](opened_once_on_a_phone(name)) == []
    finally:
        opened_once_on_a_phone.close()


@pytest.mark.parametrize("page", sorted(OPENED_DARK))
def test_a_page_stands_in_the_dark(built, windows, page):
    assert look(windows[390, "dark"], built / f"{page}.html") == []


def test_axe_looks_at_pages_that_are_there():
    assert {*WITH_AXE} <= {*PAGES}
