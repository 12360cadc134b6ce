"""Densities as sympy functions: named ones, and the normal density written out."""

from sympy import Expr, Function, Tuple, exp, pi, sqrt
from sympy.printing.latex import LatexPrinter


class q(Function):
    """A density without a formula: q of some variables, given others.

    `density(x_t, given=x_0)` makes one.
    """

    nargs = 2
    is_commutative = True  # a number, though its arguments are tuples

    def _latex(self, printer: LatexPrinter, exp: str | None = None) -> str:
        of, given = (", ".join(map(printer.doprint, part)) for part in self.args)
        power = f"^{{{exp}}}" if exp else ""
        return rf"q{power}({of} \mid {given})" if given else f"q{power}({of})"


def density(*of: Expr, given: Expr | tuple[Expr, ...] = ()) -> q:
    """q(of | given): the joint density of some variables, given others."""
    given = given if isinstance(given, tuple) else (given,)
    return q(Tuple(*of), Tuple(*given))


class N(Function):
    """N(x; mean, var), the normal density, kept together; `.doit()` writes it out."""

    nargs = 3

    def doit(self, **hints: bool) -> Expr:
        """The density written out."""
        return normal(*(part.doit(**hints) for part in self.args))

    def fdiff(self, argindex: int = 1) -> Expr:
        """The slope, as a multiple of the density itself."""
        x, mean, var = self.args
        pull = (mean - x) / var  # the score
        factor = {1: pull, 2: -pull, 3: (pull**2 - 1 / var) / 2}
        return factor[argindex] * self

    def _latex(self, printer: LatexPrinter, exp: str | None = None) -> str:
        x, mean, var = map(printer.doprint, self.args)
        power = f"^{{{exp}}}" if exp else ""
        return rf"\mathcal N{power}\left({x};\ {mean},\ {var}\right)"


class Mean(Function):
    """The mean of a weighted sum of noises, to be worked out."""

    nargs = 1

    def _latex(self, printer: LatexPrinter, exp: str | None = None) -> str:
        power = f"^{{{exp}}}" if exp else ""
        return rf"\mathbb E{power}\left[{printer.doprint(self.args[0])}\right]"


class Var(Function):
    """The variance of a weighted sum of noises, to be worked out."""

    nargs = 1

    def _latex(self, printer: LatexPrinter, exp: str | None = None) -> str:
        power = f"^{{{exp}}}" if exp else ""
        return rf"\mathrm{{Var}}{power}\left[{printer.doprint(self.args[0])}\right]"


def normal(x: Expr, mean: Expr, var: Expr) -> Expr:
    """The density N(x; mean, var) in one dimension, written out.

    All our covariances are var * I: each coordinate is one of these.
    """
    return exp(-((x - mean) ** 2) / (2 * var)) / sqrt(2 * pi * var)
