"""The process that `isolation` judges an answer in, from its first line to its end."""

import builtins
import ctypes
import faulthandler
import gc
import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from typing import NoReturn

import torch

from companion.exercises import guard
from companion.exercises.restored import nobody_answers

RUNS = b"r"  # what it says when torch works in it
NO_MEMORY, FAILED = 113, 114  # its exit status where it could say nothing more
PROCESSOR_SECONDS = 120  # its end, should nobody be there any more to end it


def judged_and_gone(
    judge: Callable[[], tuple[str, str]], result: int, output: int, trace: int
) -> NoReturn:
    """Judge, say the verdict, and be gone without a trace.

    No `finally` and no `atexit` of the parent's runs.

    Args:
        judge: gives the status of an answer, and the words for it.
        result: the pipe that the verdict goes to.
        output: the pipe for what is printed.
        trace: the pipe for the place in the code where it is stopped.
    """
    try:
        with suppress(OSError):
            os.setpgid(
                0, 0
            )  # a Ctrl-C goes to the parent alone, and what this process starts ends with it
        _end_with_parent()
        gc.freeze()  # the notebook's memory is not looked through, so that it is not copied
        _set_signals(trace)
        _set_streams(output)
        _set_limits()
        torch.set_num_threads(1)  # the parent's threads are not here
        tell = _writer(result)
        with torch.inference_mode(False), torch.enable_grad():
            _try_torch()
            tell(RUNS)
            guard.tell = tell
            status, words = judge()
        for stream in (sys.stdout, sys.stderr):
            with suppress(Exception):
                stream.flush()
        tell(json.dumps([status, words]).encode() + b"\n")
        os._exit(0)
    except MemoryError:
        os._exit(NO_MEMORY)
    except BaseException:
        os._exit(FAILED)


def _end_with_parent() -> None:
    """Where the parent is killed, this process is too.

    On Linux; elsewhere `PROCESSOR_SECONDS` ends it.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def _writer(end: int) -> Callable[[bytes], None]:
    """A function that writes all it is given into a pipe."""

    def tell(what: bytes) -> None:
        while what:
            what = what[os.write(end, what) :]

    return tell


def _set_signals(trace: int) -> None:
    """On SIGUSR1 and on a crash, the place in the code goes to `trace`, and the process ends.

    It does so whatever the code is at: faulthandler needs no instruction of Python to be reached.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGUSR1, signal.SIG_DFL)
    faulthandler.enable(trace, all_threads=False)
    faulthandler.register(signal.SIGUSR1, trace, all_threads=False, chain=True)


def _set_streams(output: int) -> None:
    """Nothing to read; all that is written, by Python or below it, goes to `output`."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    sys.stdin = TextIOWrapper(open(0, "rb", closefd=False), "utf-8")
    sys.stdout, sys.stderr = (
        TextIOWrapper(open(end, "wb", closefd=False), "utf-8", "replace", line_buffering=True)
        for end in (1, 2)
    )
    builtins.input = nobody_answers


def _set_limits() -> None:
    """Memory beyond what is in use, processor time, and no dump of a crash."""
    import resource  # not on Windows

    def limit(what: int, amount: int) -> None:
        hard = resource.getrlimit(what)[1]
        with suppress(OSError, ValueError):
            resource.setrlimit(
                what, (amount if hard == resource.RLIM_INFINITY else min(amount, hard), hard)
            )

    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_CPU, PROCESSOR_SECONDS)
    with suppress(OSError):  # not on macOS
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        limit(resource.RLIMIT_AS, pages * resource.getpagesize() + guard.MEMORY)


def _try_torch() -> None:
    """Where torch does not work in a copy, it fails or hangs here, not in the reader's code."""
    x = torch.ones(2, 2, dtype=torch.float64, device="cpu", requires_grad=True)
    (x @ x).exp().sum().backward()
