"""Where to run: the one place that chooses."""

import torch


def best_device() -> torch.device:
    """A CUDA device if there is one, else Apple's, else the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")
