"""Diffusion as mathematics: schedules, forward process, posterior, the exact oracle."""

from companion.diffusion.bounds import bound_at, bound_limit, expected_error
from companion.diffusion.flow import encode, score_from_noise, slerp
from companion.diffusion.forward import marginal, step, transition
from companion.diffusion.gaussian import Gaussian
from companion.diffusion.guidance import guided, inpaint
from companion.diffusion.mixture import Mixture
from companion.diffusion.objectives import (
    bits_per_dim,
    bound,
    bound_weight,
    kl,
    min_snr_weight,
    simple_loss,
)
from companion.diffusion.parameterization import (
    EPS,
    X0,
    Parameterization,
    Prediction,
    V,
)
from companion.diffusion.posterior import posterior, posterior_from_noise, x0_from_noise
from companion.diffusion.samplers import (
    State,
    ancestral,
    ddim,
    dpm_solver,
    leading,
    sample,
    trailing,
    trajectory,
)
from companion.diffusion.schedule import NeverReachesNoise, Schedule
from companion.diffusion.schedules import (
    cosine,
    from_alpha_bar,
    from_betas,
    linear,
    scaled_linear,
    zero_terminal_snr,
)

__all__ = [
    "EPS",
    "Gaussian",
    "Mixture",
    "NeverReachesNoise",
    "Parameterization",
    "Prediction",
    "Schedule",
    "State",
    "V",
    "X0",
    "ancestral",
    "bits_per_dim",
    "bound",
    "bound_at",
    "bound_limit",
    "bound_weight",
    "cosine",
    "ddim",
    "dpm_solver",
    "encode",
    "expected_error",
    "from_alpha_bar",
    "from_betas",
    "guided",
    "inpaint",
    "kl",
    "leading",
    "linear",
    "marginal",
    "min_snr_weight",
    "posterior",
    "posterior_from_noise",
    "sample",
    "scaled_linear",
    "score_from_noise",
    "simple_loss",
    "slerp",
    "step",
    "trailing",
    "trajectory",
    "transition",
    "x0_from_noise",
    "zero_terminal_snr",
]
