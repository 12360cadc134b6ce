"""The player works offline and by name; the figures say what they show, and show it."""

import importlib.util
import inspect
import json
import re
import sys
from base64 import b64decode
from io import BytesIO

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from PIL import Image

from companion import plots
from companion.data import digits, to_uint8
from companion.diffusion import (
    Mixture,
    V,
    cosine,
    forward,
    from_alpha_bar,
    linear,
    marginal,
    zero_terminal_snr,
)
from companion.plots.listing import without_docstrings
from tests.plots.drawn import frames_in

SCHEDULES = {
    "linear": linear(1000),
    "cosine": cosine(1000),
    "zero": zero_terminal_snr(linear(1000)),
}
BUMPS = Mixture.isotropic([0.3, 0.7], [[-1.0], [0.8]], torch.tensor([0.15, 0.15]))


def noise(*shape, seed=0):
    g = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=g, dtype=torch.float64)


def small_player(name="small", alt="A dot moves.", labels=("one", "two", "three"), **k):
    fig, (ax,) = plots.panels(height=1.0)

    def draw(i):
        ax.clear()
        ax.plot([i], [i], "o")
        ax.set(xlim=(-1, 3), ylim=(-1, 3))

    return plots.player(fig, draw, labels, name=name, alt=alt, **k)


def ids(html):
    return re.findall(r'\bid="([^"]+)"', html)


# ---- the player


def test_the_player_asks_for_nothing_outside_the_page():
    html = small_player().html
    bare = re.sub(r"base64,[A-Za-z0-9+/=]+", "", html)
    bare = bare.replace(r"xmlns=\"http://www.w3.org/2000/svg\"", "")  # a name, not an address
    assert not re.search(r"https?:|//[a-z]|@import|\burl\((?!#)|<link|<script[^>]+src", bare)
    sources = re.findall(r'<img[^>]*\bsrc="([^"]*)"', html)
    assert sources and all(s.startswith("data:image/png;base64,") for s in sources)


def test_the_player_is_the_same_bytes_every_time():
    assert small_player().html == small_player().html
    assert small_player().png == small_player().png


def test_two_players_share_no_id_and_no_global_name():
    first, second = small_player("first").html, small_player("second").html
    assert len(ids(first)) == len(set(ids(first))) == 10
    assert not set(ids(first)) & set(ids(second))
    for html in (first, second):
        script = re.search(r"<script>(.*)</script>", html, re.S)[1].strip()
        assert script.startswith("(function () {") and script.endswith("})();")
        assert "on" + "click=" not in html  # handlers reach their own player only


def test_every_control_has_a_name_and_the_picture_has_words():
    html = small_player(alt='A "dot" & a line.', title="Dots").html
    assert 'alt="A &quot;dot&quot; &amp; a line."' in html
    assert 'role="group" aria-label="Dots"' in html
    for button in re.findall(r"<button[^>]*>[^<]*</button>", html, re.S):
        assert 'type="button"' in button and "title=" in button
    assert re.findall(r'<button[^>]*title="(\w+)', html, re.S)[:2] == ["Play", "Pause"]
    slider = re.search(r"<input[^>]*>", html, re.S)[0]
    assert 'aria-label="Frame"' in slider and 'aria-valuetext="one"' in slider
    assert 'max="2"' in slider


def test_the_player_holds_one_different_frame_a_label():
    html = small_player().html
    frames = frames_in(html)
    assert len(set(frames)) == 3
    assert len({frame.partition(">")[0] for frame in frames}) == 1  # of one size
    assert 'const labels = ["one", "two", "three"];' in html


def test_the_still_for_print_is_four_frames():
    labels = [f"{i}" for i in range(10)]
    player = small_player(labels=labels)
    assert "[0, 3, 6, 9].forEach" in player.html
    assert "@media print" in player.html
    first = Image.open(BytesIO(b64decode(re.search(r"base64,([^\"]+)", player.html)[1])))
    still = Image.open(BytesIO(player.png))
    assert still.size == (2 * first.width, 2 * first.height)


def test_what_frames_share_is_stored_once():
    one, many = small_player(labels=("a", "b")), small_player(labels=[*"abcdefgh"])
    (box,) = re.findall(r"^.*figure-paper.*$", frames_in(one.html)[0], re.M)[:1]
    assert frames_in(many.html)[7].count(box) == 1
    assert many.html.count(json.dumps(box).replace("<", "\\u003c")) == 1
    assert len(many.html) < 2 * len(one.html)


def test_a_player_without_scripts_is_a_still_that_says_what_to_run():
    """JupyterLab drops scripts and style sheets where a notebook is not trusted."""
    html = small_player().html
    script, style = (re.search(rf"<{t}>.*?</{t}>", html, re.S)[0] for t in ("script", "style"))
    assert 'part("controls").hidden = false;' in script
    assert re.search(r"\.anim-controls\[hidden\], \.anim-asleep \{ display: none; \}", style)
    left = html.replace(script, "").replace(style, "")
    # An empty value of `hidden` would be dropped with them.
    assert re.search(r'<div class="anim-controls" [^>]* hidden="hidden">', left)
    said = re.search(r'<p class="anim-asleep">(.*?)</p>', left, re.S)[1]
    assert "Run All Above Selected Cell" in said and "Shift and Enter" in said


def test_a_label_cannot_end_the_script():
    html = small_player(labels=["</script><b>", "x"]).html
    assert html.count("</script>") == 1 and "<b>" not in html
    assert r'const labels = ["\u003c/script>\u003cb>", "x"];' in html


@pytest.mark.parametrize(
    ("bad", "word"),
    [
        ({"name": "Not a name"}, "name: got 'Not a name'"),
        ({"name": ""}, "name"),
        ({"alt": "  "}, "alt: got nothing"),
        ({"labels": ["one"]}, "labels: got 1"),
        ({"frames_per_second": 0}, "frames_per_second: got 0"),
    ],
)
def test_a_bad_argument_is_named(bad, word):
    with pytest.raises(ValueError, match=re.escape(word)):
        small_player(**bad)


def test_the_book_s_players_are_small_and_waiting():
    fades = from_alpha_bar([1, *torch.linspace(7, -6, 20).sigmoid(), 0])
    html = plots.ink_and_back(fades, drops=1300).html
    assert len(html) < 330_000
    assert "autoplay" not in html and html.count("setInterval") == 1


# ---- the source


def test_source_is_the_file_as_it_is_now(tmp_path, monkeypatch):
    def listing(body):
        file = tmp_path / f"shown_{len(body)}.py"
        file.write_text(f"def shown(x):\n    return {body}\n\n\nclass K:\n    a = 1\n")
        spec = importlib.util.spec_from_file_location(file.stem, file)
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, file.stem, module)
        spec.loader.exec_module(module)
        return str(plots.source(module.shown, module.K))

    code = "def shown(x):\n    return x\n\n\nclass K:\n    a = 1"
    names = "`shown_1.shown`, `shown_1.K`"
    assert listing("x") == f"```python\n{code}\n```\n\nDescribed at {names}."


def test_what_is_private_is_described_at_its_module():
    shown = str(plots.source(type(V)))
    assert "class _V" in shown
    assert shown.endswith("Described at `companion.diffusion.parameterization`.")


def test_source_of_a_method_starts_at_the_margin():
    lines = plots.source(Mixture.score).splitlines()
    assert lines[1].startswith("def score(") and lines[2].startswith("    ")
    assert "mean = scaled(sqrt(ab_t), x0)" in plots.source(forward.marginal)


def test_source_leaves_docstrings_out_and_all_else_in():
    written = inspect.getsource(forward.marginal)
    shown = plots.source(forward.marginal).removeprefix("```python\n").partition("\n```")[0]
    start, end = written.index('    """'), written.rindex('"""') + 4
    assert shown == (written[:start] + written[end:]).strip()


@pytest.mark.parametrize(
    "code, left",
    [
        ('def f(x):\n    """One."""\n\n    return x', "def f(x):\n    return x"),
        ('def f(x):\n    """One.\n\n    Two.\n    """\n    return x', "def f(x):\n    return x"),
        (
            'class A:\n    """One."""\n\n    a: int\n\n    def f(self):\n        """Two."""\n'
            "        return 1",
            "class A:\n    a: int\n\n    def f(self):\n        return 1",
        ),
        ('class E(ValueError):\n    """One."""', 'class E(ValueError):\n    """One."""'),
        (
            'def f(x):\n    y = """One."""\n    return y',
            'def f(x):\n    y = """One."""\n    return y',
        ),
    ],
)
def test_a_docstring_and_nothing_else_is_left_out(code, left):
    assert without_docstrings(code) == left


@pytest.mark.parametrize("thing", [len, 3])
def test_source_of_what_has_none_is_refused(thing):
    with pytest.raises(ValueError, match="objects: got"):
        plots.source(thing)


# ---- the figures


def images(n=6):
    return [noise(1, 8, 8, seed=i) for i in range(n)]


FIGURES = {
    "signal_and_noise": lambda: plots.signal_and_noise(SCHEDULES),
    "signal_to_noise": lambda: plots.signal_to_noise(SCHEDULES),
    "quantiles": lambda: plots.quantiles(noise(500), noise(500, seed=1), "a", "b"),
    "variance_by_time": lambda: plots.variance_by_time({"rule": [1.0, 2.0, 3.0]}),
    "memory": lambda: plots.memory(noise(50), noise(50, seed=1), noise(50, seed=2)),
    "best_noise": lambda: plots.best_noise(BUMPS, SCHEDULES["linear"], (100, 800)),
    "histograms": lambda: plots.histograms(images(4), list("abcd")),
    "brightness": lambda: plots.brightness(
        [noise(9, 1, 4, 4)] * 2, [noise(9, 1, 4, 4, seed=1)] * 2, ["a", "b"]
    ),
    "image_grid": lambda: plots.image_grid([images(3), images(3)], "abc", "de"),
}


@pytest.mark.parametrize("make", FIGURES.values(), ids=FIGURES)
def test_every_figure_is_labelled_and_fits_a_page(make):
    fig = make()
    fig.canvas.draw()
    assert fig.get_figwidth() == plots.WIDTH
    grids = [ax for ax in fig.axes if ax.images]
    for ax in grids:
        assert ax.get_title() or ax.get_subplotspec().rowspan.start > 0
        assert ax.get_ylabel() or ax.get_subplotspec().colspan.start > 0
    for ax in (ax for ax in fig.axes if not ax.images):
        spec = ax.get_subplotspec()
        shared = len(ax.get_shared_y_axes().get_siblings(ax)) > 1
        assert ax.get_xlabel() or not spec.is_last_row()
        assert ax.get_ylabel() or (shared and not spec.is_first_col())


@pytest.mark.parametrize("make", FIGURES.values(), ids=FIGURES)
def test_a_figure_is_not_shown_twice(make):
    make()
    assert plt.get_fignums() == []


def test_lines_differ_without_their_colours():
    plots.style()
    cycle = plt.rcParams["axes.prop_cycle"].by_key()
    assert len(set(map(str, cycle["linestyle"]))) == len(cycle["linestyle"]) == 5
    assert len(set(cycle["color"])) == 5


def test_signal_and_noise_are_the_weights_of_one_shot():
    left, right, *_ = plots.signal_and_noise(SCHEDULES).axes
    for schedule, a, b in zip(SCHEDULES.values(), left.lines, right.lines, strict=True):
        x0 = torch.ones(1, 1, dtype=torch.float64)
        q = marginal(schedule, x0, 400)
        np.testing.assert_allclose(a.get_ydata()[400], q.mean.item(), rtol=1e-12)
        np.testing.assert_allclose(b.get_ydata()[400], q.std.item(), rtol=1e-12)
        assert a.get_xdata()[400] == pytest.approx(0.4)


def test_signal_to_noise_shows_the_ratio_and_leaves_zero_out():
    (ax,) = plots.signal_to_noise(SCHEDULES).axes
    curves = {line.get_label(): line for line in ax.lines}
    ab = SCHEDULES["cosine"].alpha_bar[500].item()
    shown = curves["cosine"].get_ydata()[499]
    assert float(shown) == pytest.approx(ab / (1 - ab), rel=1e-12)
    assert len(curves["zero"].get_ydata()) == 999
    assert ax.get_yscale() == "log"


def test_quantiles_lie_on_the_diagonal_for_one_sample_only():
    x = noise(2000)
    for y, equal in ((x, True), (x + 0.1, False)):
        gap = plots.quantiles(x, y, "a", "b").axes[1].lines[1].get_ydata()
        assert (np.abs(gap).max() < 1e-12) == equal


def test_memory_takes_the_present_out_of_both():
    now = noise(4000)
    past, future = now + 0.3 * noise(4000, seed=1), now + 0.3 * noise(4000, seed=2)
    plain, given = plots.memory(past, now, future).axes
    correlations = [np.corrcoef(ax.collections[0].get_offsets().T)[0, 1] for ax in (plain, given)]
    assert correlations[0] > 0.8
    assert abs(correlations[1]) < 4 / 4000**0.5


def test_best_noise_is_the_oracle_s():
    (ax,) = plots.best_noise(BUMPS, SCHEDULES["linear"], (100, 800)).axes
    x = torch.tensor(ax.lines[1].get_xdata())
    expected = BUMPS.optimal_eps(SCHEDULES["linear"], x.reshape(-1, 1), 800)[:, 0]
    np.testing.assert_allclose(ax.lines[1].get_ydata(), expected, rtol=1e-12)


def test_a_picture_is_shown_as_it_is():
    digit = digits().train.images[0]
    ax = plots.image_grid([[digit]], ["t"], ["r"]).axes[0]
    assert np.array_equal(ax.images[0].get_array(), to_uint8(digit))
    assert ax.images[0].get_clim() == (0, 255)


def test_a_histogram_is_a_density():
    ax = plots.histograms([noise(1, 200, 200)], ["a"]).axes[0]
    area = sum(bar.get_width() * bar.get_height() for bar in ax.patches)
    assert area == pytest.approx(1)


def test_frame_times_go_from_end_to_end():
    assert plots.frame_times(1000, 5) == [0, 250, 500, 750, 1000]
