"""What is saved of how a network was trained: a recipe, as JSON beside its weights."""

import json
import sys
from dataclasses import asdict, dataclass, fields
from typing import ClassVar, Self

from companion.checks import check_count, check_levels
from companion.diffusion import EPS, X0, Parameterization, Schedule, V, cosine

ASKS = {"eps": EPS, "x0": X0, "v": V}  # what a file says, and what it means


@dataclass(frozen=True)
class BaseRecipe:
    """What a run of every kind is told: how to step. And how all are checked and saved.

    steps: of the optimiser.   batch_size: images a step.   rate: of AdamW at its height.
    warmup: steps until then; afterwards the rate falls on a cosine to 0.   clip: longest
    gradient.   ema: share of the averaged weights that is kept in a step.
    seed: of weights, batches, and all else that is drawn; in 0..2^63 - 1.
    Raises ValueError for a number out of range or not finite.
    """

    steps: int = 1000
    batch_size: int = 64
    rate: float = 2e-3
    warmup: int = 50
    clip: float = 1.0
    ema: float = 0.995
    seed: int = 0

    POSITIVE: ClassVar[tuple[str, ...]] = ("steps", "batch_size", "rate", "clip")

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            kind = type(field.default)
            fits = _is_finite(value) if kind is float else isinstance(value, kind)
            if not fits or isinstance(value, bool) is not (kind is bool):
                raise ValueError(f"{field.name}: got {value!r:.80}, expected {_KINDS[kind]}")
        for name in self.POSITIVE:
            if not getattr(self, name) > 0:
                raise ValueError(f"{name}: got {getattr(self, name)}, expected more than 0")
        if not 0 <= self.ema < 1:
            raise ValueError(f"ema: got {self.ema}, expected a number in [0, 1)")
        if self.warmup < 0:
            raise ValueError(f"warmup: got {self.warmup}, expected 0 or more")
        check_count("seed", self.seed, 0, 2**63 - 1)

    def to_json(self) -> str:
        """The recipe as one line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """A recipe from JSON; what is not named has its default.

        Raises ValueError for text that is no JSON object, for a name that a recipe does
        not have, and for a value of another kind.
        """
        try:
            given = json.loads(text)
        except (ValueError, RecursionError) as error:  # also a number of 5000 digits
            raise ValueError(f"recipe: got text that is no JSON ({error})") from None
        if not isinstance(given, dict):
            raise ValueError(f"recipe: got a {type(given).__name__}, expected an object")
        names = [field.name for field in fields(cls)]
        unknown = sorted(set(given) - set(names))
        if unknown:
            raise ValueError(f"recipe: got {', '.join(unknown)}, expected only {', '.join(names)}")
        lists = {k: tuple(v) for k, v in given.items() if isinstance(v, list)}
        return cls(**given | lists)


@dataclass(frozen=True)
class Recipe(BaseRecipe):
    """All the numbers of a training run; with the seed it gives the same weights again.

    Beside those of `BaseRecipe`:
    T: of the cosine schedule.
    channels, width, multipliers, blocks, attention: of the UNet; a positive whole
    number of `multipliers` for each level, and of `attention` the levels, from 0.
    asks: what the network is asked for, "eps", "x0" or "v".
    data: what it learns from: "digits", "photos", the name of a set of the hub, or a
    folder.   size: the side of its images, in pixels.
    Raises ValueError for a number out of range.
    """

    T: int = 1000
    channels: int = 1
    width: int = 32
    multipliers: tuple[int, ...] = (1, 2)
    blocks: int = 1
    attention: tuple[int, ...] = ()
    asks: str = "v"
    data: str = "digits"
    size: int = 8

    POSITIVE = (*BaseRecipe.POSITIVE, "channels", "width", "blocks", "T", "size")

    def __post_init__(self) -> None:
        super().__post_init__()
        check_levels(self.multipliers, self.attention)
        if self.asks not in ASKS:
            raise ValueError(f"asks: got {self.asks!r}, expected one of {[*ASKS]}")

    @property
    def asked(self) -> Parameterization:
        """What the network is asked for: `EPS`, `X0` or `V`."""
        return ASKS[self.asks]

    @property
    def schedule(self) -> Schedule:
        """The cosine schedule of T steps."""
        return cosine(self.T)


_KINDS = {
    bool: "true or false",
    int: "a whole number",
    float: "a finite number",
    tuple: "a list of whole numbers",
    str: "a word",
}


def _is_finite(value: object) -> bool:
    """Whether it is a number that JSON has and a float can hold, however long it is."""
    most = sys.float_info.max
    return isinstance(value, int | float) and -most <= value <= most
