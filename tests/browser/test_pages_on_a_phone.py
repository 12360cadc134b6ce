"""Every page of the book in a window of a phone's width.

axe-core looks at every page in the wide window, in light and in dark. What only a phone has, the
theme's header and its drawers, is the same on all pages: here it looks at one of each kind, in
both schemes. For the rest, dark is other colours and no other widths.
"""

import pytest

from tests.book.course import pages_in_order
from tests.browser.looking import look

PAGES = [*pages_in_order(), "search", "genindex"]
WITH_AXE = {"book/intro", "book/1-1-forward", "search", "genindex"}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_stands(built, windows, page):
    assert look(windows[390, "light"], built / f"{page}.html", axe=page in WITH_AXE) == []


@pytest.mark.parametrize("page", sorted(WITH_AXE))
def test_a_page_stands_in_the_dark(built, windows, page):
    assert look(windows[390, "dark"], built / f"{page}.html") == []


def test_axe_looks_at_pages_that_are_there():
    assert WITH_AXE <= set(PAGES)
