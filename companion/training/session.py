"""A training run with a bar, with checkpoints, and with a way to stop it."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Protocol, TypeVar

import torch
from accelerate import Accelerator
from torch import Tensor
from tqdm import tqdm

from companion.checks import check_count
from companion.training.checkpoints import save
from companion.training.claims import claimed
from companion.training.files import sweep
from companion.training.finite import NotFinite
from companion.training.loop import Run, train
from companion.training.recipe import BaseRecipe
from companion.training.record import Record

LINES = 20  # of a run where there is no terminal
SIGNALS = ("SIGINT", "SIGTERM")  # Ctrl-C, and what `kill` and a machine that shuts down send


class Stopped(KeyboardInterrupt):
    """A signal ended a run between two steps; the message says how to go on."""


class Step(Protocol):
    """What a step of any kind of training shows: its number from 1, and its loss."""

    step: int
    loss: float


class Training(Protocol):
    """A run of any kind: its recipe, and the number of steps done."""

    recipe: BaseRecipe
    step: int


AnyRun = TypeVar("AnyRun", bound=Training)


def extended(run: AnyRun, steps: int) -> AnyRun:
    """The same run with another number of steps, to go on with where it was finished.

    Its weights and all that it remembers are those of `run`, not copies. From here on
    the rate is not that of a run that was given so many steps at the start: the cosine
    on which it falls is stretched to the new number, so that at the end of the old one
    it jumps up and falls again.

    Args:
        run: of any kind, finished or not.
        steps: of the whole run, those that are done among them.

    Returns:
        A run whose recipe has so many steps.

    Raises:
        ValueError: for fewer steps than are done.
    """
    if check_count("steps", steps, 1, 2**63 - 1) < run.step:
        raise ValueError(f"steps: got {steps}, expected at least the {run.step} that are done")
    return replace(run, recipe=replace(run.recipe, steps=steps))


def with_bar(progress: Iterator[Step], steps: int) -> Iterator[Step]:
    """The same steps, with a bar on the terminal: loss, steps a second, time left.

    steps: how many there will be in all.
    Where there is no terminal (a file, a pipe, a notebook) a line every so many steps
    says the same.
    """
    watched = sys.stderr is not None and sys.stderr.isatty()
    begun, first, smooth = monotonic(), None, None
    with tqdm(total=steps, unit="step", disable=not watched, dynamic_ncols=True) as bar:
        for now in progress:
            smooth = now.loss if smooth is None else 0.95 * smooth + 0.05 * now.loss
            first = now.step - 1 if first is None else first
            bar.update(now.step - bar.n)
            bar.set_postfix_str(f"loss {smooth:.3f}", refresh=False)
            if not watched and (now.step % max(1, steps // LINES) == 0 or now.step == steps):
                pace = (now.step - first) / max(monotonic() - begun, 1e-9)
                left = tqdm.format_interval((steps - now.step) / pace)
                _say(
                    f"step {now.step} of {steps}   loss {smooth:.3f}   {pace:.3g} steps/s   {left} left"
                )
            yield now


def _say(line: str) -> None:
    """A line to who may read it; nobody there is no reason to end a run."""
    with suppress(OSError, ValueError):
        if sys.stderr is not None:
            print(line, file=sys.stderr, flush=True)


def train_to(
    path: str | Path,
    run: Run,
    images: Tensor,
    accelerator: Accelerator | None = None,
    *,
    every: int = 500,
    new: bool = False,
) -> None:
    """Train until the recipe's steps are done, with checkpoints on the way.

    path: where the run is saved: before the first step, every so many steps, and at the
    end; see `with_checkpoints`.   every: how many, 1 or more.   new: whether it is a new
    run, whose file must not be there yet.   The other arguments are those of `train`.
    Ctrl-C and SIGTERM finish the step, save, and raise Stopped.
    Raises NotFinite as `train` does, with the last good checkpoint named, OSError where
    the run cannot be saved, and ValueError for bad arguments, for a run that another
    process is training, and for a file that is there already where the run is new.
    """
    accelerator = accelerator or Accelerator(cpu=True)
    steps = train(run, images, accelerator)
    write = partial(save, run, path)
    if accelerator.num_processes == 1:
        with_checkpoints(path, steps, run, write, every=every, new=new)
    elif accelerator.is_main_process:  # of several: it alone saves
        stop = partial(_any_of_them, accelerator)
        with_checkpoints(path, steps, run, write, every=every, new=new, any_of_them=stop)
    else:
        _alongside(steps, partial(_any_of_them, accelerator))


def with_checkpoints(
    path: str | Path,
    progress: Iterator[Step],
    run: Training,
    write: Callable[[], None],
    *,
    every: int,
    new: bool = False,
    terms: Sequence[str] = (),
    any_of_them: Callable[[bool], bool] = bool,
) -> None:
    """Go through the steps of a run with a bar, and save it on the way.

    The run is `claimed`. The file of a new run is removed again where its first step
    fails. The losses go to a `Record` beside it.

    Args:
        path: where the run is saved.
        progress: the steps that `run` takes.
        run: of any kind.
        write: saves it in `path`; called before the first step, every so many steps,
            and at the end.
        every: how many, 1 or more.
        new: whether nothing may stand in `path`.
        terms: names of what a step's loss is made of, in its `parts`, for the record.
        any_of_them: whether one of several processes is to stop, asked after each step.

    Raises:
        Stopped: after Ctrl-C or SIGTERM, when the step is done and saved.
        NotFinite: as the steps do, with the last good checkpoint named.
        OSError: where the run cannot be saved.
        ValueError: for an `every` below 1, for a run that is in use, and for one that is
            there already.
    """
    every = check_count("every", every, 1, 10**9)
    file = Path(os.path.realpath(path))
    with claimed(file):
        there = file.exists()
        if new and there:
            raise ValueError(f"path: got {path}, which exists already, expected a new file")
        sweep(file)
        record = Record(file, run.recipe.steps, terms)
        saved = run.step
        try:
            write()
            record.go_on(run.step)
            with _asked_to_stop() as stop:
                for now in with_bar(progress, run.recipe.steps):
                    record.note(now.step, now.loss, getattr(now, "parts", {}))
                    stopping = any_of_them(stop.is_set())
                    if now.step % every == 0 or stopping:
                        write()
                        saved = now.step
                    if stopping:
                        raise Stopped(f"stopped after step {saved}, saved in {path}")
            write()
        except BaseException as error:
            if run.step == 0 and not there:
                file.unlink(missing_ok=True)
                record.discard()
            elif isinstance(error, NotFinite):
                words = f"{error}. The last good checkpoint is that of step {saved}, in {path}"
                raise NotFinite(words) from None
            raise


@contextmanager
def _asked_to_stop() -> Iterator[threading.Event]:
    """Ctrl-C or SIGTERM sets the event; the same once more acts at once, as always."""
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked  # only the main thread gets signals
        return

    def note(number: int, frame: object) -> None:
        asked.set()
        signal.signal(number, before[number])

    numbers = [getattr(signal, name) for name in SIGNALS]
    before = {number: signal.getsignal(number) or signal.SIG_DFL for number in numbers}
    for number in numbers:
        signal.signal(number, note)
    try:
        yield asked
    finally:
        for number in numbers:
            signal.signal(number, before[number])


def _alongside(progress: Iterator[Step], any_of_them: Callable[[bool], bool]) -> None:
    """The steps of a process that saves nothing: it stops with the others."""
    with _asked_to_stop() as stop:
        for now in progress:
            if any_of_them(stop.is_set()):
                raise Stopped(f"stopped after step {now.step}")


def _any_of_them(accelerator: Accelerator, stop: bool) -> bool:
    """Whether one of the processes is to stop: all of them after the same step."""
    said = torch.tensor([float(stop)], device=accelerator.device)
    return bool(accelerator.gather(said).any())
