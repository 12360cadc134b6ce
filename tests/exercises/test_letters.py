"""Letters as answers, and the pictures of exercise 2.2.2.6 that they are about."""

import pytest
import torch
from torch.testing import assert_close

from companion.diffusion import dpm_solver
from companion.evaluation import listens
from companion.exercises.chapter_2_2_2.suspects import CAPTIONS, pictures, suspects
from companion.exercises.chapter_2_2_2.which_bug import LETTERS, OPTIONS
from companion.exercises.exercise import Mistake, Objection, Status
from companion.exercises.letters import LettersChecker
from companion.tasks import sample, shipped

CHECKER = LettersChecker(
    solution=lambda: "BA",
    questions=("one", "two"),
    options={"A": "it would be so.", "B": "it would be otherwise.", "C": "it would be none."},
    mistakes=(Mistake("usual.", lambda: "CA"),),
)


@pytest.mark.parametrize("answer", ["BA", "ba", " B, A ", ["B", "A"], ("b", "a"), "B\nA"])
def test_letters_are_read_however_they_are_written(answer):
    CHECKER.prepare()
    assert CHECKER.judge(answer) == ""


@pytest.mark.parametrize(
    "answer, words, status",
    [
        ("CA", "two: right. one: usual.", Status.WRONG),
        ("AA", "two: right. one: with A it would be so.", Status.WRONG),
        ("CC", "one: usual. two: with C it would be none.", Status.WRONG),
        ("B", "these are 1 letters, expected one for each of one, two.", Status.WRONG),
        ("B1", "'1' is not one of A to C.", Status.WRONG),
        (12, "this is an int, expected 2 letters in quotation marks.", Status.STOPPED),
        ([1, 2], "this is a list, expected 2 letters in quotation marks.", Status.STOPPED),
    ],
)
def test_wrong_letters_are_answered_one_by_one(answer, words, status):
    with pytest.raises(Objection) as caught:
        CHECKER.judge(answer)
    assert (caught.value.words, caught.value.status) == (words, status)


# ------------------------------------------------------------------ the pictures


@pytest.fixture(scope="module")
def drawn():
    return pictures()


def asked(captions, scale=3.0):
    g = torch.Generator().manual_seed(0)
    how = {"scale": scale, "steps": 12, "sampler": dpm_solver, "generator": g}
    return sample(shipped("scenes-words"), 6, captions, **how)


@pytest.mark.parametrize(
    "letter, captions, scale",
    [
        ("P", [" ".join(text.split()[:4]) for text in CAPTIONS], 3.0),
        ("Q", CAPTIONS, -2.0),
        ("R", [*CAPTIONS[-1:], *CAPTIONS[:-1]], 3.0),
    ],
)
def test_each_row_is_what_its_mistake_makes(drawn, letter, captions, scale):
    assert_close(drawn[letter], asked(captions, scale), rtol=1e-3, atol=1e-3)
    assert (drawn[letter] - asked(CAPTIONS)).abs().amax(dim=(1, 2, 3)).median() > 0.5


def test_the_last_row_knows_no_order(drawn):
    turned = [" ".join(text.split()[::-1]) for text in CAPTIONS[:2]]
    model = suspects()["S"]
    words = model.condition([*CAPTIONS[:2], *turned], 4)
    xt = torch.zeros(4, 8, 8, 8)
    output = model.network(xt, torch.full((4,), 500), words)
    assert_close(output[:2], output[2:], rtol=1e-3, atol=1e-4)
    assert list(drawn) == [*"PQRS"] and drawn["S"].shape == (6, 3, 32, 32)


def test_each_suspect_has_the_finding_of_its_letter():
    found = {letter: listens(model, CAPTIONS[1:3]).found for letter, model in suspects().items()}
    assert {letter: [*names] for letter, names in found.items()} == {
        "P": ["words"],
        "Q": ["scale"],
        "R": ["own"],
        "S": ["order"],
    }
    assert {*LETTERS.values()} < {*OPTIONS}
