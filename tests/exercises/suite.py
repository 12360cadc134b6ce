"""What must hold of an exercise, as a list of what does not.

Sentences and no assertion, so that the same rules can be seen to fail on broken checkers, each
rule by itself and only until it fails.
"""

import re
from collections import Counter
from collections.abc import Iterator

from companion.exercises import Exercise, Status, check
from companion.exercises.checkers import NumberChecker
from companion.exercises.letters import LettersChecker
from tests.book.course import notebooks
from tests.exercises.planted import RIGHT, WRONG


def stub_of(exercise: Exercise) -> tuple[str, dict]:
    """The code cell before the exercise's check cell, and the check cell."""
    cells = [c for c in notebooks()[exercise.chapter]["cells"] if c["source"]]
    call = f'exercises.check("{exercise.name}", {exercise.answer})'
    codes = [c for c in cells if c["cell_type"] == "code"]
    sources = ["".join(c["source"]) for c in codes]
    n = next(i for i, source in enumerate(sources) if call in source)
    return sources[n - 1], codes[n]


def answer_of(stub: str, exercise: Exercise) -> object:
    """What the reader's name stands for after a cell has run."""
    names: dict = {}
    exec(compile(stub, "<cell>", "exec"), names)
    return names[exercise.answer]


def solution_of(exercise: Exercise) -> object:
    """The solution as an answer: the function, or the number or letters that it computes."""
    return exercise.solution() if wants_a_value(exercise) else exercise.solution


def wants_a_number(exercise: Exercise) -> bool:
    """Whether the answer is a number, and not a function or a formula."""
    return isinstance(exercise.checker, NumberChecker)


def wants_a_value(exercise: Exercise) -> bool:
    """Whether the answer is what the solution computes: a number, or letters."""
    return wants_a_number(exercise) or isinstance(exercise.checker, LettersChecker)


def problems(exercise: Exercise, stub: str | None = None) -> Iterator[str]:
    """What is wrong with the exercise's check. `stub`: its cell, as in the chapter."""
    exercise.checker.prepare()  # once, and not in each copy of this process
    yield from of_the_stub(exercise, stub or exercise.stub)
    yield from of_right_answers(exercise)
    yield from of_wrong_answers(exercise)
    yield from of_the_mistakes(exercise)


def of_the_stub(exercise: Exercise, stub: str) -> Iterator[str]:
    """The stub is no attempt."""
    untouched = check(exercise.name, answer_of(stub, exercise))
    if untouched.status != Status.UNTOUCHED:
        yield f"the stub: {untouched.words}"


def of_right_answers(exercise: Exercise) -> Iterator[str]:
    """The solution is right, and so are other forms of it."""
    for n, answer in enumerate([solution_of(exercise), *RIGHT[exercise.name]]):
        result = check(exercise.name, answer)
        if result.status != Status.CORRECT:
            yield f"right answer {n}: {result.words}"


def of_wrong_answers(exercise: Exercise) -> Iterator[str]:
    """Each planted mistake is refused, with the words that belong to it and to no other."""
    said = []
    for answer, words in WRONG[exercise.name]:
        result = check(exercise.name, answer)
        said.append(result.words)
        if result.status not in (Status.WRONG, Status.STOPPED):
            yield f"wrong answer ({words}): {result.words}"
        elif words not in result.words:
            yield f"expected {words!r}: {result.words}"
    own = {_skeleton(words) for words in said if "expected one" not in words}
    if len(own) < 3:
        yield f"only {len(own)} mistakes have their own diagnosis"
    for words, n in Counter(said).items():
        if n > 1 and "not at one place" not in words:
            yield f"said to {n} planted mistakes: {words}"


def of_the_mistakes(exercise: Exercise) -> Iterator[str]:
    """Each mistake that the exercise knows gets its words."""
    for mistake in exercise.checker.mistakes[::-1]:  # the last has to get past all others
        given = mistake.wrong() if wants_a_value(exercise) else mistake.wrong
        result = check(exercise.name, given)
        if mistake.says not in result.words:
            yield f"expected {mistake.says!r}: {result.words}"


def _skeleton(words: str) -> str:
    return re.sub(r"\d", "", words)
