"""Division of whole numbers as a proof writes it: its quotient is sympy's floor."""

from sympy import Expr, Function, expand, floor
from sympy.printing.latex import LatexPrinter


class Remainder(Function):
    """u mod d, kept together until worked out; `u % d` in Python.

    `.doit()` writes it out, by its definition: u less d times the quotient.
    """

    nargs = 2

    def doit(self, **hints: bool) -> Expr:
        """The remainder, by the quotient."""
        u, d = (part.doit(**hints) for part in self.args)
        return u - d * floor(u / d)

    def _latex(self, printer: LatexPrinter, exp: str | None = None) -> str:
        u, d = (
            rf"\left({printer.doprint(part)}\right)" if part.is_Add else printer.doprint(part)
            for part in self.args
        )
        rest = rf"\left({u} \bmod {d}\right)"
        return f"{rest}^{{{exp}}}" if exp else rest


def divided(division: Expr) -> Expr:
    """A quotient or a remainder with all whole numbers taken out of the brackets."""
    if isinstance(division, Remainder):
        u, d = division.args
        return u - d * floor(expand(u / d))
    return floor(expand(division.args[0]))
