"""Animations that play in a page opened from a file, with no network.

matplotlib's own `to_jshtml` links a remote font, draws new ids every time and leaves
its slider and its picture without a name. This player is one block of HTML with its
frames inside, the same bytes for the same frames, that a keyboard and a screen reader
can work. It waits for its reader: nothing moves until Play is pressed.

A frame is SVG in the colours of the page, with every image in it as it was made. What
frames have in common is stored once.

Where scripts do not run, it is a still without controls. A notebook that is not trusted
drops the style sheet as well, and with it what hides the sentence that says what to do.
"""

import json
import re
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from importlib.resources import files
from io import BytesIO
from string import Template

import matplotlib.pyplot as plt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from companion.checks import check_inside
from companion.plots.colors import DARK
from companion.plots.vector import packed, svg


@dataclass(frozen=True)
class Player:
    """An animation in a page; what `player` returns.

    Attributes:
        html: the whole of it, self-contained.
        png: a still of it, for print.
    """

    html: str = field(repr=False)  # long: it would be in every notebook twice
    png: bytes = field(repr=False)

    def _repr_html_(self) -> str:
        return self.html

    def _repr_png_(self) -> bytes:
        return self.png


def player(
    fig: Figure,
    draw: Callable[[int], None],
    labels: Sequence[str],
    *,
    name: str,
    alt: str,
    title: str = "Animation",
    frames_per_second: float = 6.0,
) -> Player:
    """A figure that moves: `draw(i)` changes `fig` into frame i, for each label.

    In print, four frames take the place of the player.

    Args:
        fig: the figure that is drawn in.
        draw: changes it into frame i.
        labels: what each frame is, for instance "t = 250"; as many as there are frames.
        name: lower-case letters, digits and hyphens; no two players of a page share one.
        alt: what a reader who does not see the picture should know of it.
        title: what the group of controls is called by a screen reader.
        frames_per_second: while it plays, in (0, 60).

    Returns:
        The player, which a cell shows.

    Raises:
        ValueError: For another name, an empty alt, fewer than two labels, and numbers out of range.
    """
    if not re.fullmatch(r"[a-z][a-z0-9-]*", name):
        raise ValueError(f"name: got {name!r}, expected lower-case letters, digits and hyphens")
    if not alt.strip():
        raise ValueError("alt: got nothing, expected a sentence that says what is seen")
    if len(labels) < 2:
        raise ValueError(f"labels: got {len(labels)}, expected one a frame, 2 or more")
    check_inside("frames_per_second", frames_per_second, 0, 60)
    draw(0)
    fig.draw_without_rendering()
    fig.set_layout_engine("none")  # the axes stand where they are in the first frame
    last = len(labels) - 1
    stills = sorted({round(k * last / 3) for k in range(4)})
    drawings, shots = [], {}
    for i in range(len(labels)):
        draw(i)
        drawings.append(svg(fig, name="p"))
        if i in stills:
            shots[i] = _shot(fig)
    plt.close(fig)
    lines, frames = _pooled(drawings)
    html = Template(files("companion.plots").joinpath("player.html").read_text())
    return Player(
        html.substitute(
            name=name,
            title=escape(title),
            alt=escape(alt),
            first=_uri(shots[0]),
            last=last,
            label=escape(labels[0]),
            lines=_script(lines),
            frames=json.dumps(frames, separators=(",", ":")),
            dark="".join(f"--figure-{name}: {color}; " for name, color in DARK.items()),
            labels=_script([*labels]),
            stills=json.dumps(stills),
            interval=round(1000 / frames_per_second),
        ),
        packed(_strip([*shots.values()])),
    )


def _shot(fig: Figure) -> Image.Image:
    buffer = BytesIO()
    FigureCanvasAgg(fig).print_figure(buffer, format="png", dpi=90)
    return Image.open(buffer).convert("RGB")


def _pooled(drawings: Sequence[str]) -> tuple[list[str], list[list[int]]]:
    """The different lines of all drawings, and each drawing as runs (start, count) of them."""
    place: dict[str, int] = {}
    drawn = []
    for drawing in drawings:
        runs: list[int] = []
        for line in drawing.splitlines():
            at = place.setdefault(line, len(place))
            if runs and at == runs[-2] + runs[-1]:
                runs[-1] += 1
            else:
                runs += [at, 1]
        drawn.append(runs)
    return [*place], drawn


def _strip(images: Sequence[Image.Image]) -> Image.Image:
    """The images side by side, two a row."""
    width, height = images[0].size
    rows = -(-len(images) // 2)
    whole = Image.new("RGB", (2 * width, rows * height), "white")
    for i, image in enumerate(images):
        whole.paste(image, (i % 2 * width, i // 2 * height))
    return whole


def _uri(image: Image.Image) -> str:
    return "data:image/png;base64," + b64encode(packed(image)).decode("ascii")


def _script(values: list[str]) -> str:
    """A list as JavaScript that no `</script>` inside a label can break."""
    return json.dumps(values).replace("<", "\\u003c")
