"""The rules of `suite.problems`, seen red: each broken check is found."""

from dataclasses import replace

import pytest

from companion.exercises import EXERCISES, Kind, checkers, compare, engine
from companion.exercises.exercise import Mistake, Objection
from tests.exercises.suite import problems, wants_a_number

BY_NAME = {exercise.name: exercise for exercise in EXERCISES}
each = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.name)


def broken(monkeypatch, exercise, **changes):
    """What the rules say of the exercise with these changes made to it."""
    changed = replace(exercise, **changes)
    monkeypatch.setitem(engine._BY_NAME, exercise.name, changed)
    return problems(changed)


class AlwaysRight:
    mistakes = ()

    def judge(self, answer):
        return ""


class AlwaysWrong:
    mistakes = ()

    def judge(self, answer):
        raise Objection("no.")


@each
def test_a_checker_that_passes_everything_is_found(monkeypatch, exercise):
    assert broken(monkeypatch, exercise, checker=AlwaysRight())


@each
def test_a_checker_that_passes_nothing_is_found(monkeypatch, exercise):
    found = broken(monkeypatch, exercise, checker=AlwaysWrong())
    assert any(problem.startswith("right answer 0") for problem in found)


def diagnosed(exercise):
    return [e for e in EXERCISES if e.checker.mistakes]


@pytest.mark.parametrize("exercise", diagnosed(EXERCISES), ids=lambda e: e.name)
def test_a_diagnosis_that_is_missing_is_found(monkeypatch, exercise):
    """Without its own list of mistakes the planted ones lose their names."""
    checker = replace(exercise.checker, mistakes=())
    assert broken(monkeypatch, exercise, checker=checker)


@pytest.mark.parametrize("exercise", diagnosed(EXERCISES), ids=lambda e: e.name)
def test_a_mistake_that_is_none_is_found(monkeypatch, exercise):
    """A "mistake" that is the solution itself never gets its words."""
    false = Mistake("this is said to nobody.", exercise.solution)
    checker = replace(exercise.checker, mistakes=(*exercise.checker.mistakes, false))
    found = broken(monkeypatch, exercise, checker=checker)
    assert any("said to nobody" in problem for problem in found)


@each
def test_a_stub_that_is_an_answer_is_found(monkeypatch, exercise):
    stub = f"{exercise.answer} = lambda *args: 7.25"
    assert any(p.startswith("the stub") for p in problems(exercise, stub))


@pytest.mark.parametrize(
    "exercise",
    [e for e in EXERCISES if e.kind in (Kind.IMPLEMENT, Kind.DERIVE, Kind.REPAIR)],
    ids=lambda e: e.name,
)
def test_a_comparison_that_agrees_with_everything_is_found(monkeypatch, exercise):
    for module in (compare, checkers):
        monkeypatch.setattr(module, "agree", lambda got, expected: True)
    assert problems(exercise)


@pytest.mark.parametrize(
    "exercise", [e for e in EXERCISES if wants_a_number(e)], ids=lambda e: e.name
)
def test_a_tolerance_that_is_far_too_wide_is_found(monkeypatch, exercise):
    checker = replace(exercise.checker, tolerance=1e6)
    assert broken(monkeypatch, exercise, checker=checker)
