"""One browser for a worker, one window for each width and scheme, no network in any."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.chromium import launch_options
from tests.browser.hooks import found
from tests.built import built

__all__ = ["built"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options(found()))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def windows(browser: Browser) -> Iterator[dict[tuple[int, str], BrowserContext]]:
    """A window of each width, in light and in dark, with the network cut."""
    windows = {
        (width, scheme): browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            offline=True,
            accept_downloads=False,
            has_touch=width < 500,
        )
        for width in (1400, 390)
        for scheme in ("light", "dark")
    }
    yield windows
    for window in windows.values():
        window.close()


@pytest.fixture
def page(windows: dict[tuple[int, str], BrowserContext]) -> Iterator[Page]:
    """An empty page in a wide, light window."""
    page = windows[1400, "light"].new_page()
    yield page
    page.close()
