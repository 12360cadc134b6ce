"""The shell of a live figure: what is the same in all of them."""

import json
from base64 import b64encode
from collections.abc import Mapping
from html import escape
from importlib.resources import files
from io import BytesIO
from string import Template

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from companion.plots.player import Player


class Live(Player):
    """A live figure, which a cell shows: a page in itself, and a still of it, as a player is."""


def live(name: str, still: Figure, data: Mapping, *, title: str, alt: str) -> Live:
    """The figure whose formula is in `name`.js, beside this file.

    Args:
        name: of the file, and of the figure in its page.
        still: what stands in its place in print, and where scripts do not run.
        data: what `compute` and `start` get beside the reader's settings, as JSON has it.
        title: what the group of controls is called by a screen reader.
        alt: what a reader who does not see the still should know of it.

    Returns:
        The figure.
    """
    png = BytesIO()
    # Metadata would hold the version of matplotlib.
    canvas = FigureCanvasAgg(still)  # the book's own would put an SVG inside
    canvas.print_figure(png, format="png", dpi=130, facecolor="white", metadata={"Software": None})
    html = Template(_text("shell.html")).substitute(
        name=name,
        title=escape(title),
        alt=escape(alt),
        style=_text("shell.css"),
        still=b64encode(png.getvalue()).decode("ascii"),
        shell=_text("shell.js"),
        figure=_text(f"{name}.js"),
        data=json.dumps(data).replace("<", "\\u003c"),
    )
    return Live(html, png.getvalue())


def _text(name: str) -> str:
    return files("companion.plots.live").joinpath(name).read_text("utf-8")
