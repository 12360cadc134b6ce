"""Diffusion as mathematics: schedules, forward process, posterior, the exact oracle."""

from companion.diffusion.bounds import bound_at, bound_limit, expected_error
from companion.diffusion.flow import encode, score_from_noise, slerp
from companion.diffusion.forward import marginal, step, transition
from companion.diffusion.gaussian import Gaussian
from companion.diffusion.guidance import guided, inpaint, interval, rescaled
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
    shifted,
    time_at_snr,
    zero_terminal_snr,
)
from companion.diffusion.tilted import (
    exact_denoiser,
    given_class,
    tilted_density,
    tilted_icdf,
    tilted_log_prob,
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
    "exact_denoiser",
    "expected_error",
    "from_alpha_bar",
    "from_betas",
    "given_class",
    "guided",
    "inpaint",
    "interval",
    "kl",
    "leading",
    "linear",
    "marginal",
    "min_snr_weight",
    "posterior",
    "posterior_from_noise",
    "rescaled",
    "sample",
    "scaled_linear",
    "score_from_noise",
    "shifted",
    "simple_loss",
    "slerp",
    "step",
    "tilted_density",
    "tilted_icdf",
    "tilted_log_prob",
    "time_at_snr",
    "trailing",
    "trajectory",
    "transition",
    "x0_from_noise",
    "zero_terminal_snr",
]
