"""The same recipe under `accelerate launch` on two CPU processes: the same weights.

On CPUs `accelerate launch` starts one process and leaves it to MPI to start more. So it is told
which of how many it starts, as on several machines.
"""

import os
import socket
import subprocess
import sys
from pathlib import Path

import torch

from companion.tasks import load
from tests.training.processes import apart, module, module_in

TWO = "tests.training.two_processes"
SCRIPT = Path(__file__).with_name("two_processes.py")
LAUNCH = [sys.executable, "-m", "accelerate.commands.launch", "--cpu"]
ONE_EACH = ["--num_processes", "1", "--num_machines", "1", "--mixed_precision", "no"]
ONE_EACH += ["--dynamo_backend", "no", "--num_cpu_threads_per_process", "1"]


def launched(path: Path, batch: int) -> str:
    """What the first of two processes printed.

    It is begun by the launcher. The second is told what the launcher would tell it, and is a copy.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    told = {"WORLD_SIZE": 2, "LOCAL_WORLD_SIZE": 2, "MASTER_ADDR": "127.0.0.1"}
    told |= {"MASTER_PORT": port, "OMP_NUM_THREADS": 1, "CUDA_VISIBLE_DEVICES": ""}
    first = subprocess.Popen(
        [*LAUNCH, *ONE_EACH, str(SCRIPT), str(path), str(batch)],
        env=os.environ | {k: str(v) for k, v in (told | {"RANK": 0, "LOCAL_RANK": 0}).items()},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    told |= {"RANK": 1, "LOCAL_RANK": 1, "ACCELERATE_USE_CPU": "true"}
    with apart(module_in, told, TWO, [str(path), str(batch)]) as other:
        try:
            done = first.communicate(timeout=240)
        finally:
            first.kill()
        assert (first.returncode, *other.ended()[:2]) == (0, 0, ""), done
    return done[0]


def test_two_processes_are_one_with_twice_the_batch(tmp_path):
    """One in a process without the launcher, two with it."""
    one, two = tmp_path / "one.safetensors", tmp_path / "two.safetensors"
    with apart(module, TWO, [str(one), "16"]) as alone:
        code, said, complaints = alone.ended()
    assert (code, said) == (0, "processes 1\n"), complaints
    assert "processes 2" in launched(two, 8)
    alone, shared = load(one), load(two)
    assert alone.step == shared.step == 5
    for a, b in zip(alone.network.parameters(), shared.network.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-5)
