"""What guidance asks of a network, and what training tells it: the checks of `listens`."""

from collections.abc import Callable, Iterator
from math import sqrt
from typing import NamedTuple

import torch
from torch import Generator, Tensor, nn

from companion.diffusion import Prediction
from companion.networks import denoiser
from companion.tasks.data import Conditioned
from companion.tasks.models import Model
from companion.training.descent import Accelerator
from companion.training.session import Session

NEAR = 1e-9  # of what is equal in float64, as a share of its size
SCALE, BATCH, BATCHES = 3.0, 32, 64
USUAL: dict[str, Callable[[Tensor, Tensor, float], Tensor]] = {
    "1 + w": lambda c, u, s: c + s * (c - u),
    "s cond + (s - 1) uncond": lambda c, u, s: s * c + (s - 1) * u,
    "what is asked with the two changed over": lambda c, u, s: c + s * (u - c),
    "what leads away from the condition": lambda c, u, s: u - s * (c - u),
    "the condition alone": lambda c, u, s: c,
    "no condition": lambda c, u, s: u,
}


class Finding(NamedTuple):
    """Something that is wrong.

    Attributes:
        name: of the check.
        words: what was found.
    """

    name: str
    words: str | None


def findings_of_guidance(model: Model, xt: Tensor, rows: Tensor) -> Iterator[Finding]:
    """What is wrong in a model's guidance, check by check; None where nothing is.

    Args:
        model: in float64.
        xt: (B, C, H, W).
        rows: (B, ...), a condition for each image.
    """
    t = model.schedule.T // 2
    null = model.network.condition.null.expand_as(rows)
    plain = [
        denoiser(model.network, model.schedule, model.parameterization, cond=cond)(xt, t)
        for cond in (rows, null)
    ]
    asked: list[tuple[Tensor, Tensor]] = []
    hook = model.network.register_forward_pre_hook(lambda _, args: asked.append(args[:2]))
    guided = {s: model.denoiser(rows, scale=s)(xt, t) for s in (0.0, 1.0, SCALE)}
    hook.remove()
    calls = _calls(asked, xt, t)
    yield Finding("calls", calls)
    if calls:  # then the answers are to other questions
        return
    cond, uncond = (_stacked(p) for p in plain)
    found = {s: _stacked(p) for s, p in guided.items()}
    nothing = _stacked(model.denoiser()(xt, t))
    wrong = {s: ~_same(v, uncond + s * (cond - uncond)) for s, v in found.items()}
    scale = _scale(cond, uncond, found, wrong)
    other = scale is None and bool(wrong[SCALE].all())
    yield Finding("null", _null(other or not _same(nothing, uncond).all()))
    yield Finding("scale", scale)
    somewhere = torch.stack([*wrong.values()]).any(dim=0)  # (2, C)
    some = somewhere.any() and not somewhere.all()
    yield Finding("channels", _channels(somewhere) if some and not other else None)


def findings_of_training(model: Model, rows: Tensor, seed: int = 0) -> Iterator[Finding]:
    """What is wrong in what a network is told while it learns.

    The model's own task draws batches and makes losses. In place of the network stands one
    that only notes what it is told. An image is bright or dark all over, and so is known
    again under a little noise.

    Args:
        model: whose task is looked at.
        rows: (N, ...), conditions, each another one.
        seed: of batches and noise.
    """
    recipe = model.recipe.override(batch_size=BATCH)
    task, listener = recipe.task(), _Listener(model.network.condition)
    generator = Generator().manual_seed(seed)
    where = Accelerator(cpu=True)
    session = Session(recipe, task, {"network": listener}, {}, {}, generator, accelerator=where)
    bright = 1 - 2 * (torch.arange(len(rows)) % 2)  # (N,), 1 or -1
    x = 0.9 * bright.reshape(-1, 1, 1, 1).expand(-1, *recipe.shape).float()
    for _ in range(BATCHES):
        for _ in task.losses(session, task.batch(Conditioned(x, rows), session.draws)):
            pass
    xt, t, told = (torch.cat(part) for part in zip(*listener.heard, strict=True))
    null = listener.condition.null
    which = torch.full((len(told),), -1)  # which row it is, -1 for none, N for the null
    for n, row in enumerate((*rows, null)):
        which[(told == row).reshape(len(told), -1).all(dim=1)] = n
    dropped = (which == len(rows)) | (which == -1)
    strangers = told[which == -1].reshape(-1, row.numel()).unique(dim=0)
    yield Finding("null", _strangers(len(strangers), (which == -1).double().mean().item()))
    if len(strangers) < 2:  # else it is not the condition that is dropped
        rate = recipe.condition.cond_dropout
        yield Finding("dropped", _dropped(dropped.reshape(BATCHES, -1).double(), rate))
    known = ~dropped & (model.schedule.alpha_bar[t] > 0.9)
    seen = xt.flatten(1).mean(dim=1).sign()
    others = (seen[known] != bright[which[known]]).double()
    words = f"{others.mean():.0%} of the images learn what is said of others"
    yield Finding("own", words if others.any() else None)


class _Listener(nn.Module):
    """In place of a network: it notes what it is told, and answers zeros."""

    def __init__(self, condition: nn.Module) -> None:
        super().__init__()
        self.condition = condition
        self.heard: list[tuple[Tensor, Tensor, Tensor]] = []

    def forward(self, xt: Tensor, t: Tensor, cond: Tensor | None = None) -> Tensor:
        """Zeros, (B, C, H, W)."""
        null = self.condition.null
        cond = null.expand(len(xt), *null.shape) if cond is None else cond
        self.heard.append((xt, t, cond))
        return torch.zeros_like(xt)


def _stacked(p: Prediction) -> Tensor:
    """Noise and x_0 of a prediction: (2, B, C, H, W)."""
    return torch.stack([p.eps, p.x0])


def _same(one: Tensor, other: Tensor) -> Tensor:
    """Which channels of the two are equal, for all images: (2, C)."""
    size = other.square().mean().sqrt()
    return ((one - other).abs() <= NEAR * size).all(dim=-1).all(dim=-1).all(dim=1)


def _straight(cond: Tensor, found: dict[float, Tensor]) -> bool:
    """It is guidance away from something, whatever that is."""
    start = found[0.0]
    straight = _same(found[SCALE], start + SCALE * (cond - start))
    return bool(straight.all() and _same(found[1.0], cond).all())


def _null(wrong: bool) -> str | None:
    return "where nothing is said, sampling doesn't take the null of training" if wrong else None


def _scale(
    cond: Tensor, uncond: Tensor, found: dict[float, Tensor], wrong: dict[float, Tensor]
) -> str | None:
    whole = [s for s, channels in wrong.items() if channels.all()]
    if not whole:
        return None
    worst = whole[-1]
    for name, formula in USUAL.items():
        if _same(found[worst], formula(cond, uncond, worst)).all():
            return f"the answer at the scale {worst:g} is {name}"
    if _straight(cond, found):
        return None  # of another null
    return f"the answer at the scale {worst:g} is not uncond + {worst:g} (cond - uncond)"


def _channels(wrong: Tensor) -> str:
    if wrong.any(dim=1).sum() == 1:
        what = "noise" if wrong[0].any() else "guess of x_0"
        if wrong.all(dim=1).any():
            return f"the {what} is not guided as the other of the two"
    channels = wrong.any(dim=0)
    which = ", ".join(str(n) for n in channels.nonzero().flatten().tolist())
    return f"of {len(channels)} channels these are not guided: {which}"


def _calls(asked: list[tuple[Tensor, Tensor]], xt: Tensor, t: int) -> str | None:
    for given, times in asked:
        if not all(torch.equal(part, xt) for part in given.split(len(xt))):
            return "the network is asked with another x_t than the sampler's"
        if (times != t).any():
            return f"the network is asked at the time {int(times[times != t][0])}, expected {t}"
    return None


def _strangers(kinds: int, share: float) -> str | None:
    if not kinds:
        return None
    what = "another null than that of sampling" if kinds == 1 else "neither theirs nor the null"
    return f"{share:.0%} of the images learn with {what}"


def _dropped(dropped: Tensor, rate: float) -> str | None:
    share = dropped.mean().item()
    if 0 < rate < 1 and 0 < share < 1 and set(dropped.mean(dim=1).tolist()) == {0.0, 1.0}:
        return "the condition of a whole batch is dropped at once"
    if abs(share - rate) > 5 * sqrt(rate * (1 - rate) / dropped.numel()):
        return f"{share:.1%} of the conditions are dropped, the recipe says {rate:.1%}"
    return None
