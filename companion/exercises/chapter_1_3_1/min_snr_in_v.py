"""Break and repair: the min-SNR loss of a network that predicts v."""

import torch
from torch import Generator, Tensor

from companion.exercises.checkers import FunctionChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def weighed_in_v(v_hat: Tensor, v: Tensor, ab_t: Tensor) -> Tensor:
    """min(SNR, 5) times the mean squared error of x_0, from that of v."""
    snr = ab_t / (1 - ab_t)
    weight = snr.clamp(max=5) / (snr + 1)
    return (weight * (v_hat - v) ** 2).mean(dim=1)


def _faulty(ratio: bool, cut: bool, unit: bool) -> object:
    """The loss with some of its three faults."""

    def loss(v_hat: Tensor, v: Tensor, ab_t: Tensor) -> Tensor:
        snr = (1 - ab_t) / ab_t if ratio else ab_t / (1 - ab_t)
        weight = snr.clamp(min=5) if cut else snr.clamp(max=5)
        weight = weight / (snr if unit else snr + 1)
        return (weight * (v_hat - v) ** 2).mean(dim=1)

    return loss


def _inputs(generator: Generator) -> tuple[Tensor, Tensor, Tensor]:
    v_hat, v = torch.randn(2, 6, 3, generator=generator, dtype=torch.float64)
    low = 0.02 + 0.3 * torch.rand(3, 1, generator=generator, dtype=torch.float64)
    return v_hat, v, torch.cat([low, 1 - low / 4])  # on both sides of SNR = 5


EXERCISE = Exercise(
    name="min-snr-in-v",
    number="1.3.1.4",
    title="A weight in the wrong units",
    kind=Kind.REPAIR,
    chapter="1-3-1-what-to-predict",
    difficulty=2,
    importance=2,
    minutes=15,
    answer="min_snr_loss",
    stub=(
        "def min_snr_loss(v_hat, v, ab_t):\n"
        '    """The loss of each item, (B,). Three things are wrong."""\n'
        "    snr = (1 - ab_t) / ab_t\n"
        "    weight = snr.clamp(min=5) / snr\n"
        "    return (weight * (v_hat - v) ** 2).mean(dim=1)"
    ),
    solution=weighed_in_v,
    checker=FunctionChecker(
        solution=weighed_in_v,
        inputs=_inputs,
        parts=("the loss",),
        mistakes=(
            Mistake(
                "one fault is still in it: this ratio is large where there is much noise.",
                _faulty(True, False, False),
            ),
            Mistake(
                "one fault is still in it: `clamp(min=5)` is the *larger* of the two.",
                _faulty(False, True, False),
            ),
            Mistake(
                "one fault is still in it: this turns an error of the noise into one of "
                "x_0. The network predicts v.",
                _faulty(False, False, True),
            ),
            Mistake(
                "two faults are still in it: the cut, and the units.",
                _faulty(False, True, True),
            ),
            Mistake(
                "two faults are still in it: the ratio, and the units.",
                _faulty(True, False, True),
            ),
            Mistake(
                "two faults are still in it: the ratio, and the cut.",
                _faulty(True, True, False),
            ),
            Mistake(
                "all three faults are still in it, written in another way.",
                _faulty(True, True, True),
            ),
        ),
    ),
    meaning="Scripts that switch from noise to v and keep the weight have this fault.",
    hints=(
        "Min-SNR is a weight of $\\lVert x_0 - \\hat x_0\\rVert^2$. What is it at a "
        "nearly clean time, and what at a nearly pure noise?",
        "The ratio, `min` against `max`, and the units: (1-12c) has SNR + 1 for v.",
    ),
    on_failure=(
        ("The ratio.", "Signal over noise."),
        ("The cut.", "`clamp(max=5)` lets nothing above 5 through."),
        ("The units.", "Which error does the loss take, that of the noise or of v?"),
    ),
    discussion=(
        "$\\min(\\mathrm{SNR}, 5)/(\\mathrm{SNR} + 1)$: never above 5/6, and small on "
        "both sides. `companion.diffusion.min_snr_weight` is the numerator."
    ),
)
