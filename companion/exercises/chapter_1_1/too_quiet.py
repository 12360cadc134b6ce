"""Break and repair: a loop of noising steps that gets quieter and quieter."""

import torch
from torch import Generator, Tensor, sqrt

from companion.exercises.checkers import FunctionChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def diffuse_repaired(x0: Tensor, beta: Tensor, eps: Tensor) -> Tensor:
    """x_T, after one step (1-2) for each beta."""
    x = x0
    for t in range(1, len(beta)):
        x = sqrt(1 - beta[t]) * x + sqrt(beta[t]) * eps[t]
    return x


def _inputs(generator: Generator) -> tuple[Tensor, Tensor, Tensor]:
    draw = {"generator": generator, "dtype": torch.float64}
    x0, eps = torch.randn(4, 3, **draw), torch.randn(7, 4, 3, **draw)
    beta = torch.cat([torch.zeros(1).double(), 0.1 + 0.6 * torch.rand(6, **draw)])
    return x0, beta, eps


def _loop(x: Tensor, weights: list[tuple[Tensor, Tensor]], noises: list) -> Tensor:
    for (signal, noise), z in zip(weights, noises, strict=True):
        x = signal * x + noise * z
    return x


def _right(beta: Tensor) -> list[tuple[Tensor, Tensor]]:
    return [(sqrt(1 - b), sqrt(b)) for b in beta]


EXERCISE = Exercise(
    name="too-quiet",
    number="1.1.5",
    title="The noise that dies away",
    kind=Kind.REPAIR,
    chapter="1-1-forward",
    difficulty=1,
    importance=2,
    minutes=10,
    answer="diffuse",
    stub=(
        "from torch import sqrt\n\n\n"
        "def diffuse(x0, beta, eps):\n"
        '    """x_T: (B, D), float64. Something is wrong in here."""\n'
        "    x = x0\n"
        "    for t in range(1, len(beta) - 1):\n"
        "        x = sqrt(1 - beta[t]) * x + beta[t] * eps[t]\n"
        "    return x"
    ),
    solution=diffuse_repaired,
    checker=FunctionChecker(
        solution=diffuse_repaired,
        inputs=_inputs,
        parts=("x_T",),
        mistakes=(
            Mistake(
                "the weights are right now, but the last step is never taken: "
                "range(1, T) ends at T - 1.",
                lambda x0, beta, eps: _loop(x0, _right(beta[1:-1]), eps[1:-1]),
            ),
            Mistake(
                "the loop is right now, but beta[t] is a variance: the number in front "
                "of the noise is its root.",
                lambda x0, beta, eps: _loop(x0, [(sqrt(1 - b), b) for b in beta[1:]], eps[1:]),
            ),
            Mistake(
                "both faults of the cell are still there: the weight of the noise, and "
                "the number of steps.",
                lambda x0, beta, eps: _loop(x0, [(sqrt(1 - b), b) for b in beta[1:-1]], eps[1:-1]),
            ),
            Mistake(
                "the root in front of x was right. Without it the picture fades twice "
                "as fast as the noise makes up for.",
                lambda x0, beta, eps: _loop(x0, [(1 - b, sqrt(b)) for b in beta[1:]], eps[1:]),
            ),
            Mistake(
                "you made the variances add up by changing the weight of the picture, "
                "to sqrt(1 - beta^2). The step of the chapter keeps sqrt(1 - beta).",
                lambda x0, beta, eps: _loop(x0, [(sqrt(1 - b**2), b) for b in beta[1:]], eps[1:]),
            ),
            Mistake(
                "every step uses the same noise: take eps[t], not eps[0] or eps[1].",
                lambda x0, beta, eps: _loop(x0, _right(beta[1:]), [eps[1]] * (len(beta) - 1)),
            ),
            Mistake(
                "the noise is one place early: the index starts at 1, and eps[0] is not used.",
                lambda x0, beta, eps: _loop(x0, _right(beta[1:]), eps[:-1]),
            ),
        ),
    ),
    meaning=(
        "Each step keeps variance 1 at 1, and there are T of them. The broken loop had "
        "no error message either: only the numbers told."
    ),
    hints=(
        "There are two faults. Follow the variance: start with data of variance 1. "
        "What is the variance after one pass through the loop, if `beta[t]` is 0.1?",
        "$\\operatorname{Var}(a x + b z) = a^2 + b^2$ for $x$ and $z$ of variance 1. "
        "And which is the last value that `range(1, 5)` gives?",
    ),
    on_failure=(
        ("The last step is never taken.", "`len(beta)` is $T + 1$ here."),
        (
            "beta[t] is a variance.",
            "The article's text calls $\\beta_t$ the weight of the noise. The weight "
            "is $\\sqrt{\\beta_t}$.",
        ),
        (
            "Your function changes its input in place.",
            "`x = x0` is not a copy: `x *= ...` then changes the caller's `x0`.",
        ),
    ),
    discussion=(
        "The weight of the noise is the root of its variance, and the loop has to "
        "reach $t = T$, the last index of `beta`."
    ),
)
