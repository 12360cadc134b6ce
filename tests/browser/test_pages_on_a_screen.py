"""Every page of the book in a wide window, in light and in dark."""

import pytest

from tests.book.course import pages_in_order
from tests.browser.looking import look

PAGES = [*pages_in_order(), "search", "genindex"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_stands(built, windows, page, scheme):
    assert look(windows[1400, scheme], built / f"{page}.html") == []
