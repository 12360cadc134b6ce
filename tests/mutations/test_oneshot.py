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
        "gan: the generator's gradients stay in the critic",
        "        of_critic.zero_grad()  # the",
        "        # the",
        GAN,
    ),
    Mutation("gan: the critic does not move", "        of_critic.step()\n", "", GAN),
    Mutation("gan: momentum", "betas=(0.0, 0.99)", "betas=(0.9, 0.99)", GAN),
    Mutation(
        "gan: the average forgotten",
        "ema.update(average, generator, keep, step)",
        "pass",
        p.the_average_follows_the_generator,
    ),
)


(
    test_a_copy_with_nothing_broken_passes,
    test_mutant_is_caught,
    test_every_property_catches_something,
) = suite([MODULE], p.ALL, [(MODULE, row) for row in TABLE])


def test_a_text_that_is_gone_is_reported():
    with pytest.raises(ValueError, match="found 'a text' 0 times"):
        compiled([MODULE], MODULE, "a text", "another")
