"""Implement: of how many pictures all words are there, and of how many they are bound."""

from collections.abc import Callable

import torch
from torch import Generator, Tensor

from companion.exercises.checkers import FunctionChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def present_and_bound(wanted: Tensor, seen: Tensor) -> tuple[Tensor, Tensor]:
    """The shares of pictures with all words, and with each shape in its colour."""
    same = wanted.sort(dim=1).values == seen.sort(dim=1).values  # (B, 2, 2)
    present = same.all(dim=2).all(dim=1)
    one, other = (10 * x[:, :, 0] + x[:, :, 1] for x in (wanted, seen))  # (B, 2)
    bound = (one.sort(dim=1).values == other.sort(dim=1).values).all(dim=1)
    return present.double().mean(), bound.double().mean()


def _inputs(generator: Generator) -> tuple[Tensor, Tensor]:
    wanted = torch.randint(3, (60, 2, 2), generator=generator)
    wild = torch.randint(3, (15, 2, 2), generator=generator)
    crossed = torch.stack([wanted[15:30, :, 0], wanted[15:30, :, 1].flip(1)], dim=2)
    one_wrong = wanted[45:].clone()
    one_wrong[:, 0, 1] = (one_wrong[:, 0, 1] + 1) % 3
    return wanted, torch.cat([wanted[:15].flip(1), crossed, wild, one_wrong])


def _in_place(wanted: Tensor, seen: Tensor) -> Tensor:
    return (wanted == seen).all(dim=2).all(dim=1)


def _sorted_alike(wanted: Tensor, seen: Tensor) -> Tensor:
    return wanted.sort(dim=1).values == seen.sort(dim=1).values


def _meets(wanted: Tensor, seen: Tensor) -> Tensor:
    """Each that is asked for beside each that is seen: (B, 2, 2, 2)."""
    return wanted[:, :, None] == seen[:, None]


def _words_by(says: str, rule: Callable[[Tensor, Tensor], Tensor]) -> Mistake:
    """The words are looked for by another rule, the pairs by the right one."""
    return Mistake(says, lambda a, s: (rule(a, s).double().mean(), present_and_bound(a, s)[1]))


def _pairs_by(says: str, rule: Callable[[Tensor, Tensor], Tensor]) -> Mistake:
    """The pairs are looked for by another rule, the words by the right one."""
    return Mistake(says, lambda a, s: (present_and_bound(a, s)[0], rule(a, s).double().mean()))


EXERCISE = Exercise(
    name="present-and-bound",
    number="2.2.2.4",
    title="There, and bound",
    kind=Kind.IMPLEMENT,
    chapter="2-2-2-words",
    difficulty=2,
    importance=3,
    minutes=20,
    answer="shares",
    stub=(
        "import torch\n\n\n"
        "def shares(wanted, seen):\n"
        '    """The share of pictures with all words, and with all of them bound."""\n'
        "    ..."
    ),
    solution=present_and_bound,
    checker=FunctionChecker(
        solution=present_and_bound,
        inputs=_inputs,
        parts=("the share with all words", "the share that is bound"),
        # Each is wrong in one of the two only, and so says nothing of the other.
        mistakes=(
            _words_by(
                "the two shapes are compared in their order. The picture has none: sort both "
                "sides first.",
                _in_place,
            ),
            _words_by(
                "a word counts here if it is there once. Where two circles are asked for, two "
                "have to be there.",
                lambda wanted, seen: _meets(wanted, seen).any(dim=2).all(dim=2).all(dim=1),
            ),
            _words_by(
                "these are the pictures whose pairs are right. Words are present also where they "
                "belong to the wrong shape.",
                lambda wanted, seen: present_and_bound(wanted, seen)[1],
            ),
            _words_by(
                "only the colours are looked at.",
                lambda wanted, seen: _sorted_alike(wanted, seen)[:, :, 0].all(dim=1),
            ),
            _words_by(
                "only the shapes are looked at.",
                lambda wanted, seen: _sorted_alike(wanted, seen)[:, :, 1].all(dim=1),
            ),
            _words_by(
                "this is the share of *words*. A picture counts if all of its words are there.",
                _sorted_alike,
            ),
            _pairs_by(
                "the two shapes are compared in their order here: a picture with the second one "
                "in the first place is as good.",
                _in_place,
            ),
            _pairs_by(
                "colours and shapes are sorted apart, so that what belongs together is torn. Make "
                "one number of each pair before sorting.",
                lambda wanted, seen: present_and_bound(wanted, seen)[0],
            ),
            _pairs_by(
                "one bound shape is enough here. Both have to be.",
                lambda wanted, seen: _meets(wanted, seen).all(dim=3).any(dim=2).any(dim=1),
            ),
            _pairs_by(
                "each pair that is asked for is there, but one that is there counts twice where "
                "both are alike.",
                lambda wanted, seen: _meets(wanted, seen).all(dim=3).any(dim=2).all(dim=1),
            ),
            _pairs_by(
                "a sum of colour and shape is not one number for each pair: 0 and 1 give the same "
                "as 1 and 0.",
                lambda wanted, seen: _sorted_alike(wanted.sum(dim=2), seen.sum(dim=2)).all(dim=1),
            ),
        ),
    ),
    meaning=(
        "The first is never below the second. What lies between them is binding: all words are "
        "there, with the wrong shape."
    ),
    hints=(
        "Sorting along the axis of the shapes makes two pictures alike that differ in their order "
        "only.",
        "Ten times the colour plus the shape is one number for a pair, since there are fewer than "
        "ten of each.",
    ),
    on_failure=(
        ("In their order.", "`x.sort(dim=1).values` for both sides."),
        ("Torn pairs.", "Sort colours and shapes apart for the first share only."),
        ("A share of words.", "`all` before `mean`."),
    ),
    discussion=(
        "For the words alone colours and shapes are sorted apart, each against its own. For "
        "binding a pair is one number, and only pairs are sorted. In code:"
    ),
)
