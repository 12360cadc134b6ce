"""The limits of time and memory hold whatever an answer does, and nothing of it is left."""

import ctypes
import itertools
import multiprocessing
import os
import random
import re
import resource
import signal
import subprocess
import sys
import threading
import time
import warnings
from contextlib import ExitStack
from io import FileIO

import numpy as np
import pytest
import sympy
import torch

from companion import exercises
from companion.exercises import EXERCISES, Status, child, guard, isolation
from companion.exercises.restored import put_back
from tests.exercises.bounded import bounded
from tests.exercises.suite import solution_of, wants_a_value

BY_NAME = {exercise.name: exercise for exercise in EXERCISES}
SOLUTION = BY_NAME["add-noise"].solution
ONE_OF_EACH = (
    "add-noise",
    "half-noise",
    "late-posterior",
    "misprints",
    "design-schedule",
    "which-bug",
)


def here(monkeypatch):
    """Checks run in this process, as they do where there is no fork."""
    monkeypatch.setattr(isolation, "_forks", False)


# ------------------------------------------------------------------ time


def power(*args):
    return 10**10**10


def long_sum(*args):
    return sum(range(10**13))


def hungry_pattern(*args):
    return re.match(r"(a+)+$", "a" * 60 + "b")


def long_sort(*args):
    return sorted(range(10**9, 0, -1), key=lambda n: 0)


def inverses(*args):
    return torch.linalg.matrix_power(torch.eye(2000, dtype=torch.float64), 2**60 - 1)


def factors(*args):
    return sympy.factorint(sympy.nextprime(10**40) * sympy.nextprime(10**41))


def asleep(*args):
    time.sleep(10**6)


def waiting(*args):
    threading.Event().wait()


def no_pipe(*args):
    return os.read(os.pipe()[0], 1)


def stubborn(*args):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


def blocked_signals(*args):
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    while True:
        pass


@pytest.mark.parametrize(
    "answer",
    [power, long_sum, hungry_pattern, inverses, asleep, waiting, no_pipe, stubborn],
)
def test_an_answer_without_end_is_stopped_at_its_line(answer):
    result = bounded("add-noise", answer)
    assert result.status == Status.STOPPED
    assert "still running after 0.3 seconds" in result.words
    line = answer.__code__.co_firstlineno
    places = {f"at line {n} of its cell: `" for n in range(line + 1, line + 7)}
    assert any(place in result.words for place in places), result.words


@pytest.mark.parametrize("answer", [factors, long_sort, blocked_signals])
def test_an_answer_is_stopped_wherever_it_is(answer):
    result = bounded("add-noise", answer)
    assert result.status == Status.STOPPED
    assert "still running after 0.3 seconds" in result.words or "more memory" in result.words


# What the checkers ask an answer for, and what none of them asks for.
ASKED = "__float__ __index__ __array__ __repr__ __class__ __getattribute__ __call__".split()
NOT_ASKED = "__eq__ __len__ __iter__ __getitem__ __bool__ _sympy_ __deepcopy__".split()
CHECKERS = (
    ("add-noise", "misprints"),
    ("half-noise",),
    ("late-posterior",),
    ("design-schedule",),
    ("which-bug",),
)


def pairs(asked, not_asked):
    """An exercise and a hook: what is asked for with each kind of checker, the rest with one.

    Two exercises have the same kind of checker, and take turns.
    """
    all_kinds = [(kind[n % len(kind)], hook) for n, hook in enumerate(asked) for kind in CHECKERS]
    names = itertools.cycle(ONE_OF_EACH)
    return all_kinds + [(next(names), hook) for hook in not_asked]


def hanging(hook):
    """A thing that never answers to this."""

    def endless(self, *args, **kwargs):
        return 10**10**10

    made = property(endless) if hook == "__class__" else endless
    return type("Hanging", (), {hook: made, "__hash__": object.__hash__})()


@pytest.mark.parametrize("name, hook", pairs(ASKED, NOT_ASKED))
def test_a_thing_that_hangs_when_it_is_looked_at_does_not_hang_the_check(name, hook):
    for answer in given_and_returned(name, hanging(hook)):
        result = bounded(name, answer, seconds=0.1)
        assert result.status in (Status.STOPPED, Status.WRONG)
        assert len(result.words) < 400 and "Traceback" not in result.words


def test_every_kind_of_checker_is_asked():
    kinds = [{type(BY_NAME[name].checker) for name in names} for names in CHECKERS]
    assert [len(kind) for kind in kinds] == [1] * len(kinds)
    assert set.union(*kinds) == {type(exercise.checker) for exercise in EXERCISES}
    names = {name for name, _ in pairs(ASKED, NOT_ASKED)}
    assert names == {*ONE_OF_EACH} == {name for names in CHECKERS for name in names}


def given_and_returned(name, thing):
    """The thing as an answer, and as what an answer returns, where an answer is a function."""
    return [thing] if wants_a_value(BY_NAME[name]) else [thing, lambda *args: thing]


def test_a_tensor_class_of_the_readers_does_not_judge_itself():
    """A tensor that says that it equals everything."""

    class Equal(torch.Tensor):
        @classmethod
        def __torch_function__(cls, function, types, args=(), kwargs=None):
            if function is torch.allclose:
                return True
            return super().__torch_function__(function, types, args, kwargs or {})

    result = bounded("add-noise", lambda xs, *rest: (7 * xs).as_subclass(Equal), seconds=5)
    assert result.status == Status.WRONG


def test_the_time_of_the_check_itself_is_not_the_readers(monkeypatch):
    """A reference that takes longer than the reader may."""
    from dataclasses import replace

    exercise = BY_NAME["late-posterior"]

    def slow():
        time.sleep(3)  # far longer than a busy machine lets this process wait
        return exercise.solution()

    slower = replace(exercise, checker=replace(exercise.checker, solution=slow))
    monkeypatch.setitem(exercises.engine._BY_NAME, exercise.name, slower)
    # After a wrong answer the right number is computed once, here, and kept: another test's too.
    monkeypatch.setattr(exercises.engine, "_wrong_before", set())
    monkeypatch.setattr(guard, "SECONDS", 0.3)
    assert exercises.check(exercise.name, exercise.solution()).status == Status.CORRECT
    monkeypatch.setattr(isolation, "JUDGING", 0.3)
    result = exercises.check(exercise.name, exercise.solution())
    assert result.status == Status.STOPPED and "did not come to an end" in result.words


# ------------------------------------------------------------------ memory


def growing_list(*args):
    kept = [0]
    while True:
        kept += kept


def growing_tensor(*args):
    kept = torch.ones(2**20)
    while True:
        kept = torch.cat([kept, kept])


def large_tensor(*args):
    return torch.ones(10**12)


def large_array(*args):
    return np.ones(10**12)


def long_text(*args):
    return "a" * 10**11


def endless_file(*args):
    return open("/dev/zero", "rb").read()


@pytest.mark.parametrize(
    "answer",
    [growing_list, growing_tensor, large_tensor, large_array, long_text, endless_file],
)
def test_an_answer_that_takes_memory_without_end_is_stopped_at_its_line(answer):
    result = bounded("add-noise", answer, seconds=20)
    assert result.status == Status.STOPPED
    assert "more memory than the 0.5 GB" in result.words
    assert re.search(r"at line \d+ of its cell: `.*(kept|return)", result.words), result.words


def test_a_result_that_takes_memory_without_end_is_stopped():
    class Numbers:
        def __float__(self):
            return float(len(growing_list()))

    result = bounded("late-posterior", Numbers(), seconds=20)
    assert result.status == Status.STOPPED and "more memory" in result.words


def test_the_limit_is_on_what_is_added(monkeypatch):
    """A notebook that holds more than the limit can still be checked."""
    held = torch.ones(2**24, dtype=torch.float64)
    monkeypatch.setattr(guard, "MEMORY", 2**26)
    assert held.nbytes > guard.MEMORY
    assert exercises.check("add-noise", SOLUTION).status == Status.CORRECT


# ------------------------------------------------------------------ the end of the process


def crashes(*args):
    ctypes.string_at(1)


def aborts(*args):
    os.abort()


def killed(*args):
    os.kill(os.getpid(), signal.SIGKILL)


def exits(*args):
    os._exit(0)


def exits_with_3(*args):
    os._exit(3)


def execs(*args):
    os.execv("/bin/true", ["true"])


@pytest.mark.parametrize(
    "answer, words",
    [
        (crashes, "crash (SIGSEGV), at line"),
        (aborts, "crash (SIGABRT), at line"),
        (killed, "the system stopped your code"),
        (exits, "ended the process that it ran in, with exit status 0"),
        (exits_with_3, "exit status 3"),
        (execs, "exit status 0"),
        (lambda *args: sys.exit(3), "SystemExit"),
        (lambda *args: os.closerange(3, 10_000), "your code"),
    ],
)
def test_an_answer_that_ends_the_process_is_answered(answer, words):
    result = bounded("add-noise", answer, seconds=20)
    assert result.status == Status.STOPPED and words in result.words, result.words


def nested(n):
    """sin(sin(...)), or a sum in a sum, far deeper than Python's stack."""
    x = sympy.Symbol("beta")
    for _ in range(n):
        x = sympy.sin(x, evaluate=False)
    return x


@pytest.mark.parametrize("depth", [400, 3000, 20_000])
def test_a_formula_nested_without_end_is_answered(depth):
    result = bounded("half-noise", nested(depth), seconds=20)
    assert result.status in (Status.STOPPED, Status.WRONG)
    assert "Traceback" not in result.words and len(result.words) < 400
    if depth > 1000:
        assert "nested" in result.words


def test_a_list_nested_without_end_is_answered():
    answer = [0.1]
    for _ in range(50_000):
        answer = [answer]
    for name in ONE_OF_EACH:
        result = bounded(
            name,
            (lambda *args: answer) if name in ("add-noise", "misprints") else answer,
            seconds=20,
        )
        assert result.status == Status.STOPPED and len(result.words) < 400


def test_what_an_answer_has_started_ends_with_it(tmp_path):
    def starts(*args):
        started = subprocess.Popen(["sleep", "1000"])
        (tmp_path / "pid").write_text(str(started.pid))
        threading.Thread(target=stubborn).start()
        return SOLUTION(*args)

    assert exercises.check("add-noise", starts).status == Status.CORRECT
    pid = int((tmp_path / "pid").read_text())
    for _ in range(200):
        if not alive(pid):
            break
        time.sleep(0.05)
    assert not alive(pid)


def test_an_answer_does_not_outlive_a_notebook_that_is_killed(tmp_path):
    def started(*args):
        (tmp_path / "pid").write_text(str(os.getpid()))
        return 10**10**10

    notebook = multiprocessing.get_context("fork").Process(
        target=exercises.check, args=("add-noise", started)
    )
    notebook.start()
    pid = written(tmp_path / "pid")
    notebook.kill()
    notebook.join()
    for _ in range(200):
        if not alive(pid):
            break
        time.sleep(0.05)
    assert not alive(pid)


def written(file):
    """The number that another process writes into a file, as soon as it stands there."""
    for _ in range(3000):
        if file.exists() and file.read_text():
            return int(file.read_text())
        time.sleep(0.02)
    raise AssertionError("nothing was written")


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().split()[2] != "Z"
    except FileNotFoundError:
        return False


def test_nothing_is_left_of_a_check():
    def open_files():
        return sorted(os.listdir("/proc/self/fd"))

    before, threads = open_files(), threading.active_count()
    others = children()  # of this process: a browser that other tests look into
    for answer in (SOLUTION, exits, crashes):
        exercises.check("add-noise", answer)
    assert open_files() == before and threading.active_count() == threads
    assert children() == others


def children():
    """The processes that this one has begun and not yet buried, those that ended among them."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat") as file:
                parent = int(file.read().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        found += [pid] if parent == os.getpid() else []
    return sorted(found)


def test_a_child_that_is_not_buried_is_seen():
    before, pid = children(), os.fork()
    if pid == 0:
        os._exit(0)
    assert set(children()) - set(before) == {str(pid)}
    os.waitpid(pid, 0)
    assert children() == before


def test_an_interrupt_ends_the_check_and_nothing_else(tmp_path):
    def started(*args):
        (tmp_path / "pid").write_text(str(os.getpid()))
        time.sleep(1000)

    def interrupt():
        written(tmp_path / "pid")
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    # A program that a shell begins in the background is deaf to Ctrl-C until it says otherwise.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        thread.start()
        result = exercises.check("add-noise", started)
        thread.join()
    finally:
        signal.signal(signal.SIGINT, before)
    assert result.status == Status.STOPPED and "interrupted" in result.words
    pid = int((tmp_path / "pid").read_text())
    assert pid != os.getpid() and not alive(pid)


# ------------------------------------------------------------------ what an answer reads and writes


@pytest.mark.parametrize("forks", [True, False])
@pytest.mark.parametrize("read", [lambda: input("?"), lambda: sys.stdin.readline() or 1 / 0])
def test_there_is_nothing_to_read(read, forks, monkeypatch):
    monkeypatch.setattr(isolation, "_forks", forks)
    result = exercises.check("add-noise", lambda *args: read())
    assert result.status == Status.STOPPED
    assert "EOFError" in result.words or "ZeroDivisionError" in result.words


def test_what_is_written_below_python_is_counted_too(capfd):
    def writes(*args):
        os.write(1, b"one\ntwo\n")
        os.write(2, b"three\n")
        subprocess.run(["echo", "four"])
        return SOLUTION(*args)

    result = exercises.check("add-noise", writes)
    out, err = capfd.readouterr()
    assert "also printed 24 lines" in result.words  # six calls
    assert out.strip() == result.words and err == ""


def test_what_a_stopped_answer_printed_is_counted():
    def prints(*args):
        print("one\ntwo")
        time.sleep(1000)

    assert "also printed 2 lines" in bounded("add-noise", prints).words


def test_an_answer_that_prints_without_end_is_stopped():
    def prints(*args):
        while True:
            print("more")

    result = bounded("add-noise", prints)
    assert "still running" in result.words and "also printed" in result.words


# ------------------------------------------------------------------ what an answer changes


def changes_all(folder):
    """An answer that is right, and leaves nothing as it was."""

    def answer(*args):
        value = SOLUTION(*args)
        random.seed(1)
        np.random.seed(1)
        torch.manual_seed(1)
        os.chdir(folder)
        os.environ["HOME"], os.environ["NEW"] = "/", "1"
        torch.set_default_dtype(torch.float16)
        torch.set_default_device("meta")
        torch.set_num_threads(torch.get_num_threads() + 1)
        warnings.simplefilter("error")
        sys.stdout = sys.stdin = None
        return value

    return answer


def state():
    """What that answer changes."""
    return {
        "random": random.getstate(),
        "numpy": str(np.random.get_state()),
        "torch": torch.get_rng_state().tolist(),
        "folder": os.getcwd(),
        "environment": {k: v for k, v in os.environ.items() if k != "PYTEST_CURRENT_TEST"},
        "dtype": torch.get_default_dtype(),
        "device": torch.get_default_device(),
        "modes": torch.overrides._get_current_function_mode_stack(),
        "threads": torch.get_num_threads(),
        "filters": list(warnings.filters),
        "streams": (sys.stdout, sys.stdin),
    }


@pytest.mark.parametrize("forks", [True, False])
def test_what_an_answer_changes_does_not_stay_in_effect(forks, monkeypatch, tmp_path):
    monkeypatch.setattr(isolation, "_forks", forks)
    before = state()
    try:
        exercises.check("add-noise", changes_all(tmp_path))
        after = state()
    finally:  # for the tests after this one, should it fail
        os.chdir(before["folder"])
        torch.set_default_dtype(before["dtype"])
        torch.set_default_device(None)
        torch.set_num_threads(before["threads"])
        warnings.filters[:] = before["filters"]
        sys.stdout, sys.stdin = before["streams"]
        os.environ.clear()
        os.environ.update(before["environment"])
    assert after == before


def test_no_default_device_stays_set():
    with put_back():
        torch.set_default_device("meta")
    stack = torch.overrides._get_current_function_mode_stack()
    torch.set_default_device(None)  # for the tests after this one, should it fail
    assert not stack


def test_what_an_answer_replaces_is_as_before(monkeypatch):
    monkeypatch.setattr(torch, "sqrt", torch.sqrt)  # put back, should the test fail
    monkeypatch.setattr(exercises.compare, "agree", exercises.compare.agree)
    root, limit, handler = torch.sqrt, sys.getrecursionlimit(), signal.getsignal(signal.SIGINT)

    def replaces(xs, *rest):
        torch.sqrt = torch.square
        exercises.compare.agree = lambda *args: True
        sys.setrecursionlimit(50)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        return xs

    try:
        exercises.check("add-noise", replaces)
        assert torch.sqrt is root and sys.getrecursionlimit() == limit
        assert signal.getsignal(signal.SIGINT) is handler
        assert not exercises.compare.agree(torch.ones(1), torch.zeros(1))
    finally:
        sys.setrecursionlimit(limit)
        signal.signal(signal.SIGINT, handler)


@pytest.mark.parametrize("forks", [True, False])
def test_gradients_can_be_taken_whatever_the_notebook_is_at(forks, monkeypatch):
    """Where the notebook has switched gradients off, an answer may still ask for them."""
    monkeypatch.setattr(isolation, "_forks", forks)

    def by_autograd(*args):
        xs = args[0].clone().requires_grad_()
        (grad,) = torch.autograd.grad(SOLUTION(xs, *args[1:]).sum(), xs)
        assert grad.abs().sum() > 0
        return SOLUTION(*args)

    with torch.no_grad():
        assert exercises.check("add-noise", by_autograd).status == Status.CORRECT
    with torch.inference_mode():
        assert exercises.check("add-noise", by_autograd).status == Status.CORRECT


def test_a_notebook_that_has_used_the_threads_of_torch_can_be_checked():
    """The threads of the parent are not in the copy: whoever waits for one waits for ever."""
    code = (
        "import torch; torch.set_num_threads(2); a = torch.randn(800, 800, requires_grad=True)\n"
        "(a @ a).exp().sum().backward(); torch.randn(10**6).sort()\n"
        "from companion import exercises\n"
        "def answer(xs, eps, ab_s, ab_t):\n"
        "    b = torch.randn(800, 800, requires_grad=True); (b @ b).sum().backward()\n"
        "    torch.randn(10**6).sort()\n"
        "    return torch.sqrt(ab_t / ab_s) * xs + torch.sqrt(1 - ab_t / ab_s) * eps\n"
        "exercises.guard.SECONDS = 60\n"
        "assert exercises.check('add-noise', answer).status == 'correct'\n"
        "assert exercises.isolation._forks\n"
    )
    environment = {k: v for k, v in os.environ.items() if k != "OMP_NUM_THREADS"}
    subprocess.run([sys.executable, "-c", code], check=True, timeout=240, env=environment)


# --------------------------------------------------------- where there is no copy of the process


def fails():
    raise RuntimeError(
        "Unable to handle autograd's threading in combination with fork-based multiprocessing"
    )


def hangs():
    time.sleep(1000)


@pytest.fixture
def copies(monkeypatch):
    """One entry for each copy of this process; a copy sees its own and those before."""
    made, fork = [], os.fork

    def counted():
        made.append(len(made))
        return fork()

    monkeypatch.setattr(os, "fork", counted)
    monkeypatch.setattr(isolation, "_forks", True)
    return made


@pytest.mark.parametrize(
    "broken, tries, why",
    [
        (fails, 2, "a copy of it ended with exit status 114 before it ran"),
        (hangs, 1, "a copy of it did not run within 0.5 seconds"),
        (aborts, 2, "a copy of it ended with exit status -6 before it ran"),
        (exits, 2, "a copy of it ended with exit status 0 before it ran"),
    ],
)
def test_where_torch_does_not_work_in_a_copy_the_check_runs_here(
    broken, tries, why, copies, monkeypatch
):
    monkeypatch.setattr(child, "_try_torch", broken)
    monkeypatch.setattr(isolation, "READY", 0.5 if broken is hangs else 60)
    seen = []

    def answer(*args):
        seen.append(os.getpid())
        return SOLUTION(*args)

    with pytest.warns(RuntimeWarning, match=f"From now on .* in this process.*: {why}"):
        assert exercises.check("add-noise", answer).status == Status.CORRECT
    assert set(seen) == {os.getpid()} and not isolation._forks
    assert len(copies) == tries


def test_one_copy_that_dies_is_tried_again(copies, monkeypatch, tmp_path):
    try_torch = child._try_torch
    monkeypatch.setattr(child, "_try_torch", lambda: exits() if len(copies) == 1 else try_torch())

    def answer(*args):
        (tmp_path / "pid").write_text(str(os.getpid()))
        return SOLUTION(*args)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert exercises.check("add-noise", answer).status == Status.CORRECT
    assert written(tmp_path / "pid") != os.getpid()
    assert isolation._forks and len(copies) == 2


def test_a_pipe_that_was_ready_and_is_empty_after_all_is_read_again():
    class Pipe(FileIO):
        reads = 0

        def read(self, size=-1):
            self.reads += 1
            return None if self.reads == 1 else super().read(size)

    with ExitStack() as stack:
        (result, says), (output, prints) = (os.pipe() for _ in range(2))
        ends = [stack.enter_context(Pipe(end)) for end in (result, output)]
        for end, text in ((says, b"r\n"), (prints, b"one\n")):
            os.write(end, text)
            os.close(end)
        said, _, late = isolation._listen(*ends)
    assert said == b"r\n" and not late


def test_where_no_process_can_be_had_the_check_runs_here_this_time(monkeypatch):
    def refused():
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refused)
    monkeypatch.setattr(isolation, "_forks", True)
    with pytest.warns(RuntimeWarning, match="This exercise .* in this process.*unavailable"):
        assert exercises.check("add-noise", SOLUTION).status == Status.CORRECT
    assert isolation._forks


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_without_a_copy_the_answers_are_judged_as_with_one(name, monkeypatch):
    exercise = BY_NAME[name]
    answers = [solution_of(exercise), None, 3, "nonsense (", object(), lambda *args: args[0] / 0]
    with_one = [exercises.check(name, answer).words for answer in answers]
    here(monkeypatch)
    assert [exercises.check(name, answer).words for answer in answers] == with_one


@pytest.mark.parametrize(
    "name, hook",
    pairs(["__float__", "__class__"], ["__eq__", "__iter__", "__bool__", "__len__"]),
)
def test_without_a_copy_a_loop_of_python_is_stopped(name, hook, monkeypatch):
    here(monkeypatch)

    def endless(self, *args):
        while True:
            pass

    made = property(endless) if hook == "__class__" else endless
    thing = type("Hanging", (), {hook: made, "__hash__": object.__hash__})()
    for answer in given_and_returned(name, thing):
        result = bounded(name, answer, seconds=0.2)
        assert result.status in (Status.STOPPED, Status.WRONG)


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_a_check_is_quick(name):
    """It takes a tenth of a second or less, of the processor's time: the bound is wide."""
    answer = solution_of(BY_NAME[name])

    def spent():
        here, child = os.times(), resource.getrusage(resource.RUSAGE_CHILDREN)
        return here.user + here.system + child.ru_utime + child.ru_stime

    start = spent()
    for _ in range(3):
        assert exercises.check(name, answer).status == Status.CORRECT
    assert spent() - start < 3
