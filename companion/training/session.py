"""A training run with a bar, with checkpoints, and with a way to stop it."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Protocol

from accelerate import Accelerator
from torch import Tensor
from tqdm import tqdm

from companion.checks import check_count
from companion.diffusion import Parameterization, Schedule
from companion.training.checkpoints import save
from companion.training.loop import NotFinite, Run, train
from companion.training.recipe import BaseRecipe


class Stopped(KeyboardInterrupt):
    """Ctrl-C ended a run between two steps; the message says how to go on."""


class Step(Protocol):
    """What a step of any kind of training shows: its number from 1, and its loss."""

    step: int
    loss: float


class Training(Protocol):
    """A run of any kind: its recipe, and the number of steps done."""

    recipe: BaseRecipe
    step: int


def with_bar(progress: Iterator[Step], steps: int) -> Iterator[Step]:
    """The same steps, with a bar on the terminal: loss, steps a second, time left.

    steps: how many there will be in all.
    Where nobody watches (a file, a pipe, a saved notebook) nothing is written.
    """
    with tqdm(total=steps, unit="step", disable=None, dynamic_ncols=True) as bar:
        smooth = None
        for now in progress:
            smooth = now.loss if smooth is None else 0.95 * smooth + 0.05 * now.loss
            bar.update(now.step - bar.n)
            bar.set_postfix_str(f"loss {smooth:.3f}", refresh=False)
            yield now


def train_to(
    path: str | Path,
    run: Run,
    images: Tensor,
    schedule: Schedule,
    asked: Parameterization,
    accelerator: Accelerator | None = None,
    *,
    every: int = 500,
) -> None:
    """Train until the recipe's steps are done, with checkpoints on the way.

    path: where the run is saved: before the first step, every so many steps, and at the
    end.   every: how many, 1 or more.   The other arguments are those of `train`.
    Ctrl-C finishes the step, saves, and raises Stopped.
    Raises NotFinite as `train` does, with the last good checkpoint named, OSError where
    the run cannot be saved, and ValueError for bad arguments.
    """
    accelerator = accelerator or Accelerator(cpu=True)
    steps = train(run, images, schedule, asked, accelerator)
    one = accelerator.is_main_process  # of several: it alone saves
    write = partial(save, run, path) if one else lambda: None
    with_checkpoints(path, steps, run, write, every=every)


def with_checkpoints(
    path: str | Path,
    progress: Iterator[Step],
    run: Training,
    write: Callable[[], None],
    *,
    every: int,
) -> None:
    """Go through the steps of a run with a bar, and save it on the way.

    progress: the steps that `run` takes.   write: saves it in `path`; called before the
    first step, every so many steps, and at the end.
    Ctrl-C finishes the step, saves, and raises Stopped.
    Raises NotFinite as the steps do, with the last good checkpoint named, OSError where
    the run cannot be saved, and ValueError for an `every` below 1.
    """
    every = check_count("every", every, 1, 10**9)
    saved = run.step
    write()
    try:
        with _asked_to_stop() as stop:
            for now in with_bar(progress, run.recipe.steps):
                if now.step % every == 0 or stop.is_set():
                    write()
                    saved = now.step
                if stop.is_set():
                    raise Stopped(f"stopped after step {saved}, saved in {path}")
    except NotFinite as error:
        words = f"{error}. The last good checkpoint is that of step {saved}, in {path}"
        raise NotFinite(words) from None
    write()


@contextmanager
def _asked_to_stop() -> Iterator[threading.Event]:
    """Ctrl-C sets the event; a second one interrupts at once, as always."""
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked  # only the main thread gets signals
        return

    def note(number: int, frame: object) -> None:
        asked.set()
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)
