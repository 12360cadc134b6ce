"""A figure as SVG whose colours are the page's, small enough to stand in one.

The book sets SVG into its pages. There a colour is a name, such as `var(--figure-ink)`, and the
page says what it is in the light and in the dark. Images inside stay as they are, pixel by pixel.
A notebook gets PNG, as from any figure, and the SVG travels inside it as a text named `svg`:
one output, one alt text, and nothing that a browser has to trust.
"""

import re
from base64 import b64decode, b64encode
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from xml.etree import ElementTree

import matplotlib.pyplot as plt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from companion.plots.colors import COLORS

NAMES = {value.lower(): name for name, value in COLORS.items()} | {
    "#000000": "ink",
    "#ffffff": "paper",
}
_KEY = "svg"  # of the text inside the PNG
_PIXELS = 576  # how wide a figure is where nothing else is said
_MANY = 50  # dots, from which on they are one path
_UNIT = 0.2  # points: where a dot is one of many, it is placed to this


class Canvas(FigureCanvasAgg):
    """Where a figure of the book is drawn: its PNG is whole and has the SVG inside."""

    def print_figure(
        self,
        filename: str | Path | BinaryIO,
        *args: object,
        format: str | None = None,
        bbox_inches: object = None,
        **more: object,
    ) -> object:
        """Draw into a file, as every canvas does, but with the margins that the figure has.

        A notebook asks for tight ones, and would make each figure another width.

        Args:
            filename: a name or an open file.
            args: as matplotlib has them.
            format: of the file.
            bbox_inches: not looked at.
            more: as matplotlib has them.

        Returns:
            What the backend gives back.
        """
        if format == "png":
            inside = PngInfo()
            for key, value in (more.pop("metadata", None) or {}).items():
                if value is not None:
                    inside.add_text(key, value)
            inside.add_text(_KEY, svg(self.figure), zip=True)
            more["pil_kwargs"] = {"pnginfo": inside}
        return super().print_figure(filename, *args, format=format, **more)


def svg(fig: Figure, name: str | None = None) -> str:
    """A figure as SVG with named colours, an element a line, the same text every time.

    Args:
        fig: the figure.
        name: what its ids begin with; a sum of its content where nothing is said.

    Returns:
        The text, ASCII. Where no page says what a colour is, it is that of light paper.
    """
    drawn = BytesIO()
    if isinstance(fig.get_layout_engine(), ConstrainedLayoutEngine):
        fig.draw_without_rendering()  # the layout of a first drawing is not yet that of a second
    with plt.rc_context({"svg.hashsalt": "", "svg.fonttype": "path", "svg.image_inline": True}):
        fig.savefig(drawn, format="svg", metadata={"Date": None})
    root = ElementTree.fromstring(drawn.getvalue())
    for element in root.iter():
        _plain(element)
    for waste in [e for e in root if e.tag == "metadata" or e.find("style") is not None]:
        root.remove(waste)
    _without_unused_names(root)
    _gathered(root)
    for element in root.iter():
        _small(element)
    width, height = (float(n) for n in root.get("viewBox").split()[2:])
    attributes = {
        "xmlns": "http://www.w3.org/2000/svg",
        "class": "figure",
        "viewBox": root.get("viewBox"),
        "width": str(_PIXELS),
        "height": str(round(_PIXELS * height / width)),
        "style": f"fill: {_named('#000000')}",
        "stroke-linejoin": "round",
    }
    root.attrib.clear()
    root.attrib.update(attributes)
    ElementTree.indent(root, space="")
    return _renamed(ElementTree.tostring(root, encoding="unicode"), name)


def svg_inside(png: bytes) -> str | None:
    """The SVG that a PNG of a figure of the book has inside, or None."""
    with Image.open(BytesIO(png)) as image:
        return getattr(image, "text", {}).get(_KEY)


def _plain(element: ElementTree.Element) -> None:
    """Names without their namespaces, which HTML does not need."""
    element.tag = element.tag.rpartition("}")[2]
    for key in [key for key in element.attrib if key.startswith("{")]:
        element.set(key.rpartition("}")[2], element.attrib.pop(key))
    element.text = element.tail = None


def _without_unused_names(root: ElementTree.Element) -> None:
    """No id that nothing points at, and no group that says nothing."""
    used = set(re.findall(r"#([\w-]+)", ElementTree.tostring(root, encoding="unicode")))
    for element in root.iter():
        if element.get("id") not in used:
            element.attrib.pop("id", None)
    changed = True
    while changed:
        changed = False
        for parent in list(root.iter()):
            for at in reversed(range(len(parent))):
                child = parent[at]
                if child.tag == "g" and not child.attrib:
                    parent[at : at + 1] = list(child)
                    changed = True


def _gathered(root: ElementTree.Element) -> None:
    """Bars of one colour as one path, and many equal dots as one path."""
    for parent in list(root.iter()):
        kept: list[ElementTree.Element] = []
        for child in parent:
            last = kept[-1] if kept else None
            if last is not None and _bars(last, child):
                last.set("d", last.get("d") + child.get("d"))
            elif not (child.tag == "path" and child.get("d") == "" and "id" not in child.attrib):
                kept.append(child)
        parent[:] = kept
        styles = {(c.tag, c.get("href"), c.get("style")) for c in parent}
        if len(parent) > _MANY and len(styles) == 1 and parent[0].tag == "use":
            parent[:] = _dots(root, parent)


def _bars(one: ElementTree.Element, other: ElementTree.Element) -> bool:
    """Whether both are filled boxes without a line, alike in all but their place."""
    alike = [{k: v for k, v in e.attrib.items() if k != "d"} for e in (one, other)]
    boxes = all(e.tag == "path" and e.get("d", "").strip().endswith("z") for e in (one, other))
    style = other.get("style", "")
    return (
        boxes
        and alike[0] == alike[1]
        and "clip-path" in other.attrib
        and "fill: none" not in style
        and "stroke" not in style
        and other.get("d").count("L") == 3
    )


def _dots(root: ElementTree.Element, uses: ElementTree.Element) -> list[ElementTree.Element]:
    """Dots that are alike, as the corners of one path that shows nothing else."""
    dot = next(e for e in root.iter() if "#" + e.get("id", "") == uses[0].get("href"))
    marker = ElementTree.Element("marker", {"id": dot.get("id") + "-dot", "overflow": "visible"})
    marker.set("markerUnits", "userSpaceOnUse")
    shape = {"d": dot.get("d"), "style": uses[0].get("style"), "transform": f"scale({1 / _UNIT})"}
    marker.append(ElementTree.Element("path", shape))
    places = [(round(float(u.get("x")) / _UNIT), round(float(u.get("y")) / _UNIT)) for u in uses]
    places.sort(key=lambda place: (place[1] // 20, place[0], place[1]))  # neighbours are close
    steps = [places[0]] + [
        (b[0] - a[0], b[1] - a[1]) for a, b in zip(places, places[1:], strict=False)
    ]
    numbers = " ".join(f"{x} {y}" for x, y in steps).replace(" -", "-")
    path = {"d": "m" + numbers, "fill": "none", "transform": f"scale({_UNIT})"}
    path |= {f"marker-{where}": f"url(#{marker.get('id')})" for where in ("start", "mid", "end")}
    return [marker, ElementTree.Element("path", path)]


def _small(element: ElementTree.Element) -> None:
    """Numbers of two decimals, images without what they do not need, named colours."""
    for key in ("d", "x", "y", "width", "height"):
        if key in element.attrib:
            short = re.sub(r"-?\d+\.\d+", _rounded, element.get(key))
            element.set(key, re.sub(r"\s*([A-Za-z])\s*", r"\1", short).strip())
    if "style" in element.attrib:
        named = re.sub(r"#[0-9a-f]{6}\b", lambda m: _named(m[0]), element.get("style"))
        element.set("style", named)
    if element.tag == "image":
        _, _, data = element.get("href").partition("base64,")
        pixels = packed(Image.open(BytesIO(b64decode(data))))
        element.set("href", "data:image/png;base64," + b64encode(pixels).decode("ascii"))
        element.set("style", "image-rendering: pixelated")


def _rounded(number: re.Match) -> str:
    short = f"{float(number[0]):.2f}".rstrip("0").rstrip(".")
    return "0" if short == "-0" else short


def _named(color: str) -> str:
    """A colour by its name in the page, with what it is on light paper."""
    name = NAMES.get(color)
    return f"var(--figure-{name}, {COLORS.get(name, color)})" if name else color


def packed(image: Image.Image) -> bytes:
    """The same pixels as PNG, in as few channels as they need."""
    image = image.convert("RGBA")
    if image.getextrema()[3] == (255, 255):
        image = image.convert("RGB")
        red, green, blue = image.split()
        if red.tobytes() == green.tobytes() == blue.tobytes():
            image = red
    out = BytesIO()
    image.save(out, "png", optimize=True)
    return out.getvalue()


def _renamed(text: str, start: str | None) -> str:
    """Ids that no other figure of a page has: they begin with a sum of this one."""
    names = dict.fromkeys(re.findall(r'\bid="([^"]+)"', text))
    start = start or "f" + sha256(text.encode()).hexdigest()[:6]
    for n, name in enumerate(names):
        text = re.sub(rf'(id="|#){re.escape(name)}(?=["\)])', rf"\g<1>{start}-{n}", text)
    return text
