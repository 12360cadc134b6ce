"""Predict: whom the posterior believes when nearly everything is noise."""

from math import sqrt

import torch

from companion.diffusion import linear, posterior
from companion.exercises.checkers import NumberChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def mean_of_the_last_step() -> float:
    """The mean of q(x_999 | x_1000 = -0.6, x_0 = 1)."""
    x0, xt = torch.tensor([[[1.0]], [[-0.6]]], dtype=torch.float64)
    return posterior(linear(1000), xt, x0, 999, 1000).mean.item()


def _by_the_weights(
    xt: float = -0.6,
    x0: float = 1.0,
    ab_s: float = float(linear(1000).alpha_bar[999]),
    ab_t: float = float(linear(1000).alpha_bar[1000]),
) -> float:
    alpha = ab_t / ab_s
    on_x0 = sqrt(ab_s) * (1 - alpha) / (1 - ab_t)
    on_xt = sqrt(alpha) * (1 - ab_s) / (1 - ab_t)
    return on_x0 * x0 + on_xt * xt


def _given_x0_alone() -> float:
    return sqrt(float(linear(1000).alpha_bar[999]))


def _shrunk_by_the_whole_walk() -> float:
    return -0.6 * sqrt(float(linear(1000).alpha_bar[1000]))


EXERCISE = Exercise(
    name="late-posterior",
    number="1.2.1",
    title="Whom does the posterior believe?",
    kind=Kind.PREDICT,
    chapter="1-2-posterior",
    difficulty=1,
    importance=2,
    minutes=5,
    answer="mean",
    stub="mean = None  # a number",
    solution=mean_of_the_last_step,
    checker=NumberChecker(
        solution=mean_of_the_last_step,
        tolerance=0.02,
        forms=(_by_the_weights,),
        mistakes=(
            Mistake(
                "this is x_0. It is where the whole road leads, but one step of a "
                "thousand goes hardly any of that way.",
                lambda: 1.0,
            ),
            Mistake(
                "this is half of the way from x_T to x_0. The two are weighted by how "
                "much each says of x_999, and x_T was made from it one step later.",
                lambda: 0.2,
            ),
            Mistake(
                "this is the mean without x_T: x_999 given x_0 alone is around 0. But "
                "x_T is known as well.",
                _given_x0_alone,
            ),
            Mistake(
                "two things are about 0.006: how far this step moves x_T, and "
                "sqrt(alpha_bar_999), which is the mean without x_T. Asked for is where "
                "the mean is: x_T, moved by so little.",
                lambda: mean_of_the_last_step() + 0.6,
            ),
            Mistake(
                "this is x_0 + x_T. Both have a weight in the mean, and that of x_0 is "
                "about one part in ten thousand here.",
                lambda: 0.4,
            ),
            Mistake(
                "this shrinks x_T by the root of alpha_bar_T, as all of the 1000 steps "
                "do. One step shrinks it by the root of alpha_T.",
                _shrunk_by_the_whole_walk,
            ),
            Mistake(
                "beta for alpha: this is beta_T times x_T. What a step leaves of x_T is "
                "the root of 1 - beta_T.",
                lambda: -0.6 * 0.02,
            ),
        ),
    ),
    meaning=(
        "One late step hardly looks at x_0: it shrinks x_T a little and adds noise. "
        "What the picture becomes is decided at smaller t."
    ),
    hints=(
        "Look at the two coefficients of (1-11) separately. At $t = 1000$, what are "
        "$\\bar\\alpha_{999}$ and $\\bar\\alpha_{1000}$, very nearly?",
        "With both $\\bar\\alpha$ nearly 0, the coefficient of $x_0$ has a factor "
        "$\\sqrt{\\bar\\alpha_{999}} \\approx 0.006$ and another, "
        "$\\beta_{1000} = 0.02$. That of $x_t$ is nearly $\\sqrt{\\alpha_{1000}}$.",
    ),
    on_failure=(
        ("This is $x_0$.", "That is the posterior at $t = 1$."),
        (
            "Without $x_T$.",
            "$x_{999}$ and $x_{1000}$ differ by one small step: knowing one is nearly "
            "knowing the other.",
        ),
        (
            "Too large or too small.",
            "Multiply $x_T$ by $\\sqrt{1 - 0.02}$ and forget about $x_0$.",
        ),
    ),
    discussion=(
        "The weight of $x_0$ is $\\sqrt{\\bar\\alpha_{999}}\\,\\beta_{1000} / "
        "(1 - \\bar\\alpha_{1000})$, about one part in ten thousand. What remains is "
        "$\\sqrt{\\alpha_{1000}}\\,x_T \\approx 0.99 \\cdot (-0.6)$. (Figure 1.2.2 shows the "
        "opposite at its last step: there $\\beta$ is 0.999, and here 0.02.) In code:"
    ),
)
