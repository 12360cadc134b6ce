"""What is saved of how a network was trained: a recipe, as JSON beside its weights."""

import json
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import Field, asdict, dataclass, fields, is_dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Self

from torch import Tensor

from companion.checks import check_count, shown

if TYPE_CHECKING:
    from companion.training.task import Task


LR_SCHEDULERS = ("cosine", "constant")
UNCLIPPED = 1e12  # a gradient so long is not met: for kinds that do not clip
_KINDS: dict[type, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a finite number",
    tuple: "a list of whole numbers",
    str: "a word",
}


def _kind(each: Field) -> type:
    return each.type if is_dataclass(each.type) else type(each.default)


def _is_finite(value: object) -> bool:
    """Whether it is a number that JSON has and a float can hold, however long it is."""
    most = sys.float_info.max
    return isinstance(value, int | float) and -most <= value <= most


@dataclass(frozen=True)
class Config:
    """Numbers, words and groups of them, checked when they are made, and as JSON.

    Raises:
        ValueError: for a value of another kind than the default, and for a number that
            is not finite, or not above 0 where it has to be.
    """

    POSITIVE: ClassVar[tuple[str, ...]] = ()
    OLD_NAMES: ClassVar[dict[str, str]] = {}
    VARIANTS: ClassVar[dict[str, dict[str, type]]] = {}  # of a group, by its field GROUP_type

    def __post_init__(self) -> None:
        for each in fields(self):
            value, kind = getattr(self, each.name), _kind(each)
            fits = _is_finite(value) if kind is float else isinstance(value, kind)
            if not fits or isinstance(value, bool) is not (kind is bool):
                expected = _KINDS.get(kind, f"a {kind.__name__}")
                raise ValueError(f"{each.name}: got {value!r:.80}, expected {expected}")
        for name in self.POSITIVE:
            if not getattr(self, name) > 0:
                raise ValueError(f"{name}: got {getattr(self, name)}, expected more than 0")

    def to_json(self) -> str:
        """All of it as one line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The same from JSON; what is not named has its default.

        A field may stand in its group or beside the groups, and have the name that it had
        in files of the first version.

        Raises:
            ValueError: for text that is no JSON object, for a name that there is not, and
                for a value of another kind.
        """
        try:
            given = json.loads(text)
        except (ValueError, RecursionError) as error:  # also a number of 5000 digits
            raise ValueError(f"recipe: got text that is no JSON ({error})") from None
        if not isinstance(given, dict):
            raise ValueError(f"recipe: got a {type(given).__name__}, expected an object")
        groups = {each.name for each in fields(cls) if is_dataclass(_kind(each))}
        flat = {}
        for name, value in given.items():
            inner = value if name in groups and isinstance(value, dict) else {name: value}
            for key, one in inner.items():
                old = isinstance(one, str) or key not in groups
                key = cls.OLD_NAMES.get(key, key) if old else key
                flat[key] = tuple(one) if isinstance(one, list) else one
        return cls().override(**flat)

    def override(self, **values: object) -> Self:
        """The same with other values, each by the name of its field, in whatever group it is.

        Args:
            values: such as `width=8`, or `network=UNetConfig(width=8)` for a whole group. Of a
                group that comes in several kinds, such as `network`, `network_type="dit"`
                takes another one, and then its own defaults.

        Raises:
            ValueError: for a name that no field has, and for a wrong value.
        """
        for group, kinds in self.VARIANTS.items():
            word, now = values.get(f"{group}_type"), values.get(group, getattr(self, group))
            if word is None:
                continue
            if not isinstance(word, str) or word not in kinds:
                raise ValueError(f"{group}_type: got {word!r:.80}, expected one of {[*kinds]}")
            if not isinstance(now, kinds[word]):
                if group in values:
                    expected = f"a {kinds[word].__name__}, since {group}_type is {word!r}"
                    raise ValueError(f"{group}: got {shown(now)}, expected {expected}")
                return replace(self, **{group: kinds[word]()}).override(**values)
        places = {path[-1]: path for path in self._paths()}
        unknown = sorted(set(values) - set(places))
        if unknown:
            names = ", ".join(path[-1] for path in self._paths())
            raise ValueError(f"recipe: got {', '.join(unknown)}, expected only {names}")
        own = {name: value for name, value in values.items() if len(places[name]) == 1}
        for group in {places[name][0] for name in values if len(places[name]) == 2}:
            inner = {name: value for name, value in values.items() if places[name] == (group, name)}
            own[group] = replace(own.get(group, getattr(self, group)), **inner)
        return replace(self, **own)

    def _paths(self) -> Iterator[tuple[str, ...]]:
        for each in fields(self):
            yield (each.name,)
            if is_dataclass(group := getattr(self, each.name)):
                yield from ((each.name, *path) for path in group._paths())


@dataclass(frozen=True)
class OptimizerConfig(Config):
    """How AdamW is used, for every kind of model.

    Attributes:
        lr: learning rate at its height, more than 0.
        warmup: steps until then, 0 or more.
        max_grad_norm: a longer gradient is made that long.
        ema_decay: share of the averaged weights that is kept in a step, in [0, 1).
        lr_scheduler: "cosine", on which the rate falls to 0 after the warmup, or "constant".
    """

    lr: float = 2e-3
    warmup: int = 50
    max_grad_norm: float = 1.0
    ema_decay: float = 0.995
    lr_scheduler: str = "cosine"

    POSITIVE = ("lr", "max_grad_norm")

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.ema_decay < 1:
            raise ValueError(f"ema_decay: got {self.ema_decay}, expected a number in [0, 1)")
        if self.warmup < 0:
            raise ValueError(f"warmup: got {self.warmup}, expected 0 or more")
        if self.lr_scheduler not in LR_SCHEDULERS:
            raise ValueError(
                f"lr_scheduler: got {self.lr_scheduler!r}, expected one of {[*LR_SCHEDULERS]}"
            )


@dataclass(frozen=True)
class Recipe(Config, ABC):
    """All the numbers of a training run; with the seed it gives the same weights again.

    A kind of model adds groups of its own: of its networks, its data, its losses.

    Attributes:
        steps: of the optimiser.
        batch_size: images a step.
        seed: of weights, batches, and all else that is drawn; in 0..2^63 - 1.
        optimizer: how it is used.

    Raises:
        ValueError: for a number out of range or not finite.
    """

    steps: int = 1000
    batch_size: int = 64
    seed: int = 0
    optimizer: OptimizerConfig = OptimizerConfig()

    KIND: ClassVar[str] = ""  # what a saved file calls it
    POSITIVE = ("steps", "batch_size")
    OLD_NAMES = {
        "rate": "lr",
        "clip": "max_grad_norm",
        "ema": "ema_decay",
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        check_count("seed", self.seed, 0, 2**63 - 1)

    @classmethod
    def with_new_names(cls, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
        """Tensors of a file of the first version, under the names that they have today."""
        return tensors

    @abstractmethod
    def task(self) -> "Task":
        """What such a run does in a step."""
