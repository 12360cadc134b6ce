"""Live figures as bytes: what a notebook keeps of them. What they do is in tests/browser."""

from io import BytesIO
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from PIL import Image

from companion import plots
from companion.plots.live import figure

FOLDER = Path(figure.__file__).parent
MAKERS = {
    "forward": plots.live_forward,
    "guidance": plots.live_guidance,
    "posterior": plots.live_posterior,
    "rotation": plots.live_rotation,
    "sampler": plots.live_sampler,
}


@pytest.fixture(scope="module", params=MAKERS)
def named(request) -> tuple[str, plots.Live]:
    return request.param, MAKERS[request.param]()


def test_the_bytes_are_the_same_each_time(named):
    name, live = named
    assert MAKERS[name]() == live
    assert plt.get_fignums() == []


def test_a_figure_is_shown_as_page_and_as_print(named):
    _, live = named
    assert live._repr_html_() == live.html and live._repr_png_() == live.png
    assert repr(live) == "Live()"


def test_the_still_is_a_picture_on_white(named):
    _, live = named
    still = Image.open(BytesIO(live.png))
    assert still.width > 600 and "Software" not in still.info
    assert still.convert("RGB").getpixel((1, 1)) == (255, 255, 255)


def test_a_figure_is_small_and_whole(named):
    name, live = named
    assert len(live.html) < 250_000
    for file in ("shell.js", f"{name}.js", "shell.css"):
        assert (FOLDER / file).read_text("utf-8") in live.html
    assert "://" not in live.html, "an address"


def test_the_scripts_are_short():
    lines = {file.name: len(file.read_text("utf-8").splitlines()) for file in FOLDER.glob("*.js")}
    assert len(lines) == 6 and max(lines.values()) < 300


def test_no_word_of_the_data_ends_the_script():
    still, _ = plots.panels(height=1.0)
    live = figure.live(
        "rotation", still, {"word": "</script><b>"}, title='"A" & B', alt='One says "<".'
    )
    assert "\\u003c/script>" in live.html and "</script><b>" not in live.html
    assert 'aria-label="&quot;A&quot; &amp; B"' in live.html
    assert 'alt="One says &quot;&lt;&quot;."' in live.html


def test_the_installed_package_has_the_scripts():
    declared = (FOLDER.parents[2] / "pyproject.toml").read_text("utf-8")
    for file in FOLDER.iterdir():
        if file.suffix in (".js", ".css", ".html"):
            line = next(x for x in declared.splitlines() if x.startswith('"companion.plots.live"'))
            assert f'"*{file.suffix}"' in line
