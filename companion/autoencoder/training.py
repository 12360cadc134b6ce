"""How an autoencoder learns: two updates, one for each player, and a loop of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from companion.autoencoder.coder import Autoencoder
from companion.autoencoder.losses import (
    Losses,
    PerceptualLoss,
    autoencoder_loss,
    discriminator_loss,
)
from companion.autoencoder.recipe import (
    AutoencoderRecipe,
    autoencoder_of,
    discriminator_of,
    who_learns,
)
from companion.checks import NonFinite, check_data
from companion.data import as_floats
from companion.training import ema
from companion.training.finite import not_finite
from companion.training.images import check_images
from companion.training.loop import Accelerator, rate_at
from companion.training.size import check_memory


@dataclass(eq=False)
class AutoencoderRun:
    """A training run at some step.

    discriminator, its optimizer: None where the recipe's adversarial weight is 0.
    accelerator: where it runs, as `train_autoencoder` was told; None before that.
    source: where its pictures are from, as an object of JSON, or None; saved with it.
    """

    recipe: AutoencoderRecipe
    network: Autoencoder
    average: Autoencoder
    optimizer: Optimizer
    discriminator: nn.Module | None
    discriminator_optimizer: Optimizer | None
    generator: torch.Generator
    step: int = 0
    accelerator: Accelerator | None = None
    source: dict | None = None

    @property
    def begun(self) -> bool:
        """Whether the discriminator has a say in the next step."""
        return self.discriminator is not None and self.step >= self.recipe.begin


@dataclass(frozen=True)
class AutoencoderProgress:
    """What one step showed: its number from 1, and the losses of who learned in it.

    loss: the autoencoder's, or the discriminator's where it alone learned.
    parts: by name, the `Losses` where the autoencoder learned, and `discriminator`, the
    loss of that one, where it did.
    """

    step: int
    loss: float
    parts: dict[str, float]


def start_autoencoder(recipe: AutoencoderRecipe) -> AutoencoderRun:
    """A run at step 0: fresh weights, an optimiser for each player, a generator.

    The autoencoder's weights are the same with and without a discriminator.
    Raises ValueError for a recipe that needs more memory than this machine has.
    """
    check_memory(recipe, autoencoder_of)
    discriminator = discriminator_optimizer = None
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        network = autoencoder_of(recipe)
        if recipe.adversarial:
            discriminator = discriminator_of(recipe)
            discriminator_optimizer = _adam(discriminator, recipe, (0.5, 0.9))
    return AutoencoderRun(
        recipe,
        network,
        ema.averaged(network),
        _adam(network, recipe, (0.9, 0.999)),
        discriminator,
        discriminator_optimizer,
        torch.Generator().manual_seed(recipe.seed),
    )


def train_autoencoder(
    run: AutoencoderRun,
    images: Tensor,
    features: PerceptualLoss | None = None,
    accelerator: Accelerator | None = None,
) -> Iterator[AutoencoderProgress]:
    """Train until the recipe's steps are done, in place; yields after each step.

    images: what to learn from, (N, C, H, W), pixels in -1..1 or bytes; half of those
    drawn are seen in a mirror.   features: the perceptual distance, where its weight is not 0.
    accelerator: where to run; the CPU by default. The run's networks are moved there. It
    has to be one process, of full precision.
    Raises ValueError for bad images, for features where none are asked for, or none
    where they are, and for several processes or a mixed precision; and NotFinite where
    a step meets a NaN or an infinity, from the encoder's output to the gradient; then
    neither of the two has learned in it.
    Source: Esser et al. (2021), section 3.1; Rombach et al. (2022), appendix G.
    """
    _check_inputs(images, features, run.recipe)
    _move(run, accelerator or Accelerator(cpu=True))
    run.network.train()
    while run.step < run.recipe.steps:
        x = _batch(run, images)
        makes, discriminates = who_learns(run.recipe, run.step)
        again, parts = None, {}
        with _all_or_nothing(run, x):  # both gradients, before either of the two learns
            if makes:
                again, found = autoencoder_gradient(run, x, features)
                parts = {name: part.item() for name, part in found._asdict().items()}
            if discriminates:
                again = reconstructed(run, x) if again is None else again
                parts["discriminator"] = _discriminator_gradient(run, x, again).item()
        if makes:
            autoencoder_step(run)
        if discriminates:
            _step_discriminator(run)
        run.step += 1
        loss = parts["total" if makes else "discriminator"]
        yield AutoencoderProgress(run.step, loss, parts)


def update_autoencoder(
    run: AutoencoderRun, x: Tensor, features: PerceptualLoss | None = None
) -> tuple[Tensor, Losses]:
    """Equations 2-2 and 2-4: a step of the autoencoder, down its loss.

    x: (B, C, H, W), pixels in -1..1.   features: the perceptual distance, or None.
    Returns the reconstruction, (B, C, H, W), and what the loss was made of. The average
    goes along, and the discriminator stays as it is.
    Raises ValueError for other data, and NotFinite; then nothing has been learned.
    """
    with _all_or_nothing(run, x):
        again, parts = autoencoder_gradient(run, x, features)
    autoencoder_step(run)
    return again, parts


def autoencoder_gradient(
    run: AutoencoderRun, x: Tensor, features: PerceptualLoss | None
) -> tuple[Tensor, Losses]:
    """The first half of `update_autoencoder`: a gradient, clipped, and nothing learned.

    Raises ValueError and NotFinite as that does.
    """
    network, weights = run.network, run.recipe.weights
    again, latent = network(x, run.generator)
    last_weight = network.decoder.last_weight
    discriminator = run.discriminator if run.begun else None
    parts = autoencoder_loss(x, again, latent, weights, features, discriminator, last_weight)
    _gradient(run, run.optimizer, parts.total)
    return again.detach(), Losses(*(part.detach() for part in parts))


def autoencoder_step(run: AutoencoderRun) -> None:
    """The second half of `update_autoencoder`: a step down, and the average goes along."""
    _step(run, run.optimizer)
    ema.update(run.average, run.network, run.recipe.ema, run.step + 1)
    # Codes are taken over, not averaged: one that was dead has jumped, and no vector is
    # near it halfway. (Averaged, they rebuild as well within 0.1 dB; but fewer serve.)
    run.average.bottleneck.load_state_dict(run.network.bottleneck.state_dict())


def update_discriminator(run: AutoencoderRun, x: Tensor, again: Tensor) -> Tensor:
    """Equations 2-3 and 2-5: a step of the discriminator, down its loss.

    x: (B, C, H, W), real images.   again: their reconstructions. The autoencoder stays
    as it is.   Returns the loss, ().
    Raises ValueError for a run that has no discriminator and for other data, and
    NotFinite; then nothing has been learned.
    """
    if run.discriminator is None:
        raise ValueError(
            "run: got one without a discriminator, expected a recipe whose adversarial weight is not 0"
        )
    with _all_or_nothing(run, x):
        loss = _discriminator_gradient(run, x, again)
    _step_discriminator(run)
    return loss


@torch.no_grad()
def reconstructed(run: AutoencoderRun, x: Tensor) -> Tensor:
    """What the autoencoder makes of x when it does not learn.   x: (B, C, H, W).

    KL draws as in training. A copy looks, for VQ learns as it looks.
    Raises ValueError for other data, and NotFinite.
    """
    with _all_finite(run, x):
        again = deepcopy(run.network)(x, run.generator)[0]  # (B, C, H, W)
        check_data("again", again)
        return again


def _discriminator_gradient(run: AutoencoderRun, x: Tensor, again: Tensor) -> Tensor:
    loss = discriminator_loss(x, again, run.discriminator)
    _gradient(run, run.discriminator_optimizer, loss, "discriminator's ")
    return loss.detach()


def _step_discriminator(run: AutoencoderRun) -> None:
    _step(run, run.discriminator_optimizer, run.recipe.discriminator_rate)


@contextmanager
def _all_or_nothing(run: AutoencoderRun, x: Tensor) -> Iterator[None]:
    """Where the block fails the codes are those of before, and no gradient is left: VQ learns as it looks."""
    before = deepcopy(run.network.bottleneck.state_dict())
    try:
        with _all_finite(run, x):
            yield
    except Exception:
        run.network.bottleneck.load_state_dict(before)
        for optimizer in (run.optimizer, run.discriminator_optimizer):
            if optimizer is not None:
                optimizer.zero_grad()
        raise


@contextmanager
def _all_finite(run: AutoencoderRun, x: Tensor) -> Iterator[None]:
    """From x on, what a part refuses as not finite another part has made: `NotFinite`."""
    check_data("x", x)
    try:
        yield
    except NonFinite as error:
        raise not_finite("forward pass", run.step + 1) from error


def _move(run: AutoencoderRun, accelerator: Accelerator) -> None:
    """Both players, and what their optimisers remember, to where it runs.

    The networks stay the objects that they are, so that a single update can be asked
    for as well. With several processes they would not: each would be wrapped, and what
    is asked of their parts (the bottleneck, the last weight) would share no gradients.
    """
    if accelerator.num_processes > 1 or accelerator.mixed_precision != "no":
        raise ValueError(
            f"accelerator: got {accelerator.num_processes} processes and mixed precision "
            f"{accelerator.mixed_precision!r}, expected 1 and 'no'"
        )
    run.accelerator = accelerator
    _, run.optimizer = accelerator.prepare(run.network, run.optimizer)
    if run.discriminator is not None:
        _, run.discriminator_optimizer = accelerator.prepare(
            run.discriminator, run.discriminator_optimizer
        )
    for network in (run.network, run.average, run.discriminator):
        if network is not None:
            network.to(accelerator.device)


def _gradient(run: AutoencoderRun, optimizer: Optimizer, loss: Tensor, whose: str = "") -> None:
    """That of this optimiser's own parameters, clipped: no others get one."""
    _check_finite(run, f"{whose}loss", loss)
    (group,) = optimizer.param_groups
    backward = run.accelerator.backward if run.accelerator else Tensor.backward
    backward(loss, inputs=group["params"])
    length = nn.utils.clip_grad_norm_(group["params"], run.recipe.clip)
    _check_finite(run, f"{whose}gradient", length)


def _step(run: AutoencoderRun, optimizer: Optimizer, share: float = 1.0) -> None:
    """A step of this optimiser, down the gradient that is there.

    share: of the recipe's rate.
    """
    (group,) = optimizer.param_groups
    group["lr"] = share * rate_at(run.step, run.recipe)
    optimizer.step()
    optimizer.zero_grad()


def _check_finite(run: AutoencoderRun, what: str, values: Tensor) -> None:
    if not values.isfinite().all():
        raise not_finite(what, run.step + 1)


def _batch(run: AutoencoderRun, images: Tensor) -> Tensor:
    """Images drawn at random, half of them mirrored; recoloured on request: (B, C, H, W)."""
    count, g = run.recipe.batch_size, run.generator
    x = images[torch.randint(len(images), (count,), generator=g)]
    mirrored = torch.rand(count, generator=g) < 0.5  # (B,)
    x = torch.where(mirrored[:, None, None, None].to(x.device), x.flip(3), x)
    if run.recipe.recolour:
        order = torch.rand(count, x.shape[1], generator=g).argsort(dim=1)  # (B, C)
        x = x[torch.arange(count)[:, None], order.to(x.device)]
    return as_floats(x).to(run.network.decoder.last_weight)


def _adam(network: nn.Module, recipe: AutoencoderRecipe, betas: tuple[float, float]) -> Optimizer:
    """betas: the usual ones, or of less memory for one that aims at a moving target."""
    own = [p for p in network.parameters() if p.requires_grad]
    return torch.optim.AdamW(own, lr=recipe.rate, betas=betas, fused=True)


def _check_inputs(
    images: Tensor, features: PerceptualLoss | None, recipe: AutoencoderRecipe
) -> None:
    check_images(images, recipe.channels)
    if (features is None) != (recipe.perceptual == 0):
        got, expected = ("None", "one") if features is None else ("one", "None")
        raise ValueError(
            f"features: got {got}, expected {expected}: the recipe's perceptual weight is {recipe.perceptual}"
        )
