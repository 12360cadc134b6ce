"""Mutations of `gaussian`, `forward` and `posterior` in `companion.diffusion`."""

from tests.diffusion import gaussian_properties as g
from tests.mutations.mutation import Mutation

# The variance stands in two functions: with the line before it, it is found once.
WEIGHT = "    weight_xt = sqrt(alpha) * (1 - ab_s) / (1 - ab_t)\n"
DOOR = (
    '    check_both("x0", x0, "xt", xt, values=validate_args)\n'
    "    ab_s, ab_t = schedule.pair(s, t, xt)\n"
)
VARIANCE = "    var = (1 - ab_s) / (1 - ab_t) * (1 - alpha)\n"

GAUSSIAN = (
    Mutation(
        "std: root dropped (the article's 1-14)",
        "return sqrt(self.var)",
        "return self.var",
        g.draw_scales_noise_by_the_root,
    ),
    Mutation(
        "sample: the noise not scaled",
        "scaled(self.std, like(self.mean, eps))",
        "like(self.mean, eps)",
        g.draw_scales_noise_by_the_root,
    ),
    Mutation(
        "sample: noise subtracted",
        "return self.mean + scaled",
        "return self.mean - scaled",
        g.draw_scales_noise_by_the_root,
    ),
    Mutation(
        "sample: uniform noise",
        "eps = torch.randn(\n",
        "eps = torch.rand(\n",
        g.draws_have_the_moments,
    ),
    Mutation(
        "sample: the generator unused",
        "                generator=generator,\n",
        "                generator=None if generator is None else torch.Generator(),\n",
        g.draws_come_from_the_generator,
    ),
    Mutation(
        "log_prob: the normaliser without its 2 pi",
        "log(2 * pi * self.var)",
        "log(self.var)",
        g.density_is_the_normal_one,
    ),
    Mutation(
        "log_prob: divided by the standard deviation",
        "(x - mean) ** 2 / self.var",
        "(x - mean) ** 2 / self.std",
        g.density_is_the_normal_one,
    ),
    Mutation(
        "log_prob: one half lost",
        "(x - mean) ** 2 / self.var) / 2",
        "(x - mean) ** 2 / self.var)",
        g.density_is_the_normal_one,
    ),
)

FORWARD = (
    Mutation(
        "step: root dropped",
        "mean = scaled(sqrt(1 - beta_t), ",
        "mean = scaled(1 - beta_t, ",
        g.step_is_1_1,
    ),
    Mutation(
        "step: the standard deviation for the variance",
        "return Gaussian(mean, beta_t)",
        "return Gaussian(mean, sqrt(beta_t))",
        g.step_is_1_1,
    ),
    Mutation(
        "step: alpha_bar for alpha",
        "beta_t = 1 - ab_t / ab_previous",
        "beta_t = 1 - ab_t",
        g.step_is_1_1,
    ),
    Mutation(
        "step: one step too many",
        "schedule.pair(t - 1, t, x_previous)",
        "schedule.pair((t - 1) // 2, t, x_previous)",
        g.step_is_1_1,
    ),
    Mutation(
        "marginal: root dropped",
        "mean = scaled(sqrt(ab_t), x0)",
        "mean = scaled(ab_t, x0)",
        g.marginal_is_1_5,
    ),
    Mutation(
        "marginal: the noise of 1 - sqrt(alpha_bar)",
        "return Gaussian(mean, 1 - ab_t, ",
        "return Gaussian(mean, (1 - sqrt(ab_t)) ** 2, ",
        g.marginal_is_1_5,
    ),
    Mutation(
        "marginal: one index early",
        "ab_t = schedule.at(t, x0)",
        "ab_t = schedule.pair(t - 1, t, x0)[0]",
        g.marginal_is_1_5,
    ),
    Mutation(
        "transition: alpha_bar for alpha",
        "    alpha = ab_t / ab_s\n",
        "    alpha = ab_t\n",
        g.transition_is_the_steps_one_after_another,
    ),
    Mutation(
        "transition: s and t swapped",
        "ab_s, ab_t = schedule.pair(s, t, xs)",
        "ab_t, ab_s = schedule.pair(s, t, xs)",
        g.transition_is_the_steps_one_after_another,
    ),
    Mutation(
        "transition: the difference of the marginal variances",
        "return Gaussian(mean, 1 - alpha, ",
        "return Gaussian(mean, ab_s - ab_t, ",
        g.transition_is_the_steps_one_after_another,
    ),
)

POSTERIOR = (
    Mutation(
        "posterior: beta under the root (the article's 1-11)",
        "weight_x0 = sqrt(ab_s) * (1 - alpha) / (1 - ab_t)",
        "weight_x0 = sqrt(ab_s * (1 - alpha)) / (1 - ab_t)",
        g.posterior_is_the_joint_conditioned,
    ),
    Mutation(
        "posterior: root of alpha_bar_s dropped",
        "weight_x0 = sqrt(ab_s) *",
        "weight_x0 = ab_s *",
        g.posterior_is_the_joint_conditioned,
    ),
    Mutation(
        "posterior: (1 - alpha_bar_s) missing",
        "weight_xt = sqrt(alpha) * (1 - ab_s) / (1 - ab_t)",
        "weight_xt = sqrt(alpha) / (1 - ab_t)",
        g.posterior_is_the_joint_conditioned,
    ),
    Mutation(
        "posterior: alpha_bar for alpha",
        "weight_xt = sqrt(alpha) *",
        "weight_xt = sqrt(ab_t) *",
        g.posterior_is_the_joint_conditioned,
    ),
    Mutation(
        "posterior: s and t swapped in the weights",
        "mix(weight_x0, x0, weight_xt, xt)",
        "mix(weight_xt, x0, weight_x0, xt)",
        g.posterior_is_the_joint_conditioned,
    ),
    Mutation(
        "posterior: the variance beta, not beta tilde",
        WEIGHT + VARIANCE,
        WEIGHT + "    var = 1 - alpha\n",
        g.posterior_is_the_joint_conditioned,
    ),
    Mutation(
        "posterior: the variance upside down",
        WEIGHT + VARIANCE,
        WEIGHT + "    var = (1 - ab_t) / (1 - ab_s) * (1 - alpha)\n",
        g.posterior_is_the_joint_conditioned,
    ),
    Mutation(
        "posterior: a variance clipped away from 0, as others do",
        WEIGHT + VARIANCE,
        WEIGHT + VARIANCE + "    var = var.clamp(min=1e-20)\n",
        g.posterior_ends_at_clean_data,
    ),
    Mutation(
        "posterior: at s = 0 one step short",
        DOOR,
        DOOR + "    ab_s = ab_s.clamp(max=0.9999)\n",
        g.posterior_ends_at_clean_data,
    ),
    Mutation(
        "posterior: the times of the first item for all",
        DOOR,
        DOOR + "    ab_s, ab_t = ab_s[:1], ab_t[:1]\n",
        g.batched_times_are_the_items_apart,
    ),
    Mutation(
        "posterior_from_noise: root dropped",
        "weight_eps = (1 - alpha) / sqrt(1 - ab_t)",
        "weight_eps = (1 - alpha) / (1 - ab_t)",
        g.posterior_from_noise_is_the_posterior,
    ),
    Mutation(
        "posterior_from_noise: sqrt(beta) for beta",
        "weight_eps = (1 - alpha) / sqrt(1 - ab_t)",
        "weight_eps = sqrt(1 - alpha) / sqrt(1 - ab_t)",
        g.posterior_from_noise_is_the_posterior,
    ),
    Mutation(
        "posterior_from_noise: not divided by sqrt(alpha)",
        ", over=sqrt(alpha))",
        ")",
        g.posterior_from_noise_is_the_posterior,
    ),
    Mutation(
        "posterior_from_noise: divided by sqrt(alpha_bar_t)",
        ", over=sqrt(alpha))",
        ", over=sqrt(ab_t))",
        g.posterior_from_noise_is_the_posterior,
    ),
    Mutation(
        "x0_from_noise: root dropped",
        "mix(1, xt, -sqrt(1 - ab_t), eps",
        "mix(1, xt, -(1 - ab_t), eps",
        g.x0_comes_back_from_the_noise,
    ),
    Mutation(
        "x0_from_noise: root of alpha_bar dropped",
        ", over=sqrt(ab_t))",
        ", over=ab_t)",
        g.x0_comes_back_from_the_noise,
    ),
    Mutation(
        "x0_from_noise: noise added",
        "mix(1, xt, -sqrt(1 - ab_t), eps",
        "mix(1, xt, sqrt(1 - ab_t), eps",
        g.x0_comes_back_from_the_noise,
    ),
)

PRECISION = (
    Mutation(
        "mix: the second number not weighted",
        "+ scaled(b, y)",
        "+ y",
        g.posterior_is_the_joint_conditioned,
    ),
    Mutation(
        "mix: not divided",
        "total if over is None else total / like(total, over)",
        "total",
        g.x0_comes_back_from_the_noise,
    ),
    Mutation(
        "mix: the first number not weighted",
        "(x if isinstance(a, int) else scaled(a, x))",
        "x",
        g.posterior_is_the_joint_conditioned,
    ),
)

FORMULAS = (
    *(("precision", row) for row in PRECISION),
    *(("gaussian", row) for row in GAUSSIAN),
    *(("forward", row) for row in FORWARD),
    *(("posterior", row) for row in POSTERIOR),
)
