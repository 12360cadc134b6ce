"""The losses of a run, beside it: a table that a person can plot."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from warnings import warn

from companion.files import replaced

ROWS = 1000  # about so many, however long the run


class Record:
    """`NAME.losses.csv` beside the run `NAME.safetensors`: a row every so many steps.

    A row is the step, its loss, and the loss's terms where there are any; a term that
    the step did not have is left empty. Where a run goes on, the rows that lie behind
    its step are dropped, and come again to the same characters. The table never ends a
    run: where it cannot be written a warning says so, and no more is written.

    Args:
        path: of the run.
        steps: of the whole run.
        terms: the names of the terms.
    """

    def __init__(self, path: str | Path, steps: int, terms: Sequence[str] = ()) -> None:
        run = Path(os.path.realpath(path))
        self.path = run.with_name(run.name.removesuffix(".safetensors") + ".losses.csv")
        self.every = max(1, steps // ROWS)
        self.terms = terms
        self.head = ",".join(("step", "loss", *terms))
        self.begun = self.broken = False

    def go_on(self, step: int) -> None:
        """Keep the rows up to a step, the step of the run, and drop the others.

        Raises:
            ValueError: where the file of that name is something else.
            OSError: where it cannot be read.
        """
        rows = self._rows() if self.path.exists() else []
        kept = [row for row in rows if int(row.partition(",")[0]) <= step]
        text = "\n".join([self.head, *kept, ""])
        self._unless_broken(lambda: replaced(self.path, [text.encode()]))
        self.begun = True

    def discard(self) -> None:
        """Remove the file, if there has been a `go_on`."""
        if self.begun:
            self.path.unlink(missing_ok=True)

    def note(self, step: int, loss: float, parts: Mapping[str, float]) -> None:
        """Write the row of a step, if it is one of those that get one."""
        if step % self.every == 0:
            terms = (repr(parts[name]) if name in parts else "" for name in self.terms)
            self._unless_broken(lambda: self._append(",".join([str(step), repr(loss), *terms])))

    def _append(self, row: str) -> None:
        with open(self.path, "a", encoding="utf-8", newline="") as file:
            file.write(f"{row}\n")

    def _unless_broken(self, write: Callable[[], None]) -> None:
        if self.broken:
            return
        try:
            write()
        except OSError as error:
            self.broken = True
            warn(f"{self.path} gets no more losses, the run goes on ({error})", stacklevel=3)

    def _rows(self) -> list[str]:
        """The whole rows of the file: one that a kill has cut off is none."""
        head, *rows = self.path.read_text("utf-8", errors="replace").split("\n")[:-1] or [""]
        if head != self.head:
            raise ValueError(
                f"path: got a run beside which {self.path} is something else than its "
                f"losses, expected no such file, or one that begins with {self.head!r}"
            )
        commas = self.head.count(",")
        return [
            row for row in rows if row.partition(",")[0].isdecimal() and row.count(",") == commas
        ]
