"""What holds for the two players and the loop, as functions of the library under test.

`lib` has the names of `companion.tasks`, `companion.training` and `companion.autoencoder`: the
package's own, or a copy with one line broken.
"""

import math
from copy import deepcopy
from dataclasses import asdict
from itertools import permutations

import torch
import torch.nn.functional as F
from torch.testing import assert_close

from tests.autoencoder.runs import (
    KINDS,
    gradients,
    images,
    reference,
    same,
    shown,
    start,
    state,
    train,
    update,
)

# -------------------------------------------------------------------------- two players


def the_autoencoder_update_changes_only_its_own(lib):
    for kind in KINDS:
        run = start(lib, **kind)
        network, other = state(run.network), state(run.networks["discriminator"])
        average = state(run.ema_model)
        player, parts = update(lib, run, images()[:4])
        assert player == "network" and parts["adaptive"] > 0
        assert not run.optimizers["discriminator"].state
        assert same(state(run.networks["discriminator"]), other)
        assert not same(state(run.network), network)
        assert same(state(run.ema_model), average)  # it goes along at the end of the step
        assert not gradients(run.networks["discriminator"]) and not gradients(run.network)
        assert not any(part.requires_grad for part in parts.values())


def the_discriminator_update_changes_only_its_own(lib):
    for kind in KINDS:
        run = start(lib, **kind)
        train(lib, run, 2)
        losses = run.task.losses(run, images()[:4])
        assert next(losses)[0] == "network"
        before, other = state(run.network, run.ema_model), state(run.networks["discriminator"])
        moments = str(run.optimizers["network"].state_dict())
        player, loss, parts = next(losses)
        lib.descend(run, player, loss, parts)
        assert player == "discriminator" and next(losses, None) is None
        assert same(state(run.network, run.ema_model), before)
        assert str(run.optimizers["network"].state_dict()) == moments
        assert not gradients(run.network) and not gradients(run.networks["discriminator"])
        assert not same(state(run.networks["discriminator"]), other)
        assert not any(part.requires_grad for part in parts.values())


def looking_teaches_nothing(lib):
    for kind in KINDS:
        run = start(lib, **kind)
        train(lib, run, 3)
        before, drawn = state(run.network), run.generator.get_state()
        again = lib.reconstructed(run.network, images()[:4], run.generator)
        assert same(state(run.network), before) and run.network.training
        assert not again.requires_grad
        run.generator.set_state(drawn)
        assert_close(again, run.network(images()[:4], run.generator)[0].detach())


def alone_the_discriminator_is_taught_by_looking(lib):
    """Where the autoencoder does not learn it makes what it would make, and learns nothing."""
    for kind in KINDS:
        run = start(lib, alternate_updates=True, **kind)
        before, drawn = state(run.network), run.generator.get_state()
        player, loss, _ = next(run.task.losses(run, images()[:4]))
        assert player == "discriminator" and same(state(run.network), before)
        run.generator.set_state(drawn)
        again = run.network(images()[:4], run.generator)[0]
        judge = run.networks["discriminator"]
        by_hand = F.relu(1 - judge(images()[:4])) + F.relu(1 + judge(again))
        assert_close(loss, by_hand.mean() / 2)


def the_discriminator_learns(lib):
    """To tell noisy images from smooth ones."""
    run = start(lib, lr=4e-3, warmup=1, steps=10**6, alternate_updates=True)
    g, losses = torch.Generator().manual_seed(0), []

    def noisy(network, inputs, output):
        return inputs[0] + 0.3 * torch.randn(inputs[0].shape, generator=g), output[1]

    run.network.register_forward_hook(noisy)
    for _ in range(40):
        x = images()[torch.randint(32, (8,), generator=g)]
        player, parts = update(lib, run, x)
        assert player == "discriminator"
        losses.append(parts["discriminator"].item())
        run.step += 2  # its own steps are every second one
    assert 0.5 < losses[0] < 2 and sum(losses[-5:]) / 5 < 0.3 * losses[0]


def the_autoencoder_learns(lib):
    for kind in KINDS:
        alone = {"perceptual": 0.0, "adversarial": 0.0, "num_codes": 64, "latent_channels": 4}
        alone["regulariser"] = 1.0 if kind["bottleneck_type"] == "vq" else 1e-6
        run = start(lib, steps=100, batch_size=8, lr=1e-2, **alone, **kind)
        pixel = [now.parts["pixel"] for now in train(lib, run)]
        assert sum(pixel[-5:]) / 5 < 0.7 * pixel[0]


# --------------------------------------------------------------------------- warm-up


def before_its_beginning_the_discriminator_has_no_influence(lib):
    """Bit by bit the run without one; from then on another."""
    for kind in KINDS:
        for alternate in (False, True):
            run = start(lib, disc_start=3, alternate_updates=alternate, **kind)
            alone = start(lib, adversarial=0.0, **kind)
            assert "discriminator" not in alone.networks
            discriminator = state(run.networks["discriminator"])
            assert same(state(run.network), state(alone.network))
            for now in range(3):
                (one,), (other,) = train(lib, run, 1), train(lib, alone, 1)
                assert shown([one]) == shown([other]) and "discriminator" not in one.parts
                assert one.step == now + 1
            assert same(state(run.network, run.ema_model), state(alone.network, alone.ema_model))
            assert same(state(run.networks["discriminator"]), discriminator)
            train(lib, run, 2), train(lib, alone, 2)
            assert not same(state(run.network), state(alone.network))
            assert not same(state(run.networks["discriminator"]), discriminator)


def the_discriminator_begins_at_its_step(lib):
    for begin in (0, 2):
        run = start(lib, disc_start=begin)
        adaptive = [now.parts["adaptive"] for now in train(lib, run)]
        assert [value > 0 for value in adaptive] == [n >= begin for n in range(6)]


def alternate_steps_teach_one_each(lib):
    run, learned = start(lib, disc_start=2, alternate_updates=True), []
    for _ in range(6):
        before = state(run.network), state(run.ema_model), state(run.networks["discriminator"])
        (now,) = train(lib, run, 1)
        after = state(run.network), state(run.ema_model), state(run.networks["discriminator"])
        learned.append([not same(b, a) for b, a in zip(before, after, strict=True)])
        (last,) = [*now.parts][-1:]
        assert now.loss == now.parts[last] and len(now.parts) in (1, 6)
    makes, discriminates = [True, True, False], [False, False, True]
    assert learned == [makes, makes, discriminates, makes, discriminates, makes]


def both_learn_on_every_batch(lib):
    run = start(lib)
    for _ in range(3):
        before = state(run.network), state(run.networks["discriminator"])
        (now,) = train(lib, run, 1)
        assert not same(before[0], state(run.network))
        assert not same(before[1], state(run.networks["discriminator"]))
        assert now.loss == now.parts["total"] and len(now.parts) == 7


# ------------------------------------------------------------------------ step by step


def two_steps_are_those_of_a_reference(lib):
    """KL and a discriminator, written out anew without the library."""
    for clip in (1.0, 1e-2):
        run = start(lib, max_grad_norm=clip, bottleneck_type="kl", lr=1e-2)
        expected = deepcopy((run.network, run.ema_model, run.networks["discriminator"]))
        found = train(lib, run, 2)
        losses = reference(*expected, run.recipe, steps=2)
        for now, (total, told_apart) in zip(found, losses, strict=True):
            assert_close(now.parts["total"], total, rtol=1e-5, atol=1e-6)
            assert_close(now.parts["discriminator"], told_apart, rtol=1e-5, atol=1e-6)
        for one, other in zip(
            state(run.network, run.ema_model, run.networks["discriminator"]),
            state(*expected),
            strict=True,
        ):
            assert_close(one, other, rtol=1e-4, atol=2e-5)


def the_average_takes_codes_over(lib):
    """And averages the rest by its formula; it is in evaluation, and not trained."""
    for kind in KINDS[1:]:
        run = start(lib, dead_code_threshold=0.9, decay=0.5, **kind)
        by_hand = [p.clone() for p in averaged_weights(run.ema_model)]
        for step in range(1, 7):
            train(lib, run, 1)
            keep = min(0.6, (step - 1) / (step + 9))
            for old, new in zip(by_hand, averaged_weights(run.network), strict=True):
                old.copy_(keep * old + (1 - keep) * new)
            assert same(state(run.ema_model.bottleneck), state(run.network.bottleneck))
        for one, other in zip(by_hand, averaged_weights(run.ema_model), strict=True):
            assert_close(one, other, rtol=1e-5, atol=1e-6)
        assert not run.ema_model.training
        assert not any(p.requires_grad for p in run.ema_model.parameters())


def averaged_weights(network):
    parts = (network.encoder, network.decoder)
    return [p.detach() for part in parts for p in part.parameters()]


def the_rate_of_each_step_is_that_of_the_recipe(lib):
    run, seen = start(lib, disc_lr_factor=0.25), []
    for _ in range(6):
        train(lib, run, 1)
        for optimizer in (run.optimizers["network"], run.optimizers["discriminator"]):
            seen.append(optimizer.param_groups[0]["lr"] / run.recipe.optimizer.lr)
    ends = [(1 + math.cos(math.pi * n / 3)) / 2 for n in range(3)]
    expected = [s * share for s in (1 / 3, 2 / 3, 1, *ends) for share in (1, 0.25)]
    assert_close(torch.tensor(seen), torch.tensor(expected))


def every_image_is_seen_and_half_of_them_in_a_mirror(lib):
    run = start(lib, batch_size=64, steps=4, adversarial=0.0, perceptual=0.0)
    seen, known = [], images()
    run.network.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    train(lib, run)
    rows, mirrored = set(), 0
    for x in torch.cat(seen):
        straight = [n for n in range(32) if torch.equal(known[n], x)]
        turned = [n for n in range(32) if torch.equal(known[n].flip(2), x)]
        assert len(straight) + len(turned) == 1
        rows |= {*straight, *turned}
        mirrored += len(turned)
    assert rows == {*range(32)} and 100 < mirrored < 156


def recoloured_images_have_their_channels_in_every_order(lib):
    run = start(lib, batch_size=64, steps=4, adversarial=0.0, perceptual=0.0, channel_shuffle=True)
    seen, known = [], images()
    known = torch.cat([known, known.flip(3)])
    run.network.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    train(lib, run)
    orders = []
    for x in torch.cat(seen):
        found = [
            order for order in permutations(range(3)) if (known[:, order] == x).all((1, 2, 3)).any()
        ]
        assert len(found) == 1
        orders += found
    counts = [orders.count(order) for order in permutations(range(3))]
    assert min(counts) > 20 and sum(counts) == 256  # about 43 of each


def bytes_teach_what_floats_do(lib):
    """To the bit, also in a mirror and recoloured."""
    g = torch.Generator().manual_seed(1)
    pixels = torch.randint(256, (9, 3, 16, 16), generator=g, dtype=torch.uint8)
    for kind in KINDS:
        found, ends = [], []
        for x in (pixels, pixels.float() / 127.5 - 1):
            run = start(lib, channel_shuffle=True, steps=2, **kind)
            found.append(shown(lib.train(run, x)))
            ends.append(state(run.network, run.ema_model, run.networks["discriminator"]))
        assert found[0] == found[1] and same(*ends)


def one_recipe_gives_one_run(lib):
    for kind in KINDS:
        one = start(lib, **kind)
        torch.rand(5)  # what else is drawn does not matter
        other = start(lib, **kind)
        first = train(lib, one)
        torch.rand(5)
        assert shown(first) == shown(train(lib, other))
        assert same(state(one.network, one.ema_model), state(other.network, other.ema_model))
        assert asdict(one.recipe) == asdict(other.recipe)
        assert not same(state(one.network), state(start(lib, seed=1, **kind).network))


ALL = (
    the_autoencoder_update_changes_only_its_own,
    the_discriminator_update_changes_only_its_own,
    looking_teaches_nothing,
    alone_the_discriminator_is_taught_by_looking,
    the_discriminator_learns,
    the_autoencoder_learns,
    before_its_beginning_the_discriminator_has_no_influence,
    the_discriminator_begins_at_its_step,
    alternate_steps_teach_one_each,
    both_learn_on_every_batch,
    two_steps_are_those_of_a_reference,
    the_average_takes_codes_over,
    the_rate_of_each_step_is_that_of_the_recipe,
    every_image_is_seen_and_half_of_them_in_a_mirror,
    recoloured_images_have_their_channels_in_every_order,
    bytes_teach_what_floats_do,
    one_recipe_gives_one_run,
)
