"""What is printed, and on what: narrow encodings, names of two lines, closed streams, signals."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from companion import __version__
from companion.commands import main
from companion.commands.words import printable, typed
from companion.tasks import load
from tests.commands.asking import COMPANION, ONE_THREAD, asked, called, process
from tests.training.processes import apart

EXPLAINED = [[], *([c] for c in main.commands)]
SMALL = ["--size", 8, "--width", 8, "--steps", 2]


def test_help_is_there_before_pytorch_is():
    """Of 2.9 s that the help once took all but a fifth were imports that it has no use for."""
    code = f"""
import sys
from companion.commands import main
for words in {[[*c, h] for c in EXPLAINED for h in ("-h", "--help")] + [["--version"]]}:
    try:
        main(words, prog_name="companion")
    except SystemExit as done:
        assert done.code == 0, words
print(sorted({{"torch", "numpy", "matplotlib", "PIL", "scipy", "accelerate"}} & {{*sys.modules}}))
"""
    code, out, err = process([sys.executable, "-c", code])
    assert (code, err) == (0, "") and out.endswith("\n[]\n")


@pytest.mark.parametrize("command", EXPLAINED)
def test_each_command_explains_itself(command):
    words = asked(*command, "--help")
    assert "Usage:" in words and len(words) > 100
    assert asked(*command, "-h") == words


def test_the_version_is_that_of_the_package():
    assert asked("--version") == f"companion, version {__version__}\n"


# ------------------------------------------------------------------------------ letters


@pytest.mark.parametrize(
    "text, encoding, shown",
    [
        ("a b.png", "ascii", "a b.png"),
        ("a\nb\r\x1b[2J\tc", None, r"a\nb\r\x1b[2J\tc"),
        ("é 日", "utf-8", "é 日"),
        ("é 日", "latin-1", "é \\u65e5"),
        ("é 日", "ascii", "\\xe9 \\u65e5"),
        ("\u2028\u2029\u202e\x85", "utf-8", r"\u2028\u2029\u202e\x85"),
        ("a\u00a0b\u202fc", "utf-8", "a\u00a0b\u202fc"),
        (os.fsdecode(b"\xff.png"), "utf-8", r"\xff.png"),
        ("\ud800", "utf-8", r"\ud800"),
    ],
)
def test_whatever_a_name_holds_it_is_printed_in_one_line(text, encoding, shown):
    assert printable(text, encoding) == shown


def test_a_command_that_is_printed_can_be_typed():
    assert typed("train", Path("run.safetensors")) == "python -m companion train run.safetensors"
    for name in ("my pictures", "it's", "$HOME", "-x", "a;b", "日"):
        asking = typed("train", name).replace("python -m companion train", "printf %s")
        said = subprocess.run(["sh", "-c", asking], capture_output=True, text=True).stdout
        assert said == ("./-x" if name == "-x" else name)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_narrow_stream_takes_every_name(mine, encoding):
    """It used to fail on the name of a file, after the work."""
    name = "mine/é日\n.png"
    os.rename("mine/0.png", name)
    Path("mine/ü日.txt").write_text("no picture")

    def ended(*words):
        with apart(called, mine, words, encoding, encoding=encoding) as other:
            return other.ended()

    out = "日.png"
    code, said, err = ended("reconstruct", "photos-kl", name, "--out", out)
    assert code == 0 and Path(out).exists() and err == ""
    assert said.startswith(printable(name, encoding) + ": PSNR ") and r"\u65e5.png" in said
    code, said, err = ended("train", "mine", *SMALL)
    assert code == 0 and r"\u65e5.txt: " in err and Path("mine.safetensors").exists()
    code, said, err = ended("sample", "日\n")
    assert code == 1 and err.startswith(r"Error: RUN: got \u65e5\n, ") and err.count("\n") == 1


def test_line_breaks_in_names_break_no_line(mine):
    for words in (
        ["sample", "a\nb"],
        ["train", "a\nb"],
        ["reconstruct", "a\nb", "mine/0.png"],
        ["evaluate", "a\nb"],
    ):
        assert r"got a\nb, " in asked(*words, code=1).splitlines()[-1]
    assert r"a\nb" in asked("train", "--recipe", "a\nb", code=2)
    assert r"a\nb" in asked("a\nb", code=2)
    os.rename("mine/notes.txt", "mine/no\ntes.txt")
    assert r"skipped mine/no\ntes.txt: " in asked("train", "mine", *SMALL)


# ------------------------------------------------------------------------------ streams


@pytest.mark.parametrize("closed", ["2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_ends_no_training(mine, closed):
    words = " ".join(map(str, ["train", "mine", *SMALL]))
    code, _, err = process(["sh", "-c", f"exec {sys.executable} -m companion {words} {closed}"])
    assert code == 0, err
    assert load("mine.safetensors").step == 2


def test_a_reader_who_has_gone_ends_a_listing_in_silence():
    """As `recipes | head -1` does."""
    reading, writing = os.pipe()
    os.close(reading)
    code, _, err = process(
        [*COMPANION, "recipes"], capture_output=False, stdout=writing, stderr=subprocess.PIPE
    )
    os.close(writing)
    assert (code, err) == (1, "")


@pytest.mark.parametrize("module", ["click", "torch"])
def test_ctrl_c_during_the_imports_is_one_word(tmp_path, module):
    """A module that is Ctrl-C itself stands where the real one would be imported."""
    (tmp_path / f"{module}.py").write_text(
        "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n"
    )
    env = ONE_THREAD | {"PYTHONPATH": f"{tmp_path}:{ONE_THREAD['PYTHONPATH']}"}
    code, out, err = process([*COMPANION, "recipes"], env=env)
    assert (code, out, err.strip()) == (1, "", "Aborted!")


@pytest.mark.parametrize(
    "number, recipe", [(signal.SIGINT, "digits"), (signal.SIGTERM, "photos-kl")]
)
def test_a_signal_saves_and_says_how_to_go_on(mine, number, recipe):
    """In a process of its own, since a signal goes to the whole of one."""
    words = ["train", recipe, "--width", 8, "--steps", 400, "--out", "my run"]
    with apart(called, mine, words) as other:
        for line in other.err:
            if line.startswith("step "):  # so that it is in the middle of them
                break
        os.kill(other.process.pid, number)
        code, _, err = other.ended()
    assert code == 1 and "Traceback" not in err
    assert err.splitlines()[-1].endswith(". To go on: python -m companion train 'my run'")
    assert 0 < load("my run").step < 400
