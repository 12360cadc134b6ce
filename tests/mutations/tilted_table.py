"""Mutations of `tilted`, of the variants of guidance, and of shifted schedules."""

from tests.diffusion import tilted_properties as p
from tests.mutations.mutation import Mutation

TILTED = (
    Mutation(
        "exact_denoiser: the noise in the place of the data",
        "data.expected_x0(schedule, xt, t), xt.double(), t)",
        "data.optimal_eps(schedule, xt, t), xt.double(), t)",
        p.the_exact_denoiser_is_the_conditional_expectation,
    ),
    Mutation(
        "exact_denoiser: the nearest peak for the mean",
        "data.expected_x0(schedule, xt, t), xt.double(), t)",
        "data.reverse(schedule, xt, 0, t).means[:, 0], xt.double(), t)",
        p.the_exact_denoiser_is_the_conditional_expectation,
    ),
    Mutation(
        "exact_denoiser: as if x_t were clean",
        "data.expected_x0(schedule, xt, t), xt.double(), t)",
        "xt.double(), xt.double(), t)",
        p.the_exact_denoiser_is_the_conditional_expectation,
    ),
    Mutation(
        "given_class: the weights of the first components",
        "weights = data.weights[parts]",
        "weights = data.weights[: len(parts)]",
        p.a_class_is_its_components,
    ),
    Mutation(
        "given_class: equal weights",
        "Mixture(weights / weights.sum(), data",
        "Mixture(torch.ones_like(weights) / len(weights), data",
        p.a_class_is_its_components,
    ),
    Mutation(
        "given_class: the means of other components",
        "data.means[parts], data.covs[parts])",
        "data.means.flip(0)[parts], data.covs[parts])",
        p.a_class_is_its_components,
    ),
    Mutation(
        "tilted_log_prob: 1 + scale for scale",
        "return log_q + scale * (",
        "return log_q + (1 + scale) * (",
        p.the_tilted_density_is_a_product,
    ),
    Mutation(
        "tilted_log_prob: the density of the class without all data",
        "return log_q + scale * (",
        "return scale * (",
        p.the_guided_noise_is_a_score,
    ),
    Mutation(
        "tilted_log_prob: the largest component for the sum",
        "of_each[..., parts].logsumexp(-1) - log_q)",
        "of_each[..., parts].amax(-1) - log_q)",
        p.the_guided_noise_is_a_score,
    ),
    Mutation(
        "tilted_density: not normalised",
        "return density / torch.trapezoid(density, x.double())",
        "return density",
        p.the_tilted_density_is_a_product,
    ),
    Mutation(
        "tilted_density: the root of it",
        "density = (log_q - log_q.max()).exp()",
        "density = ((log_q - log_q.max()) / 2).exp()",
        p.the_tilted_density_is_a_product,
    ),
    Mutation(
        "tilted_density: the mean for the sum",
        "return density / torch.trapezoid(density, x.double())",
        "return density / density.mean()",
        p.the_tilted_density_is_a_product,
    ),
    Mutation(
        "tilted_icdf: from above",
        "share).reshape(p.shape)",
        "share).flip(0).reshape(p.shape)",
        p.quantiles_of_the_tilted_density_are_scipys,
    ),
    Mutation(
        "tilted_icdf: the density at a scale one less",
        "torch.cumulative_trapezoid(tilted_density(data, y, scale, x), x)",
        "torch.cumulative_trapezoid(tilted_density(data, y, max(scale - 1, 0), x), x)",
        p.quantiles_of_the_tilted_density_are_scipys,
    ),
    Mutation(
        "tilted_icdf: in a row whatever came",
        "share).reshape(p.shape)",
        "share).flatten()",
        p.quantiles_of_the_tilted_density_are_scipys,
    ),
)
VARIANTS = (
    Mutation(
        "interval: without its last time",
        "if first <= t <= last else",
        "if first <= t < last else",
        p.the_interval_calls_one_of_two,
    ),
    Mutation(
        "interval: without its first time",
        "if first <= t <= last else",
        "if first < t <= last else",
        p.the_interval_calls_one_of_two,
    ),
    Mutation(
        "interval: inside out",
        "inside(xt, t) if first <= t <= last else outside(xt, t)",
        "outside(xt, t) if first <= t <= last else inside(xt, t)",
        p.the_interval_calls_one_of_two,
    ),
    Mutation(
        "rescaled: upside down",
        "ratio = cond.std(axes, keepdim=True) / to.std(axes, keepdim=True)",
        "ratio = to.std(axes, keepdim=True) / cond.std(axes, keepdim=True)",
        p.rescaling_brings_the_spread_back,
    ),
    Mutation(
        "rescaled: one spread for the whole batch",
        "axes = tuple(range(1, xt.ndim))",
        "axes = tuple(range(xt.ndim))",
        p.rescaling_brings_the_spread_back,
    ),
    Mutation(
        "rescaled: phi for 1 - phi",
        "(phi * ratio + 1 - phi) * to",
        "((1 - phi) * ratio + phi) * to",
        p.rescaling_brings_the_spread_back,
    ),
    Mutation(
        "rescaled: always x_0",
        "target(schedule, p.x0, p.eps, t)",
        "p.x0",
        p.rescaling_brings_the_spread_back,
    ),
    Mutation(
        "guided: all channels but the last",
        "eps = uncond.eps + scale * (cond.eps - uncond.eps)",
        "eps = uncond.eps + scale * (cond.eps - uncond.eps)\n"
        "        eps = eps.clone()\n"
        "        eps[:, 3:] = uncond.eps[:, 3:]",
        p.every_channel_is_guided,
    ),
    Mutation(
        "guided: from the condition, by the scale",
        "eps = uncond.eps + scale * (cond.eps - uncond.eps)",
        "eps = cond.eps + scale * (cond.eps - uncond.eps)",
        p.negative_words_lead_away,
    ),
    Mutation(
        "guided: x_0 of the conditional one",
        "x0 = uncond.x0 + scale * (cond.x0 - uncond.x0)",
        "x0 = cond.x0",
        p.guided_samples_of_gaussians_have_the_geometric_variance,
    ),
    Mutation(
        "guided: half of the way in x_0",
        "x0 = uncond.x0 + scale * (cond.x0 - uncond.x0)",
        "x0 = uncond.x0 + scale / 2 * (cond.x0 - uncond.x0)",
        p.autoguidance_undoes_a_blur,
    ),
    Mutation(
        "guided: no guidance in x_0 at all",
        "x0 = uncond.x0 + scale * (cond.x0 - uncond.x0)",
        "x0 = cond.x0 + 0 * uncond.x0",
        p.guided_samples_are_not_those_of_the_tilted_density,
    ),
)
SHIFTED = (
    Mutation(
        "shifted: the factor not squared",
        "Schedule(factor**2 * ab / (factor**2 * ab + (1 - ab)))",
        "Schedule(factor * ab / (factor * ab + (1 - ab)))",
        p.a_shifted_schedule_is_that_of_scaled_data,
    ),
    Mutation(
        "shifted: the other way",
        "Schedule(factor**2 * ab / (factor**2 * ab + (1 - ab)))",
        "Schedule(ab / (ab + factor**2 * (1 - ab)))",
        p.a_shifted_schedule_is_that_of_scaled_data,
    ),
    Mutation(
        "shifted: not divided by the width",
        "Schedule(factor**2 * ab / (factor**2 * ab + (1 - ab)))",
        "Schedule(torch.cat([ab[:1], (factor**2 * ab[1:]).clamp(max=0.9999)]))",
        p.a_shifted_schedule_is_that_of_scaled_data,
    ),
    Mutation(
        "time_at_snr: the last time above it",
        "return below[0].item()",
        "return below[0].item() - 1",
        p.the_time_of_a_ratio_is_the_first,
    ),
    Mutation(
        "time_at_snr: a ratio of standard deviations",
        "(schedule.snr <= snr).nonzero()",
        "(sqrt(schedule.snr) <= snr).nonzero()",
        p.the_time_of_a_ratio_is_the_first,
    ),
    Mutation(
        "time_at_snr: the weight of the data for the ratio",
        "(schedule.snr <= snr).nonzero()",
        "(schedule.alpha_bar <= snr).nonzero()",
        p.the_time_of_a_ratio_is_the_first,
    ),
)
