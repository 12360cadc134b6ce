"""A training run with a bar, with checkpoints, and with a way to stop it."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from accelerate import Accelerator
from torch import Tensor
from tqdm import tqdm

from companion.checks import check_count
from companion.diffusion import Parameterization, Schedule
from companion.training.checkpoints import save
from companion.training.loop import NotFinite, Progress, Run, train


class Stopped(KeyboardInterrupt):
    """Ctrl-C ended a run between two steps; the message says how to go on."""


def with_bar(progress: Iterator[Progress], steps: int) -> Iterator[Progress]:
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
    every = check_count("every", every, 1, 10**9)
    accelerator = accelerator or Accelerator(cpu=True)
    saved = run.step
    mine = accelerator.is_main_process
    if mine:
        save(run, path)
    try:
        with _asked_to_stop() as stop:
            steps = train(run, images, schedule, asked, accelerator)
            for now in with_bar(steps, run.recipe.steps):
                if now.step % every == 0 or stop.is_set():
                    if mine:
                        save(run, path)
                    saved = now.step
                if stop.is_set():
                    raise Stopped(f"stopped after step {saved}, saved in {path}")
    except NotFinite as error:
        words = f"{error}. The last good checkpoint is that of step {saved}, in {path}"
        raise NotFinite(words) from None
    if mine:
        save(run, path)


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
