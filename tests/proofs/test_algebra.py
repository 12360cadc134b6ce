"""The rules of a derivation, and the decision whether two expressions are equal."""

import re
from random import Random

import pytest
import sympy
from sympy import Eq, Integral, Rational, S, Sum, Symbol, exp, log, oo, pi, sqrt

from companion.proofs.algebra import (
    Counterexample,
    Derivation,
    Given,
    Let,
    Mean,
    N,
    ProofError,
    Step,
    Var,
    chain,
    density,
    difference,
    equation,
    normal,
    numeric,
    prove,
)
from companion.proofs.display import tex
from companion.proofs.letters import (
    ab_prev,
    ab_s,
    ab_t,
    alpha,
    alpha_t,
    beta_t,
    eps,
    eps_t,
    x_0,
    x_s,
    x_t,
)

a, b = sympy.symbols("a b", positive=True)
x, y = sympy.symbols("x y", real=True)
k, n = sympy.symbols("k n", integer=True, positive=True)
terms = sympy.IndexedBase("l", real=True)


@pytest.mark.parametrize(
    "left, right",
    [
        ((a + b) ** 2, a**2 + 2 * a * b + b**2),
        (sqrt(a) * sqrt(b), sqrt(a * b)),
        (beta_t, 1 - alpha_t),
        (alpha * ab_s, ab_t),
        (alpha_t * ab_prev, ab_t),
        (sqrt(ab_t / ab_s), sqrt(alpha)),
        (N(x, y, a), normal(x, y, a)),
        (Integral(N(x, y, a), (x, -oo, oo)), S.One),
        (Integral(exp(-(x**2)), (x, -oo, oo)), sqrt(pi)),
        (Var(a * eps + b * eps_t), a**2 + b**2),
        (Mean(a * eps + x), x),
        (Var(eps + eps), S(4)),
        (n * Sum(terms[k] / n, (k, 1, n)), Sum(terms[k], (k, 1, n))),
        (Sum(a * b * terms[k], (k, 1, n)), b * Sum(a * terms[k], (k, 1, n))),
        (Integral(1 / x, (x, a, b)), log(b / a)),
    ],
)
def test_what_is_equal_is_found_equal(left, right):
    assert difference(left, right) == 0


@pytest.mark.parametrize(
    "left, right",
    [
        ((a + b) ** 2, a**2 + b**2),
        (sqrt(a + b), sqrt(a) + sqrt(b)),
        (ab_t, ab_s),
        (alpha_t, alpha),
        (N(x, y, a), N(x, y, a**2)),
        (N(x, y, a), N(y, x, b)),
        (Integral(N(x, y, a), (x, -oo, oo)), sqrt(a)),
        (Var(a * eps + b * eps_t), (a + b) ** 2),
        (Var(a * eps + b * eps), a**2 + b**2),
        (density(x, given=y), density(y, given=x)),
        (a, a + Rational(1, 10**12)),
        (Sum(terms[k] / n, (k, 1, n)), Sum(terms[k], (k, 1, n))),
        (Sum(k * terms[k], (k, 1, n)), k * Sum(terms[k], (k, 1, n))),
        (Integral(1 / x, (x, a, b)), log(a / b)),
    ],
)
def test_what_differs_is_found_different(left, right):
    assert difference(left, right) != 0


def test_the_letters_reach_every_schedule_and_no_more():
    """alpha_bar falls: a false claim that holds for equal times only is refuted."""
    assert difference(alpha, S.One) != 0
    assert difference(sqrt((ab_s - ab_t) ** 2), ab_s - ab_t) == 0  # ab_s > ab_t


def test_what_is_not_finite_is_not_decided():
    with pytest.raises(ProofError, match="undecided"):
        difference(1 / (a - a.subs(a, a)), S.One)


def proof(*steps, claims=(), given=()):
    return Derivation("a proof", ("0-0",), steps, claims, given)


def test_a_proof_counts_what_it_proves_and_not_what_is_given():
    given = Given("a fact", x, a + b)
    lines = chain(x, ("given", a + b), ("turned round", b + a + 0), ("twice", (2 * a + 2 * b) / 2))
    assert proof(*lines, given=(given,)).verify() < len(lines)


def test_a_proof_is_proved_and_shown_in_one_call(capsys):
    lines = proof(*chain(a + a, ("twice", 2 * a), ("taken apart", a + 2 * a - a)))
    assert prove(lines) is lines
    assert capsys.readouterr().out == "lines proved: 2\n"
    with pytest.raises(ProofError, match=r"line 1 \(wrong\)"):
        prove(proof(*chain(a + a, ("wrong", 3 * a))))
    assert capsys.readouterr().out == ""


def test_a_line_that_does_not_hold_is_named():
    with pytest.raises(ProofError, match=r"line 2 \(wrong\): left - right leaves"):
        proof(*chain(a + a, ("right", 2 * a), ("wrong", 3 * a))).verify()


def test_a_chain_with_a_hole_is_found():
    steps = (Step("one", a, a), Step("two", 2 * b, b + b, joins=True))
    with pytest.raises(ProofError, match="line 2 .* does not go on"):
        proof(*steps).verify()


@pytest.mark.parametrize(
    "steps",
    [
        (Let("twice", x, a), Let("twice", x, b)),
        (Step("used before", x + a, x + a), Let("late", x, a)),
        (Let("by itself", x, x + 1),),
    ],
)
def test_a_letter_has_to_be_new(steps):
    with pytest.raises(ProofError, match="is not new"):
        proof(*steps).verify()


def test_a_letter_given_before_is_not_new():
    with pytest.raises(ProofError, match="is not new"):
        proof(Let("again", x, a), given=(Given("x", x, b),)).verify()


def test_facts_that_go_round_in_a_circle_are_found():
    given = (Given("one", x, y + 1), Given("the other", y, x - 1))
    with pytest.raises(ProofError, match="circle"):
        proof(Step("round", x, y + 1), given=given).verify()


def test_a_claim_is_reached_by_a_chain_from_its_start():
    lines = chain((a + b) ** 2, ("first", a**2 + b**2 + 2 * a * b), ("second", (b + a) * (a + b)))
    proof(*lines, claims=(equation((a + b) ** 2, lines[0].right),)).verify()
    with pytest.raises(ProofError, match="reaches"):
        proof(*lines, claims=(equation(lines[0].right, a**2),)).verify()


def test_an_equation_is_kept_as_it_is_written():
    assert equation(a, a) != S.true
    assert isinstance(equation(a, a), Eq)


def test_a_fact_in_other_letters_is_checked_against_its_proof():
    lines = chain(x, ("given", a))
    other = proof(*lines, claims=(equation(x, a),), given=(Given("x", x, a),))
    fact = Given("renamed", y, b, proof=lambda: other, at={x: y, a: b})
    proof(Step("used", y, b), given=(fact,)).verify()
    wrong = Given("renamed", y, a, proof=lambda: other, at={x: y, a: b})
    with pytest.raises(ProofError, match="is not what"):
        proof(Step("used", y, a), given=(wrong,)).verify()


def test_a_counterexample_needs_numbers_that_differ():
    good = Counterexample(x, a**2, a, {a: S(2)})
    assert good.verify() == (4, 2)
    with pytest.raises(ProofError, match="agree"):
        Counterexample(x, a**2, a, {a: S.One}).verify()


def test_numeric_takes_noise_for_a_number():
    f = numeric(x_t - sqrt(1 - ab_t) * eps, x_t, ab_t, eps)
    assert f(1.0, 0.75, 2.0) == 0.0


# ------------------------------------------------------------------------- the display


@pytest.mark.parametrize(
    "expression, shown",
    [
        (-alpha_t + 1, r"1 - {\alpha}_{t}"),
        (x_0 * sqrt(ab_t), r"\sqrt{\bar{\alpha}_{t}} {x}_{0}"),
        (1 / sqrt(2 * pi * a), r"\frac{1}{\sqrt{2 \pi a}}"),
        (sqrt(a) * sqrt(b), r"\sqrt{a b}"),
        ((a + b) * x_t, r"\left(a + b\right) {x}_{t}"),
        (a * x_0 / b, r"\frac{a}{b} {x}_{0}"),
        (x_0**2 / b, r"\frac{{x}_{0}^{2}}{b}"),
        (x_0 / b, r"\frac{{x}_{0}}{b}"),
        (-a / b, r"- \frac{a}{b}"),
        (Rational(3, 2) * a, r"\frac{3 a}{2}"),
        (density(x_s, given=(x_t, x_0)), r"q({x}_{s} \mid {x}_{t}, {x}_{0})"),
        (N(x_t, x_0, a), r"\mathcal N\left({x}_{t};\ {x}_{0},\ a\right)"),
    ],
)
def test_what_is_shown_reads_like_the_book(expression, shown):
    assert tex(expression) == shown


@pytest.mark.parametrize("seed", range(20))
def test_what_is_shown_is_what_is_checked(seed):
    """The printer moves factors and roots about: read back, they say the same."""
    random = Random(seed)
    letters = [a, b, Symbol("c", positive=True)]
    expression = S(random.choice([-2, -1, 1, 3])) / random.choice([1, 2, 4])
    for letter in letters:
        expression *= (letter + random.choice([0, 1])) ** Rational(
            random.choice([-2, -1, 1, 2]), random.choice([1, 2])
        )
    read = _read(tex(expression))
    values = {"a": 0.3, "b": 0.7, "c": 1.9}
    expected = float(expression.subs({k: values[k.name] for k in letters}))
    assert eval(read, {"sqrt": lambda v: v**0.5}, values) == pytest.approx(expected)


def _read(shown: str) -> str:
    """TeX of fractions, roots and powers as Python; braces nest."""
    shown = shown.replace(r"\left", "").replace(r"\right", "")
    out, i = "", 0

    def group(start: int) -> tuple[str, int]:
        depth, end = 0, start
        while True:
            depth += {"{": 1, "}": -1}.get(shown[end], 0)
            end += 1
            if depth == 0:
                return _read(shown[start + 1 : end - 1]), end

    while i < len(shown):
        if shown.startswith(r"\frac", i):
            above, i = group(i + 5)
            below, i = group(i)
            out += f" (({above})/({below}))"
        elif shown.startswith(r"\sqrt", i):
            inside, i = group(i + 5)
            out += f" sqrt({inside})"
        elif shown.startswith("^", i):
            inside, i = group(i + 1)
            out += f"**({inside})"
        else:
            out, i = out + shown[i], i + 1
    return re.sub(r"(?<=[\w)]) +(?=[\w(])", "*", out.strip())


def test_a_derivation_shows_its_facts_its_words_and_every_line():
    given = (Given("a fact", x, a), Given("looks alike", Symbol("x"), x))
    steps = (
        Let("a name", y, a + 1),
        *chain(x, ("taken", a), ("doubled, halved", 2 * a / 2)),
    )
    text = proof(*steps, given=given)._repr_markdown_()
    assert "a proof** · (0-0)" in text
    assert "1. a name" in text and "y := a + 1" in text
    assert "2. taken *(given)*" in text and "- Given: a fact" not in text
    assert "3. doubled, halved" in text
    assert "- Given: looks alike" in text and text.count("x = x") == 0
