"""How saving, going on and stopping are broken, and the autoencoder's accelerator."""

from tests.autoencoder import checkpoint_properties as p
from tests.mutations.mutation import Mutation

ON_DISK = (
    Mutation(
        "save: the optimiser's memory forgotten",
        '        **named("optimizer", moments(run.optimizers["network"])),\n',
        "",
        p.a_denoiser_goes_on_to_the_same_bits,
    ),
    Mutation(
        "load: the generator as at the beginning",
        "        restore_generator(run.generator, tensors)\n",
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
        "write: a full disk is not said",
        "        replaced(path, in_pieces(tensors, notes))\n    except OSError as error:\n",
        "        replaced(path, in_pieces(tensors, notes))\n    except OSError as error:\n        return\n",
        p.a_full_disk_leaves_the_old_checkpoint,
    ),
    Mutation(
        "write: neither file nor step is said",
        "        raise OSError(\n            error.errno,\n",
        "        raise error\n        raise OSError(\n            error.errno,\n",
        p.a_full_disk_leaves_the_old_checkpoint,
    ),
    Mutation(
        "write: no checksum",
        "    notes[SUM] = checksum(tensors, notes)\n",
        "",
        p.a_changed_file_is_refused,
    ),
    Mutation(
        "checkpoint: the checksum is not looked at",
        "if SUM in notes and notes[SUM] != checksum(tensors, notes):",
        "if False:",
        p.a_changed_file_is_refused,
    ),
    Mutation(
        "write: what is not finite is saved",
        "        if tensor.is_floating_point() and not tensor.isfinite().all():\n            raise NotFinite(",
        "        if False:\n            raise NotFinite(",
        p.what_is_not_finite_is_neither_saved_nor_loaded,
    ),
    Mutation(
        "compare: what is not finite is loaded",
        "        if tensor.is_floating_point() and not tensor.isfinite().all():\n            raise ValueError(",
        "        if False:\n            raise ValueError(",
        p.what_is_not_finite_is_neither_saved_nor_loaded,
    ),
    Mutation(
        "compare: any shape",
        'for what in ("shape", "dtype"):',
        'for what in ("dtype",):',
        p.what_does_not_fit_is_refused,
    ),
    Mutation(
        "compare: any dtype",
        'for what in ("shape", "dtype"):',
        'for what in ("shape",):',
        p.what_does_not_fit_is_refused,
    ),
    Mutation(
        "compare: what is missing is not missed",
        '("it has no", expected.keys() - tensors.keys()),',
        '("it has no", {*()}),',
        p.what_does_not_fit_is_refused,
    ),
    Mutation(
        "compare: what is too many is passed over",
        '("its recipe has no", tensors.keys() - expected.keys()),',
        '("its recipe has no", {*()}),',
        p.what_does_not_fit_is_refused,
    ),
    Mutation(
        "compare: a mean of squares below 0",
        'if name.endswith(".exp_avg_sq") and (tensor < 0).any():',
        "if False:",
        p.what_does_not_fit_is_refused,
    ),
    Mutation(
        "compare: moments of another step",
        'if name.endswith(".step") and not 1 <= tensor <= built:',
        "if False:",
        p.what_does_not_fit_is_refused,
    ),
    Mutation(
        "step_of: any step",
        "if not 0 <= number <= steps:",
        "if number < 0:",
        p.what_does_not_fit_is_refused,
    ),
    Mutation(
        "write: the source is forgotten",
        "    if source is not None:\n",
        "    if False:\n",
        p.a_source_comes_back,
    ),
    Mutation(
        "restore: a view of the file",
        "= value.clone()",
        "= value",
        p.what_is_restored_is_nobody_elses,
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
        "            write()\n            record.go_on(run.step)\n",
        "            record.go_on(run.step)\n",
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
        "            write()\n        except BaseException as error:\n",
        "        except BaseException as error:\n",
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
        "    finally:\n        for number in numbers:\n            signal.signal(number, before[number])\n",
        "    finally:\n        pass\n",
        p.the_file_is_of_the_last_step_but_some,
    ),
    Mutation(
        "with_checkpoints: Ctrl-C does not save",
        "if now.step % every == 0 or stopping:",
        "if now.step % every == 0:",
        p.ctrl_c_finishes_the_step_and_saves,
    ),
    Mutation(
        "with_checkpoints: Ctrl-C is not heard",
        "                    if stopping:\n",
        "                    if False:\n",
        p.ctrl_c_finishes_the_step_and_saves,
    ),
    Mutation(
        "with_checkpoints: the first checkpoint is named",
        "                        saved = now.step\n",
        "",
        p.what_is_not_finite_names_the_last_good_checkpoint,
    ),
    Mutation(
        "with_checkpoints: what is not finite is saved",
        "            elif isinstance(error, NotFinite):\n",
        "            elif isinstance(error, NotFinite):\n                run.step += 1\n                write()\n",
        p.what_is_not_finite_names_the_last_good_checkpoint,
    ),
    Mutation(
        "_asked_to_stop: SIGTERM is not heard",
        'SIGNALS = ("SIGINT", "SIGTERM")',
        'SIGNALS = ("SIGINT",)',
        p.the_file_is_of_the_last_step_but_some,
    ),
    Mutation(
        "with_checkpoints: nobody is kept out",
        "    with claimed(file):\n",
        "    if True:\n",
        p.a_run_in_use_is_refused,
    ),
    Mutation(
        "with_checkpoints: a new run replaces another",
        "        if new and there:\n",
        "        if False:\n",
        p.a_new_run_replaces_none_and_leaves_none,
    ),
    Mutation(
        "with_checkpoints: a refused run leaves its file",
        "                file.unlink(missing_ok=True)\n",
        "",
        p.a_new_run_replaces_none_and_leaves_none,
    ),
    Mutation(
        "with_checkpoints: a refused run leaves its record",
        "                record.discard()\n",
        "",
        p.a_new_run_replaces_none_and_leaves_none,
    ),
    Mutation(
        "with_checkpoints: a refused run takes the file along that was there",
        "if run.step == 0 and not there:",
        "if run.step == 0:",
        p.a_new_run_replaces_none_and_leaves_none,
    ),
    Mutation(
        "with_checkpoints: no record",
        '                    record.note(now.step, now.loss, getattr(now, "parts", {}))\n',
        "",
        p.the_losses_are_kept,
    ),
    Mutation(
        "with_checkpoints: the record begins anew",
        "record.go_on(run.step)",
        "record.go_on(0)",
        p.the_losses_are_kept,
    ),
)
FILES = (
    Mutation(
        "replaced: in place",
        '        with open(beside, "xb") as file:\n',
        '        beside = path\n        with open(path, "wb") as file:\n',
        p.a_full_disk_leaves_the_old_checkpoint,
    ),
    Mutation(
        "replaced: half a file stays",
        "went well\n            beside.unlink()\n",
        "went well\n            pass\n",
        p.a_full_disk_leaves_the_old_checkpoint,
    ),
    Mutation(
        "in_pieces: notes in the library's order",
        'dict(sorted(header["__metadata__"].items()))',
        'dict(sorted(header["__metadata__"].items(), key=lambda item: hash(str(id(item)))))',
        p.a_run_is_one_file_to_the_byte,
    ),
    Mutation(
        "checksum: without the notes",
        "    digest.update(json.dumps(told).encode())\n",
        "",
        p.a_changed_file_is_refused,
    ),
    Mutation(
        "checksum: without the numbers",
        "        if tensor.numel():\n",
        "        if False:\n",
        p.a_changed_file_is_refused,
    ),
)
RECORD = (
    Mutation(
        "go_on: rows behind the checkpoint stay",
        "<= step]",
        "<= 10**9]",
        p.the_losses_are_kept,
    ),
    Mutation(
        "note: not the terms",
        "repr(parts[name]) if name in parts",
        "repr(parts[name]) if not parts",
        p.the_losses_are_kept,
    ),
)
AUTOENCODERS = (
    Mutation(
        "save: no discriminator",
        'PLAYERS = ("network", "average", "discriminator")',
        'PLAYERS = ("network", "average")',
        p.a_stopped_run_goes_on_to_the_same_bits,
    ),
    Mutation(
        "save: no average",
        'PLAYERS = ("network", "average", "discriminator")',
        'PLAYERS = ("network", "discriminator")',
        p.a_stopped_run_goes_on_to_the_same_bits,
    ),
    Mutation(
        "save: one optimiser of the two",
        'OPTIMIZERS = ("optimizer", "discriminator_optimizer")',
        'OPTIMIZERS = ("optimizer",)',
        p.a_stopped_run_goes_on_to_the_same_bits,
    ),
    Mutation(
        "load: the generator as at the beginning",
        "        restore_generator(run.generator, tensors)\n",
        "",
        p.a_stopped_run_goes_on_to_the_same_bits,
    ),
    Mutation(
        "load: from step 0",
        "run.step, run.source = step, source_of(notes)",
        "run.source = source_of(notes)",
        p.a_stopped_run_goes_on_to_the_same_bits,
    ),
    Mutation(
        "load: a denoising network will do",
        "checkpoint(path, AUTOENCODER)",
        'checkpoint(path, "recipe")',
        p.the_two_kinds_of_run_are_told_apart,
    ),
    Mutation(
        "load: no source",
        "run.step, run.source = step, source_of(notes)",
        "run.step = step",
        p.a_source_comes_back,
    ),
    Mutation(
        "load: not compared",
        "        compare(tensors, _expected(recipe, step))\n",
        "",
        p.what_does_not_fit_is_refused,
    ),
    Mutation(
        "train_to: new or not",
        "every=every, new=new, terms=terms)",
        "every=every, terms=terms)",
        p.a_new_run_replaces_none_and_leaves_none,
    ),
)
ACCELERATOR = (
    Mutation(
        "_gradient: PyTorch's own backward",
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
