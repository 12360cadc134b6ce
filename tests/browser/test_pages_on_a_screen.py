"""Every page of the book in a wide window, in light and in dark.

Each is opened once, for to set its formulas takes seconds. On a phone some are opened in the dark.
"""

import pytest

from tests.book.course import pages_in_order
from tests.browser.looking import look_in_both

PAGES = [*pages_in_order(), "search", "genindex"]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_stands_in_light_and_in_dark(built, windows, page):
    assert look_in_both(windows[1400, "light"], built / f"{page}.html") == []
