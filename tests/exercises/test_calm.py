"""Whatever the reader's code does is answered in one calm paragraph."""

import sys
import time

import numpy as np
import pytest
import torch

from companion import exercises
from companion.exercises import EXERCISES, Kind, Status, guard, isolation

FUNCTIONS = [e for e in EXERCISES if e.kind in (Kind.IMPLEMENT, Kind.REPAIR)]


def _first(exercises):
    """The first of each kind, each checker, and each number of parts: what an answer meets."""
    met = {
        (e.kind, type(e.checker), len(getattr(e.checker, "parts", ""))): e for e in exercises[::-1]
    }
    return [*met.values()]


def _asked(here=(), copied=()):
    """These exercises, the answers judged in this process, and those in a copy, as a reader's."""
    cases = [pytest.param(e, "here", id=f"{e.name}-here") for e in here]
    cases += [pytest.param(e, "copied", id=f"{e.name}-copied") for e in copied]
    return pytest.mark.parametrize(("exercise", "place"), cases, indirect=["place"])


@pytest.fixture(autouse=True)
def place(request):
    """Where answers are judged: in a copy of this process, unless a test says otherwise."""
    if getattr(request, "param", "copied") == "here":
        request.getfixturevalue("in_this_process")


# All say the same of such an answer, and what a copy says is asked of one of each.
each = _asked(here=FUNCTIONS, copied=_first(FUNCTIONS))
one_of_each = _asked(copied=_first(FUNCTIONS))
one_of_each_here = _asked(here=_first(FUNCTIONS))
one_of_all = _asked(here=_first(EXERCISES), copied=_first(EXERCISES)[:1])


def answered(exercise, answer, capsys, *words, status=Status.STOPPED):
    """The answer is taken calmly: with these words, in short, and no traceback."""
    capsys.readouterr()
    result = exercises.check(exercise.name, answer)
    out, err = capsys.readouterr()
    assert result.status == status, result.words
    assert out.strip() == result.words and err == ""
    assert "Traceback" not in out and "companion" not in out
    assert len(result.words) < 500
    for word in words:
        assert word in result.words


def crashing(*args):
    return args[0] / nothing_of_that_name  # noqa: F821


class Mute(Exception):
    def __str__(self):
        return ""


class Broken(Exception):
    def __str__(self):
        raise RuntimeError("even this")


def raising(error):
    def answer(*args):
        raise error

    return answer


def calls_itself(*args):
    return calls_itself(*args)


@each
def test_a_crash_names_the_readers_line(exercise, capsys):
    answered(exercise, crashing, capsys, "NameError", "nothing_of_that_name", "line")


@one_of_each
@pytest.mark.parametrize(
    "error, word",
    [
        (Mute(), "Mute"),
        (Broken(), "Broken"),
        (SystemExit(3), "SystemExit"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
        (ValueError("one line\nand another"), "one line"),
    ],
    ids=lambda e: type(e).__name__,
)
def test_every_exception_is_answered(exercise, error, word, capsys):
    answered(exercise, raising(error), capsys, word)


def test_endless_recursion_is_answered(capsys):
    answered(FUNCTIONS[0], calls_itself, capsys, "RecursionError")


def endless(*args):
    while True:
        pass


def endless_and_stubborn(*args):
    while True:
        try:
            time.sleep(0.001)
        except BaseException:
            pass


@one_of_each
@pytest.mark.parametrize("answer", [endless, endless_and_stubborn])
def test_an_endless_loop_is_stopped(exercise, answer, capsys, monkeypatch):
    monkeypatch.setattr(guard, "SECONDS", 0.2)
    monkeypatch.setattr(guard, "STRIKES", 3)
    answered(exercise, answer, capsys, "still running after 0.2 seconds", "never end")


@pytest.mark.parametrize("answer", [endless, endless_and_stubborn])
def test_without_a_process_of_its_own_an_endless_loop_is_stopped(answer, capsys, monkeypatch):
    monkeypatch.setattr(isolation, "_forks", False)
    monkeypatch.setattr(guard, "SECONDS", 0.2)
    monkeypatch.setattr(guard, "STRIKES", 3)
    answered(FUNCTIONS[0], answer, capsys, "still running after 0.2 seconds", "never end")


def test_a_stopped_loop_is_really_gone(monkeypatch):
    """In a thread: a process of its own is gone with all that it does."""
    monkeypatch.setattr(isolation, "_forks", False)
    monkeypatch.setattr(guard, "SECONDS", 0.2)
    turns = []

    def counting(*args):
        while True:
            turns.append(0)
            time.sleep(0.001)

    exercises.check(FUNCTIONS[0].name, counting)
    stopped = len(turns)
    assert stopped
    time.sleep(0.1)
    assert len(turns) == stopped


@one_of_each_here
@pytest.mark.parametrize(
    "value, words",
    [
        (None, "a `return` missing"),
        ("0.5", "got a str"),
        ({"x": 0.5}, "got a dict"),
        (0.5, "got shape ()"),
        (np.ones(3), "got shape (3,)"),
        (torch.ones(7, 5, 3, dtype=torch.float64), "got shape (7, 5, 3)"),
        (torch.tensor(1.0, dtype=torch.float64), "got shape ()"),
    ],
    ids=["None", "str", "dict", "float", "numpy", "another shape", "no shape"],
)
def test_another_type_or_shape_is_named(exercise, value, words, capsys):
    parts = len(getattr(exercise.checker, "parts", ("",)))
    given = value if value is None or parts == 1 else (value,) * parts
    answered(exercise, lambda *args: given, capsys, words)


@each
def test_float32_and_nan_are_named(exercise, capsys):
    def converted(change):
        def answer(*args):
            value = exercise.solution(*args)
            if isinstance(value, tuple):
                return tuple(map(change, value))
            return change(value)

        return answer

    answered(exercise, converted(lambda v: v.float()), capsys, "got dtype torch.float32")
    answered(
        exercise,
        converted(lambda v: v * torch.nan),
        capsys,
        "NaN or infinite",
        status=Status.WRONG,
    )


@each
def test_too_many_and_too_few_values_are_named(exercise, capsys):
    one = torch.ones(4, 3, dtype=torch.float64)
    answered(exercise, lambda *args: (one,) * 5, capsys, "returns 5 values")


@each
def test_another_signature_is_named(exercise, capsys):
    answered(exercise, lambda: 7, capsys, "your function takes ()")


@each
def test_what_is_no_function_is_named(exercise, capsys):
    answered(exercise, 0.5, capsys, "expects the function itself")
    answered(exercise, torch.ones(3), capsys, "a Tensor")


@each
def test_a_generator_is_named(exercise, capsys):
    def generates(*args):
        yield args[0]

    answered(exercise, generates, capsys, "`yield`")


@each
def test_a_change_of_the_input_is_named(exercise, capsys):
    def changes(*args):
        value = exercise.solution(*args)
        next(a for a in args if isinstance(a, torch.Tensor)).mul_(2)
        return value

    answered(exercise, changes, capsys, "in place", status=Status.WRONG)


@each
def test_randomness_of_its_own_is_named(exercise, capsys):
    def random(*args):
        value = exercise.solution(*args)
        if isinstance(value, tuple):
            return tuple(v + torch.randn_like(v) for v in value)
        return value + torch.randn_like(value)

    answered(exercise, random, capsys, "two answers to one input", status=Status.WRONG)


@each
def test_what_the_readers_code_prints_is_counted_and_left_out(exercise, capsys):
    def talks(*args):
        print("chatter\nchatter")
        print("noise", file=sys.stderr)
        return exercise.solution(*args)

    capsys.readouterr()
    result = exercises.check(exercise.name, talks)
    out, err = capsys.readouterr()
    assert result.status == Status.CORRECT
    assert "chatter" not in out + err and "lines, left out here" in out


@one_of_all
@pytest.mark.parametrize(
    "answer",
    [[], {}, "nonsense (", object(), type, 1j, torch.ones(2), np.ones(2), len, True],
    ids=lambda a: type(a).__name__,
)
def test_a_strange_answer_is_answered(exercise, answer, capsys):
    capsys.readouterr()
    result = exercises.check(exercise.name, answer)
    out, err = capsys.readouterr()
    assert result.status in (Status.STOPPED, Status.WRONG)
    assert "Traceback" not in out + err and len(result.words) < 500


@pytest.mark.parametrize("answer, words", [(0, "too small"), (19_900, "the square")])
def test_a_guess_far_from_a_large_count_is_not_explained_by_chance(answer, words):
    """1 / 141 is not "one over" a count, but 141^2 and what is near it is its square."""
    assert words in exercises.check("few-calls", answer).words
    assert "too large" in exercises.check("few-calls", 30_000).words
