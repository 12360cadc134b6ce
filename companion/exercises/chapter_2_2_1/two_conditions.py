"""Implement: guidance by two conditions at once, each with a scale of its own."""

from collections.abc import Callable

import torch
from torch import Generator, Tensor

from companion.exercises.checkers import FunctionChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def guided_by_two(
    uncond: Tensor, cond_a: Tensor, cond_b: Tensor, s_a: Tensor, s_b: Tensor
) -> Tensor:
    """The noise whose score is that of q(x_t) q(a | x_t)^s_a q(b | x_t)^s_b."""
    return uncond + s_a * (cond_a - uncond) + s_b * (cond_b - uncond)


def _sorted(uncond: Tensor, cond_a: Tensor, cond_b: Tensor, s_a: Tensor, s_b: Tensor) -> Tensor:
    return (1 - s_a - s_b) * uncond + s_a * cond_a + s_b * cond_b


def _mixed(none: Callable, a: Callable, b: Callable) -> Callable:
    """A sum of the three noises with these weights."""

    def mix(uncond: Tensor, cond_a: Tensor, cond_b: Tensor, s_a: Tensor, s_b: Tensor) -> Tensor:
        return none(s_a, s_b) * uncond + a(s_a, s_b) * cond_a + b(s_a, s_b) * cond_b

    return mix


def _inputs(generator: Generator) -> tuple[Tensor, ...]:
    noises = torch.randn(3, 4, 6, generator=generator, dtype=torch.float64)
    scales = 0.5 + 4 * torch.rand(2, 4, 1, generator=generator, dtype=torch.float64)
    return (*noises, *scales)


EXERCISE = Exercise(
    name="two-conditions",
    number="2.2.1.3",
    title="Two conditions at once",
    kind=Kind.IMPLEMENT,
    chapter="2-2-1-guidance",
    difficulty=2,
    importance=2,
    minutes=10,
    answer="by_two",
    stub=(
        "def by_two(uncond, cond_a, cond_b, s_a, s_b):\n"
        '    """The noise guided by two conditions, (B, D)."""\n'
        "    ..."
    ),
    solution=guided_by_two,
    checker=FunctionChecker(
        solution=guided_by_two,
        inputs=_inputs,
        forms=(_sorted,),
        parts=("the noise",),
        mistakes=(
            Mistake(
                "the noise without a condition is in it twice. The product has q(x_t) once.",
                _mixed(lambda a, b: 2 - a - b, lambda a, b: a, lambda a, b: b),
            ),
            Mistake(
                "this is the mean of two guided noises, so each condition has half its scale.",
                _mixed(lambda a, b: 1 - (a + b) / 2, lambda a, b: a / 2, lambda a, b: b / 2),
            ),
            Mistake(
                "this guides by b from where a alone would lead: the second difference is taken "
                "to `cond_a`.",
                _mixed(lambda a, b: 1 - a, lambda a, b: a - b, lambda a, b: b),
            ),
            Mistake(
                "nothing is taken away: each condition is a *difference* to the noise without one.",
                _mixed(lambda a, b: 1.0, lambda a, b: a, lambda a, b: b),
            ),
            Mistake(
                "the second guidance starts from the result of the first, so that q(x_t) and a "
                "are weakened by s_b.",
                _mixed(lambda a, b: (1 - a) * (1 - b), lambda a, b: a * (1 - b), lambda a, b: b),
            ),
            Mistake(
                "the scales have changed places.",
                _mixed(lambda a, b: 1 - a - b, lambda a, b: b, lambda a, b: a),
            ),
            Mistake(
                "these are scales w. In this book 0 is no condition.",
                _mixed(lambda a, b: -1 - a - b, lambda a, b: 1 + a, lambda a, b: 1 + b),
            ),
            Mistake(
                "b is not in it.",
                _mixed(lambda a, b: 1 - a, lambda a, b: a, lambda a, b: 0.0),
            ),
        ),
    ),
    meaning=(
        "A scale below 0 leads away from its condition. That the classes are independent given "
        "x_t is assumed, and holds for none of the usual ones exactly."
    ),
    hints=(
        "Take the logarithm of the product, and the slope of each term.",
        "$\\nabla\\log q(a \\mid x_t)$ is a difference of two scores, and so of two noises.",
    ),
    on_failure=(
        ("Twice.", "With `s_a = s_b = 0` only `uncond` may be left."),
        ("Half.", "With `s_b = 0` and `s_a = 1` only `cond_a` may be left."),
        ("From the wrong place.", "Both differences are to `uncond`."),
    ),
    discussion=(
        "The logarithm of the product has three terms, and each slope of the last two is a "
        "difference to the noise without a condition. In code:"
    ),
)
