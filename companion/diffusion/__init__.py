"""Diffusion as mathematics: schedules, forward process, posterior, the exact oracle."""

from companion.diffusion.forward import marginal, step, transition
from companion.diffusion.gaussian import Gaussian
from companion.diffusion.mixture import Mixture
from companion.diffusion.posterior import posterior, posterior_from_noise, x0_from_noise
from companion.diffusion.schedules import (
    NeverReachesNoise,
    Schedule,
    cosine,
    from_alpha_bar,
    from_betas,
    linear,
    scaled_linear,
    zero_terminal_snr,
)

__all__ = [
    "Gaussian",
    "Mixture",
    "NeverReachesNoise",
    "Schedule",
    "cosine",
    "from_alpha_bar",
    "from_betas",
    "linear",
    "marginal",
    "posterior",
    "posterior_from_noise",
    "scaled_linear",
    "step",
    "transition",
    "x0_from_noise",
    "zero_terminal_snr",
]
