"""The command line, called in this process or in one of its own."""

import io
import os
import runpy
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from companion.commands import main

ROOT = Path(__file__).parents[2]
_PATH = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
ONE_THREAD = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": _PATH}
COMPANION = [sys.executable, "-m", "companion"]


def asked(*words, code=0):
    """What a command prints; it ends with this exit code and without a traceback."""
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == code, done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.output


def called(folder, words, encoding="utf-8"):
    """A command line as `python -m companion` runs it, for a process that is a copy (`apart`).

    What it writes is in this encoding, as the interpreter has it with PYTHONIOENCODING.
    """
    os.chdir(folder)
    out, err = (os.fdopen(os.dup(number), "wb", 0) for number in (1, 2))
    sys.stdout = io.TextIOWrapper(out, encoding, "strict", write_through=True)
    sys.stderr = io.TextIOWrapper(err, encoding, "backslashreplace", write_through=True)
    sys.argv = ["companion", *map(str, words)]
    runpy.run_module("companion", run_name="__main__", alter_sys=True)


def called_in(environment, folder, words):
    """The same with these variables of the environment, as one of several processes has them."""
    os.environ |= {name: str(value) for name, value in environment.items()}
    called(folder, words)


def process(command, **how):
    """A command line in a process of its own: exit code, output and errors, as text or bytes."""
    how = {"env": ONE_THREAD, "capture_output": True, "text": True, "timeout": 200} | how
    done = subprocess.run([str(word) for word in command], **how)
    return done.returncode, done.stdout, done.stderr
