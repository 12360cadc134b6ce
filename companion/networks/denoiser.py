"""A network as a sampler wants it."""

from functools import partial

import torch
from torch import Tensor, nn

from companion.checks import check_data
from companion.diffusion import X0, Parameterization, Prediction, Schedule
from companion.diffusion.samplers import Denoiser


def denoiser(
    network: nn.Module,
    schedule: Schedule,
    parameterization: Parameterization,
    *,
    cond: object = None,
    clip: bool = False,
) -> Denoiser:
    """A function (x_t, t) -> Prediction that asks the network, without gradients.

    The network is in evaluation mode while it is asked, and as it was afterwards.

    Args:
        network: (x_t, t, cond) -> output, with t (B,); one without conditions is asked
            as (x_t, t).
        schedule: that it was trained with.
        parameterization: what it was trained to return.
        cond: the condition of every image that is drawn, in the form that the network
            takes; None for none. A network without conditions refuses another.
        clip: cut the predicted x_0 off at -1 and 1, where pixels end, and take the noise
            that goes with it. A network that predicts the noise needs this near t = T:
            there x_0 is the small difference of two large numbers, divided by almost
            nothing.

    Returns:
        The denoiser. It raises ValueError for an x_t that is no finite data, and what the
        network raises for its shape and for `cond`.
    """
    model = network if cond is None else partial(network, cond=cond)

    def denoise(xt: Tensor, t: int) -> Prediction:
        check_data("xt", xt)
        was_training = network.training
        network.eval()
        try:
            with torch.no_grad():
                output = model(xt, torch.full((len(xt),), t, device=xt.device))
        finally:
            network.train(was_training)
        prediction = parameterization.predict(schedule, output, xt, t, validate_args=False)
        if clip:
            x0 = prediction.x0.clamp(-1, 1)
            return X0.predict(schedule, x0, xt, t, validate_args=False)
        return prediction

    return denoise
