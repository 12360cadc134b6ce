"""The README's picture: `python -m tests.browser.picture`, after `make book`.

Opens chapter 1.2 of the built book at the place where the mean of the posterior is worked out by
hand with sympy beside it, in a wide, light window, and saves what is to be seen.
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.book.course import BOOK
from tests.browser.chromium import find_chromium, launch_options

PAGE, PLACE = "book/1-2-posterior.html", ".by-hand"
PICTURE = BOOK / "_static" / "a-page.png"


def take(built: Path, picture: Path) -> None:
    """Save a picture of the page, 1400 by 900."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options(find_chromium()))
        page = browser.new_page(viewport={"width": 1400, "height": 900}, color_scheme="light")
        page.goto((built / PAGE).as_uri())
        page.evaluate("async () => await MathJax.startup.promise")
        page.locator(PLACE).first.evaluate(
            "(e) => scrollTo(0, e.getBoundingClientRect().top + scrollY - 130)"
        )
        page.wait_for_timeout(300)
        page.screenshot(path=picture)
        browser.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]) if len(sys.argv) > 1 else BOOK / "_build" / "html", PICTURE)
    print(PICTURE)
