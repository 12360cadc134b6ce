"""A network as a sampler wants it."""

import torch
from torch import Tensor, nn

from companion.diffusion import Parameterization, Prediction, Schedule
from companion.diffusion.samplers import Denoiser


def denoiser(
    network: nn.Module, schedule: Schedule, asked: Parameterization
) -> Denoiser:
    """A function (x_t, t) -> Prediction that asks the network, without gradients.

    network: (x_t, t) -> output, with t (B,).   asked: what it was trained to return.
    The network is in evaluation mode while it is asked, and as it was afterwards.
    """

    def denoise(xt: Tensor, t: int) -> Prediction:
        was_training = network.training
        network.eval()
        with torch.no_grad():
            output = network(xt, torch.full((len(xt),), t, device=xt.device))
        network.train(was_training)
        return asked.predict(schedule, output, xt, t)

    return denoise
