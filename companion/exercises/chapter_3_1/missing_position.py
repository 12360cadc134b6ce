"""Explore: what is wrong with these tables of places."""

from collections.abc import Mapping

from companion.exercises.chapter_3_1.mislaid import distances, mislaid
from companion.exercises.exercise import Exercise, Kind, Mistake
from companion.exercises.letters import LettersChecker

SAME = 1e-4  # two distances, or two places, that differ by less
OPTIONS: Mapping[str, str] = {
    "A": "all places would be equally near, in each of the six pictures.",
    "B": "the pictures would be made of stripes from left to right.",
    "C": "the pictures would be made of stripes from top to bottom.",
    "D": "row 1, column 2 would be as near as row 2, column 1: there would be two black places.",
    "E": "there would be a jump within a row, between the fourth place and the fifth.",
    "F": "the first place of a row would be a near neighbour of the last one of the row above.",
    "G": "the place below would be as near as the place beside it, everywhere.",
}


def which_tables() -> str:
    """A letter for each table, by a few distances; the first that holds."""
    letters = ""
    for table in mislaid().values():
        apart = distances(table)  # from row and column to row and column
        right, down = apart[0, 0, 0, 1], apart[0, 0, 1, 0]
        found = {
            "A": right < SAME and down < SAME,
            "B": right < SAME,
            "C": down < SAME,
            "D": apart[1, 2, 2, 1] < SAME,
            "E": abs(apart[0, 3, 0, 4] - right) > SAME,  # within a row
            "F": abs(apart[0, 5, 1, 0] - right) < SAME,  # from its end to the next
            "G": True,
        }
        letters += next(letter for letter, holds in found.items() if holds)
    return letters


EXERCISE = Exercise(
    name="missing-position",
    number="3.1.5",
    title="Lost on the grid",
    kind=Kind.EXPLORE,
    chapter="3-1-dit",
    difficulty=2,
    importance=2,
    minutes=15,
    answer="faults",
    stub="faults = None  # four letters in quotation marks, for P, Q, R and S",
    solution=which_tables,
    checker=LettersChecker(
        solution=which_tables,
        questions=("P", "Q", "R", "S"),
        options=OPTIONS,
        mistakes=(
            Mistake(
                "the right table has no jump. Compare the distance of neighbours all along the "
                "first row.",
                lambda: "GDBF",
            ),
            Mistake(
                "the jump comes after the fourth place, and not at the end of the row. How long "
                "were the rows of this table?",
                lambda: "FDBF",
            ),
            Mistake(
                "there are other black places than the marked one, but not where row and column "
                "have changed places.",
                lambda: "DDBF",
            ),
            Mistake(
                "each place may be near its neighbours, and still be taken for another. Look for a "
                "second black place.",
                lambda: "EGBF",
            ),
            Mistake(
                "the second black place is not the next in reading. What are its row and column?",
                lambda: "EFBF",
            ),
            Mistake(
                "row and column are both said here, and a place is told from its neighbours.",
                lambda: "EBBF",
            ),
            Mistake(
                "not all places are alike. Which of two neighbours are, those in a row or those in "
                "a column?",
                lambda: "EDAF",
            ),
            Mistake(
                "neighbours in one row are alike, so the row is said, and the column is not.",
                lambda: "EDCF",
            ),
            Mistake(
                "whole rows are alike here. With row and column added only pairs would be.",
                lambda: "EDDF",
            ),
            Mistake(
                "look at the place below the marked one: it is farther away than its neighbour "
                "in the row. In the right table the two are equally near.",
                lambda: "EDBG",
            ),
            Mistake(
                "there is no jump within a row, and none at its end either.",
                lambda: "EDBE",
            ),
            Mistake(
                "the places of a row differ from each other here, the more the farther.",
                lambda: "EDBB",
            ),
        ),
    ),
    meaning=(
        "Only Q and R take places for each other. P and S tell all of them apart, and still put "
        "the wrong places beside each other."
    ),
    hints=(
        "Ask three things of each table. Are two neighbours in a row alike? Two in a column? Is a "
        "place like the one with row and column changed over?",
        "If all places differ, walk along the first row and on into the second: "
        "`distances(table)[0, x, 0, x + 1]`, and `[0, 5, 1, 0]` at its end.",
    ),
    on_failure=(
        ("Stripes.", "What stays the same along a stripe is what the table does not say."),
        ("Two black places.", "Write down row and column of both."),
        ("One black place in each.", "Look for a jump, or for a missing one, at a row's end."),
    ),
    discussion=(
        "P was made for six rows of four and laid on four rows of six. Nothing complains, since "
        "both have 24 places. In Q the sines of row and column are added and not put side by side. "
        "In R both halves say the row. S counts the places as words of a sentence, so that the end "
        "of a row is beside the start of the next. In code:"
    ),
)
