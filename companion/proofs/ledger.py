"""The ledger: every numbered equation of the book, in one table."""

from companion.proofs.chapter_1 import rows as chapter_1
from companion.proofs.row import Row

__all__ = ["ROWS", "Row"]

ROWS: tuple[Row, ...] = (*chapter_1.ROWS,)
