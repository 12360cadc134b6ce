"""Trained models: those that come with the package, those that were saved, and samples of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import torch
from torch import Generator, Tensor, nn

from companion.checks import check_count, shown
from companion.data import as_floats, frozen_tokens
from companion.diffusion import Parameterization, Schedule, ancestral, guided, trailing
from companion.diffusion import sample as walk
from companion.diffusion.samplers import Denoiser, Sampler
from companion.networks import denoiser
from companion.tasks.codec import AT_ONCE, Latents, Pixels
from companion.tasks.data import Conditioned
from companion.tasks.diffusion import DiffusionRecipe
from companion.tasks.recipes import KINDS
from companion.training import checkpoints, weights
from companion.training.recipe import Recipe
from companion.training.session import Session


@dataclass(frozen=True, eq=False)
class Model:
    """A trained network, and what has to be known to use it.

    Attributes:
        network: with averaged weights; not to be trained.
        recipe: that it was trained with.
    """

    network: nn.Module
    recipe: Recipe

    @property
    def schedule(self) -> Schedule:
        """The schedule that it was trained with."""
        return self._diffusion.schedule

    @property
    def parameterization(self) -> Parameterization:
        """What its network returns."""
        return self._diffusion.parameterization

    @cached_property
    def codec(self) -> Pixels | Latents:
        """From images to what the network works on, and back.

        Raises:
            ValueError: for an autoencoder that is not there, or is another kind of model.
        """
        told = self._diffusion.codec
        return latents(told.autoencoder, told.scale) if told.autoencoder else Pixels()

    def to(self, device: torch.device) -> "Model":
        """The same model, with its network and its codec moved there."""
        self.network.to(device)
        self.codec.to(device)
        return self

    def denoiser(
        self,
        cond: Tensor | None = None,
        *,
        scale: float = 1.0,
        against: Tensor | None = None,
        clip: bool = False,
    ) -> Denoiser:
        """The function of (x_t, t) that samplers ask; see `companion.networks.denoiser`.

        Args:
            cond: what `condition` makes, a row for each image; None says nothing.
            scale: of guidance, away from `against`; 1 is none.
            against: what is not wanted, a row for each image; None for the null.
            clip: cut each predicted x_0 off at -1 and 1.
        """
        asked = partial(denoiser, self.network, self.schedule, self.parameterization, clip=clip)
        if cond is None and against is None:
            return asked()
        return guided(asked(cond=cond), asked(cond=against), scale)

    def condition(self, said: str | int | Sequence[str | int] | Tensor, count: int) -> Tensor:
        """What is said of images, as the network takes it.

        Args:
            said: a caption, a class, or an image of the condition, for all of them; or one
                for each.
            count: of images, B in all.

        Returns:
            (B, ...).

        Raises:
            ValueError: for what this model cannot be told.
        """
        return condition_rows(self._diffusion, said, count)

    @property
    def _diffusion(self) -> DiffusionRecipe:
        if not isinstance(self.recipe, DiffusionRecipe):
            raise ValueError(
                f"model: got one of the kind {self.recipe.KIND}, expected a denoising network"
            )
        return self.recipe


def load(path: str | Path) -> Session:
    """A saved session of any kind, to go on with, or to use: see `Model` and `sample`.

    Raises:
        ValueError: for a file that is no checkpoint of this package, or has changed.
        OSError: for one that cannot be read.
    """
    return checkpoints.load(path, KINDS)


def shipped(name: str) -> Model:
    """A model that comes with the package.

    Args:
        name: one of `companion.training.names()` that has a recipe.

    Raises:
        ValueError: for another name, and for a file that has changed since it was packed.
    """
    return Model(*weights.unpack(name, KINDS))


def model_of(session: Session) -> Model:
    """The averaged network of a session, to be used as it is now."""
    return Model(session.ema_model, session.recipe)


def latents(autoencoder: str, scale: float) -> Latents:
    """A codec.

    Args:
        autoencoder: the name of one that comes with the package, or the path of a saved one.
        scale: z is so many times what its encoder says.

    Raises:
        ValueError: for a model of another kind, and for what is none.
    """
    model = shipped(autoencoder) if autoencoder in weights.names() else model_of(load(autoencoder))
    if model.recipe.KIND != "autoencoder":
        raise ValueError(
            f"autoencoder: got {autoencoder}, of the kind {model.recipe.KIND}, "
            "expected an autoencoder"
        )
    return Latents(model.network.eval(), scale)


def data_for(
    recipe: DiffusionRecipe, images: Tensor, said: Sequence[str] | Tensor | None = None
) -> Tensor | Conditioned:
    """What a run of this recipe learns from: images encoded once, and what is said of each.

    Args:
        recipe: of a denoising network.
        images: (N, C, H, W), floats in -1..1 or bytes.
        said: a caption or a class for each; None for a recipe without conditions.

    Returns:
        The images themselves, or their latents; with what is said, the rows of the condition.

    Raises:
        ValueError: for what the recipe's autoencoder or its condition does not take.
    """
    told = recipe.codec
    x = images
    if told.autoencoder:
        codec = latents(told.autoencoder, told.scale)
        x = torch.cat([codec.encode(as_floats(part)) for part in images.split(AT_ONCE)])
    return x if said is None else Conditioned(x, condition_rows(recipe, said, len(images)))


def condition_rows(
    recipe: DiffusionRecipe, said: str | int | Sequence[str | int] | Tensor, count: int
) -> Tensor:
    """What is said of images, as a network of this recipe takes it; see `Model.condition`.

    Args:
        recipe: of a denoising network.
        said: as for `Model.condition`.
        count: of images, B in all.

    Raises:
        ValueError: for what such a network cannot be told.
    """
    kind = recipe.condition.condition_type
    if kind == "none":
        raise ValueError("cond: got one, expected None: this model was trained without conditions")
    many = said if isinstance(said, Tensor) else [said] if isinstance(said, str | int) else said
    rows = many
    if kind in ("words", "bag") and not isinstance(many, Tensor):
        rows = recipe.vocabulary.encode(many)  # (1 or B, N)
    elif kind == "frozen" and not isinstance(many, Tensor):
        told = recipe.condition
        rows = frozen_tokens(many, told.encoder, told.length, told.encoder_sum)
    elif kind == "class":
        rows = torch.as_tensor(_numbers(recipe, many)).reshape(-1)  # (1 or B,)
        if rows.is_floating_point() or not ((rows >= 0) & (rows < recipe.condition.classes)).all():
            raise ValueError(
                f"cond: got {shown(said)}, expected classes 0..{recipe.condition.classes - 1}"
            )
    if not isinstance(rows, Tensor):
        raise ValueError(f"cond: got {shown(said)}, expected a tensor")
    if len(rows) not in (1, count):
        raise ValueError(f"cond: got {len(rows)} for {count} images, expected one, or one for each")
    return rows.expand(count, *rows.shape[1:])


def _numbers(recipe: DiffusionRecipe, many: object) -> object:
    """Classes as numbers, where they are told by their names."""
    if not isinstance(many, Sequence) or not any(isinstance(one, str) for one in many):
        return many
    names = recipe.condition.names.split("/") if recipe.condition.names else []
    for one in many:
        if one not in names:
            known = f"one of {', '.join(names)}" if names else "a number: its classes have no names"
            raise ValueError(f"cond: got {shown(one)}, expected {known}")
    return [names.index(one) for one in many]


def told_denoiser(
    model: Model,
    count: int,
    cond: str | int | Sequence[str | int] | Tensor | None,
    *,
    scale: float,
    against: str | int | Sequence[str | int] | Tensor | None,
    clip: bool,
) -> Denoiser:
    """The denoiser of so many images, told what `sample` is told of them.

    Raises:
        ValueError: for what the model cannot be told.
    """
    device = next(model.network.parameters()).device
    told, not_told = (
        None if said is None else model.condition(said, count).to(device)
        for said in (cond, against)
    )
    return model.denoiser(told, scale=scale, against=not_told, clip=clip)


def sample(
    model: Model | Session,
    count: int,
    cond: str | int | Sequence[str | int] | Tensor | None = None,
    *,
    scale: float = 1.0,
    against: str | int | Sequence[str | int] | Tensor | None = None,
    steps: int = 100,
    sampler: Sampler = ancestral,
    spacing: Callable[[int, int], tuple[int, ...]] = trailing,
    clip: bool = False,
    generator: Generator | None = None,
) -> Tensor:
    """Images drawn from a model.

    Args:
        model: that `shipped` or `load` returns.
        count: N, how many.
        cond: what is to be on them: a caption, a class, or one for each image; None says
            nothing.
        scale: of guidance: 1 is none, and above 1 the condition counts for more.
        against: what is not to be on them, of the same kinds as `cond`: guidance leads away
            from it, and with None from what is drawn when nothing is said.
        steps: calls of the network, 1..T.
        sampler: `ancestral`, `ddim(eta)` or `dpm_solver`.
        spacing: which times it is asked at, from T and their number.
        clip: cut each predicted x_0 off at -1 and 1.
        generator: of all noise; torch's own where there is none.

    Returns:
        (N, C, H, W), about in -1..1.

    Raises:
        ValueError: for a model that draws no images, and for numbers out of range.
    """
    if isinstance(model, Session):
        model = model_of(model)
    recipe, schedule = model._diffusion, model.schedule
    count = check_count("count", count, 1, 10**9)
    steps = check_count("steps", steps, 1, schedule.T)
    ask = told_denoiser(model, count, cond, scale=scale, against=against, clip=clip)
    device = next(model.network.parameters()).device
    xT = torch.randn(count, *recipe.shape, generator=generator).to(device)
    z = walk(ask, schedule, xT, spacing(schedule.T, steps), sampler, generator=generator)
    return model.codec.decode(z)
