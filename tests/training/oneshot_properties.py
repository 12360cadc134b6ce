"""What holds for the training of a VAE and of a GAN: three steps, against another hand.

`lib` has `start`, `train` and the recipes, the package's own or a copy with one line broken.
The reference is written with torch.distributions and the binary cross-entropy.
"""

import math
from copy import deepcopy

import torch
import torch.nn.functional as F
from torch.distributions import Normal, kl_divergence
from torch.testing import assert_close

from companion.data import digits
from companion.training import Diverged

SMALL = {"batch_size": 8, "latent": 4, "steps": 3, "width": 8}
CLOSE = {"rtol": 1e-4, "atol": 1e-5}


def images():
    return digits().train.images[:64]


def begun(lib, recipe, **changes):
    """A session whose networks' blocks do not begin at zero."""
    session = lib.start(recipe().override(**SMALL | changes))
    g = torch.Generator().manual_seed(5)
    for parameter in (p for one in session.networks.values() for p in one.parameters()):
        parameter.data += 0.05 * torch.randn(parameter.shape, generator=g)
    return session


def assert_same(one, other):
    for a, b in zip(one.parameters(), other.parameters(), strict=True):
        assert_close(a, b, **CLOSE)


def vae_steps_are_those_of_another_hand(lib):
    for var in (0.05, 0.5):
        session = begun(lib, lib.VAERecipe, var=var)
        E, D = deepcopy(session.network.encoder), deepcopy(session.network.decoder)
        found = [*lib.train(session, images())]

        g = torch.Generator().manual_seed(0)
        optimizer = torch.optim.AdamW([*E.parameters(), *D.parameters()], lr=2e-3)
        for n, now in enumerate(found):
            x = images()[torch.randint(64, (8,), generator=g)]
            numbers = E(x)
            q = Normal(numbers[:, :4], (numbers[:, 4:] / 2).exp())
            z = q.loc + q.scale * torch.randn(8, 4, generator=g)
            KL = kl_divergence(q, Normal(0.0, 1.0)).sum() / 8
            # -log N(x; D(z), var), without its constant
            nll = -Normal(D(z), var**0.5).log_prob(x).sum() / 8
            nll = nll + Normal(0.0, var**0.5).log_prob(torch.zeros(64)).sum()
            shown = torch.tensor([now.parts["error"], now.parts["kl"], now.loss])
            assert_close(shown, torch.stack([nll, KL, nll + KL]), **CLOSE)
            optimizer.param_groups[0]["lr"] = 2e-3 * (1 + math.cos(math.pi * n / 3)) / 2
            optimizer.zero_grad()
            (nll + KL).backward()
            optimizer.step()
        assert_same(session.network.encoder, E)
        assert_same(session.network.decoder, D)
        assert_same(session.ema_model, session.network)  # nothing is averaged
        assert torch.equal(session.ema_model(z), session.ema_model.decoder(z))


def gan_steps_are_those_of_another_hand(lib):
    session = begun(lib, lib.GANRecipe)
    C, G = deepcopy(session.networks["discriminator"]), deepcopy(session.network)
    found = [*lib.train(session, images())]

    g = torch.Generator().manual_seed(0)
    both = [torch.optim.AdamW(n.parameters(), lr=1e-3, betas=(0.0, 0.99)) for n in (G, C)]
    yes, no = torch.ones(8, 1), torch.zeros(8, 1)
    for now in found:
        x = images()[torch.randint(64, (8,), generator=g)]
        z = torch.randn(8, 4, generator=g)
        told = F.binary_cross_entropy_with_logits(C(x), yes)
        told = told + F.binary_cross_entropy_with_logits(C(G(z).detach()), no)
        penalty = 0.0
        for one in x:  # the slope at each image by itself
            at = one[None].clone().requires_grad_()
            (slope,) = torch.autograd.grad(C(at).squeeze(), at, create_graph=True)
            penalty = penalty + slope.norm() ** 2 / (2 * 8)
        both[1].zero_grad()
        (told + penalty).backward()
        both[1].step()
        loss = F.binary_cross_entropy_with_logits(C(G(z)), yes)
        both[0].zero_grad()
        loss.backward()
        both[0].step()
        shown = torch.tensor([now.parts["g_loss"], now.parts["d_loss"], now.loss])
        assert_close(shown, torch.stack([loss, told, told + penalty]), **CLOSE)
    assert_same(session.network, G)
    assert_same(session.networks["discriminator"], C)


def the_average_follows_the_generator(lib):
    session = begun(lib, lib.GANRecipe)
    before, steps = deepcopy(session.ema_model), lib.train(session, images())
    next(steps)
    assert_same(session.ema_model, session.network)  # the first update forgets the beginning
    moved = [
        (a - b).abs().max()
        for a, b in zip(session.ema_model.parameters(), before.parameters(), strict=True)
    ]
    assert max(moved) > 0
    first = deepcopy(session.ema_model)
    next(steps)
    for old, new, mean in zip(
        first.parameters(),
        session.network.parameters(),
        session.ema_model.parameters(),
        strict=True,
    ):
        assert_close(mean, old / 11 + 10 / 11 * new, **CLOSE)


def sizes_are_those_of_the_recipe(lib):
    for recipe in (lib.VAERecipe, lib.GANRecipe):
        session = lib.start(recipe().override(width=8, latent=5, size=16, channels=3))
        made = session.network(torch.zeros(2, 5))
        assert made.shape == (2, 3, 16, 16)
        for network in session.networks.values():
            channels = [p.shape[0] for p in network.parameters() if p.ndim == 4]
            assert max(channels) == 16  # twice the width
    assert session.networks["discriminator"](made).shape == (2, 1)


def the_discriminator_is_undone_where_the_generator_fails(lib):
    session = begun(lib, lib.GANRecipe)
    steps, discriminator = lib.train(session, images()), session.networks["discriminator"]
    next(steps)
    next(iter(session.network.parameters())).register_hook(lambda slope: slope * math.nan)
    before = [p.detach().clone() for p in discriminator.parameters()]
    try:
        next(steps)
    except Diverged as error:
        assert str(error).startswith("the gradient of step 2 is not finite")
    else:
        raise AssertionError("nothing was noticed")
    for parameter, old in zip(discriminator.parameters(), before, strict=True):
        assert torch.equal(parameter, old)


ALL = (
    vae_steps_are_those_of_another_hand,
    gan_steps_are_those_of_another_hand,
    the_average_follows_the_generator,
    sizes_are_those_of_the_recipe,
    the_discriminator_is_undone_where_the_generator_fails,
)
