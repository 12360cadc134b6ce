"""Exercises that answer back: checks that know the usual mistakes and name yours."""

from companion.exercises.engine import (
    EXERCISES,
    check,
    hint,
    ladder,
    progress,
    solution,
)
from companion.exercises.exercise import Exercise, Kind, Status

__all__ = [
    "EXERCISES",
    "Exercise",
    "Kind",
    "Status",
    "check",
    "hint",
    "ladder",
    "progress",
    "solution",
]
