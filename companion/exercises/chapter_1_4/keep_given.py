"""Break and repair: the line that puts the given part of a picture in."""

import torch
from torch import Generator, Tensor, sqrt

from companion.exercises.checkers import FunctionChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def with_the_given(
    x0: Tensor,
    given: Tensor,
    xs: Tensor,
    eps: Tensor,
    ab_s: Tensor,
) -> Tensor:
    """x_s with the given part of x_0 put in, with the noise of time s."""
    known = sqrt(ab_s) * x0 + sqrt(1 - ab_s) * eps
    return torch.where(given, known, xs)


def _faulty(signal: bool, noise: bool, mask: bool) -> object:
    """The line with some of its three faults."""

    def line(x0: Tensor, given: Tensor, xs: Tensor, eps: Tensor, ab_s: Tensor) -> Tensor:
        known = (x0 if signal else sqrt(ab_s) * x0) + (1 - ab_s if noise else sqrt(1 - ab_s)) * eps
        return torch.where(~given if mask else given, known, xs)

    return line


def _inputs(generator: Generator) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    x0, xs, eps = torch.randn(3, 4, 6, generator=generator, dtype=torch.float64)
    given = torch.rand(4, 6, generator=generator) < 0.5
    given[:, 0], given[:, 1] = True, False
    ab_s = 0.1 + 0.8 * torch.rand(4, 1, generator=generator).double()
    return x0, given, xs, eps, ab_s


EXERCISE = Exercise(
    name="keep-given",
    number="1.4.4",
    title="A picture put in wrongly",
    kind=Kind.REPAIR,
    chapter="1-4-why-many-steps",
    difficulty=2,
    importance=3,
    minutes=15,
    answer="keep_given",
    stub=(
        "import torch\n"
        "from torch import sqrt\n\n\n"
        "def keep_given(x0, given, xs, eps, ab_s):\n"
        '    """x_s with the given part put in, (B, D). Three things are wrong."""\n'
        "    known = x0 + (1 - ab_s) * eps\n"
        "    return torch.where(given, xs, known)"
    ),
    solution=with_the_given,
    checker=FunctionChecker(
        solution=with_the_given,
        inputs=_inputs,
        parts=("x_s",),
        mistakes=(
            Mistake(
                "one fault is still in it. At time s the signal has shrunk: what "
                "multiplies x_0 in (1-4)?",
                _faulty(True, False, False),
            ),
            Mistake(
                "one fault is still in it. What multiplies the noise, a variance or its root?",
                _faulty(False, True, False),
            ),
            Mistake(
                "one fault is still in it. Try it with nothing given: x_s has to come "
                "out as it went in.",
                _faulty(False, False, True),
            ),
            Mistake(
                "two faults are still in it, both in the noisy picture.",
                _faulty(True, True, False),
            ),
            Mistake(
                "two faults are still in it: the weight of x_0, and which part is put in.",
                _faulty(True, False, True),
            ),
            Mistake(
                "two faults are still in it: the weight of the noise, and which part is put in.",
                _faulty(False, True, True),
            ),
            Mistake(
                "all three faults are still in it, written in another way.",
                _faulty(True, True, True),
            ),
            Mistake(
                "the share of x_0 is too small now. ab_s is a share of the variance: what "
                "does it make of x_0 itself?",
                lambda x0, given, xs, eps, ab_s: torch.where(
                    given, ab_s * x0 + sqrt(1 - ab_s) * eps, xs
                ),
            ),
            Mistake(
                "both weights are variances now. In (1-4) stand their roots.",
                lambda x0, given, xs, eps, ab_s: torch.where(
                    given, ab_s * x0 + (1 - ab_s) * eps, xs
                ),
            ),
            Mistake(
                "the given part goes in without noise. Then it stands out from the rest, "
                "and the network takes the edge between them for part of the picture.",
                lambda x0, given, xs, eps, ab_s: torch.where(given, x0, xs),
            ),
        ),
    ),
    meaning="This line before each step is all that inpainting adds to a sampler.",
    hints=(
        "Try it where you know the answer: nothing given, everything given, `ab_s = 1`, "
        "`ab_s = 0`.",
        "With everything given and `ab_s = 0` only `eps` may be left. With nothing given, "
        "only `xs`.",
    ),
    on_failure=(
        ("The signal has shrunk.", "Look at (1-4)."),
        ("Nothing given.", "`torch.where(a, b, c)` is b where a is True."),
        ("The given part goes in without noise.", "It is given at time 0, not at s."),
    ),
    discussion=(
        "The given part belongs to time 0, the sampler is at time s: (1-4) takes the one "
        "to the other. In code:"
    ),
)
