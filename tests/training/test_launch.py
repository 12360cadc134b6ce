"""The same recipe on two processes: one batch, shared out, and the same weights."""

import os
import subprocess
import sys
from pathlib import Path

import torch

from companion.training import load

SCRIPT = Path(__file__).with_name("two_processes.py")


def launched(path: Path, processes: int, batch: int) -> str:
    """What was printed. PyTorch's launcher sets what `accelerate launch` does; the
    latter starts several processes on CPUs only through MPI."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command += ["--nproc_per_node", str(processes), str(SCRIPT), str(path), str(batch)]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_two_processes_are_one_with_twice_the_batch(tmp_path):
    one, two = tmp_path / "one.safetensors", tmp_path / "two.safetensors"
    assert "processes 1" in launched(one, 1, 16)
    assert "processes 2" in launched(two, 2, 8)
    alone, shared = load(one), load(two)
    assert alone.step == shared.step == 5
    for a, b in zip(
        alone.network.parameters(), shared.network.parameters(), strict=True
    ):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-5)
