"""What a kind of model says of its training. The loop asks it, and knows nothing else of it."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

from companion.training import ema
from companion.training.draws import Draws

if TYPE_CHECKING:
    from accelerate import Accelerator

    from companion.training.recipe import Recipe
    from companion.training.session import Session

Loss = tuple[str, Tensor, dict[str, Tensor]]


class Task(ABC):
    """A kind of model: its networks, its batches and its losses.

    A kind overrides `networks`, `batch` and `losses`, and of the others what it does
    in its own way. Networks go by names, and are called players where there are two.
    The first one is what the training is for: it alone is averaged.

    Args:
        recipe: of this kind.
    """

    players: tuple[str, ...] = ("network",)  # who can learn, the first one first
    terms: tuple[str, ...] = ()  # names of what is shown, for the record of a run

    def __init__(self, recipe: "Recipe") -> None:
        self.recipe = recipe

    @abstractmethod
    def networks(self) -> dict[str, nn.Module]:
        """Fresh networks by name, as the recipe has them, from torch's own random numbers."""

    @abstractmethod
    def batch(self, data: Any, draws: Draws) -> Any:
        """What one step learns from, drawn from the data."""

    @abstractmethod
    def losses(self, session: "Session", batch: Any) -> Iterator[Loss]:
        """The loss of each player that learns in this step, one after the other.

        It goes on when the player before has learned, so that the next loss may be made
        with what that one has become.

        Args:
            session: with the networks, and the step from which it goes on.
            batch: as `batch` returns it.

        Yields:
            The player's name; its loss, (), or (B,) of which the mean counts; and what
            is shown of it, by name. A whole number for each image, such as its time,
            is named where its loss is not finite.
        """

    def check_memory(self) -> None:
        """The recipe fits into the memory of this machine.

        Raises:
            ValueError: for one that needs more.
        """
        return

    def check_data(self, data: Any) -> None:
        """This kind can learn from the data.

        Raises:
            ValueError: where it cannot.
        """
        return

    def check_accelerator(self, accelerator: "Accelerator") -> None:
        """This kind can be trained so: in several processes, in that precision.

        Raises:
            ValueError: where it cannot.
        """
        return

    def learners(self, step: int) -> tuple[str, ...]:
        """Who learns in the step after `step`, in order; all of them where it is not said."""
        return self.players

    def updates(self, player: str, step: int) -> int:
        """How many updates a player has had after `step` steps."""
        return step

    def adamw(self, player: str) -> dict[str, Any]:
        """What AdamW is told for this player, beside the learning rate."""
        return {}

    def lr_factor(self, player: str) -> float:
        """The player's learning rate, as a share of the recipe's."""
        return 1.0

    def update_ema(self, session: "Session", player: str) -> None:
        """The averaged weights go along, after `session.step` steps."""
        ema_decay = self.recipe.optimizer.ema_decay
        ema.update(session.averages[player], session.networks[player], ema_decay, session.step)

    def learn_by_looking(self, session: "Session") -> list[nn.Module]:
        """Modules whose weights a forward pass changes, before any step of an optimiser."""
        return []

    def finish(self, session: "Session", data: Any) -> None:
        """What is done once, after the last step: nothing, unless a kind says so."""
        return
