"""The training of a VAE and of a GAN, each line that matters broken and caught."""

from tests.mutations.mutation import Mutation
from tests.mutations.suite import suite
from tests.training import oneshot_properties as p

MODULES = ("training.descent", "training.session", "tasks.oneshot")
VAE = p.vae_steps_are_those_of_another_hand
GAN = p.gan_steps_are_those_of_another_hand
TABLE = (
    Mutation("vae: nothing is charged for z", "error + told", "error", VAE),
    Mutation("vae: the variance not doubled", "/ (2 * self.recipe.var)", "/ self.recipe.var", VAE),
    Mutation("vae: z without chance", "z = of_z.sample(eps)", "z = mean", VAE),
    Mutation(
        "vae: half the log-variance",
        "Gaussian(mean, log_var.exp(), ",
        "Gaussian(mean, (log_var / 2).exp(), ",
        VAE,
    ),
    Mutation(
        "vae: the divergence the other way round",
        "kl(of_z, noise, ",
        "kl(noise, of_z, ",
        VAE,
    ),
    Mutation(
        "vae: the encoder is not trained",
        "z = of_z.sample(eps)",
        "z = of_z.sample(eps).detach()",
        VAE,
    ),
    Mutation(
        "vae: averaged",
        "lr=2e-3, warmup=0, max_grad_norm=UNCLIPPED, ema_decay=0.0",
        "lr=2e-3, warmup=0, max_grad_norm=UNCLIPPED, ema_decay=0.9",
        VAE,
    ),
    Mutation(
        "vae: clipped",
        "lr=2e-3, warmup=0, max_grad_norm=UNCLIPPED",
        "lr=2e-3, warmup=0, max_grad_norm=1.0",
        VAE,
    ),
    Mutation("vae: a warm-up", "lr=2e-3, warmup=0", "lr=2e-3, warmup=2", VAE),
    Mutation(
        "vae: another width",
        "VAE(ImageEncoder(2 * latent, **sizes)",
        "VAE(ImageEncoder(2 * latent)",
        p.sizes_are_those_of_the_recipe,
    ),
    Mutation("gan: no penalty", "self.recipe.r1_gamma / 2 * r1", "0", GAN),
    Mutation("gan: the penalty on the slope itself", "slope.square()", "slope", GAN),
    Mutation("gan: the penalty twice", "r1_gamma / 2", "r1_gamma", GAN),
    Mutation(
        "gan: real and made changed over",
        "F.softplus(-on_real).mean() + F.softplus(on_fake).mean()",
        "F.softplus(on_real).mean() + F.softplus(-on_fake).mean()",
        GAN,
    ),
    Mutation(
        "gan: the generator learns to be found out",
        "F.softplus(-discriminator(fake))",
        "F.softplus(discriminator(fake))",
        GAN,
    ),
    Mutation(
        "gan: one z for the whole batch",
        "like(real, session.draws.normal(self.recipe.latent))",
        "like(real, session.draws.normal(self.recipe.latent))[:1].expand(len(real), -1)",
        GAN,
    ),
    Mutation("gan: the rate of a VAE", "lr=1e-3, warmup=0", "lr=2e-3, warmup=0", GAN),
    Mutation("gan: the rate falls", 'lr_scheduler="constant"', 'lr_scheduler="cosine"', GAN),
    Mutation("gan: momentum", '"betas": (0.0, 0.99)', '"betas": (0.9, 0.99)', GAN),
    Mutation(
        "gan: the average is kept as a VAE's",
        "ema_decay=0.99",
        "ema_decay=0.0",
        p.the_average_follows_the_generator,
    ),
    Mutation(
        "gan: the generator first",
        'return "discriminator", "network"',
        'return "network", "discriminator"',
        p.the_discriminator_is_undone_where_the_generator_fails,
    ),
)
DESCENT = (
    Mutation(
        "descend: gradients for all",
        'accelerator.backward(loss.mean(), inputs=group["params"])',
        "accelerator.backward(loss.mean())",
        GAN,
    ),
)


(
    test_a_copy_with_nothing_broken_passes,
    test_mutant_is_caught,
    test_every_property_catches_something,
) = suite(
    MODULES,
    p.ALL,
    [
        *(("tasks.oneshot", row) for row in TABLE),
        *(("training.descent", row) for row in DESCENT),
    ],
)
