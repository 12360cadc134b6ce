"""How saving, going on and stopping are broken, and the autoencoder's accelerator."""

from tests.autoencoder import checkpoint_properties as p
from tests.mutations.mutation import Mutation

ON_DISK = (
    Mutation(
        "save: the optimiser's memory forgotten",
        '        **named("optimizer", moments(run.optimizer)),\n',
        "",
        p.a_denoiser_goes_on_to_the_same_bits,
    ),
    Mutation(
        "load: the generator as at the beginning",
        '        run.generator.set_state(tensors["generator"])\n',
        "",
        p.a_denoiser_goes_on_to_the_same_bits,
    ),
    Mutation(
        "restore: nothing is given back",
        "    optimizer.load_state_dict(whole)\n",
        "",
        p.a_stopped_run_goes_on_to_the_same_bits,
    ),
    Mutation(
        "moments: of the first parameter alone",
        "for n, held in state.items() for key",
        "for n, held in [*state.items()][:1] for key",
        p.a_stopped_run_goes_on_to_the_same_bits,
    ),
    Mutation(
        "write: in place",
        'path.with_name(path.name + ".part")',
        "path",
        p.a_full_disk_leaves_the_old_checkpoint,
    ),
    Mutation(
        "write: half a file stays",
        "            beside.unlink()\n",
        "            pass\n",
        p.a_full_disk_leaves_the_old_checkpoint,
    ),
    Mutation(
        "write: a full disk is not said",
        "            beside.unlink()\n        raise\n",
        "            beside.unlink()\n",
        p.a_full_disk_leaves_the_old_checkpoint,
    ),
    Mutation(
        "checkpoint: any kind will do",
        "if found != kind:",
        "if False:",
        p.the_two_kinds_of_run_are_told_apart,
    ),
    Mutation(
        "_kind: everything is a denoising network",
        'if {kind, "step"} <= {*(notes or ())}:',
        "if notes:",
        p.the_two_kinds_of_run_are_told_apart,
    ),
)
SESSION = (
    Mutation(
        "with_checkpoints: nothing saved before the first step",
        "    saved = run.step\n    write()\n",
        "    saved = run.step\n",
        p.the_file_is_of_the_last_step_but_some,
    ),
    Mutation(
        "with_checkpoints: a step late",
        "now.step % every == 0",
        "now.step % every == 1",
        p.the_file_is_of_the_last_step_but_some,
    ),
    Mutation(
        "with_checkpoints: nothing saved at the end",
        "        raise NotFinite(words) from None\n    write()\n",
        "        raise NotFinite(words) from None\n",
        p.the_file_is_of_the_last_step_but_some,
    ),
    Mutation(
        "with_checkpoints: any number of steps between",
        '    every = check_count("every", every, 1, 10**9)\n',
        "    every = every or 10**9\n",
        p.the_file_is_of_the_last_step_but_some,
    ),
    Mutation(
        "_asked_to_stop: Ctrl-C stays caught",
        "    finally:\n        signal.signal(signal.SIGINT, before)\n",
        "    finally:\n        pass\n",
        p.the_file_is_of_the_last_step_but_some,
    ),
    Mutation(
        "with_checkpoints: Ctrl-C does not save",
        "if now.step % every == 0 or stop.is_set():",
        "if now.step % every == 0:",
        p.ctrl_c_finishes_the_step_and_saves,
    ),
    Mutation(
        "with_checkpoints: Ctrl-C is not heard",
        "                if stop.is_set():\n",
        "                if False:\n",
        p.ctrl_c_finishes_the_step_and_saves,
    ),
    Mutation(
        "with_checkpoints: the first checkpoint is named",
        "                    saved = now.step\n",
        "",
        p.what_is_not_finite_names_the_last_good_checkpoint,
    ),
    Mutation(
        "with_checkpoints: what is not finite is saved",
        "    except NotFinite as error:\n",
        "    except NotFinite as error:\n        write()\n        run.step += 1\n"
        "        write()\n",
        p.what_is_not_finite_names_the_last_good_checkpoint,
    ),
)
AUTOENCODERS = (
    Mutation(
        "save_autoencoder: no discriminator",
        'PLAYERS = ("network", "average", "discriminator")',
        'PLAYERS = ("network", "average")',
        p.a_stopped_run_goes_on_to_the_same_bits,
    ),
    Mutation(
        "save_autoencoder: no average",
        'PLAYERS = ("network", "average", "discriminator")',
        'PLAYERS = ("network", "discriminator")',
        p.a_stopped_run_goes_on_to_the_same_bits,
    ),
    Mutation(
        "save_autoencoder: one optimiser of the two",
        'OPTIMIZERS = ("optimizer", "discriminator_optimizer")',
        'OPTIMIZERS = ("optimizer",)',
        p.a_stopped_run_goes_on_to_the_same_bits,
    ),
    Mutation(
        "load_autoencoder: the generator as at the beginning",
        '        run.generator.set_state(tensors["generator"])\n',
        "",
        p.a_stopped_run_goes_on_to_the_same_bits,
    ),
    Mutation(
        "load_autoencoder: from step 0",
        '        run.step = int(notes["step"])\n',
        "",
        p.a_stopped_run_goes_on_to_the_same_bits,
    ),
    Mutation(
        "load_autoencoder: a denoising network will do",
        "checkpoint(path, AUTOENCODER)",
        'checkpoint(path, "recipe")',
        p.the_two_kinds_of_run_are_told_apart,
    ),
)
ACCELERATOR = (
    Mutation(
        "_descend: PyTorch's own backward",
        "run.accelerator.backward if run.accelerator else Tensor.backward",
        "Tensor.backward",
        p.all_gradients_are_the_accelerators,
    ),
    Mutation(
        "_move: the accelerator is not kept",
        "    run.accelerator = accelerator\n",
        "",
        p.all_gradients_are_the_accelerators,
    ),
    Mutation(
        "_move: any number of processes",
        "if accelerator.num_processes > 1 or",
        "if",
        p.one_process_of_full_precision_is_asked_for,
    ),
    Mutation(
        "_move: any precision",
        ' or accelerator.mixed_precision != "no"',
        "",
        p.one_process_of_full_precision_is_asked_for,
    ),
)
