"""Animations that play in a page opened from a file, with no network.

matplotlib's own `to_jshtml` links a remote font, draws new ids every time and leaves
its slider and its picture without a name. This player is one block of HTML with its
frames inside, the same bytes for the same frames, that a keyboard and a screen reader
can work. It waits for its reader: nothing moves until Play is pressed.

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
from matplotlib.figure import Figure
from PIL import Image

from companion.checks import check_count, check_inside


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
    shades: int = 32,
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
        shades: colours kept in a frame, 2..256; noise compresses badly.

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
    check_count("shades", shades, 2, 256)
    images = []
    for i in range(len(labels)):
        draw(i)
        images.append(_shot(fig, shades))
    plt.close(fig)
    frames = [_uri(image) for image in images]
    last = len(frames) - 1
    stills = sorted({round(k * last / 3) for k in range(4)})
    html = Template(files("companion.plots").joinpath("player.html").read_text())
    return Player(
        html.substitute(
            name=name,
            title=escape(title),
            alt=escape(alt),
            first=frames[0],
            last=last,
            label=escape(labels[0]),
            frames=_script([*frames]),
            labels=_script([*labels]),
            stills=json.dumps(stills),
            interval=round(1000 / frames_per_second),
        ),
        _png(_strip([images[i] for i in stills], shades)),
    )


def _shot(fig: Figure, shades: int) -> Image.Image:
    buffer = BytesIO()
    fig.savefig(buffer, format="png", dpi=110)
    picture = Image.open(buffer).convert("RGB")
    return picture.quantize(shades, dither=Image.Dither.NONE)


def _strip(images: Sequence[Image.Image], shades: int) -> Image.Image:
    """The images side by side, two a row."""
    width, height = images[0].size
    rows = -(-len(images) // 2)
    sheet = Image.new("RGB", (2 * width, rows * height), "white")
    for i, image in enumerate(images):
        sheet.paste(image.convert("RGB"), (i % 2 * width, i // 2 * height))
    return sheet.quantize(shades, dither=Image.Dither.NONE)


def _png(image: Image.Image) -> bytes:
    buffer = BytesIO()
    image.save(buffer, format="png", optimize=True)
    return buffer.getvalue()


def _uri(image: Image.Image) -> str:
    return "data:image/png;base64," + b64encode(_png(image)).decode("ascii")


def _script(values: list[str]) -> str:
    """A list as JavaScript that no `</script>` inside a label can break."""
    return json.dumps(values).replace("<", "\\u003c")
