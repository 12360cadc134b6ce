"""A run of pytest that a test asks for, in a process that has imported what most of it needs."""

import os
import sys
from pathlib import Path

import pytest

from tests.training.processes import ROOT, apart


def inner(*arguments: object, folder: Path = ROOT, **environment: str) -> tuple[int, str]:
    """Its exit code, and all that it wrote; nothing of the run that asks reaches it.

    folder: where it is begun.   environment: what else stands there.
    """
    words = [str(argument) for argument in arguments]
    with apart(_pytest, words, str(folder), environment) as run:
        code, out, err = run.ended()
    return code, out + err


def _pytest(arguments: list[str], folder: str, environment: dict[str, str]) -> None:
    os.chdir(folder)
    for name in [name for name in os.environ if name.startswith("PYTEST_")]:
        del os.environ[name]
    os.environ |= environment
    sys.argv = ["pytest", *arguments]
    sys.exit(pytest.main(arguments))
