"""Predict: the loss of a network that has learned nothing yet."""

from companion.data import digits
from companion.diffusion import cosine
from companion.exercises.checkers import NumberChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def _averages() -> tuple[float, float]:
    """The mean of alpha_bar over the times, and the mean square of a pixel."""
    ab = cosine(1000).alpha_bar[1:].mean().item()
    return ab, digits().train.images.square().mean().item()


def loss_of_zero() -> float:
    """v^2 on average: alpha_bar of the noise's variance, the rest of the data's."""
    ab, square = _averages()
    return ab * 1 + (1 - ab) * square


def _rounded(ab: float = 0.5, square: float = 0.7174) -> float:
    return ab * 1 + (1 - ab) * square


def _with_the_roots() -> float:
    ab = cosine(1000).alpha_bar[1:]
    return (ab.sqrt().mean() + (1 - ab).sqrt().mean() * _averages()[1]).item()


def _with_the_variance() -> float:
    ab, _ = _averages()
    return ab + (1 - ab) * digits().train.images.var(correction=0).item()


EXERCISE = Exercise(
    name="zero-loss",
    number="1.3.1",
    title="The loss of knowing nothing",
    kind=Kind.PREDICT,
    chapter="1-3-training",
    difficulty=1,
    importance=3,
    minutes=5,
    answer="loss",
    stub="loss = None  # a number",
    solution=loss_of_zero,
    checker=NumberChecker(
        solution=loss_of_zero,
        tolerance=0.03,
        forms=(_rounded,),
        mistakes=(
            Mistake(
                "this is the loss of a network asked for the *noise*, whose variance is "
                "1 at every time. v is a mixture of noise and data.",
                lambda: 1.0,
            ),
            Mistake(
                "this is the loss of a network asked for the *data*. v is a mixture of "
                "noise and data.",
                lambda: _averages()[1],
            ),
            Mistake(
                "a network that returns nothing but zeros misses its target by all of "
                "it. Its loss is the mean square of the target.",
                lambda: 0.0,
            ),
            Mistake(
                "these are the weights themselves, squared: they always add up to 1. "
                "What they multiply has another mean square than 1, half of the time.",
                lambda: 0.5,
            ),
            Mistake(
                "the mean squares of noise and data are added here without weights. v "
                "weighs them by alpha_bar_t and 1 - alpha_bar_t, which add up to 1.",
                lambda: 1 + _averages()[1],
            ),
            Mistake(
                "the weights of v are roots, and their squares belong here: the loss is "
                "the mean of the square of v.",
                _with_the_roots,
            ),
            Mistake(
                "this has the *variance* of the pixels. Their mean is not 0, and the "
                "square of it belongs to the loss.",
                _with_the_variance,
            ),
            Mistake(
                "this is the part of the data alone. The noise has a part as well.",
                lambda: loss_of_zero() - _averages()[0],
            ),
        ),
    ),
    meaning=(
        "It is the first number to look at in any training: if the loss does not start "
        "there, the target or the data is not what you think."
    ),
    hints=(
        "The network returns 0, so its loss is the mean of $v^2$. Noise and data are "
        "independent, and the noise has mean 0: what is the mean of "
        "$(\\sqrt{\\bar\\alpha_t}\\,\\epsilon - \\sqrt{1-\\bar\\alpha_t}\\,x_0)^2$?",
        "The cross term vanishes. $\\bar\\alpha_t \\cdot 1 + (1 - \\bar\\alpha_t) \\cdot "
        "\\mathbb E[x_0^2]$, and over the times $\\bar\\alpha_t$ averages to about one "
        "half.",
    ),
    on_failure=(
        ("The noise.", "You gave the mean square of the noise, which is the loss for `EPS`."),
        ("The data.", "You gave that of the data, which is the loss for `X0`."),
        (
            "Too large or too small.",
            "It lies between 1 and the mean square of a pixel.",
        ),
    ),
    discussion=(
        "The mean of $v^2$ is $\\bar\\alpha_t + (1-\\bar\\alpha_t)\\,\\mathbb E[x_0^2]$, "
        "averaged over the times. Most pixels of a digit are background, -1, so that "
        "their mean square is not far below 1. In code:"
    ),
)
