"""Break and repair: the article's equations 1-11 and 1-14, as they are printed."""

from collections.abc import Callable

import torch
from torch import Generator, Tensor

from companion.exercises.checkers import FunctionChecker
from companion.exercises.exercise import Exercise, Kind, Mistake, still_wrong


def repaired_draw(
    alpha: Tensor,
    t: int,
    xt: Tensor,
    x0: Tensor,
    z: Tensor,
) -> Tensor:
    """A draw of x_{t-1}, given x_t and x_0 (1-11, 1-14)."""
    ab_t = alpha[: t + 1].prod()
    ab_s = alpha[:t].prod()
    beta = 1 - alpha[t]
    mean_x0 = torch.sqrt(ab_s) * beta / (1 - ab_t) * x0
    mean_xt = torch.sqrt(alpha[t]) * (1 - ab_s) / (1 - ab_t) * xt
    var = (1 - ab_s) / (1 - ab_t) * beta
    return mean_x0 + mean_xt + torch.sqrt(var) * z


def _inputs(generator: Generator) -> tuple[Tensor, int, Tensor, Tensor, Tensor]:
    xt, x0, z = torch.randn(3, 4, 3, generator=generator, dtype=torch.float64)
    beta = 0.1 + 0.5 * torch.rand(8, generator=generator, dtype=torch.float64)
    beta[0] = 0
    t = int(torch.randint(2, 8, (), generator=generator))
    return 1 - beta, t, xt, x0, z


def _left(whole_product: bool, root_over_beta: bool, no_root: bool) -> Callable:
    """The printed code with only these misprints left in it."""

    def printed(alpha: Tensor, t: int, xt: Tensor, x0: Tensor, z: Tensor) -> Tensor:
        ab_t, ab_s = alpha[: t + 1].prod(), alpha[:t].prod()
        if whole_product:
            ab_t = ab_s = alpha.prod()
        beta = 1 - alpha[t]
        on_x0 = torch.sqrt(ab_s) * (torch.sqrt(beta) if root_over_beta else beta) / (1 - ab_t)
        on_xt = torch.sqrt(alpha[t]) * (1 - ab_s) / (1 - ab_t)
        var = (1 - ab_s) / (1 - ab_t) * beta
        return on_x0 * x0 + on_xt * xt + (var if no_root else torch.sqrt(var)) * z

    return printed


WHERE = (
    "the product: what does alpha_bar_t multiply, and up to which i?",
    "the coefficient of x_0: derive it, or test it at t = 1, where it must be 1.",
    "the last line: what has to stand in front of z?",
)


def _early(alpha: Tensor, t: int, xt: Tensor, x0: Tensor, z: Tensor) -> Tensor:
    ab_t, ab_s = alpha[:t].prod(), alpha[: t - 1].prod()
    beta = 1 - alpha[t]
    mean = torch.sqrt(ab_s) * beta / (1 - ab_t) * x0
    mean = mean + torch.sqrt(alpha[t]) * (1 - ab_s) / (1 - ab_t) * xt
    return mean + torch.sqrt((1 - ab_s) / (1 - ab_t) * beta) * z


EXERCISE = Exercise(
    name="misprints",
    number="1.2.5",
    title="Repair the article",
    kind=Kind.REPAIR,
    chapter="1-2-posterior",
    difficulty=2,
    importance=3,
    minutes=20,
    answer="draw_previous",
    stub=(
        "import torch\n\n\n"
        "def draw_previous(alpha, t, xt, x0, z):\n"
        '    """A draw of x_{t-1}: (B, D), float64. Three things are wrong."""\n'
        "    ab_t = alpha.prod()\n"
        "    ab_s = alpha.prod()\n"
        "    beta = 1 - alpha[t]\n"
        "    mean_x0 = torch.sqrt(ab_s * beta) / (1 - ab_t) * x0\n"
        "    mean_xt = torch.sqrt(alpha[t]) * (1 - ab_s) / (1 - ab_t) * xt\n"
        "    var = (1 - ab_s) / (1 - ab_t) * beta\n"
        "    return mean_x0 + mean_xt + var * z"
    ),
    solution=repaired_draw,
    checker=FunctionChecker(
        solution=repaired_draw,
        inputs=_inputs,
        parts=("x_{t-1}",),
        mistakes=(
            *still_wrong(WHERE, _left),
            Mistake(
                "the products are one factor short: a slice ends before its stop, so "
                "alpha_bar_t is alpha[: t + 1].prod().",
                _early,
            ),
            Mistake(
                "z is multiplied by the noise of the way forward, sqrt(beta_t). The "
                "variance computed in the line above was right.",
                lambda alpha, t, xt, x0, z: (
                    repaired_draw(alpha, t, xt, x0, 0 * z) + torch.sqrt(1 - alpha[t]) * z
                ),
            ),
        ),
    ),
    meaning=(
        "All misprints are mended: the product runs to t, beta stands outside the "
        "root, and the noise is multiplied by a standard deviation."
    ),
    hints=(
        "None of the three needs the whole derivation. Test the function where you "
        "know the answer: at $t = 1$ it must return $x_0$; and $x_0 = x_t = 0$, $z = 1$ must "
        "give $\\sqrt{\\tilde\\beta_t}$, which lies between 0 and $\\sqrt{\\beta_t}$, near the "
        "latter for late times.",
        "One fault is in the product (it does not depend on $t$), one in the "
        "coefficient of $x_0$ (what is under the root?), one in front of $z$ (a "
        "variance, or a standard deviation?).",
    ),
    on_failure=(
        (
            "Look at the product.",
            "`alpha` has $T + 1$ entries and `alpha[0]` is 1. $\\bar\\alpha_t$ is the "
            "product of the entries up to and with `t`.",
        ),
        (
            "Look at the coefficient of $x_0$.",
            "With $t = 1$: $\\bar\\alpha_0 = 1$ and $1 - \\bar\\alpha_1 = \\beta_1$.",
        ),
        (
            "One factor short.",
            "`alpha[:t]` ends at `alpha[t - 1]`.",
        ),
    ),
    discussion=(
        "The product of (1-4) runs over $i = 1 \\dots t$; the coefficient of $x_0$ in "
        "(1-11) is $\\sqrt{\\bar\\alpha_{t-1}}\\,\\beta_t / (1 - \\bar\\alpha_t)$; the "
        "noise in (1-14) is multiplied by $\\sqrt{\\tilde\\beta_t}$."
    ),
)
