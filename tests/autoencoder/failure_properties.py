"""What holds where a step of an autoencoder fails: nothing has been learned.

`lib` has the names of `companion.autoencoder`'s recipe and training: the package's own,
or a copy with one line broken.
"""

import math
from functools import partial

from companion.autoencoder import FeatureNet, perceptual
from companion.training import NotFinite
from tests.autoencoder.checkpoint_properties import remembered
from tests.autoencoder.loss_properties import distance
from tests.autoencoder.runs import KINDS, gradients, images, same, start, state, train

ALL_KINDS = (*KINDS, {"bottleneck": "plain"})


def fails(call, kind, *words):
    try:
        call()
    except Exception as error:
        assert isinstance(error, kind), error
        assert all(each in str(error) for each in words), error
    else:
        raise AssertionError(f"nothing was noticed: {words}")


def learned(run):
    """All that the steps of a run change: weights, averages, codes, their use, moments."""
    networks = (run.network, run.average, run.discriminator)
    return [
        *state(*(network for network in networks if network is not None)),
        *(moment.clone() for moment in remembered(run.optimizer)),
        *(moment.clone() for moment in remembered(run.discriminator_optimizer)),
    ]


def teaches_nothing(run, call, kind, *words):
    before, step = learned(run), run.step
    fails(call, kind, *words)
    assert run.step == step and same(learned(run), before)
    for network in (run.network, run.average, run.discriminator):
        assert network is None or not gradients(network)


def spoiled(x, again):
    return distance(x, again) * math.inf


def steep(x, again):
    """Finite, but not its gradient: a root at 0."""
    return (again - again.detach()).square().flatten(1).sum(dim=1).sqrt()


def what_is_not_finite_teaches_nothing(lib):
    for kind in KINDS:
        for features, words in ((spoiled, "loss"), (steep, "gradient")):
            run = start(lib, adversarial=0.0, **kind)
            train(lib, run, 3)
            teaches_nothing(
                run,
                lambda run=run, features=features: next(
                    lib.train_autoencoder(run, images(), features)
                ),
                NotFinite,
                f"the {words} of step 4 is not finite",
            )


def makes_infinity(part):
    """From now on."""
    part.register_forward_hook(lambda part, inputs, output: output * math.inf)


def a_part_that_makes_infinity_teaches_nothing(lib):
    """Both where the autoencoder learns next and where the discriminator does alone."""
    for kind in ALL_KINDS:
        for part in ("encoder", "decoder"):
            for alternate in (False, True):
                run = start(lib, begin=3, alternate=alternate, **kind)
                train(lib, run, 3)
                makes_infinity(getattr(run.network, part))
                if part == "encoder":  # what a decoder makes is looked at by the losses
                    teaches_nothing(
                        run,
                        lambda run=run: lib.reconstructed(run, images()[:4]),
                        NotFinite,
                        "the forward pass of step 4 is not finite",
                    )
                teaches_nothing(
                    run,
                    lambda run=run: next(lib.train_autoencoder(run, images(), distance)),
                    NotFinite,
                    "the forward pass of step 4 is not finite, and the weights stay as",
                    "A smaller rate or clip may help",
                )


def logits_that_are_not_finite_teach_nothing(lib):
    for kind in ALL_KINDS:
        run, x = start(lib, **kind), images()[:4]
        train(lib, run, 3)
        makes_infinity(run.discriminator)
        for update in (
            lambda run=run, x=x: lib.update_autoencoder(run, x, distance),
            lambda run=run, x=x: lib.update_discriminator(run, x, x),
        ):
            words = "the forward pass of step 4 is not finite"
            teaches_nothing(run, update, NotFinite, words)


def a_discriminator_that_fails_teaches_nobody(lib):
    """In a step where both learn: the autoencoder has looked by then, and not yet learned."""

    def steep_at_the_first(run):
        run.discriminator.layers[0].weight.register_hook(lambda slope: slope * math.nan)

    for kind in ALL_KINDS:
        run = start(lib, **kind)
        train(lib, run, 3)
        steep_at_the_first(run)
        teaches_nothing(
            run,
            lambda run=run: next(lib.train_autoencoder(run, images(), distance)),
            NotFinite,
            "the discriminator's gradient of step 4 is not finite, and the weights stay as they are",
        )


def features_that_refuse_teach_nothing(lib):
    """As those of photographs do, which halve an image three times, with 12 pixels."""
    network = FeatureNet().requires_grad_(False)
    for kind in ALL_KINDS:
        run = start(lib, **kind)
        train(lib, run, 3)
        teaches_nothing(
            run,
            lambda run=run: lib.update_autoencoder(
                run, images()[:4, :, :12, :12], partial(perceptual, network)
            ),
            ValueError,
            "x: got 12 by 12 pixels, expected multiples of 8",
        )


ALL = (
    what_is_not_finite_teaches_nothing,
    a_part_that_makes_infinity_teaches_nothing,
    logits_that_are_not_finite_teach_nothing,
    a_discriminator_that_fails_teaches_nobody,
    features_that_refuse_teach_nothing,
)
