"""Mutations of `parameterization` and `samplers` in `companion.diffusion`."""

from tests.diffusion import sampler_properties as p
from tests.mutations.mutation import Mutation

NOISE_LEFT = "noise = sqrt((1 - ab_s - var).clamp(min=0)).to(now.xt.dtype)"
HALFWAY = "x0 = x0 + (h / h_before / 2).to(x0.dtype) * (x0 - before.guess.x0)"

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
        "X0: signal and noise swapped in the guess of the noise",
        "(xt - signal * x0) / noise",
        "(xt - noise * x0) / signal",
        p.each_output_says_what_x0_and_the_noise_are,
    ),
    Mutation(
        "X0: not divided by the weight of the noise",
        "(xt - signal * x0) / noise",
        "(xt - signal * x0)",
        p.each_output_says_what_x0_and_the_noise_are,
    ),
    Mutation(
        "V: a sign in the target",
        "return signal * eps - noise * x0",
        "return signal * eps + noise * x0",
        p.targets_are_noise_data_and_velocity,
    ),
    Mutation(
        "V: signal and noise swapped in the target",
        "return signal * eps - noise * x0",
        "return noise * eps - signal * x0",
        p.targets_are_noise_data_and_velocity,
    ),
    Mutation(
        "V: x_0 and the noise swapped",
        "Prediction(signal * xt - noise * output, noise * xt + signal * output)",
        "Prediction(noise * xt + signal * output, signal * xt - noise * output)",
        p.each_output_says_what_x0_and_the_noise_are,
    ),
    Mutation(
        "V: x_0 through a division by the signal",
        "Prediction(signal * xt - noise * output, noise",
        "Prediction((xt - noise * (noise * xt + signal * output)) / signal, noise",
        p.at_zero_snr_the_noise_alone_says_nothing,
    ),
)

SAMPLERS = (
    Mutation(
        "ancestral: the noise in place of x_0",
        "return posterior(schedule, now.xt, now.guess.x0, s, now.t)",
        "return posterior(schedule, now.xt, now.guess.eps, s, now.t)",
        p.ancestral_is_the_posterior_of_the_guess,
    ),
    Mutation(
        "ancestral: one step only, whatever is asked",
        "return posterior(schedule, now.xt, now.guess.x0, s, now.t)",
        "return posterior(schedule, now.xt, now.guess.x0, now.t - 1, now.t)",
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
        "noise = sqrt(1 - ab_s).to(now.xt.dtype)",
        p.ddim_with_eta_1_is_ancestral_for_any_skip,
    ),
    Mutation(
        "ddim: the weight of the noise is a variance",
        NOISE_LEFT,
        "noise = (1 - ab_s - var).to(now.xt.dtype)",
        p.dpm_solver_begins_as_ddim,
    ),
    Mutation(
        "ddim: the root of the signal dropped",
        "signal = sqrt(ab_s).to(now.xt.dtype)",
        "signal = ab_s.to(now.xt.dtype)",
        p.orders_of_convergence,
    ),
    Mutation(
        "ddim: fresh noise of variance 1 - ab_s",
        "posterior(schedule, now.xt, now.guess.x0, s, now.t).var\n",
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
        "if len(path) > 1 and s > 0:",
        "if len(path) > 1:",
        p.the_last_step_ends_at_the_guess_without_noise,
    ),
    Mutation(
        "dpm_solver: a root of sigma dropped",
        "shrink = sqrt((1 - ab_s) / (1 - ab_t))",
        "shrink = (1 - ab_s) / (1 - ab_t)",
        p.dpm_solver_begins_as_ddim,
    ),
    Mutation(
        "dpm_solver: the signal of t not taken off",
        "gain = sqrt(ab_s) - sqrt(ab_t) * shrink",
        "gain = sqrt(ab_s)",
        p.dpm_solver_begins_as_ddim,
    ),
    Mutation(
        "walk_back: the index shifted",
        "Known(t, xt, denoise(xt, t))",
        "Known(t, xt, denoise(xt, t - 1))",
        p.the_walk_calls_the_network_once_a_step,
    ),
    Mutation(
        "walk_back: noise after the last step, as others add",
        "yield Known(0, xt, path[-1].guess)",
        "yield Known(0, xt + 0.01 * torch.randn_like(xt), path[-1].guess)",
        p.the_walk_calls_the_network_once_a_step,
    ),
    Mutation(
        "walk_back: stops before the data",
        "stops = [*check_falling(times, schedule.T), 0]",
        "stops = check_falling(times, schedule.T)",
        p.the_walk_calls_the_network_once_a_step,
    ),
    Mutation(
        "walk_back: the mean of the step in place of a draw",
        "step(schedule, path, s).sample(generator=generator)",
        "step(schedule, path, s).mean",
        p.samples_have_the_moments_of_the_data,
    ),
    Mutation(
        "evenly_spaced: starts one step late",
        "round(T * (steps - n) / steps) for n in range(steps)",
        "round(T * (steps - n) / steps) for n in range(1, steps)",
        p.times_are_spread_from_T_down,
    ),
    Mutation(
        "evenly_spaced: diffusers' index",
        "round(T * (steps - n) / steps) for",
        "round(T * (steps - n) / steps) - 1 for",
        p.times_are_spread_from_T_down,
    ),
    Mutation(
        "evenly_spaced: with the 0",
        "for n in range(steps))",
        "for n in range(steps + 1))",
        p.times_are_spread_from_T_down,
    ),
    Mutation(
        "ddim: all of the old noise kept, and fresh noise added",
        "noise = sqrt((1 - ab_s - var).clamp(min=0))",
        "noise = sqrt(1 - ab_s)",
        p.samples_are_as_far_from_the_data_as_draws_are,
    ),
)
