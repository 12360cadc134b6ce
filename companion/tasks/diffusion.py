"""How a denoising network learns: algorithm 1, and all the numbers of a run of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from torch import Tensor, nn

from companion.data import Vocabulary, as_floats
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
from companion.networks.conditions import (
    BagOfWords,
    ClassCondition,
    Condition,
    GivenTokens,
    ImageCondition,
    WordCondition,
    drop,
)
from companion.networks.old_names import with_new_names
from companion.tasks.data import Conditioned, DataConfig
from companion.tasks.diffusion_config import CodecConfig, ConditionConfig
from companion.tasks.network_config import NETWORKS, NetworkConfig, UNetConfig
from companion.training.draws import Draws
from companion.training.images import check_images
from companion.training.recipe import Recipe
from companion.training.session import Session
from companion.training.size import check_memory
from companion.training.task import Task

PARAMETERIZATIONS = {"eps": EPS, "x0": X0, "v": V}  # what a file says, and what it means


@dataclass(frozen=True)
class DiffusionRecipe(Recipe):
    """All the numbers of a run that trains a denoising network.

    Attributes:
        network: which network, and its sizes: `UNetConfig` or `DiTConfig`.
        data: what it learns from.
        T: of the cosine schedule.
        prediction_type: what the network returns, "eps", "x0" or "v".
        codec: where the model works, on pixels or in a latent.
        condition: what the network is told.
    """

    network: NetworkConfig = UNetConfig()
    data: DataConfig = DataConfig()
    T: int = 1000
    prediction_type: str = "v"
    codec: CodecConfig = CodecConfig()
    condition: ConditionConfig = ConditionConfig()

    KIND = "diffusion"
    VARIANTS = {"network": NETWORKS}
    POSITIVE = (*Recipe.POSITIVE, "T")
    OLD_NAMES = {**Recipe.OLD_NAMES, "asks": "prediction_type", "data": "source"}

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.prediction_type not in PARAMETERIZATIONS:
            raise ValueError(
                f"prediction_type: got {self.prediction_type!r}, "
                f"expected one of {[*PARAMETERIZATIONS]}"
            )
        if self.data.size % self.codec.f:
            raise ValueError(f"size: got {self.data.size}, expected a multiple of {self.codec.f}")

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of what the network works on: (C, H, W)."""
        side = self.data.size // self.codec.f
        return self.codec.latent_channels or self.data.channels, side, side

    @property
    def vocabulary(self) -> Vocabulary:
        """The words that the network knows, or the pieces of words."""
        told, by = self.condition, None
        if told.tokenizer:
            from companion.data.pieces import Pieces  # whose library nothing else needs

            by = Pieces(told.tokenizer)
        return Vocabulary(told.words.split(), told.length, by)

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
        """The one that denoises."""
        return {"network": network_of(self.recipe)}

    def batch(self, data: Tensor | Conditioned, draws: Draws) -> tuple[Tensor, Tensor | None]:
        """Images drawn at random, x_0: (B, C, H, W), and what is said of each."""
        x, cond = data if isinstance(data, Conditioned) else (data, None)
        drawn = draws.integers(0, len(x))  # (B,)
        return as_floats(x[drawn]), None if cond is None else cond[drawn]

    def losses(
        self, session: Session, batch: tuple[Tensor, Tensor | None]
    ) -> Iterator[tuple[str, Tensor, dict[str, Tensor]]]:
        """The mean squared error of what the network returns, of each image: algorithm 1."""
        (x0, cond), draws, device = batch, session.draws, session.accelerator.device
        t = draws.integers(1, self.schedule.T + 1)  # (B,)
        eps = draws.normal(*x0.shape[1:])  # (B, C, H, W)
        xt = marginal(self.schedule, x0, t).sample(eps)
        target = self.parameterization.target(self.schedule, x0, eps, t)
        network = session.network
        if cond is not None:
            null, rate = network.condition.null, self.recipe.condition.cond_dropout
            cond = drop(cond.to(device), null, draws.uniform().to(device) < rate)
            network = partial(network, cond=cond)
        output = network(xt.to(device), t.to(device))
        yield "network", simple_loss(output, target.to(device)), {"t": t}

    def check_memory(self) -> None:
        """The recipe fits into the memory of this machine.

        Raises:
            ValueError: for one that needs more.
        """
        check_memory(self.recipe, network_of)

    def check_data(self, data: Tensor | Conditioned) -> None:
        """The data is images, or latents, of the recipe's channels, each with its condition.

        Raises:
            ValueError: for anything else.
        """
        x, cond = data if isinstance(data, Conditioned) else (data, None)
        check_images(x, self.recipe.shape[0])
        kind = self.recipe.condition.condition_type
        if (kind == "none") is not (cond is None):
            found = "without" if cond is None else "with"
            raise ValueError(f"data: got images {found} conditions, expected those of {kind!r}")
        if cond is not None and len(cond) != len(x):
            raise ValueError(f"data: got {len(x)} images and {len(cond)} conditions, one for each")


def network_of(recipe: DiffusionRecipe) -> nn.Module:
    """A fresh network, as the recipe has it, from torch's own random numbers."""
    return recipe.network.build(recipe.shape[0], condition_of(recipe))


def condition_of(recipe: DiffusionRecipe) -> Condition | None:
    """A fresh module for what the network is told, or None."""
    told = recipe.condition
    match told.condition_type:
        case "class":
            return ClassCondition(told.classes, told.dim)
        case "words":
            words = len(recipe.vocabulary)
            return WordCondition(words, told.length, told.dim, told.depth, told.null)
        case "bag":
            return BagOfWords(len(recipe.vocabulary), told.length, told.dim)
        case "frozen":
            return GivenTokens(told.length, told.given, told.dim)
        case "image":
            pixels = told.image_task in ("upscale", "layout")  # one of them for each place
            channels = recipe.data.channels if pixels else recipe.shape[0]
            return ImageCondition(channels, recipe.shape[1])
    return None
