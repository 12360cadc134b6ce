"""A run on disk: one safetensors file, written whole or not at all, never unpickled."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn
from torch.optim import Optimizer

from companion.files import replaced
from companion.training.files import SUM, checksum, in_pieces, unpacked
from companion.training.finite import Diverged
from companion.training.notes import (
    AVERAGE,
    OPTIMIZER,
    as_written_now,
    kind_by,
    source_as_json,
    source_of,
    step_of,
)
from companion.training.recipe import Recipe
from companion.training.session import Session, start


def save(session: Session, path: str | Path) -> None:
    """Write the session beside `path` and rename: what stood there stays until then.

    The file is a function of the session alone, to the byte.

    Args:
        session: of any kind.
        path: of the file.

    Raises:
        OSError: if it cannot be written.
        Diverged: for a session whose numbers are not finite.
        ValueError: for a `source` that is no object of JSON. In all three cases nothing
            has changed.
    """
    tensors = {"generator": session.generator.get_state()}
    for name, network in session.networks.items():
        tensors |= named(name, network.state_dict())
        tensors |= named(f"{name}{OPTIMIZER}", moments(session.optimizers[name]))
    for name, network in session.averages.items():
        tensors |= named(f"{AVERAGE}{name}", network.state_dict())
    notes = {"kind": session.recipe.KIND, "recipe": session.recipe.to_json()}
    write(path, tensors, notes, session.step, session.source)


def load(path: str | Path, kinds: Mapping[str, type[Recipe]]) -> Session:
    """The session as it was saved, to go on with: its next steps are the same to the bit.

    All that the file holds is compared with what its recipe builds before any of it is
    taken up, and with its checksum. A file without one, as they were written at first,
    is taken as well. The session does not refer to the file: that may be changed or removed.

    Args:
        path: of the file.
        kinds: the recipe of each kind of model that it may be.

    Raises:
        ValueError: for a file that is no checkpoint of this package, has changed since it
            was written, or is of a kind that is not among these.
        OSError: for one that cannot be read.
    """
    kind = kind_of(path)  # so that a large file of another kind is not read
    with _refused(path):
        if kind not in kinds:
            raise ValueError(f"it is of the kind {kind}, expected one of {', '.join(kinds)}")
        tensors, notes = unpacked(path)
        if SUM in notes and notes[SUM] != checksum(tensors, notes):
            raise ValueError("it has changed since it was written: its checksum is another")
        recipe, tensors = as_written_now(kinds[kind], notes, tensors)
        step = step_of(notes, recipe.steps)
        compare(tensors, _expected(recipe, step))
        session = start(recipe)
        for name, network in session.networks.items():
            network.load_state_dict(under(name, tensors))
            restore(session.optimizers[name], under(f"{name}{OPTIMIZER}", tensors))
        for name, network in session.averages.items():
            network.load_state_dict(under(f"{AVERAGE}{name}", tensors))
        restore_generator(session.generator, tensors)
        session.step, session.source = step, source_of(notes)
    return session


def kind_of(path: str | Path) -> str:
    """What kind of model a saved run trains; only its header is read.

    Raises:
        ValueError: for a file that is no checkpoint of this package.
        OSError: for one that cannot be read.
    """
    with _refused(path), safe_open(path, framework="pt") as file:
        return kind_by(file.metadata())


def _expected(recipe: Recipe, step: int) -> dict[str, Tensor]:
    """What a file holds after so many steps, by name, as shapes without numbers."""
    task = recipe.task()
    task.check_memory()
    with torch.device("meta"):
        networks = task.networks()
    expected = named(f"{AVERAGE}{task.players[0]}", networks[task.players[0]].state_dict())
    for name, network in networks.items():
        expected |= named(name, network.state_dict())
        remembered = expected_moments(network, task.updates(name, step))
        expected |= named(f"{name}{OPTIMIZER}", remembered)
    return expected


def write(
    path: str | Path,
    tensors: dict[str, Tensor],
    notes: dict[str, str],
    step: int,
    source: dict | None = None,
) -> None:
    """One file of tensors and notes, with its checksum, written beside `path` and renamed.

    Args:
        path: of the file.
        tensors: by name.
        notes: beside them.
        step: of the run, which becomes a note too.
        source: of its pictures, which becomes one where there is one.

    Raises:
        OSError: if it cannot be written.
        Diverged: for tensors that are not finite.
        ValueError: for a `source` that is no object of JSON. In all three cases nothing
            has changed.
    """
    notes = notes | {"step": str(step)}
    if source is not None:
        notes["source"] = source_as_json(source)
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and not tensor.isfinite().all():
            raise Diverged(f"{name} is not finite after step {step}, which is not saved")
    notes[SUM] = checksum(tensors, notes)
    try:
        replaced(path, in_pieces(tensors, notes))
    except OSError as error:
        raise OSError(
            error.errno,
            f"{error.strerror}: step {step} of the run could not be saved in {path}, "
            "where nothing has changed",
        ) from None


def compare(tensors: dict[str, Tensor], expected: dict[str, Tensor]) -> None:
    """What a file holds has the names, shapes and dtypes expected, and is finite.

    Args:
        tensors: by name.
        expected: by name, without the generator.

    Raises:
        ValueError: for the first thing that differs.
    """
    expected = expected | {"generator": torch.Generator().get_state()}
    for words, names in (
        ("it has no", expected.keys() - tensors.keys()),
        ("its recipe has no", tensors.keys() - expected.keys()),
    ):
        if names:
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            raise ValueError(f"{words} {min(names)}{more}")
    for name, built in expected.items():
        tensor = tensors[name]
        for what in ("shape", "dtype"):
            got, right = getattr(tensor, what), getattr(built, what)
            if got != right:
                got, right = (tuple(v) if what == "shape" else v for v in (got, right))
                raise ValueError(f"{name}: got {what} {got}, expected {right}")
        if tensor.is_floating_point() and not tensor.isfinite().all():
            raise ValueError(f"{name}: got a NaN or an infinity, expected finite numbers")
        if name.endswith(".exp_avg_sq") and (tensor < 0).any():
            raise ValueError(f"{name}: got {tensor.min().item()}, expected 0 or more")
        if name.endswith(".step") and not 1 <= tensor <= built:
            raise ValueError(f"{name}: got {tensor.item()}, expected 1..{built.item():.0f}")


def moments(optimizer: Optimizer) -> dict[str, Tensor]:
    """What an optimiser remembers, by the place of each parameter: "0.exp_avg"."""
    state = optimizer.state_dict()["state"]
    return {f"{n}.{key}": value for n, held in state.items() for key, value in held.items()}


def expected_moments(network: nn.Module, steps: int) -> dict[str, Tensor]:
    """What AdamW remembers of a network's parameters after at most so many steps.

    Of the entries "step" the numbers are what is expected too, of the others the shapes.
    """
    own = [p for p in network.parameters() if p.requires_grad] if steps else []
    return {
        f"{n}.{key}": value
        for n, p in enumerate(own)
        for key, value in (("exp_avg", p), ("exp_avg_sq", p), ("step", torch.tensor(float(steps))))
    }


def restore(optimizer: Optimizer, moments: dict[str, Tensor]) -> None:
    """Give an optimiser back what `moments` took down."""
    whole = optimizer.state_dict()
    for name, value in moments.items():
        n, _, key = name.partition(".")
        whole["state"].setdefault(int(n), {})[key] = value.clone()
    optimizer.load_state_dict(whole)


def restore_generator(generator: torch.Generator, tensors: dict[str, Tensor]) -> None:
    """Give a generator its state back.

    Args:
        generator: of the run.
        tensors: of a file; the state is its "generator".

    Raises:
        ValueError: for a state that is none.
    """
    state = tensors["generator"]
    try:
        generator.set_state(state.clone())
    except RuntimeError as error:
        raise ValueError(f"generator: got no state of one ({error})".splitlines()[0]) from None
    if not torch.equal(generator.get_state(), state):
        raise ValueError("generator: got a state that none has")


def named(part: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors of one part of a run, under its name: "network.conv_in.weight"."""
    return {f"{part}.{name}": tensor for name, tensor in tensors.items()}


def under(part: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors that stand under the name of a part, without it."""
    start = f"{part}."
    return {n.removeprefix(start): v for n, v in tensors.items() if n.startswith(start)}


@contextmanager
def _refused(path: str | Path) -> Iterator[None]:
    try:
        if Path(path).exists() and not Path(path).is_file():
            raise ValueError("it is no file")
        yield
    except (SafetensorError, KeyError, RuntimeError, ValueError) as error:
        words = str(error).splitlines()[0]
        raise ValueError(f"path: got {path}, no checkpoint of a run ({words})") from None
