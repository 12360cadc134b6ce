"""A figure's SVG: named colours, pixels as they were, one width, and the same text always."""

import importlib.util
import re
from functools import cache
from io import BytesIO
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from docutils import nodes
from docutils.utils import new_document
from PIL import Image

from companion import plots
from companion.data import to_uint8
from companion.plots import COLORS, DARK, svg_inside
from companion.plots.diagrams import CHAPTERS
from companion.plots.vector import svg
from tests.book.course import BOOK
from tests.plots.drawn import images_in, parts
from tests.test_plots import FIGURES

CSS = (BOOK / "_static" / "figures.css").read_text("utf-8")


def uniform(*shape, seed=0):
    g = torch.Generator().manual_seed(seed)
    return torch.rand(shape, generator=g, dtype=torch.float64) * 2 - 1


def png_of(fig, **more):
    buffer = BytesIO()
    fig.canvas.print_figure(buffer, format="png", **more)
    return buffer.getvalue()


@cache
def drawn_once(name: str) -> str:
    return svg(FIGURES[name]())


@pytest.mark.parametrize("name", FIGURES)
def test_every_colour_has_a_name_that_both_themes_know(name):
    drawn = drawn_once(name)
    named = re.findall(r"var\(--figure-([a-z]+), (#\w+)\)", drawn)
    assert {name for name, _ in named} <= {*DARK, "paper"}
    assert all(value == COLORS.get(name, "#ffffff") for name, value in named)
    left = re.sub(r"var\([^)]*\)|base64,[^\"]*", "NAMED", drawn)
    assert {*re.findall(r"(?:fill|stroke): ([^;\"]+)", left)} <= {"NAMED", "none"}
    assert "style" not in re.findall(r"<(\w+)", drawn)  # a rule would be the whole page's


@pytest.mark.parametrize("name", FIGURES)
def test_it_is_the_same_text_every_time(name):
    assert svg(FIGURES[name]()) == drawn_once(name)


def test_every_id_is_pointed_at_and_no_two_figures_share_one():
    drawn = [drawn_once(name) for name in ("memory", "histograms", "signal_and_noise")]
    seen = set()
    for text in drawn:
        ids = re.findall(r'\bid="([^"]+)"', text)
        assert len(ids) == len(set(ids)) > 3
        assert set(re.findall(r'(?:url\(|href=")#([^")]+)', text)) == set(ids)
        assert not seen & set(ids)
        seen |= set(ids)


@pytest.mark.parametrize("channels", [1, 3])
def test_an_image_keeps_its_pixels(channels):
    x = uniform(channels, 9, 7)
    (one,) = images_in(svg(plots.image_grid([[x]], ["a"], ["b"])))
    assert one.mode == {1: "L", 3: "RGB"}[channels]
    assert np.array_equal(np.asarray(one), to_uint8(x))


def test_the_png_is_whole_and_has_the_svg_inside():
    fig = FIGURES["variance_by_time"]()
    for more in ({}, {"bbox_inches": "tight"}):
        png = png_of(fig, **more)
        assert Image.open(BytesIO(png)).size == (702, 377)
        assert svg_inside(png) == svg(fig)
    empty = BytesIO()
    Image.new("L", (2, 2)).save(empty, "png")
    assert svg_inside(empty.getvalue()) is None


def test_many_dots_are_one_path_and_each_is_where_it_was():
    x, y = uniform(300), uniform(300, seed=1)
    fig, (ax,) = plots.panels()
    ax.scatter(x, y, s=3, color=COLORS["signal"], alpha=0.3, linewidths=0)
    drawn = svg(fig)
    (path,) = (p for p in parts(drawn, "path") if p.get("marker-mid"))
    numbers = re.findall(r"-?\d+", path.get("d"))
    steps = np.array(numbers, dtype=float).reshape(300, 2)
    places = steps.cumsum(axis=0) * float(re.search(r"scale\((.*)\)", path.get("transform"))[1])
    shown = ax.transData.transform(np.stack([x, y], axis=1)) * 72 / fig.dpi
    shown[:, 1] = 3 * 72 - shown[:, 1]
    order = [np.lexsort(np.round(a, 0).T) for a in (places, shown)]
    distance = np.abs(places[:, None] - shown[None]).max(axis=2)
    assert len(order[0]) == len(order[1]) == 300
    assert distance.min(axis=0).max() < 0.15 and distance.min(axis=1).max() < 0.15
    assert {path.get(f"marker-{end}") for end in ("start", "mid", "end")} == {
        path.get("marker-mid")
    }
    (marker,) = parts(drawn, "marker")
    assert "fill-opacity: 0.3" in marker[0].get("style")


def test_bars_of_a_histogram_are_one_path():
    fig = plots.histograms([uniform(1, 40, 40)], ["a"])
    bars = [p for p in parts(svg(fig), "path") if "opacity: 0.55" in p.get("style", "")]
    assert [bar.get("d").count("z") for bar in bars] == [60, 1]  # and one in the legend


# ---- the page


def declared(selector: str) -> dict[str, str]:
    body = re.search(rf"^{re.escape(selector)} \{{(.*?)\}}", CSS, re.M | re.S)[1]
    return dict(re.findall(r"--figure-(\w+): (#\w+)", body))


def test_the_style_sheet_has_the_colours_of_the_package():
    assert declared(':root, html[data-theme="light"]') == COLORS
    assert declared('html[data-theme="dark"]') == DARK
    printed = CSS[CSS.index("@media print") :]
    assert dict(re.findall(r"--figure-(\w+): (#\w+)", printed)) == COLORS


def luminance(color: str) -> float:
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("name", DARK)
def test_a_colour_can_be_told_from_a_dark_page(name):
    page = luminance("#14181e")
    assert (luminance(DARK[name]) + 0.05) / (page + 0.05) > 4.5


def theme_figures():
    spec = importlib.util.spec_from_file_location("theme", BOOK / "_ext" / "theme_figures.py")
    theme = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(theme)
    return theme


def test_the_page_gets_the_svg_with_the_cells_words(tmp_path):
    theme = theme_figures()
    (tmp_path / "a.png").write_bytes(png_of(FIGURES["variance_by_time"]()))
    Image.new("L", (2, 2)).save(tmp_path / "b.png")

    class Builder:
        format = "html"

    class App:
        srcdir, builder = tmp_path, Builder()

    def page():
        document = new_document("page")
        for name in ("a.png", "b.png", "https://x.org/c.png", "d.png"):
            document += nodes.image(uri=name, alt='A "curve" & a line.')
        theme._inline(App, document, "page")
        return document

    first, *others = page()
    assert isinstance(first, nodes.raw) and first["format"] == "html"
    start = '<svg role="img" aria-label="A &quot;curve&quot; &amp; a line." xmlns='
    assert first.astext().startswith(start)
    assert [image["uri"] for image in others] == ["b.png", "https://x.org/c.png", "d.png"]
    Builder.format = "latex"
    assert all(isinstance(image, nodes.image) for image in page())


def test_in_the_page_the_map_leads_to_pages():
    theme, document = theme_figures(), new_document("page")
    document += nodes.raw("", plots.diagram("map").html, format="html")
    document += nodes.raw("", '<a href="1-1-forward.ipynb">', format="html")
    app = SimpleNamespace(srcdir=".", builder=SimpleNamespace(format="html"))
    theme._inline(app, document, "page")
    first, other = (raw.astext() for raw in document)
    assert first.count('.html"') == len(CHAPTERS) and ".ipynb" not in first
    assert other == '<a href="1-1-forward.ipynb">'


def test_what_else_is_written_into_the_png_is_kept(recwarn):
    """IPython gives metadata of its own, which matplotlib would drop with a warning."""
    fig, _ = plots.panels()
    file = BytesIO()
    fig.canvas.print_figure(file, format="png", metadata={"Title": "two bumps", "Software": None})
    texts = Image.open(file).text
    assert texts["Title"] == "two bumps" and "Software" not in texts and len(texts) == 2
    assert not recwarn.list
