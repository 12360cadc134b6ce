"""The project's files speak of the project, not of the machine they were written on."""

import json
import re

import pytest

from tests.book.course import ROOT, project_files

# Folders at the root of somebody's disk. Shared programs (/usr, /dev, /bin) may be named.
FOLDERS = "home Users Volumes root tmp mnt media srv opt work workspace private".split()
ABSOLUTE = re.compile(r"(?<![\w.:/>~*+=)}\]])/(" + "|".join(FOLDERS) + r")/\w")
DRIVE = re.compile(r"\b[A-Z]:\\\\?Users\b")
INDEX = re.compile(r"index[-_]url|trusted[-_]host|find[-_]links|/simple/?(?=[\s\"'`]|$)", re.I)
RULES = {
    "an absolute path of a machine": (ABSOLUTE, DRIVE),
    "the address of a package index": (INDEX,),
}


def words_of(name: str, text: str) -> str:
    """A file's text; of a notebook, without the pictures that are letters only by code."""
    if not name.endswith(".ipynb"):
        return text
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            for kind in [k for k in data if k.startswith("image/")]:
                del data[kind]
    return re.sub(r"base64,[A-Za-z0-9+/=]+", "base64,", json.dumps(notebook))


def private_problems(name: str, text: str) -> list[str]:
    return [
        f"{name}: {what}: {found[0]!r}"
        for what, patterns in RULES.items()
        for pattern in patterns
        for found in pattern.finditer(words_of(name, text))
    ]


def test_no_file_names_a_place_on_a_machine():
    problems = []
    for path in project_files():
        content = path.read_bytes()
        if b"\0" not in content[:8000]:
            name = str(path.relative_to(ROOT))
            problems += private_problems(name, content.decode("utf-8"))
    assert problems == []


# ---------------------------------------------------------------- the rules, seen red

SLASH, BACK, DASH = (
    "/",
    "\\",
    "-",
)  # written apart, so that this file keeps its own rule


@pytest.mark.parametrize(
    "text",
    [
        f"Read {SLASH}home/ada/notes.txt",
        f'path = "{SLASH}tmp/out.png"',
        f"({SLASH}Users/ada/course)",
        f"C:{BACK}Users{BACK}ada",
        f"pip install --index{DASH}url x",
        f"https://host/pypi{SLASH}simple ",
    ],
)
def test_a_private_word_is_found(text):
    assert len(private_problems("a.md", text)) == 1


def test_a_path_in_an_output_of_a_notebook_is_found():
    output = {"data": {"text/plain": f"{SLASH}home/ada", "image/png": f" {SLASH}tmp/a"}}
    notebook = json.dumps({"cells": [{"outputs": [output]}]})
    assert len(private_problems("a.ipynb", notebook)) == 1


@pytest.mark.parametrize(
    "text", ["#!/usr/bin/env bash", "book/home/x", "a/work/b", "https://a.org/home/x"]
)
def test_other_paths_are_not(text):
    assert private_problems("a.md", text) == []
