"""Predict: how many calls a second-order solver needs for a hundredth of the error."""

from companion.exercises.checkers import NumberChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def calls_for(error: float, order: int = 2) -> float:
    """The calls for this error, from 0.08 with 10 calls, at this order."""
    return 10 * (0.08 / error) ** (1 / order)


def of_second_order() -> float:
    """The calls for an error of 0.0008, at second order."""
    return calls_for(0.0008)


def _by_the_gain() -> float:
    return 10 * (0.08 / 0.0008) ** (1 / 2)


def _gained(calls: float) -> str:
    """By what this many calls divide the error, where it is a number of calls."""
    if calls <= 0:
        return ": the solver has 10 calls already"
    return f": {calls / 10:.4g} times the calls divide the error by {(calls / 10) ** 2:.4g}"


EXERCISE = Exercise(
    name="accuracy-calls",
    number="1.4.1",
    title="A hundredth of the error",
    kind=Kind.PREDICT,
    chapter="1-4-why-many-steps",
    difficulty=1,
    importance=3,
    minutes=5,
    answer="calls",
    stub="calls = None  # a number",
    solution=of_second_order,
    checker=NumberChecker(
        solution=of_second_order,
        tolerance=0.5,
        forms=(_by_the_gain,),
        shows=_gained,
        mistakes=(
            Mistake(
                "this would be a method of *first* order: there, ten times the calls "
                "leave a tenth of the error.",
                lambda: calls_for(0.0008, order=1),
            ),
            Mistake(
                "twice the calls divide the error by four only.",
                lambda: 20.0,
            ),
            Mistake(
                "this many calls divide the error by ten. It has to be divided by a hundred.",
                lambda: calls_for(0.008),
            ),
            Mistake(
                "the square the wrong way round: the error falls with the square of the "
                "calls, so that the calls grow with the *root* of what is gained.",
                lambda: 10.0 * 100**2,
            ),
            Mistake(
                "this is the square of a hundred. By what does a second-order method "
                "divide its error with a thousand times the calls?",
                lambda: 100.0**2,
            ),
        ),
    ),
    meaning="A method of first order would need ten times as many, 1000.",
    hints=(
        "Second order: twice the calls, a quarter of the error. Three times the calls, a ninth.",
        "The error is to be a hundredth. Which number has the square 100?",
    ),
    on_failure=(
        ("A method of first order.", "How does the error change with twice the calls?"),
        ("Too small.", "Try it: by what does your number of calls divide the error?"),
        ("Too large.", "The same check, from the other side."),
    ),
    discussion=(
        "The error goes with $1/N^2$. To divide it by 100, multiply $N$ by 10. That is "
        "why the order of a solver matters more the more exact one wants to be, and "
        "hardly at all at three or four calls. In code:"
    ),
)
