"""Checks as a reader runs them: in a real Jupyter kernel, with threads, sockets and output."""

import os
import queue
import time

import pytest
from jupyter_client.manager import start_new_kernel

from tests.training.processes import ROOT

LONGEST = 120  # seconds for one cell
SAID = ["display_data"]  # by a check, and by nothing else

START = """
import os, sys, time, torch
from companion import exercises
right = exercises.EXERCISES[2].solution
pid = os.getpid()
"""
STUCK = """exercises.guard.SECONDS = 0.5
def answer(*args):
    return 10**10**10

exercises.check("add-noise", answer)
"""
TALKS = """
exercises.guard.SECONDS = 60
from IPython.display import display
import matplotlib.pyplot as plt

def answer(*args):
    print("one")
    display("two")
    os.write(1, b"three\\n")
    plt.plot([1, 2]); plt.show()
    torch.manual_seed(1); os.chdir("/"); sys.modules.pop("json", None)
    return right(*args)

before = torch.get_rng_state(), os.getcwd()
exercises.check("add-noise", answer)
"""
ASKS = """exercises.guard.SECONDS = 60
def answer(*args):
    return input("who is there?")

exercises.check("add-noise", answer)
"""
SLEEPS = """
exercises.guard.SECONDS = 100

def answer(*args):
    open(file, "w").write(str(os.getpid()))
    time.sleep(1000)

exercises.check("add-noise", answer)
"""


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """A kernel with the package, its progress in a folder of its own."""
    home = tmp_path_factory.mktemp("home")
    environment = os.environ | {"PYTHONPATH": str(ROOT), "DIFFUSION_DERIVED_HOME": str(home)}
    manager, client = start_new_kernel(
        kernel_name="python3", env=environment, startup_timeout=LONGEST
    )
    try:
        run(client, START)
        yield manager, client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def run(client, code, started=lambda: None):
    """What a cell shows: its text, and the kinds of its other messages.

    AssertionError if it does not end.
    """
    message, deadline = client.execute(code, allow_stdin=True), time.monotonic() + LONGEST
    text, kinds = "", []
    started()
    while time.monotonic() < deadline:
        assert client.stdin_channel.msg_ready() is False, "the cell asks for input"
        try:
            answer = client.get_iopub_msg(timeout=0.5)
        except queue.Empty:
            continue
        if answer["parent_header"].get("msg_id") != message:
            continue
        kind, content = answer["msg_type"], answer["content"]
        if kind == "stream":
            text += content["text"]
        elif kind == "status" and content["execution_state"] == "idle":
            client.get_shell_msg(timeout=LONGEST)
            return text, kinds
        elif kind not in ("status", "execute_input"):
            kinds.append(kind)
            text += content.get("data", {}).get("text/html", "")
            text += "".join(content.get("traceback", []))
    raise AssertionError("the cell does not end")


def test_a_call_into_c_is_stopped_at_its_line_and_the_kernel_lives(kernel):
    _, client = kernel
    text, kinds = run(client, STUCK)
    assert (
        "still running after 0.5 seconds" in text
        and "at line 3 of its cell: <code>return 10**10**10</code>" in text
    )
    assert kinds == SAID
    assert run(client, "print(os.getpid() == pid)") == ("True\n", [])


def test_what_an_answer_shows_and_changes_stays_in_its_process(kernel):
    _, client = kernel
    text, kinds = run(client, TALKS)
    assert text.startswith("<p>Exercise 1.1.3, correct.") and text.endswith("</p>")
    assert "also printed" in text and kinds == SAID
    same = (
        "print(torch.equal(before[0], torch.get_rng_state()), before[1] == os.getcwd(), "
        "'json' in sys.modules)"
    )
    assert run(client, same) == ("True True True\n", [])


def test_what_was_not_attempted_is_printed_as_in_the_committed_notebooks(kernel):
    text, kinds = run(kernel[1], 'exercises.check("add-noise", None)')
    assert text.startswith("Exercise 1.1.3, not attempted yet.") and kinds == []


def test_nobody_is_asked(kernel):
    _, client = kernel
    text, kinds = run(client, ASKS)
    assert (
        "EOFError: nobody answers <code>input</code> during a check, at line 3 of its cell" in text
        and kinds == SAID
    )


def test_an_interrupt_ends_the_check_and_not_the_kernel(kernel, tmp_path):
    manager, client = kernel
    file = tmp_path / "pid"

    def interrupt():
        for _ in range(3000):
            if file.exists() and file.read_text():
                return manager.interrupt_kernel()
            time.sleep(0.02)

    text, kinds = run(client, f"file = {str(file)!r}\n{SLEEPS}", interrupt)
    assert "not yet: interrupted." in text and kinds == SAID
    assert run(client, "print(os.getpid() == pid)") == ("True\n", [])
    with pytest.raises(ProcessLookupError):
        os.kill(int(file.read_text()), 0)
