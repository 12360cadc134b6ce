"""Break and repair: the two slopes of the VQ loss, by hand."""

import torch
from torch import Generator, Tensor

from companion.exercises.checkers import FunctionChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def slopes_of_vq(h: Tensor, e: Tensor, beta: Tensor) -> tuple[Tensor, Tensor]:
    """The slopes of (e - sg h)^2 + beta (h - sg e)^2 with respect to h and to e."""
    on_h = 2 * beta * (h - e)
    on_e = 2 * (e - h)
    return on_h, on_e


def _inputs(generator: Generator) -> tuple[Tensor, Tensor, Tensor]:
    h, e = torch.randn(2, 5, 3, generator=generator, dtype=torch.float64)
    beta = torch.rand(5, 1, generator=generator, dtype=torch.float64)
    return h, e, 0.1 + 0.8 * beta


EXERCISE = Exercise(
    name="two-slopes",
    number="2.1.5",
    title="Two slopes, three faults",
    kind=Kind.REPAIR,
    chapter="2-1-autoencoder",
    difficulty=2,
    importance=3,
    minutes=15,
    answer="vq_slopes",
    stub=(
        "def vq_slopes(h, e, beta):\n"
        '    """The slopes on h and on e, (B, c) each. Three things are wrong."""\n'
        "    on_h = h - e\n"
        "    on_e = 2 * beta * (h - e)\n"
        "    return on_h, on_e"
    ),
    solution=slopes_of_vq,
    checker=FunctionChecker(
        solution=slopes_of_vq,
        inputs=_inputs,
        parts=("the slope on h", "the slope on e"),
        # Each is wrong in one of the two slopes only, and so says nothing of the other.
        mistakes=(
            Mistake(
                "beta is missing here. Which of the two terms of the loss moves h, and "
                "what weighs it?",
                lambda h, e, beta: (2 * (h - e), 2 * (e - h)),
            ),
            Mistake(
                "this is half of it. What is the derivative of a square?",
                lambda h, e, beta: (beta * (h - e), 2 * (e - h)),
            ),
            Mistake(
                "two faults are still in this line: its weight, and the derivative of the square.",
                lambda h, e, beta: (h - e, 2 * (e - h)),
            ),
            Mistake(
                "with this sign a step *down* the slope takes h away from its code.",
                lambda h, e, beta: (2 * beta * (e - h), 2 * (e - h)),
            ),
            Mistake(
                "both terms move h here. What sg holds counts as a constant: which term is left?",
                lambda h, e, beta: (2 * (1 + beta) * (h - e), 2 * (e - h)),
            ),
            Mistake(
                "this is the slope on e: have the two changed places in the `return`?",
                lambda h, e, beta: (2 * (e - h), 2 * (e - h)),
            ),
            Mistake(
                "with this sign a step *down* the slope takes the code away from h.",
                lambda h, e, beta: (2 * beta * (h - e), 2 * (h - e)),
            ),
            Mistake(
                "beta is in it. Which of the two terms of the loss moves e, and has "
                "that one a weight?",
                lambda h, e, beta: (2 * beta * (h - e), 2 * beta * (e - h)),
            ),
            Mistake(
                "two faults are still in this line. Move e a little towards h: which "
                "term gets smaller, and by how much?",
                lambda h, e, beta: (2 * beta * (h - e), 2 * beta * (h - e)),
            ),
            Mistake(
                "a factor is missing here now. It is the derivative of a square, as for h.",
                lambda h, e, beta: (2 * beta * (h - e), e - h),
            ),
            Mistake(
                "both terms move e here. One of them holds e with sg.",
                lambda h, e, beta: (2 * beta * (h - e), 2 * (1 + beta) * (e - h)),
            ),
        ),
    ),
    meaning="Each is drawn to the other; with beta < 1 the code is drawn harder.",
    hints=(
        "sg makes a constant of what it holds. So each term of the loss has a slope "
        "with respect to one of the two only: which?",
        "Try it with numbers, c = 1: h = 1, e = 0, beta = 0.25. By how much does the "
        "loss change if h grows by 0.01, with what sg holds left where it is? And if e "
        "grows by 0.01?",
    ),
    on_failure=(
        ("beta is missing, or in it.", "Beta weighs the term whose e is held by sg."),
        ("Half of it.", "$(h-e)^2$ has the slope $2(h-e)$ with respect to h."),
        ("The sign.", "A step against the slope has to bring the two closer."),
    ),
    discussion=(
        "The codebook term holds h, and has a slope for e alone; the commitment holds "
        "e, and has one for h alone, weighed with beta. PyTorch says the same: with "
        "`detach()` for sg, `loss.sum().backward()` leaves these two in `h.grad` and "
        "`e.grad`. In code:"
    ),
)
