"""The training loop, its average and the denoiser, each broken on purpose and caught."""

from tests.mutations.mutation import Mutation
from tests.mutations.suite import suite
from tests.training import loop_properties as p

# In the order of their imports.
MODULES = (
    "networks.denoiser",
    "training.ema",
    "training.draws",
    "training.task",
    "training.images",
    "training.descent",
    "training.session",
    "tasks.diffusion",
)

CALL = "output = network(xt.to(device), t.to(device))"
TARGET = "target = self.parameterization.target(self.schedule, x0, eps, t)"
OF_RECIPE = "self.schedule, self.parameterization = recipe.schedule, recipe.parameterization"
ROWS = "drawn = draws.integers(0, len(x))"
TIMES = "t = draws.integers(1, self.schedule.T + 1)"
NOISE = "eps = draws.normal(*x0.shape[1:])"
UPDATE = "session.averages[player], session.networks[player], ema_decay, session.step)"
KEEP = "decay = min(ema_decay, (step - 1) / (step + 9))"
STEP = "    optimizer.step()\n    optimizer.zero_grad()\n"

DIFFUSION = (
    Mutation(
        "losses: ignores t",
        CALL,
        CALL.replace(" t.to", " (0 * t).to"),
        p.the_network_sees_xt_and_its_time,
    ),
    Mutation(
        "losses: t shifted by one",
        CALL,
        CALL.replace(" t.to", " (t - 1).to"),
        p.the_network_sees_xt_and_its_time,
    ),
    Mutation(
        "losses: sees the clean picture",
        CALL,
        CALL.replace("xt.to", "x0.to"),
        p.the_network_sees_xt_and_its_time,
    ),
    Mutation(
        "losses: t = T is never drawn",
        TIMES,
        TIMES.replace(" + 1", ""),
        p.every_time_is_drawn,
    ),
    Mutation(
        "losses: always the noise as the target",
        TARGET,
        "target = eps",
        p.the_first_loss_is_the_mean_square_of_the_target,
    ),
    Mutation(
        "losses: the target of other noise",
        TARGET,
        TARGET.replace("eps", "eps.roll(1, 0)"),
        p.one_image_is_learned,
    ),
    Mutation(
        "losses: one noise for the whole batch",
        NOISE,
        f"{NOISE}[:1].expand_as(x0)",
        p.the_network_sees_xt_and_its_time,
    ),
    Mutation(
        "losses: one time for the whole batch",
        TIMES,
        f"{TIMES}[:1].expand(len(x0))",
        p.the_network_sees_xt_and_its_time,
    ),
    Mutation(
        "batch: one picture for the whole batch",
        ROWS,
        f"{ROWS}[:1].expand(draws.batch_size)",
        p.the_network_sees_xt_and_its_time,
    ),
    Mutation(
        "batch: the last picture is never drawn",
        ROWS,
        ROWS.replace("len(x)", "len(x) - 1"),
        p.the_network_sees_xt_and_its_time,
    ),
    Mutation(
        "batch: bytes as if they were pixels",
        "as_floats(x[drawn])",
        "x[drawn].float()",
        p.bytes_teach_what_floats_do,
    ),
    Mutation(
        "task: the schedule of another T",
        OF_RECIPE,
        OF_RECIPE.replace("= recipe.schedule", "= type(recipe)().schedule"),
        p.the_network_sees_xt_and_its_time,
    ),
    Mutation(
        "task: the prediction of another recipe",
        OF_RECIPE,
        OF_RECIPE.replace(", recipe.param", ", type(recipe)().param"),
        p.the_first_loss_is_the_mean_square_of_the_target,
    ),
    Mutation(
        "check_data: all images will do",
        "check_images(x, self.recipe.shape[0])",
        "pass",
        p.pictures_that_are_none_are_refused,
    ),
)
DESCENT = (
    Mutation("descend: no step", STEP, "    optimizer.zero_grad()\n", p.one_image_is_learned),
    Mutation(
        "descend: gradients add up",
        STEP,
        "    optimizer.step()\n",
        p.gradients_are_cut_and_forgotten,
    ),
    Mutation(
        "descend: no clipping",
        'nn.utils.clip_grad_norm_(group["params"], max_grad_norm)',
        "torch.zeros(())",
        p.gradients_are_cut_and_forgotten,
    ),
    Mutation(
        "descend: the rate of the step before",
        "lr_at(session.step, session.recipe)",
        "lr_at(max(session.step - 1, 0), session.recipe)",
        p.the_rate_of_each_step_is_that_of_the_recipe,
    ),
    Mutation(
        "lr_at: no warm-up",
        "if step < warmup:",
        "if False:",
        p.the_rate_of_each_step_is_that_of_the_recipe,
    ),
    Mutation(
        "lr_at: warm-up from 0",
        "lr * (step + 1) / warmup",
        "lr * step / warmup",
        p.the_rate_has_its_edges,
    ),
    Mutation(
        "lr_at: a step too long in the warm-up",
        "if step < warmup:",
        "if step <= warmup and warmup:",
        p.the_rate_has_its_edges,
    ),
    Mutation(
        "lr_at: the two curves changed over",
        'recipe.optimizer.lr_scheduler == "constant"',
        'recipe.optimizer.lr_scheduler == "cosine"',
        p.the_rate_has_its_edges,
    ),
    Mutation(
        "descend: nobody looks",
        "    _look(session, player, loss.detach(), norm, parts or {})\n",
        "",
        p.what_is_not_finite_teaches_nothing,
    ),
    Mutation(
        "_look: any loss will do",
        "[bad.any(), ~norm.isfinite()]",
        "[bad.any() & False, ~norm.isfinite()]",
        p.what_is_not_finite_teaches_nothing,
    ),
    Mutation(
        "_look: only where all of it is wrong",
        "[bad.any(), ~norm.isfinite()]",
        "[bad.all(), ~norm.isfinite()]",
        p.what_is_not_finite_teaches_nothing,
    ),
    Mutation(
        "_look: the times of all",
        "value[bad.to(value.device)]",
        "value",
        p.what_is_not_finite_teaches_nothing,
    ),
    Mutation(
        "_look: any gradient will do",
        "if not any(wrong):",
        "if not wrong[0]:",
        p.what_is_not_finite_teaches_nothing,
    ),
    Mutation(
        "_look: a bad gradient stays",
        "    session.optimizers[player].zero_grad()\n",
        "",
        p.a_step_alone_leaves_no_gradient_and_teaches_nothing_where_it_fails,
    ),
    Mutation(
        "_some: not all, and nothing said of it",
        'f" and {len(values) - 8} more" if len(values) > 8 else ""',
        '""',
        p.the_first_times_are_named_and_the_others_counted,
    ),
    Mutation(
        "prepare: as the network was left",
        "network.to(accelerator.device).train()",
        "network.to(accelerator.device)",
        p.the_network_learns_in_training_mode,
    ),
)
SESSION = (
    Mutation(
        "progress: the loss summed",
        "first.mean().item()",
        "first.sum().item()",
        p.the_first_loss_is_the_mean_square_of_the_target,
    ),
    Mutation(
        "progress: the losses of other images",
        'parts["losses"] = loss.cpu()',
        'parts["losses"] = loss.cpu().flip(0)',
        p.the_first_loss_is_the_mean_square_of_the_target,
    ),
    Mutation(
        "start: weights do not decay",
        '"fused": True, **',
        '"fused": True, "weight_decay": 0, **',
        p.the_optimiser_is_adamw_as_it_comes,
    ),
)
AVERAGE = (
    Mutation(
        "average: off by one",
        UPDATE,
        UPDATE.replace("session.step", "session.step - 1"),
        p.the_average_follows_its_formula,
    ),
    Mutation(
        "average: of the average",
        UPDATE,
        UPDATE.replace("session.networks", "session.averages"),
        p.the_average_follows_its_formula,
    ),
)
EMA = (
    Mutation(
        "update: the two shares swapped",
        "lerp_(old, new, 1 - decay)",
        "lerp_(old, new, decay)",
        p.the_average_follows_its_formula,
    ),
    Mutation(
        "update: the beginning is not forgotten",
        KEEP,
        "decay = ema_decay",
        p.the_average_follows_its_formula,
    ),
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
TABLE = (
    *(("tasks.diffusion", row) for row in DIFFUSION),
    *(("training.descent", row) for row in DESCENT),
    *(("training.session", row) for row in SESSION),
    *(("training.task", row) for row in AVERAGE),
    *(("training.ema", row) for row in EMA),
    (
        "training.draws",
        Mutation(
            "normal: torch's own noise",
            "torch.randn(self._whole, *shape, generator=self.generator)",
            "torch.randn(self._whole, *shape)",
            p.the_network_sees_xt_and_its_time,
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
            "return X0.predict(schedule, x0, xt, t, validate_args=False)",
            "return Prediction(x0, prediction.eps)",
            p.a_guess_is_cut_off_on_request,
        ),
    ),
)


(
    test_a_copy_with_nothing_broken_passes,
    test_mutant_is_caught,
    test_every_property_catches_something,
) = suite(MODULES, p.ALL, TABLE)
