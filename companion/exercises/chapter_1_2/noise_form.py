"""Implement: the posterior's mean from the noise instead of the clean data (1-13a)."""

import torch
from torch import Generator, Tensor

from companion.exercises.chapter_1_2.general_posterior import times
from companion.exercises.checkers import FunctionChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def mean_from_noise(xt: Tensor, eps: Tensor, ab_s: Tensor, ab_t: Tensor) -> Tensor:
    """The mean of q(x_s | x_t, x_0), where eps is the noise in x_t."""
    alpha = ab_t / ab_s
    return (xt - (1 - alpha) / torch.sqrt(1 - ab_t) * eps) / torch.sqrt(alpha)


def _inputs(generator: Generator) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    xt, eps = torch.randn(2, 4, 3, generator=generator, dtype=torch.float64)
    return xt, eps, *times(generator)


EXERCISE = Exercise(
    name="noise-form",
    number="1.2.4",
    title="The mean from the noise",
    kind=Kind.IMPLEMENT,
    chapter="1-2-posterior",
    difficulty=2,
    importance=3,
    minutes=15,
    answer="mean_from_noise",
    stub=(
        "import torch\n\n\n"
        "def mean_from_noise(xt, eps, ab_s, ab_t):\n"
        '    """The mean of x_s: (B, D), float64."""\n'
        "    ..."
    ),
    solution=mean_from_noise,
    checker=FunctionChecker(
        solution=mean_from_noise,
        inputs=_inputs,
        parts=("the mean",),
        mistakes=(
            Mistake(
                "this is x_0 from the noise (1-12), all of the way back to time 0. The "
                "mean of x_s stops on the way.",
                lambda xt, eps, ab_s, ab_t: (xt - torch.sqrt(1 - ab_t) * eps) / torch.sqrt(ab_t),
            ),
            Mistake(
                "the noise of the step, sqrt(1 - alpha), was taken off whole. eps is "
                "the noise of *all* steps up to t: this step's expected share is "
                "(1 - alpha) / sqrt(1 - ab_t).",
                lambda xt, eps, ab_s, ab_t: (
                    (xt - torch.sqrt(1 - ab_t / ab_s) * eps) / torch.sqrt(ab_t / ab_s)
                ),
            ),
            Mistake(
                "this is a step of DDIM, which keeps all of the noise at the weight of "
                "time s. The mean of the posterior keeps less of it.",
                lambda xt, eps, ab_s, ab_t: (
                    torch.sqrt(ab_s / ab_t) * (xt - torch.sqrt(1 - ab_t) * eps)
                    + torch.sqrt(1 - ab_s) * eps
                ),
            ),
            Mistake(
                "the root over 1 - alpha_bar_t is missing.",
                lambda xt, eps, ab_s, ab_t: (
                    (xt - (1 - ab_t / ab_s) / (1 - ab_t) * eps) / torch.sqrt(ab_t / ab_s)
                ),
            ),
            Mistake(
                "the division by sqrt(alpha) is missing: the step forward shrank x_s by it.",
                lambda xt, eps, ab_s, ab_t: xt - (1 - ab_t / ab_s) / torch.sqrt(1 - ab_t) * eps,
            ),
            Mistake(
                "the noise is added. It was added on the way forward, and here it is taken off.",
                lambda xt, eps, ab_s, ab_t: mean_from_noise(xt, -eps, ab_s, ab_t),
            ),
            Mistake(
                "only x_t is divided by sqrt(alpha): brackets are missing.",
                lambda xt, eps, ab_s, ab_t: (
                    xt / torch.sqrt(ab_t / ab_s) - (1 - ab_t / ab_s) / torch.sqrt(1 - ab_t) * eps
                ),
            ),
        ),
    ),
    meaning=(
        "A network that predicts eps is all that this formula still needs: it is the "
        "sampler of DDPM."
    ),
    hints=(
        "Start from the mean in $x_0$ and $x_t$, and replace $x_0$ by what (1-12) says "
        "of it: $x_0 = (x_t - \\sqrt{1 - \\bar\\alpha_t}\\,\\epsilon) / "
        "\\sqrt{\\bar\\alpha_t}$.",
        "Collect the terms in $x_t$: their sum is $1/\\sqrt{\\alpha}$, because "
        "$1 - \\alpha + \\alpha(1 - \\bar\\alpha_s) = 1 - \\bar\\alpha_t$. Those in "
        "$\\epsilon$ leave $-\\frac{1 - \\alpha}{\\sqrt{\\alpha}\\sqrt{1 - "
        "\\bar\\alpha_t}}$.",
    ),
    on_failure=(
        (
            "This is $x_0$ from the noise.",
            "The two agree at $s = 0$ only. Check `ab_s` close to `ab_t`: the mean "
            "must be close to `xt`.",
        ),
        (
            "The noise of the step was taken off whole.",
            "`eps` belongs to the whole way from $0$ to $t$, so "
            "$\\sqrt{1 - \\bar\\alpha_t}$ has to appear.",
        ),
        ("The noise is added.", "A sign: $x_t - \\dots$"),
    ),
    discussion=(
        "Put (1-12) into (1-11a). The coefficient of $x_t$ becomes "
        "$\\frac{(1 - \\alpha) + \\alpha (1 - \\bar\\alpha_s)}{\\sqrt{\\alpha}"
        "(1 - \\bar\\alpha_t)} = \\frac{1}{\\sqrt{\\alpha}}$, since "
        "$\\alpha\\bar\\alpha_s = \\bar\\alpha_t$."
    ),
)
