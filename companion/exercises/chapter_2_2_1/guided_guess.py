"""Break and repair: guidance with the wrong start, on some of the channels, half done."""

from collections.abc import Callable

import torch
from torch import Generator, Tensor, sqrt

from companion.exercises.checkers import FunctionChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def guided_x0(
    xt: Tensor,
    cond: Tensor,
    uncond: Tensor,
    scale: Tensor,
    ab_t: Tensor,
) -> Tensor:
    """The guess of x_0 that belongs to the guided noise."""
    eps = uncond + scale * (cond - uncond)
    return (xt - sqrt(1 - ab_t) * eps) / sqrt(ab_t)


def _faulty(start: bool, channels: bool, half: bool) -> Callable:
    """The cell with some of its three faults."""

    def cell(xt: Tensor, cond: Tensor, uncond: Tensor, scale: Tensor, ab_t: Tensor) -> Tensor:
        eps = (cond if start else uncond) + scale * (cond - uncond)
        if channels:
            eps = torch.cat([eps[:, :3], cond[:, 3:]], dim=1)
        return (xt - sqrt(1 - ab_t) * (cond if half else eps)) / sqrt(ab_t)

    return cell


def _inputs(generator: Generator) -> tuple[Tensor, ...]:
    xt, cond, uncond = torch.randn(3, 4, 4, generator=generator, dtype=torch.float64)
    scale = 1.5 + 4 * torch.rand(4, 1, generator=generator, dtype=torch.float64)
    ab_t = 0.1 + 0.8 * torch.rand(4, 1, generator=generator, dtype=torch.float64)
    return xt, cond, uncond, scale, ab_t


EXERCISE = Exercise(
    name="guided-guess",
    number="2.2.1.4",
    title="Three published mistakes",
    kind=Kind.REPAIR,
    chapter="2-2-1-guidance",
    difficulty=2,
    importance=3,
    minutes=15,
    answer="guided_guess",
    stub=(
        "import torch\n"
        "from torch import sqrt\n\n\n"
        "def guided_guess(xt, cond, uncond, scale, ab_t):\n"
        '    """The guess of x_0 under guidance, (B, 4). Three things are wrong."""\n'
        "    eps = cond + scale * (cond - uncond)\n"
        "    eps = torch.cat([eps[:, :3], cond[:, 3:]], dim=1)\n"
        "    return (xt - sqrt(1 - ab_t) * cond) / sqrt(ab_t)"
    ),
    solution=guided_x0,
    checker=FunctionChecker(
        solution=guided_x0,
        inputs=_inputs,
        parts=("x_0",),
        mistakes=(
            Mistake(
                "one fault is still in it. At a scale of 1 the guided noise has to be the one with "
                "the condition.",
                _faulty(True, False, False),
            ),
            Mistake(
                "one fault is still in it. Compare the channels: is each of them guided?",
                _faulty(False, True, False),
            ),
            Mistake(
                "the guided noise is computed and not used. Which noise does the last line take?",
                _faulty(False, False, True),
            ),
            Mistake(
                "two faults are still in it: where the line starts, and the last channel.",
                _faulty(True, True, False),
            ),
            Mistake(
                "the start is the noise without the condition, and the noise is led away from it: "
                "a sign is wrong.",
                lambda xt, cond, uncond, scale, ab_t: guided_x0(xt, cond, uncond, -scale, ab_t),
            ),
            Mistake(
                "the two noises have changed places: now the samples are led away from the "
                "condition.",
                lambda xt, cond, uncond, scale, ab_t: guided_x0(xt, uncond, cond, scale, ab_t),
            ),
            Mistake(
                "the weights of x_0 and of the noise have changed places in the last line.",
                lambda xt, cond, uncond, scale, ab_t: (
                    (xt - sqrt(ab_t) * (uncond + scale * (cond - uncond))) / sqrt(1 - ab_t)
                ),
            ),
            Mistake(
                "this is the guided noise. Asked is the guess of x_0 that belongs to it.",
                lambda xt, cond, uncond, scale, ab_t: uncond + scale * (cond - uncond),
            ),
        ),
    ),
    meaning="Each of the three stands, or stood, in a well-known repository.",
    hints=(
        "Try it at a scale of 1 and at a scale of 0: what has to come out?",
        "Let `cond` and `uncond` differ in the last channel only.",
    ),
    on_failure=(
        ("The start.", "At a scale of 0 the condition has to be gone."),
        ("A channel.", "There are four, as in many latents."),
        ("Not used.", "x_0 and the noise have to belong together."),
    ),
    discussion=(
        "The first line was the other convention, the second guided three channels of four, and "
        "the third forgot the result. In code:"
    ),
)
