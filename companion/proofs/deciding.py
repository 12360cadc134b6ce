"""When two expressions are equal: a proof, a witness against it, or an error.

`difference` never guesses. A difference of 0 has been derived symbolically and then
looked at in numbers; another one comes with numbers where the two sides do differ.
"""

from collections.abc import Callable
from functools import cache
from random import Random

from sympy import (
    Add,
    Derivative,
    Dummy,
    Expr,
    Indexed,
    Integer,
    Integral,
    Mul,
    Pow,
    Product,
    Rational,
    S,
    Subs,
    Sum,
    cos,
    exp,
    expand,
    expand_log,
    expand_trig,
    factor,
    floor,
    integrate,
    log,
    numer,
    oo,
    simplify,
    sin,
    together,
)
from sympy.core.function import AppliedUndef
from sympy.stats import Covariance, Expectation, Variance, covariance, variance
from sympy.stats import E as mean_of
from sympy.stats.rv import RandomSymbol

from companion.proofs.densities import Mean, N, Var, q
from companion.proofs.gradients import Slope, Stopped
from companion.proofs.letters import in_free_letters
from companion.proofs.whole_numbers import Remainder, divided

DIGITS, POINTS, TINY = 40, 3, Rational(1, 10**25)
MOST = 12  # of a whole number: small ones divide each other now and then


class ProofError(AssertionError):
    """A line does not hold, does not follow on, or cannot be decided."""


@cache
def difference(left: Expr, right: Expr) -> Expr:
    """left - right: exactly 0 if the two are equal, what is left over otherwise.

    The letters of `letters.py` stand for every schedule; another symbol for every value that its
    assumptions allow. Integrals, sums, products, means and variances are worked out.

    Args:
        left: one side.
        right: the other.

    Returns:
        The difference in its normal form.

    Raises:
        ProofError: Where neither a proof nor a witness is found.
    """
    gap = worked_out(left) - worked_out(right)
    left_over = _normal_form(gap)
    witness = _differs_somewhere(gap)
    if left_over != 0 and not witness:
        left_over = simplify(left_over)
    if (left_over != 0) == witness:
        return left_over
    raise ProofError(
        f"undecided: {left_over} is left over symbolically, but in numbers the two "
        f"sides {'differ' if witness else 'agree'}"
    )


@cache
def worked_out(expression: Expr) -> Expr:
    """The expression without slopes, means, variances, densities and integrals."""
    for kind in (Slope, Stopped):  # first the slopes: only they see what is stopped
        expression = expression.replace(kind, lambda *of, kind=kind: kind(*of).doit())
    expression = expression.replace(lambda e: isinstance(e, Mean | Var), _moment)
    expression = in_free_letters(expression)
    expression = expression.replace(lambda e: isinstance(e, N), lambda e: e.doit())
    expression = expression.replace(lambda e: isinstance(e, Remainder | floor), divided)
    expression = expression.replace(lambda e: isinstance(e, sin | cos), _angle)
    expression = expression.replace(lambda e: isinstance(e, Integral), _integrated)
    expression = expression.replace(lambda e: isinstance(e, Sum), _summed)
    expression = expression.replace(lambda e: isinstance(e, log), _logarithm)
    return expression.replace(lambda e: isinstance(e, Product), _peeled)


def _logarithm(logarithm: Expr) -> Expr:
    """A logarithm as a sum of logarithms of what cannot be taken apart."""
    (inside,) = logarithm.args
    inside = inside.replace(lambda e: isinstance(e, N), lambda e: e.doit())
    return expand_log(log(_factored(inside)))


def _angle(wave: Expr) -> Expr:
    """The sine or cosine of a sum by those of its terms."""
    return expand_trig(wave.func(expand(wave.args[0])))


def _moment(moment: Expr) -> Expr:
    """A mean or variance of a weighted sum of noises, by the algebra of variances."""
    rules = {Mean: Expectation, Var: Variance}
    known = {Expectation: mean_of, Variance: variance, Covariance: covariance}
    inside = moment.args[0].replace(lambda e: isinstance(e, log), _logarithm)
    spread = rules[type(moment)](expand(inside)).expand()
    return spread.replace(
        lambda e: (
            type(e) in known and all(isinstance(a.as_base_exp()[0], RandomSymbol) for a in e.args)
        ),
        lambda e: _known(known[type(e)], *e.args),
    )


@cache
def _known(moment: Callable, *noises: RandomSymbol) -> Expr:
    """The mean, variance or covariance of plain noises, which sympy integrates."""
    return moment(*noises)


@cache
def _bell() -> tuple[Expr, Expr]:
    """The integral of exp(-A y^2 / 2) over the whole line, by sympy, and A."""
    A, y = Dummy("A", positive=True), Dummy("y", real=True)
    return integrate(exp(-A * y**2 / 2), (y, -oo, oo)), A


def _integrated(integral: Integral) -> Expr:
    """An integral over the whole line: of a Gaussian worked out, else taken apart.

    The square in the exponent is completed and the variable moved by a constant.
    Factors without the variable go in front, and of a sum each term has its integral. From one
    letter to another sympy integrates.
    """
    (x, low, high), *more = integral.limits
    if more:
        inner = _integrated(Integral(integral.function, integral.limits[0]))
        nested = Integral(inner, *more)  # sympy makes one integral of two
        return nested if nested == integral else _integrated(nested)
    factors = Mul.make_args(integral.function)
    inside = [f for f in factors if f.has(x)]
    front = Mul(*(f for f in factors if not f.has(x)))
    if not inside:
        return integral
    if low.is_Symbol and high.is_Symbol:
        return integrate(integral.function, (x, low, high))
    terms = _terms(Mul(*inside))
    if len(terms) > 1:  # of a sum, one by one
        return Add(*(_integrated(Integral(front * term, (x, low, high))) for term in terms))
    if (low, high) != (-oo, oo) or not all(isinstance(f, exp) for f in inside):
        return front * Integral(Mul(*inside), (x, low, high))
    exponent = Add(*(f.exp for f in inside))
    slope = exponent.diff(x)
    A = _factored(-slope.diff(x).doit())
    if A.has(x) or not A.is_positive:
        return integral
    B, C = (part.subs(x, 0) for part in (slope, exponent))
    bell, letter = _bell()
    return front * bell.subs(letter, A) * exp(C + B**2 / (2 * A))


def _summed(whole: Sum) -> Expr:
    """A sum with the factors that have no index in front of it."""
    factors = Mul.make_args(whole.function)
    index = whole.limits[0][0]
    front = Mul(*(f for f in factors if not f.has(index)))
    return front * Sum(Mul(*(f for f in factors if f.has(index))), *whole.limits)


def _terms(inside: Expr) -> tuple[Expr, ...]:
    """The terms of an integrand multiplied out, its densities left as they are."""
    whole = {part: Dummy(positive=True) for part in inside.atoms(exp, q)}
    back = {letter: part for part, letter in whole.items()}
    return tuple(t.xreplace(back) for t in Add.make_args(expand(inside.xreplace(whole))))


def _peeled(product: Product) -> Expr:
    """A product up to t as the product up to t - 1 times its last factor."""
    index, low, high = product.limits[0]
    if high.is_Symbol:
        last = product.function.subs(index, high)
        return Product(product.function, (index, low, high - 1)) * last
    return product.doit() if high.is_Integer else product


def _normal_form(gap: Expr) -> Expr:
    """The gap with roots of one kind and exponentials of one exponent collected."""
    terms: list[tuple[Expr, Expr]] = []
    for term in Add.make_args(expand(gap, deep=False)):
        factors = Mul.make_args(term)
        exponent = Add(*(f.exp for f in factors if isinstance(f, exp)))
        rest = Mul(*(f for f in factors if not isinstance(f, exp)))
        for place, (known, sum_of_rest) in enumerate(terms):
            if _rational_form(known - exponent) == 0:
                terms[place] = (known, sum_of_rest + rest)
                break
        else:
            terms.append((exponent, rest))
    return Add(*(_rational_form(rest) * exp(e) for e, rest in terms))


@cache
def _rational_form(expression: Expr) -> Expr:
    """A fraction of polynomials in letters and roots: 0 only if it vanishes."""
    simple_roots = expression.replace(
        lambda e: isinstance(e, Pow) and not e.exp.is_Integer and e.base != S.Exp1,
        lambda e: _factored(e.base) ** e.exp,
    )
    whole = together(simple_roots)
    return S.Zero if expand(numer(whole)) == 0 else whole


@cache
def _factored(expression: Expr) -> Expr:
    return factor(together(expression))


def _differs_somewhere(gap: Expr) -> bool:
    """Whether the gap is not 0 at one of a few random points, to 40 digits.

    What has no formula (a density, a function, its slope) is a letter there.
    """
    unknown = gap.atoms(q, Integral, Indexed, Product, Sum, AppliedUndef, Derivative, Subs)
    gap = gap.xreplace({e: Dummy(positive=True) for e in unknown})
    random = Random(0)
    letters = sorted(gap.free_symbols, key=str)
    for _ in range(POINTS):
        drawn = {letter: random.randint(1, 999) for letter in letters}
        point = {
            letter: Integer(1 + n % MOST) if letter.is_integer else Rational(n, 1000)
            for letter, n in drawn.items()
        }
        value = gap.xreplace(point).evalf(DIGITS)
        if not value.is_finite:
            raise ProofError("undecided: one side is not finite, or is no number")
        if abs(value) > TINY:
            return True
    return False
