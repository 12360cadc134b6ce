"""The training loop, its average and the denoiser, each broken on purpose and caught."""

from tests.mutations.mutation import Mutation
from tests.mutations.suite import suite
from tests.training import loop_properties as p

# In the order of their imports.
MODULES = ("networks.denoiser", "training.ema", "training.images", "training.loop")

CALL = "output = network(xt.to(device), t.to(device))"
UPDATE = "ema.update(run.ema_model, run.network, recipe.optimizer.ema_decay, run.step)"
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
        Mutation("train: no step", "        optimizer.step()\n", "", p.one_image_is_learned),
    ),
    (
        "training.loop",
        Mutation(
            "train: gradients add up",
            "        optimizer.step()\n        optimizer.zero_grad()\n",
            "        optimizer.step()\n",
            p.gradients_are_cut_and_forgotten,
        ),
    ),
    (
        "training.loop",
        Mutation(
            "train: no clipping",
            "accelerator.clip_grad_norm_(network.parameters(), recipe.optimizer.max_grad_norm)",
            "torch.zeros(())",
            p.gradients_are_cut_and_forgotten,
        ),
    ),
    (
        "training.loop",
        Mutation(
            "train: the rate of the step before",
            "lr_at(run.step, recipe)",
            "lr_at(max(run.step - 1, 0), recipe)",
            p.the_rate_of_each_step_is_that_of_the_recipe,
        ),
    ),
    (
        "training.loop",
        Mutation(
            "rate_at: no warm-up",
            "if step < recipe.optimizer.warmup:",
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
    *(
        ("training.loop", row)
        for row in (
            Mutation(
                "train: one noise for the whole batch",
                "eps = torch.randn(batch, *images.shape[1:], generator=g)[share]",
                "eps = torch.randn(1, *images.shape[1:], generator=g).repeat(batch, 1, 1, 1)",
                p.the_network_sees_xt_and_its_time,
            ),
            Mutation(
                "train: one time for the whole batch",
                "t = torch.randint(1, schedule.T + 1, (batch,), generator=g)[share]",
                "t = torch.randint(1, schedule.T + 1, (1,), generator=g).repeat(batch)",
                p.the_network_sees_xt_and_its_time,
            ),
            Mutation(
                "train: one picture for the whole batch",
                "rows = torch.randint(len(images), (batch,), generator=g)[share]",
                "rows = torch.randint(len(images), (1,), generator=g).repeat(batch)",
                p.the_network_sees_xt_and_its_time,
            ),
            Mutation(
                "train: the last picture is never drawn",
                "torch.randint(len(images), (batch,)",
                "torch.randint(len(images) - 1, (batch,)",
                p.the_network_sees_xt_and_its_time,
            ),
            Mutation(
                "train: torch's own noise",
                "eps = torch.randn(batch, *images.shape[1:], generator=g)",
                "eps = torch.randn(batch, *images.shape[1:])",
                p.the_network_sees_xt_and_its_time,
            ),
            Mutation(
                "train: the schedule of another T",
                "schedule, asked = recipe.schedule, recipe.parameterization",
                "schedule, asked = type(recipe)().schedule, recipe.parameterization",
                p.the_network_sees_xt_and_its_time,
            ),
            Mutation(
                "train: the question of another recipe",
                "schedule, asked = recipe.schedule, recipe.parameterization",
                "schedule, asked = recipe.schedule, type(recipe)().asked",
                p.the_first_loss_is_the_mean_square_of_the_target,
            ),
            Mutation(
                "train: the losses of other images",
                "t, losses.detach().cpu())",
                "t, losses.detach().cpu().flip(0))",
                p.the_first_loss_is_the_mean_square_of_the_target,
            ),
            Mutation(
                "train: any loss will do",
                "        _look(run, accelerator, t, losses)\n",
                "",
                p.what_is_not_finite_teaches_nothing,
            ),
            Mutation(
                "_look: only where all of it is wrong",
                "if not losses.isfinite().all():",
                "if not losses.isfinite().any():",
                p.what_is_not_finite_teaches_nothing,
            ),
            Mutation(
                "_look: the times of all",
                "bad = t[~losses.isfinite()]",
                "bad = t",
                p.what_is_not_finite_teaches_nothing,
            ),
            Mutation(
                "train: any gradient will do",
                "if accelerator.scaler is None and not length.isfinite():",
                "if False:",
                p.what_is_not_finite_teaches_nothing,
            ),
            Mutation(
                "train: a bad gradient stays",
                "            optimizer.zero_grad()\n            raise",
                "            raise",
                p.what_is_not_finite_teaches_nothing,
            ),
            Mutation(
                "_among: not all, and nothing said of it",
                'f" and {len(t) - 8} more" if len(t) > 8 else ""',
                '""',
                p.the_first_times_are_named_and_the_others_counted,
            ),
            Mutation(
                "train: bytes as if they were pixels",
                "x0 = as_floats(images[rows])",
                "x0 = images[rows].float()",
                p.bytes_teach_what_floats_do,
            ),
            Mutation(
                "train: all images will do",
                "    check_images(images, run.recipe.data.channels)\n",
                "",
                p.pictures_that_are_none_are_refused,
            ),
            Mutation(
                "train: as the network was left",
                "    network.train()\n",
                "",
                p.the_network_learns_in_training_mode,
            ),
            Mutation(
                "rate_at: warm-up from 0",
                "recipe.optimizer.lr * (step + 1) / recipe.optimizer.warmup",
                "recipe.optimizer.lr * step / recipe.optimizer.warmup",
                p.the_rate_has_its_edges,
            ),
            Mutation(
                "rate_at: a step too long in the warm-up",
                "if step < recipe.optimizer.warmup:",
                "if step <= recipe.optimizer.warmup and recipe.optimizer.warmup:",
                p.the_rate_has_its_edges,
            ),
            Mutation(
                "start: weights do not decay",
                "lr=recipe.optimizer.lr, fused=True)",
                "lr=recipe.optimizer.lr, weight_decay=0, fused=True)",
                p.the_optimiser_is_adamw_as_it_comes,
            ),
        )
    ),
    *(
        ("training.ema", row)
        for row in (
            Mutation(
                "update: the first forgets too little",
                KEEP,
                KEEP.replace("step - 1", "step"),
                p.the_average_has_its_edges,
            ),
            Mutation(
                "update: as many as ten, not nine",
                KEEP,
                KEEP.replace("step + 9", "step + 10"),
                p.the_average_has_its_edges,
            ),
            Mutation(
                "update: buffers stay",
                "        old.copy_(new)\n",
                "        pass\n",
                p.the_average_has_its_edges,
            ),
        )
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
