"""A run on disk: one safetensors file, written whole or not at all, never unpickled."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save as to_bytes
from torch import Tensor
from torch.optim import Optimizer

from companion.training.loop import Run, start
from companion.training.recipe import Recipe

DENOISER, AUTOENCODER = "recipe", "autoencoder"  # where a file has its recipe
_KINDS = {DENOISER: "a denoising network", AUTOENCODER: "an autoencoder"}


def save(run: Run, path: str | Path) -> None:
    """Write the run beside `path` and rename: what stood there stays until then.

    Raises OSError if it cannot be written; then nothing has changed.
    """
    tensors = {
        **named("network", run.network.state_dict()),
        **named("average", run.average.state_dict()),
        **named("optimizer", moments(run.optimizer)),
        "generator": run.generator.get_state(),
    }
    write(path, tensors, {DENOISER: run.recipe.to_json(), "step": str(run.step)})


def load(path: str | Path) -> Run:
    """The run as it was saved, to go on with: its next steps are the same to the bit.

    Raises ValueError for a file that is no checkpoint of this package, or one of another
    kind of network, and OSError for one that cannot be read.
    """
    with checkpoint(path, DENOISER) as (tensors, notes):
        run = start(Recipe.from_json(notes[DENOISER]))
        run.network.load_state_dict(under("network", tensors))
        run.average.load_state_dict(under("average", tensors))
        restore(run.optimizer, under("optimizer", tensors))
        run.generator.set_state(tensors["generator"])
        run.step = int(notes["step"])
    return run


def kind_of(path: str | Path) -> str:
    """What a saved run trains: `DENOISER` or `AUTOENCODER`.

    Raises ValueError for a file that is no checkpoint of this package, and OSError for
    one that cannot be read.
    """
    with _refused(path), safe_open(path, framework="pt") as file:
        return _kind(file.metadata())


@contextmanager
def checkpoint(
    path: str | Path, kind: str
) -> Iterator[tuple[dict[str, Tensor], dict[str, str]]]:
    """The tensors and the notes of a saved run, for the block that takes them up.

    kind: what it has to be, `DENOISER` or `AUTOENCODER`.
    Raises ValueError for a file that is no checkpoint, also where the block finds out,
    and for one of another kind; and OSError for one that cannot be read.
    """
    with _refused(path):
        with safe_open(path, framework="pt") as file:
            notes = file.metadata()
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        found = _kind(notes)
        if found != kind:
            raise ValueError(
                f"path: got {path}, a run of {_KINDS[found]}, "
                f"expected one of {_KINDS[kind]}"
            )
        yield tensors, notes


def write(path: str | Path, tensors: dict[str, Tensor], notes: dict[str, str]) -> None:
    """One file of tensors and notes, written beside `path` and renamed.

    Raises OSError if it cannot be written; then nothing has changed.
    """
    path = Path(path)
    whole = {name: tensor.cpu().contiguous() for name, tensor in tensors.items()}
    beside = path.with_name(path.name + ".part")
    try:
        with open(beside, "wb") as file:
            file.write(to_bytes(whole, metadata=notes))
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError:
        with suppress(OSError):
            beside.unlink()
        raise


def moments(optimizer: Optimizer) -> dict[str, Tensor]:
    """What an optimiser remembers, by the place of each parameter: "0.exp_avg"."""
    state = optimizer.state_dict()["state"]
    return {
        f"{n}.{key}": value for n, held in state.items() for key, value in held.items()
    }


def restore(optimizer: Optimizer, moments: dict[str, Tensor]) -> None:
    """Give an optimiser back what `moments` took down."""
    whole = optimizer.state_dict()
    for name, value in moments.items():
        n, _, key = name.partition(".")
        whole["state"].setdefault(int(n), {})[key] = value
    optimizer.load_state_dict(whole)


def named(part: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors of one part of a run, under its name: "network.first.weight"."""
    return {f"{part}.{name}": tensor for name, tensor in tensors.items()}


def under(part: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors that stand under the name of a part, without it."""
    start = f"{part}."
    return {n.removeprefix(start): v for n, v in tensors.items() if n.startswith(start)}


@contextmanager
def _refused(path: str | Path) -> Iterator[None]:
    try:
        yield
    except (SafetensorError, KeyError, RuntimeError) as error:
        words = str(error).splitlines()[0]
        raise ValueError(
            f"path: got {path}, no checkpoint of a run ({words})"
        ) from None


def _kind(notes: dict[str, str] | None) -> str:
    for kind in _KINDS:
        if {kind, "step"} <= {*(notes or ())}:
            return kind
    raise RuntimeError("its notes name no recipe and step")
