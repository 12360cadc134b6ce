"""A check inside a process of its own: one that hangs or dies is a red test, not the end of all."""

import multiprocessing
import resource
from collections.abc import Callable

from companion import exercises
from companion.exercises import guard

LONGEST = (
    180.0  # seconds; a check that is stopped after 0.3 takes about one, on a busy machine some more
)
MOST = 8 * 2**30  # bytes, should the check itself set no limit


def bounded(
    name: str, answer: object, seconds: float = 0.3, memory: int = 2**29
) -> exercises.engine.Result:
    """The result of a check under these limits; AssertionError if none has come after `LONGEST`."""

    def checked() -> exercises.engine.Result:
        guard.SECONDS, guard.MEMORY = seconds, memory
        return exercises.check(name, answer)

    return apart(checked)


def apart(work: Callable[[], object]) -> object:
    """What a function returns in a copy; AssertionError if it has not after `LONGEST`, or dies."""
    context = multiprocessing.get_context("fork")
    end, other = context.Pipe(duplex=False)

    def run() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (MOST, MOST))
        other.send(work())

    process = context.Process(target=run)
    process.start()
    other.close()
    try:
        assert end.poll(LONGEST), "no result: the check hangs"
        return end.recv()
    except EOFError:
        process.join(1)
        raise AssertionError(f"no result: the process died ({process.exitcode})") from None
    finally:
        process.kill()
        process.join()
