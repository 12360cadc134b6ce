"""A training run in a process of its own, stopped by a signal after some step."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def stopped_after(module, step, how, *arguments):
    """Exit code and errors of a module that prints its steps, sent a signal at one."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in process.stdout:
        if int(line) >= step:
            process.send_signal(how)
            break
    process.stdout.read()
    return process.wait(timeout=60), process.stderr.read()
