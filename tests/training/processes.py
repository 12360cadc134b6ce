"""Work in a process of its own: a copy of one that has imported what the tests need, once.

A new Python that imports torch and all the rest takes longer than most of the work that is done
in one. So a first process imports it (`multiprocessing` calls it a fork server), and each further
one is a fork of that: it has run no test, has no threads, and no device was looked at in it.
"""

import importlib
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

ROOT = Path(__file__).parents[2]
LONGEST = 60  # seconds until a process has to have ended

_server = multiprocessing.get_context("forkserver")
# the last three are otherwise imported by each process, at its first optimiser and its digits
_server.set_forkserver_preload(
    ["tests.training.stoppable", "torch._dynamo", "sklearn.datasets", "sklearn.model_selection"]
)


class Apart(NamedTuple):
    """A process at work, and what it writes."""

    process: multiprocessing.Process
    out: IO[str]
    err: IO[str]

    def ended(self) -> tuple[int, str, str]:
        """How it ended (a signal is negative), and what else it wrote."""
        out, err = self.out.read(), self.err.read()
        self.process.join(LONGEST)
        return self.process.exitcode, out, err


@contextmanager
def apart(work: Callable, *arguments: object, encoding: str = "utf-8") -> Iterator[Apart]:
    """A function of a module, called with these arguments in a process of its own.

    encoding: in which it writes.
    """
    (out, to_out), (err, to_err) = (multiprocessing.Pipe(duplex=False) for _ in range(2))
    process = _server.Process(target=_written, args=(to_out, to_err, work, *arguments))
    before = os.environ.get("PYTHONPATH"), os.getcwd()
    os.environ["PYTHONPATH"] = str(ROOT)  # the server is begun with the first process
    os.chdir(ROOT)
    try:
        process.start()
    finally:
        os.chdir(before[1])
        if before[0] is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before[0]
    for end in (to_out, to_err):
        end.close()
    text = {"encoding": encoding, "closefd": False}
    with out, err, open(out.fileno(), **text) as said:
        with open(err.fileno(), **text) as complained:
            try:
                yield Apart(process, said, complained)
            finally:
                process.kill()
                process.join()


def _written(out, err, work: Callable, *arguments: object) -> None:
    """Call `work`; what it writes goes into two pipes."""
    for end, number in ((out, 1), (err, 2)):
        os.dup2(end.fileno(), number)
        end.close()
    sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)
    work(*arguments)
    sys.stdout.flush()


def module(name: str, arguments: list[str]) -> None:
    """A module as `python -m` runs it."""
    sys.argv = [name, *arguments]
    importlib.import_module(name).main()


def module_in(environment: dict[str, object], name: str, arguments: list[str]) -> None:
    """A module as `python -m` runs it, with these variables of the environment."""
    os.environ |= {key: str(value) for key, value in environment.items()}
    module(name, arguments)


def stopped_after(name, step, how, *arguments):
    """Exit code and errors of a module that prints its steps, sent a signal at one."""
    with apart(module, name, [*map(str, arguments)]) as other:
        for line in other.out:
            if int(line) >= step:
                os.kill(other.process.pid, how)
                break
        code, _, complaints = other.ended()
    return code, complaints
