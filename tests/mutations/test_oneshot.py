"""The training of a VAE and of a GAN, each line that matters broken and caught."""

import pytest

from tests.mutations.mutation import Mutation, compiled
from tests.mutations.suite import suite
from tests.training import oneshot_properties as p

MODULE = "training.oneshot"
VAE = p.vae_steps_are_those_of_another_hand
GAN = p.gan_steps_are_those_of_another_hand
TABLE = (
    Mutation("vae: nothing is charged for the hint", "(error + told)", "error", VAE),
    Mutation("vae: the variance not doubled", "/ (2 * var)", "/ var", VAE),
    Mutation("vae: the hint without chance", "z = of_z.sample(", "z = mean  # (", VAE),
    Mutation(
        "vae: half the log-variance",
        "Gaussian(mean, log_var.exp())",
        "Gaussian(mean, (log_var / 2).exp())",
        VAE,
    ),
    Mutation(
        "vae: the divergence the other way round",
        "kl(of_z, Gaussian(torch.zeros_like(z), torch.ones_like(z)))",
        "kl(Gaussian(torch.zeros_like(z), torch.ones_like(z)), of_z)",
        VAE,
    ),
    Mutation("vae: the encoder is not trained", "[*encoder.parameters(), *", "[*", VAE),
    Mutation("vae: the rate does not fall", "        falling.step()\n", "", VAE),
    Mutation("gan: no penalty", "penalty / 2 * steepness.mean()", "0", GAN),
    Mutation("gan: the penalty on the slope itself", "slope.square()", "slope", GAN),
    Mutation("gan: the penalty twice", "penalty / 2", "penalty", GAN),
    Mutation(
        "gan: real and made changed over",
        "F.softplus(-on_real).mean() + F.softplus(on_fake).mean()",
        "F.softplus(on_real).mean() + F.softplus(-on_fake).mean()",
        GAN,
    ),
    Mutation(
        "gan: the generator learns to be found out",
        "F.softplus(-critic(fake))",
        "F.softplus(critic(fake))",
        GAN,
    ),
    Mutation(
        "gan: the critic does not move",
        '            descend(of_critic, loss, step, "critic\'s loss")\n',
        "",
        GAN,
    ),
    Mutation(
        "gan: the critic has learned where the generator fails",
        "        with both_or_none(critic, of_critic):\n",
        "        if True:\n",
        p.what_is_not_finite_teaches_neither,
    ),
    Mutation(
        "gan: one z for the whole batch",
        "torch.randn(batch_size, generator.latent, generator=g)",
        "torch.randn(1, generator.latent, generator=g).repeat(batch_size, 1)",
        GAN,
    ),
    Mutation("gan: the rate of a VAE", "lr=rate, betas", "lr=2e-3, betas", GAN),
    Mutation("vae: the rate of a GAN", "AdamW(both, lr=rate", "AdamW(both, lr=1e-3", VAE),
    Mutation(
        "gan: the average is kept at once",
        "keep, step)",
        "keep, 10**6)",
        p.the_average_follows_the_generator,
    ),
    Mutation("gan: momentum", "betas=(0.0, 0.99)", "betas=(0.9, 0.99)", GAN),
    Mutation(
        "gan: the average forgotten",
        "ema.update(average, generator, keep, step)",
        "pass",
        p.the_average_follows_the_generator,
    ),
)
FINITE = (
    Mutation(
        "descend: gradients for all",
        "loss.backward(inputs=own)",
        "loss.backward()",
        GAN,
    ),
    Mutation(
        "descend: any loss will do",
        "    if not loss.isfinite():\n",
        "    if False:\n",
        p.what_is_not_finite_teaches_neither,
    ),
    Mutation(
        "descend: any gradient will do",
        "    if not length.isfinite():\n",
        "    if False:\n",
        p.what_is_not_finite_teaches_neither,
    ),
    Mutation(
        "descend: a bad gradient stays",
        "    if not length.isfinite():\n        optimizer.zero_grad()\n",
        "    if not length.isfinite():\n",
        p.what_is_not_finite_teaches_neither,
    ),
    Mutation(
        "descend: gradients add up",
        "    optimizer.step()\n    optimizer.zero_grad()\n",
        "    optimizer.step()\n",
        VAE,
    ),
    Mutation("descend: no step", "    optimizer.step()\n", "", VAE),
    Mutation(
        "both_or_none: what is kept learns along",
        "deepcopy((network.state_dict(), optimizer.state_dict()))",
        "network.state_dict(), optimizer.state_dict()",
        p.what_is_not_finite_teaches_neither,
    ),
    Mutation(
        "both_or_none: the optimiser remembers",
        "        optimizer.load_state_dict(before[1])\n",
        "",
        p.what_is_not_finite_teaches_neither,
    ),
)


(
    test_a_copy_with_nothing_broken_passes,
    test_mutant_is_caught,
    test_every_property_catches_something,
) = suite(
    ["training.finite", MODULE],
    p.ALL,
    [*((MODULE, row) for row in TABLE), *(("training.finite", row) for row in FINITE)],
)


def test_a_text_that_is_gone_is_reported():
    with pytest.raises(ValueError, match="found 'a text' 0 times"):
        compiled([MODULE], MODULE, "a text", "another")
