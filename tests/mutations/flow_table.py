"""Mutations of `companion.diffusion.flow`."""

from tests.diffusion import flow_properties as p
from tests.mutations.mutation import Mutation

FLOW = (
    Mutation(
        "score_from_noise: the sign",
        "return -scaled(1 / sqrt(",
        "return scaled(1 / sqrt(",
        p.the_score_is_the_slope_of_the_log_density,
    ),
    Mutation(
        "score_from_noise: times the root that it is divided by",
        "return -scaled(1 / sqrt(",
        "return -scaled(sqrt(",
        p.the_score_is_the_slope_of_the_log_density,
    ),
    Mutation(
        "score_from_noise: the first time for all",
        "schedule.at(t, eps)), eps)",
        "schedule.at(t, eps)[:1]), eps)",
        p.each_item_has_the_score_of_its_time,
    ),
    Mutation(
        "encode: the first call left out",
        "if s > 0:",
        "if s > 20:",
        p.where_the_noise_is_one_the_flow_is_a_line,
    ),
    Mutation(
        "encode: called at the noisy end of each step",
        "prediction = denoise(x, s)",
        "prediction = denoise(x, t)",
        p.encode_calls_each_time_once_from_the_lowest_up_and_not_the_highest,
    ),
    Mutation(
        "encode: the sign of the noise",
        "prediction.x0, sqrt(1 - ab_t), prediction.eps",
        "prediction.x0, -sqrt(1 - ab_t), prediction.eps",
        p.where_the_noise_is_one_the_flow_is_a_line,
    ),
    Mutation(
        "encode: a variance for a weight",
        "prediction.x0, sqrt(1 - ab_t), prediction.eps",
        "prediction.x0, 1 - ab_t, prediction.eps",
        p.where_the_noise_is_one_the_flow_is_a_line,
    ),
    Mutation(
        "slerp: from b to a",
        "for u in (1 - share, share)",
        "for u in (share, 1 - share)",
        p.slerp_is_scipys_on_the_sphere,
    ),
    Mutation(
        "slerp: a straight line",
        "torch.sin(u * angle) / torch.sin(angle), u)",
        "u * torch.ones_like(angle), u)",
        p.slerp_keeps_the_size_of_noise,
    ),
    Mutation(
        "slerp: no way out where the angle is 0",
        "torch.where(angle > 1e-6, ",
        "torch.where(angle > -1, ",
        p.slerp_of_one_direction_stays_on_it,
    ),
)
