"""Every numbered equation of the article, proved with sympy, and the ledger that keeps count."""

from companion.proofs.algebra import prove

__all__ = ["prove"]
