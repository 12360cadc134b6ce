"""The reader's progress: kept, never lost, and never in the way."""

import json
import multiprocessing
import os
import re
import time

import pytest

from companion import exercises
from companion.exercises import EXERCISES, Status, bookkeeping
from tests.exercises.suite import solution_of

ONE, OTHER = EXERCISES[0], EXERCISES[1]


def kept(home):
    return json.loads((home / "progress.json").read_text("utf-8"))["exercises"]


def test_nothing_is_kept_before_an_attempt(progress_home):
    exercises.check(ONE.name, None)
    assert not progress_home.exists()
    assert "0 of" in exercises.progress()


def test_an_attempt_and_a_success_are_kept_by_chapter(progress_home):
    exercises.check(ONE.name, -1e9)
    assert kept(progress_home) == {ONE.name: Status.WRONG}
    exercises.check(OTHER.name, solution_of(OTHER))
    shown = exercises.progress()
    assert "**Chapter 1.1**: 1 of 6" in shown and "**Chapter 1.2**: 0 of 6" in shown
    chapters = re.findall(r"\*\*Chapter (.*)\*\*", shown)
    assert chapters == [*dict.fromkeys(e.number.rpartition(".")[0] for e in EXERCISES)]
    assert f"| {ONE.number} | {ONE.title} | {ONE.kind} | not yet |" in shown
    assert f"| {OTHER.number} | {OTHER.title} | {OTHER.kind} | correct |" in shown


def test_what_was_correct_stays_correct(progress_home):
    exercises.check(ONE.name, solution_of(ONE))
    exercises.check(ONE.name, -1e9)
    assert kept(progress_home) == {ONE.name: Status.CORRECT}


def test_an_exercise_of_another_version_is_not_lost(progress_home):
    progress_home.mkdir()
    (progress_home / "progress.json").write_text('{"exercises": {"later": "correct"}}')
    exercises.check(ONE.name, solution_of(ONE))
    assert kept(progress_home)["later"] == "correct"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"exercises": 3}', "\x00", '{"a": 1}'])
def test_a_damaged_file_is_said_and_left_as_it_is(progress_home, text, capsys):
    progress_home.mkdir()
    file = progress_home / "progress.json"
    file.write_text(text)
    result = exercises.check(ONE.name, solution_of(ONE))
    assert result.status == Status.CORRECT
    assert "damaged" in capsys.readouterr().out
    assert "damaged" in exercises.progress()
    assert file.read_text() == text


def test_a_folder_that_cannot_be_made_is_said(progress_home, capsys):
    progress_home.write_text("a file where the folder should be")
    result = exercises.check(ONE.name, solution_of(ONE))
    assert result.status == Status.CORRECT
    assert "progress" in capsys.readouterr().out.splitlines()[-1]


def test_a_full_disk_leaves_the_old_file(progress_home, monkeypatch, capsys):
    exercises.check(ONE.name, solution_of(ONE))
    before = kept(progress_home)

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    exercises.check(OTHER.name, solution_of(OTHER))
    assert "No space left on device" in capsys.readouterr().out
    assert kept(progress_home) == before
    assert [f.name for f in progress_home.iterdir()] == ["progress.json"]


def test_the_file_is_in_the_readers_home_by_default(monkeypatch, tmp_path):
    monkeypatch.delenv("DIFFUSION_DERIVED_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    expected = tmp_path / ".diffusion-derived" / "progress.json"
    assert bookkeeping.progress_file() == expected


@pytest.mark.parametrize("named", ["~/course", "~"])
def test_a_home_that_begins_with_a_tilde_is_in_the_readers_home(monkeypatch, tmp_path, named):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DIFFUSION_DERIVED_HOME", named)
    exercises.check(ONE.name, solution_of(ONE))
    assert kept(tmp_path / named[2:]) == {ONE.name: Status.CORRECT}
    assert not (tmp_path / "~").exists()


def test_a_home_of_nobody_is_said(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DIFFUSION_DERIVED_HOME", "~nobody-of-that-name/course")
    result = exercises.check(ONE.name, solution_of(ONE))
    assert result.status == Status.CORRECT
    assert "progress" in capsys.readouterr().out.splitlines()[-1]
    assert list(tmp_path.glob("~*")) == []


def writes(me, folder):
    (folder / me).touch()
    while not (folder / "go").exists():
        time.sleep(0.001)
    for n in range(60):
        complaint = bookkeeping.record(f"{me}-{n}", Status.CORRECT)
        assert not complaint, complaint


def test_two_processes_lose_no_update_of_each_other(progress_home, tmp_path):
    names = ("one", "two", "three")
    fork = multiprocessing.get_context("fork")  # a new Python would import torch for seconds
    writers = [fork.Process(target=writes, args=(name, tmp_path)) for name in names]
    for writer in writers:
        writer.start()
    try:
        while not all((tmp_path / name).exists() for name in names):
            assert all(writer.is_alive() for writer in writers)
            time.sleep(0.01)
        (tmp_path / "go").touch()
        for writer in writers:
            writer.join(120)
        assert [writer.exitcode for writer in writers] == [0, 0, 0]
    finally:
        for writer in writers:
            writer.kill()
    assert set(kept(progress_home)) == {f"{name}-{n}" for name in names for n in range(60)}
    assert [file.name for file in progress_home.iterdir()] == ["progress.json"]


def test_a_lock_that_is_never_given_back_is_said(progress_home, monkeypatch, capsys):
    monkeypatch.setattr(bookkeeping, "PATIENCE", 0.1)
    exercises.check(ONE.name, solution_of(ONE))
    with bookkeeping._locked(progress_home):
        result = exercises.check(OTHER.name, solution_of(OTHER))
    assert result.status == Status.CORRECT
    assert "cannot be kept (another process holds the file)" in capsys.readouterr().out
    assert kept(progress_home) == {ONE.name: Status.CORRECT}
