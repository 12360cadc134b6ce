"""The training loop, its average and the denoiser, each broken on purpose and caught."""

from tests.mutations.mutation import Mutation
from tests.mutations.suite import suite
from tests.training import loop_properties as p

# In the order of their imports.
MODULES = ("networks.denoiser", "training.ema", "training.loop")

CALL = "output = network(xt.to(device), t.to(device))"
UPDATE = "ema.update(run.average, run.network, recipe.ema, run.step)"
KEEP = "keep = min(keep, (step - 1) / (step + 9))"
TABLE = (
    (
        "training.loop",
        Mutation(
            "train: ignores t",
            CALL,
            CALL.replace(" t.to", " (0 * t).to"),
            p.the_network_sees_xt_and_its_time,
        ),
    ),
    (
        "training.loop",
        Mutation(
            "train: t shifted by one",
            CALL,
            CALL.replace(" t.to", " (t - 1).to"),
            p.the_network_sees_xt_and_its_time,
        ),
    ),
    (
        "training.loop",
        Mutation(
            "train: sees the clean picture",
            CALL,
            CALL.replace("xt.to", "x0.to"),
            p.the_network_sees_xt_and_its_time,
        ),
    ),
    (
        "training.loop",
        Mutation(
            "train: t = T is never drawn",
            "torch.randint(1, schedule.T + 1,",
            "torch.randint(1, schedule.T,",
            p.every_time_is_drawn,
        ),
    ),
    (
        "training.loop",
        Mutation(
            "train: always the noise as the target",
            "target = asked.target(schedule, x0, eps, t)",
            "target = eps",
            p.the_first_loss_is_the_mean_square_of_the_target,
        ),
    ),
    (
        "training.loop",
        Mutation(
            "train: the target of other noise",
            "target = asked.target(schedule, x0, eps, t)",
            "target = asked.target(schedule, x0, eps.roll(1, 0), t)",
            p.one_image_is_learned,
        ),
    ),
    (
        "training.loop",
        Mutation(
            "train: the loss summed",
            "loss = losses.mean()",
            "loss = losses.sum()",
            p.the_first_loss_is_the_mean_square_of_the_target,
        ),
    ),
    (
        "training.loop",
        Mutation(
            "train: no step", "        optimizer.step()\n", "", p.one_image_is_learned
        ),
    ),
    (
        "training.loop",
        Mutation(
            "train: gradients add up",
            "        optimizer.zero_grad()\n",
            "",
            p.gradients_are_cut_and_forgotten,
        ),
    ),
    (
        "training.loop",
        Mutation(
            "train: no clipping",
            "accelerator.clip_grad_norm_(network.parameters(), recipe.clip)",
            "pass",
            p.gradients_are_cut_and_forgotten,
        ),
    ),
    (
        "training.loop",
        Mutation(
            "train: the rate of the step before",
            "rate_at(run.step, recipe)",
            "rate_at(max(run.step - 1, 0), recipe)",
            p.the_rate_of_each_step_is_that_of_the_recipe,
        ),
    ),
    (
        "training.loop",
        Mutation(
            "rate_at: no warm-up",
            "if step < recipe.warmup:",
            "if False:",
            p.the_rate_of_each_step_is_that_of_the_recipe,
        ),
    ),
    (
        "training.loop",
        Mutation(
            "train: the average off by one",
            UPDATE,
            UPDATE.replace("run.step", "run.step - 1"),
            p.the_average_follows_its_formula,
        ),
    ),
    (
        "training.loop",
        Mutation(
            "train: the average of the average",
            UPDATE,
            UPDATE.replace("run.network", "run.average"),
            p.the_average_follows_its_formula,
        ),
    ),
    (
        "training.ema",
        Mutation(
            "update: the two shares swapped",
            "lerp_(old, new, 1 - keep)",
            "lerp_(old, new, keep)",
            p.the_average_follows_its_formula,
        ),
    ),
    (
        "training.ema",
        Mutation(
            "update: the beginning is not forgotten",
            KEEP,
            "",
            p.the_average_follows_its_formula,
        ),
    ),
    (
        "networks.denoiser",
        Mutation(
            "denoiser: forgets eval()",
            "        network.eval()\n",
            "",
            p.a_network_is_asked_in_evaluation_mode_and_left_as_it_was,
        ),
    ),
    (
        "networks.denoiser",
        Mutation(
            "denoiser: leaves it in training",
            "network.train(was_training)",
            "network.train()",
            p.a_network_is_asked_in_evaluation_mode_and_left_as_it_was,
        ),
    ),
    (
        "networks.denoiser",
        Mutation(
            "denoiser: cuts x_0 off and keeps the noise",
            "return X0.predict(schedule, guess.x0.clamp(-1, 1), xt, t)",
            "return Prediction(guess.x0.clamp(-1, 1), guess.eps)",
            p.a_guess_is_cut_off_on_request,
        ),
    ),
)


(
    test_a_copy_with_nothing_broken_passes,
    test_mutant_is_caught,
    test_every_property_catches_something,
) = suite(MODULES, p.ALL, TABLE)
