"""A judgement in a process of its own, so that nothing an answer does can reach the notebook.

The process is a copy of this one (a fork): it has the reader's names, and what it changes (seeds,
folders, defaults, modules) is gone with it. It has limits of time (`guard.SECONDS` for the
reader's code) and of memory (`guard.MEMORY`), nothing to read, and what it prints is counted. It
sends back a status and words through a pipe, and nothing else.

The limit of memory is the kernel's, on Linux; macOS does not hold a process to one, and there the
clock alone ends an answer that allocates without end. Where a process cannot be copied (Windows),
or where torch does not work in a copy (after a backward pass with a GPU in reach, for one), the
judgement runs in this process, `guard` uses threads, and what the answer changes is put back as
far as `put_back` knows of it. A warning says so, and why.
"""

import json
import os
import re
import selectors
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack, redirect_stderr, redirect_stdout, suppress
from io import FileIO, TextIOBase
from typing import NamedTuple
from warnings import catch_warnings, simplefilter, warn

from companion.exercises import child, guard
from companion.exercises.exercise import Status
from companion.exercises.restored import put_back

READY = 20.0  # seconds until a copy has shown that torch works in it; a hundredth is usual
JUDGING = 60.0  # seconds between two calls of the reader's code: the check's own time
GRACE = 2.0  # seconds to say where the code is, before the process is ended

Judge = Callable[[], tuple[Status, str]]

TRIES = 2  # copies that may end before they run, for whatever reason, until copies are given up

_forks = hasattr(os, "fork")  # set to False when a copy of this process turns out to be of no use


class Verdict(NamedTuple):
    """What came of a judgement: its status, its words, and how many lines the answer printed."""

    status: Status
    words: str
    printed: int


class _Unusable(Exception):
    """A copy of this process ended before it had shown that torch works in it."""


class _Hangs(_Unusable):
    """A copy of this process did not show within `READY` that torch works in it."""


def isolated(judge: Judge) -> Verdict:
    """The verdict of `judge`, or the words that say why it came to none.

    A copy that ends before it runs is tried again, once; one that hangs is not.
    """
    global _forks
    tries = TRIES if _forks else 0
    for again in reversed(range(tries)):
        try:
            return _in_a_copy(judge)
        except _Unusable as error:
            if not again or isinstance(error, _Hangs):
                _forks = False
                _say_where("From now on exercises are checked", error)
                break
        except OSError as error:  # no process or no pipe to be had, this time
            _say_where("This exercise is checked", error)
            break
    return _in_this_process(judge)


def _say_where(what: str, error: Exception) -> None:
    """Warn that there is no copy of this process, and say why."""
    words = f"{what} in this process, where an answer that hangs may not be stopped: {error}"
    with suppress(RuntimeWarning):  # where a warning is an error
        warn(words, RuntimeWarning, stacklevel=4)


# ------------------------------------------------------------------ in a process of its own


def _in_a_copy(judge: Judge) -> Verdict:
    """The verdict of a child process, of which nothing is left afterwards.

    Raises:
        _Unusable: The copy ended before it ran, or (`_Hangs`) did not begin to run.
        OSError: There is no process or pipe to be had.
    """
    with ExitStack() as stack:
        reads, writes = [], []
        for _ in ("ticks and the verdict", "what it prints", "where it was when it was ended"):
            for end, mode, ends in zip(os.pipe(), "rw", (reads, writes), strict=True):
                ends.append(stack.enter_context(FileIO(end, mode)))
        with catch_warnings():
            simplefilter("ignore")  # of threads: the child uses none of them
            pid = os.fork()
        if pid == 0:
            child.judged_and_gone(judge, *(end.fileno() for end in writes))
        for end in writes:
            end.close()
        for end in reads:
            os.set_blocking(end.fileno(), False)
        try:
            return _watched(pid, *reads)
        except KeyboardInterrupt:
            return Verdict(Status.STOPPED, "not yet: interrupted.", 0)
        finally:
            _kill(pid)


def _watched(pid: int, result: FileIO, output: FileIO, trace: FileIO) -> Verdict:
    """What the child says until its verdict, its end, or the end of its time.

    Raises:
        _Unusable: The child ended before it ran, or (`_Hangs`) did not begin to run.
    """
    said, printed, late = _listen(result, output)
    if said.endswith(b"\n"):
        status, words = json.loads(said[said.index(b"[") :])
        return Verdict(Status(status), words, printed + _rest(output).count(b"\n"))
    ended = (
        None if late else _exit_status(pid, GRACE / 5)
    )  # what comes to its end after its time is late
    if ended is None:
        with suppress(OSError):
            os.kill(pid, signal.SIGUSR1)  # it writes into `trace` where it is, and ends
        _exit_status(pid, GRACE)
    if not said and late:
        raise _Hangs(f"a copy of it did not run within {READY:g} seconds.")
    if not said:
        raise _Unusable(f"a copy of it ended with exit status {ended} before it ran.")
    words = _why(ended, _place(_rest(trace)), mine=said.endswith(guard.ENDS))
    return Verdict(Status.STOPPED, f"not yet: {words}", printed + _rest(output).count(b"\n"))


def _listen(result: FileIO, output: FileIO) -> tuple[bytes, int, bool]:
    """What the child said, how many lines it printed, and whether its time was over before."""
    said, printed, deadline = b"", 0, time.monotonic() + READY
    with selectors.DefaultSelector() as selector:
        for end in (result, output):
            selector.register(end, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0:
            for key, _ in selector.select(left):
                more = key.fileobj.read(65536)
                if more is None:  # ready a moment ago, and nothing there after all
                    continue
                if not more:
                    selector.unregister(key.fileobj)
                if key.fileobj is output:
                    printed += more.count(b"\n")
                    continue
                said += more
                if not more or said.endswith(b"\n"):
                    return said, printed, False
                # One sign each: it runs, the reader's code begins, the reader's code ends.
                deadline = time.monotonic() + (
                    JUDGING if said.endswith(guard.ENDS) else guard.SECONDS
                )
    return said, printed, True


def _exit_status(pid: int, seconds: float) -> int | None:
    """How the child ended (a signal is negative), None if it has not within these seconds."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            ended, status = os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:  # something else in this process has waited for it
            return 0
        if ended:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > deadline:
            return None
        time.sleep(0.002)


def _kill(pid: int) -> None:
    """End the child and what it has started."""
    for end in (os.killpg, os.kill):
        with suppress(OSError):
            end(pid, signal.SIGKILL)
    with suppress(ChildProcessError):
        os.waitpid(pid, 0)


def _rest(end: FileIO) -> bytes:
    """What is still in a pipe."""
    text = b""
    while more := end.read(65536):
        text += more
    return text


def _place(text: bytes) -> str:
    """The reader's innermost line, in what faulthandler has written."""
    for file, line in re.findall(
        r'^  File "(.*)", line (\d+) in ', text.decode(errors="replace"), re.M
    ):
        if place := guard.at(file, int(line)):
            return place
    return ""


def _why(ended: int | None, place: str, mine: bool) -> str:
    """What is said to code that brought no verdict. `mine`: it was not the reader's that ran."""
    if ended is None and mine:
        return f"the check did not come to an end within {JUDGING:g} seconds and was stopped."
    if ended is None:
        return guard.still_running(place)
    if ended == child.NO_MEMORY:
        return guard.out_of_memory(place)
    if ended == -signal.SIGKILL:
        return (
            f"the system stopped your code{place}. "
            "As a rule it does so when there is no memory left."
        )
    if ended < 0:
        name = signal.Signals(-ended).name
        return (
            f"your code made Python itself crash ({name}){place}. Is something nested without end?"
        )
    return (
        f"your code ended the process that it ran in, with exit status {ended}. It has to return."
    )


# ------------------------------------------------------------------ in this process


class _Lines(TextIOBase):
    """Counts the lines written to it and keeps none."""

    count = 0

    def write(self, text: str) -> int:
        """Count."""
        self.count += text.count("\n")
        return len(text)


def _in_this_process(judge: Judge) -> Verdict:
    """The verdict, with what the answer has changed put back."""
    printed = _Lines()
    with put_back(), redirect_stdout(printed), redirect_stderr(printed):
        status, words = judge()
    return Verdict(status, words, printed.count)
