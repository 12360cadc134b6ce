"""The ledger: every numbered equation of the book, in one table."""

from companion.proofs.chapter_1 import rows, rows_predicted
from companion.proofs.chapter_2 import rows as rows_2
from companion.proofs.chapter_2 import rows_conditions
from companion.proofs.chapter_3 import rows as rows_3
from companion.proofs.row import Row

__all__ = ["ROWS", "Row"]

ROWS: tuple[Row, ...] = (
    *rows.ROWS,
    *rows_predicted.ROWS,
    *rows_2.ROWS,
    *rows_conditions.CONDITIONS,
    *rows_conditions.ROWS,
    *rows_3.ROWS,
)
