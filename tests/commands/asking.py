"""The command line, called in this process or in one of its own."""

import os
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from companion.commands import main

ROOT = Path(__file__).parents[2]
ONE_THREAD = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
COMPANION = [sys.executable, "-m", "companion"]


def asked(*words, code=0):
    """What a command prints; it ends with this exit code and without a traceback."""
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == code, done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.output


def process(command, **how):
    """A command line in a process of its own: exit code, output and errors, as text or bytes."""
    how = {"env": ONE_THREAD, "capture_output": True, "text": True, "timeout": 200} | how
    done = subprocess.run([str(word) for word in command], **how)
    return done.returncode, done.stdout, done.stderr
