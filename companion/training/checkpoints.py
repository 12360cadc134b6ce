"""A run on disk: one safetensors file, written whole or not at all, never unpickled."""

import os
from contextlib import suppress
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save as to_bytes
from torch import Tensor

from companion.training.loop import Run, start
from companion.training.recipe import Recipe


def save(run: Run, path: str | Path) -> None:
    """Write the run beside `path` and rename: what stood there stays until then.

    Raises OSError if it cannot be written; then nothing has changed.
    """
    path = Path(path)
    tensors = {
        **_named("network", run.network.state_dict()),
        **_named("average", run.average.state_dict()),
        **_named("optimizer", _moments(run)),
        "generator": run.generator.get_state(),
    }
    whole = {name: tensor.cpu().contiguous() for name, tensor in tensors.items()}
    notes = {"recipe": run.recipe.to_json(), "step": str(run.step)}
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


def load(path: str | Path) -> Run:
    """The run as it was saved, to go on with: its next steps are the same to the bit.

    Raises ValueError for a file that is no checkpoint of this package, and OSError for
    one that cannot be read.
    """
    try:
        with safe_open(path, framework="pt") as file:
            notes = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        run = start(Recipe.from_json(notes["recipe"]))
        run.network.load_state_dict(_under("network", tensors))
        run.average.load_state_dict(_under("average", tensors))
        _restore(run, _under("optimizer", tensors))
        run.generator.set_state(tensors["generator"])
        run.step = int(notes["step"])
    except (SafetensorError, KeyError, RuntimeError) as error:
        words = str(error).splitlines()[0]
        raise ValueError(
            f"path: got {path}, no checkpoint of a run ({words})"
        ) from None
    return run


def _moments(run: Run) -> dict[str, Tensor]:
    """What the optimiser remembers, by the place of each parameter."""
    state = run.optimizer.state_dict()["state"]
    return {
        f"{n}.{key}": value for n, held in state.items() for key, value in held.items()
    }


def _restore(run: Run, moments: dict[str, Tensor]) -> None:
    whole = run.optimizer.state_dict()
    for name, value in moments.items():
        n, _, key = name.partition(".")
        whole["state"].setdefault(int(n), {})[key] = value
    run.optimizer.load_state_dict(whole)


def _named(part: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {f"{part}.{name}": tensor for name, tensor in tensors.items()}


def _under(part: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    start = f"{part}."
    return {n.removeprefix(start): v for n, v in tensors.items() if n.startswith(start)}
