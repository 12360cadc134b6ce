"""Break and repair: a step of DDIM from a network that predicts v."""

import torch
from torch import Generator, Tensor, sqrt

from companion.exercises.chapter_1_2.general_posterior import times
from companion.exercises.checkers import FunctionChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def without_fresh_noise(
    xt: Tensor,
    v: Tensor,
    ab_s: Tensor,
    ab_t: Tensor,
) -> Tensor:
    """x_s from x_t and the network's v, without fresh noise."""
    x0 = sqrt(ab_t) * xt - sqrt(1 - ab_t) * v
    eps = sqrt(1 - ab_t) * xt + sqrt(ab_t) * v
    return sqrt(ab_s) * x0 + sqrt(1 - ab_s) * eps


def _faulty(sign: bool, index: bool, root: bool) -> object:
    """The step with some of its three faults."""

    def step(xt: Tensor, v: Tensor, ab_s: Tensor, ab_t: Tensor) -> Tensor:
        x0 = sqrt(ab_t) * xt - sqrt(1 - ab_t) * v
        eps = sqrt(1 - ab_t) * xt + (-1 if sign else 1) * sqrt(ab_t) * v
        left = 1 - (ab_t if index else ab_s)
        return sqrt(ab_s) * x0 + (left if root else sqrt(left)) * eps

    return step


def _v_for_eps(xt: Tensor, v: Tensor, ab_s: Tensor, ab_t: Tensor) -> Tensor:
    x0 = (xt - sqrt(1 - ab_t) * v) / sqrt(ab_t)
    return sqrt(ab_s) * x0 + sqrt(1 - ab_s) * v


def _x0_as_from_eps(xt: Tensor, v: Tensor, ab_s: Tensor, ab_t: Tensor) -> Tensor:
    x0 = (xt - sqrt(1 - ab_t) * v) / sqrt(ab_t)
    eps = sqrt(1 - ab_t) * xt + sqrt(ab_t) * v
    return sqrt(ab_s) * x0 + sqrt(1 - ab_s) * eps


def _no_roots(xt: Tensor, v: Tensor, ab_s: Tensor, ab_t: Tensor) -> Tensor:
    x0 = ab_t * xt - (1 - ab_t) * v
    eps = (1 - ab_t) * xt + ab_t * v
    return sqrt(ab_s) * x0 + sqrt(1 - ab_s) * eps


def _inputs(generator: Generator) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    xt, v = torch.randn(2, 4, 3, generator=generator, dtype=torch.float64)
    return xt, v, *times(generator)


EXERCISE = Exercise(
    name="ddim-from-v",
    number="1.3.4",
    title="A sampler that gets nowhere",
    kind=Kind.REPAIR,
    chapter="1-3-training",
    difficulty=2,
    importance=3,
    minutes=15,
    answer="ddim_step",
    stub=(
        "from torch import sqrt\n\n\n"
        "def ddim_step(xt, v, ab_s, ab_t):\n"
        '    """x_s, (B, D). Three things are wrong."""\n'
        "    x0 = sqrt(ab_t) * xt - sqrt(1 - ab_t) * v\n"
        "    eps = sqrt(1 - ab_t) * xt - sqrt(ab_t) * v\n"
        "    return sqrt(ab_s) * x0 + (1 - ab_t) * eps"
    ),
    solution=without_fresh_noise,
    checker=FunctionChecker(
        solution=without_fresh_noise,
        inputs=_inputs,
        parts=("x_s",),
        mistakes=(
            Mistake(
                "one fault is still in it. Put x_0 = 0 and eps = 1 in, so that v is "
                "sqrt(ab_t): does your eps come out as 1?",
                _faulty(True, False, False),
            ),
            Mistake(
                "one fault is still in it. The step ends at time s: whose noise level "
                "is in the last line?",
                _faulty(False, True, False),
            ),
            Mistake(
                "one fault is still in it. What multiplies the noise in the last line, "
                "a variance or its root?",
                _faulty(False, False, True),
            ),
            Mistake(
                "two faults are still in it, both in the last line.",
                _faulty(False, True, True),
            ),
            Mistake(
                "two faults are still in it: one in eps, one in the last line.",
                _faulty(True, False, True),
            ),
            Mistake(
                "two faults are still in it: a sign in eps, and a time in the last line.",
                _faulty(True, True, False),
            ),
            Mistake(
                "all three faults are still in it, written in another way.",
                _faulty(True, True, True),
            ),
            Mistake(
                "this takes v for the noise. The network predicts v: turn (x_t, v) back "
                "into x_0 and eps first.",
                _v_for_eps,
            ),
            Mistake(
                "x_0 is computed here as from a network that predicts the noise. From v "
                "it is sqrt(ab_t) x_t - sqrt(1 - ab_t) v.",
                _x0_as_from_eps,
            ),
            Mistake(
                "four roots are missing: the weights in x_0 and eps are the roots of ab_t "
                "and 1 - ab_t.",
                _no_roots,
            ),
        ),
    ),
    meaning="These lines, 20 to 100 times, are the whole of a sampler.",
    hints=(
        "Test it where you know the answer. Make $x_t$ and $v$ from an $x_0$ and an $\\epsilon$ of "
        "yours, and look at what comes out for `ab_s = 1`, and for `ab_s = ab_t`.",
        "With `ab_s = ab_t` nothing may change: $x_s = x_t$. That finds the sign and the "
        "root. With `ab_s = 1` the noise must be gone: that finds the time.",
    ),
    on_failure=(
        (
            "Does your $\\epsilon$ come out as 1?",
            "Put in $x_0 = 0$ and $\\epsilon = 1$, so that $x_t = "
            "\\sqrt{1 - \\bar\\alpha_t}$ and $v = \\sqrt{\\bar\\alpha_t}$: both are "
            "turned back by one angle.",
        ),
        ("Whose noise level?", "Signal and noise of $x_s$ both belong to $s$."),
        ("A variance or its root?", "Look at (1-4)."),
    ),
    discussion=(
        "Turn $(x_t, v)$ back to $(x_0, \\epsilon)$ by the angle of time $t$, then "
        "forward by the angle of time $s$."
    ),
)
