"""How the losses of the autoencoder are broken, by module."""

from tests.autoencoder import adversarial_properties as a
from tests.autoencoder import loss_properties as s
from tests.mutations.mutation import Mutation

ADVERSARIAL = (
    Mutation(
        "hinge_d: no margin for the real",
        "_over_patches((1 - real).relu())",
        "_over_patches((-real).relu())",
        a.hinge_d_is_its_formula,
    ),
    Mutation(
        "hinge_d: the made ones by the wrong side",
        "_over_patches((1 + fake).relu())",
        "_over_patches((1 - fake).relu())",
        a.hinge_d_is_its_formula,
    ),
    Mutation(
        "hinge_d: no hinge",
        "_over_patches((1 - real).relu())",
        "_over_patches(1 - real)",
        a.hinge_d_pulls_only_what_is_not_yet_beyond_its_margin,
    ),
    Mutation(
        "hinge_d: a hinge that leaks",
        "_over_patches((1 + fake).relu())",
        "_over_patches(nn.functional.leaky_relu(1 + fake, 0.1))",
        a.hinge_d_pulls_only_what_is_not_yet_beyond_its_margin,
    ),
    Mutation(
        "hinge_d: not halved",
        "(real_cost + fake_cost) / 2",
        "(real_cost + fake_cost)",
        a.hinge_d_is_its_formula,
    ),
    Mutation(
        "hinge_g: the sign",
        "return -_over_patches(fake)",
        "return _over_patches(fake)",
        a.hinge_g_is_the_logits_with_a_minus,
    ),
    Mutation(
        "hinge_g: summed over patches",
        "return widened(logits).flatten(1).mean(dim=1)",
        "return logits.flatten(1).sum(dim=1)",
        a.hinge_g_is_the_logits_with_a_minus,
    ),
    Mutation(
        "PatchDiscriminator: a patch of 26 pixels",
        "nn.Conv2d(4 * width, 1, 1)",
        "nn.Conv2d(4 * width, 1, 3, padding=1)",
        a.the_discriminator_says_one_thing_a_patch,
    ),
    Mutation(
        "PatchDiscriminator: halved once",
        "nn.Conv2d(width, 2 * width, 4, stride=2, padding=1)",
        "nn.Conv2d(width, 2 * width, 3, padding=1)",
        a.the_discriminator_says_one_thing_a_patch,
    ),
    Mutation(
        "PatchDiscriminator: norms over the batch",
        "            norm(2 * width),\n",
        "            nn.BatchNorm2d(2 * width),\n",
        a.the_discriminator_sees_each_image_alone,
    ),
    Mutation(
        "PatchDiscriminator: the first layer has no kink",
        "stride=2, padding=1),\n            nn.LeakyReLU(0.2)",
        "stride=2, padding=1),\n            nn.Identity()",
        a.the_discriminator_is_its_layers,
    ),
    Mutation(
        "PatchDiscriminator: a kink like ReLU's",
        "norm(4 * width),\n            nn.LeakyReLU(0.2)",
        "norm(4 * width),\n            nn.ReLU()",
        a.the_discriminator_is_its_layers,
    ),
    Mutation(
        "adaptive_weight: upside down",
        "(rec / (adv + delta))",
        "(adv / (rec + delta))",
        a.the_adaptive_weight_balances_the_gradients,
    ),
    Mutation(
        "adaptive_weight: squared lengths",
        "return widened(slope).norm()",
        "return slope.square().sum()",
        a.the_adaptive_weight_balances_the_gradients,
    ),
    Mutation(
        "adaptive_weight: the largest slope",
        "return widened(slope).norm()",
        "return slope.abs().max()",
        a.the_adaptive_weight_balances_the_gradients,
    ),
    Mutation(
        "adaptive_weight: delta in the other part",
        "(rec / (adv + delta))",
        "((rec + delta) / adv)",
        a.the_adaptive_weight_is_its_formula,
    ),
    Mutation(
        "adaptive_weight: a limit of 1e5 by default",
        "most: float = 1e4",
        "most: float = 1e5",
        a.the_adaptive_weight_has_a_limit,
    ),
    Mutation(
        "adaptive_weight: a limit of 1e3 by default",
        "most: float = 1e4",
        "most: float = 1e3",
        a.the_adaptive_weight_has_a_limit,
    ),
    Mutation(
        "adaptive_weight: a delta of 1e-6 by default",
        "delta: float = 1e-4",
        "delta: float = 1e-6",
        a.the_adaptive_weight_is_its_formula,
    ),
    Mutation(
        "adaptive_weight: no delta",
        "(rec / (adv + delta))",
        "(rec / adv)",
        a.the_adaptive_weight_is_its_formula,
    ),
    Mutation(
        "adaptive_weight: no limit",
        ".clamp(0, most)",
        "",
        a.the_adaptive_weight_has_a_limit,
    ),
    Mutation(
        "adaptive_weight: the graph is gone",
        "retain_graph=True, allow_unused",
        "retain_graph=False, allow_unused",
        a.the_adaptive_weight_is_a_number,
    ),
)
LOSSES = (
    Mutation(
        "pixel_loss: squared",
        "error.abs()",
        "error.square()",
        s.pixels_are_compared_one_by_one,
    ),
    Mutation(
        "pixel_loss: the two shares swapped",
        "return (1 - l2_weight) * absolute + l2_weight * squared",
        "return l2_weight * absolute + (1 - l2_weight) * squared",
        s.pixels_are_compared_one_by_one,
    ),
    Mutation(
        "pixel_loss: l2_weight on top",
        "return (1 - l2_weight) * absolute",
        "return absolute",
        s.pixels_are_compared_one_by_one,
    ),
    Mutation(
        "autoencoder_loss: no l2_weight",
        "pixel_loss(x, recon, weights.l2_weight)",
        "pixel_loss(x, recon)",
        s.the_share_of_squares_is_in_the_loss,
    ),
    Mutation(
        "pixel_loss: summed over an image",
        "error.abs().mean(dim=1)",
        "error.abs().sum(dim=1)",
        s.the_weight_of_a_summed_loss_translates,
    ),
    Mutation(
        "autoencoder_loss: the regulariser summed over the batch",
        "regulariser = latent.loss.mean()",
        "regulariser = latent.loss.sum()",
        s.the_weight_of_a_summed_loss_translates,
    ),
    Mutation(
        "autoencoder_loss: no regulariser",
        "total = rec + weights.regulariser * regulariser",
        "total = rec",
        s.without_a_discriminator_the_total_is_the_rest,
    ),
    Mutation(
        "autoencoder_loss: pixels have no weight",
        "rec = weights.pixel * pixel +",
        "rec = pixel +",
        s.without_a_discriminator_the_total_is_the_rest,
    ),
    Mutation(
        "autoencoder_loss: the perceptual part has no weight",
        "+ weights.perceptual * perceptual",
        "+ perceptual",
        s.the_total_is_the_weighted_sum_of_its_parts,
    ),
    Mutation(
        "autoencoder_loss: the perceptual part is asked at weight 0",
        "if perceptual_loss is not None and weights.perceptual:",
        "if perceptual_loss is not None:",
        s.a_part_of_weight_zero_is_not_asked_for,
    ),
    Mutation(
        "autoencoder_loss: the discriminator is asked at weight 0",
        "if discriminator is not None and weights.adversarial:",
        "if discriminator is not None:",
        s.a_part_of_weight_zero_is_not_asked_for,
    ),
    Mutation(
        "autoencoder_loss: no adaptive weight",
        "weights.adversarial * adaptive * adversarial",
        "weights.adversarial * adversarial",
        s.the_discriminator_pulls_as_hard_as_the_reconstruction,
    ),
    Mutation(
        "autoencoder_loss: the adaptive weight by pixels alone",
        "adaptive_weight(rec, adversarial, last_weight)",
        "adaptive_weight(pixel, adversarial, last_weight)",
        s.the_discriminator_pulls_as_hard_as_the_reconstruction,
    ),
    Mutation(
        "autoencoder_loss: the adaptive weight reconst all of the loss",
        "adaptive_weight(rec, adversarial, last_weight)",
        "adaptive_weight(total + recon.mean(), adversarial, last_weight)",
        s.the_total_is_the_weighted_sum_of_its_parts,
    ),
    Mutation(
        "autoencoder_loss: the adaptive weight for all of it",
        "weights.adversarial * adaptive * adversarial",
        "adaptive * adversarial",
        s.the_discriminator_pulls_as_hard_as_the_reconstruction,
    ),
    Mutation(
        "autoencoder_loss: the discriminator sees the photograph",
        "hinge_g(discriminator(recon))",
        "hinge_g(discriminator(x + 0 * recon))",
        s.the_total_is_the_weighted_sum_of_its_parts,
    ),
    Mutation(
        "discriminator_loss: the two kinds swapped",
        "hinge_d(discriminator(x), discriminator(recon.detach()))",
        "hinge_d(discriminator(recon.detach()), discriminator(x))",
        s.the_discriminator_pays_for_both_kinds,
    ),
    Mutation(
        "discriminator_loss: real ones alone",
        "hinge_d(discriminator(x), discriminator(recon.detach()))",
        "hinge_d(discriminator(x), discriminator(x))",
        s.the_discriminator_pays_for_both_kinds,
    ),
    Mutation(
        "discriminator_loss: sent back",
        "discriminator(recon.detach())",
        "discriminator(recon)",
        s.the_discriminator_sends_nothing_back,
    ),
)
