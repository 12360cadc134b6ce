"""What holds for the training of a VAE and of a GAN: two steps, against another hand.

`lib` has `train_vae` and `train_gan`, the package's own or a copy with one line broken.
The reference is written with torch.distributions and the binary cross-entropy.
"""

from copy import deepcopy
from unittest.mock import patch

import torch
import torch.nn.functional as F
from torch.distributions import Normal, kl_divergence
from torch.testing import assert_close

from companion.data import digits
from companion.networks import ImageDecoder, ImageEncoder

BATCH, LATENT, STEPS = 8, 4, 3
CLOSE = {"rtol": 1e-4, "atol": 1e-5}


def images():
    return digits().train.images[:64]


def networks(numbers, seed=0):
    """A reader and a generator whose blocks do not begin at zero."""
    torch.manual_seed(seed)
    pair = ImageEncoder(numbers, width=8), ImageDecoder(latent=LATENT, width=8)
    for parameter in (p for one in pair for p in one.parameters()):
        parameter.data += 0.05 * torch.randn_like(parameter)
    return pair


def assert_same(one, other):
    for a, b in zip(one.parameters(), other.parameters(), strict=True):
        assert_close(a, b, **CLOSE)


def vae_steps_are_those_of_another_hand(lib):
    encoder, decoder = networks(2 * LATENT)
    E, D = deepcopy(encoder), deepcopy(decoder)
    terms = [*lib.train_vae(encoder, decoder, images(), STEPS, batch_size=BATCH)]

    g = torch.Generator().manual_seed(0)
    optimizer = torch.optim.AdamW([*E.parameters(), *D.parameters()], lr=2e-3)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
    for in_pixels, told in terms:
        x = images()[torch.randint(64, (BATCH,), generator=g)]
        numbers = E(x)
        q = Normal(numbers[:, :LATENT], (numbers[:, LATENT:] / 2).exp())
        z = q.loc + q.scale * torch.randn(BATCH, LATENT, generator=g)
        KL = kl_divergence(q, Normal(0.0, 1.0)).sum() / BATCH
        # -log N(x; D(z), 0.05), without its constant
        nll = -Normal(D(z), 0.05**0.5).log_prob(x).sum() / BATCH
        nll = nll + Normal(0.0, 0.05**0.5).log_prob(torch.zeros(64)).sum()
        assert_close(torch.tensor([in_pixels, told]), torch.stack([nll, KL]), **CLOSE)
        optimizer.zero_grad()
        (nll + KL).backward()
        optimizer.step()
        falling.step()
    assert_same(encoder, E)
    assert_same(decoder, D)


def gan_steps_are_those_of_another_hand(lib):
    critic, generator = networks(1)
    C, G = deepcopy(critic), deepcopy(generator)
    losses = [*lib.train_gan(generator, critic, images(), STEPS, batch_size=BATCH)]

    g = torch.Generator().manual_seed(0)
    both = [torch.optim.AdamW(n.parameters(), lr=1e-3, betas=(0.0, 0.99)) for n in (G, C)]
    yes, no = torch.ones(BATCH, 1), torch.zeros(BATCH, 1)
    for fooled, apart in losses:
        x = images()[torch.randint(64, (BATCH,), generator=g)]
        z = torch.randn(BATCH, LATENT, generator=g)
        told = F.binary_cross_entropy_with_logits(C(x), yes)
        told = told + F.binary_cross_entropy_with_logits(C(G(z).detach()), no)
        penalty = 0.0
        for one in x:  # the slope at each image by itself
            at = one[None].clone().requires_grad_()
            (slope,) = torch.autograd.grad(C(at).squeeze(), at, create_graph=True)
            penalty = penalty + slope.norm() ** 2 / (2 * BATCH)
        both[1].zero_grad()
        (told + penalty).backward()
        both[1].step()
        loss = F.binary_cross_entropy_with_logits(C(G(z)), yes)
        both[0].zero_grad()
        loss.backward()
        both[0].step()
        assert_close(torch.tensor([fooled, apart]), torch.stack([loss, told]), **CLOSE)
    assert_same(generator, G)
    assert_same(critic, C)


def the_average_follows_the_generator(lib):
    critic, generator = networks(1)
    average, before = deepcopy(generator), deepcopy(generator)
    for _ in lib.train_gan(generator, critic, images(), 1, average=average, batch_size=BATCH):
        pass
    assert_same(average, generator)  # the first update forgets the beginning
    moved = [
        (a - b).abs().max() for a, b in zip(average.parameters(), before.parameters(), strict=True)
    ]
    assert max(moved) > 0


def what_is_not_finite_teaches_neither(lib):
    """Nor the memory of their optimisers: a loss, and a gradient, of the one and of the other."""
    for who, spoil, words in (
        ("critic", "slope", "the gradient of the critic's loss of step 2 is not finite"),
        ("generator", "slope", "the gradient of the generator's loss of step 2 is not finite"),
        ("generator", "value", "the generator's loss of step 2 is not finite"),
        ("critic", "value", "the critic's loss of step 2 is not finite"),
    ):
        critic, generator = networks(1)
        optimizers, made = [], torch.optim.AdamW

        def noted(*args, made=made, optimizers=optimizers, **how):
            optimizers.append(made(*args, **how))
            return optimizers[-1]

        with patch.object(torch.optim, "AdamW", noted):
            steps = lib.train_gan(generator, critic, images(), 4, batch_size=BATCH)
            next(steps)
        one, calls = {"critic": critic, "generator": generator}[who], []
        if spoil == "slope":
            next(iter(one.parameters())).register_hook(lambda slope: slope * torch.nan)
        else:  # the critic is asked about real ones, made ones, and then for the generator

            def spoils(network, inputs, output, calls=calls, who=who):
                calls.append(1)
                return (
                    output * torch.nan
                    if len(calls) == {"critic": 1, "generator": 3}[who]
                    else output
                )

            critic.register_forward_hook(spoils)
        before = known(generator, critic, *optimizers)
        try:
            next(steps)
        except lib.NotFinite as error:
            assert str(error).startswith(words), error
        else:
            raise AssertionError(f"nothing was noticed: {words}")
        assert all(
            torch.equal(a, b)
            for a, b in zip(known(generator, critic, *optimizers), before, strict=True)
        )
        both = [*generator.parameters(), *critic.parameters()]
        assert not any(p.grad is not None and p.grad.any() for p in both)


def known(generator, critic, *optimizers):
    """Copies of all that both have learned, and of what their optimisers remember."""
    held = [
        value
        for one in optimizers
        for state in one.state_dict()["state"].values()
        for value in state.values()
    ]
    return [
        v.clone() for v in (*generator.state_dict().values(), *critic.state_dict().values(), *held)
    ]


ALL = (
    vae_steps_are_those_of_another_hand,
    gan_steps_are_those_of_another_hand,
    the_average_follows_the_generator,
    what_is_not_finite_teaches_neither,
)
