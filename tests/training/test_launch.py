"""The same recipe under `accelerate launch` on two CPU processes: the same weights.

On CPUs `accelerate launch` starts one process and leaves it to MPI to start more. So it is
called once for each process, told which of how many it is, as on several machines.
"""

import os
import socket
import subprocess
import sys
from pathlib import Path

import torch

from companion.tasks import load
from tests.training.processes import apart, module

SCRIPT = Path(__file__).with_name("two_processes.py")
LAUNCH = [sys.executable, "-m", "accelerate.commands.launch", "--cpu"]
ONE_EACH = ["--num_processes", "1", "--num_machines", "1", "--mixed_precision", "no"]
ONE_EACH += ["--dynamo_backend", "no", "--num_cpu_threads_per_process", "1"]


def launched(path: Path, processes: int, batch: int) -> str:
    """What the first of the processes printed."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    whole = {"WORLD_SIZE": processes, "LOCAL_WORLD_SIZE": processes}
    whole |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "OMP_NUM_THREADS": 1}
    started = [
        subprocess.Popen(
            [*LAUNCH, *ONE_EACH, str(SCRIPT), str(path), str(batch)],
            env=os.environ
            | {name: str(value) for name, value in whole.items()}
            | {"RANK": str(rank), "LOCAL_RANK": str(rank), "CUDA_VISIBLE_DEVICES": ""},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(processes)
    ]
    done = [process.communicate(timeout=240) for process in started]
    assert [process.returncode for process in started] == [0] * processes, done
    return done[0][0]


def test_two_processes_are_one_with_twice_the_batch(tmp_path):
    """One in a process without the launcher, two with it."""
    one, two = tmp_path / "one.safetensors", tmp_path / "two.safetensors"
    with apart(module, "tests.training.two_processes", [str(one), "16"]) as alone:
        code, said, complaints = alone.ended()
    assert (code, said) == (0, "processes 1\n"), complaints
    assert "processes 2" in launched(two, 2, 8)
    alone, shared = load(one), load(two)
    assert alone.step == shared.step == 5
    for a, b in zip(alone.network.parameters(), shared.network.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-5)
