"""How saving, going on and stopping are broken, and the step of several players."""

from tests.mutations.mutation import Mutation
from tests.training import checkpoint_properties as p

ON_DISK = (
    Mutation(
        "save: the optimiser's memory forgotten",
        '        tensors |= named(f"{name}{OPTIMIZER}", moments(session.optimizers[name]))\n',
        "",
        p.a_stopped_run_goes_on_to_the_same_bits,
    ),
    Mutation(
        "load: the generator as at the beginning",
        "        restore_generator(session.generator, tensors)\n",
        "",
        p.a_stopped_run_goes_on_to_the_same_bits,
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
        "        replaced(path, in_pieces(tensors, notes))\n    except OSError as error:\n"
        "        return\n",
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
        "load: the checksum is not looked at",
        "if SUM in notes and notes[SUM] != checksum(tensors, notes):",
        "if False:",
        p.a_changed_file_is_refused,
    ),
    Mutation(
        "write: what is not finite is saved",
        "        if tensor.is_floating_point() and not tensor.isfinite().all():\n"
        "            raise Diverged(",
        "        if False:\n            raise Diverged(",
        p.what_is_not_finite_is_neither_saved_nor_loaded,
    ),
    Mutation(
        "compare: what is not finite is loaded",
        "        if tensor.is_floating_point() and not tensor.isfinite().all():\n"
        "            raise ValueError(",
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
        "load: a kind that is not asked for",
        "        if kind not in kinds:\n",
        "        from companion.tasks import KINDS as kinds\n        if False:\n",
        p.a_file_says_its_kind,
    ),
)
NOTES = (
    Mutation(
        "step_of: any step",
        "if not 0 <= number <= steps:",
        "if number < 0:",
        p.what_does_not_fit_is_refused,
    ),
    Mutation(
        "kind_by: everything is a denoising network",
        'return notes["kind"]',
        'return "diffusion"',
        p.a_file_says_its_kind,
    ),
)
RUNNING = (
    Mutation(
        "train_to: nothing saved before the first step",
        "            save(session, path)\n            record.go_on(session.step)\n",
        "            record.go_on(session.step)\n",
        p.the_file_is_of_the_last_step_but_some,
    ),
    Mutation(
        "train_to: a step late",
        "now.step % every == 0",
        "now.step % every == 1",
        p.the_file_is_of_the_last_step_but_some,
    ),
    Mutation(
        "train_to: nothing saved at the end",
        "            save(session, path)\n        except BaseException as error:\n",
        "        except BaseException as error:\n",
        p.the_file_is_of_the_last_step_but_some,
    ),
    Mutation(
        "train_to: any number of steps between",
        '    every = check_count("every", every, 1, 10**9)\n',
        "    every = every or 10**9\n",
        p.the_file_is_of_the_last_step_but_some,
    ),
    Mutation(
        "_asked_to_stop: Ctrl-C stays caught",
        "    finally:\n        for number in numbers:\n"
        "            signal.signal(number, before[number])\n",
        "    finally:\n        pass\n",
        p.the_file_is_of_the_last_step_but_some,
    ),
    Mutation(
        "train_to: Ctrl-C does not save",
        "if now.step % every == 0 or stopping:",
        "if now.step % every == 0:",
        p.ctrl_c_finishes_the_step_and_saves,
    ),
    Mutation(
        "train_to: Ctrl-C is not heard",
        "                    if stopping:\n",
        "                    if False:\n",
        p.ctrl_c_finishes_the_step_and_saves,
    ),
    Mutation(
        "train_to: the first checkpoint is named",
        "                        saved = now.step\n",
        "",
        p.what_is_not_finite_names_the_last_good_checkpoint,
    ),
    Mutation(
        "train_to: what is not finite is saved",
        "            elif isinstance(error, Diverged):\n",
        "            elif isinstance(error, Diverged):\n                session.step += 1\n"
        "                save(session, path)\n",
        p.what_is_not_finite_names_the_last_good_checkpoint,
    ),
    Mutation(
        "_asked_to_stop: SIGTERM is not heard",
        'SIGNALS = ("SIGINT", "SIGTERM")',
        'SIGNALS = ("SIGINT",)',
        p.the_file_is_of_the_last_step_but_some,
    ),
    Mutation(
        "train_to: nobody is kept out",
        "    with claimed(file):\n",
        "    if True:\n",
        p.a_run_in_use_is_refused,
    ),
    Mutation(
        "train_to: a new run replaces another",
        "        if new and there:\n",
        "        if False:\n",
        p.a_new_run_replaces_none_and_leaves_none,
    ),
    Mutation(
        "train_to: a refused run leaves its file",
        "                file.unlink(missing_ok=True)\n",
        "",
        p.a_new_run_replaces_none_and_leaves_none,
    ),
    Mutation(
        "train_to: a refused run leaves its record",
        "                record.discard()\n",
        "",
        p.a_new_run_replaces_none_and_leaves_none,
    ),
    Mutation(
        "train_to: a refused run takes the file along that was there",
        "if session.step == 0 and not there:",
        "if session.step == 0:",
        p.a_new_run_replaces_none_and_leaves_none,
    ),
    Mutation(
        "train_to: no record",
        "                    record.note(now.step, now.loss, now.parts)\n",
        "",
        p.the_losses_are_kept,
    ),
    Mutation(
        "train_to: the record begins anew",
        "record.go_on(session.step)",
        "record.go_on(0)",
        p.the_losses_are_kept,
    ),
)
WRITING = (
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
)
FILES = (
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
PLAYERS = (
    Mutation(
        "save: one player of the two",
        "    for name, network in session.networks.items():\n        tensors |= named(name",
        "    for name, network in [*session.networks.items()][:1]:\n        tensors |= named(name",
        p.a_stopped_run_goes_on_to_the_same_bits,
    ),
    Mutation(
        "save: no average",
        '        tensors |= named(f"{AVERAGE}{name}", network.state_dict())\n',
        "        pass\n",
        p.a_stopped_run_goes_on_to_the_same_bits,
    ),
    Mutation(
        "load: from step 0",
        "session.step, session.source = step, source_of(notes)",
        "session.source = source_of(notes)",
        p.a_stopped_run_goes_on_to_the_same_bits,
    ),
    Mutation(
        "load: no source",
        "session.step, session.source = step, source_of(notes)",
        "session.step = step",
        p.a_source_comes_back,
    ),
    Mutation(
        "load: not compared",
        "        compare(tensors, _expected(recipe, step))\n",
        "",
        p.what_does_not_fit_is_refused,
    ),
)
DESCENT = (
    Mutation(
        "descend: gradients for all",
        'accelerator.backward(loss.mean(), inputs=group["params"])',
        "accelerator.backward(loss.mean(), inputs=[p for o in session.optimizers.values() "
        'for p in o.param_groups[0]["params"]])',
        p.all_gradients_are_the_accelerators,
    ),
    Mutation(
        "descend: PyTorch's own backward",
        "accelerator.backward(",
        "Tensor.backward(",
        p.all_gradients_are_the_accelerators,
    ),
    Mutation(
        "prepare: the accelerator is not kept",
        "    session.accelerator = accelerator\n",
        "    session.accelerator = Accelerator(cpu=True)\n",
        p.all_gradients_are_the_accelerators,
    ),
)
SESSION = (
    Mutation(
        "_all_or_none: who has learned keeps it",
        "            session.networks[name].load_state_dict(weights)\n",
        "",
        p.nobody_learns_where_one_fails,
    ),
    Mutation(
        "_all_or_none: his optimiser remembers",
        "            session.optimizers[name].load_state_dict(moments)\n",
        "",
        p.nobody_learns_where_one_fails,
    ),
    Mutation(
        "_all_or_none: what is kept learns along",
        "deepcopy((session.networks[name].state_dict(), session.optimizers[name].state_dict()))",
        "(session.networks[name].state_dict(), session.optimizers[name].state_dict())",
        p.nobody_learns_where_one_fails,
    ),
    Mutation(
        "_all_or_none: codes have been looked at",
        "            module.load_state_dict(weights)\n",
        "            pass\n",
        p.nobody_learns_where_one_fails,
    ),
    Mutation(
        "train: only the last one is averaged",
        "session.averages.keys() & {*learners}",
        "session.averages.keys() & {*learners[1:]}",
        p.averages_go_along_with_who_has_learned,
    ),
    Mutation(
        "train: who did not learn is averaged too",
        "session.averages.keys() & {*learners}",
        "session.averages.keys()",
        p.averages_go_along_with_who_has_learned,
    ),
)
