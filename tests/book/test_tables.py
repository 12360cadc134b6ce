"""Tables of figures that a chapter copies from `bench/README.md` are those of the table there."""

import json
import re
from collections.abc import Iterator
from functools import cache
from statistics import mean, stdev

import pytest

from tests.book.course import ROOT
from tests.book.test_measured import close

CHAPTERS = "2-2-latent-diffusion", "2-2-1-guidance", "2-2-2-words", "3-1-dit"
FIGURE = re.compile(r"([\d.,]+)(?: ± ([\d.]+))?(?: \([^)]*\))?( %| million)?")
Table = list[dict[str, str]]  # rows by the heads of their columns

# A table's first head: how many columns name a row; what heads and names are called in bench.
SAME = {
    "minutes": (
        2,
        {
            "on": "model",
            "ms per step": "ms a step",
            "ms per picture": "ms a picture",
            "count kept": "count, one shape",
            "colour kept": "colour, one shape",
            "whole": "whole, one shape",
            "Fréchet distance": "Fréchet",
        },
    ),
    "captions": (2, {"two shapes, kept back": "two, kept back"}),
    "network": (3, {}),
    "where two shapes stand": (1, {}),
    "N": (2, {}),
    "300 scenes, made four times larger": (
        1,
        {
            "300 scenes, made four times larger": "made four times larger",
            "levels off, made small again": "levels off, made small again: mean (most)",
            "enlarged by bicubic curves": "bicubic",
            "drawn by `scenes-upscale`": "scenes-upscale",
            "drawn, and the means repaired": "scenes-upscale, `matched`",
        },
    ),
    "300 scenes with a hole": (
        1,
        {
            "300 scenes with a hole": "a hole filled in",
            "the hole left grey": "left grey",
            "filled in by `scenes-words`, which was not trained for it": (
                "scenes-words, told nothing, by the hook `inpaint`"
            ),
            "filled in by `scenes-inpaint`": "scenes-inpaint",
        },
    ),
}
TRAININGS = "training"  # the first head of the table that takes its rows from several


def tables(markdown: str, filled: int) -> Iterator[Table]:
    """The tables of a text; an empty cell of the first columns is the one above."""
    for lines in re.findall(r"(?:^\|.*\|$\n?)+", markdown, re.M):
        head, _, *rows = ([c.strip() for c in x[1:-1].split("|")] for x in lines.splitlines())
        for above, row in zip(rows, rows[1:], strict=False):
            row[:filled] = (x or y for x, y in zip(row[:filled], above, strict=False))
        yield [dict(zip(head, row, strict=True)) for row in rows]


@cache
def of_bench() -> list[Table]:
    return [*tables((ROOT / "bench" / "README.md").read_text(), 1)]


def of_chapters() -> Iterator[tuple[str, Table]]:
    for chapter in CHAPTERS:
        for cell in json.loads((ROOT / "book" / f"{chapter}.ipynb").read_text())["cells"]:
            if cell["cell_type"] == "markdown":
                for table in tables("".join(cell["source"]), 1):
                    yield chapter, table


def first(table: Table) -> str:
    return next(iter(table[0]))


def has_figures(table: Table) -> bool:
    """Whether two columns or more are figures in all rows."""
    columns = ({row[head] for row in table} - {""} for head in table[0])
    return sum(all(FIGURE.fullmatch(x) for x in column) for column in columns) > 1


COPIED = [(chapter, table) for chapter, table in of_chapters() if has_figures(table)]


def in_bench(first_head: str, **named: str) -> dict[str, str]:
    """The one row of bench with these cells, in the tables that begin so."""
    (row,) = (
        row
        for table in of_bench()
        if first(table) == first_head
        for row in table
        if named.items() <= row.items()
    )
    return row


def same(cell: str, found: str) -> bool:
    """Whether a figure is another one, rounded to the digits that it shows."""
    if not cell or not found:
        return cell == found
    (one, spread, unit), (other, other_spread, other_unit) = (
        FIGURE.fullmatch(x).groups() for x in (cell, found)
    )
    pairs = ((one, other), (spread, other_spread))
    return unit == other_unit and all(
        x is y or (x and y and close(float(x), float(y), len(x.partition(".")[2])))
        for x, y in pairs
    )


def differences(table: Table) -> list[str]:
    """What a chapter's table has otherwise than bench."""
    names, called = SAME[first(table)]
    found = []
    for row in table:
        as_there = {called.get(head, head): cell for head, cell in row.items()}
        named = {head: called.get(x, x) for head, x in [*as_there.items()][:names]}
        there = in_bench(called.get(first(table), first(table)), **named)
        for head, cell in [*as_there.items()][names:]:
            if not same(cell, there[head]):
                found.append(f"{[*named.values()]}, {head}: {cell!r}, in bench {there[head]!r}")
    return found


def test_no_table_of_figures_is_left_out() -> None:
    assert {first(table) for _, table in COPIED} == {*SAME, TRAININGS}


@pytest.mark.parametrize("name", SAME)
def test_a_table_of_a_chapter_is_that_of_bench(name: str) -> None:
    (table,) = (table for _, table in COPIED if first(table) == name)
    assert differences(table) == []


def whole(label: str, seen: str) -> tuple[str, str]:
    """Whole captions with one shape and with two, as bench has them for a training."""
    if label.startswith("shipped"):
        rows = (
            in_bench("captions", captions=x, scale="2") for x in ("one shape", "two, kept back")
        )
        return tuple(f"{row['whole']} %" for row in rows)
    if re.match(r"\d+ of ", label):  # on its way
        asked = {"million pictures": "one shape"}, {"million pictures": "two, kept back"}
        return tuple(f"{in_bench('million pictures', **x)[seen.split()[0]]} %" for x in asked)
    name = {
        "7367 steps of 32, three seeds": "the recipe, three seeds",
        "8050 steps of 128": "the recipe, batches of 128, 8050 steps",
    }.get(label, label)
    row = in_bench("", **{"": name, "scale": "2"})
    return tuple(_mean(row[head]) for head in ("one shape", "two, kept back"))


def _mean(cell: str) -> str:
    """Of one seed its figure, of several their mean and deviation."""
    seeds = [float(x) for x in cell.split(", ")]
    return f"{mean(seeds)} ± {stdev(seeds)} %" if seeds[1:] else f"{cell} %"


def test_how_long_to_train() -> None:
    (table,) = (table for _, table in COPIED if first(table) == TRAININGS)
    numbers = None
    for label, seen, *shares in (row.values() for row in table):
        numbers = re.search(r"([\d,]+)(?: of \d+)? steps of (\d+)", label) or numbers
        steps, batch = (int(x.replace(",", "")) for x in numbers.groups())
        assert same(seen, f"{steps * batch / 1e6} million"), label
        found = whole(label, seen)
        assert all(same(x, y) for x, y in zip(shares, found, strict=True)), (label, shares, found)


# ---------------------------------------------------------------- the comparing, seen red


@pytest.mark.parametrize(
    "cell, found, alike",
    [
        ("2 %", "1.7 %", True),
        ("1 %", "1.7 %", False),
        ("1.70", "1.70 (43)", True),
        ("1.71", "1.70 (43)", False),
        ("71 %", "71.2 (69.1 to 73.3) %", True),
        ("86 ± 1", "86 ± 1", True),
        ("86 ± 1", "86 ± 2", False),
        ("86", "86 ± 1", False),
        ("86", "86 %", False),
        ("", "", True),
        ("", "47", False),
    ],
)
def test_two_figures_are_compared_to_the_digits_that_are_shown(cell, found, alike) -> None:
    assert same(cell, found) is alike


@pytest.mark.parametrize("name", SAME)
def test_a_figure_that_was_changed_in_any_cell_is_found(name: str) -> None:
    (table,) = (table for _, table in COPIED if first(table) == name)
    for n, row in enumerate(table):
        for head in [*row][SAME[name][0] :]:
            changed = re.sub(r"\d", lambda d: str((int(d[0]) + 1) % 10), row[head], count=1)
            other = [*table[:n], row | {head: changed or "3"}, *table[n + 1 :]]
            assert len(differences(other)) == 1, (row, head)
