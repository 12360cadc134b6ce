"""What a reader would see go wrong in a page, as sentences."""

import json
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Page, Request

LOCAL = ("file:", "data:", "blob:", "about:")

# axe-core weighs the colours of every element, and formulas and listings have thousands
# that are alike. A formula that has no colours of its own becomes a letter in its place,
# and of the tokens of a listing one of each kind and background stays.
THIN = """
() => {
  const under = new Map();
  for (const listing of document.querySelectorAll("pre")) {
    under.set(listing, getComputedStyle(listing).backgroundColor);
  }
  const seen = new Set(), alike = [];
  for (const token of document.querySelectorAll("pre span:not([id])")) {
    const kind = token.className + " on " + under.get(token.closest("pre"));
    if (!token.className || seen.has(kind)) alike.push(token);
    seen.add(kind);
  }
  for (const token of alike) token.replaceWith(...token.childNodes);
  for (const formula of document.querySelectorAll("mjx-container")) {
    if (!formula.querySelector("[style*='color']")) formula.textContent = "x";
  }
}
"""

# Whether words stand out depends on how they and what they stand in are styled, and a page has
# hundreds of words, links and cells that are alike in all of that. Of each kind the first that
# are seen are weighed. Words in a drawing lie on its other shapes, and each is weighed.
ALIKE = """
(least) => {
  const STYLES = ["color", "backgroundColor", "backgroundImage", "backgroundClip", "opacity",
    "filter", "mixBlendMode", "textShadow", "textDecorationLine", "fontSize", "fontWeight",
    "position", "zIndex", "webkitTextFillColor", "boxShadow", "clipPath"];
  const kinds = new Map(), times = new Map();
  const kind = (e) => {
    if (!e) return 0;
    if (!kinds.has(e)) {
      const style = getComputedStyle(e), before = getComputedStyle(e, "::before");
      const after = getComputedStyle(e, "::after");
      const own = [kind(e.parentElement), e.tagName, before.content, after.content,
        ...STYLES.map((name) => style[name])].join("|");
      if (!numbers.has(own)) numbers.set(own, numbers.size + 1);
      kinds.set(e, numbers.get(own));
    }
    return kinds.get(e);
  };
  const numbers = new Map();
  for (const e of document.querySelectorAll("[data-alike]")) e.removeAttribute("data-alike");
  for (const e of document.querySelectorAll("body *:not(svg, svg *, input, select, textarea)")) {
    const words = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!words || !e.checkVisibility() || !e.getClientRects().length) continue;
    const found = kind(e), n = (times.get(found) || 0) + 1;
    times.set(found, n);
    if (n > least) e.setAttribute("data-alike", "");
  }
  axe.configure({rules: [{id: "color-contrast", selector: "*:not([data-alike])"}]});
}
"""
FIRST = 3  # so many of each kind: one may lie under something

# Findings of axe-core that are the theme's and that no style sheet of ours can mend:
# the rule, and the selector of what it may be found on, and why.
EXCUSED: dict[tuple[str, str], str] = {}

PROBLEMS = r"""
async () => {
  const problems = [];
  const say = (words) => problems.push(words);
  const short = (text) => text.replace(/\s+/g, " ").trim().slice(0, 80);

  const formulas = [...document.querySelectorAll(".math")];
  if (formulas.length) {
    if (!window.MathJax || !MathJax.startup || !MathJax.startup.promise) {
      say("there are formulas and MathJax is not there");
    } else {
      await MathJax.startup.promise;
      for (const formula of formulas) {
        if (!formula.querySelector("mjx-container")) {
          say(`a formula is not rendered: ${short(formula.textContent)}`);
        }
      }
    }
  }
  for (const broken of document.querySelectorAll(
      "mjx-merror, mjx-mtext[style*='color: red']")) {
    const spoken = broken.closest("mjx-container").querySelector("math").textContent;
    const why = broken.getAttribute("data-mjx-error") || "an unknown command";
    say(`a broken formula: ${why}: ${short(spoken)}`);
  }

  // Markup that was meant to become something else, in the words of the page.
  const raw = [
    /\$\$/, /\\\(/, /\\\[/, /\\(begin|frac|sqrt|tag|alpha|beta|mathcal|label)\b/,
    /:::/, /\{(cite|term|ref|eq|numref|doc|code-cell|admonition|div|math)(:\w+)?\}/,
    /\]\(eq-/, /^\(eq-[\w-]+\)=/, /^```/, /\*\*\w/, /(^|\s)\$[^\s$][^$]*\$(\s|[.,;:)]|$)/,
  ];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.data;
    const parent = walker.currentNode.parentElement;
    if (parent.closest("script, style, noscript, pre, code, mjx-container, textarea")) continue;
    for (const pattern of raw) {
      if (pattern.test(text)) { say(`raw markup: ${short(text)}`); break; }
    }
  }

  for (const image of document.images) {
    if (!image.complete) await image.decode().catch(() => {});
    if (!image.naturalWidth) say(`an image that does not load: ${short(image.src)}`);
    if (!image.hasAttribute("alt")) say(`an image without alt text: ${short(image.src)}`);
  }
  for (const image of document.querySelectorAll("article img")) {
    if (!image.alt.trim()) say(`a figure without alt text: ${short(image.src)}`);
  }

  const width = document.scrollingElement.scrollWidth;
  if (width > innerWidth) {
    const wide = [...document.querySelectorAll("article *")].filter((e) =>
      e.getBoundingClientRect().right > innerWidth + 1 && !e.closest("mjx-container > *"));
    const last = wide.at(-1);
    const what = last ? `${last.tagName.toLowerCase()}.${last.className}` : "";
    say(`${width} pixels wide in a window of ${innerWidth}: ${short(what)}`);
  }
  return problems;
}
"""

# Each dropdown of a page, in one go: a real click waits until the page stands still, which
# on a page of formulas takes a second. They stay open, so that one inside another is seen.
DROPDOWNS = """
() => {
  const problems = [];
  for (const dropdown of document.querySelectorAll("article details")) {
    const summary = dropdown.querySelector(":scope > summary");
    const say = (what) => problems.push(`${summary?.textContent.trim().slice(0, 60)}: ${what}`);
    if (!summary) { say("nothing to click on"); continue; }
    const was = dropdown.open;
    summary.scrollIntoView({block: "center", behavior: "instant"});
    const {left, top, width, height} = summary.getBoundingClientRect();
    const there = document.elementFromPoint(left + width / 2, top + height / 2);
    if (!summary.contains(there)) say("something lies over it");
    summary.click();
    if (dropdown.open === was) say("a click does not turn it");
    dropdown.open = true;
    const [all, head] = [dropdown, summary].map((e) => e.getBoundingClientRect().height);
    if (!was && all <= head + 10) say("nothing inside");
  }
  return problems;
}
"""


@dataclass
class Watch:
    """What a page does while it is open: errors it reports, requests it makes."""

    problems: list[str] = field(default_factory=list)

    def on(self, page: Page) -> "Watch":
        page.on("console", self.console)
        page.on("pageerror", self.error)
        page.on("request", self.request)
        page.on("requestfailed", self.failed)
        return self

    def console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(f"console {message.type}: {message.text}")

    def error(self, error: Error) -> None:
        self.problems.append(f"a script failed: {error.message}")

    def request(self, request: Request) -> None:
        if not request.url.startswith(LOCAL):
            self.problems.append(f"a request leaves the book: {request.url}")

    def failed(self, request: Request) -> None:
        self.problems.append(f"a file that is not there: {request.url}")


@cache
def _axe() -> str:
    package = files("axe_playwright_python")
    return next(package.rglob("axe.min.js")).read_text("utf-8")


def axe_problems(page: Page, excused: dict = EXCUSED, rules: tuple[str, ...] = ()) -> list[str]:
    """What axe-core finds serious or critical, one sentence a rule. Thins the page.

    rules: all if there are none.
    """
    page.evaluate(THIN)
    if not page.evaluate("'axe' in window"):  # the second time Chromium has compiled it
        page.evaluate(_axe())
    page.evaluate(ALIKE, FIRST)
    options = {"resultTypes": ["violations"], "elementRef": False}
    if rules:
        options["runOnly"] = {"type": "rule", "values": [*rules]}
    found = page.evaluate(f"axe.run(document, {json.dumps(options)})")
    problems = []
    for rule in found["violations"]:
        if rule["impact"] not in ("serious", "critical"):
            continue
        targets = [str(node["target"][0]) for node in rule["nodes"]]
        left = [t for t in targets if (rule["id"], t) not in excused]
        if left:
            problems.append(
                f"axe: {rule['impact']}: {rule['id']} ({rule['help']}), "
                f"{len(left)} times, first at {left[0]}"
            )
    return problems


def look(window: BrowserContext, file: Path, axe: bool = True) -> list[str]:
    """Open a page as a reader does, wait until it stands, say what is wrong with it.

    axe: whether axe-core looks as well, which on a long page takes most of the time.
    """
    page = window.new_page()
    try:
        watch = Watch().on(page)
        page.goto(file.as_uri())
        seen = page.evaluate(PROBLEMS)
        return watch.problems + seen + (axe_problems(page) if axe else [])
    finally:
        page.close()


COLOURS = ("color-contrast", "link-in-text-block")  # of axe-core's rules, those that see them


IS_DARK = "document.documentElement.dataset.theme === 'dark'"


SETTLED = """async () => {
    for (let n = 0; n < 2; n++) {
        await new Promise(requestAnimationFrame);
        for (const turn of document.getAnimations()) try { turn.finish(); } catch {}
    }
}"""


def stands_out_in_both(page: Page) -> list[str]:
    """What axe-core says of an open page, and then, when it has turned dark, of its colours."""
    page.mouse.move(0, 0)
    page.evaluate(SETTLED)  # axe-core would measure a colour that is on its way
    seen = axe_problems(page)
    page.emulate_media(color_scheme="dark")
    try:
        page.wait_for_function(IS_DARK, timeout=10_000)
    except Error:
        seen.append("it stays light where its reader asks for dark")
    page.evaluate(SETTLED)
    dark = axe_problems(page, rules=COLOURS)
    return seen + [f"in the dark: {problem}" for problem in dark]


def look_in_both(window: BrowserContext, file: Path) -> list[str]:
    """The same as `look`, and then the page turns dark while it is open."""
    page = window.new_page()
    try:
        watch = Watch().on(page)
        page.goto(file.as_uri())
        seen = page.evaluate(PROBLEMS)
        seen += watch.problems  # now, without what axe-core asks for
        return seen + stands_out_in_both(page)
    finally:
        page.close()


TWICE = """() => [...document.querySelectorAll("[id]")].map((e) => e.id)
.filter((id, n, all) => all.indexOf(id) !== n)"""  # ids that more than one thing has

FORMS = """() => Object.fromEntries(["wide", "narrow"].map((form) => {
  const boxes = [...document.querySelectorAll(`article div.${form}-form`)];
  const seen = (box) => box.offsetWidth > 0, aside = (box) => box.closest(".by-hand") !== null;
  const open = boxes.filter((box) => !aside(box));
  return [form, [open.length, open.filter(seen).length, seen(boxes.find(aside))]];
}))"""


def forms_of_displays(page: Page) -> dict[str, tuple[int, int, bool]]:
    """Of the "wide" and of the "narrow" form: how many there are, how many are seen.

    And whether the first is seen that stands beside code, which is as narrow as a phone everywhere.
    """
    return {form: tuple(found) for form, found in page.evaluate(FORMS).items()}


def too_wide(page: Page) -> list[tuple[str, bool, bool]]:
    """The displays that do not fit: their text, whether there is a cue, whether they are open."""
    page.wait_for_function("document.readyState === 'complete'")
    page.wait_for_timeout(100)
    return page.evaluate(
        """() => [...document.querySelectorAll("article div.math")]
        .filter((box) => box.offsetWidth && box.scrollWidth > box.clientWidth + 3)
        .map((box) => [box.textContent.slice(0, 60), box.classList.contains("more-right"),
                       !box.closest("details, .by-hand")])"""
    )
