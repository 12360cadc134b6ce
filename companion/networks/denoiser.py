"""A network as a sampler wants it."""

import torch
from torch import Tensor, nn

from companion.diffusion import X0, Parameterization, Prediction, Schedule
from companion.diffusion.samplers import Denoiser


def denoiser(
    network: nn.Module,
    schedule: Schedule,
    parameterization: Parameterization,
    *,
    clip: bool = False,
) -> Denoiser:
    """A function (x_t, t) -> Prediction that asks the network, without gradients.

    network: (x_t, t) -> output, with t (B,).
    parameterization: what it was trained to return.
    clip: cut the predicted x_0 off at -1 and 1, where pixels end, and take the noise that
    goes with it. Who asks for the noise needs this near t = T: there x_0 is the small
    difference of two large numbers, divided by almost nothing.
    The network is in evaluation mode while it is asked, and as it was afterwards.
    """

    def denoise(xt: Tensor, t: int) -> Prediction:
        was_training = network.training
        network.eval()
        with torch.no_grad():
            output = network(xt, torch.full((len(xt),), t, device=xt.device))
        network.train(was_training)
        prediction = parameterization.predict(schedule, output, xt, t, validate_args=False)
        if clip:
            x0 = prediction.x0.clamp(-1, 1)
            return X0.predict(schedule, x0, xt, t, validate_args=False)
        return prediction

    return denoise
