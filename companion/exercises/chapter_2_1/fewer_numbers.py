"""Predict: how many times fewer numbers a latent has than its photograph."""

from companion.exercises.checkers import NumberChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def times_fewer(f: int = 8, channels: int = 16, of_picture: int = 3) -> float:
    """The numbers of a picture of 256 by 256 over those of its latent."""
    picture = 256 * 256 * of_picture
    latent = (256 // f) * (256 // f) * channels
    return picture / latent


def _by_the_formula(f: int = 8, channels: int = 16, of_picture: int = 3) -> float:
    return f**2 * of_picture / channels


EXERCISE = Exercise(
    name="fewer-numbers",
    number="2.1.1",
    title="How much smaller a latent is",
    kind=Kind.PREDICT,
    chapter="2-1-autoencoder",
    difficulty=1,
    importance=3,
    minutes=5,
    answer="ratio",
    stub="ratio = None  # a number",
    solution=times_fewer,
    checker=NumberChecker(
        solution=times_fewer,
        tolerance=0.5,
        forms=(_by_the_formula,),
        mistakes=(
            Mistake(
                "this is the area alone. How many numbers stand at one place of the "
                "photograph, and how many at one of the latent?",
                lambda: times_fewer(channels=3),
            ),
            Mistake(
                "this is f, the factor of one side. A picture has two, and channels besides.",
                lambda: 8.0,
            ),
            Mistake(
                "f divides one side only here. Does the encoder shrink the height and "
                "leave the width?",
                lambda: 8.0 * 3 / 16,
            ),
            Mistake(
                "3 and 16 the wrong way round: which of the two has 16 channels, and "
                "do more channels make the latent smaller?",
                lambda: 64.0 * 16 / 3,
            ),
            Mistake(
                "this would be right for f = 4.",
                lambda: times_fewer(f=4),
            ),
            Mistake(
                "this would be right for a latent of 4 channels.",
                lambda: times_fewer(channels=4),
            ),
            Mistake(
                "this would be right for a latent of one channel.",
                lambda: times_fewer(channels=1),
            ),
            Mistake(
                "this would be right for a grey picture, with one number a pixel.",
                lambda: times_fewer(of_picture=1),
            ),
            Mistake(
                "the channels are multiplied here. Those of the photograph make the "
                "ratio larger; what do those of the latent do?",
                lambda: 64.0 * 3 * 16,
            ),
            Mistake(
                "this is less than 1, and no times *fewer*: which of the two counts is "
                "divided by which?",
                lambda: 1 / times_fewer(),
            ),
            Mistake(
                "this is how many numbers the latent has. How many has the photograph?",
                lambda: 32.0 * 32 * 16,
            ),
        ),
    ),
    meaning=(
        "With 4 channels it would be 48. A step of diffusion costs nearly the same for both, "
        "since the places are as many."
    ),
    hints=(
        "Write both shapes down, channels, height and width, and multiply each out.",
        "The photograph is (3, 256, 256). With f = 8 each side of the latent is 32.",
    ),
    on_failure=(
        ("The area alone.", "Count numbers, not places: each place has its channels."),
        ("One side only.", "256 / 8 is the height, and the width."),
        ("3 and 16.", "Which of the two counts stands above the line of the fraction?"),
    ),
    discussion=(
        "The photograph has $3\\cdot256^2 = 196608$ numbers, the latent "
        "$16\\cdot32^2 = 16384$, so that the ratio is 12. In general it is "
        "$f^2\\cdot 3/c$: twice the f makes it four times as large, twice the channels "
        "half as large. In code:"
    ),
)
