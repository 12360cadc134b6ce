"""Formulas as the build rewrites them: coloured, broken for a phone, said in words."""

import colorsys
import re

import pytest

from companion.plots import COLORS
from companion.proofs import ledger
from tests.book.course import BOOK, texts
from tests.book.extension import extension
from tests.book.test_tex import formulas, tex_problems

tex = extension("tex")


@pytest.mark.parametrize(
    "written, coloured",
    [
        ("x_0", r"{\class{signal}{x_0}}"),
        ("x_{0}^2 + 1", r"{\class{signal}{x_{0}^2}} + 1"),
        (r"\hat x_0", r"{\class{signal}{\hat x_0}}"),
        (r"\hat{x}_0", r"{\class{signal}{\hat{x}_0}}"),
        (r"(x_t - x_0)", r"(x_t - {\class{signal}{x_0}})"),
        (r"\frac{x_0}{2}", r"\frac{{\class{signal}{x_0}}}{2}"),
        (r"\epsilon", r"{\class{noise}{\epsilon}}"),
        (r"\bar\epsilon_t", r"{\class{noise}{\bar\epsilon_t}}"),
        (r"\sigma\epsilon'", r"\sigma{\class{noise}{\epsilon'}}"),
        (r"x^\epsilon_t", r"x^{\class{noise}{\epsilon}}_t"),
        (r"E_{x_0, \epsilon}", r"E_{{\class{signal}{x_0}}, {\class{noise}{\epsilon}}}"),
        (r"\epsilon_\theta(x_t)", r"{\class{learned}{\epsilon_\theta}}(x_t)"),
        (r"p_{\theta}(x_0)", r"{\class{learned}{p_{\theta}}}({\class{signal}{x_0}})"),
        (r"\hat x_\theta", r"{\class{learned}{\hat x_\theta}}"),
        (r"\textcolor{#c75800}{f_\theta(x_t, t)}", r"{\class{learned}{f_\theta(x_t, t)}}"),
        (r"\text{x_0} \tag{1-1}", r"\text{x_0} \tag{1-1}"),
        (r"x_{01} + x_t + y_0", r"x_{01} + x_t + y_0"),
        (r"\begin{aligned} x_0 \\ b \end{aligned}",
         r"\begin{aligned} {\class{signal}{x_0}} \\ b \end{aligned}"),
    ],
)  # fmt: skip
def test_what_is_data_noise_and_learned_has_its_class(written, coloured):
    assert tex.colour(written) == coloured


def plain(formula: str) -> str:
    """The formula without the braces and classes that colours bring."""
    while True:
        less = re.sub(
            r"\{\\class\{\w+\}\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}\}", r"\1", formula
        )
        if less == formula:
            return formula
        formula = less


def every_formula() -> list[str]:
    found = [f for page in texts().values() for text in page for f in formulas(text.text)]
    return found + [side for row in ledger.ROWS for side in (row.proved, row.printed or "") if side]


def test_colours_change_no_formula_of_the_book():
    """Take the classes out, and what was written is there again, letter by letter."""
    found = every_formula()
    assert len(found) > 500
    for formula in found:
        written = re.sub(r"\\textcolor\{#\w{6}\}\{((?:[^{}]|\{[^{}]*\})*)\}", r"\1", formula)
        coloured = tex.colour(formula)
        assert plain(coloured) == written
        assert tex_problems(coloured) == tex_problems(formula)


@pytest.mark.parametrize("formula", ["x_{0", "x}", r"\sqrt{x_0"])
def test_braces_that_do_not_match_are_refused(formula):
    with pytest.raises(ValueError, match="^formula: got"):
        tex.colour(formula)


# ---------------------------------------------------------------- contrast


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def hue(colour: str) -> float:
    return colorsys.rgb_to_hsv(*(int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)))[0]


@pytest.mark.parametrize("theme, page", [("", "#ffffff"), ('[data-theme="dark"]', "#121212")])
def test_the_colours_can_be_read_and_are_those_of_the_figures(theme, page):
    css = (BOOK / "_static" / "book.css").read_text("utf-8")
    rule = re.search(rf"^html{re.escape(theme)} \{{ (--book-signal.*?) \}}", css, re.M)[1]
    found = dict(re.findall(r"--book-(\w+): (#[0-9a-f]{6})", rule))
    assert {*found} == {"signal", "noise", "learned"}
    figures = {"signal": "signal", "noise": "noise", "learned": "other"}
    for name, colour in found.items():
        assert contrast(colour, page) >= 4.5, name
        assert abs(hue(colour) - hue(COLORS[figures[name]])) < 0.03, name


# ---------------------------------------------------------------- lines for a phone

ROW_WRITTEN = r"x_{t-1} = \allowbreak a \allowbreak + b \tag{1-15}"
ROW_NARROW = "\n".join(
    [
        r"\begin{aligned}",
        r"& x_{t-1} = \cr",
        r"& \quad a \cr",
        r"& \quad + b",
        "\\end{aligned} \\tag{1-15\u200b}",
    ]
)


@pytest.mark.parametrize(
    "written, narrow",
    [
        (ROW_WRITTEN, ROW_NARROW),
        (
            "\\begin{aligned}\nx &= a \\allowbreak + b, \\\\\nc &= d\n\\end{aligned}",
            "\\begin{aligned}\nx &= a \\cr\n& \\quad + b, \\cr\nc &= d\n\\end{aligned}",
        ),
        (
            "\\begin{aligned}\nq(x) \\allowbreak &= a \\cr\n\\end{aligned} \\tag{1}",
            "\\begin{aligned}\n& q(x) \\cr\n& \\quad = a\n\\end{aligned} \\tag{1\u200b}",
        ),
    ],
)
def test_a_display_is_broken_where_it_says_so(written, narrow):
    assert tex.breakable(written)
    assert tex.narrow(written) == narrow
    assert tex_problems(tex.narrow(written)) == []


def test_a_break_inside_of_brackets_that_grow_is_refused():
    with pytest.raises(ValueError, match="^formula: got a break inside"):
        tex.narrow(r"x = \left( a \allowbreak + b \right)")
    assert tex.narrow(r"x = \allowbreak \left( a + b \right) \leftarrow y")


def test_on_a_desktop_it_is_in_one_piece():
    assert tex.wide(ROW_WRITTEN) == r"x_{t-1} = a + b \tag{1-15}"
    assert not tex.breakable(tex.wide(ROW_WRITTEN))


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    "formula, words",
    [
        (r"\bar\alpha_t", "α\u0304_t"),
        (r"x_{t-1}", "x_t-1"),
        (r"\sqrt{\beta}", "root of β"),
        (r"t \le 10", "t ≤ 10"),
        (r"\mathrm{SNR}(t)", "SNR(t)"),
    ],
)
def test_a_formula_in_words_holds_no_tex(formula, words):
    assert tex.in_words(formula) == words


def test_the_words_of_a_player_lose_their_tex_and_nothing_else():
    reading = extension("reading")
    html = '<img alt="left: $x_t$, right: $x_0$" src="a"><p title="$5">$x$</p>'
    found = reading.ALT.sub(lambda m: reading.without_tex(m[0]), html)
    assert found == '<img alt="left: x_t, right: x_0" src="a"><p title="$5">$x$</p>'


@pytest.mark.parametrize(
    "written, joined",
    [
        ("4.40 ± 0.14", "4.40~±~0.14"),
        ("51.3 %", "51.3~%"),
        ("2.1 ± 0.3 %", "2.1~±~0.3~%"),
        ("8 × 8 patches, 9 in all", "8~×~8 patches, 9 in all"),
        ("UNet, 3 of 3", "UNet, 3 of 3"),
        ("a % b ± c", "a % b ± c"),
    ],
)
def test_a_value_in_a_table_has_no_place_to_break(written, joined):
    assert extension("reading").whole(written) == joined.replace("~", "\N{NO-BREAK SPACE}")


@pytest.mark.parametrize(
    "code, name",
    [
        ("prove(proofs.last_term())", "Proof of (1-16c)"),
        ("prove(proofs.markov())", "Proof: the Markov property"),
        ("prove(proofs.one_bump())", "Proof: what one bump says"),
        ("last_term()", None),
    ],
)
def test_a_fold_has_the_numbers_or_the_title_of_its_proof(code, name):
    assert extension("reading").proof_name(code) == name


def test_a_proof_that_does_not_exist_has_no_title():
    with pytest.raises(ValueError, match="proof: got 'nothing', expected one of"):
        extension("reading").title_of("nothing")
