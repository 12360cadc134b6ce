"""Predict: how often each of seven words has to be kept for whole captions."""

from companion.exercises.checkers import NumberChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def rate_of_a_word(whole: float = 0.8, words: int = 7) -> float:
    """The rate of a word at which so many captions are whole, words independent."""
    return whole ** (1 / words)


EXERCISE = Exercise(
    name="seven-words",
    number="2.2.2.1",
    title="Four captions of five",
    kind=Kind.PREDICT,
    chapter="2-2-2-words",
    difficulty=1,
    importance=3,
    minutes=5,
    answer="rate",
    stub="rate = None  # a number in 0..1",
    solution=rate_of_a_word,
    checker=NumberChecker(
        solution=rate_of_a_word,
        tolerance=0.001,
        mistakes=(
            Mistake(
                "this is the bound that holds for dependent words as well: seven errors that "
                "never meet. Independent ones meet now and then, so each word may fail more often.",
                lambda: 1 - 0.2 / 7,
            ),
            Mistake(
                "this is the rate of the *whole* caption. With seven words of this rate only one "
                "caption of five is whole.",
                lambda: 0.8,
            ),
            Mistake(
                "these are the whole captions where each word is kept at a rate of 0.8. The "
                "question goes the other way.",
                lambda: 0.8**7,
            ),
            Mistake(
                "this is for one shape, with three words. Here there are two shapes and a place.",
                lambda: rate_of_a_word(words=3),
            ),
            Mistake(
                "this is for four words, one of each kind. Size, colour and shape are asked twice.",
                lambda: rate_of_a_word(words=4),
            ),
            Mistake(
                "this is for six words: the place is missing.",
                lambda: rate_of_a_word(words=6),
            ),
            Mistake(
                "this is for eight words. The exercise says that both shapes are there, so their "
                "number is no word that can fail.",
                lambda: rate_of_a_word(words=8),
            ),
            Mistake(
                "here the whole rate is shared out among the words. Do rates add up, or multiply?",
                lambda: 0.8 / 7,
            ),
        ),
    ),
    meaning="A model that misses three words in a hundred misses a caption in five.",
    hints=(
        "All seven words have to be kept. What is the probability of that, if each has p?",
        "Solve $p^7 = 0.8$.",
    ),
    on_failure=(
        ("A rate below 0.9.", "Try it: multiply seven such rates."),
        ("0.971.", "That is $1 - 0.2/7$, which is a bound and not the answer."),
    ),
    discussion=(
        "Independent words multiply, so $p^7 = 0.8$ and $p = 0.8^{1/7} = 0.969$. With one shape "
        "three words are asked, and the same rate gives 91 per cent of whole captions. In code:"
    ),
)
