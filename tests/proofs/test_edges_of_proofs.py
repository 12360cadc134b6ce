"""The checkers of proofs at their edges: what they may not let through, and what they must."""

import math

import pytest
import sympy
from sympy import Abs, Eq, Integral, Product, Rational, S, Symbol, cos, exp, log, oo, pi, sin, sqrt

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
)
from companion.proofs.deciding import worked_out
from companion.proofs.display import tex
from companion.proofs.letters import alphas, eps, eps_t, i, t

a, b = sympy.symbols("a b", positive=True)
x, y, z = sympy.symbols("x y z", real=True)


def over_the_line(function, *letters):
    return Integral(function, *((letter, -oo, oo) for letter in letters))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (sin(x) ** 2 + cos(x) ** 2, S.One),  # only simplify sees it
        (sqrt(a**2 + 2 * a * b + b**2), a + b),
        (exp(a) * exp(b), exp(a + b)),
        (exp(x) * (a + b) - exp(x) * b, a * exp(x)),
        (exp((x + y) ** 2), exp(x**2) * exp(2 * x * y + y**2)),
        (log(a * b**2), log(a) + 2 * log(b)),
        (log(N(x, y, a)), -((x - y) ** 2) / (2 * a) - log(2 * pi * a) / 2),
        # Integrals, from the table of any book
        (over_the_line(exp(-a * x**2 + b * x), x), sqrt(pi / a) * exp(b**2 / (4 * a))),
        (over_the_line(a * exp(-(x**2) / 2 + y), x), a * exp(y) * sqrt(2 * pi)),
        (over_the_line(exp(-(x**2) - y**2 - x * y), x, y), 2 * pi / sqrt(3)),
        (over_the_line(N(x, y, a) * N(y, z, b), y), N(x, z, a + b)),
        (over_the_line(2 * density(x, given=y), x), 2 * over_the_line(density(x, given=y), x)),
        # Moments of a standard normal: 0, 1, 0, 3
        (Mean(eps), S.Zero),
        (Mean(a * eps**2 + b * eps**4), a + 3 * b),
        (Var(a * eps + b), a**2),
        (Var(a * eps - b * eps_t), a**2 + b**2),
        (Var(eps + eps_t + eps), S(5)),
        # Products
        (Product(alphas[i], (i, 1, t)), Product(alphas[i], (i, 1, t - 1)) * alphas[t]),
        (Product(alphas[i], (i, 1, 3)), alphas[1] * alphas[2] * alphas[3]),
    ],
)
def test_what_is_equal_is_found_equal(left, right):
    assert difference(left, right) == 0
    assert difference(right, left) == 0


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (a, a + Rational(2, 10**25)),  # just above what is taken for nothing
        (sin(x) ** 2 + cos(x) ** 2, S(2)),
        (exp(a) * exp(b), exp(a * b)),
        (over_the_line(exp(-a * x**2 + b * x), x), sqrt(pi / a) * exp(-(b**2) / (4 * a))),
        (over_the_line(exp(-a * x**2 + b * x), x), sqrt(pi / a) * exp(b**2 / (2 * a))),
        (over_the_line(N(x, y, a) * N(y, z, b), y), N(x, z, a - b + 1)),
        (over_the_line(N(x, y, a), x), over_the_line(density(x, given=y), x)),
        (Integral(exp(-(x**2)), (x, 0, oo)), sqrt(pi)),  # half a line
        (Mean(eps**2), S.Zero),
        (Mean(eps**4), S.One),
        (Var(eps**2), S.One),  # it is 2
        (Var(2 * eps), S(2)),
        (log(a + b), log(a) + log(b)),
        (log(N(x, y, a)), -((x - y) ** 2) / (2 * a) - log(2 * pi * a)),
        (Product(alphas[i], (i, 1, t)), Product(alphas[i], (i, 1, t - 1)) * alphas[t - 1]),
        (Product(alphas[i], (i, 1, t)), Product(alphas[i], (i, 1, t - 1))),
        (alphas[t], alphas[t - 1]),
        (density(x, y), density(x, given=y)),
        (density(x), density(y)),
    ],
)
def test_what_differs_is_found_different(left, right):
    assert difference(left, right) != 0
    assert difference(right, left) != 0


@pytest.mark.parametrize(
    ("left", "right", "words"),
    [
        (
            Abs(x),
            x,
            "undecided: .* in numbers the two sides agree",
        ),  # it holds where it is looked at
        (a, a + Rational(1, 10**26), "undecided: .* in numbers the two sides agree"),
        (log(S.Zero), a, "undecided"),
        (1 / (a - a), a, "undecided"),
    ],
)
def test_what_can_not_be_decided_is_said(left, right, words):
    with pytest.raises(ProofError, match=words):
        difference(left, right)


def test_what_is_left_over_is_left_minus_right():
    assert difference(a + b, b) == a and difference(b, a + b) == -a


@pytest.mark.parametrize(
    "kept",
    [
        over_the_line(exp(a * x**2), x),  # it has no end
        over_the_line(exp(b * x), x),
        over_the_line(exp(-(x**4)), x),
        over_the_line(x * exp(-(x**2)), x),  # not of exponentials alone
        Integral(exp(-(x**2)), (x, 0, oo)),
        Integral(a, (x, -oo, oo)),
    ],
)
def test_an_integral_that_is_no_gaussian_over_the_line_is_kept(kept):
    assert worked_out(kept) == kept
    assert worked_out(b * kept) == b * kept


def test_factors_without_the_variable_stand_in_front_of_what_is_kept():
    inner = x * exp(-(x**2))
    assert worked_out(over_the_line(a * y * inner, x)) == a * y * over_the_line(inner, x)


# -------------------------------------------------------------------------------- derivations


def proof(*steps, claims=(), given=()):
    return Derivation("a proof", ("0-0",), steps, claims, given)


def test_a_proof_counts_its_lines_but_those_that_are_given_or_give_a_letter():
    given = Given("a fact", x, a + b)
    steps = (
        Let("a letter", y, 2 * a),
        *chain(x, ("given", a + b), ("turned round", b + a + 0), ("twice", (2 * a + 2 * b) / 2)),
        Step("another", y + x, 3 * a + b),
    )
    assert proof(*steps, given=(given,)).verify() == 2 + 1  # x = a + b is the same line twice
    assert proof(*chain(a + a, ("once", 2 * a), ("again", 4 * a / 2))).verify() == 2
    assert proof().verify() == 0


def test_a_chain_joins_each_line_to_the_one_above():
    first, second, third = chain(a, ("one", b), ("two", x), ("three", y))
    assert (first.left, first.right, first.joins, first.words) == (a, b, False, "one")
    assert (second.left, second.right, second.joins) == (b, x, True)
    assert (third.left, third.right, third.joins, third.words) == (x, y, True, "three")
    assert not Step("alone", a, a).joins


def test_the_first_line_can_not_go_on_from_another():
    with pytest.raises(
        ProofError, match=r"a proof, line 1 \(one\): does not go on from the line above"
    ):
        proof(Step("one", a, a, joins=True)).verify()


def test_a_line_is_named_with_what_is_left_over():
    with pytest.raises(ProofError) as error:
        proof(Let("y", y, a), *chain(a, ("right", 2 * a / 2), ("wrong", 3 * a))).verify()
    assert str(error.value) == "a proof, line 3 (wrong): left - right leaves -2*a, not 0"
    with pytest.raises(ProofError, match=r"a proof, line 1 \(open\): undecided"):
        proof(Step("open", Abs(x), x)).verify()


@pytest.mark.parametrize(
    ("steps", "given"),
    [
        ((Let("", x, a),), (Given("", b, x + 1),)),  # in a fact's right side
        ((Let("", x, a),), (Given("", x + 1, b),)),  # in its left
        ((Step("", a + x, x + a), Let("", x, b)), ()),
        ((Let("", y, x), Let("", x, b)), ()),  # in another letter's meaning
        ((Let("", x, x),), ()),
    ],
)
def test_a_letter_is_new_only_if_nothing_above_has_it(steps, given):
    with pytest.raises(ProofError, match="the letter x is not new"):
        proof(*steps, given=given).verify()


def test_a_letter_may_stand_below_its_line():
    assert proof(Let("", x, a), Step("", x + 1, a + 1), Step("", 2 * x, a + a)).verify() == 2


def test_facts_may_rest_on_facts_as_deep_as_there_are():
    """Each is only seen when the one before is put in, two of them inside a mean."""
    letters = sympy.symbols("c:8", real=True)
    given = tuple(Given("", c, d + 1) for c, d in zip(letters, letters[1:], strict=False))
    last = Given("", letters[-1], Mean(a * eps + y))
    deeper = Given("", y, Mean(z + eps))
    assert proof(Step("", letters[0], z + 7), given=(*given, last, deeper)).verify() == 1
    with pytest.raises(ProofError, match="leaves"):
        proof(Step("", letters[0], z + 8), given=(*given, last, deeper)).verify()


def test_claims_are_reached_from_the_start_of_their_own_chain():
    lines = (*chain(2 * a, ("", a + a), ("", 4 * a / 2)), *chain(3 * b, ("", b + 2 * b)))
    for left, right in ((2 * a, a + a), (2 * a, 4 * a / 2), (3 * b, b + 2 * b)):
        proof(*lines, claims=(equation(left, right),)).verify()
    steps = (Step("one", x, x + 0 * a), Step("two", y, y), Step("on", y, y, joins=True))
    proof(*steps, claims=(equation(y, y), equation(x, x))).verify()
    for wrong in (equation(x, y), equation(3 * b, a + a), equation(2 * a, 3 * b)):
        with pytest.raises(ProofError, match="a proof: no chain of lines reaches"):
            proof(*lines, claims=(wrong,)).verify()


def test_every_claim_is_looked_at_and_every_fact():
    good, bad = equation(a + a, 2 * a), equation(a + b, 2 * a)
    step = Step("", a + a, 2 * a)
    for claims in ((good, bad), (bad, good)):
        with pytest.raises(ProofError, match="reaches"):
            proof(step, claims=claims).verify()
    other = proof(Step("", x, a), claims=(equation(x, a),), given=(Given("", x, a),))
    proved, wrong = (Given("it", x, right, proof=lambda: other) for right in (a, b))
    assert proof(step, given=(proved,)).verify() == 1
    for given in ((wrong,), (Given("", y, b), wrong), (wrong, Given("", y, b))):
        with pytest.raises(ProofError, match="a proof: it is not what <lambda> proves"):
            proof(step, given=given).verify()


def test_a_counterexample_is_of_exact_numbers():
    values = {a: S(2), b: S(3)}
    assert Counterexample(x, a**b, a * b, values).verify() == (8, 6)
    for printed, proved in ((a + x, a), (a, a + x)):
        with pytest.raises(ProofError, match="are not numbers"):
            Counterexample(y, printed, proved, values).verify()
    with pytest.raises(ProofError, match="the printed and the proved side agree at"):
        Counterexample(x, a + b, S(5), values).verify()


def test_numeric_takes_its_letters_in_the_order_asked_for():
    f = numeric(a - 2 * b + eps, b, eps, a)
    assert f(1.0, 10.0, 100.0) == 108.0
    assert numeric(N(x, y, a), x, y, a)(1.0, 0.0, 4.0) == pytest.approx(
        math.exp(-1 / 8) / math.sqrt(8 * math.pi)
    )


def test_the_normal_density_in_numbers():
    for form in (normal(x, y, a), N(x, y, a).doit()):
        value = form.subs({x: 1, y: 3, a: 2}).evalf()
        assert float(value) == pytest.approx(math.exp(-1) / math.sqrt(4 * math.pi))


def test_a_density_of_one_or_several_given_one_or_several():
    assert density(x, given=y) == density(x, given=(y,))
    assert density(x, y).args[0] == (x, y) and density(x, y).args[1] == ()
    assert density(x, given=(y, z)).args[1] == (y, z)
    assert tex(density(x, y)) == "q(x, y)"
    assert tex(density(x, given=(y, z)) ** 2) == r"q^{2}(x \mid y, z)"
    assert tex(density(x) ** 2) == "q^{2}(x)"
    assert tex(N(x, y, a) ** 2) == r"\mathcal N^{2}\left(x;\ y,\ a\right)"
    assert tex(Mean(eps) ** 2) == r"\mathbb E^{2}\left[{\epsilon}\right]"
    assert tex(Var(x) ** 2) == r"\mathrm{Var}^{2}\left[x\right]"
    assert (
        tex(Mean(x)) == r"\mathbb E\left[x\right]" and tex(Var(x)) == r"\mathrm{Var}\left[x\right]"
    )


def test_a_derivation_is_shown_line_by_line():
    given = (Given("a fact", x, a), Given("used", y, b), Given("alike", Symbol("z"), z))
    steps = (Let("a name", Symbol("w"), a + 1), *chain(x, ("taken", a), ("halved", 2 * a / 2 + 0)))
    shown = Derivation("a proof", ("0-0", "0-1"), steps, (), given)
    assert shown._repr_markdown_() == "\n\n".join(
        [
            "**a proof** · (0-0), (0-1)",
            "- Given: used",
            "  \\begin{equation*}\n  y = b\n  \\end{equation*}",
            "- Given: alike",
            "1. a name",
            "   \\begin{equation*}\n   w := 1 + a\n   \\end{equation*}".replace(
                "1 + a", tex(a + 1)
            ),
            "2. taken *(given)*",
            "   \\begin{equation*}\n   x = a\n   \\end{equation*}",
            "3. halved",
            "   \\begin{equation*}\n   = a\n   \\end{equation*}",
        ]
    )
    assert repr(shown) == "<a proof: 0-0, 0-1, 3 lines>"
    assert shown.states(given[0]) and not shown.states(given[1])
    assert shown.is_given(steps[1]) and not shown.is_given(steps[2])


def test_an_equation_is_not_decided_when_it_is_written():
    assert isinstance(equation(a, a), Eq) and isinstance(equation(a, a + 1), Eq)
