"""What holds where a step of an autoencoder fails: nothing has been learned.

`lib` has the names of `companion.tasks`, `companion.training` and `companion.autoencoder`: the
package's own, or a copy with one line broken.
"""

import math
from functools import partial

from companion.autoencoder import FeatureNet, perceptual
from companion.training import Diverged
from tests.autoencoder.loss_properties import distance
from tests.autoencoder.runs import KINDS, gradients, images, same, shown, start, state, train
from tests.training.kinds import remembered

ALL_KINDS = (*KINDS, {"bottleneck_type": "plain"})


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
    return [
        *state(*run.networks.values(), *run.averages.values()),
        *(m.clone() for optimizer in run.optimizers.values() for m in remembered(optimizer)),
    ]


def teaches_nothing(lib, run, kind, *words):
    """The next step, whatever it is of: it fails so, and all is as it was."""
    before, step = learned(run), run.step
    fails(lambda: next(lib.train(run, images())), kind, *words)
    assert run.step == step and same(learned(run), before)
    assert not any(gradients(network) for network in run.networks.values())


def spoiled(x, again):
    return distance(x, again) * math.inf


def steep(x, again):
    """Finite, but not its gradient: a root at 0."""
    return (again - again.detach()).square().flatten(1).sum(dim=1).sqrt()


def what_is_not_finite_teaches_nothing(lib):
    """One run after the other fault: it is as it was before the first."""
    for kind in KINDS:
        run = start(lib, adversarial=0.0, **kind)
        train(lib, run, 3)
        for far, words in ((spoiled, "loss"), (steep, "gradient")):
            run.task.perceptual_loss = far
            teaches_nothing(lib, run, Diverged, f"the {words} of step 4 is not finite")


def makes_infinity(part):
    """From now on, until what is returned is removed."""
    return part.register_forward_hook(lambda part, inputs, output: output * math.inf)


def a_part_that_makes_infinity_teaches_nothing(lib):
    """Both where the autoencoder learns next and where the discriminator does alone."""
    for kind in ALL_KINDS:
        for alternate in (False, True):
            run = start(lib, disc_start=3, alternate_updates=alternate, **kind)
            train(lib, run, 3)
            for part in ("encoder", "decoder"):
                fault = makes_infinity(getattr(run.network, part))
                teaches_nothing(
                    lib,
                    run,
                    Diverged,
                    "the forward pass of step 4 is not finite, and the weights stay as",
                    "A smaller lr or max_grad_norm may help",
                )
                fault.remove()


def logits_that_are_not_finite_teach_nothing(lib):
    """Asked by the autoencoder, and by the discriminator in a step of its own."""
    for kind in ALL_KINDS:
        for alternate in (False, True):
            run = start(lib, disc_start=3, alternate_updates=alternate, **kind)
            train(lib, run, 3)
            makes_infinity(run.networks["discriminator"])
            words = "the forward pass of step 4 is not finite"
            teaches_nothing(lib, run, Diverged, words)


def the_second_time(run):
    """A discriminator that makes infinity when it is asked for its own loss, and not before."""
    asked = []

    def then(part, inputs, output):
        asked.append(output.requires_grad and not inputs[0].requires_grad)
        return output * math.inf if asked[-1] else output

    return run.networks["discriminator"].register_forward_hook(then)


def steep_at_the_first(run):
    weight = run.networks["discriminator"].layers[0].weight
    return weight.register_hook(lambda slope: slope * math.nan)


def a_discriminator_that_fails_teaches_nobody(lib):
    """In a step where both learn: the autoencoder has learned by then, and is set back."""
    stay = "is not finite, and the weights stay as they are"
    for kind in ALL_KINDS:
        # Also in the first step, when the optimisers remember nothing.
        for step in (0, 3) if kind == KINDS[0] else (3,):
            run = start(lib, **kind)
            if step:
                train(lib, run, step)
            for spoil, words in (
                (steep_at_the_first, f"the discriminator's gradient of step {step + 1} {stay}"),
                (the_second_time, f"the forward pass of step {step + 1} {stay}"),
            ):
                fault = spoil(run)
                teaches_nothing(lib, run, Diverged, words)
                fault.remove()


def a_loss_of_the_discriminator_that_is_not_finite_is_called_its_own(lib):
    run = start(lib)
    train(lib, run, 3)
    losses = run.task.losses(run, images()[:4])
    next(losses)
    player, loss, parts = next(losses)
    before = learned(run)
    words = "the discriminator's loss of step 4 is not finite"
    fails(lambda: lib.descend(run, player, loss * math.inf, parts), Diverged, words)
    assert same(learned(run), before)


def after_a_failure_a_run_goes_on(lib):
    """To the same bits as one that has never failed, from the same draws."""
    for kind in (KINDS[0], KINDS[2]):
        whole, run = start(lib, **kind), start(lib, **kind)
        train(lib, whole, 3), train(lib, run, 3)
        drawn = run.generator.get_state()
        hook = run.networks["discriminator"].layers[0].weight.register_hook(lambda s: s * math.nan)
        teaches_nothing(lib, run, Diverged)
        hook.remove()
        run.generator.set_state(drawn)
        assert shown(train(lib, whole)) == shown(train(lib, run))
        assert same(learned(whole), learned(run))


def features_that_refuse_teach_nothing(lib):
    """As those of photographs do, which halve an image three times, with 12 pixels."""
    network = FeatureNet().requires_grad_(False)
    for kind in ALL_KINDS:
        run = start(lib, **kind)
        train(lib, run, 3)
        run.task.perceptual_loss = partial(perceptual, network)
        run.task.batch = lambda data, draws: data[:4, :, :12, :12]
        teaches_nothing(
            lib,
            run,
            ValueError,
            "x: got 12 by 12 pixels, expected multiples of 8",
        )


ALL = (
    what_is_not_finite_teaches_nothing,
    a_part_that_makes_infinity_teaches_nothing,
    logits_that_are_not_finite_teach_nothing,
    a_discriminator_that_fails_teaches_nobody,
    a_loss_of_the_discriminator_that_is_not_finite_is_called_its_own,
    after_a_failure_a_run_goes_on,
    features_that_refuse_teach_nothing,
)
