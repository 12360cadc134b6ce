"""Implement: the 2-Wasserstein distance of two sets of numbers."""

import torch
from torch import Generator, Tensor

from companion.exercises.checkers import FunctionChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def w2_of_rows(a: Tensor, b: Tensor) -> Tensor:
    """The distance of each row of a from that row of b."""
    apart = a.sort(dim=1).values - b.sort(dim=1).values
    return apart.square().mean(dim=1).sqrt()


def _sorted(a: Tensor, b: Tensor) -> Tensor:
    return a.sort(dim=1).values - b.sort(dim=1).values


def _nearest(a: Tensor, b: Tensor) -> Tensor:
    """The way from each number of a to the nearest of that row of b."""
    return (a[:, :, None] - b[:, None, :]).abs().amin(dim=2)


def _inputs(generator: Generator) -> tuple[Tensor, Tensor]:
    a, b = torch.randn(2, 4, 6, generator=generator, dtype=torch.float64)
    return a, 2 * b + 1


EXERCISE = Exercise(
    name="sorted-pairs",
    number="1.4.3",
    title="The shortest way from one heap to another",
    kind=Kind.IMPLEMENT,
    chapter="1-4-why-many-steps",
    difficulty=1,
    importance=2,
    minutes=10,
    answer="w2",
    stub=(
        'def w2(a, b):\n    """The distance of each row of a from that row of b, (B,)."""\n    ...'
    ),
    solution=w2_of_rows,
    checker=FunctionChecker(
        solution=w2_of_rows,
        inputs=_inputs,
        parts=("the distance",),
        mistakes=(
            Mistake(
                "each number goes to the partner at the same place, wherever that is. "
                "On a line the shortest way keeps the order of size.",
                lambda a, b: (a - b).square().mean(dim=1).sqrt(),
            ),
            Mistake(
                "each number goes to the nearest partner, and several may go to one. Here "
                "each partner is taken once.",
                lambda a, b: _nearest(a, b).square().mean(dim=1).sqrt(),
            ),
            Mistake(
                "each number of b has the nearest of a for a partner, and several may have "
                "one. Here each is taken once.",
                lambda a, b: _nearest(b, a).square().mean(dim=1).sqrt(),
            ),
            Mistake(
                "this is the square of the distance: the root at the end is missing.",
                lambda a, b: _sorted(a, b).square().mean(dim=1),
            ),
            Mistake(
                "this is the 1-Wasserstein distance, the mean way. The 2-Wasserstein "
                "distance is the root of the mean *squared* way.",
                lambda a, b: _sorted(a, b).abs().mean(dim=1),
            ),
            Mistake(
                "a sum for a mean: the distance would grow with the number of samples.",
                lambda a, b: _sorted(a, b).square().sum(dim=1).sqrt(),
            ),
            Mistake(
                "the columns are sorted. Which axis runs over the numbers of one set?",
                lambda a, b: (
                    (a.sort(dim=0).values - b.sort(dim=0).values).square().mean(dim=1).sqrt()
                ),
            ),
            Mistake(
                "this compares the means only. Two heaps may have one mean and be far apart.",
                lambda a, b: (a.mean(dim=1) - b.mean(dim=1)).abs(),
            ),
            Mistake(
                "one is sorted upwards, the other downwards: that is the *longest* way.",
                lambda a, b: (
                    (a.sort(dim=1).values - b.sort(dim=1, descending=True).values)
                    .square()
                    .mean(dim=1)
                    .sqrt()
                ),
            ),
        ),
    ),
    meaning="Figure 1.4.3 is made with this, in `companion.evaluation`.",
    hints=(
        "Take two numbers of one set, and let the left one have the partner further "
        "right. Exchange the partners: do the squared ways get longer or shorter?",
        "Shorter, always. So sort both rows, and pair them place by place.",
    ),
    on_failure=(
        ("The partner at the same place.", "`sort(dim=1)` returns values and indices."),
        ("A square or a sum.", "The root of the mean of the squares, of each row."),
        ("A wrong shape.", "One number a row: reduce over `dim=1`."),
    ),
    discussion=(
        "For points on a line the best pairing is by order of size; in more dimensions it "
        "has to be searched for. In code:"
    ),
)
