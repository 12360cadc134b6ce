"""check, hint, solution, ladder, progress: what the chapters call."""

import ast
import dis
from difflib import get_close_matches
from functools import partial
from types import CodeType, FunctionType
from warnings import catch_warnings, simplefilter

from companion.exercises import (
    bookkeeping,
    chapter_1_1,
    chapter_1_2,
    chapter_1_3,
    chapter_1_3_1,
    chapter_1_4,
    chapter_2_1,
    chapter_2_2,
    chapter_2_2_1,
    chapter_2_2_2,
    chapter_3_1,
    guard,
    spoken,
)
from companion.exercises.exercise import Exercise, Objection, Status
from companion.exercises.isolation import isolated
from companion.text import Text

EXERCISES: tuple[Exercise, ...] = (
    *chapter_1_1.EXERCISES,
    *chapter_1_2.EXERCISES,
    *chapter_1_3.EXERCISES,
    *chapter_1_3_1.EXERCISES,
    *chapter_1_4.EXERCISES,
    *chapter_2_1.EXERCISES,
    *chapter_2_2.EXERCISES,
    *chapter_2_2_1.EXERCISES,
    *chapter_2_2_2.EXERCISES,
    *chapter_3_1.EXERCISES,
)
_BY_NAME = {exercise.name: exercise for exercise in EXERCISES}
_wrong_before: set[str] = set()  # the exercises of which this process has seen a wrong answer


class Result:
    """What a check found. It has been said, so a notebook shows it no second time.

    Attributes:
        status: how the answer stands.
        words: what was said.
    """

    def __init__(self, status: Status, words: str) -> None:
        self.status, self.words = status, words

    def __repr__(self) -> str:
        return ""

    def _ipython_display_(self) -> None:
        """Nothing more to show."""


def check(name: str, answer: object) -> Result:
    """Judge the answer to an exercise, say so in one paragraph, and keep the progress.

    Args:
        name: the exercise, such as "posterior-mean"; another name is answered in words.
        answer: whatever stands in the reader's cell. Nothing that it is or does is an error.

    Returns:
        The status of the answer, and the words that were said.
    """
    exercise = _BY_NAME.get(name) if isinstance(name, str) else None
    if exercise is None:
        return _say(Status.UNKNOWN, _unknown(name))
    if name in _wrong_before:
        exercise.checker.prepare()  # here, where it is kept, and not in each copy anew
    status, words, printed = isolated(partial(_judged, exercise, answer))
    if status == Status.WRONG:
        _wrong_before.add(name)
    if printed and status != Status.UNTOUCHED:
        words += f" (Your code also printed {printed} lines, left out here.)"
    complaint = bookkeeping.record(name, status)
    return _say(status, f"Exercise {exercise.number}, {words}" + (complaint and f"\n{complaint}"))


def _judged(exercise: Exercise, answer: object) -> tuple[Status, str]:
    """The status of an answer, and the words for it. Nothing but this touches the answer."""
    try:
        with catch_warnings():
            simplefilter("ignore")
            if guard.call(_untouched, exercise, answer):
                words = f"not attempted yet. Fill in `{exercise.answer}` and run both cells."
                return Status.UNTOUCHED, words
            more = exercise.checker.judge(answer)
    except Objection as objection:
        return objection.status, f"not yet: {objection.words}"
    except (Exception, SystemExit) as error:  # an answer stranger than the checkers foresee
        return Status.STOPPED, (
            "not yet: the check cannot make sense of this answer "
            f"({type(error).__name__}): compare it with the statement."
        )
    return Status.CORRECT, f"correct. {exercise.meaning} {more}".rstrip()


def hint(name: str, n: int) -> Text:
    """Hint 1 or hint 2 of an exercise."""
    if name not in _BY_NAME:
        return Text(_unknown(name))
    hints = _BY_NAME[name].hints
    if n not in range(1, len(hints) + 1):
        return Text(f"There are {len(hints)} hints: ask for 1 to {len(hints)}.")
    return Text(hints[n - 1])


def solution(name: str) -> Text:
    """The solution of an exercise: the code that the tests run, and why it is right."""
    if name not in _BY_NAME:
        return Text(_unknown(name))
    exercise = _BY_NAME[name]
    code = exercise.solution_source()
    return Text(f"{exercise.discussion}\n\n```python\n{code}\n```")


def ladder(name: str) -> Text:
    """Hint 1, hint 2, help for a failed check, the solution: each to be opened."""
    if name not in _BY_NAME:
        return Text(_unknown(name))
    failures = "\n".join(
        f"- **{symptom}** {advice}" for symptom, advice in _BY_NAME[name].on_failure
    )
    rungs = (
        ("Hint 1", hint(name, 1)),
        ("Hint 2", hint(name, 2)),
        ("I fail the check on ...", failures),
        ("Solution", solution(name)),
    )
    return Text(
        "\n\n".join(
            f'<details class="rung">\n<summary>{title}</summary>\n\n{text}\n\n</details>'
            for title, text in rungs
        )
    )


def progress() -> Text:
    """How far the reader has come, by chapter."""
    kept, complaint = bookkeeping.load()
    lines = [complaint, ""] if complaint else []
    for chapter in dict.fromkeys(exercise.chapter for exercise in EXERCISES):
        rows = [exercise for exercise in EXERCISES if exercise.chapter == chapter]
        done = sum(kept.get(exercise.name) == Status.CORRECT for exercise in rows)
        number = rows[0].number.rpartition(".")[0]
        lines += [f"**Chapter {number}**: {done} of {len(rows)}"]
        lines += ["", "| exercise | title | kind | status |", "| :-- " * 4 + "|"]
        for exercise in rows:
            status = kept.get(exercise.name, Status.UNTOUCHED)
            lines.append(f"| {exercise.number} | {exercise.title} | {exercise.kind} | {status} |")
        lines.append("")
    return Text("\n".join(lines).rstrip())


def _say(status: Status, words: str) -> Result:
    if status == Status.UNTOUCHED or not spoken.in_a_notebook():
        print(words)
    else:
        spoken.show(words)
    return Result(status, words)


def _unknown(name: object) -> str:
    close = get_close_matches(str(name), _BY_NAME, n=1)
    near = f" Did you mean {close[0]!r}?" if close else ""
    return f"There is no exercise {name!r}.{near}"


def _untouched(exercise: Exercise, answer: object) -> bool:
    """Is this what the stub cell defines, or a function with nothing in it?"""
    if answer is None or answer is Ellipsis:
        return True
    if not isinstance(answer, FunctionType):
        return False
    # A notebook compiles the statements of a cell one by one, a script all at once, and
    # for a name imported beside it the two are not the same code.
    whole = ast.parse(exercise.stub)
    units = [whole, *(ast.Module([one], []) for one in whole.body)]
    stubs = [c for unit in units for c in compile(unit, "<stub>", "exec").co_consts]
    same = [_empty.__code__, *(code for code in stubs if isinstance(code, CodeType))]
    return _instructions(answer.__code__) in map(_instructions, same)


def _instructions(code: CodeType) -> list:
    """What the code does, without its comments, line numbers and docstrings."""
    return [
        (line.opname, _instructions(inner) if isinstance(inner, CodeType) else inner)
        for line in dis.get_instructions(code)
        for inner in (line.argval,)
    ]


def _empty() -> None:
    """A function that does nothing."""
