"""To and from the diffusers library, which counts time from 0: its k is our t - 1.

Nothing here is imported from it before a function is called; it is no requirement.
"""

from functools import cache

import torch
from torch import Tensor, nn

from companion.checks import check_count
from companion.diffusion import (
    EPS,
    X0,
    Parameterization,
    Schedule,
    V,
    cosine,
    from_betas,
    linear,
    scaled_linear,
    zero_terminal_snr,
)
from companion.networks.shapes import check_unconditional
from companion.networks.unet import UNet

PREDICTION_TYPES = {"epsilon": EPS, "sample": X0, "v_prediction": V}
SCHEDULES = {
    "linear": linear,
    "scaled_linear": scaled_linear,
    "squaredcos_cap_v2": lambda T, beta_1, beta_T: cosine(T),
}


class FromDiffusers(nn.Module):
    """Their UNet as ours: a network from (x_t, t), t in 1..T, to an image."""

    def __init__(self, unet: nn.Module) -> None:
        super().__init__()
        self.unet = unet

    def forward(self, xt: Tensor, t: Tensor, cond: None = None) -> Tensor:
        """What their network says of x_t.

        Args:
            xt: (B, C, H, W).
            t: (B,), from 1.
            cond: None; the network has no conditions.

        Returns:
            (B, C, H, W).

        Raises:
            ValueError: for a condition.
        """
        check_unconditional(cond)
        return self.unet(xt, t - 1).sample


def from_diffusers(
    unet: nn.Module, scheduler: object
) -> tuple[nn.Module, Schedule, Parameterization]:
    """What `denoiser` takes, from a UNet of theirs and the scheduler that it goes with.

    Args:
        unet: a `UNet2DModel`, without a condition.
        scheduler: any of theirs that goes by betas (`DDPMScheduler`, `DDIMScheduler`, ...).
            What it says of sampling (spacing, clipping, variance) is ours to choose.

    Returns:
        The network, with the weights of `unet` themselves and no copy of them; the
        schedule, in float64; and what the network was trained to return.

    Raises:
        ValueError: for a UNet with a condition or a learned variance; for a scheduler
            without betas, of another kind of betas or of another prediction; and where
            the levels it holds are not those of its settings.
    """
    asked = getattr(unet, "config", {})
    for name in ("cross_attention_dim", "class_embed_type", "num_class_embeds"):
        if asked.get(name) is not None:
            raise ValueError(f"unet: got {name} = {asked[name]}, expected one without a condition")
    channels, out = asked.get("in_channels"), asked.get("out_channels")
    if channels is None or channels != out:
        raise ValueError(
            f"unet: got {channels} channels in and {out} out, expected as many: "
            "a learned variance or a second image is not for our samplers"
        )
    said = getattr(scheduler, "config", {})
    prediction = said.get("prediction_type", "epsilon")
    if prediction not in PREDICTION_TYPES:
        raise ValueError(
            f"scheduler: got prediction_type {prediction!r}, expected one of "
            f"{', '.join(PREDICTION_TYPES)}"
        )
    return FromDiffusers(unet), _schedule(scheduler, said), PREDICTION_TYPES[prediction]


def to_diffusers(
    network: UNet,
    schedule: Schedule,
    parameterization: Parameterization,
    size: int,
    *,
    clip: bool = False,
) -> tuple[nn.Module, object]:
    """A model and a scheduler of theirs: `DDIMPipeline(*to_diffusers(...))` draws images.

    The pipeline is saved by its `save_pretrained` and loaded by `from_pretrained`, as any
    other. To load it, `import companion.networks` first, for the network is ours (which
    they remark on: "expected types"). The pipeline's timesteps are ours ("trailing"), where
    their number divides T.

    Args:
        network: of the book's `UNet`; the model shares its weights.
        schedule: any one; it is kept as `trained_betas`, in float32.
        parameterization: `EPS`, `X0` or `V`.
        size: the side of an image, in pixels, which the pipeline asks for.
        clip: whether a guess of x_0 is cut off at -1 and 1. For their DDIM to take the noise
            that goes with it, as `denoiser(..., clip=True)` does, the pipeline has to be
            called with `use_clipped_model_output=True`.

    Returns:
        The model, from (x_t, k) with k = t - 1, and a `DDPMScheduler`.

    Raises:
        ValueError: for another network or parameterization, a size that is no count, and
            for `EPS` where alpha_bar_T = 0, which they divide by.
        ImportError: without diffusers.
    """
    if not isinstance(network, UNet):
        raise ValueError(f"network: got {type(network).__name__}, expected a UNet")
    names = [name for name, p in PREDICTION_TYPES.items() if p is parameterization]
    if not names:
        raise ValueError(f"parameterization: got {parameterization!r}, expected EPS, X0 or V")
    if parameterization is EPS and schedule.alpha_bar[-1] == 0:
        raise ValueError(
            "parameterization: got EPS with alpha_bar_T = 0, expected X0 or V: "
            "pure noise says nothing of x_0"
        )
    size = check_count("size", size, 1, 1 << 16)
    C = network.channels
    model = _model_class()(size, in_channels=C, out_channels=C, **network.sizes)
    model.network = network
    scheduler = _diffusers().DDPMScheduler(
        num_train_timesteps=schedule.T,
        trained_betas=schedule.beta[1:].tolist(),
        prediction_type=names[0],
        clip_sample=clip,
        timestep_spacing="trailing",
    )
    return model, scheduler


def _schedule(scheduler: object, said: dict) -> Schedule:
    kind, betas = said.get("beta_schedule"), said.get("trained_betas")
    if "num_train_timesteps" not in said or (betas is None and kind not in SCHEDULES):
        raise ValueError(
            f"scheduler: got {type(scheduler).__name__} with beta_schedule {kind!r}, expected "
            f"trained_betas or one of {', '.join(SCHEDULES)}"
        )
    if betas is not None:
        schedule = from_betas(torch.as_tensor(betas, dtype=torch.float64))
    else:
        T = said["num_train_timesteps"]
        schedule = SCHEDULES[kind](T, said["beta_start"], said["beta_end"])
    if said.get("rescale_betas_zero_snr"):
        schedule = zero_terminal_snr(schedule)
    theirs = getattr(scheduler, "alphas_cumprod", None)
    if theirs is None:
        raise ValueError(
            f"scheduler: got {type(scheduler).__name__} without alphas_cumprod, expected one "
            "that goes by betas"
        )
    ours = schedule.alpha_bar[1:]  # entry k of theirs is entry t = k + 1 of ours
    theirs = theirs.detach().to("cpu", torch.float64)
    if theirs.shape != ours.shape or not torch.allclose(theirs, ours, rtol=1e-3, atol=1e-6):
        raise ValueError(
            "scheduler: got alphas_cumprod that do not follow from its config, expected those "
            "of its betas"
        )
    return schedule


def _diffusers() -> object:
    try:
        import diffusers
    except ImportError:
        raise ImportError(
            "to_diffusers needs diffusers, which is not installed: pip install diffusers"
        ) from None
    return diffusers


@cache
def _model_class() -> type:
    """Our UNet as one of their models; made when it is asked for, as it inherits theirs."""
    theirs = _diffusers()
    from diffusers.configuration_utils import register_to_config
    from diffusers.models.unets.unet_2d import UNet2DOutput

    class CompanionUNet(theirs.ModelMixin, theirs.ConfigMixin):
        """The book's UNet, from (x_t, k) with k = t - 1, to be saved and loaded by them."""

        @register_to_config
        def __init__(
            self,
            sample_size: int,
            in_channels: int,
            out_channels: int,
            width: int,
            multipliers: list[int],
            blocks: int,
            attention: list[int],
        ) -> None:
            super().__init__()
            self.network = UNet(in_channels, width, multipliers, blocks, attention)

        def forward(
            self, sample: Tensor, timestep: Tensor | int, return_dict: bool = True
        ) -> UNet2DOutput | tuple[Tensor]:
            """What our network says of x_t, as they ask it.

            Args:
                sample: (B, C, H, W).
                timestep: k, from 0: one number, or (B,).
                return_dict: whether as their output, or as a tuple of one tensor.

            Returns:
                (B, C, H, W), in one of the two.
            """
            t = torch.as_tensor(timestep, device=sample.device) + 1  # here, and nowhere else
            output = self.network(sample, t.expand(len(sample)))
            return UNet2DOutput(output) if return_dict else (output,)

    CompanionUNet.__module__, CompanionUNet.__qualname__ = __name__, "CompanionUNet"
    return CompanionUNet


def __getattr__(name: str) -> type:
    """What their `from_pretrained` looks for here: our model, and which of theirs it is."""
    if name == "CompanionUNet":
        return _model_class()
    if name == "ModelMixin":
        return _diffusers().ModelMixin
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
