"""Implement: what goes into a network in training, and what should come out."""

import torch
from torch import Generator, Tensor, sqrt

from companion.exercises.checkers import FunctionChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def training_pair(x0: Tensor, eps: Tensor, ab_t: Tensor) -> tuple[Tensor, Tensor]:
    """x_t and v."""
    signal, noise = sqrt(ab_t), sqrt(1 - ab_t)
    return signal * x0 + noise * eps, signal * eps - noise * x0


def _inputs(generator: Generator) -> tuple[Tensor, Tensor, Tensor]:
    x0, eps = torch.randn(2, 4, 3, generator=generator, dtype=torch.float64)
    return x0, eps, 0.05 + 0.9 * torch.rand(4, 1, generator=generator).double()


def _v(v: object) -> object:
    """The solution with another v, a function of x0, eps and ab_t."""

    def wrong(x0: Tensor, eps: Tensor, ab_t: Tensor) -> tuple[Tensor, Tensor]:
        return sqrt(ab_t) * x0 + sqrt(1 - ab_t) * eps, v(x0, eps, ab_t)

    return wrong


EXERCISE = Exercise(
    name="training-pair",
    number="1.3.3",
    title="What goes in and what should come out",
    kind=Kind.IMPLEMENT,
    chapter="1-3-training",
    difficulty=1,
    importance=3,
    minutes=10,
    answer="training_pair",
    stub=(
        "from torch import sqrt\n\n\n"
        "def training_pair(x0, eps, ab_t):\n"
        '    """x_t and v, both (B, D)."""\n'
        "    ..."
    ),
    solution=training_pair,
    checker=FunctionChecker(
        solution=training_pair,
        inputs=_inputs,
        parts=("x_t", "v"),
        mistakes=(
            Mistake(
                "that is the noise. A network can be asked for it, but here it is asked for v.",
                _v(lambda x0, eps, ab_t: eps),
            ),
            Mistake(
                "the two weights have changed places: in v the noise has the weight "
                "that the data has in x_t.",
                _v(lambda x0, eps, ab_t: sqrt(1 - ab_t) * eps - sqrt(ab_t) * x0),
            ),
            Mistake(
                "a plus for a minus. x_t and v are the two coordinates of a rotation, "
                "and one of them has the minus.",
                _v(lambda x0, eps, ab_t: sqrt(ab_t) * eps + sqrt(1 - ab_t) * x0),
            ),
            Mistake(
                "the roots are missing in v.",
                _v(lambda x0, eps, ab_t: ab_t * eps - (1 - ab_t) * x0),
            ),
            Mistake(
                "the roots are missing in x_t.",
                lambda x0, eps, ab_t: (
                    ab_t * x0 + (1 - ab_t) * eps,
                    training_pair(x0, eps, ab_t)[1],
                ),
            ),
        ),
    ),
    meaning="These two lines, a network and a mean square are all of training.",
    hints=(
        "$x_t$ is (1-4). For $v$ look at *The target of this chapter*.",
        "$v = \\sqrt{\\bar\\alpha_t}\\,\\epsilon - \\sqrt{1-\\bar\\alpha_t}\\,x_0$.",
    ),
    on_failure=(
        ("Changed places.", "At `ab_t = 1`, $v$ is the noise and $x_t$ the data."),
        (
            "A plus for a minus.",
            "$x_t^2 + v^2 = x_0^2 + \\epsilon^2$.",
        ),
        ("A wrong shape.", "`ab_t` is (B, 1): it broadcasts by itself."),
    ),
    discussion=(
        "$(x_t, v)$ is $(x_0, \\epsilon)$ turned by an angle whose cosine is "
        "$\\sqrt{\\bar\\alpha_t}$, which is why it can be turned back at every time."
    ),
)
