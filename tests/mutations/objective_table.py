"""Mutations of `companion.diffusion.objectives`."""

from tests.diffusion import objective_properties as p
from tests.mutations.mutation import Mutation

KL = "terms = (log(p.var / q.var) + (q.var + distance**2) / p.var - 1) / 2"

OBJECTIVES = (
    Mutation(
        "kl: the two swapped in the logarithm",
        KL,
        KL.replace("p.var / q.var", "q.var / p.var"),
        p.kl_is_that_of_torch,
    ),
    Mutation("kl: not halved", KL, KL.removesuffix(" / 2"), p.kl_is_that_of_torch),
    Mutation(
        "kl: the variance of q left out",
        KL,
        KL.replace("(q.var + distance**2)", "distance**2"),
        p.kl_is_that_of_torch,
    ),
    Mutation(
        "kl: one variance counted once for all coordinates",
        "return terms.expand(q.mean.shape).reshape(len(q.mean), -1).sum(dim=1)",
        "return terms.reshape(len(q.mean), -1).mean(dim=1)",
        p.a_term_of_the_bound_is_a_weighted_error,
    ),
    Mutation(
        "simple_loss: a sum",
        ".mean(dim=1)",
        ".sum(dim=1)",
        p.simple_loss_is_the_mean_square_of_each_item,
    ),
    Mutation(
        "simple_loss: signed differences, not squared",
        "(output - target).square()",
        "(output - target)",
        p.simple_loss_is_the_mean_square_of_each_item,
    ),
    Mutation(
        "simple_loss: the whole batch",
        "reshape(len(output), -1).mean(dim=1)",
        "mean().expand(len(output))",
        p.simple_loss_is_the_mean_square_of_each_item,
    ),
    Mutation(
        "bound_weight: s and t swapped",
        "(ab_s / (1 - ab_s) - ab_t / (1 - ab_t)) / 2",
        "(ab_t / (1 - ab_t) - ab_s / (1 - ab_s)) / 2",
        p.a_term_of_the_bound_is_a_weighted_error,
    ),
    Mutation(
        "bound_weight: not halved",
        "(ab_s / (1 - ab_s) - ab_t / (1 - ab_t)) / 2",
        "ab_s / (1 - ab_s) - ab_t / (1 - ab_t)",
        p.a_term_of_the_bound_is_a_weighted_error,
    ),
    Mutation(
        "bound_weight: roots of the SNR",
        "(ab_s / (1 - ab_s) - ab_t / (1 - ab_t)) / 2",
        "((ab_s / (1 - ab_s)) ** 0.5 - (ab_t / (1 - ab_t)) ** 0.5) / 2",
        p.a_term_of_the_bound_is_a_weighted_error,
    ),
    Mutation(
        "min_snr_weight: max for min",
        ".clamp(max=gamma)",
        ".clamp(min=gamma)",
        p.min_snr_cuts_the_weight_off,
    ),
    Mutation(
        "min_snr_weight: noise to signal",
        "(ab_t / (1 - ab_t)).clamp",
        "((1 - ab_t) / ab_t).clamp",
        p.min_snr_cuts_the_weight_off,
    ),
    Mutation(
        "min_snr_weight: not cut off",
        ".clamp(max=gamma)",
        "",
        p.min_snr_cuts_the_weight_off,
    ),
    Mutation(
        "bound: the truth in place of the guess",
        "posterior(schedule, xt, x0_hat, t - 1, t, ",
        "posterior(schedule, xt, x0, t - 1, t, ",
        p.the_bound_is_above_the_truth_and_comes_down_to_it,
    ),
    Mutation(
        "bound: a step of the noise left out",
        "for t in range(schedule.T, 0, -1):",
        "for t in range(schedule.T - 1, 0, -1):",
        p.the_terms_are_where_they_say,
    ),
    Mutation(
        "bound: the terms in reverse",
        "torch.stack(terms[::-1])",
        "torch.stack(terms)",
        p.the_terms_are_where_they_say,
    ),
    Mutation(
        "bound: a likelihood in place of its negative",
        "terms.append(-Gaussian(x0_hat",
        "terms.append(Gaussian(x0_hat",
        p.the_terms_are_where_they_say,
    ),
    Mutation(
        "bits_per_dim: as many steps as levels",
        "1 << 16) - 1) / 2)",
        "1 << 16)) / 2)",
        p.bits_are_nats_over_log_2_and_numbers,
    ),
    Mutation(
        "bits_per_dim: the step of a range of 1",
        "1 << 16) - 1) / 2)",
        "1 << 16) - 1))",
        p.bits_are_nats_over_log_2_and_numbers,
    ),
    Mutation(
        "bits_per_dim: nats for bits",
        "math.log(2)",
        "1.0",
        p.bits_are_nats_over_log_2_and_numbers,
    ),
    Mutation(
        "bits_per_dim: the batch counted as numbers",
        "x0[0].numel()",
        "x0.numel()",
        p.bits_are_nats_over_log_2_and_numbers,
    ),
    Mutation(
        "bits_per_dim: an image counted as one",
        "x0[0].numel()",
        "len(x0[0])",
        p.bits_are_nats_over_log_2_and_numbers,
    ),
)
# The relation of the three losses is broken where the velocity is.
RELATIONS = (
    Mutation(
        "V: the noise alone",
        "return mix(sqrt_ab, eps, -sqrt_1m_ab, x0)",
        "return sqrt_ab * eps",
        p.the_three_losses_differ_by_powers_of_snr,
    ),
)
