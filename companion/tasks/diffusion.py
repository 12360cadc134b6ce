"""How a denoising network learns: algorithm 1, and all the numbers of a run of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor, nn

from companion.checks import check_levels
from companion.data import as_floats
from companion.diffusion import (
    EPS,
    X0,
    Parameterization,
    Schedule,
    V,
    cosine,
    marginal,
    simple_loss,
)
from companion.networks import UNet
from companion.networks.old_names import with_new_names
from companion.tasks.data import DataConfig
from companion.training.draws import Draws
from companion.training.images import check_images
from companion.training.recipe import Config, Recipe
from companion.training.session import Session
from companion.training.size import check_memory
from companion.training.task import Task

PARAMETERIZATIONS = {"eps": EPS, "x0": X0, "v": V}  # what a file says, and what it means


@dataclass(frozen=True)
class UNetConfig(Config):
    """The sizes of a UNet.

    Attributes:
        width: channels at full size.
        multipliers: of `width`, a positive whole number for each level.
        blocks: ResBlocks a level.
        attention: the levels that have it, from 0.
    """

    width: int = 32
    multipliers: tuple[int, ...] = (1, 2)
    blocks: int = 1
    attention: tuple[int, ...] = ()

    POSITIVE = ("width", "blocks")

    def __post_init__(self) -> None:
        super().__post_init__()
        check_levels(self.multipliers, self.attention)


@dataclass(frozen=True)
class DiffusionRecipe(Recipe):
    """All the numbers of a run that trains a denoising network.

    Attributes:
        network: the sizes of its UNet.
        data: what it learns from.
        T: of the cosine schedule.
        prediction_type: what the network returns, "eps", "x0" or "v".
    """

    network: UNetConfig = UNetConfig()
    data: DataConfig = DataConfig()
    T: int = 1000
    prediction_type: str = "v"

    KIND = "diffusion"
    POSITIVE = (*Recipe.POSITIVE, "T")
    OLD_NAMES = {**Recipe.OLD_NAMES, "asks": "prediction_type", "data": "source"}

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.prediction_type not in PARAMETERIZATIONS:
            raise ValueError(
                f"prediction_type: got {self.prediction_type!r}, "
                f"expected one of {[*PARAMETERIZATIONS]}"
            )

    @property
    def parameterization(self) -> Parameterization:
        """What the network returns: `EPS`, `X0` or `V`."""
        return PARAMETERIZATIONS[self.prediction_type]

    @property
    def schedule(self) -> Schedule:
        """The cosine schedule of T steps."""
        return cosine(self.T)

    @classmethod
    def with_new_names(cls, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
        """Tensors of a file of the first version, under the names that they have today."""
        return with_new_names(tensors)

    def task(self) -> "DiffusionTask":
        """What such a run does in a step."""
        return DiffusionTask(self)


class DiffusionTask(Task):
    """A network that learns to undo noise, at all times at once.

    Source: Ho et al. (2020), algorithm 1.
    """

    recipe: DiffusionRecipe

    def __init__(self, recipe: DiffusionRecipe) -> None:
        super().__init__(recipe)
        self.schedule, self.parameterization = recipe.schedule, recipe.parameterization

    def networks(self) -> dict[str, nn.Module]:
        """A UNet."""
        return {"network": unet_of(self.recipe)}

    def batch(self, data: Tensor, draws: Draws) -> Tensor:
        """Images drawn at random, x_0: (B, C, H, W)."""
        return as_floats(data[draws.integers(0, len(data))])

    def losses(
        self, session: Session, batch: Tensor
    ) -> Iterator[tuple[str, Tensor, dict[str, Tensor]]]:
        """The mean squared error of what the network returns, of each image: algorithm 1."""
        x0, draws = batch, session.draws
        t = draws.integers(1, self.schedule.T + 1)  # (B,)
        eps = draws.normal(*x0.shape[1:])  # (B, C, H, W)
        xt = marginal(self.schedule, x0, t).sample(eps)
        target = self.parameterization.target(self.schedule, x0, eps, t)
        device = session.accelerator.device
        output = session.network(xt.to(device), t.to(device))
        yield "network", simple_loss(output, target.to(device)), {"t": t}

    def check_memory(self) -> None:
        """The recipe fits into the memory of this machine.

        Raises:
            ValueError: for one that needs more.
        """
        check_memory(self.recipe, unet_of)

    def check_data(self, data: Tensor) -> None:
        """The data is images of the recipe's channels.

        Raises:
            ValueError: for anything else.
        """
        check_images(data, self.recipe.data.channels)


def unet_of(recipe: DiffusionRecipe) -> UNet:
    """A fresh network, as the recipe has it, from torch's own random numbers."""
    sizes = recipe.network
    return UNet(recipe.data.channels, sizes.width, sizes.multipliers, sizes.blocks, sizes.attention)
