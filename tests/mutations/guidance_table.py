"""Mutations of `companion.diffusion.guidance`."""

from tests.diffusion import guidance_properties as p
from tests.mutations.mutation import Mutation

GUIDANCE = (
    Mutation(
        "inpaint: the given part without its noise",
        "known = marginal(schedule, x0, t).sample(generator=generator)",
        "known = marginal(schedule, x0, t).mean",
        p.the_given_part_has_the_noise_of_its_time,
    ),
    Mutation(
        "inpaint: given and made changed over",
        "xt = torch.where(given, known, xt)",
        "xt = torch.where(given, xt, known)",
        p.all_given_is_the_picture_and_nothing_given_is_sampling,
    ),
    Mutation(
        "inpaint: the given part only put in at the end",
        "            xt = torch.where(given, known, xt)\n",
        "",
        p.what_is_made_has_the_conditional_mean_and_variance,
    ),
    Mutation(
        "inpaint: not put in at the end",
        "return torch.where(given, x0, xt)",
        "return xt",
        p.what_is_given_stays,
    ),
    Mutation(
        "inpaint: each step once, whatever was asked",
        "range(repeats)",
        "range(1)",
        p.the_given_part_has_the_noise_of_its_time,
    ),
    Mutation(
        "inpaint: one time too often",
        "range(repeats)",
        "range(repeats + 1)",
        p.the_given_part_has_the_noise_of_its_time,
    ),
    Mutation(
        "inpaint: repeated without the noise of the step",
        "xt = transition(schedule, xs, s, t).sample(generator=generator)",
        "xt = xs",
        p.what_is_made_has_the_conditional_mean_and_variance,
    ),
)
