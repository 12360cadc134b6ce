"""The losses beside a run: those of its steps, whatever happens to it or to them."""

import csv

import pytest
import torch

from companion import training
from companion.tasks import DiffusionRecipe, load
from companion.training import extended, running, start, train, train_to, with_recipe
from companion.training.record import Record
from tests.autoencoder import runs

SMALL = DiffusionRecipe().override(steps=8, batch_size=4, width=8, warmup=2, T=50)


def pictures():
    return torch.rand(5, 1, 8, 8, generator=torch.Generator().manual_seed(0))


def table(folder):
    with open(folder / "run.losses.csv", newline="") as file:
        return [*csv.DictReader(file)]


def test_a_row_has_the_loss_of_its_step(tmp_path):
    losses = [now.loss for now in train(start(SMALL), pictures())]
    train_to(tmp_path / "run.safetensors", start(SMALL), pictures())
    rows = table(tmp_path)
    assert [int(row["step"]) for row in rows] == [*range(1, 9)]
    assert [float(row["loss"]) for row in rows] == losses


def test_an_autoencoder_has_its_terms_too(tmp_path):
    changes = {"disc_start": 2, "alternate_updates": True, "perceptual": 0.0}
    run = runs.start(runs.LIBRARY, **changes)
    steps = [*train(runs.start(runs.LIBRARY, **changes), runs.images())]
    train_to(tmp_path / "run.safetensors", run, runs.images())
    rows = table(tmp_path)
    assert len(rows) == 6 and load(tmp_path / "run.safetensors").step == 6
    for row, now in zip(rows, steps, strict=True):
        found = {name: float(value) for name, value in row.items() if value}
        assert found == {"step": now.step, "loss": now.loss, **now.parts}
    assert rows[2]["total"] == "" and rows[0]["discriminator"] == ""


@pytest.mark.parametrize("stop", [1, 4, 7])
def test_what_lies_behind_the_checkpoint_comes_again_to_the_same_characters(tmp_path, stop):
    whole, path = tmp_path / "whole.safetensors", tmp_path / "run.safetensors"
    train_to(whole, start(SMALL), pictures())
    train_to(path, extended(start(SMALL), 8), pictures(), every=stop)
    run = start(SMALL)
    for now in train(run, pictures()):
        if now.step == stop:
            break
    training.save(run, path)  # and the rows reach to 8
    with open(tmp_path / "run.losses.csv", "a") as file:
        file.write("9,0.1")  # a kill has cut it off
    train_to(path, load(path), pictures())
    expected = (tmp_path / "whole.losses.csv").read_bytes()
    assert (tmp_path / "run.losses.csv").read_bytes() == expected
    train_to(path, load(path), pictures())  # which is finished
    assert (tmp_path / "run.losses.csv").read_bytes() == expected


def test_a_table_that_cannot_be_written_ends_no_run(tmp_path):
    (tmp_path / "run.losses.csv").mkdir()
    with pytest.raises(OSError):
        Record(tmp_path / "run.safetensors", 8).go_on(0)
    (tmp_path / "run.losses.csv").rmdir()
    record = Record(tmp_path / "run.safetensors", 8)
    record.go_on(0)
    (tmp_path / "run.losses.csv").unlink()
    (tmp_path / "run.losses.csv").mkdir()
    with pytest.warns(
        UserWarning, match="run.losses.csv gets no more losses, the run goes on .*directory"
    ):
        record.note(1, 0.5, {})
    record.note(2, 0.5, {})  # nothing more is said, nor tried


def test_a_long_run_has_about_a_thousand_rows(tmp_path):
    for steps, every in ((999, 1), (1999, 1), (2000, 2), (10**6, 1000)):
        record = Record(tmp_path / "a.b", steps)
        assert record.every == every and record.path.name == "a.b.losses.csv"
    record.go_on(0)
    for step in (999, 1000, 1001, 2000):
        record.note(step, step / 7, {})
    assert record.path.read_text() == f"step,loss\n1000,{1000 / 7!r}\n2000,{2000 / 7!r}\n"


# ----------------------------------------------------------------------------- extended


def test_a_finished_run_is_given_more_steps(tmp_path):
    path = tmp_path / "run.safetensors"
    train_to(path, start(SMALL), pictures())
    more = extended(load(path), 12)
    assert more.recipe == SMALL.override(steps=12) and more.step == 8
    train_to(path, more, pictures())
    assert load(path).step == 12 and len(table(tmp_path)) == 12


def test_extended_is_the_same_run_for_both_kinds():
    for run in (start(SMALL), runs.start(runs.LIBRARY)):
        run.step, run.source = 3, {"place": "a"}
        more = extended(run, 20)
        assert type(more) is type(run) and more is not run and run.recipe.steps < 20
        assert more.recipe == run.recipe.override(steps=20)
        for name in set(vars(run)) - {"recipe", "task"}:
            assert getattr(more, name) is getattr(run, name)
        assert more.task.recipe is more.recipe and run.task.recipe is run.recipe
        assert extended(run, 3).recipe.steps == 3
        with pytest.raises(
            ValueError, match="^steps: got 2, expected at least the 3 that are done$"
        ):
            extended(run, 2)
        for steps in (0, -1, 2.5, True, "9"):
            with pytest.raises(ValueError, match="^steps: got "):
                extended(run, steps)


def test_another_recipe_is_the_tasks_too():
    run = start(SMALL)
    other = with_recipe(run, SMALL.override(source="/moved"))
    assert other.task.recipe is other.recipe and other.recipe.data.source == "/moved"
    assert other.network is run.network and run.task.recipe is run.recipe == SMALL


def test_the_rates_curve_is_stretched():
    run = start(SMALL.override(warmup=0, steps=4))
    run.step = 4
    rate = training.descent.lr_at
    assert rate(4, run.recipe) == 0
    assert rate(4, extended(run, 8).recipe) == pytest.approx(SMALL.optimizer.lr / 2)


def test_the_defaults_of_a_saved_training():
    import inspect

    for function in (running.train_to, train_to):
        found = inspect.signature(function).parameters
        assert (found["every"].default, found["new"].default) == (500, False)
