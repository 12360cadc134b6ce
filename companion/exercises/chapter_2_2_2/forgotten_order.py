"""Break and repair: a text encoder in which no word knows its neighbour."""

from collections.abc import Callable

import torch
from torch import Generator, Tensor

from companion.exercises.checkers import FunctionChecker
from companion.exercises.exercise import Exercise, Kind, Mistake, still_wrong


def encoded(words: Tensor, place: Tensor, there: Tensor) -> Tensor:
    """Each word with its place, and what it found in those there: (B, N, D)."""
    h = words + place  # (B, N, D)
    scores = h @ h.mT / h.shape[2] ** 0.5  # (B, N, N)
    scores = scores.masked_fill(~there[:, None, :], -1e9)
    return h + scores.softmax(dim=2) @ h  # (B, N, D)


def _inputs(generator: Generator) -> tuple[Tensor, Tensor, Tensor]:
    words = torch.randn(3, 5, 4, generator=generator, dtype=torch.float64)
    place = torch.randn(5, 4, generator=generator, dtype=torch.float64)
    length = 2 + torch.randint(3, (3, 1), generator=generator)
    return words, place, torch.arange(5) < length


def _left(no_order: bool, no_mask: bool, wrong_axis: bool) -> Callable:
    """The encoder with only these faults left in it."""

    def in_context(words: Tensor, place: Tensor, there: Tensor) -> Tensor:
        h = words + (place.mean(dim=0) if no_order else place)
        scores = h @ h.mT / h.shape[2] ** 0.5
        hidden = ~there[:, :, None] if no_mask else ~there[:, None, :]
        scores = scores.masked_fill(hidden, -1e9)
        return h + scores.softmax(dim=1 if wrong_axis else 2) @ h

    return in_context


WHERE = (
    "the places: do two orders of the same words give anything else than two orders of rows?",
    "the mask: who is hidden here, the word that looks or the word that is looked at?",
    "the softmax: over what do the weights of one word add up to 1?",
)


EXERCISE = Exercise(
    name="forgotten-order",
    number="2.2.2.5",
    title="Which word belongs to which",
    kind=Kind.REPAIR,
    chapter="2-2-2-words",
    difficulty=2,
    importance=3,
    minutes=20,
    answer="in_context",
    stub=(
        "import torch\n\n\n"
        "def in_context(words, place, there):\n"
        '    """Each word and what it found in others, (B, N, D). Three things are wrong."""\n'
        "    h = words + place.mean(dim=0)\n"
        "    scores = h @ h.mT / h.shape[2] ** 0.5\n"
        "    scores = scores.masked_fill(~there[:, :, None], -1e9)\n"
        "    return h + scores.softmax(dim=1) @ h"
    ),
    solution=encoded,
    checker=FunctionChecker(
        solution=encoded,
        inputs=_inputs,
        parts=("the words",),
        mistakes=(
            *still_wrong(WHERE, _left),
            Mistake(
                "the places are added after the words have looked at each other. Then no word "
                "knows who stands beside it.",
                lambda words, place, there: encoded(words, torch.zeros_like(place), there) + place,
            ),
            Mistake(
                "there are no places in it. A word has to know where it stands.",
                lambda words, place, there: encoded(words, torch.zeros_like(place), there),
            ),
            Mistake(
                "the mask is gone: what fills the rows up is looked at as if it were words.",
                lambda words, place, there: encoded(words, place, torch.ones_like(there)),
            ),
            Mistake(
                "this is what each word found, without the word itself. It has to keep its own "
                "meaning beside that.",
                lambda words, place, there: encoded(words, place, there) - words - place,
            ),
            Mistake(
                "the words are hidden and the filler is seen: the mask is turned round.",
                lambda words, place, there: encoded(words, place, ~there),
            ),
        ),
    ),
    meaning=(
        "Without the places the same words in another order give the same rows in another order, "
        "and an image that looks at them cannot tell the two captions apart."
    ),
    hints=(
        "Take two words in both orders. What should be the same in the two results, and what not?",
        "Row i of the scores is what word i gives to each other one. Its weights add up to 1 along "
        "the row, and what is hidden is a column.",
    ),
    on_failure=(
        ("The places.", "Each of the N places has its own vector, and a mean has none."),
        ("The mask.", "`there[:, None, :]` is (B, 1, N): it hides columns."),
        ("The softmax.", "The last axis is the one that `@ h` sums over."),
    ),
    discussion=(
        "The mean of the places is one vector for all, so order was lost. The mask hid the words "
        "that look and not those that are looked at. And the weights of each *column* added up to "
        "1. With all three the loss still falls: one shape needs no order. In code:"
    ),
)
