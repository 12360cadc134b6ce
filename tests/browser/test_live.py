"""The live figures: their numbers are the package's, and anyone can work them.

`test_lab.py` works them in JupyterLab.
"""

import json
import re
import warnings
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from playwright.sync_api import Browser, BrowserContext, Page, expect

from companion import plots
from companion.diffusion import (
    X0,
    NeverReachesNoise,
    V,
    ancestral,
    cosine,
    ddim,
    dpm_solver,
    exact_denoiser,
    given_class,
    guided,
    linear,
    marginal,
    posterior,
    sample,
    tilted_density,
    tilted_log_prob,
    trailing,
    transition,
)
from companion.diffusion.samplers import State
from companion.evaluation import wasserstein_distance
from companion.plots.live.guidance import overlapping_bumps
from companion.plots.live.sampler import two_bumps
from tests.browser.looking import PROBLEMS, Watch, axe_problems

MAKERS = {
    "forward": plots.live_forward,
    "guidance": plots.live_guidance,
    "posterior": plots.live_posterior,
    "rotation": plots.live_rotation,
    "sampler": plots.live_sampler,
}
BACKGROUND = {"light": "#ffffff", "dark": "#222832"}  # of the book, the lightest of its dark ones
TITLE = {"light": "#000000", "dark": "#ffffff"}
WITHIN = {"rtol": 0, "atol": 1e-6}


@pytest.fixture(scope="module")
def figures() -> dict[str, plots.Live]:
    return {name: make() for name, make in MAKERS.items()}


@pytest.fixture(scope="module")
def files(figures, tmp_path_factory) -> dict[tuple[str, str], Path]:
    """Each figure in a page of its own, as the book's HTML holds it, in both themes."""
    folder, found = tmp_path_factory.mktemp("live"), {}
    for name, figure in figures.items():
        for theme, colour in BACKGROUND.items():
            file = folder / f"{name}-{theme}.html"
            file.write_text(
                f'<!doctype html><html lang="en" data-theme="{theme}"><meta charset="utf-8">'
                '<meta name="viewport" content="width=device-width"><title>A figure</title>'
                f'<body style="background: {colour}; font: 16px sans-serif; margin: 8px"><main>'
                f'<h1 style="color: {TITLE[theme]}">A page</h1><article>{figure.html}</article>'
                "</main></body></html>",
                "utf-8",
            )
            found[name, theme] = file
    return found


@pytest.fixture(scope="module")
def opened(windows, files) -> Iterator[dict[str, Page]]:
    """A wide, light page for each figure, for the tests that only compute."""
    pages = {}
    for name in MAKERS:
        pages[name] = windows[1400, "light"].new_page()
        pages[name].goto(files[name, "light"].as_uri())
    yield pages
    for page in pages.values():
        page.close()


@pytest.fixture(params=MAKERS)
def name(request) -> str:
    return request.param


@pytest.fixture
def live(page, files, name) -> Page:
    page.goto(files[name, "light"].as_uri())
    return page


def computed(page: Page, name: str, **settings) -> dict:
    return page.evaluate(f"(s) => companionLive.{name}.compute(s)", settings)


def close(found: object, expected: object) -> None:
    found = torch.as_tensor(found, dtype=torch.float64).flatten()
    expected = torch.as_tensor(expected, dtype=torch.float64).flatten()
    torch.testing.assert_close(found, expected, **WITHIN)


def noise(page: Page, name: str, seed: int, n: int) -> torch.Tensor:
    """The figure's own fixed numbers."""
    found = page.evaluate(f"([s, n]) => companionLive.{name}.normals(s, n)", [seed, n])
    return torch.tensor(found, dtype=torch.float64)


def column(*numbers: float) -> torch.Tensor:
    return torch.tensor(numbers, dtype=torch.float64)[:, None]


def data_of(figure: plots.Live) -> dict:
    """The numbers that the page got from the package."""
    return json.loads(re.search(r'^wake\("\w+", (.*)\);$', figure.html, re.M)[1])


# ---------------------------------------------------------------- the same numbers


@pytest.mark.parametrize("T", [10, 50, 200, 1000, 2000])
@pytest.mark.parametrize("ends", [(1e-4, 0.02), (1e-5, 0.2), (0.01, 0.001), (0.005, 0.1)])
def test_forward_has_the_numbers_of_the_package(opened, T, ends):
    found = computed(opened["forward"], "forward", T=T, beta1=ends[0], betaT=ends[1])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        schedule = linear(T, *ends)
    close(found["signal"], schedule.alpha_bar.sqrt())
    close(found["noise"], (1 - schedule.alpha_bar).sqrt())
    close(found["left"], schedule.alpha_bar[-1].sqrt())
    short = any(issubclass(w.category, NeverReachesNoise) for w in caught)
    assert found["stopsShort"] == short


def test_the_picture_of_forward_is_the_packages_x_t(opened, figures):
    page, data = opened["forward"], data_of(figures["forward"])
    pixels = torch.frombuffer(bytearray(b64decode(data["pixels"])), dtype=torch.uint8)
    x0 = pixels.double()[None] / 127.5 - 1
    eps = noise(page, "forward", 0, x0.numel())[None]
    for t in (1, 250, 700, 1000):
        page.get_by_role("slider", name="time t").fill(str(t))
        shown = page.evaluate(
            """() => { const c = document.querySelector("canvas");
            return [...c.getContext("2d").getImageData(0, 0, c.width, c.height).data]; }"""
        )
        rgb = torch.tensor(shown).reshape(-1, 4)[:, :3].flatten()
        xt = marginal(linear(1000), x0, t).sample(eps)[0]
        assert ((xt.clamp(-1, 1) + 1) * 127.5 - rgb).abs().max() <= 0.5 + 1e-6


@pytest.mark.parametrize("s, t", [(0, 1), (0, 60), (40, 60), (59, 60), (10, 95), (99, 100)])
@pytest.mark.parametrize("x0, xt", [(0.8, -0.4), (-2.5, 2.5), (0.0, 1.37)])
def test_posterior_has_the_numbers_of_the_package(opened, x0, xt, s, t):
    found = computed(opened["posterior"], "posterior", x0=x0, xt=xt, s=s, t=t)
    schedule = cosine(100)
    after = posterior(schedule, column(xt), column(x0), s, t)
    close(found["posterior"]["mean"], after.mean)
    close(found["posterior"]["std"], after.std)
    close(found["weightX0"] * x0 + found["weightXt"] * xt, after.mean)
    if s > 0:
        prior = marginal(schedule, column(x0), s)
        close(found["prior"]["mean"], prior.mean)
        close(found["prior"]["std"], prior.std)
    else:
        assert found["prior"] == {"mean": x0, "std": 0}
    # The likelihood is q(x_t | x_s) as a function of x_s: same shape, from its top down.
    q = transition(schedule, column(*[k / 10 - 3 for k in range(61)]), s, t)
    height = torch.exp(-((q.mean - xt) ** 2) / (2 * q.var))
    bell = found["likelihood"]
    x = column(*[k / 10 - 3 for k in range(61)])
    close(torch.exp(-((x - bell["mean"]) ** 2) / (2 * bell["std"] ** 2)), height)
    way = bell["mean"] - found["prior"]["mean"]
    close(found["prior"]["mean"] + found["way"] * way, after.mean)


@pytest.mark.parametrize("t", [1, 100, 350, 800, 999, 1000])
@pytest.mark.parametrize("x0, eps", [(0.9, 1.3), (-2.0, 0.0), (0.31, -1.7)])
def test_rotation_has_the_numbers_of_the_package(opened, x0, eps, t):
    found = computed(opened["rotation"], "rotation", x0=x0, eps=eps, t=t)
    schedule, here = cosine(1000), (column(x0), column(eps))
    xt, v = marginal(schedule, here[0], t).sample(here[1]), V.target(schedule, *here, t)
    close(found["xt"], xt)
    close(found["v"], v)
    close(found["phi"], schedule.alpha_bar[t].sqrt().acos())
    back = V.predict(schedule, v, xt, t)
    close(found["back"]["x0"], back.x0)
    close(found["back"]["eps"], back.eps)


SAMPLERS = {"ancestral": ancestral, "ddim": ddim(), "dpm_solver": dpm_solver}


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("calls", [1, 2, 3, 8, 16, 37, 50])
def test_sampler_has_the_numbers_of_the_package(opened, figures, sampler, calls):
    page, data = opened["sampler"], data_of(figures["sampler"])
    found = computed(page, "sampler", sampler=sampler, calls=calls)
    mixture, schedule, xt = two_bumps(), cosine(1000), column(*data["start"])
    eps = noise(page, "sampler", 1, calls * len(xt)).reshape(calls, len(xt), 1)
    times, history = [*trailing(1000, calls), 0], []
    assert found["times"] == times
    for n in range(calls):
        t, s = times[n], times[n + 1]
        guess = X0.predict(schedule, mixture.expected_x0(schedule, xt, t), xt, t)
        history.append(State(t, xt, guess))
        xt = SAMPLERS[sampler](schedule, history[-2:], s).sample(eps[n])
        close(found["paths"][n + 1], xt)
    close(found["samples"], xt)
    close([found["mean"], found["std"]], [xt.mean(), xt.std()])
    shares = (torch.arange(len(xt), dtype=torch.float64) + 0.5) / len(xt)
    close(data["start"], torch.special.ndtri(shares))
    close(found["distance"], wasserstein_distance(xt[:, 0], mixture.icdf(shares)))
    close([data["mean"], data["std"]], [mixture.mean(), mixture.cov().sqrt()])


@pytest.mark.parametrize("scale", [0, 0.5, 1, 2.25, 8])
def test_guidance_has_the_numbers_of_the_package(opened, figures, scale):
    page, data = opened["guidance"], data_of(figures["guidance"])
    found = computed(page, "guidance", scale=scale)
    mixture, schedule, start = overlapping_bumps(), cosine(1000), column(*data["start"])
    whole, right = (exact_denoiser(d, schedule) for d in (mixture, given_class(mixture, 1)))
    times = trailing(1000, data["calls"])
    x0 = sample(guided(right, whole, scale), schedule, start, times, dpm_solver)[:, 0]
    close(found["samples"], x0)
    close([found["mean"], found["std"]], [x0.mean(), x0.std()])
    log_chance = tilted_log_prob(mixture, 1, 1, x0[:, None]) - mixture.log_prob(x0[:, None])
    close(found["sure"], log_chance.exp().mean())
    xs = torch.linspace(-3, 4, 281, dtype=torch.float64)
    close(found["xs"], xs)
    close(found["density"], tilted_density(mixture, 1, scale, xs))


def test_the_fixed_noise_is_standard_normal(opened):
    from scipy.stats import kstest

    x = noise(opened["sampler"], "sampler", 1, 20_000)
    assert kstest(x.numpy(), "norm").pvalue > 0.01
    assert torch.corrcoef(torch.stack([x[:-1], x[1:]]))[0, 1].abs() < 0.02
    assert torch.equal(x[:500], noise(opened["forward"], "forward", 1, 500))


# ---------------------------------------------------------------- working them

SAYS = ".live-says"


def test_every_setting_is_worked_with_the_keyboard(live):
    says, controls = live.locator(SAYS), live.locator(".live-stage input:not(:checked)")
    for n in range(controls.count()):
        live.reload()
        control, before = controls.nth(n), says.inner_html()
        words = control.get_attribute("aria-valuetext")
        control.focus()
        if control.get_attribute("type") == "range":
            assert control.get_attribute("aria-label")
            live.keyboard.press("ArrowRight")
            expect(control).not_to_have_attribute("aria-valuetext", words)
        else:
            live.keyboard.press("Space")
        assert says.inner_html() != before, control.get_attribute("aria-label")


@pytest.mark.parametrize("name", ["posterior", "rotation"])
def test_every_point_is_worked_with_the_keyboard(live):
    points = live.locator("svg [role=slider]")
    expect(points).to_have_count(2)
    for point in points.all():
        before, words = live.locator(SAYS).inner_html(), point.get_attribute("aria-valuetext")
        point.focus()
        live.keyboard.press("ArrowLeft")
        assert point.get_attribute("aria-valuetext") != words
        assert live.locator(SAYS).inner_html() != before
        live.keyboard.press("ArrowRight")
        assert point.get_attribute("aria-valuetext") == words


def test_what_is_seen_is_said_when_the_hand_rests(live):
    says = live.locator(SAYS)
    assert says.get_attribute("aria-live") == "polite"
    live.get_by_role("slider").last.press("ArrowRight")
    assert says.get_attribute("aria-busy") == "true"
    live.wait_for_function("!document.querySelector('.live-says').hasAttribute('aria-busy')")


def _touch(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """A finger goes down, moves and leaves."""
    cdp = page.context.new_cdp_session(page)
    for kind, at in (("touchStart", start), ("touchMove", end), ("touchMove", end)):
        cdp.send(
            "Input.dispatchTouchEvent",
            {"type": kind, "touchPoints": [{"x": at[0], "y": at[1]}]},
        )
    cdp.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


@pytest.fixture
def phone(windows: dict[tuple[int, str], BrowserContext], files, name) -> Iterator[Page]:
    page = windows[390, "dark"].new_page()
    page.goto(files[name, "dark"].as_uri())
    yield page
    page.close()


def test_a_finger_moves_it(phone, name):
    """Sliders everywhere, the points of two figures, and the time in the curve of the first."""
    says = phone.locator(SAYS)
    what = "input[type=range], svg [role=slider]" + ", svg.live-plot" * (name == "forward")
    places = phone.locator(f".live-stage :is({what})")
    for n in range(places.count()):
        phone.reload()
        place, before = places.nth(n), says.inner_html()
        place.scroll_into_view_if_needed()
        box = place.bounding_box()
        x, y = box["x"] + 0.45 * box["width"], box["y"] + box["height"] / 2
        _touch(phone, (x, y), (x + max(0.3 * box["width"], 40), y - 20))
        assert says.inner_html() != before, place.get_attribute("aria-label")


def test_a_finger_still_scrolls_the_page(phone):
    phone.evaluate("document.body.style.height = '3000px'")
    for plot in phone.locator("svg.live-plot").all():
        assert plot.evaluate("(e) => getComputedStyle(e).touchAction") == "pan-y"


@pytest.mark.parametrize("name", ["posterior", "rotation"])
def test_points_are_dragged_with_the_mouse(live):
    for point in live.locator("svg [role=slider]").all():
        at, words = point.bounding_box(), point.get_attribute("aria-valuetext")
        x, y = at["x"] + at["width"] / 2, at["y"] + at["height"] / 2
        live.mouse.move(x, y)
        live.mouse.down()
        live.mouse.move(x - 40, y + 30, steps=3)
        live.mouse.up()
        assert point.get_attribute("aria-valuetext") != words
        after = point.get_attribute("aria-valuetext")
        at = point.bounding_box()
        live.mouse.move(at["x"] + at["width"] / 2 + 8, at["y"] + at["height"] / 2 - 8)
        assert point.get_attribute("aria-valuetext") == after, "it follows an idle mouse"


def test_s_stays_before_t(page, files):
    page.goto(files["posterior", "light"].as_uri())
    s, t = (page.get_by_role("slider", name=f"the {which} time") for which in ("earlier", "later"))
    for control, end in ((s, "End"), (t, "Home"), (s, "End"), (t, "End")):
        control.press(end)
        assert int(s.input_value()) < int(t.input_value())
        assert "NaN" not in page.locator(".live-stage").inner_html()
    page.get_by_role("checkbox", name="one step").press("Space")
    for control, key in ((t, "ArrowLeft"), (s, "Home"), (t, "End"), (s, "PageDown")):
        control.press(key)
        assert int(s.input_value()) == int(t.input_value()) - 1


def test_forward_warns_where_the_chain_stops_short(page, files):
    page.goto(files["forward", "light"].as_uri())
    warning = page.locator(".live-warning")
    expect(warning).to_be_hidden()
    page.get_by_role("slider", name="number of steps T").fill("50")
    expect(warning).to_be_visible()
    expect(warning).to_contain_text("stops short of noise: √ᾱT = 0.78 of the picture")
    page.get_by_role("slider", name="variance of the last step").press("End")
    expect(warning).to_be_hidden()


# ---------------------------------------------------------------- how they stand


@pytest.mark.parametrize("width", [1400, 390])
@pytest.mark.parametrize("theme", BACKGROUND)
def test_a_figure_stands_in_both_themes_and_on_a_phone(windows, files, name, theme, width):
    page = windows[width, theme].new_page()
    try:
        watch = Watch().on(page)
        page.goto(files[name, theme].as_uri())
        assert page.evaluate(PROBLEMS) == []
        out = page.evaluate(
            """() => [...document.querySelectorAll(".live-stage *")].filter((e) =>
            { const {left, right, width} = e.getBoundingClientRect();
              return width && (left < -1 || right > innerWidth + 1); }).map((e) => e.outerHTML)"""
        )
        assert out == []
        assert axe_problems(page) == []
        assert watch.problems == []
    finally:
        page.close()


COLOURS = """() => { const style = getComputedStyle(document.querySelector(".live"));
  return Object.fromEntries(["ink", "muted", "edge", "signal", "noise", "learned", "signal-text",
    "noise-text", "learned-text"].map((c) => [c, style.getPropertyValue("--" + c).trim()])); }"""


def contrast(one: str, other: str) -> float:
    """By WCAG 2, of two colours "#rrggbb"."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", BACKGROUND)
def test_lines_and_words_stand_out_in_both_themes(page, files, theme):
    page.goto(files["forward", theme].as_uri())
    for use, colour in page.evaluate(COLOURS).items():
        words = use in ("ink", "muted") or use.endswith("-text")
        assert contrast(colour, BACKGROUND[theme]) >= (4.5 if words else 3), use


def test_it_follows_the_theme_of_the_book_and_of_jupyterlab(page, files):
    page.goto(files["forward", "light"].as_uri())
    light = page.evaluate(COLOURS)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    dark = page.evaluate(COLOURS)
    page.evaluate("document.documentElement.removeAttribute('data-theme')")
    assert page.evaluate(COLOURS) == light
    page.evaluate("document.body.setAttribute('data-jp-theme-light', 'false')")
    assert page.evaluate(COLOURS) == dark != light


def test_in_print_the_still_takes_its_place(live):
    still, stage = live.locator(".live-still"), live.locator(".live-stage")
    expect(still).to_be_hidden()
    expect(stage).to_be_visible()
    live.emulate_media(media="print")
    expect(still).to_be_visible()
    expect(stage).to_be_hidden()
    expect(live.locator(".live-asleep")).to_be_hidden()
    assert still.evaluate("async (i) => { await i.decode(); return i.naturalWidth }") > 600


def test_without_scripts_there_is_a_still_and_a_sentence(browser: Browser, files, name):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(files[name, "light"].as_uri())
    expect(page.locator(".live-still")).to_be_visible()
    expect(page.locator(".live-asleep")).to_be_visible()
    expect(page.locator(".live-asleep")).to_contain_text("A still picture")
    expect(page.locator("input")).to_have_count(0)
    context.close()


def test_two_of_a_kind_in_one_page_live_apart(page, figures, tmp_path, name):
    file = tmp_path / "two.html"
    file.write_text(f"<!doctype html><meta charset=utf-8>{figures[name].html * 2}", "utf-8")
    watch = Watch().on(page)
    page.goto(file.as_uri())
    says = page.locator(SAYS)
    before = says.nth(1).inner_html()
    page.locator(".live-stage").nth(0).get_by_role("slider").last.press("ArrowRight")
    assert says.nth(1).inner_html() == before != says.nth(0).inner_html()
    assert watch.problems == []
