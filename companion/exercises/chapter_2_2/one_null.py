"""Break and repair: what is dropped in training, and what says nothing in sampling."""

import torch
from torch import Generator, Tensor

from companion.exercises.checkers import FunctionChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def conditions_with_one_null(
    y: Tensor, null: Tensor, u: Tensor, share: Tensor
) -> tuple[Tensor, Tensor]:
    """The rows of a batch, some dropped; and as many rows that say nothing."""
    in_training = torch.where(u < share, null, y)
    in_sampling = null.expand_as(y)
    return in_training, in_sampling


def _inputs(generator: Generator) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    y = torch.randn(6, 3, generator=generator, dtype=torch.float64)
    null = torch.randn(3, generator=generator, dtype=torch.float64)
    share = 0.3 + 0.2 * torch.rand(6, 1, generator=generator, dtype=torch.float64)
    below = torch.tensor([True, False, False, True, False, False])
    below = below[torch.randperm(6, generator=generator), None]
    part = torch.rand(6, 1, generator=generator, dtype=torch.float64)
    return y, null, torch.where(below, part * share, share + part * (1 - share)), share


EXERCISE = Exercise(
    name="one-null",
    number="2.2.4",
    title="Two nulls, three faults",
    kind=Kind.REPAIR,
    chapter="2-2-latent-diffusion",
    difficulty=2,
    importance=3,
    minutes=15,
    answer="both",
    stub=(
        "def both(y, null, u, share):\n"
        '    """The rows for training, then those saying nothing. Three things are wrong."""\n'
        "    in_training = torch.where(u > share, 0 * y, y)\n"
        "    in_sampling = y.mean(dim=0).expand_as(y)\n"
        "    return in_training, in_sampling"
    ),
    solution=conditions_with_one_null,
    checker=FunctionChecker(
        solution=conditions_with_one_null,
        inputs=_inputs,
        parts=("the rows for training", "the rows for sampling"),
        # Each is wrong in one of the two only, and so says nothing of the other.
        mistakes=(
            Mistake(
                "two faults are still in this line: which rows are dropped, and what stands in "
                "their place.",
                lambda y, null, u, share: (torch.where(u > share, 0 * y, y), null.expand_as(y)),
            ),
            Mistake(
                "the wrong rows are dropped. A share of 0.1 has to drop a tenth of them, and "
                "here it keeps a tenth.",
                lambda y, null, u, share: (torch.where(u > share, null, y), null.expand_as(y)),
            ),
            Mistake(
                "zeros stand where a row is dropped. The network has to meet the same null here "
                "as in sampling.",
                lambda y, null, u, share: (torch.where(u < share, 0 * y, y), null.expand_as(y)),
            ),
            Mistake(
                "nothing is dropped. A network that never meets the null cannot be asked with it.",
                lambda y, null, u, share: (y, null.expand_as(y)),
            ),
            Mistake(
                "everything is dropped.",
                lambda y, null, u, share: (null.expand_as(y), null.expand_as(y)),
            ),
            Mistake(
                "the whole batch goes by its first number: each row has one of its own.",
                lambda y, null, u, share: (
                    torch.where(u[:1] < share[:1], null, y),
                    null.expand_as(y),
                ),
            ),
            Mistake(
                "the null is added to what is said. It has to stand in its place.",
                lambda y, null, u, share: (torch.where(u < share, y + null, y), null.expand_as(y)),
            ),
            Mistake(
                "this is the mean of the conditions, which the network has never met. What did "
                "it meet in training where nothing was said?",
                lambda y, null, u, share: (
                    torch.where(u < share, null, y),
                    y.mean(dim=0).expand_as(y),
                ),
            ),
            Mistake(
                "zeros here, and the null in training: these are two nulls.",
                lambda y, null, u, share: (torch.where(u < share, null, y), 0 * y),
            ),
            Mistake(
                "these rows say what was to be dropped.",
                lambda y, null, u, share: (torch.where(u < share, null, y), y),
            ),
            Mistake(
                "some of these rows still say something. In sampling *all* of them say nothing.",
                lambda y, null, u, share: (
                    torch.where(u < share, null, y),
                    torch.where(u < share, null, y),
                ),
            ),
            Mistake(
                "the null is averaged over its numbers. It is a row, and used as it is.",
                lambda y, null, u, share: (
                    torch.where(u < share, null, y),
                    null.mean().expand_as(y),
                ),
            ),
        ),
    ),
    meaning=(
        "In `companion` both come from one object, `network.condition.null`, so that there is no "
        "second null to be wrong."
    ),
    hints=(
        "Ask of each line what the network is told. Where it is told nothing, it has to be told "
        "the same nothing in both.",
        "u is drawn evenly from 0 to 1. It is below 0.1 in a tenth of all cases.",
    ),
    on_failure=(
        ("Training, the wrong rows.", "Let the share be 0. Then nothing may be dropped."),
        ("Two nulls.", "Search both lines for `null`: it belongs in both."),
    ),
    discussion=(
        "The comparison was the wrong way round, zeros stood in training where the null belongs, "
        "and the mean of the conditions in sampling. None of the three makes anything crash. The "
        "loss looks as usual, and guidance leads away from something that was never learned. In "
        "code:"
    ),
)
