"""One browser for a worker, one window for each width and scheme, no network in any."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.chromium import launch_options
from tests.browser.hooks import found
from tests.browser.looking import Watch
from tests.built import built

__all__ = ["built"]

PATIENCE = 120_000  # milliseconds for a page of a thousand formulas on a busy machine


@pytest.hookimpl(trylast=True)  # within the files, whose order is chosen first
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In each file the tests of one page come one after the other: it is opened once."""
    once = {"opened_once", "opened_once_on_a_phone"}
    places = [n for n, i in enumerate(items) if once & {*getattr(i, "fixturenames", ())}]
    groups: dict[str, dict[str, list[pytest.Item]]] = {}
    for item in (items[n] for n in places):
        of_file = groups.setdefault(str(item.path), {})
        of_file.setdefault(item.callspec.params["name"], []).append(item)
    grouped = [item for pages in groups.values() for tests in pages.values() for item in tests]
    for n, item in zip(places, grouped, strict=True):
        items[n] = item


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


AT_FIRST = """() => {
  window.openAtFirst = new Set(document.querySelectorAll("details[open]"));
  window.stoodAt = performance.now();
}"""


class Opened:
    """The page of the book that is open in a window, with what it did so far."""

    def __init__(self, window: BrowserContext, built: Path) -> None:
        self.window, self.built = window, built
        self.name, self.page, self.watch = "", None, Watch()

    def __call__(self, name: str) -> Page:
        """The page of this name, "book/1-1-forward", its formulas set; opened if it is not open."""
        if name != self.name:
            self.close()
            self.name, self.page, self.watch = name, self.window.new_page(), Watch()
            self.watch.on(self.page)
            self.page.goto((self.built / f"{name}.html").as_uri(), timeout=PATIENCE)
            self.page.evaluate("async () => await window.MathJax?.startup?.promise")
            self.page.evaluate(AT_FIRST)
        return self.page

    def close(self) -> None:
        if self.page is not None:
            self.page.close()
        self.name, self.page = "", None


def _once(window: BrowserContext, built: Path) -> Iterator[Opened]:
    opened = Opened(window, built)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def opened_once(windows: dict[tuple[int, str], BrowserContext], built: Path) -> Iterator[Opened]:
    """Pages for tests that leave them as they were: to set the formulas takes seconds."""
    yield from _once(windows[1400, "light"], built)


@pytest.fixture(scope="module")
def opened_once_on_a_phone(
    windows: dict[tuple[int, str], BrowserContext], built: Path
) -> Iterator[Opened]:
    yield from _once(windows[390, "light"], built)
