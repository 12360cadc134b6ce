"""JupyterLab as `make lab` starts it, from a copy of the tree, and what goes wrong in it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, ElementHandle, Locator, Page, Route

from tests.book.course import ROOT

COPIED = ("book", "Makefile", "requirements.txt", "constraints.txt", "pyproject.toml")
PATIENCE = 90  # seconds for JupyterLab to stand

# What `lab.walk` looks at in each cell, and what it says. Formulas in HTML are typeset a
# moment after the cell is drawn.
WALK = r"""
async (keys) => {
  const notebook = jupyterapp.shell.currentWidget.content;
  // Draw all cells, where else only those in view are drawn: scrolling takes a second a cell.
  notebook.notebookConfig = {...notebook.notebookConfig, windowingMode: "none"};
  const problems = [];
  const short = (text) => text.replace(/\s+/g, " ").trim().slice(0, 70);
  const visible = (e) => e && e.checkVisibility() && e.getClientRects().length > 0;
  const frame = () => new Promise((done) => setTimeout(done, 20));
  const TYPESET = ".katex, mjx-container, pre, code, script, style, textarea, .cm-editor";
  const RAW = [
    /\$/, /\\\(/, /\\\[/, /\\[a-zA-Z]{2,}/, /:::/, /\{[a-z:-]+\}`/, /\*\*\w/, /^```/,
  ];
  const words = (node) => {
    const found = [];
    const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const at = walker.currentNode;
      if (at.data.trim() && !at.parentElement.closest(TYPESET)) found.push(at.data);
    }
    return found;
  };
  const shown = (cell) => [...cell.node.querySelectorAll(
    ".jp-MarkdownOutput, .myst, .jp-RenderedHTMLCommon, .jp-RenderedLatex")];
  const filled = (cell) => {  // MyST draws its Markdown some time after its frame
    const pieces = [...cell.node.querySelectorAll(".myst")];
    const outputs = cell.model.outputs?.toJSON() || [{data: {"text/markdown": ""}}];
    const due = outputs.filter(
      ({data}) => data && "text/markdown" in data && !("text/html" in data));
    return pieces.every((e) => e.textContent.trim()) && pieces.length >= due.length;
  };
  const raw = (cell) => shown(cell).flatMap(words).filter((t) => RAW.some((p) => p.test(t)));

  for (let i = 0; i < notebook.widgets.length; i++) {
    const cell = notebook.widgets[i];
    const say = (what) => problems.push(`cell ${i + 1}: ${what}`);
    for (let n = 0; n < 500 && (cell.isPlaceholder() || !cell.node.isConnected); n++) await frame();
    if (cell.isPlaceholder()) { say("it is not drawn"); continue; }
    if (cell.model.type === "code") {
      const tags = cell.model.getMetadata("tags") || [];
      const folded = ["hide-input", "remove-input", "hide-cell"].some((t) => tags.includes(t));
      if (visible(cell.editorWidget?.node) === folded)
        say(folded ? "its input is open" : "its input is folded");
      const output = cell.node.querySelector(".jp-OutputArea");
      if (visible(output) && tags.includes("hide-cell")) say("its output is open");
      cell.outputHidden = false;  // what is folded is looked at as well
    }
    for (let n = 0; n < 500 && !filled(cell); n++) await frame();
    if (!filled(cell)) { say("its Markdown is not drawn"); continue; }
    for (let n = 0; n < 100 && raw(cell).length; n++) await frame();

    for (const text of new Set(raw(cell))) say(`raw markup: ${short(text)}`);
    for (const broken of cell.node.querySelectorAll(".katex-error, mjx-merror")) {
      say(`a broken formula: ${short(broken.textContent)}`);
    }
    // A display has our number or none: "(3)" is JupyterLab's.
    for (const e of shown(cell).flatMap((piece) => [...piece.querySelectorAll("a, span, div")])) {
      const text = e.textContent.trim();
      if (/^\(\d+\)$/.test(text) && !e.closest(TYPESET)) say(`an automatic number: ${text}`);
    }
    for (const text of shown(cell).flatMap(words)) {
      for (const key of keys) if (text.includes(key)) say(`a citation shows its key: ${key}`);
    }
    for (const display of cell.node.querySelectorAll(".katex-display, mjx-container[display]")) {
      const tags = display.querySelectorAll(".katex-html .tag, mjx-mlabeledtr, mjx-labels mjx-mtd");
      if (tags.length > 1) say(`${tags.length} numbers at one display`);
    }
    for (const rung of cell.node.querySelectorAll("details")) {
      if (rung.open) say("a hint is open");
    }
    for (const pre of cell.node.querySelectorAll(".jp-OutputArea pre > code")) {
      const colours = new Set(
        [...pre.querySelectorAll("span")].map((s) => getComputedStyle(s).color));
      const line = getComputedStyle(pre).color;
      colours.delete(line);
      if (/def |return/.test(pre.textContent) && colours.size < 2) say("code without colour");
    }
    for (const player of cell.node.querySelectorAll(".animation")) {
      const image = player.querySelector("img.anim-screen");
      const before = image.src;
      const play = player.querySelector("button[title=Play]");
      if (!image.naturalWidth) await image.decode().catch(() => {});
      if (!image.naturalWidth) say("a player without a picture");
      const asleep = visible(player.querySelector(".anim-asleep"));
      if (asleep) {
        say("a player says what to run");
        if (visible(play)) say("a player that sleeps has buttons");
        continue;
      }
      if (!visible(play)) { say("a player without a button"); continue; }
      play.click();
      for (let n = 0; n < 100 && image.src === before; n++) await frame();
      if (image.src === before) say("a player that does not play");
      player.querySelector("button[title=Pause]")?.click();
    }
  }
  for (const [i, cell] of notebook.widgets.entries()) {  // a script may fail some time later
    for (const error of cell.node.querySelectorAll("[data-mime-type$=stderr]")) {
      problems.push(`cell ${i + 1}: an error: ${short(error.textContent)}`);
    }
  }
  return problems;
}
"""


# What takes arrow keys; its value; and what of the notebook an arrow key must not change.
CONTROLS = (
    ".jp-NotebookPanel:not(.lm-mod-hidden) :is(.live-stage, .anim-controls) "
    ":is(input[type=range], fieldset label:first-of-type input, [role=slider])"
)
VALUE = """(e) => e.closest("fieldset")?.querySelector(":checked").value
  ?? `${e.getAttribute("transform") ?? e.value}`"""
STATE = """() => {
  const {activeCellIndex, widgets} = jupyterapp.shell.currentWidget.content;
  return [activeCellIndex, widgets.filter((cell) => cell.isHidden).length];
}"""
ANOTHER = """
async ([path, withItsKernel]) => {
  const before = jupyterapp.shell.currentWidget, {sessionContext} = before;
  if (withItsKernel) await sessionContext.ready;
  const model = sessionContext.session?.model;
  before.dispose();
  if (withItsKernel && model) {  // the notebook that is opened at this path finds it running
    const session = jupyterapp.serviceManager.sessions.connectTo({model});
    await session.setPath(path);
    session.dispose();
  }
  await jupyterapp.commands.execute("docmanager:open", {path});
}
"""
CELL = "(n) => jupyterapp.shell.currentWidget.content.widgets[n]"


def copy_of_the_tree(folder: Path) -> Path:
    """What `make lab` needs, copied; the environment is linked, the package is this one."""
    folder.mkdir()
    for name in COPIED:
        if (ROOT / name).is_dir():
            skip = shutil.ignore_patterns("_build", ".ipynb_checkpoints", "__pycache__")
            shutil.copytree(ROOT / name, folder / name, ignore=skip)
        else:
            shutil.copy(ROOT / name, folder)
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


def _environment(home: Path) -> dict[str, str]:
    """Nothing of the one who runs the tests: neither settings, nor trust, nor progress."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "IPYTHON", "MAKE"))}
    own = {
        "HOME": home,
        "XDG_CONFIG_HOME": home,
        "XDG_DATA_HOME": home,
        "DIFFUSION_DERIVED_HOME": home,
    }
    also = {"PYTHONPATH": ROOT, "PYTHONDONTWRITEBYTECODE": 1}
    return kept | {name: str(value) for name, value in (own | also).items()}


@contextmanager
def make_lab(tree: Path, home: Path) -> Iterator[str]:
    """`make lab`, without its browser and on a port of its own; gives the address."""
    home.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = (
        "--no-browser --ServerApp.token= --ServerApp.ip=127.0.0.1 --ServerApp.port_retries=0 "
        f"--ServerApp.port={port} --LabApp.expose_app_in_browser=True"
    )
    if os.getuid() == 0:
        options += " --allow-root"
    command = ["make", "lab", "--assume-old=.venv/.ready", f"LAB={options}"]
    with (home / "log").open("w") as log:
        server = subprocess.Popen(
            command,
            cwd=tree,
            env=_environment(home),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, server, home / "log")
        yield address
    finally:
        os.killpg(server.pid, signal.SIGTERM)  # its own group: make, the server, the kernels
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _wait_for(address: str, server: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            urllib.request.urlopen(f"{address}/api/status", timeout=5)
            return
        except OSError as error:
            if server.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"make lab does not stand:\n{log.read_text()}") from error
            time.sleep(0.2)


def cut_the_network(window: BrowserContext, address: str) -> list[str]:
    """Let only JupyterLab itself answer; gives the list of what else was asked for."""
    asked = []

    def answer(route: Route) -> None:
        if route.request.url.startswith((address, "data:", "blob:")):
            route.continue_()
        else:
            asked.append(route.request.url)
            route.abort()

    window.route("**/*", answer)
    return asked


def open_notebook(page: Page, address: str, name: str, with_its_kernel: bool = False) -> None:
    """Open a notebook of the book and wait until it stands.

    As `make lab` does the first one; where JupyterLab is on the page already, as its list of
    files does, in place of the one before: to load all of it again takes as long as a chapter.

    with_its_kernel: the kernel of the one before goes on as this one's; none is begun.
    """
    if page.url.startswith(address):
        page.evaluate(ANOTHER, [f"{name}.ipynb", with_its_kernel])
    else:
        page.goto(f"{address}/lab/tree/{name}.ipynb?reset", timeout=PATIENCE * 1000)
    page.wait_for_function(
        "(name) => { const panel = window.jupyterapp?.shell.currentWidget;"
        " return panel?.context?.isReady && panel.context.path === name"
        " && panel.content.widgets.length > 0 }",
        arg=f"{name}.ipynb",
        timeout=PATIENCE * 1000,
    )


def walk(page: Page, keys: list[str]) -> list[str]:
    """Look at each cell of the open notebook: what is wrong there."""
    return page.evaluate(WALK, keys)


def deaf(page: Page) -> list[str]:
    """Press arrow keys at whatever takes them, after a walk: what does not move, or moves more."""
    problems = []
    for n, control in enumerate(page.query_selector_all(CONTROLS)):
        control.evaluate("(e) => e.focus()")
        before, values = page.evaluate(STATE), [control.evaluate(VALUE)]
        for key in ("ArrowRight", "ArrowLeft", "ArrowLeft"):
            page.keyboard.press(key)
            values.append(control.evaluate(VALUE))
        name = control.get_attribute("aria-label") or control.get_attribute("value")
        if len({*values}) == 1:
            problems.append(f"control {n + 1}, {name}: it does not move")
        if page.evaluate(STATE) != before:
            problems.append(f"control {n + 1}, {name}: the notebook moves")
    return problems


def let_kernels_go(page: Page) -> None:
    page.evaluate("jupyterapp.serviceManager.sessions.shutdownAll()")


def _cell(page: Page, n: int) -> ElementHandle:
    """Cell n, in view."""
    return page.evaluate_handle(
        """async (n) => {
          const notebook = jupyterapp.shell.currentWidget.content;
          await notebook.scrollToItem(n);
          notebook.activeCellIndex = n;
          const cell = notebook.widgets[n];
          while (cell.isPlaceholder() || !cell.node.isConnected) {
            await new Promise((done) => setTimeout(done, 20));
          }
          cell.node.id = `cell-${n}`;
          return cell.node;
        }""",
        n,
    ).as_element()


def run(page: Page, n: int, source: str | None = None) -> None:
    """Type `source` into cell n, if there is one, and run the cell as a reader does."""
    # JupyterLab drops what is run before the kernel stands.
    page.wait_for_function(
        "jupyterapp.shell.currentWidget.sessionContext.kernelDisplayStatus === 'idle'",
        timeout=PATIENCE * 1000,
    )
    cell = _cell(page, n)
    page.evaluate(f"(n) => {{ ({CELL})(n).model.executionCount = null }}", n)
    if source is None:
        page.evaluate(
            "() => { const n = jupyterapp.shell.currentWidget.content; "
            "n.mode = 'command'; n.activate() }"
        )
    else:
        cell.query_selector(".cm-content").click()
        page.keyboard.press("Control+A")
        page.keyboard.insert_text(source)
    page.keyboard.press("Control+Enter")
    page.wait_for_function(
        f"(n) => {{ const {{model}} = ({CELL})(n);"
        " return model.executionState !== 'running' && model.executionCount !== null }",
        arg=n,
        timeout=PATIENCE * 1000,
    )


def output(page: Page, n: int) -> Locator:
    """What cell n shows below its input."""
    _cell(page, n)
    return page.locator(f"#cell-{n} .jp-OutputArea")
