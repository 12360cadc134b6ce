"""Implement: the posterior for any s < t, as a mean and a standard deviation."""

import torch
from torch import Generator, Tensor

from companion.exercises.checkers import FunctionChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def general_posterior(
    xt: Tensor,
    x0: Tensor,
    ab_s: Tensor,
    ab_t: Tensor,
) -> tuple[Tensor, Tensor]:
    """The mean and the standard deviation of q(x_s | x_t, x_0)."""
    alpha = ab_t / ab_s
    on_x0 = torch.sqrt(ab_s) * (1 - alpha) / (1 - ab_t)
    on_xt = torch.sqrt(alpha) * (1 - ab_s) / (1 - ab_t)
    var = (1 - ab_s) * (1 - alpha) / (1 - ab_t)
    return on_x0 * x0 + on_xt * xt, torch.sqrt(var)


def _one_fraction(xt: Tensor, x0: Tensor, ab_s: Tensor, ab_t: Tensor) -> tuple[Tensor, Tensor]:
    alpha = ab_t / ab_s
    mean = (torch.sqrt(ab_s) * (1 - alpha) * x0 + torch.sqrt(alpha) * (1 - ab_s) * xt) / (1 - ab_t)
    return mean, torch.sqrt(1 - ab_s) * torch.sqrt(1 - alpha) / torch.sqrt(1 - ab_t)


def times(generator: Generator) -> tuple[Tensor, Tensor]:
    """alpha_bar_s and alpha_bar_t of four items, (4, 1); the first has s = 0."""
    u = torch.rand(2, 4, 1, generator=generator, dtype=torch.float64)
    low, high = u.sort(dim=0).values.clamp(0.02, 0.98)
    high[0] = 1
    return high, low * 0.95


def _inputs(generator: Generator) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    xt, x0 = torch.randn(2, 4, 3, generator=generator, dtype=torch.float64)
    return xt, x0, *times(generator)


def _wrong(on_x0: object = None, on_xt: object = None, std: object = None) -> object:
    """The solution with another coefficient, a function of alpha, ab_s and ab_t."""

    def wrong(xt: Tensor, x0: Tensor, ab_s: Tensor, ab_t: Tensor) -> tuple:
        alpha = ab_t / ab_s
        c0 = torch.sqrt(ab_s) * (1 - alpha) / (1 - ab_t)
        ct = torch.sqrt(alpha) * (1 - ab_s) / (1 - ab_t)
        c0 = on_x0(alpha, ab_s, ab_t) if on_x0 else c0
        ct = on_xt(alpha, ab_s, ab_t) if on_xt else ct
        right = torch.sqrt((1 - ab_s) * (1 - alpha) / (1 - ab_t))
        return c0 * x0 + ct * xt, std(alpha, ab_s, ab_t) if std else right

    return wrong


EXERCISE = Exercise(
    name="general-posterior",
    number="1.2.3",
    title="The posterior for any two times",
    kind=Kind.IMPLEMENT,
    chapter="1-2-posterior",
    difficulty=2,
    importance=3,
    minutes=15,
    answer="general_posterior",
    stub=(
        "import torch\n\n\n"
        "def general_posterior(xt, x0, ab_s, ab_t):\n"
        '    """The mean, (B, D), and the standard deviation, (B, 1)."""\n'
        "    ..."
    ),
    solution=general_posterior,
    checker=FunctionChecker(
        solution=general_posterior,
        inputs=_inputs,
        forms=(_one_fraction,),
        parts=("the mean", "the standard deviation"),
        mistakes=(
            Mistake(
                "beta is under the root in front of x_0, as in the article's printed "
                "1-11. The root is over alpha_bar_s alone.",
                _wrong(on_x0=lambda a, ab_s, ab_t: torch.sqrt(ab_s * (1 - a)) / (1 - ab_t)),
            ),
            Mistake(
                "the root over alpha_bar_s in front of x_0 is missing.",
                _wrong(on_x0=lambda a, ab_s, ab_t: ab_s * (1 - a) / (1 - ab_t)),
            ),
            Mistake(
                "the root over alpha in front of x_t is missing.",
                _wrong(on_xt=lambda a, ab_s, ab_t: a * (1 - ab_s) / (1 - ab_t)),
            ),
            Mistake(
                "alpha_bar_t stands in front of x_t where alpha = ab_t / ab_s belongs: "
                "the root is of the steps from s to t only.",
                _wrong(on_xt=lambda a, ab_s, ab_t: torch.sqrt(ab_t) * (1 - ab_s) / (1 - ab_t)),
            ),
            Mistake(
                "alpha_bar_t stands in front of x_0 where alpha_bar_s belongs.",
                _wrong(on_x0=lambda a, ab_s, ab_t: torch.sqrt(ab_t) * (1 - a) / (1 - ab_t)),
            ),
            Mistake(
                "this is the root of 1 - alpha, the noise of the way forward. Knowing "
                "x_0 makes the way back sharper, by (1 - ab_s) / (1 - ab_t).",
                _wrong(std=lambda a, ab_s, ab_t: torch.sqrt(1 - a)),
            ),
        ),
    ),
    meaning=(
        "With s = t - 1 it is a step of DDPM; at s = 0 it returns x_0 with no noise, "
        "without a special case."
    ),
    hints=(
        "Take (1-11) and read it as a statement about two times: replace "
        "$\\bar\\alpha_{t-1}$ by $\\bar\\alpha_s$ and $\\alpha_t$ by the product of "
        "the steps between, $\\alpha = \\bar\\alpha_t / \\bar\\alpha_s$.",
        "Three numbers are needed, all over $1 - \\bar\\alpha_t$: "
        "$\\sqrt{\\bar\\alpha_s}(1 - \\alpha)$ for $x_0$, "
        "$\\sqrt{\\alpha}(1 - \\bar\\alpha_s)$ for $x_t$, and "
        "$(1 - \\bar\\alpha_s)(1 - \\alpha)$ for the variance.",
    ),
    on_failure=(
        (
            "The square of the expected value.",
            "You return the variance. The caller multiplies noise by what you return, "
            "and that has to be its root.",
        ),
        (
            "The mean: beta is under the root.",
            "Test it at `ab_s = 1`: the mean must be `x0` itself.",
        ),
        (
            "NaN.",
            "Is it `ab_s / ab_t` somewhere? alpha is the smaller number over the larger one.",
        ),
        (
            "A wrong shape.",
            "The standard deviation is one number an item, (B, 1): do not expand it.",
        ),
    ),
    discussion=(
        "Each coefficient is a line of (1-11a). At $s = 0$, $\\bar\\alpha_s = 1$ makes "
        "the coefficient of $x_t$ and the variance exactly 0 and that of $x_0$ "
        "exactly 1."
    ),
)
