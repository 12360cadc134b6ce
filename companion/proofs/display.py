"""TeX as the book writes it, printed from the very expressions that are checked."""

from sympy import Add, Expr, Integral, Mul, Rational, S, exp
from sympy.printing.latex import LatexPrinter
from sympy.stats.rv import RandomSymbol

from companion.proofs.letters import Data

HALF = Rational(1, 2)


class BookPrinter(LatexPrinter):
    """TeX as the book writes it.

    A weight is one fraction with one root above and one below, and what it weighs (data,
    noise, an exponential, an integral) stands behind it. In a sum what is added comes
    before what is taken away.
    """

    def _as_ordered_terms(self, expr: Add, order: str | None = None) -> list[Expr]:
        terms = super()._as_ordered_terms(expr, order)
        return sorted(terms, key=_rank)

    def _print_Mul(self, expr: Mul) -> str:
        number, factors = expr.as_coeff_mul()
        sign = "- " if number.is_negative else ""
        weighed = [f for f in expr.as_ordered_factors() if _is_weighed(f)]
        above, below = _fraction(abs(number), [f for f in factors if not _is_weighed(f)])
        if not above and below and all(isinstance(f, Data) for f in weighed):
            above, weighed = weighed, []
        front = self._product(above, alone=bool(below) or not weighed)
        if below:
            front = rf"\frac{{{front or 1}}}{{{self._product(below)}}}"
        alone = not (front or weighed[1:])
        return f"{sign}{front} {self._product(weighed, alone)}".strip()

    def _product(self, factors: list[Expr], alone: bool = True) -> str:
        if alone and len(factors) == 1:
            return self._print(factors[0])
        return " ".join(
            rf"\left({self._print(f)}\right)" if f.is_Add else self._print(f) for f in factors
        )

    def _print_Integral(self, expr: Integral) -> str:
        return super()._print_Integral(expr).replace(r"\limits", "")

    def _print_exp(self, expr: Expr, exp: str | None = None) -> str:
        power = f"^{{{exp}}}" if exp else ""
        return rf"\exp{power}\left({self._print(expr.exp)}\right)"

    _print_ExpBase = _print_exp


def _rank(term: Expr) -> tuple[bool, bool]:
    """What is added before what is taken away, and noise last."""
    number, factors = term.as_coeff_mul()
    return bool(number.is_negative), any(isinstance(f, RandomSymbol) for f in factors)


def _is_weighed(factor: Expr) -> bool:
    """Whether the factor stands behind the fraction and not in it."""
    if isinstance(factor, Data | RandomSymbol | exp | Integral):
        return True
    return factor.is_Add and factor.has(Data)


def _fraction(number: Rational, factors: list[Expr]) -> tuple[list[Expr], list[Expr]]:
    """What stands above and what below the line, with the roots brought under one."""
    roots: dict[Expr, list[Expr]] = {HALF: [], -HALF: []}
    above, below = [], []
    for factor in Mul(*factors).as_ordered_factors() if factors else ():
        base, power = factor.as_base_exp()
        if power in roots:
            roots[power].append(base)
        elif power.is_negative:
            below.append(base**-power)
        else:
            above.append(factor)
    if S(2) in roots[HALF] and number.q % 2 == 0:  # 1/sqrt(2), which sympy turns around
        roots[HALF].remove(S(2))
        roots[-HALF].insert(0, S(2))
        number *= 2
    for power, side in ((HALF, above), (-HALF, below)):
        if roots[power]:
            product = Mul(*roots[power], evaluate=len(roots[power]) == 1)
            side.append(product**HALF if product.is_Atom else _Root(product))
    above += [S(number.p)] if number.p != 1 else []
    below += [S(number.q)] if number.q != 1 else []
    return sorted(above, key=_place), sorted(below, key=_place)


def _place(factor: Expr) -> tuple[bool, ...]:
    """Numbers first, then the root, and data last."""
    is_root = isinstance(factor, _Root) or factor.as_base_exp()[1] == HALF
    return not factor.is_Integer, not factor.is_number, factor.has(Data), not is_root


class _Root(Expr):
    """The root of a product, which sympy would take apart."""

    def _latex(self, printer: LatexPrinter) -> str:
        return rf"\sqrt{{{printer._print(self.args[0])}}}"


def tex(expression: Expr) -> str:
    """The expression as TeX."""
    return BookPrinter().doprint(expression)
