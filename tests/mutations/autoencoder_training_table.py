"""How the training of the autoencoder is broken, by module."""

from tests.autoencoder import accelerator_properties as d
from tests.autoencoder import failure_properties as f
from tests.autoencoder import training_properties as t
from tests.mutations.mutation import Mutation

INPUTS = 'accelerator.backward(loss.mean(), inputs=group["params"])'
CLIPPED = 'norm = nn.utils.clip_grad_norm_(group["params"], max_grad_norm)'
STEP = "    optimizer.step()\n    optimizer.zero_grad()\n\n\ndef lr_at("
RATE = 'group["lr"] = factor * lr_at(session.step, session.recipe)'
ALL_OR_NONE = "        with _all_or_none(session, learners):\n            losses"
BATCH_ROWS = "data[draws.integers(0, len(data))]"
MIRRORED = "mirrored = draws.uniform() < 0.5"
ORDER = "order = draws.uniform(x.shape[1]).argsort(dim=1)"
BOTH = "        if not told.alternate_updates:\n            return self.players\n"

DESCENT = (
    Mutation(
        "descend: both players get gradients",
        INPUTS,
        "accelerator.backward(loss.mean())",
        t.the_autoencoder_update_changes_only_its_own,
    ),
    Mutation(
        "descend: gradients add up",
        STEP,
        "    optimizer.step()\n\n\ndef lr_at(",
        t.the_autoencoder_update_changes_only_its_own,
    ),
    Mutation(
        "descend: no step",
        STEP,
        "    optimizer.zero_grad()\n\n\ndef lr_at(",
        t.the_autoencoder_learns,
    ),
    Mutation(
        "descend: uphill",
        INPUTS,
        'accelerator.backward(-loss.mean(), inputs=group["params"])',
        t.the_autoencoder_learns,
    ),
    Mutation(
        "descend: the discriminator uphill",
        INPUTS,
        'accelerator.backward(loss.mean() * (1 if player == "network" else -1), '
        'inputs=group["params"])',
        t.the_discriminator_learns,
    ),
    Mutation(
        "descend: the other's optimiser",
        "session.accelerator, session.optimizers[player]",
        "session.accelerator, [*session.optimizers.values()][-1]",
        t.the_autoencoder_update_changes_only_its_own,
    ),
    Mutation(
        "descend: no clipping",
        CLIPPED,
        'norm = nn.utils.clip_grad_norm_(group["params"], 1e9)',
        t.two_steps_are_those_of_a_reference,
    ),
    Mutation(
        "descend: only the first player is clipped",
        CLIPPED,
        "norm = nn.utils.clip_grad_norm_(session.network.parameters(), max_grad_norm)",
        t.two_steps_are_those_of_a_reference,
    ),
    Mutation(
        "descend: each weight is clipped by its own length",
        CLIPPED,
        'norm = sum(nn.utils.clip_grad_norm_(p, max_grad_norm) for p in group["params"])',
        t.two_steps_are_those_of_a_reference,
    ),
    Mutation(
        "descend: the rate of the next step",
        RATE,
        RATE.replace("session.step,", "session.step + 1,"),
        t.the_rate_of_each_step_is_that_of_the_recipe,
    ),
    Mutation(
        "descend: the share for nobody",
        RATE,
        RATE.replace("factor * ", ""),
        t.the_rate_of_each_step_is_that_of_the_recipe,
    ),
    Mutation(
        "_look: any loss will do",
        "torch.stack([bad.any(), ~norm.isfinite()])",
        "torch.stack([torch.tensor(False), ~norm.isfinite()])",
        f.what_is_not_finite_teaches_nothing,
    ),
    Mutation(
        "_look: any gradient will do",
        "torch.stack([bad.any(), ~norm.isfinite()])",
        "torch.stack([bad.any(), torch.tensor(False)])",
        f.what_is_not_finite_teaches_nothing,
    ),
    Mutation(
        "_look: an infinity will do",
        "bad = ~loss.isfinite()",
        "bad = loss.isnan()",
        f.what_is_not_finite_teaches_nothing,
    ),
    Mutation(
        "_look: nobody is named",
        'whose = "" if player == session.task.players[0] else f"{player}\'s "',
        'whose = ""',
        f.a_loss_of_the_discriminator_that_is_not_finite_is_called_its_own,
    ),
    Mutation(
        "_share_gradients: to each its own",
        "if accelerator.num_processes > 1:\n        own",
        "if accelerator.num_processes > 2:\n        own",
        d.two_processes_learn_as_one,
    ),
    Mutation(
        "descend: only the first player's gradients are shared",
        '    _share_gradients(accelerator, group["params"])\n',
        '    if player == "network":\n        _share_gradients(accelerator, group["params"])\n',
        d.two_processes_have_one_discriminator,
    ),
    Mutation(
        "_share_gradients: the sum",
        'for grad in own]), "mean")',
        'for grad in own]), "sum")',
        d.two_processes_learn_as_one,
    ),
    Mutation(
        "descend: clipped before it is shared",
        '    _share_gradients(accelerator, group["params"])\n',
        '    nn.utils.clip_grad_norm_(group["params"], session.recipe.optimizer.max_grad_norm)\n'
        '    _share_gradients(accelerator, group["params"])\n',
        d.two_processes_learn_as_one,
    ),
    Mutation(
        "_look: a process looks at its own loss",
        "if accelerator.num_processes > 1:  # all of them stop at one step\n",
        "if False:\n",
        d.all_processes_stop_together,
    ),
)
SESSION = (
    Mutation(
        "_all_or_none: codes learn from what is not finite",
        "            module.load_state_dict(weights)\n",
        "            pass\n",
        f.what_is_not_finite_teaches_nothing,
    ),
    Mutation(
        "_all_or_none: what is kept of the codes learns along",
        "seen = [deepcopy(module.state_dict()) for module in looking]",
        "seen = [module.state_dict() for module in looking]",
        f.what_is_not_finite_teaches_nothing,
    ),
    Mutation(
        "_all_or_none: codes learn from a step that something else stopped",
        "    except Exception:\n",
        "    except RuntimeError:\n",
        f.features_that_refuse_teach_nothing,
    ),
    Mutation(
        "_in_precision: what is not finite passes for bad input",
        "    except NonFinite as error:",
        "    except ZeroDivisionError as error:",
        f.a_part_that_makes_infinity_teaches_nothing,
    ),
    Mutation(
        "train: logits that are not finite leave what was seen",
        ALL_OR_NONE,
        "        if True:\n            losses",
        f.logits_that_are_not_finite_teach_nothing,
    ),
    Mutation(
        "_all_or_none: the first player has learned when the second fails",
        "            session.networks[name].load_state_dict(weights)\n",
        "            pass\n",
        f.a_discriminator_that_fails_teaches_nobody,
    ),
    Mutation(
        "_all_or_none: the first player's optimiser remembers",
        "            session.optimizers[name].load_state_dict(moments)\n",
        "            pass\n",
        f.a_discriminator_that_fails_teaches_nobody,
    ),
    Mutation(
        "_all_or_none: what is kept of the first player learns along",
        "deepcopy((session.networks[name].state_dict(), session.optimizers[name].state_dict()))",
        "(session.networks[name].state_dict(), session.optimizers[name].state_dict())",
        f.a_discriminator_that_fails_teaches_nobody,
    ),
    Mutation(
        "_all_or_none: the moments are another's",
        "            session.optimizers[name].load_state_dict(moments)\n",
        "            session.optimizers[name].state.clear()\n",
        f.after_a_failure_a_run_goes_on,
    ),
    Mutation(
        "train: the discriminator is not looked at",
        ALL_OR_NONE,
        "        if True:\n            losses",
        f.a_discriminator_that_fails_teaches_nobody,
    ),
    Mutation(
        "start: other weights where there is a discriminator",
        "        torch.manual_seed(recipe.seed)\n",
        "        torch.manual_seed(recipe.seed + bool(recipe.loss.adversarial))\n",
        t.before_its_beginning_the_discriminator_has_no_influence,
    ),
    Mutation(
        "start: any weights",
        "        torch.manual_seed(recipe.seed)\n",
        "",
        t.one_recipe_gives_one_run,
    ),
    Mutation(
        "start: the batches of another seed",
        "torch.Generator().manual_seed(recipe.seed),",
        "torch.Generator().manual_seed(recipe.seed + 1),",
        t.two_steps_are_those_of_a_reference,
    ),
    Mutation(
        "_adamw: weights do not decay",
        '{"lr": lr, "fused": True,',
        '{"lr": lr, "weight_decay": 0, "fused": True,',
        t.two_steps_are_those_of_a_reference,
    ),
    Mutation(
        "_progress: the last loss for both",
        "first, _ = next(iter(shown.values()))",
        "first, _ = [*shown.values()][-1]",
        t.both_learn_on_every_batch,
    ),
    Mutation(
        "train: a batch is asked before the accelerator",
        "    prepare(session, accelerator or session.accelerator or Accelerator(cpu=True))\n",
        "    session.accelerator = accelerator or Accelerator(cpu=True)\n",
        d.what_cannot_be_trained_so_is_refused,
    ),
    Mutation(
        "_in_precision: full precision",
        "            with session.accelerator.autocast():\n",
        "            if True:\n",
        d.in_bf16_all_kinds_learn,
    ),
    Mutation(
        "draws: the same images for all",
        "share = (where.num_processes, where.process_index) if where else (1, 0)",
        "share = (where.num_processes, 0) if where else (1, 0)",
        d.two_processes_learn_as_one,
    ),
)
DRAWS = (
    Mutation(
        "own: the same draws in each process",
        "manual_seed(seed + self.index)",
        "manual_seed(seed)",
        d.two_processes_learn_as_one,
    ),
    Mutation(
        "own: a generator of its own for one process too",
        "if self.processes == 1:",
        "if False:",
        t.two_steps_are_those_of_a_reference,
    ),
)
TASK = (
    Mutation(
        "losses: hands on the graph",
        "{name: part.detach() for name, part in parts._asdict().items()}",
        "parts._asdict()",
        t.the_autoencoder_update_changes_only_its_own,
    ),
    Mutation(
        "losses: looks again, and VQ learns",
        "discriminator_loss(x, recon.detach(), discriminator)",
        "discriminator_loss(x, network(x)[0].detach(), discriminator)",
        t.the_discriminator_update_changes_only_its_own,
    ),
    Mutation(
        "losses: the autoencoder uphill",
        'yield "network", parts.total, shown',
        'yield "network", -parts.total, shown',
        t.the_autoencoder_learns,
    ),
    Mutation(
        "losses: the discriminator uphill",
        'yield "discriminator", loss, {',
        'yield "discriminator", -loss, {',
        t.the_discriminator_learns,
    ),
    Mutation(
        "losses: the discriminator alone is taught by the pictures",
        "recon = reconstructed(network, x, generator)",
        "recon = x",
        t.alone_the_discriminator_is_taught_by_looking,
    ),
    Mutation(
        "reconstructed: no copy looks",
        "return deepcopy(network)(x,",
        "return network(x,",
        t.looking_teaches_nothing,
    ),
    Mutation(
        "reconstructed: in evaluation",
        "return deepcopy(network)(x,",
        "return deepcopy(network).eval()(x,",
        t.looking_teaches_nothing,
    ),
    Mutation(
        "losses: no warm-up",
        "if session.step >= self.recipe.discriminator.disc_start:\n",
        "if True:\n",
        t.before_its_beginning_the_discriminator_has_no_influence,
    ),
    Mutation(
        "losses: a step late",
        "                discriminator,\n",
        "                discriminator if session.step > self.recipe.discriminator.disc_start "
        "else None,\n",
        t.the_discriminator_begins_at_its_step,
    ),
    Mutation(
        "losses: at once",
        "if session.step >= self.recipe.discriminator.disc_start:\n",
        "if session.step >= 0:\n",
        t.the_discriminator_begins_at_its_step,
    ),
    Mutation(
        "adamw: the discriminator's memory is long",
        "(0.5, 0.9)",
        "(0.9, 0.999)",
        t.two_steps_are_those_of_a_reference,
    ),
    Mutation(
        "losses: one feature less",
        "                self.perceptual_loss,\n",
        "                None,\n",
        t.two_steps_are_those_of_a_reference,
    ),
    Mutation(
        "losses: weights left out",
        "network, weights = session.network, self.recipe.loss\n",
        "network, weights = session.network, type(self.recipe.loss)(1.0, 1.0, 1.0, 1.0)\n",
        t.two_steps_are_those_of_a_reference,
    ),
    Mutation(
        "average: off by one",
        "super().update_ema(session, player)\n",
        "session.step -= 1\n        super().update_ema(session, player)\n"
        "        session.step += 1\n",
        t.two_steps_are_those_of_a_reference,
    ),
    Mutation(
        "average: codes are averaged",
        "session.averages[player].bottleneck.load_state_dict(codes)",
        "pass",
        t.the_average_takes_codes_over,
    ),
    Mutation(
        "lr_factor: as fast as the autoencoder",
        "return self.recipe.discriminator.disc_lr_factor if",
        "return 1.0 if",
        t.the_rate_of_each_step_is_that_of_the_recipe,
    ),
    Mutation(
        "learn_by_looking: forgotten",
        "return [session.network.bottleneck]",
        "return []",
        f.what_is_not_finite_teaches_nothing,
    ),
    Mutation(
        "batch: never shuffled",
        "if self.recipe.channel_shuffle:",
        "if False:",
        t.recoloured_images_have_their_channels_in_every_order,
    ),
    Mutation(
        "batch: a colour twice",
        ORDER,
        "order = draws.uniform(x.shape[1]).mul(3).long()",
        t.recoloured_images_have_their_channels_in_every_order,
    ),
    Mutation(
        "batch: always shuffled",
        "if self.recipe.channel_shuffle:",
        "if True:",
        t.every_image_is_seen_and_half_of_them_in_a_mirror,
    ),
    Mutation(
        "batch: no mirror",
        "x.flip(3), x)",
        "x, x)",
        t.every_image_is_seen_and_half_of_them_in_a_mirror,
    ),
    Mutation(
        "batch: upside down",
        "x.flip(3), x)",
        "x.flip(2), x)",
        t.every_image_is_seen_and_half_of_them_in_a_mirror,
    ),
    Mutation(
        "batch: too many mirrored",
        MIRRORED,
        "mirrored = draws.uniform() < 0.8",
        t.every_image_is_seen_and_half_of_them_in_a_mirror,
    ),
    Mutation(
        "batch: the last image is never seen",
        BATCH_ROWS,
        "data[draws.integers(0, len(data) - 1)]",
        t.every_image_is_seen_and_half_of_them_in_a_mirror,
    ),
    Mutation(
        "batch: torch's own numbers",
        MIRRORED,
        "mirrored = torch.rand(draws.batch_size) < 0.5",
        t.one_recipe_gives_one_run,
    ),
    Mutation(
        "batch: one picture for the whole batch",
        BATCH_ROWS,
        "data[draws.integers(0, len(data))[:1].repeat(draws.batch_size)]",
        t.two_steps_are_those_of_a_reference,
    ),
    Mutation(
        "batch: one mirror for the whole batch",
        MIRRORED,
        "mirrored = draws.uniform()[:1].repeat(draws.batch_size) < 0.5",
        t.two_steps_are_those_of_a_reference,
    ),
    Mutation(
        "batch: one order of the colours for the whole batch",
        ORDER,
        "order = draws.uniform(x.shape[1])[:1].repeat(len(x), 1).argsort(dim=1)",
        t.recoloured_images_have_their_channels_in_every_order,
    ),
    Mutation(
        "batch: bytes as if they were pixels",
        "return as_floats(x)\n",
        "return x.float()\n",
        t.bytes_teach_what_floats_do,
    ),
    Mutation(
        "losses: the discriminator learns in the warm-up",
        '        if "discriminator" in learners:  # (2) the discriminator\'s turn\n',
        '        if discriminator := session.networks.get("discriminator"):\n',
        t.before_its_beginning_the_discriminator_has_no_influence,
    ),
    Mutation(
        "learners: a step late",
        "or step < told.disc_start:",
        "or step <= told.disc_start:",
        t.both_learn_on_every_batch,
    ),
    Mutation(
        "learners: never alternates",
        BOTH,
        "        if True:\n            return self.players\n",
        t.alternate_steps_teach_one_each,
    ),
    Mutation(
        "learners: always alternates",
        BOTH,
        "",
        t.both_learn_on_every_batch,
    ),
    Mutation(
        "learners: the autoencoder first",
        "% 2 == 0 else",
        "% 2 == 1 else",
        t.alternate_steps_teach_one_each,
    ),
    Mutation(
        "check_accelerator: VQ in several processes",
        'if several > 1 and self.recipe.bottleneck.bottleneck_type == "vq":',
        "if False:",
        d.what_cannot_be_trained_so_is_refused,
    ),
    Mutation(
        "check_accelerator: no autoencoder in several processes",
        'if several > 1 and self.recipe.bottleneck.bottleneck_type == "vq":',
        "if several > 1:",
        d.two_processes_learn_as_one,
    ),
    Mutation(
        "check_accelerator: float16 with a discriminator",
        'if accelerator.mixed_precision == "fp16" and self.recipe.loss.adversarial:',
        "if False:",
        d.what_cannot_be_trained_so_is_refused,
    ),
    Mutation(
        "check_accelerator: no half precision at all",
        'if accelerator.mixed_precision == "fp16" and self.recipe.loss.adversarial:',
        'if accelerator.mixed_precision != "no":',
        d.in_bf16_all_kinds_learn,
    ),
)
