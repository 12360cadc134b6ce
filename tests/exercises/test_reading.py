"""Text is parsed and never run, and a right answer is right in whatever type it comes."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import sympy
import torch
from hypothesis import given
from hypothesis import strategies as st
from sympy import (
    Derivative,
    Eq,
    Integral,
    Limit,
    Product,
    Rational,
    Sum,
    exp,
    log,
    oo,
    sqrt,
    symbols,
)

from companion import exercises
from companion.exercises import EXERCISES, Status, reading
from companion.exercises.checkers import FormulaChecker
from tests.exercises.bounded import bounded
from tests.exercises.planted import RIGHT

here = pytest.mark.usefixtures("in_this_process")  # what is said is looked at, not where
BY_NAME = {exercise.name: exercise for exercise in EXERCISES}
FORMULAS = [e.name for e in EXERCISES if isinstance(e.checker, FormulaChecker)]
NAMES = ("ab_s", "ab_t", "beta", "x0", "E1", "S", "N", "gamma")
KNOWN = {name: sympy.Symbol(name) for name in NAMES}


# ------------------------------------------------------------------ text: what it means


def terms():
    """Texts of formulas, from the grammar that a reader writes in."""
    numbers = st.sampled_from(["0", "1", "2", "17", "0.5", "2.25", "1e-3", "3.", "pi", "E"])
    leaves = numbers | st.sampled_from(NAMES)

    def larger(inner):
        pair = st.tuples(inner, st.sampled_from([" + ", "-", "*", " / "]), inner).map("".join)
        signed = inner.map("-({})".format)
        powers = st.tuples(
            inner, st.sampled_from(["^", "**"]), st.sampled_from(["2", "(1/2)", "-1", "3"])
        )
        power = powers.map(lambda parts: "({}){}{}".format(*parts))
        calls = st.tuples(st.sampled_from(["sqrt", "exp", "log"]), inner).map(
            lambda parts: "{}({})".format(*parts)
        )
        return pair | signed | power | calls | inner.map("({})".format)

    return st.recursive(leaves, larger, max_leaves=8)


@given(terms())
def test_a_text_means_what_it_means_to_sympy(text):
    """The oracle is sympy's own parser, which runs what it reads; these texts are harmless."""
    theirs = sympy.sympify(text.replace("^", "**"), locals=KNOWN, rational=True)
    assert reading.formula(text, KNOWN) == theirs


@pytest.mark.parametrize(
    "text", [a for name in FORMULAS for a in RIGHT[name] if isinstance(a, str)]
)
def test_the_texts_of_readers_mean_what_they_mean_to_sympy(text):
    plain = {name: sympy.Symbol(name) for name in ("beta", "var", "keep", "alpha")}
    theirs = sympy.sympify(text.replace("^", "**"), rational=True, locals=plain)
    assert reading.formula(text, {}) == theirs


@pytest.mark.parametrize(
    "text, value",
    [
        ("Rational(1, 3)", Rational(1, 3)),
        ("log(8, 2)", 3),
        ("tanh(0) + cos(0) - cbrt(8)", -1),
        ("ln(E)", 1),
        ("Abs(-2) + Min(1, 2) - Max(3, 4)", -1),
        ("  1 -\t-1 ", 2),
        ("0.1 + 0.2 - 3/10", 0),
        ("2^3^2", 512),
        ("-2**2", -4),
    ],
)
def test_what_a_text_may_contain(text, value):
    assert reading.formula(text, {}) == value


@pytest.mark.parametrize("name", FORMULAS)
@here
def test_the_solution_as_text_is_right(name):
    solution = BY_NAME[name].solution
    text = str(solution(*map(sympy.Symbol, exercises.checkers.parameters(solution))))
    assert exercises.check(name, text).status == Status.CORRECT


# ------------------------------------------------------------------ text: it is not run

HARMFUL = [
    "__import__('pathlib').Path('{}').touch()",
    "open('{}', 'w')",
    "[open('{}', 'w')][0]",
    "(lambda: open('{}', 'w'))()",
    "sqrt(open('{}', 'w'))",
    "exp(*[open('{}', 'w')])",
    "log(x=open('{}', 'w'))",
    'S(\'open("{}", "w")\')',
    "Rational('1') + open('{}', 'w')",
    "x if open('{}', 'w') else 1",
    "().__class__.__base__.__subclasses__()[0](open('{}', 'w'))",
    "f\"{{open('{}', 'w')}}\"",
    "(y := open('{}', 'w'))",
]


@pytest.mark.parametrize("text", HARMFUL)
@pytest.mark.parametrize("name", FORMULAS[:2])
def test_a_text_is_never_run(name, text, tmp_path):
    file = tmp_path / "run"
    result = exercises.check(name, text.format(file))
    assert not file.exists()
    assert result.status == Status.STOPPED and "cannot be read as a formula" in result.words
    assert len(result.words) < 400


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 +",
        "2 x",
        "x.y",
        "x[0]",
        "'x'",
        "1j",
        "True",
        "x == 1",
        "x < 1",
        "not x",
        "~x",
        "x // 2",
        "x % 2",
        "x @ x",
    ]
    + [
        "x; y",
        "x = 1",
        "[1]",
        "1, 2",
        "...",
        "None",
        "sqrt",
        "sqrt()",
        "exp(1, 2)",
        "Rational(x, 2)",
        "\x00",
        "\ud800",
    ]
    + ["sen(x)", "f(x)", "sqrt(x)(y)", "lambda: 1", "yield", "#", "1_0__0", "0x"],
)
def test_what_is_no_formula_is_said(text):
    result = bounded("half-noise", text, seconds=30)
    assert result.status in (Status.STOPPED, Status.WRONG)
    assert "sympy" not in result.words and "Error" not in result.words
    if text != "sqrt":  # a name like another
        assert "cannot be read as a formula" in result.words


@pytest.mark.parametrize(
    "text, words",
    [
        ("10**10**10", "too large"),
        ("9^9^9^9", "too large"),
        ("beta**(10**9)", "too large"),
        ("((beta^1000)^1000)^1000", "too large"),
        ("((10^1000)^1000)^1000", "too large"),
        ("(1/3)^(10^10^3)", "too large"),
        ("10^400 * 2^(10^400)", "too large"),
        ("(1 + 10^300)^900", "too large"),
        ("9" * 60, "more than 50 digits"),
        ("1e999", "more than 50 digits"),
        ("9" * 5000, "5000 characters"),
        ("-" * 300 + "beta", "nested"),
        ("sqrt(" * 120 + "beta" + ")" * 120, "nested"),
        ("beta" + "+beta" * 300, "nested"),
        ("(" * 900 + "beta" + ")" * 900, "cannot be read"),
        ("beta^" * 300 + "2", "nested"),
    ],
)
def test_what_is_too_large_or_too_deep_is_said(text, words):
    result = bounded("half-noise", text, seconds=30)
    assert result.status == Status.STOPPED and words in result.words, result.words
    assert len(result.words) < 400


def test_an_exponent_that_a_person_writes_is_not_too_large():
    assert reading.formula("beta^1000 + 2^1000", {}) == sympy.Symbol("beta") ** 1000 + 2**1000


# --------------------------------------------------------- formulas that are only written down

BETA, KEEP, AB_T, VAR, U, N = symbols("beta keep ab_t var u n", positive=True)
INTEGER = symbols("n", integer=True, positive=True)


@pytest.mark.parametrize(
    "name, answer",
    [
        ("half-noise", Integral(-1 / (U * log(1 - BETA)), (U, 1, 2))),
        ("half-noise", Limit(-log(2 + U) / log(1 - BETA), U, 0)),
        ("half-noise", Derivative(-U * log(2) / log(1 - BETA), U)),
        ("average-memory", Sum(INTEGER * KEEP**INTEGER * (1 - KEEP), (INTEGER, 0, oo))),
        ("average-memory", KEEP * Sum(KEEP**INTEGER, (INTEGER, 0, oo))),
        ("average-memory", Eq(symbols("age"), KEEP * Derivative(-log(1 - KEEP), KEEP))),
        ("average-memory", lambda keep: keep * Derivative(-log(1 - keep), keep)),
        ("skipped-steps", Derivative(2 * AB_T ** Rational(3, 2) / 3, AB_T)),
        ("skipped-steps", sqrt(AB_T) * Product(1, (INTEGER, 1, 3))),
        ("skipped-steps", exp(Integral(1 / (2 * U), (U, 1, AB_T)))),
    ],
)
@here
def test_a_formula_that_is_only_written_down_is_right(name, answer):
    result = bounded(name, answer, seconds=60, memory=2**31)
    assert result.status == Status.CORRECT, result.words


@here
def test_a_formula_that_is_only_written_down_and_wrong_is_wrong():
    assert (
        exercises.check("average-memory", KEEP * Derivative(log(1 - KEEP), KEEP)).status
        == Status.WRONG
    )


# ------------------------------------------------------------------ numbers

TRUE = BY_NAME["late-posterior"].solution()


class OwnNumber:
    def __float__(self):
        return -0.6


@pytest.mark.parametrize(
    "answer",
    [
        Fraction(-3, 5),
        Decimal("-0.6"),
        Rational(-3, 5),
        sympy.Float("-0.6"),
        -sympy.sqrt(Rational(9, 25)),
        Integral(-U, (U, 0, sympy.sqrt(Rational(6, 5)))),
        Limit(Rational(-3, 5) + U, U, 0),
        Sum(-Rational(3, 10), (INTEGER, 1, 2)),
        Eq(symbols("m"), Rational(-3, 5), evaluate=False),
        np.float32(-0.6),
        np.float16(-0.6),
        np.longdouble(-0.6),
        np.array(-0.6),
        np.array([-0.6]),
        np.array(Fraction(-3, 5), dtype=object),
        torch.tensor(-0.6),
        torch.tensor([-0.6]),
        torch.tensor(-0.6, dtype=torch.bfloat16),
        torch.tensor(-0.6, requires_grad=True),
        OwnNumber(),
    ],
    ids=lambda a: f"{type(a).__module__}.{type(a).__name__}",
)
@here
def test_a_right_number_is_right_in_any_type(answer):
    result = exercises.check("late-posterior", answer)
    assert result.status == Status.CORRECT, result.words


@pytest.mark.parametrize(
    "answer",
    [
        True,
        "−0.6",
        "-0.6",
        b"1",
        1j,
        np.complex128(1),
        np.array([1, 2]),
        np.str_("1"),
        torch.ones(2),
        [0.6],
        {},
    ]
    + [symbols("x"), sympy.I, sympy.true, sympy.zoo, np.bool_(True), lambda: -0.6],
    ids=lambda a: f"{type(a).__name__}-{'' if callable(a) else a}",
)
@here
def test_what_is_no_number_is_named(answer):
    result = exercises.check("late-posterior", answer)
    assert result.status == Status.STOPPED and "expected one number" in result.words, result.words


@pytest.mark.parametrize(
    "answer",
    [
        10**400,
        Fraction(10**400, 3),
        Decimal("1e400"),
        Decimal("NaN"),
        float("inf"),
        np.nan,
        sympy.oo,
    ],
    ids=("whole", "fraction", "decimal", "no decimal", "float", "nan", "sympy"),
)
@here
def test_a_number_that_is_not_finite_is_said(answer):
    assert "expected a finite number" in exercises.check("late-posterior", answer).words


# ------------------------------------------------------------------ tensors

BETAS = [Fraction(1 + 2 * n, 1000) for n in range(100)]


@pytest.mark.parametrize(
    "answer",
    [
        BETAS,
        tuple(BETAS),
        [Decimal(b.numerator) / Decimal(b.denominator) for b in BETAS],
        [Rational(b.numerator, b.denominator) for b in BETAS],
        [float(b) for b in BETAS],
        [np.float64(b) for b in BETAS],
        [torch.tensor(float(b), dtype=torch.float64) for b in BETAS],
        np.array(BETAS, dtype=object),
        np.array([float(b) for b in BETAS], dtype=np.longdouble),
        np.array([float(b) for b in BETAS]),
        lambda: BETAS,
    ],
    ids=lambda a: f"{type(a).__name__}",
)
@here
def test_a_row_of_betas_is_right_in_any_type(answer):
    result = exercises.check("design-schedule", answer)
    assert result.status == Status.CORRECT, result.words


def as_fractions(value):
    return [[Fraction(number) for number in row] for row in value.tolist()]


def as_sympy(value):
    return tuple(tuple(sympy.Float(number, 30) for number in row) for row in value.tolist())


def as_objects(value):
    return value.numpy().astype(object)


@pytest.mark.parametrize(
    "convert",
    [torch.Tensor.tolist, torch.Tensor.numpy, as_fractions, as_sympy, as_objects],
)
@here
def test_right_values_are_right_in_any_type(convert):
    for name in ("add-noise", "misprints", "general-posterior"):
        exercise = BY_NAME[name]

        def answer(*args, solution=exercise.solution):
            value = solution(*args)
            if isinstance(value, tuple):
                return tuple(map(convert, value))
            return convert(value)

        result = exercises.check(name, answer)
        assert result.status == Status.CORRECT, result.words


@here
def test_whole_numbers_are_read_as_whole_numbers():
    solution = BY_NAME["nearest-code"].solution
    assert (
        exercises.check("nearest-code", lambda h, e: solution(h, e).tolist()).status
        == Status.CORRECT
    )


@pytest.mark.parametrize(
    "value, expected",
    [
        ([1, 2], torch.tensor([1, 2])),
        ([1, 0.5], torch.tensor([1, 0.5], dtype=torch.float64)),
        (Fraction(1, 2), torch.tensor(0.5, dtype=torch.float64)),
        ([[1], [Decimal("0.5")]], torch.tensor([[1], [0.5]], dtype=torch.float64)),
        ([10**400, -(10**400)], torch.tensor([torch.inf, -torch.inf], dtype=torch.float64)),
        (np.float32(0.5), torch.tensor(0.5)),
        (np.arange(3), torch.arange(3)),
    ],
)
def test_numbers_become_a_tensor(value, expected):
    torch.testing.assert_close(reading.tensor(value), expected, rtol=0, atol=0)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "1",
        [],
        [[1], [1, 2]],
        [None],
        ["1"],
        [torch.ones(2), torch.ones(2)],
        {1},
        object(),
        np.array(["a"]),
        True,
    ],
)
def test_what_is_no_row_of_numbers_is_none(value):
    assert reading.tensor(value) is None
