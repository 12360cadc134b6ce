"""Gradients as the book writes them, and the operator that stops one."""

from sympy import Expr, Function, S
from sympy.printing.latex import LatexPrinter


class Stopped(Function):
    """sg[u]: has the value of u and no slope; `.detach()` in PyTorch.

    `.doit()` gives the value.
    """

    nargs = 1

    def fdiff(self, argindex: int = 1) -> Expr:
        """No slope."""
        return S.Zero

    def doit(self, **hints: bool) -> Expr:
        """The value."""
        return self.args[0].doit(**hints)

    def _latex(self, printer: LatexPrinter, exp: str | None = None) -> str:
        power = f"^{{{exp}}}" if exp else ""
        return rf"\mathrm{{sg}}{power}\left[{printer.doprint(self.args[0])}\right]"


class Slope(Function):
    """The derivative of an expression by a letter, kept together until worked out.

    What is stopped in it counts as a constant; `.doit()` works it out.
    """

    nargs = 2

    def doit(self, **hints: bool) -> Expr:
        """The derivative."""
        return self.args[0].diff(self.args[1])

    def _latex(self, printer: LatexPrinter, exp: str | None = None) -> str:
        what, letter = map(printer.doprint, self.args)
        around = what if self.args[0].is_Atom else rf"\left({what}\right)"
        slope = rf"\frac{{\partial}}{{\partial {letter}}} {around}"
        return rf"\left({slope}\right)^{{{exp}}}" if exp else slope
