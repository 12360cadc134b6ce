"""How a derivation looks: numbered lines, the words, and below them the equation.

What is shown is printed from the very expressions that `verify` checks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sympy import Expr
from sympy.printing.latex import LatexPrinter

if TYPE_CHECKING:
    from companion.proofs.algebra import Derivation, Given, Let, Step



class BookPrinter(LatexPrinter):
    """TeX as the book writes it: coefficients before the data, positive terms first."""

    def __init__(self) -> None:
        super().__init__({"fold_short_frac": False})

    def _print_exp(self, expr: Expr, exp: str | None = None) -> str:
        power = f"^{{{exp}}}" if exp else ""
        return rf"\exp{power}\left({self._print(expr.exp)}\right)"

    _print_ExpBase = _print_exp


def tex(expression: Expr) -> str:
    """The expression as TeX."""
    return BookPrinter().doprint(expression)


def markdown(derivation: Derivation) -> str:
    """A derivation as Markdown, for JupyterLab and for the built book."""
    numbers = ", ".join(f"({number})" for number in derivation.equations)
    lines = [f"**{derivation.name}** · {numbers}"]
    for fact in derivation.given:
        lines.append(f"- Given: {fact.words}")
        lines.append(_display(fact, "=", indent="  "))
    for number, step in enumerate(derivation.steps, start=1):
        sign = ":=" if type(step).__name__ == "Let" else "="
        mark = f"{number}. "
        lines.append(f"{mark}{step.words}")
        lines.append(_display(step, sign, indent=" " * len(mark)))
    return "\n\n".join(lines)


def _display(line: Step | Let | Given, sign: str, indent: str) -> str:
    left = "" if getattr(line, "joins", False) else tex(line.left)
    return f"{indent}$$\n{indent}{left} {sign} {tex(line.right)}\n{indent}$$"
