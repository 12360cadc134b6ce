"""Run in several processes by `test_two_processes`: trains, and says what it has learned."""

import sys
from pathlib import Path

import torch
from accelerate import Accelerator
from safetensors.torch import save_file

from tests.autoencoder.accelerator_properties import ALONE
from tests.autoencoder.runs import LIBRARY, images, start


def main() -> None:
    torch.set_num_threads(1)
    folder, accelerator = Path(sys.argv[1]), Accelerator(cpu=True)
    for name, changes in (
        ("alone", ALONE | {"batch_size": 4}),
        ("judged", {"disc_start": 2, "alternate_updates": True}),
        ("refused", {"bottleneck_type": "vq"}),
    ):
        session = start(LIBRARY, **changes)
        try:
            for _ in LIBRARY.train(session, images(), accelerator):
                pass
        except ValueError as error:
            print(error)
        learned = {
            f"{player}.{key}": value.contiguous()
            for player, network in session.networks.items()
            for key, value in network.state_dict().items()
        }
        save_file(learned, folder / f"{name}-{accelerator.process_index}.safetensors")


if __name__ == "__main__":
    main()
