"""The reader's progress: kept, never lost, and never in the way."""

import json
import os

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


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"exercises": 3}', "\x00", '{"a": 1}']
)
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
