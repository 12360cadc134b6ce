"""Every exercise: its stub, its solution, right answers in other forms, mistakes."""

import ast
import re
import warnings

import pytest
import torch

from companion import exercises
from companion.diffusion import NeverReachesNoise
from companion.exercises import EXERCISES, Kind, Status
from tests.book.course import notebooks
from tests.exercises.suite import (
    answer_of,
    problems,
    solution_of,
    stub_of,
    wants_a_value,
)

NAMES = [exercise.name for exercise in EXERCISES]
each = pytest.mark.parametrize("exercise", EXERCISES, ids=NAMES)


@each
def test_stub_solution_and_mistakes(exercise, in_this_process):
    stub, _ = stub_of(exercise)
    assert list(problems(exercise, stub)) == []


@each
def test_the_committed_check_says_untouched_in_one_text(exercise, capsys):
    stub, cell = stub_of(exercise)
    capsys.readouterr()
    exercises.check(exercise.name, answer_of(stub, exercise))
    printed = capsys.readouterr().out
    assert [o["output_type"] for o in cell["outputs"]] == ["stream"]
    assert "".join(cell["outputs"][0]["text"]) == printed
    assert "not attempted yet" in printed


@each
def test_a_stub_is_untouched_as_a_script_and_as_a_cell(exercise, in_this_process):
    """A notebook runs the statements one by one, which may make other code of them."""
    names = {}
    for statement in ast.parse(exercise.stub).body:
        exec(compile(ast.Module([statement], []), "<cell>", "exec"), names)
    for answer in (names[exercise.answer], answer_of(exercise.stub, exercise)):
        assert exercises.check(exercise.name, answer).status == Status.UNTOUCHED


@each
def test_the_statement_calls_the_function_as_the_check_does(exercise):
    """The example call of the statement runs, with the solution as the function."""
    markdown = "\n".join(
        "".join(cell["source"])
        for cell in notebooks()[exercise.chapter]["cells"]
        if cell["cell_type"] == "markdown"
    )
    _, _, rest = markdown.partition(f"### Exercise {exercise.number} ")
    statement = re.split(r"^##", rest, flags=re.M)[0]
    assert exercise.title in statement
    assert (
        f"*{exercise.kind} · difficulty {exercise.difficulty}/3 · "
        f"importance {exercise.importance}/3 · {exercise.minutes} minutes*"
    ) in statement
    if exercise.kind in (Kind.IMPLEMENT, Kind.REPAIR):
        names = {"torch": torch, exercise.answer: exercise.solution}
        example = re.search(r"```python\n(.*?)```", statement, re.S)[1].strip()
        *setup, last = example.splitlines()
        exec("\n".join(setup), names)
        result = eval(last, names)
        for part in result if isinstance(result, tuple) else (result,):
            assert torch.isfinite(part).all()
    else:
        example = re.search(rf"`({exercise.answer} = [^`]+)`", statement)[1]
        names = {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NeverReachesNoise)
            exec(exercise.stub + "\n" + example, names)
        wrong = exercises.check(exercise.name, names[exercise.answer])
        assert wrong.status == Status.WRONG


def test_the_numbers_that_the_words_quote():
    by_name = {exercise.name: exercise for exercise in EXERCISES}
    left = by_name["short-schedule"].solution
    assert left(200) > 1 / 3 and left(200) < 0.5  # "more than a third"
    assert left(1000) < 0.01
    assert abs(by_name["late-posterior"].solution() + 0.99 * 0.6) < 1e-3
    sample = by_name["design-schedule"].solution()
    assert sample.alpha_bar[-1] ** 0.5 < 0.01


def test_each_chapter_has_five_exercises_of_all_kinds_numbered_in_order():
    chapters = {exercise.chapter for exercise in EXERCISES}
    for chapter in chapters:
        rows = [exercise for exercise in EXERCISES if exercise.chapter == chapter]
        number = ".".join(part for part in chapter.split("-") if part.isdigit())
        assert [row.number for row in rows] == [f"{number}.{n}" for n in range(1, len(rows) + 1)]
        assert len(rows) >= 5
        assert {row.kind for row in rows} == set(Kind)
    assert len(set(NAMES)) == len(NAMES)


@each
def test_hints_and_solution_can_be_read(exercise):
    one, two = (exercises.hint(exercise.name, n) for n in (1, 2))
    assert one != two and one and two
    assert "There are 2 hints" in exercises.hint(exercise.name, 3)
    assert exercise.solution_source() in exercises.solution(exercise.name)
    ladder = exercises.ladder(exercise.name)
    assert ladder.count("<details") == ladder.count("</details>") == 4
    for rung in (one, two, exercises.solution(exercise.name)):
        assert rung in ladder
    assert ladder._repr_markdown_() == repr(ladder) == str(ladder)


@each
def test_the_shown_solution_is_the_code_that_passes(exercise):
    """The source that the ladder shows, run as the reader would run it."""
    source = exercises.solution(exercise.name).split("```python\n")[1].split("```")[0]
    names = dict(exercise.solution.__globals__)
    del names[exercise.solution.__name__]
    exec(source, names)
    shown = names[exercise.solution.__name__]
    answer = shown() if wants_a_value(exercise) else shown
    assert exercises.check(exercise.name, answer).status == Status.CORRECT


@each
def test_a_name_with_a_slip_is_answered(exercise):
    slip = exercise.name[:-1] + "x"
    result = exercises.check(slip, solution_of(exercise))
    assert result.status == Status.UNKNOWN
    assert repr(exercise.name) in result.words
    for answer in (exercises.hint(slip, 1), exercises.solution(slip)):
        assert repr(exercise.name) in answer
