"""What an answer changes is put back where it runs in the notebook's own process."""

import builtins
import os
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import StringIO

import numpy as np
import torch


def nobody_answers(prompt: object = "") -> str:
    """Stands for `input` during a check.

    Raises:
        EOFError: Always.
    """
    raise EOFError("nobody answers `input` during a check")


@contextmanager
def put_back() -> Iterator[None]:
    """Afterwards all is as before: seeds, folder, environment, torch's defaults, standard input."""
    folder, environment = os.getcwd(), dict(os.environ)
    state, of_numpy, of_torch = random.getstate(), np.random.get_state(), torch.get_rng_state()
    dtype, device, threads = (
        torch.get_default_dtype(),
        torch.get_default_device(),
        torch.get_num_threads(),
    )
    stdin, read_line = sys.stdin, builtins.input
    sys.stdin, builtins.input = StringIO(), nobody_answers
    try:
        yield
    finally:
        sys.stdin, builtins.input = stdin, read_line
        with suppress(OSError):  # the folder is gone
            os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        random.setstate(state)
        np.random.set_state(of_numpy)
        torch.set_rng_state(of_torch)
        torch.set_default_dtype(dtype)
        if torch.get_default_device() != device:  # torch compiles nothing where one is set
            torch.set_default_device(None if device == torch.device("cpu") else device)
        if torch.get_num_threads() != threads:
            torch.set_num_threads(threads)
