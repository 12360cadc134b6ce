"""Runs the reader's code so that whatever it does is answered in one calm sentence.

A check runs in a process of its own (`isolation.py`), and `call` tells its parent when the
reader's code begins and ends; the parent ends the process when `SECONDS` are over, whatever the
code does.

Where there is no such process (Windows), the code runs in a thread. When its time is up, an
exception is raised inside that thread, which ends a loop of Python; the notebook's own thread
never gets one. What a thread cannot do: code that waits or computes outside Python (a sleep, a
power of huge integers) is left behind and no longer waited for, or, if it does not let go of the
interpreter, is waited for to its end; a crash of the interpreter ends the notebook; and memory
has no limit.
"""

import ctypes
import inspect
import linecache
import sysconfig
from collections.abc import Callable, Sequence
from copy import deepcopy
from pathlib import Path
from threading import Thread, current_thread

import torch
from torch import Tensor

from companion.diffusion import Schedule
from companion.exercises.exercise import Objection, Status

SECONDS = 5.0  # for one call; a correct answer needs milliseconds
MEMORY = 2 * 2**30  # bytes that a check may take beyond what the notebook has
STRIKES = 40  # how often a call in a thread that swallows exceptions is told to end
PAUSE = 0.05  # seconds between two of them
BEGINS, ENDS = b"(", b")"  # what a child process tells its parent of the reader's code

_PATHS = sysconfig.get_paths()
_NOT_THE_READERS = (
    _PATHS["stdlib"],
    _PATHS["purelib"],
    _PATHS["platlib"],
    str(Path(__file__).parents[1]),
    "<frozen",
    "<__array_function__",
)
_NO_MEMORY = (
    "can't allocate memory",
    "not enough memory",
    "bad_alloc",
)  # torch raises RuntimeError with these words

tell: Callable[[bytes], None] | None = None  # set in a child process: tells its parent
_depth = 0  # of calls inside calls, in a child process


class _OutOfTime(SystemExit):
    """Raised in the reader's code by the clock. A thread ends silently on it."""


class _Work(Thread):
    """One call in a thread; keeps what it returned or raised."""

    def __init__(self, function: Callable, args: Sequence) -> None:
        super().__init__(daemon=True)
        self.function, self.args = function, args
        self.value, self.error, self.ended = None, None, False

    def run(self) -> None:
        """Make the call."""
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

    Raises:
        Objection: It crashes or does not end; with the reader's own line.
    """
    if tell is not None:
        return _call_in_child(function, args)
    if isinstance(current_thread(), _Work):  # a call inside a call: the outer one has the clock
        return _call(function, args)
    return _call_in_thread(function, args)


def _call(function: Callable, args: Sequence) -> object:
    """function(*args); what it raises, in words.

    Raises:
        Objection: Always where the function raises.
    """
    try:
        return function(*args)
    except (Objection, _OutOfTime):
        raise
    except BaseException as error:  # SystemExit and KeyboardInterrupt too
        raise crash(error) from None


def _call_in_child(function: Callable, args: Sequence) -> object:
    """function(*args); the parent looks at the clock from its beginning to its end."""
    global _depth
    _depth += 1
    if _depth == 1:
        tell(BEGINS)
    try:
        return _call(function, args)
    finally:
        _depth -= 1
        if _depth == 0:
            tell(ENDS)


def _call_in_thread(function: Callable, args: Sequence) -> object:
    """function(*args) in a thread, for as long as `SECONDS`.

    Raises:
        Objection: It crashes, does not end, or is interrupted.
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
        raise Objection(still_running(_place(work.error)), Status.STOPPED)
    if isinstance(work.error, Objection):
        raise work.error
    if work.error is not None:
        raise crash(work.error)
    return work.value


def _end(work: _Work) -> None:
    """Tell the thread to end until it does, or `STRIKES` times."""
    for _ in range(STRIKES):
        if not work.is_alive():
            return
        work.strike()
        work.join(PAUSE)


def still_running(place: str) -> str:
    """What is said to code that was stopped by the clock, at this place."""
    return (
        f"your code was still running after {SECONDS:g} seconds and was stopped{place}. "
        "Does a loop of it never end?"
    )


def out_of_memory(place: str) -> str:
    """What is said to code that was refused more memory, at this place."""
    return (
        f"your code takes more memory than the {MEMORY / 2**30:g} GB that a check allows, "
        f"and was stopped{place}. Does a list or a tensor of it grow without end?"
    )


def crash(error: BaseException) -> Objection:
    """An exception of the reader's code, in words, with the reader's own line."""
    place, said = _place(error), _name(error)
    if isinstance(error, MemoryError) or any(words in said for words in _NO_MEMORY):
        return Objection(out_of_memory(place), Status.STOPPED)
    if (
        isinstance(error, RecursionError) and not place
    ):  # not the reader's function: what it has made
        return Objection(
            "this is nested more deeply than the check can follow (RecursionError). "
            "Write it in a shorter form.",
            Status.STOPPED,
        )
    return Objection(f"your code stops with {said}{place}.", Status.STOPPED)


def probe(function: Callable, names: Sequence[str], args: Sequence) -> object:
    """What the reader's function returns for copies of `args`.

    Args:
        function: whatever the reader gave as the function.
        names: what its parameters are called in the statement.
        args: what it is called with.

    Raises:
        Objection: It is no function, takes other parameters, crashes, does not end,
            returns a generator, or changes what it was given.
    """
    return call(_probe, function, names, args)


def _probe(function: Callable, names: Sequence[str], args: Sequence) -> object:
    """The same, not yet within the limits. Raises Objection."""
    if not callable(function):
        raise Objection(
            f"this is {kind_of(function)}, and the check expects the function itself: "
            "give it by name, without brackets and arguments.",
            Status.STOPPED,
        )
    _check_signature(function, names, args)
    given = deepcopy(tuple(args))
    value = function(*given)
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


def _check_signature(function: Callable, names: Sequence[str], args: Sequence) -> None:
    """The function can be called with these arguments.

    Raises:
        Objection: if it cannot.
    """
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # a builtin says nothing of its parameters
        return
    try:
        signature.bind(*args)
    except TypeError:
        raise Objection(
            f"your function takes {signature}, expected ({', '.join(names)}), in this order.",
            Status.STOPPED,
        ) from None


def _same(before: object, after: object) -> bool:
    """Whether an argument is as it was before the call."""
    if isinstance(before, Schedule):
        before, after = before.alpha_bar, after.alpha_bar
    if isinstance(before, Tensor):
        return before.shape == after.shape and torch.equal(before, after)
    return before == after


def _name(error: BaseException) -> str:
    """The class of an exception and the first line of what it says."""
    try:
        said = str(error).strip().splitlines()
    except Exception:  # an exception class of the reader's, broken itself
        said = []
    kind = type(error).__name__
    return f"{kind}: {said[0][:160].rstrip('.')}" if said else kind


def _place(error: BaseException | None) -> str:
    """The last line of the reader's own code on the way to the error."""
    place = ""
    trace = None if error is None else error.__traceback__
    while trace is not None:
        place = at(trace.tb_frame.f_code.co_filename, trace.tb_lineno) or place
        trace = trace.tb_next
    return place


def at(file: str, line: int) -> str:
    """A line of the reader's own code in words, "" for a line of anyone else's."""
    if file.startswith(_NOT_THE_READERS):
        return ""
    text = linecache.getline(file, line).strip()
    return f", at line {line} of its cell" + (text and f": `{text}`")


def kind_of(thing: object) -> str:
    """What a thing is, with its article: "a list", "an int"."""
    kind = type(thing).__name__
    return f"an {kind}" if kind[:1].lower() in "aeiou" else f"a {kind}"
