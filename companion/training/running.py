"""A training session with a bar, with checkpoints, and with a way to stop it."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

import torch
from tqdm import tqdm

from companion.checks import check_count
from companion.files import sweep
from companion.training.checkpoints import save
from companion.training.claims import claimed
from companion.training.finite import Diverged
from companion.training.record import Record
from companion.training.session import Accelerator, Progress, Session, train

LINES = 20  # of a run where there is no terminal
SIGNALS = ("SIGINT", "SIGTERM")  # Ctrl-C, and what `kill` and a machine that shuts down send


class Stopped(KeyboardInterrupt):
    """A signal ended a run between two steps; the message says how to go on."""


def with_bar(progress: Iterator[Progress], steps: int) -> Iterator[Progress]:
    """The same steps, with a bar on the terminal: loss, steps a second, time left.

    Where there is no terminal (a file, a pipe, a notebook) a line every so many steps
    says the same.

    Args:
        progress: the steps of a session.
        steps: how many there will be in all.
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
                    f"step {now.step} of {steps}   loss {smooth:.3f}   "
                    f"{pace:.3g} steps/s   {left} left"
                )
            yield now


def _say(line: str) -> None:
    """A line to who may read it; nobody there is no reason to end a run."""
    with suppress(OSError, ValueError):
        if sys.stderr is not None:
            print(line, file=sys.stderr, flush=True)


def train_to(
    path: str | Path,
    session: Session,
    data: Any,
    accelerator: Accelerator | None = None,
    *,
    every: int = 500,
    new: bool = False,
) -> None:
    """Train until the recipe's steps are done, with a bar, and with checkpoints on the way.

    The run is `claimed`. The file of a new run is removed again where its first step
    fails. The losses go to a `Record` beside it. Of several processes one saves, and all
    stop after the same step.

    Args:
        path: where the run is saved: before the first step, every so many steps, and at
            the end.
        session: of any kind.
        data: as for `train`.
        accelerator: as for `train`.
        every: steps between two checkpoints, 1 or more.
        new: whether it is a new run, whose file must not be there yet.

    Raises:
        Stopped: after Ctrl-C or SIGTERM, when the step is done and saved.
        Diverged: as `train` does, with the last good checkpoint named.
        OSError: where the run cannot be saved.
        ValueError: as `train` does; for an `every` below 1, for a run that another process
            is training, and for a file that is there already where the run is new.
    """
    accelerator = accelerator or Accelerator(cpu=True)
    steps = train(session, data, accelerator)
    if accelerator.num_processes == 1:
        _with_checkpoints(path, steps, session, every, new, bool)
    elif accelerator.is_main_process:  # of several: it alone saves
        _with_checkpoints(path, steps, session, every, new, partial(_any_of_them, accelerator))
    else:
        _alongside(steps, partial(_any_of_them, accelerator))


def _with_checkpoints(
    path: str | Path,
    progress: Iterator[Progress],
    session: Session,
    every: int,
    new: bool,
    any_of_them: Callable[[bool], bool],
) -> None:
    every = check_count("every", every, 1, 10**9)
    file = Path(os.path.realpath(path))
    with claimed(file):
        there = file.exists()
        if new and there:
            raise ValueError(f"path: got {path}, which exists already, expected a new file")
        sweep(file)
        record = Record(file, session.recipe.steps, session.task.terms)
        saved = session.step
        try:
            save(session, path)
            record.go_on(session.step)
            with _asked_to_stop() as stop:
                for now in with_bar(progress, session.recipe.steps):
                    record.note(now.step, now.loss, now.parts)
                    stopping = any_of_them(stop.is_set())
                    if now.step % every == 0 or stopping:
                        save(session, path)
                        saved = now.step
                    if stopping:
                        raise Stopped(f"stopped after step {saved}, saved in {path}")
            save(session, path)
        except BaseException as error:
            if session.step == 0 and not there:
                file.unlink(missing_ok=True)
                record.discard()
            elif isinstance(error, Diverged):
                words = f"{error}. The last good checkpoint is that of step {saved}, in {path}"
                raise Diverged(words) from None
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


def _alongside(progress: Iterator[Progress], any_of_them: Callable[[bool], bool]) -> None:
    """The steps of a process that saves nothing: it stops with the others."""
    with _asked_to_stop() as stop:
        for now in progress:
            if any_of_them(stop.is_set()):
                raise Stopped(f"stopped after step {now.step}")


def _any_of_them(accelerator: Accelerator, stop: bool) -> bool:
    """Whether one of the processes is to stop: all of them after the same step."""
    said = torch.tensor([float(stop)], device=accelerator.device)
    return bool(accelerator.gather(said).any())
