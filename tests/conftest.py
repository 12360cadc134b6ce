"""What all tests share: devices, a seeded generator, Hypothesis's settings, the order of files."""

import gc
import os
import signal

# How many results each function of sympy remembers, whose own choice is 1000: a proof is worked
# out again for each line of it that is broken. Read where sympy is imported, here and in children.
os.environ.setdefault("SYMPY_CACHE_SIZE", "30000")

import pytest  # noqa: E402
import torch  # noqa: E402
from hypothesis import settings  # noqa: E402

from tests.browser.hooks import (  # noqa: E402, F401
    pytest_ignore_collect,
    pytest_sessionstart,
    pytest_terminal_summary,
)

settings.register_profile("course", derandomize=True, deadline=None, database=None, max_examples=60)
settings.load_profile("course")

# Three workers take one file after the other (`--dist loadfile`: a notebook needs one kernel). A
# long one that is begun last keeps the others waiting, so the long ones are begun first,
# the longest of all at the top. What is not named here comes after them, as it was found. The
# book is built by the first file that reads it: were it later, the others would wait.
LONG_FIRST = (
    "tests/book/test_built.py",
    "book/1-4-why-many-steps.ipynb",
    "book/3-1-dit.ipynb",
    "book/1-3-training.ipynb",
    "book/2-1-autoencoder.ipynb",
    "book/2-2-latent-diffusion.ipynb",
    "book/1-3-1-what-to-predict.ipynb",
    "tests/browser/test_pages_on_a_screen.py",
    "tests/browser/test_lab.py",
    "tests/exercises/test_isolation.py",
    "tests/exercises/test_answers.py",
    "book/",
    "tests/browser/",
    "tests/mutations/test_checkpoints.py",
    "tests/mutations/test_mutations.py",
    "tests/mutations/test_autoencoder_loop.py",
    "tests/proofs/test_derivations.py",
    "tests/mutations/",
    "tests/autoencoder/",
    "tests/exercises/",
    "tests/training/",
    "tests/commands/",
)

# What `make quick` leaves out, besides notebooks, browser and mutants: what was measured to take
# 5 seconds of the processor or more a file, a few that are what one works on most apart.
SLOW = (
    "tests/autoencoder/test_evaluation_features.py",
    "tests/autoencoder/test_features.py",
    "tests/autoencoder/test_photo_features.py",
    "tests/autoencoder/test_shipped.py",
    "tests/autoencoder/test_two_processes.py",
    "tests/book/test_built.py",
    "tests/book/test_nbval.py",
    "tests/commands/test_autoencoders.py",
    "tests/commands/test_declared.py",
    "tests/commands/test_latent.py",
    "tests/commands/test_measured.py",
    "tests/commands/test_names.py",
    "tests/commands/test_pictures.py",
    "tests/commands/test_streams.py",
    "tests/commands/test_wiring.py",
    "tests/evaluation/test_evaluation.py",
    "tests/exercises/test_answers.py",
    "tests/exercises/test_broken_checkers.py",
    "tests/exercises/test_calm.py",
    "tests/exercises/test_in_a_kernel.py",
    "tests/exercises/test_isolation.py",
    "tests/exercises/test_reading.py",
    "tests/exercises/test_students.py",
    "tests/networks/test_compiled.py",
    "tests/networks/test_diffusers.py",
    "tests/tasks/test_network_config.py",
    "tests/training/test_checked.py",
    "tests/training/test_claims.py",
    "tests/training/test_devices.py",
    "tests/training/test_files.py",
    "tests/training/test_launch.py",
    "tests/training/test_session.py",
    "tests/training/test_weights.py",
    "tests/commands/test_commands.py",
    "tests/commands/test_drawing.py",
    "tests/commands/test_places.py",
    "tests/data/test_scenes.py",
    "tests/plots/test_vector.py",
    "tests/proofs/test_derivations.py",
    "tests/test_plots.py",
    "tests/training/test_record.py",
    "tests/training/test_training.py",
    "tests/commands/test_editing.py",
    "tests/commands/test_encoder.py",
    "tests/commands/test_told.py",
    "tests/evaluation/test_court.py",
    "tests/evaluation/test_listens.py",
    "tests/evaluation/test_quality.py",
    "tests/exercises/test_letters.py",
    "tests/diffusion/test_properties.py",
    "tests/proofs/test_bridge_mixture.py",
)


def pytest_configure() -> None:
    """Begun in the background by a shell, this process would not listen to Ctrl-C."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def place(file: str) -> int:
    """Where a file stands in `LONG_FIRST`; behind it, if it is not there."""
    found = (n for n, start in enumerate(LONG_FIRST) if file.startswith(start))
    return next(found, len(LONG_FIRST))


@pytest.hookimpl(tryfirst=True)  # before what is marked is chosen by `-m`
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is slow, and what needs the built book; long files first, else as they were."""
    for item in items:
        if item.nodeid.startswith(SLOW) or "built" in getattr(item, "fixturenames", ()):
            item.add_marker("slow")
    items.sort(key=lambda item: place(item.nodeid.partition("::")[0]))


def pytest_collection_finish() -> None:
    """What is imported by now stays: the collector of garbage need not look through it again."""
    gc.collect()
    gc.freeze()


def found_devices() -> list[str]:
    """The CPU always, a GPU where there is one: so no test has to be skipped."""
    found = ["cpu"]
    if torch.cuda.is_available():
        found.append("cuda")
    if torch.backends.mps.is_available():
        found.append("mps")
    return found


@pytest.fixture(params=found_devices())
def device(request) -> str:
    return request.param


@pytest.fixture(params=[d for d in found_devices() if d != "mps"])
def float64_device(request) -> str:
    """The devices that have float64, which mps has not."""
    return request.param


@pytest.fixture
def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)
