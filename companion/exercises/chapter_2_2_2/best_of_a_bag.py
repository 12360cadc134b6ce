"""Predict: how many captions of two shapes a model can keep that knows no order."""

from collections import Counter
from itertools import product

from companion.data.captions import SIZES
from companion.data.scenes import COLOURS, SHAPES
from companion.exercises.checkers import NumberChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def best_rate() -> float:
    """The share of captions kept by a model that knows words, not their order."""
    shapes = [*product(SIZES, COLOURS, SHAPES)]
    pairs = product(shapes, shapes)
    captions = [one + other for one, other in pairs if one[1] != other[1]]
    bags = Counter(tuple(sorted(words)) for words in captions)
    return sum(1 / bags[tuple(sorted(words))] for words in captions) / len(captions)


EXERCISE = Exercise(
    name="best-of-a-bag",
    number="2.2.2.3",
    title="The best that a bag can do",
    kind=Kind.PREDICT,
    chapter="2-2-2-words",
    difficulty=3,
    importance=3,
    minutes=20,
    answer="rate",
    stub="rate = None  # a number in 0..1",
    solution=best_rate,
    checker=NumberChecker(
        solution=best_rate,
        tolerance=0.005,
        mistakes=(
            Mistake(
                "this is for captions whose two sizes and two shapes all differ. Where they are "
                "alike there is less to mix up.",
                lambda: 1 / 8,
            ),
            Mistake(
                "a half is lost by each of two things: by which of the two stands first, and by "
                "which size and shape belong to which colour. A bag knows neither.",
                lambda: 1 / 2,
            ),
            Mistake(
                "this leaves the shapes out: a circle and a square can be mixed up as well.",
                lambda: 3 / 4 * 1 / 2,
            ),
            Mistake(
                "this leaves the sizes out: small and large can be mixed up as well.",
                lambda: 2 / 3 * 1 / 2,
            ),
            Mistake(
                "here one caption in two has one shape, of which a bag knows all. The exercise is "
                "about two shapes.",
                lambda: 1 / 2 + 1 / 2 * 1 / 4,
            ),
            Mistake(
                "this takes one over the *mean* number of captions with the same words. Asked is "
                "the mean of one over the number.",
                lambda: 1 / (2 * 1.5 * 5 / 3),
            ),
            Mistake(
                "a bag knows all words: it can always draw both colours, sizes and shapes. What "
                "it draws may still be another scene.",
                lambda: 1.0,
            ),
        ),
    ),
    meaning=(
        "All words present, a quarter of the captions whole: that is what a bag of words comes to, "
        "however long it is trained."
    ),
    hints=(
        "How many captions have the same words as `a small red circle above a large blue "
        "square`? All are equally likely, and a bag cannot tell them apart.",
        "There is a factor 1/2 for which stands first; one for the sizes, which differ in half of "
        "the captions; and one for the shapes, which differ in two thirds.",
    ),
    on_failure=(
        ("1/8.", "Two circles of one size are mixed up in fewer ways."),
        ("1/2.", "Write down all scenes with the words of hint 1."),
    ),
    discussion=(
        "Which colour stands first is a guess of two. Where the sizes differ, in half of the "
        "captions, which size has which colour is another; so the factor is $\\frac12(1+"
        "\\frac12) = \\frac34$. The shapes differ in two thirds: $\\frac23 \\cdot \\frac12 + "
        "\\frac13 = \\frac23$. In all $\\frac12 \\cdot \\frac34 \\cdot \\frac23 = \\frac14$. "
        "The code counts it:"
    ),
)
