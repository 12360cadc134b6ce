"""Mutations of `companion.diffusion` at its edges: draws, defaults, and what is kept."""

from tests.diffusion import edge_properties as p
from tests.mutations.mutation import Mutation

EDGES = (
    (
        "gaussian",
        Mutation(
            "draw: one noise for the whole batch",
            "                self.mean.shape,\n                generator",
            "                self.mean.shape[1:],\n                generator",
            p.each_item_has_its_own_noise,
        ),
    ),
    (
        "objectives",
        Mutation(
            "simple_loss: output and target added",
            "(output - target).square()",
            "(output + target).square()",
            p.the_simple_loss_is_of_the_difference,
        ),
    ),
    (
        "objectives",
        Mutation(
            "min_snr_weight: another gamma by default",
            "gamma: float = 5.0",
            "gamma: float = 5.5",
            p.the_weight_of_min_snr_is_cut_at_five,
        ),
    ),
    (
        "objectives",
        Mutation(
            "bound: the last step as wide as the second by default",
            "1 - schedule.alpha_bar[1].item()",
            "1 - schedule.alpha_bar[2].item()",
            p.the_first_row_of_the_bound_is_as_wide_as_the_first_noise,
        ),
    ),
    (
        "objectives",
        Mutation(
            "bound: draws from the global generator",
            "xt = marginal(schedule, x0, t, validate_args=False).sample(generator=generator)",
            "xt = marginal(schedule, x0, t, validate_args=False).sample()",
            p.all_draws_are_from_the_generator,
        ),
    ),
    (
        "samplers",
        Mutation(
            "trajectory: keeps every state",
            "before = history[-1:]",
            "before = list(history)",
            p.a_walk_keeps_two_states_and_ends_with_the_last_guess,
        ),
    ),
    (
        "samplers",
        Mutation(
            "trajectory: ends with the prediction before the last",
            "yield State(0, xt, history[-1].prediction)",
            "yield State(0, xt, history[0].prediction)",
            p.a_walk_keeps_two_states_and_ends_with_the_last_guess,
        ),
    ),
    (
        "samplers",
        Mutation(
            "trajectory: times may rise as long as one falls",
            "or any(s >= t for",
            "or all(s >= t for",
            p.one_rise_among_falling_times_is_refused,
        ),
    ),
    (
        "guidance",
        Mutation(
            "inpaint: the given part's noise from the global generator",
            "known.sample(generator=generator)",
            "known.sample()",
            p.all_draws_are_from_the_generator,
        ),
    ),
)
