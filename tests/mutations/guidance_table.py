"""Mutations of `companion.diffusion.guidance`, and of the repeats in the loop of `samplers`."""

from tests.diffusion import guidance_properties as p
from tests.mutations.mutation import Mutation

GUIDANCE = (
    Mutation(
        "guided: the two changed over",
        "return conditional if scale == 1 else unconditional",
        "return unconditional if scale == 1 else conditional",
        p.guided_is_on_the_line_through_both,
    ),
    Mutation(
        "guided: 1 + scale for scale",
        "eps = uncond.eps + scale *",
        "eps = cond.eps + scale *",
        p.guided_is_on_the_line_through_both,
    ),
    Mutation(
        "guided: the sign of the difference",
        "x0 = uncond.x0 + scale * (cond.x0 - uncond.x0)",
        "x0 = uncond.x0 - scale * (cond.x0 - uncond.x0)",
        p.guidance_towards_one_peak_arrives_there,
    ),
    Mutation(
        "inpaint: the given part without its noise",
        "known.sample(generator=generator)",
        "known.mean",
        p.the_given_part_has_the_noise_of_its_time,
    ),
    Mutation(
        "inpaint: given and made changed over",
        "return torch.where(given, known.sample(generator=generator), xt)",
        "return torch.where(given, xt, known.sample(generator=generator))",
        p.all_given_is_the_picture_and_nothing_given_is_sampling,
    ),
    Mutation(
        "inpaint: the given part only put in at the end",
        "return torch.where(given, known.sample(generator=generator), xt)",
        "return xt",
        p.what_is_made_has_the_conditional_mean_and_variance,
    ),
    Mutation(
        "inpaint: not put in at the end",
        "return torch.where(given, x0, xt)",
        "return xt",
        p.what_is_given_stays,
    ),
)
REPEATS = (
    Mutation(
        "inpaint, in the loop: a line through what new noise has parted",
        "back.sample(generator=generator), []",
        "back.sample(generator=generator), before",
        p.the_second_order_is_as_near_the_conditional_as_the_first,
    ),
    Mutation(
        "inpaint, in the loop: no history at all",
        "before = history[-1:]",
        "before = []",
        p.no_step_is_of_second_order_after_new_noise,
    ),
    Mutation(
        "inpaint, in the loop: each step once, whatever was asked",
        "range(repeats)",
        "range(1)",
        p.the_given_part_has_the_noise_of_its_time,
    ),
    Mutation(
        "inpaint, in the loop: one time too often",
        "range(repeats)",
        "range(repeats + 1)",
        p.the_given_part_has_the_noise_of_its_time,
    ),
    Mutation(
        "inpaint, in the loop: repeated without the noise of the step",
        "xt, before = back.sample(generator=generator), []",
        "xt, before = xs, []",
        p.what_is_made_has_the_conditional_mean_and_variance,
    ),
)
