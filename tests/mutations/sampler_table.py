"""Mutations of `parameterization` and `samplers` in `companion.diffusion`."""

from tests.diffusion import sampler_properties as p
from tests.mutations.mutation import Mutation

NOISE_LEFT = "sqrt((1 - ab_s - var).clamp(min=0))"
HALFWAY = "D = mix(1, D, h / h_before / 2, D - before.prediction.x0)"

PREDICTIONS = (
    Mutation(
        "EPS: the target is the data",
        "return eps\n",
        "return x0\n",
        p.targets_are_noise_data_and_velocity,
    ),
    Mutation(
        "X0: the target is the noise",
        "return x0\n",
        "return eps\n",
        p.targets_are_noise_data_and_velocity,
    ),
    Mutation(
        "X0: signal and noise swapped in the prediction of the noise",
        "mix(1, xt, -sqrt(ab_t), output, over=sqrt(1 - ab_t))",
        "mix(1, xt, -sqrt(1 - ab_t), output, over=sqrt(ab_t))",
        p.each_output_says_what_x0_and_the_noise_are,
    ),
    Mutation(
        "X0: not divided by the weight of the noise",
        ", output, over=sqrt(1 - ab_t))",
        ", output)",
        p.each_output_says_what_x0_and_the_noise_are,
    ),
    Mutation(
        "V: a sign in the target",
        "return mix(sqrt_ab, eps, -sqrt_1m_ab, x0)",
        "return mix(sqrt_ab, eps, sqrt_1m_ab, x0)",
        p.targets_are_noise_data_and_velocity,
    ),
    Mutation(
        "V: signal and noise swapped in the target",
        "return mix(sqrt_ab, eps, -sqrt_1m_ab, x0)",
        "return mix(sqrt_1m_ab, eps, -sqrt_ab, x0)",
        p.targets_are_noise_data_and_velocity,
    ),
    Mutation(
        "V: x_0 and the noise swapped",
        "        return Prediction(x0, eps)\n",
        "        return Prediction(eps, x0)\n",
        p.each_output_says_what_x0_and_the_noise_are,
    ),
    Mutation(
        "V: x_0 through a division by the signal",
        "x0 = mix(sqrt_ab, xt, -sqrt_1m_ab, output)",
        "x0 = (xt - sqrt_1m_ab * (sqrt_1m_ab * xt + sqrt_ab * output)) / sqrt_ab",
        p.at_zero_snr_the_noise_alone_says_nothing,
    ),
)

SAMPLERS = (
    Mutation(
        "ancestral: the noise in place of x_0",
        "return posterior(schedule, now.xt, now.prediction.x0, s, now.t, ",
        "return posterior(schedule, now.xt, now.prediction.eps, s, now.t, ",
        p.ancestral_is_the_posterior_of_the_guess,
    ),
    Mutation(
        "ancestral: one step only, whatever is asked",
        "return posterior(schedule, now.xt, now.prediction.x0, s, now.t, ",
        "return posterior(schedule, now.xt, now.prediction.x0, now.t - 1, now.t, ",
        p.the_last_step_ends_at_the_guess_without_noise,
    ),
    Mutation(
        "ddim: eta not squared",
        "var = eta**2 *",
        "var = eta *",
        p.ddim_keeps_and_renews_what_belongs_to_its_time,
    ),
    Mutation(
        "ddim: the fresh noise not taken from the old",
        NOISE_LEFT,
        "sqrt(1 - ab_s)",
        p.ddim_with_eta_1_is_ancestral_for_any_skip,
    ),
    Mutation(
        "ddim: the weight of the noise is a variance",
        NOISE_LEFT,
        "(1 - ab_s - var)",
        p.dpm_solver_begins_as_ddim,
    ),
    Mutation(
        "ddim: the root of the signal dropped",
        "mix(sqrt(ab_s), x0, sqrt",
        "mix(ab_s, x0, sqrt",
        p.orders_of_convergence,
    ),
    Mutation(
        "ddim: fresh noise of variance 1 - ab_s",
        "((1 - ab_s) / (1 - ab_t) * (1 - ab_t / ab_s))\n",
        "(1 - ab_s)\n",
        p.ddim_with_eta_1_is_ancestral_for_any_skip,
    ),
    Mutation(
        "dpm_solver: no second order",
        HALFWAY,
        "pass",
        p.orders_of_convergence,
    ),
    Mutation(
        "dpm_solver: carried on all the way, not half",
        "h / h_before / 2",
        "h / h_before",
        p.dpm_solver_is_the_papers_formula,
    ),
    Mutation(
        "dpm_solver: the ratio of the steps upside down",
        "h / h_before / 2",
        "h_before / h / 2",
        p.dpm_solver_is_the_papers_formula,
    ),
    Mutation(
        "dpm_solver: second order at the last step too",
        "if len(history) > 1 and s > 0:",
        "if len(history) > 1:",
        p.the_last_step_ends_at_the_guess_without_noise,
    ),
    Mutation(
        "dpm_solver: a root of sigma dropped",
        "sigma_ratio = sqrt((1 - ab_s) / (1 - ab_t))",
        "sigma_ratio = (1 - ab_s) / (1 - ab_t)",
        p.dpm_solver_begins_as_ddim,
    ),
    Mutation(
        "dpm_solver: the signal of t not taken off",
        "coefficient = sqrt(ab_s) - sqrt(ab_t) * sigma_ratio",
        "coefficient = sqrt(ab_s)",
        p.dpm_solver_begins_as_ddim,
    ),
    Mutation(
        "trajectory: the index shifted",
        "State(t, xt, denoise(xt, t))",
        "State(t, xt, denoise(xt, t - 1))",
        p.the_walk_calls_the_network_once_a_step,
    ),
    Mutation(
        "trajectory: noise after the last step, as others add",
        "yield State(0, xt, history[-1].prediction)",
        "yield State(0, xt + 0.01 * torch.randn_like(xt), history[-1].prediction)",
        p.the_walk_calls_the_network_once_a_step,
    ),
    Mutation(
        "trajectory: stops before the data",
        "pairwise([*check_falling(timesteps, schedule.T), 0])",
        "pairwise(check_falling(timesteps, schedule.T))",
        p.the_walk_calls_the_network_once_a_step,
    ),
    Mutation(
        "trajectory: the mean of the step in place of a draw",
        "sampler(schedule, history, s).sample(generator=generator)",
        "sampler(schedule, history, s).mean",
        p.samples_have_the_moments_of_the_data,
    ),
    Mutation(
        "leading: diffusers' index",
        "1 + n * (T // steps)",
        "n * (T // steps)",
        p.leading_times_are_whole_steps_from_1_up,
    ),
    Mutation(
        "leading: rounded up",
        "n * (T // steps)",
        "n * -(-T // steps)",
        p.leading_times_are_whole_steps_from_1_up,
    ),
    Mutation(
        "leading: from 1 up",
        "for n in reversed(range(steps))",
        "for n in range(steps)",
        p.leading_times_are_whole_steps_from_1_up,
    ),
    Mutation(
        "trailing: starts one step late",
        "round(T * (steps - n) / steps) for n in range(steps)",
        "round(T * (steps - n) / steps) for n in range(1, steps)",
        p.times_are_spread_from_T_down,
    ),
    Mutation(
        "trailing: diffusers' index",
        "round(T * (steps - n) / steps) for",
        "round(T * (steps - n) / steps) - 1 for",
        p.times_are_spread_from_T_down,
    ),
    Mutation(
        "trailing: with the 0",
        "for n in range(steps))",
        "for n in range(steps + 1))",
        p.times_are_spread_from_T_down,
    ),
    Mutation(
        "ddim: all of the old noise kept, and fresh noise added",
        NOISE_LEFT,
        "sqrt(1 - ab_s)",
        p.samples_are_as_far_from_the_data_as_draws_are,
    ),
)
