"""Implement: the hinge loss of the discriminator."""

import torch
from torch import Generator, Tensor, relu
from torch.nn.functional import softplus

from companion.exercises.checkers import FunctionChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def hinge_of_items(real: Tensor, fake: Tensor) -> Tensor:
    """The discriminator's loss for the logits of each item, (B, N) both: (B,)."""
    return (relu(1 - real).mean(dim=1) + relu(1 + fake).mean(dim=1)) / 2


def _both_at_once(real: Tensor, fake: Tensor) -> Tensor:
    return (relu(1 - real) + relu(1 + fake)).mean(dim=1) / 2


def _inputs(generator: Generator) -> tuple[Tensor, Tensor]:
    real, fake = torch.randn(2, 5, 6, generator=generator, dtype=torch.float64)
    return 1.5 * real + 1, 1.5 * fake - 1


EXERCISE = Exercise(
    name="hinge",
    number="2.1.4",
    title="A loss that stops pulling",
    kind=Kind.IMPLEMENT,
    chapter="2-1-autoencoder",
    difficulty=1,
    importance=2,
    minutes=10,
    answer="hinge_loss",
    stub=(
        "def hinge_loss(real, fake):\n"
        '    """The discriminator\'s hinge loss of each item, (B,)."""\n'
        "    ..."
    ),
    solution=hinge_of_items,
    checker=FunctionChecker(
        solution=hinge_of_items,
        inputs=_inputs,
        forms=(_both_at_once,),
        parts=("the loss",),
        mistakes=(
            Mistake(
                "the signs have changed over: this loss is 0 where the discriminator "
                "takes every copy for real.",
                lambda real, fake: hinge_of_items(-real, -fake),
            ),
            Mistake(
                "this has no end: logits of 100 on a real picture bring the loss "
                "-49.5. What cuts it off at 0?",
                lambda real, fake: (1 - real + 1 + fake).mean(dim=1) / 2,
            ),
            Mistake(
                "the margin is 0 here: a logit that is barely right costs nothing, and "
                "logits that are all 0 cost nothing either.",
                lambda real, fake: (relu(-real) + relu(fake)).mean(dim=1) / 2,
            ),
            Mistake(
                "this is the loss of the *generator*. The discriminator sees real pictures too.",
                lambda real, fake: -fake.mean(dim=1),
            ),
            Mistake(
                "a sum for a mean: the loss would grow with the number of patches.",
                lambda real, fake: (relu(1 - real) + relu(1 + fake)).sum(dim=1) / 2,
            ),
            Mistake(
                "this is twice the loss. Put logits of 0 in: it is 1 by the statement.",
                lambda real, fake: (relu(1 - real) + relu(1 + fake)).mean(dim=1),
            ),
            Mistake(
                "the mean is taken before the cut. A patch that is very right makes up "
                "for a wrong one then.",
                lambda real, fake: (relu(1 - real.mean(dim=1)) + relu(1 + fake.mean(dim=1))) / 2,
            ),
            Mistake(
                "this is the logistic loss, which never quite reaches 0. What is the "
                "hinge loss of a logit of 2 on a real patch?",
                lambda real, fake: (softplus(-real) + softplus(fake)).mean(dim=1) / 2,
            ),
            Mistake(
                "this is the half for the real pictures. What about the copies?",
                lambda real, fake: relu(1 - real).mean(dim=1) / 2,
            ),
        ),
    ),
    meaning="A patch whose logit is beyond the margin has no slope: it pulls no more.",
    hints=(
        "A patch of a real picture costs 1 - logit while that is positive, and nothing "
        "from a logit of 1 on. What does a patch of a copy cost?",
        "`torch.relu` cuts off below 0. Cut first, then take the mean over `dim=1`.",
    ),
    on_failure=(
        ("The signs.", "On real pictures the discriminator wants large logits."),
        ("A factor.", "Logits of 0 everywhere have to give 1."),
        ("A wrong shape.", "One number an item: the mean over `dim=1`."),
    ),
    discussion=(
        "Each patch is pushed until its logit is past the margin, 1 or -1, and then "
        "left alone, so that the discriminator spends itself on what it still gets "
        "wrong. The half is that of the published code of latent diffusion. In code:"
    ),
)
