"""Where Chromium is on this machine, how it is started, and what to say where it is not."""

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MACOS = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
# Chromium draws the list of suggestions below its address bar as a page, anew for each page that
# is opened, whether anyone sees it or not: for a short page of the book, as much work as that.
SUGGESTIONS = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup")
# It heeds the last such list alone, so what Playwright turns off is turned off here once more.
PLAYWRIGHTS = (
    "AimEnabled",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
    "Translate",
)
FLAGS = [
    f"--disable-features={','.join((*SUGGESTIONS, *PLAYWRIGHTS))}",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LEFT_OUT = (
    "The browser tests were left out: no Chromium was found. "
    "Install one (Debian, Ubuntu: apt install chromium; macOS: Google Chrome; elsewhere: "
    ".venv/bin/playwright install chromium), or name it in CHROMIUM."
)


def playwrights_own() -> str:
    """Where Playwright keeps the Chromium that `playwright install` brings."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def find_chromium(
    environment: Mapping[str, str] = os.environ,
    which: Callable[[str], str | None] = shutil.which,
    own: Callable[[], str] = playwrights_own,
) -> str | None:
    """The browser: the one that CHROMIUM names, else the first that is installed."""
    if named := environment.get("CHROMIUM"):
        return which(named)
    for name in (*NAMES, MACOS):
        if found := which(name):
            return found
    return which(own())


def launch_options(executable: str, user: int | None = None) -> dict:
    """How Playwright starts it: with its sandbox, except for root, whom it refuses."""
    user = os.getuid() if user is None else user
    return {
        "executable_path": executable,
        "args": FLAGS,
        "chromium_sandbox": user != 0,
    }


def asks_for(folder: Path, arguments: list[str], root: Path) -> bool:
    """Whether the arguments of a run of pytest take in this folder's tests."""
    for argument in arguments:
        path = (root / argument.partition("::")[0]).resolve()
        if path == folder or path in folder.parents or folder in path.parents:
            return True
    return False
