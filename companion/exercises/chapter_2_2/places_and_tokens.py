"""Explore: what attention costs on pixels and on a latent, words among it."""

from companion.exercises.checkers import NumberChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def times_dearer(side: int = 32, latent: int = 8, tokens: int = 12) -> float:
    """The cost of self- and cross-attention on pixels, over that on a latent."""
    pixels = (side * side) ** 2 + side * side * tokens
    places = (latent * latent) ** 2 + latent * latent * tokens
    return pixels / places


EXERCISE = Exercise(
    name="places-and-tokens",
    number="2.2.5",
    title="Where attention is dear",
    kind=Kind.EXPLORE,
    chapter="2-2-latent-diffusion",
    difficulty=2,
    importance=2,
    minutes=15,
    answer="ratio",
    stub="ratio = None  # a number",
    solution=times_dearer,
    checker=NumberChecker(
        solution=times_dearer,
        tolerance=0.5,
        mistakes=(
            Mistake(
                "this is self-attention alone. The words are looked at as well, by every place.",
                lambda: times_dearer(tokens=0),
            ),
            Mistake(
                "this is cross-attention alone, whose cost grows with the number of places. What "
                "grows with its square?",
                lambda: 16.0,
            ),
            Mistake(
                "here places and words are one sequence, and each looks at each. In the UNet the "
                "words do not look at the places.",
                lambda: ((1024 + 12) / (64 + 12)) ** 2,
            ),
            Mistake(
                "this is the factor of one side. How many places are there, and what does "
                "self-attention do with each pair?",
                lambda: 4.0,
            ),
            Mistake(
                "one side is taken for the number of places: 32 pixels by 32 are 1024.",
                lambda: (32**2 + 32 * 12) / (8**2 + 8 * 12),
            ),
            Mistake(
                "this is the difference of the two, in thousands. How many *times* more is it?",
                lambda: (1060864 - 4864) / 1000,
            ),
        ),
    ),
    meaning=(
        "On the latent a sixth of it is spent on the words, on the pixels hardly more than a "
        "hundredth."
    ),
    hints=(
        "Scores and values take N times M times C multiply-adds each, for N queries, M keys and "
        "C channels. The same C everywhere cancels.",
        "Self-attention has M = N, cross-attention M = 12. N is 1024, or 64.",
    ),
    on_failure=(
        ("256 or 16.", "Add the two attentions up first, then divide."),
        ("A small number.", "N is the number of places, and not a side."),
    ),
    discussion=(
        "A sample answer. With N places and M words the two together cost N(N + M) times a "
        "constant: 1024 times 1036 on pixels, 64 times 76 on the latent. With 77 words, as in "
        "Stable Diffusion, the latent's self- and cross-attention cost nearly the same. On a "
        "picture of 512 by 512 with f = 8 the words are cheap again, because 4096 places look at "
        "each other. In code:"
    ),
)
