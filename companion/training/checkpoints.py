"""A run on disk: one safetensors file, written whole or not at all, never unpickled."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn
from torch.optim import Optimizer

from companion.checks import shown
from companion.training.files import SUM, checksum, in_pieces, replaced, unpacked
from companion.training.finite import NotFinite
from companion.training.loop import Run, network_of, start
from companion.training.recipe import Recipe
from companion.training.size import on_paper

DENOISER, AUTOENCODER = "recipe", "autoencoder"  # where a file has its recipe
_KINDS = {DENOISER: "a denoising network", AUTOENCODER: "an autoencoder"}
_NOTES = {"step", "source", SUM}  # what else a file may say


def save(run: Run, path: str | Path) -> None:
    """Write the run beside `path` and rename: what stood there stays until then.

    The file is a function of the run alone, to the byte.
    Raises OSError if it cannot be written, NotFinite for a run whose numbers are not
    finite, and ValueError for a `source` that is no object of JSON; then nothing has
    changed.
    """
    tensors = {
        **named("network", run.network.state_dict()),
        **named("average", run.average.state_dict()),
        **named("optimizer", moments(run.optimizer)),
        "generator": run.generator.get_state(),
    }
    write(path, tensors, {DENOISER: run.recipe.to_json()}, run.step, run.source)


def load(path: str | Path) -> Run:
    """The run as it was saved, to go on with: its next steps are the same to the bit.

    All that the file holds is compared with what its recipe builds before any of it is
    taken up, and with its checksum. A file without one, as they were written at first,
    is taken as well. The run does not refer to the file: that may be changed or removed.
    Raises ValueError for a file that is no checkpoint of this package, has changed since
    it was written, or is of another kind of network; and OSError for one that cannot be
    read.
    """
    with checkpoint(path, DENOISER) as (tensors, notes):
        recipe = Recipe.from_json(notes[DENOISER])
        network = on_paper(recipe, network_of)
        step = step_of(notes, recipe.steps)
        expected = {
            **named("network", network.state_dict()),
            **named("average", network.state_dict()),
            **named("optimizer", expected_moments(network, step)),
        }
        compare(tensors, expected)
        run = start(recipe)
        run.network.load_state_dict(under("network", tensors))
        run.average.load_state_dict(under("average", tensors))
        restore(run.optimizer, under("optimizer", tensors))
        restore_generator(run.generator, tensors)
        run.step, run.source = step, source_of(notes)
    return run


def kind_of(path: str | Path) -> str:
    """What a saved run trains: `DENOISER` or `AUTOENCODER`; only its header is read.

    Raises ValueError for a file that is no checkpoint of this package, and OSError for
    one that cannot be read.
    """
    with _refused(path), safe_open(path, framework="pt") as file:
        return _kind(file.metadata())


@contextmanager
def checkpoint(path: str | Path, kind: str) -> Iterator[tuple[dict[str, Tensor], dict[str, str]]]:
    """The tensors and the notes of a saved run, for the block that takes them up.

    kind: what it has to be, `DENOISER` or `AUTOENCODER`.
    Raises ValueError for a file that is no checkpoint, or has changed, also where the
    block finds out, and for one of another kind; and OSError for one that cannot be read.
    """
    found = kind_of(path)  # so that a large file of another kind is not read
    if found != kind:
        raise ValueError(
            f"path: got {path}, a run of {_KINDS[found]}, expected one of {_KINDS[kind]}"
        )
    with _refused(path):
        tensors, notes = unpacked(Path(path).read_bytes())
        unknown = sorted({*notes} - {kind, *_NOTES})
        if _kind(notes) != kind or unknown:
            raise ValueError(f"it has notes that none has: {', '.join(unknown)}")
        if SUM in notes and notes[SUM] != checksum(tensors, notes):
            raise ValueError("it has changed since it was written: its checksum is another")
        yield tensors, notes


def write(
    path: str | Path,
    tensors: dict[str, Tensor],
    notes: dict[str, str],
    step: int,
    source: dict | None = None,
) -> None:
    """One file of tensors and notes, with its checksum, written beside `path` and renamed.

    step, source: of the run, which become notes too.
    Raises OSError if it cannot be written, NotFinite for tensors that are not, and
    ValueError for a `source` that is no object of JSON; then nothing has changed.
    """
    notes = notes | {"step": str(step)}
    if source is not None:
        notes["source"] = _as_json(source)
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and not tensor.isfinite().all():
            raise NotFinite(f"{name} is not finite after step {step}, which is not saved")
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

    expected: by name, without the generator.
    Raises ValueError for the first thing that differs.
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
    """Give a generator its state back.   Raises ValueError for a state that is none."""
    state = tensors["generator"]
    try:
        generator.set_state(state.clone())
    except RuntimeError as error:
        raise ValueError(f"generator: got no state of one ({error})".splitlines()[0]) from None
    if not torch.equal(generator.get_state(), state):
        raise ValueError("generator: got a state that none has")


def step_of(notes: dict[str, str], steps: int) -> int:
    """The step of a run by its notes.

    steps: of its recipe.
    Raises ValueError for what is no whole number in 0..steps.
    """
    text = notes["step"]
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else -1
    if not 0 <= number <= steps:
        raise ValueError(f"step: got {text!r:.40}, expected a whole number in 0..{steps}")
    return number


def source_of(notes: dict[str, str]) -> dict | None:
    """Where the run's pictures are from by its notes, or None.

    Raises ValueError for what is no object of JSON.
    """
    if "source" not in notes:
        return None
    try:
        found = json.loads(notes["source"])
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ValueError(f"source: got {notes['source']!r:.40}, expected an object of JSON")
    return found


def named(part: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors of one part of a run, under its name: "network.conv_in.weight"."""
    return {f"{part}.{name}": tensor for name, tensor in tensors.items()}


def under(part: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors that stand under the name of a part, without it."""
    start = f"{part}."
    return {n.removeprefix(start): v for n, v in tensors.items() if n.startswith(start)}


def _as_json(source: object) -> str:
    try:
        text = json.dumps(source, sort_keys=True, allow_nan=False)
        fits = isinstance(source, dict) and json.loads(text) == source
    except (TypeError, ValueError, RecursionError):
        fits = False
    if not fits:
        raise ValueError(f"source: got {shown(source)}, expected an object of JSON")
    return text


@contextmanager
def _refused(path: str | Path) -> Iterator[None]:
    try:
        if Path(path).exists() and not Path(path).is_file():
            raise ValueError("it is no file")
        yield
    except (SafetensorError, KeyError, RuntimeError, ValueError) as error:
        words = str(error).splitlines()[0]
        raise ValueError(f"path: got {path}, no checkpoint of a run ({words})") from None


def _kind(notes: dict[str, str] | None) -> str:
    for kind in _KINDS:
        if {kind, "step"} <= {*(notes or ())}:
            return kind
    raise ValueError("its notes name no recipe and step")
