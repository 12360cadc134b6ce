"""The rules of `suite.problems`, seen red: each broken check is found."""

from dataclasses import replace
from itertools import chain

import pytest
import torch

from companion.exercises import (
    EXERCISES,
    Kind,
    checkers,
    compare,
    edits,
    engine,
    formula,
    slips,
)
from companion.exercises.exercise import Mistake, Objection
from tests.exercises import suite
from tests.exercises.answers import answer
from tests.exercises.planted import WRONG
from tests.exercises.suite import (
    of_right_answers,
    of_the_mistakes,
    of_the_stub,
    of_wrong_answers,
    wants_a_number,
)

# The rules are looked at here, and not the copies in which answers are judged: so what an answer
# is compared with is computed where it is asked for, and kept.
pytestmark = pytest.mark.usefixtures("in_this_process")

BY_NAME = {exercise.name: exercise for exercise in EXERCISES}
each = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.name)


def broken(monkeypatch, exercise, rule, **changes):
    """The first that a rule says of the exercise with these changes made to it."""
    changed = replace(exercise, **changes)
    monkeypatch.setitem(engine._BY_NAME, exercise.name, changed)
    return next(rule(changed), "")


class AlwaysRight:
    mistakes = ()

    def prepare(self):
        pass

    def judge(self, answer):
        return ""


class AlwaysWrong:
    mistakes = ()

    def prepare(self):
        pass

    def judge(self, answer):
        raise Objection("no.")


@each
def test_a_checker_that_passes_everything_is_found(monkeypatch, exercise):
    said = broken(monkeypatch, exercise, of_wrong_answers, checker=AlwaysRight())
    assert said.startswith("wrong answer")


@each
def test_a_checker_that_passes_nothing_is_found(monkeypatch, exercise):
    said = broken(monkeypatch, exercise, of_right_answers, checker=AlwaysWrong())
    assert said.startswith("right answer 0")


class AlwaysTheSame(AlwaysWrong):
    """Says to each wrong answer what is to be said to any of them."""

    def __init__(self, words):
        self.words = " ".join(words)

    def judge(self, answer):
        raise Objection(self.words)


@each
def test_one_diagnosis_for_all_mistakes_is_found(monkeypatch, exercise):
    apart = ("expected one", "not at one place")  # may be said twice
    some = [row for row in WRONG[exercise.name] if not any(words in row[1] for words in apart)][:3]
    checker = AlwaysTheSame(words for _, words in some)
    monkeypatch.setattr(suite, "WRONG", {exercise.name: some})
    monkeypatch.setitem(engine._BY_NAME, exercise.name, replace(exercise, checker=checker))
    one, other = of_wrong_answers(exercise)
    assert one == "only 1 mistakes have their own diagnosis"
    assert other.startswith(f"said to {len(some)} planted mistakes")


def diagnosed(exercise):
    return [e for e in EXERCISES if e.checker.mistakes]


@pytest.mark.parametrize("exercise", diagnosed(EXERCISES), ids=lambda e: e.name)
def test_a_diagnosis_that_is_missing_is_found(monkeypatch, exercise):
    """Without its own list of mistakes the planted ones lose their names."""
    checker = replace(exercise.checker, mistakes=())
    assert broken(monkeypatch, exercise, of_wrong_answers, checker=checker)


@pytest.mark.parametrize("exercise", diagnosed(EXERCISES), ids=lambda e: e.name)
def test_a_mistake_that_is_none_is_found(monkeypatch, exercise):
    """A "mistake" that is the solution itself gets its words never, or for what is right."""

    def rule(changed):
        return chain(of_the_mistakes(changed), of_right_answers(changed))

    false = Mistake("this is said to nobody.", exercise.solution)
    checker = replace(exercise.checker, mistakes=(*exercise.checker.mistakes, false))
    assert "said to nobody" in broken(monkeypatch, exercise, rule, checker=checker)


@each
def test_a_stub_that_is_an_answer_is_found(exercise):
    stub = f"{exercise.answer} = lambda *args: 7.25"
    assert next(of_the_stub(exercise, stub)).startswith("the stub")


@pytest.mark.parametrize(
    "exercise",
    [e for e in EXERCISES if e.kind in (Kind.IMPLEMENT, Kind.DERIVE, Kind.REPAIR)],
    ids=lambda e: e.name,
)
def test_a_comparison_that_agrees_with_everything_is_found(monkeypatch, exercise):
    for module in (compare, checkers):
        monkeypatch.setattr(module, "agree", lambda got, expected: True)
    assert next(of_wrong_answers(exercise)).startswith("wrong answer")


@pytest.mark.parametrize(
    "exercise", [e for e in EXERCISES if wants_a_number(e)], ids=lambda e: e.name
)
def test_a_tolerance_that_is_far_too_wide_is_found(monkeypatch, exercise):
    checker = replace(exercise.checker, tolerance=1e6)
    assert broken(monkeypatch, exercise, of_wrong_answers, checker=checker)


def slipping(given, code):
    """What the check says of an answer of a student's kind."""
    return engine.check(given, answer(given, code)).words


ENGINE = [
    # a kind that is never looked for
    (edits, "_of_sum", lambda *args: iter(()), "a sign: a minus"),
    (edits, "_of_anything", lambda *args: iter(()), "a root too many"),
    # a slip that gives other numbers than it says
    (edits, "root", lambda node: edits.power(node, 2), "a root too many"),
    # the place is not said
    (formula.Formula, "where", lambda self, node: "", "in the term with `eps`"),
]
SIGN = "sqrt(ab_t/ab_s)*xs - sqrt(1 - ab_t/ab_s)*eps"
ROOT = "sqrt(ab_t/ab_s)*xs + sqrt(1 - sqrt(ab_t/ab_s))*eps"


@pytest.mark.parametrize("module, name, broken, words", ENGINE)
def test_an_engine_that_is_broken_is_found(monkeypatch, module, name, broken, words):
    code = SIGN if "sign" in words else ROOT
    checkers._slips_of_function.cache_clear()
    assert words in slipping("add-noise", code)
    monkeypatch.setattr(module, name, broken)
    checkers._slips_of_function.cache_clear()
    said = slipping("add-noise", code)
    checkers._slips_of_function.cache_clear()
    assert words not in said


def test_an_engine_that_takes_all_numbers_for_a_slip_is_found(monkeypatch):
    unrelated = "(xs.sin() + eps.cos() * ab_s) ** 2 + ab_t"
    assert "No usual mistake" in slipping("add-noise", unrelated)
    every = classmethod(lambda self, *args, **named: "a sign")
    monkeypatch.setattr(slips.Slips, "naming", every)
    assert "No usual mistake" not in slipping("add-noise", unrelated)


def test_a_slip_is_looked_at_on_every_input(monkeypatch):
    """With the first input alone an answer that is wrong in two ways is misread."""
    first = []

    def answer(xs, eps, ab_s, ab_t):
        first.append(ab_s) if not first else None
        sign = -1 if torch.equal(ab_s, first[0]) else -2
        return torch.sqrt(ab_t / ab_s) * xs + sign * torch.sqrt(1 - ab_t / ab_s) * eps

    assert "No usual mistake" in engine.check("add-noise", answer).words
