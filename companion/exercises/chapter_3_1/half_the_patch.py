"""Predict: by what the cost of a block grows when the side of a patch is halved."""

from companion.exercises.checkers import NumberChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def times_dearer(N: int = 1024, D: int = 384) -> float:
    """Multiply-adds of a block with four times the tokens, over those with N."""
    dearer = 12 * (4 * N) * D**2 + 2 * (4 * N) ** 2 * D
    return dearer / (12 * N * D**2 + 2 * N**2 * D)


def _counted(per_token: int, per_pair: int, more: int = 4, N: int = 1024, D: int = 384) -> float:
    """The same with other counts, and so many times the tokens."""
    return more * (per_token * D + per_pair * more * N) / (per_token * D + per_pair * N)


EXERCISE = Exercise(
    name="half-the-patch",
    number="3.1.3",
    title="Half the patch",
    kind=Kind.PREDICT,
    chapter="3-1-dit",
    difficulty=2,
    importance=3,
    minutes=10,
    answer="factor",
    stub="factor = None  # a number",
    solution=times_dearer,
    checker=NumberChecker(
        solution=times_dearer,
        tolerance=0.1,
        mistakes=(
            Mistake(
                "this counts the linear layers alone. They are asked once for each token, and "
                "attention once for each *pair* of tokens.",
                lambda: 4.0,
            ),
            Mistake(
                "this counts attention's pairs alone. The linear layers cost something, too.",
                lambda: 16.0,
            ),
            Mistake(
                "this takes the tokens to double. Both sides of a patch are halved.",
                lambda: _counted(12, 2, more=2),
            ),
            Mistake(
                "this is the factor of one side. How many tokens are there for one of before?",
                lambda: 2.0,
            ),
            Mistake(
                "the MLP is left out. It has two layers between D and 4 D numbers, and they are "
                "most of the block.",
                lambda: _counted(4, 2),
            ),
            Mistake(
                "the two layers of the MLP are taken to have D squared weights each. They are four "
                "times as wide on one side.",
                lambda: _counted(6, 2),
            ),
            Mistake(
                "one layer of the MLP is missing. There is one from D to 4 D numbers, and one "
                "back.",
                lambda: _counted(8, 2),
            ),
            Mistake(
                "pairs of tokens are met twice: for the scores, and for the sum of the values.",
                lambda: _counted(12, 1),
            ),
            Mistake(
                "this is near, and too large. It is 7.92 where q, k and v are counted, and not the "
                "layer behind the heads.",
                lambda: _counted(11, 2),
            ),
            Mistake(
                "this is how much *is added*, in units of the cost before. Asked is the factor.",
                lambda: times_dearer() - 1,
            ),
            Mistake(
                "this is the share that is left when the side is doubled: the other way round.",
                lambda: 1 / times_dearer(),
            ),
        ),
    ),
    meaning=(
        "It lies between 4, for few tokens, and 16, for many. Here the pairs make three tenths of "
        "the cost before and more than six tenths after."
    ),
    hints=(
        "Count for each token: four layers of attention with $D^2$ weights, and two of the MLP "
        "with $4D^2$. Count for each pair: D for its score, and D for its value.",
        "A block costs $12 N D^2 + 2 N^2 D$. What becomes of each term when N is four times as "
        "large?",
    ),
    on_failure=(
        ("4 or 16.", "Add both terms up first, then divide."),
        ("Below 4.", "Half the side is a quarter of the area: four tokens for one."),
        ("Near 7.7.", "Are there 12 squares of D for each token, and 2 D for each pair?"),
    ),
    discussion=(
        "The first term grows by 4, the second by 16, so the factor is "
        "$4\\,(6D + 4N)/(6D + N)$. With N = 1024 and D = 384 it is $4 \\cdot 6400/3328 = 7.69$. "
        "The layer of the modulation costs $6D^2$ once for an image, whatever N is. It would "
        "change the fourth digit. In code:"
    ),
)
