"""Implement: the divergence of two diagonal normal densities."""

import torch
from torch import Generator, Tensor, log

from companion.exercises.checkers import FunctionChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def divergence_of_normals(m: Tensor, C: Tensor, n: Tensor, D: Tensor) -> Tensor:
    """KL(N(m, C) || N(n, D)) of each item, in nats."""
    return ((log(D / C) + (C + (m - n) ** 2) / D - 1) / 2).sum(dim=1)


def _inputs(generator: Generator) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    m, n = torch.randn(2, 4, 3, generator=generator, dtype=torch.float64)
    C, D = 0.2 + torch.rand(2, 4, 3, generator=generator, dtype=torch.float64)
    return m, C, n, D


EXERCISE = Exercise(
    name="divergence",
    number="1.3.1.3",
    title="How far one Gaussian is from another",
    kind=Kind.IMPLEMENT,
    chapter="1-3-1-what-to-predict",
    difficulty=1,
    importance=3,
    minutes=10,
    answer="divergence",
    stub=(
        "import torch\n\n\n"
        "def divergence(m, C, n, D):\n"
        '    """KL(N(m, C) || N(n, D)) of each item, (B,)."""\n'
        "    ..."
    ),
    solution=divergence_of_normals,
    checker=FunctionChecker(
        solution=divergence_of_normals,
        inputs=_inputs,
        parts=("the divergence",),
        mistakes=(
            Mistake(
                "this is the divergence the other way round: of the second density from "
                "the first. It is not symmetric.",
                lambda m, C, n, D: divergence_of_normals(n, D, m, C),
            ),
            Mistake(
                "this is the mean over the coordinates. The densities multiply, so that "
                "their logarithms add up.",
                lambda m, C, n, D: divergence_of_normals(m, C, n, D) / m.shape[1],
            ),
            Mistake(
                "the half in front is missing.",
                lambda m, C, n, D: 2 * divergence_of_normals(m, C, n, D),
            ),
            Mistake(
                "the logarithm has the wrong sign: its fraction is upside down.",
                lambda m, C, n, D: ((log(C / D) + (C + (m - n) ** 2) / D - 1) / 2).sum(dim=1),
            ),
            Mistake(
                "the -1 is missing: of a density from itself the divergence is 0.",
                lambda m, C, n, D: ((log(D / C) + (C + (m - n) ** 2) / D) / 2).sum(dim=1),
            ),
            Mistake(
                "the two variances are left out: this is right for equal variances only.",
                lambda m, C, n, D: ((m - n) ** 2 / D / 2).sum(dim=1),
            ),
        ),
    ),
    meaning="Every middle term of the bound is one of these, with equal variances.",
    hints=(
        "(1-16b), for each coordinate. Try it on two equal densities first.",
        "$\\frac12\\left(\\log\\frac{D}{C} + \\frac{C + (m-n)^2}{D} - 1\\right)$, summed "
        "over `dim=1`.",
    ),
    on_failure=(
        ("The other way round.", "The mean is over the first density."),
        ("A wrong shape.", "One number an item: (B,)."),
        ("Not 0 for equal densities.", "Something constant is missing."),
    ),
    discussion=(
        "`torch.distributions.kl_divergence` says the same of two `Normal`s, coordinate "
        "by coordinate; take the root of the variances for its `scale`. In code:"
    ),
)
