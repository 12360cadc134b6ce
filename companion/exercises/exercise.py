"""What an exercise is, what a check answers, and how a checker says no."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import Protocol


class Status(StrEnum):
    """How an answer stands."""

    UNTOUCHED = "not attempted yet"
    STOPPED = "stopped"  # it could not be judged: a crash, no end, another type
    WRONG = "not yet"
    CORRECT = "correct"
    UNKNOWN = "unknown"  # there is no exercise of that name


class Kind(StrEnum):
    """What an exercise asks for."""

    DERIVE = "derive"
    IMPLEMENT = "implement"
    PREDICT = "predict"
    REPAIR = "break and repair"
    EXPLORE = "explore"


class Objection(Exception):
    """An answer that does not pass, in words for the reader."""

    def __init__(self, words: str, status: Status = Status.WRONG) -> None:
        super().__init__(words)
        self.words, self.status = words, status


class Checker(Protocol):
    """Judges an answer that is not the untouched stub."""

    def judge(self, answer: object) -> str:
        """What is to be added to "correct".

        Raises:
            Objection: The answer is not.
        """

    def prepare(self) -> None:
        """Compute, and keep, what a wrong answer is compared with. No answer is touched."""


@dataclass(frozen=True)
class Mistake:
    """A usual wrong answer, and what to say to the one who gives it.

    Attributes:
        says: the words for it.
        wrong: a function like the solution, with that mistake in it.
    """

    says: str
    wrong: Callable


def still_wrong(where: tuple[str, str, str], left: Callable[..., Callable]) -> tuple[Mistake, ...]:
    """The answers to a cell with three faults in which one, two or all of them are left.

    Args:
        where: for each fault, where to look, and what to ask there.
        left: whether each of the three is left, to the function with these faults.
    """
    count = ("one fault is", "two faults are", "three faults are")
    mistakes = []
    for faults in product((True, False), repeat=3):
        places = [text for text, fault in zip(where, faults, strict=True) if fault]
        if places:
            words = f"{count[len(places) - 1]} still in it. Look at " + " And at ".join(places)
            mistakes.append(Mistake(words, left(*faults)))
    return tuple(mistakes)


@dataclass(frozen=True)
class Exercise:
    """One exercise. Its statement stands in the chapter, everything else here.

    Attributes:
        name: "posterior-mean", what a chapter calls it by.
        number: "1.1.3".
        title: the words of its heading.
        kind: what it asks for.
        chapter: the notebook, "1-1-forward".
        difficulty: 1..3.
        importance: 1..3.
        minutes: how long it may take.
        answer: the name that the stub cell defines.
        stub: the text of that cell.
        checker: judges an answer.
        solution: the function whose source is shown as the solution, and which is tested.
        meaning: the line said with "correct".
        hints: two, the second says more.
        on_failure: pairs of a symptom and what to do about it.
        discussion: goes with the solution.
    """

    name: str
    number: str
    title: str
    kind: Kind
    chapter: str
    difficulty: int
    importance: int
    minutes: int
    answer: str
    stub: str
    checker: Checker
    solution: Callable
    meaning: str
    hints: tuple[str, str]
    on_failure: tuple[tuple[str, str], ...]
    discussion: str

    def solution_source(self) -> str:
        """The source of the solution, the code that the tests run."""
        return inspect.getsource(self.solution).strip()
