"""Mutations of `companion.diffusion.bounds`."""

from tests.diffusion import bound_properties as p
from tests.mutations.mutation import Mutation

LIMIT = "return (high - low) / 4 * (h * log_snr.exp() * error).sum()"
SUM = "(of_each * data.weights).sum(dim=-1)"

BOUNDS = (
    Mutation(
        "bound_at: the factor T left out",
        "return schedule.T * (terms",
        "return (terms",
        p.random_times_estimate_the_sum,
    ),
    Mutation(
        "bound_at: the weight of the next time",
        "_weights(schedule, var_0)[t - 1]",
        "_weights(schedule, var_0)[t % schedule.T]",
        p.pixels_are_added_up,
    ),
    Mutation(
        "bound_at: the mean over the pixels",
        "reshape(len(wrong), -1).sum(dim=1)",
        "reshape(len(wrong), -1).mean(dim=1)",
        p.pixels_are_added_up,
    ),
    Mutation(
        "bound_at: the last step's constant at every time",
        "last_step * (t == 1).double()",
        "last_step",
        p.pixels_are_added_up,
    ),
    Mutation(
        "expected_error: components that count alike",
        SUM,
        "of_each.mean(dim=-1)",
        p.the_error_of_the_best_guess_is_that_of_scipy,
    ),
    Mutation(
        "expected_error: variances for standard deviations",
        "expand(*at_t.means.shape).sqrt()",
        "expand(*at_t.means.shape)",
        p.the_error_of_the_best_guess_is_that_of_scipy,
    ),
    Mutation(
        "expected_error: nodes that count alike",
        "(variance * h / h.sum()).sum(dim=-1)",
        "variance.mean(dim=-1)",
        p.finer_steps_come_down_on_the_limit_and_the_limit_on_the_truth,
    ),
    Mutation(
        "bound_limit: not halved",
        LIMIT,
        LIMIT.replace("/ 4", "/ 2"),
        p.finer_steps_come_down_on_the_limit_and_the_limit_on_the_truth,
    ),
    Mutation(
        "bound_limit: over the logarithm without the SNR",
        LIMIT,
        LIMIT.replace("log_snr.exp() * ", ""),
        p.finer_steps_come_down_on_the_limit_and_the_limit_on_the_truth,
    ),
    Mutation(
        "bound_limit: the errors in reverse",
        "[1:-1].flip(0)",
        "[1:-1]",
        p.finer_steps_come_down_on_the_limit_and_the_limit_on_the_truth,
    ),
)
