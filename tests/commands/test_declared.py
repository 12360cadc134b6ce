"""The package declares all that the command line needs: with nothing else, every command works."""

import re
import sys
import tomllib
from importlib.metadata import distribution, packages_distributions

from packaging.requirements import Requirement
from PIL import Image

from companion import __version__
from companion.commands import main
from tests.commands.asking import ROOT, process

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))

# The search for modules, but for those that are not declared: for Python they are not installed.
BLOCKED = """
import sys
from importlib.machinery import PathFinder

class Finder(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] in blocked else super().find_spec(name, path, target)

sys.meta_path = [Finder if finder is PathFinder else finder for finder in sys.meta_path]
for name in blocked & {*sys.modules}:
    del sys.modules[name]
"""


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def needed(requirements):
    """The distributions that these need, and those that they need, each by its normal name."""
    found, new = set(), [Requirement(line) for line in requirements]
    while new:
        one = new.pop()
        extras = one.extras or {""}
        if one.marker and not any(one.marker.evaluate({"extra": extra}) for extra in extras):
            continue
        key = normal(one.name), frozenset(extras)
        if key in found:
            continue
        found.add(key)
        try:
            lines = distribution(one.name).requires or []
        except ImportError:  # not for this machine
            continue
        for inner in map(Requirement, lines):
            if inner.marker is None or any(
                inner.marker.evaluate({"extra": extra}) for extra in extras
            ):
                inner.marker = None
                new.append(inner)
    return {name for name, _ in found}


def undeclared():
    """The modules of everything that is installed and not declared."""
    allowed = needed(PROJECT["project"]["dependencies"]) | {"companion"}
    modules = packages_distributions().items()
    return {module for module, owners in modules if not {*map(normal, owners)} & allowed}


def test_what_is_blocked_is_what_is_not_declared():
    blocked = undeclared()
    assert {"pytest", "jupyterlab", "diffusers", "sphinx"} <= blocked
    assert not {"torch", "click", "IPython"} & blocked


def test_every_command_works_with_what_is_declared(mine):
    Image.new("L", (32, 32), "white").save("mask.png")
    rows = "".join(f"{n}.png,a house\n" for n in range(12))
    (mine / "mine/metadata.csv").write_text(f"file_name,text\n{rows}")
    few = ["--steps", "1", "--size", "16", "--width", "8"]
    commands = [
        ["--help"],
        ["--version"],
        *([name, "--help"] for name in main.commands),
        ["recipes"],
        ["device"],
        ["train", "mine", *few],
        ["train", "mine.safetensors", "--steps", "2"],
        ["train", "autoencoder", "mine", *few, "--adversarial"],
        ["sample", "mine.safetensors", "--count", "2", "--steps", "2", "--animation", "walk.gif"],
        ["train", "latent", "mine", *few, "--autoencoder", "photos-kl"],
        ["sample", "mine-latent.safetensors", "a house", "--count", "2", "--steps", "2"],
        ["edit", "mine.safetensors", "mine/0.png", "--steps", "2"],
        ["inpaint", "mine.safetensors", "mine/0.png", "mask.png", "--steps", "2"],
        ["train", "latent", "mine", *few, "--autoencoder", "photos-kl", "--upscale", "--out", "up"],
        ["upscale", "up", "mine/0.png", "--steps", "2"],
        ["evaluate", "digits-v", "--count", "50", "--steps", "1", "--seeds", "1"],
        ["evaluate", "mine-autoencoder.safetensors"],
        ["reconstruct", "mine-autoencoder.safetensors", "mine/0.png"],
    ]
    assert {words[0] for words in commands} >= {*main.commands}
    code = f"""blocked = {undeclared()!r}{BLOCKED}
try:
    import pytest
except ModuleNotFoundError as error:
    print(error)
from companion.commands import main
for words in {commands}:
    try:
        main(words, prog_name="companion")
    except SystemExit as done:
        assert done.code == 0, words
    print("done", words[0])
"""
    code, out, err = process([sys.executable, "-c", code])
    assert code == 0, err
    assert out.startswith("No module named 'pytest'\n"), "nothing is blocked"
    assert out.count("\ndone ") == len(commands)


def test_the_version_stands_in_one_place():
    assert PROJECT["project"]["dynamic"] == ["version"] and "version" not in PROJECT["project"]
    assert PROJECT["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "companion.__version__"}
    assert re.fullmatch(r"\d+\.\d+\.\d+", __version__)
