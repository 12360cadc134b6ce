"""Runs the reader's code so that whatever it does is answered in one calm sentence.

The code runs in a thread of its own. When its time is up, an exception is raised inside
that thread, which ends a loop of Python; the notebook's own thread never gets one. Code
that waits outside Python (a sleep, a read) is left behind and no longer waited for.
"""

import ctypes
import inspect
import linecache
import sysconfig
from collections.abc import Callable, Sequence
from copy import deepcopy
from pathlib import Path
from threading import Thread

import torch
from torch import Tensor

from companion.diffusion import Schedule
from companion.exercises.exercise import Objection, Status

SECONDS = 5.0  # for one call; a correct answer needs milliseconds
STRIKES = 40  # how often a call that swallows exceptions is told to end
PAUSE = 0.05  # seconds between two of them

_PATHS = sysconfig.get_paths()
_NOT_THE_READERS = (
    _PATHS["stdlib"],
    _PATHS["purelib"],
    _PATHS["platlib"],
    str(Path(__file__).parents[1]),
    "<frozen",
    "<__array_function__",
)


class _OutOfTime(SystemExit):
    """Raised in the reader's code by the clock. A thread ends silently on it."""


class _Work(Thread):
    """One call in a thread; keeps what it returned or raised."""

    def __init__(self, function: Callable, args: Sequence) -> None:
        super().__init__(daemon=True)
        self.function, self.args = function, args
        self.value, self.error, self.ended = None, None, False

    def run(self) -> None:
        try:
            self.value = self.function(*self.args)
        except BaseException as error:  # SystemExit and KeyboardInterrupt too
            self.error = error
        self.ended = True

    def strike(self) -> None:
        """Raise _OutOfTime in this thread, at its next instruction of Python."""
        if not self.ended:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(self.ident), ctypes.py_object(_OutOfTime)
            )


def call(function: Callable, *args: object) -> object:
    """function(*args), within `SECONDS`.

    Raises Objection, with the reader's own line, if it crashes or does not end.
    """
    work = _Work(function, args)
    try:
        work.start()
        work.join(SECONDS)
    except KeyboardInterrupt:
        _end(work)
        raise Objection("interrupted.", Status.STOPPED) from None
    if work.is_alive():
        _end(work)
        raise Objection(
            f"your code was still running after {SECONDS:g} seconds and was stopped"
            f"{_place(work.error)}. Does a loop of it never end?",
            Status.STOPPED,
        )
    if isinstance(work.error, Objection):
        raise work.error
    if work.error is not None:
        raise Objection(
            f"your code stops with {_name(work.error)}{_place(work.error)}.",
            Status.STOPPED,
        )
    return work.value


def probe(function: Callable, names: Sequence[str], args: Sequence) -> object:
    """What the reader's function returns for copies of `args`.

    names: what its parameters are called in the statement.
    Raises Objection if it is no function, takes other parameters, crashes, does not
    end, returns a generator, or changes what it was given.
    """
    if not callable(function):
        raise Objection(
            f"this is {kind_of(function)}, and the check expects the function itself: "
            "give it by name, without brackets and arguments.",
            Status.STOPPED,
        )
    _check_signature(function, names, args)
    given = deepcopy(tuple(args))
    value = call(function, *given)
    if inspect.isgenerator(value) or inspect.iscoroutine(value):
        value.close()
        raise Objection(
            "your function returns a generator or a coroutine instead of a value: is "
            "there a `yield` where `return` is meant, or an `async` before `def`?",
            Status.STOPPED,
        )
    for name, before, after in zip(names, args, given, strict=True):
        if not _same(before, after):
            raise Objection(
                f"your function changes its input `{name}` in place. Who called it may "
                "still need it: make a new tensor (`x = a * x`, not `x *= a`)."
            )
    return value


def _end(work: _Work) -> None:
    for _ in range(STRIKES):
        if not work.is_alive():
            return
        work.strike()
        work.join(PAUSE)


def _check_signature(function: Callable, names: Sequence[str], args: Sequence) -> None:
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # a builtin says nothing of its parameters
        return
    try:
        signature.bind(*args)
    except TypeError:
        raise Objection(
            f"your function takes {signature}, expected ({', '.join(names)}), "
            "in this order.",
            Status.STOPPED,
        ) from None


def _same(before: object, after: object) -> bool:
    if isinstance(before, Schedule):
        before, after = before.alpha_bar, after.alpha_bar
    if isinstance(before, Tensor):
        return before.shape == after.shape and torch.equal(before, after)
    return before == after


def _name(error: BaseException) -> str:
    try:
        said = str(error).strip().splitlines()
    except Exception:  # an exception class of the reader's, broken itself
        said = []
    kind = type(error).__name__
    return f"{kind}: {said[0][:160].rstrip('.')}" if said else kind


def _place(error: BaseException | None) -> str:
    """The last line of the reader's own code on the way to the error."""
    at = ""
    trace = None if error is None else error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if not file.startswith(_NOT_THE_READERS):
            line = linecache.getline(file, trace.tb_lineno).strip()
            at = f", at line {trace.tb_lineno} of its cell" + (line and f": `{line}`")
        trace = trace.tb_next
    return at


def kind_of(thing: object) -> str:
    """What a thing is, with its article: "a list", "an int"."""
    kind = type(thing).__name__
    return f"an {kind}" if kind[:1].lower() in "aeiou" else f"a {kind}"
