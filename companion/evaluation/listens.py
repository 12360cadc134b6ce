"""Does it listen? What a model does with its condition, looked at from outside.

A condition that is lost on its way makes nothing crash: the loss falls, and samples look
good. Each check changes one thing of a question, and looks at what changes in the answer.
None of them asks of which kind the network is. All is computed in float64, on a copy, so
that what should be equal is equal to rounding.
"""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import NamedTuple

import torch
from torch import Generator, Tensor, nn

from companion.checks import check_data, check_tensor, shown
from companion.data.vocabulary import PAD
from companion.evaluation.told import Finding, findings_of_guidance, findings_of_training
from companion.tasks.models import Model, model_of
from companion.training.session import Session

LEAST = 1e-5  # what counts moves an output by more, as a share of its size
ROUNDING = 1e-9  # what is equal differs by less


class Listening(NamedTuple):
    """What the checks found.

    Attributes:
        checked: the names of the checks that were made.
        findings: what is wrong, each with the name of its check; none of a right model.
    """

    checked: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def found(self) -> dict[str, str]:
        """What is wrong, by the name of the check."""
        names = dict.fromkeys(name for name, _ in self.findings)
        return {n: "; ".join(f.words for f in self.findings if f.name == n) for n in names}

    def __str__(self) -> str:
        """A line for each check."""
        found = self.found
        return "\n".join(f"{name:9} {found.get(name, 'ok')}" for name in self.checked)


def listens(
    model: Model | Session | nn.Module,
    said: Sequence[str | int] | Tensor,
    xt: Tensor | None = None,
    *,
    seed: int = 0,
) -> Listening:
    """Whether a model listens to its condition, in a list of checks with a name each.

    Of each network:

    - `repeats`: one question has one answer.
    - `moves`: another condition gives another output, and so does none.
    - `own`: a condition moves the output of its own image only; in training, each has its own.
    - `words`: another word, or channel of an image, at each place gives another output.
    - `order`: so do the same words in another order.
    - `filler`: what fills a row of words up, and what of an image isn't given, does nothing.
    - `null`: no condition is the null, in the network, in guidance and in training.
    - `time`: another time gives another output, of its own image only.
    - `learns`: a gradient reaches all weights of the condition.

    And of a model, which knows how it samples and how it was trained:

    - `scale`: guidance is uncond + scale * (cond - uncond), so that 0 and 1 are the two.
    - `channels`: and that in all channels.
    - `calls`: for each of the two the network is asked with x_t and the time.
    - `dropped`: the condition is dropped as often as the recipe says, each by itself.

    After a finding of the first three the network and its guidance are not looked at further.
    A bag of words has the finding `order`, rightly. A network that has learned nothing yet has
    the finding `moves`: it starts at zero.

    Args:
        model: that `shipped`, `load` or `start` returns; or any network that is asked as
            (x_t, t, cond) and has its condition, a module with a `null`, as `condition`.
        said: at least two conditions, each another one, of which none says nothing. Of a
            model captions, classes or rows, of a network rows: (B, ...).
        xt: (B, C, H, W), what a network is asked with. That of a model is drawn.
        seed: of all that is drawn.

    Returns:
        The names of the checks, and the findings.

    Raises:
        ValueError: for a model without conditions, and for too few or equal ones.
    """
    model = model_of(model) if isinstance(model, Session) else model
    network = model.network if isinstance(model, Model) else model
    if getattr(network, "condition", None) is None:
        raise ValueError("model: got one without conditions, expected one that is told something")
    if isinstance(said, str | int):
        raise ValueError(f"said: got {shown(said)}, expected two conditions or more")
    T, generator = 1000, Generator().manual_seed(seed)
    if isinstance(model, Model):
        T = model.schedule.T
        said = model.condition(said, len(said))
        xt = torch.randn(len(said), *model.recipe.shape, generator=generator)
    check_tensor("said", said, " with a row for each image")
    check_data("xt", xt)
    same = deepcopy(network).cpu().double().eval()
    rows = said.double() if said.is_floating_point() else said
    _check_rows(rows, same.condition.null)
    asked = _Asked(same, xt.double(), rows, T, generator)
    made: list[Finding] = []
    for name, check in _CHECKS.items():
        made.append(Finding(name, check(asked)))
        if name in _FIRST and made[-1].words:
            break
    else:
        if isinstance(model, Model):
            made += findings_of_guidance(replace(model, network=same), asked.xt, rows)
    if isinstance(model, Model):
        made += findings_of_training(model, said, seed)
    checked = dict.fromkeys(name for name, _ in made)
    return Listening(tuple(checked), tuple(one for one in made if one.words))


class _Asked:
    """A network, and a question that is changed in one thing at a time."""

    def __init__(
        self, network: nn.Module, xt: Tensor, rows: Tensor, T: int, generator: Generator
    ) -> None:
        self.network, self.xt, self.rows, self.generator = network, xt, rows, generator
        self.null = network.condition.null.expand_as(rows)
        self.t = torch.linspace(T / 4, 3 * T / 4, len(rows)).ceil().long()
        self.answer = self(rows)
        self.words = rows.ndim == 2 and not rows.is_floating_point()

    def __call__(self, rows: Tensor | None, t: Tensor | None = None) -> Tensor:
        with torch.no_grad():
            return self.network(self.xt, self.t if t is None else t, rows)

    def moved(self, rows: Tensor | None, t: Tensor | None = None) -> Tensor:
        """How far each image's output is from that of the question itself: (B,)."""
        return apart(self(rows, t), self.answer)

    def one_changed(self, k: int) -> Tensor:
        """The rows with one of them replaced by that of the next image."""
        rows = self.rows.clone()
        rows[k] = self.rows[(k + 1) % len(rows)]
        return rows


def apart(one: Tensor, other: Tensor) -> Tensor:
    """How far two outputs are apart, image by image, as a share of their size: (B,)."""
    size = other.square().mean().sqrt().clamp(min=1e-30)
    return (one - other).flatten(1).square().mean(dim=1).sqrt() / size


def _moves(asked: _Asked) -> str | None:
    if (asked.moved(asked.rows.roll(-1, 0)) < LEAST).all():
        return "another condition gives the same output"
    deaf = asked.moved(asked.null) < LEAST
    return f"what is said of image {_first(deaf)} is no more than nothing" if deaf.any() else None


def _words(asked: _Asked) -> str | None:
    lost = []
    for place in range(asked.rows.shape[1] if asked.rows.ndim > 1 else 0):
        rows, now = asked.rows.clone(), asked.rows[:, place].contiguous()
        if asked.words:
            some = asked.rows.unique()
            some = some[some != PAD]
            other = some[(torch.searchsorted(some, now) + 1) % len(some)]
            rows[:, place] = torch.where(now == PAD, now, other)
        else:
            rows[:, place] = now.roll(-1, 0)
        changed = (rows != asked.rows).flatten(1).any(dim=1)
        if (asked.moved(rows)[changed] < LEAST).any():
            lost.append(place)
    return f"what stands at place {_listed(lost)} does nothing" if lost else None


def _order(asked: _Asked) -> str | None:
    if not asked.words:
        return None
    turned = asked.rows.clone()
    for row in turned:
        there = row != PAD
        row[there] = row[there].flip(0)
    changed = (turned != asked.rows).any(dim=1)
    same = asked.moved(turned)[changed] < LEAST
    return "the same words in another order give the same output" if same.any() else None


def _filler(asked: _Asked) -> str | None:
    if asked.words:
        quiet, loud = asked.answer, _shouted(asked)
    elif asked.rows.ndim == 4:
        rows = asked.rows.clone()
        rows[:, :1, ::2] = 0  # the first channel says where the image is given
        hidden = torch.where(rows[:, :1] == 0, 10 - rows, rows)
        quiet, loud = asked(rows), asked(torch.cat([rows[:, :1], hidden[:, 1:]], dim=1))
    else:
        return None
    heard = apart(loud, quiet) > ROUNDING
    return f"what says nothing moves the output of image {_first(heard)}" if heard.any() else None


def _shouted(asked: _Asked) -> Tensor:
    """The answer where every embedding of filler is another one."""

    def shout(_: nn.Module, numbers: tuple[Tensor], found: Tensor) -> Tensor:
        return torch.where(numbers[0][..., None] == PAD, 10 - found, found)

    parts = [m for m in asked.network.condition.modules() if isinstance(m, nn.Embedding)]
    hooks = [part.register_forward_hook(shout) for part in parts]
    try:
        return asked(asked.rows)
    finally:
        for hook in hooks:
            hook.remove()


def _own(asked: _Asked) -> str | None:
    for k in range(len(asked.rows)):
        moved = asked.moved(asked.one_changed(k)) > ROUNDING
        others = [n for n in moved.nonzero().flatten().tolist() if n != k]
        if others:
            return f"what is said of image {k} moves image {_listed(others)}"
    return None


def _null(asked: _Asked) -> str | None:
    same = apart(asked(None), asked(asked.null)) < ROUNDING
    return None if same.all() else "without a condition the network isn't told its null"


def _time(asked: _Asked) -> str | None:
    for k in range(len(asked.rows)):
        t = asked.t.clone()
        t[k] = t[k] // 2
        moved = asked.moved(asked.rows, t)
        if moved[k] < LEAST:
            return f"another time gives image {k} the same output"
        others = [n for n in (moved > ROUNDING).nonzero().flatten().tolist() if n != k]
        if others:
            return f"the time of image {k} moves image {_listed(others)}"
    return None


def _repeats(asked: _Asked) -> str | None:
    same = asked.moved(asked.rows) < ROUNDING
    return None if same.all() else "the same question has two answers"


def _learns(asked: _Asked) -> str | None:
    network = deepcopy(asked.network).train().requires_grad_()
    rows = torch.cat([asked.rows[:-1], asked.null[:1]])  # the null is learned as well
    output = network(asked.xt, asked.t, rows)
    weight = torch.randn(output.shape, generator=asked.generator, dtype=output.dtype)
    (weight * output).sum().backward()
    named = network.condition.named_parameters()
    still = [name for name, p in named if p.grad is None or not p.grad.any()]
    more = f" and {len(still) - 3} more" if len(still) > 3 else ""
    return f"no gradient reaches {_listed(still[:3])}{more}" if still else None


_FIRST = ("repeats", "moves", "own")  # where one of them fails the others tell nothing
_CHECKS: dict[str, Callable[[_Asked], str | None]] = {
    "repeats": _repeats,
    "moves": _moves,
    "own": _own,
    "words": _words,
    "order": _order,
    "filler": _filler,
    "null": _null,
    "time": _time,
    "learns": _learns,
}


def _check_rows(rows: Tensor, null: Tensor) -> None:
    """At least two conditions, each another one, and none of them the null.

    Raises:
        ValueError: where they are not.
    """
    if len(rows) < 2 or len(rows.unique(dim=0)) < len(rows):
        raise ValueError(f"said: got {len(rows)} conditions, expected two or more that differ")
    if any(torch.equal(row, null) for row in rows.cpu()):
        raise ValueError("said: got one that says nothing, expected something of each image")


def _first(where: Tensor) -> int:
    return int(where.nonzero()[0])


def _listed(what: Sequence[object]) -> str:
    return ", ".join(map(str, what))
