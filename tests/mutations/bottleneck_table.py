"""Mutations of `companion.autoencoder.bottlenecks` and `codebook`."""

from tests.autoencoder import bottleneck_properties as p
from tests.mutations.mutation import Mutation

DIVERGENCE = "kl = (mean**2 + var - logvar - 1) / 2"
DRAW = "z = draw.sample(generator=generator) if self.training else mean"
LOSS = "loss = self.beta * commitment + (0 if self.ema else codebook)"
NEAREST = 'torch.cdist(part, e, compute_mode="donot_use_mm_for_euclid_dist")'
THROUGH = "z = e.detach() + (h - h.detach())"
CODEBOOK = "codebook = (e - h.detach()).square().mean(dim=(1, 2, 3))"
COMMITMENT = "commitment = (h - e.detach()).square().mean(dim=(1, 2, 3))"

KL = (
    Mutation(
        "KL: without the -1",
        DIVERGENCE,
        "kl = (mean**2 + var - logvar) / 2",
        p.the_standard_normal_costs_nothing,
    ),
    Mutation(
        "KL: not halved",
        DIVERGENCE,
        "kl = mean**2 + var - logvar - 1",
        p.kl_is_the_divergence_of_an_image_in_nats,
    ),
    Mutation(
        "KL: a sign",
        DIVERGENCE,
        "kl = (mean**2 + var + logvar - 1) / 2",
        p.kl_is_the_divergence_of_an_image_in_nats,
    ),
    Mutation(
        "KL: the mean not squared",
        DIVERGENCE,
        "kl = (mean + var - logvar - 1) / 2",
        p.kl_is_the_divergence_of_an_image_in_nats,
    ),
    Mutation(
        "KL: the log-variance read as the log of the standard deviation",
        DIVERGENCE,
        "kl = (mean**2 + var**2 - 2 * logvar - 1) / 2",
        p.kl_is_the_divergence_of_an_image_in_nats,
    ),
    Mutation(
        "KL: the mean of an image in place of the sum",
        "return Latent(narrowed(z, h.dtype), kl.sum(dim=(1, 2, 3)), info)",
        "return Latent(narrowed(z, h.dtype), kl.mean(dim=(1, 2, 3)), info)",
        p.kl_is_the_divergence_of_an_image_in_nats,
    ),
    Mutation(
        "KL: one number for the batch",
        "return Latent(narrowed(z, h.dtype), kl.sum(dim=(1, 2, 3)), info)",
        "return Latent(narrowed(z, h.dtype), kl.sum() / len(h), info)",
        p.kl_is_the_divergence_of_an_image_in_nats,
    ),
    Mutation(
        "KL: bits in place of nats",
        "return Latent(narrowed(z, h.dtype), kl.sum(dim=(1, 2, 3)), info)",
        "return Latent(narrowed(z, h.dtype), kl.sum(dim=(1, 2, 3)) / 0.6931471805599453, info)",
        p.kl_is_the_divergence_of_an_image_in_nats,
    ),
    Mutation(
        "KL: std = exp(logvar)",
        "var = exp(logvar)",
        "var = exp(2 * logvar)",
        p.the_draw_has_the_standard_deviation,
    ),
    Mutation(
        "KL: mean and log-variance changed over",
        "mean, logvar = widened(h).chunk(2, dim=1)",
        "logvar, mean = widened(h).chunk(2, dim=1)",
        p.in_evaluation_z_is_the_mean,
    ),
    Mutation(
        "KL: no bounds",
        "logvar = logvar.clamp(",
        "_ = logvar.clamp(",
        p.wild_log_variances_are_kept_in_bounds,
    ),
    Mutation(
        "KL: the limits of float32 in float16 too",
        "LOWEST, HIGHEST, HIGHEST_IN_HALF = -30, 20, 11",
        "LOWEST, HIGHEST, HIGHEST_IN_HALF = -30, 20, 20",
        p.in_float16_draws_and_slopes_are_finite,
    ),
    Mutation(
        "KL: computed in the dtype of the encoder",
        "mean, logvar = widened(h).chunk(2, dim=1)",
        "mean, logvar = h.chunk(2, dim=1)",
        p.in_float16_draws_and_slopes_are_finite,
    ),
    Mutation(
        "KL: always the mean",
        DRAW,
        "z = mean",
        p.the_draw_has_the_standard_deviation,
    ),
    Mutation(
        "KL: draws in evaluation too",
        DRAW,
        "z = draw.sample(generator=generator)",
        p.in_evaluation_z_is_the_mean,
    ),
    Mutation(
        "KL: another generator",
        DRAW,
        "z = draw.sample() if self.training else mean",
        p.the_draw_has_the_standard_deviation,
    ),
    Mutation(
        "KL: no gradient through the draw",
        DRAW,
        "z = draw.sample(generator=generator).detach() + 0 * mean",
        p.the_draw_lets_the_gradient_through,
    ),
    Mutation(
        "Identity: costs something",
        "return Latent(h, widened(h).new_zeros(len(h)), {})",
        "return Latent(h, h.square().mean(dim=(1, 2, 3)), {})",
        p.plain_hands_on_what_it_gets,
    ),
)

VQ = (
    Mutation(
        "VQ: the nearest by the expanded square",
        NEAREST,
        'torch.cdist(part.float(), e.float(), compute_mode="use_mm_for_euclid_dist")',
        p.the_nearest_code_is_found_far_from_zero,
    ),
    Mutation(
        "VQ: beta on the other term, as taming-transformers has it",
        LOSS,
        "loss = commitment + self.beta * (0 if self.ema else codebook)",
        p.each_term_moves_its_own_side,
    ),
    Mutation(
        "VQ: no commitment",
        LOSS,
        "loss = 0 * commitment + codebook",
        p.each_term_moves_its_own_side,
    ),
    Mutation(
        "VQ: beta left out",
        LOSS,
        "loss = commitment + (0 if self.ema else codebook)",
        p.each_term_is_an_images_mean_squared_error,
    ),
    Mutation(
        "VQ: the codebook term with ema too",
        LOSS,
        "loss = self.beta * commitment + (codebook.detach() if self.ema else 0)",
        p.each_term_is_an_images_mean_squared_error,
    ),
    Mutation(
        "VQ: the codebook term pulls the encoder",
        CODEBOOK,
        CODEBOOK.replace("h.detach()", "h"),
        p.each_term_moves_its_own_side,
    ),
    Mutation(
        "VQ: the commitment pulls the codes",
        COMMITMENT,
        COMMITMENT.replace("e.detach()", "e"),
        p.each_term_moves_its_own_side,
    ),
    Mutation(
        "VQ: a sum in place of a mean",
        COMMITMENT,
        COMMITMENT.replace("mean", "sum"),
        p.each_term_is_an_images_mean_squared_error,
    ),
    Mutation(
        "VQ: straight-through dropped",
        THROUGH,
        "z = e",
        p.the_gradient_goes_straight_through,
    ),
    Mutation(
        "VQ: nothing is quantised",
        THROUGH,
        "z = h",
        p.z_is_the_code,
    ),
    Mutation(
        "VQ: straight through to the code",
        THROUGH,
        "z = e + (h - h.detach()) * 2",
        p.the_gradient_goes_straight_through,
    ),
    Mutation(
        "VQ: the farthest code",
        '_for_euclid_dist").argmin(1)',
        '_for_euclid_dist").argmax(1)',
        p.the_nearest_code_is_chosen,
    ),
    Mutation(
        "VQ: a sign in the distance",
        NEAREST,
        "torch.cdist(part, -e)",
        p.the_nearest_code_is_chosen,
    ),
    Mutation(
        "VQ: the largest product, not the least distance",
        NEAREST,
        "(-part @ e.T)",
        p.the_nearest_code_is_chosen,
    ),
    Mutation(
        "VQ: half of the cross term",
        NEAREST,
        "(e.square().sum(dim=1) - part @ e.T)",
        p.the_nearest_code_is_chosen,
    ),
    Mutation(
        "VQ: height and width changed over",
        "h.permute(0, 2, 3, 1).flatten(0, 2)",
        "h.permute(0, 3, 2, 1).flatten(0, 2)",
        p.the_nearest_code_is_chosen,
    ),
    Mutation(
        "VQ: channels read as places",
        "return self.codebook[indices].permute(0, 3, 1, 2)",
        "return self.codebook[indices].reshape(len(indices), -1, *indices.shape[1:])",
        p.z_is_the_code,
    ),
    Mutation(
        "VQ: learns in evaluation",
        "        if self.training:\n",
        "        if True:\n",
        p.nothing_is_learned_in_evaluation,
    ),
)
