"""Autoencoders in two processes that really are two: the wires, beside the properties."""

import socket
from contextlib import ExitStack
from unittest.mock import patch

import torch
from safetensors.torch import load_file

from companion.diffusion import Gaussian
from tests.autoencoder import accelerator_properties as p
from tests.autoencoder.runs import LIBRARY, start, train
from tests.training.processes import apart, module_in

TWO = "tests.autoencoder.two_processes"


def both(folder):
    """Runs the module in two processes; what each of them printed."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    told = {"WORLD_SIZE": 2, "LOCAL_WORLD_SIZE": 2, "MASTER_ADDR": "127.0.0.1"}
    told |= {"OMP_NUM_THREADS": 1, "CUDA_VISIBLE_DEVICES": ""}
    told |= {"MASTER_PORT": port, "ACCELERATE_USE_CPU": "true"}
    with ExitStack() as stack:
        ranks = [told | {"RANK": n, "LOCAL_RANK": n} for n in range(2)]
        started = [
            stack.enter_context(apart(module_in, rank, TWO, [str(folder)])) for rank in ranks
        ]
        done = [one.ended() for one in started]
    assert [code for code, _, _ in done] == [0, 0], done
    return [printed for _, printed, _ in done]


def test_two_processes_learn_one_network(tmp_path):
    printed = both(tmp_path)
    for words in printed:
        assert words.count("accelerator: got 2 processes, expected 1 with VQ") == 1, printed
    found = {file.stem: load_file(file) for file in tmp_path.iterdir()}
    assert len(found) == 6
    for name in ("alone", "judged", "refused"):
        one, other = found[f"{name}-0"], found[f"{name}-1"]
        assert one.keys() == other.keys()
        assert all(torch.equal(one[key], other[key]) for key in one), name
    whole = start(LIBRARY, **p.ALONE)
    with patch.object(Gaussian, "sample", p.interleaved):
        train(LIBRARY, whole)
    for key, value in whole.network.state_dict().items():
        torch.testing.assert_close(found["alone-0"][f"network.{key}"], value, rtol=1e-3, atol=1e-5)
    fresh = start(LIBRARY).networks["discriminator"].state_dict()
    assert not torch.equal(
        found["judged-0"]["discriminator.layers.0.weight"], fresh["layers.0.weight"]
    )
