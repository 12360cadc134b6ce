"""Small training runs, what to ask of them, and a reference for their first steps."""

import math
from types import SimpleNamespace

import torch
import torch.nn.functional as F

from companion import autoencoder, tasks, training
from tests.autoencoder.loss_properties import distance

# The package's own names, as a broken copy has them for the properties.
LIBRARY = SimpleNamespace(**{**vars(training), **vars(tasks), **vars(autoencoder)})
SMALL = {
    "steps": 6,
    "batch_size": 4,
    "warmup": 3,
    "ema_decay": 0.6,
    "width": 8,
    "latent_channels": 2,
    "num_codes": 6,
    "size": 16,
    "disc_width": 8,
    "perceptual": 0.3,
    "adversarial": 0.5,
    "regulariser": 1e-2,
}
KINDS = (
    {"bottleneck_type": "kl"},
    {"bottleneck_type": "vq"},
    {"bottleneck_type": "vq", "vq_ema": True},
)


def images():
    """32 smooth images, (32, 3, 16, 16), in -1..1."""
    g = torch.Generator().manual_seed(7)
    small = 2 * torch.rand(32, 3, 4, 4, generator=g) - 1
    return F.interpolate(small, scale_factor=4.0, mode="bilinear")


def start(lib, **changes):
    """A session at its beginning, with a perceptual distance that needs no trained network."""
    session = lib.start(lib.AutoencoderRecipe().override(**SMALL | changes))
    if session.recipe.loss.perceptual:
        session.task.perceptual_loss = distance
    return session


def train(lib, session, steps=None):
    """The progress of so many steps, or of all that are left."""
    found = []
    for now in lib.train(session, images()):
        found.append(now)
        if len(found) == steps:
            break
    return found


def shown(progress):
    """What steps showed, to be compared."""
    return [(now.step, now.loss, now.parts) for now in progress]


def update(lib, session, x):
    """A step of the player whose turn is first; who it is, and what its loss was made of."""
    player, loss, parts = next(session.task.losses(session, x))
    lib.descend(session, player, loss, parts)
    return player, parts


def state(*modules):
    """All that the modules know, copied."""
    return [v.clone() for m in modules for v in m.state_dict().values()]


def same(one, other):
    """To the bit."""
    return len(one) == len(other) and all(map(torch.equal, one, other))


def gradients(module):
    return [p.grad for p in module.parameters() if p.grad is not None and p.grad.any()]


def reference(network, average, discriminator, recipe, steps):
    """Trains in place; the loss of each of the two, step by step."""
    adam = {"lr": 0, "fused": False, "foreach": False}
    players = (
        (network, torch.optim.AdamW(network.parameters(), **adam)),
        (
            discriminator,
            torch.optim.AdamW(discriminator.parameters(), betas=(0.5, 0.9), **adam),
        ),
    )
    g, losses = torch.Generator().manual_seed(recipe.seed), []
    for step in range(1, steps + 1):
        x = images()[torch.randint(32, (recipe.batch_size,), generator=g)]
        for b, chance in enumerate(torch.rand(recipe.batch_size, generator=g)):
            x[b] = x[b].flip(-1) if chance < 0.5 else x[b]
        mean, logvar = network.encoder(x).split(2, dim=1)
        z = mean + (logvar / 2).exp() * torch.randn(mean.shape, generator=g)
        again = network.decoder(z)
        rec = (x - again).abs().mean() + 0.3 * distance(x, again).mean()
        says = -discriminator(again).mean()
        (to_rec, to_says) = (
            torch.autograd.grad(v, network.decoder.last_weight, retain_graph=True)[0]
            for v in (rec, says)
        )
        adaptive = (to_rec.norm() / (to_says.norm() + 1e-4)).item()
        kl = (mean**2 + logvar.exp() - 1 - logvar).sum() / 2 / len(x)
        total = rec + 0.5 * adaptive * says + 1e-2 * kl
        made = again.detach()
        told_apart = (F.relu(1 - discriminator(x)) + F.relu(1 + discriminator(made))).mean() / 2
        slopes = [
            torch.autograd.grad(total, [*network.parameters()]),
            torch.autograd.grad(told_apart, [*discriminator.parameters()]),
        ]
        for (player, optimizer), own in zip(players, slopes, strict=True):
            length = math.sqrt(sum(s.square().sum().item() for s in own))
            for p, slope in zip(player.parameters(), own, strict=True):
                p.grad = slope * min(1, recipe.optimizer.max_grad_norm / length)
            optimizer.param_groups[0]["lr"] = recipe.optimizer.lr * step / recipe.optimizer.warmup
            optimizer.step()
        keep = min(recipe.optimizer.ema_decay, (step - 1) / (step + 9))
        for old, new in zip(average.parameters(), network.parameters(), strict=True):
            old.copy_(keep * old + (1 - keep) * new.detach())
        losses.append((total.item(), told_apart.item()))
    return losses
