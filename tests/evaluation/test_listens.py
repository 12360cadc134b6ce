"""Does it listen: a right model has no finding, and each published mistake has its own."""

import pytest
import torch
from torch import nn

from companion.evaluation import listens
from companion.networks.conditions import ClassCondition
from companion.tasks import shipped
from companion.training import start
from tests.evaluation.published import (
    BUGS,
    CLASSES,
    DIT,
    EMPTY,
    SAID,
    WORDS,
    at_another_time,
    guided_by,
    hooked,
    model,
    only_the_noise,
    taught,
)

IMAGES = torch.rand(4, 5, 8, 8, generator=torch.Generator().manual_seed(0))
IMAGES[:, 0] = (IMAGES[:, 0] > 0.3).float()
ZEROS = {"condition_type": "words", "words": WORDS, "null": "zeros"}
NAMES = "repeats moves own words order filler null time learns calls scale channels dropped".split()
RIGHT = {
    "words": (model, SAID),
    "words, zeros": (lambda: model(**ZEROS), SAID),
    "words, empty": (lambda: model(**EMPTY), SAID),
    "class": (lambda: model(**CLASSES), [3, 0, 11, 7]),
    "image": (lambda: model(condition_type="image"), IMAGES),
    "words, DiT": (lambda: model(**DIT), SAID),
    "words, DiT with adaLN": (lambda: model(**DIT, block_type="adaln_zero"), SAID),
    "words, DiT in context": (lambda: model(**DIT, block_type="in_context"), SAID),
    "class, DiT": (lambda: model(**DIT, **CLASSES), [3, 0, 11, 7]),
    "image, DiT": (lambda: model(**DIT, condition_type="image"), IMAGES),
}


def rows(right):
    """What is said to a model of its kind."""
    return [3, 0, 11, 7] if right.recipe.condition.classes else SAID


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_model_has_no_finding(name):
    make, said = RIGHT[name]
    report = listens(make(), said)
    assert report.found == {}
    assert [*report.checked] == NAMES
    assert str(report).splitlines() == [f"{check:9} ok" for check in NAMES]


@pytest.mark.parametrize("bug", BUGS, ids=[bug.name for bug in BUGS])
def test_a_published_mistake_is_found(bug):
    right = bug.right()
    found = listens(bug.plant(right), rows(right)).found
    assert [*found] == [bug.found_by]
    assert bug.words in found[bug.found_by]


@pytest.mark.parametrize("bug", [bug for bug in BUGS if bug.right is model], ids=lambda b: b.name)
def test_a_published_mistake_is_found_in_a_dit_too(bug):
    right = model(**DIT)
    assert bug.found_by in listens(bug.plant(right), SAID).found


def test_there_is_a_published_mistake_for_each_check():
    assert {bug.found_by for bug in BUGS} == set(NAMES)
    assert len({bug.seen for bug in BUGS}) == len(BUGS) >= 12


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_drawn_makes_no_difference(seed):
    assert listens(model(), SAID, seed=seed).found == {}


def test_a_bag_does_not_know_the_order():
    bag = model(condition_type="bag", words=WORDS)
    assert [*listens(bag, SAID).found] == ["order"]


def test_the_shipped_models_listen():
    said = ["a small red circle", "a large blue square above a small green triangle"]
    assert listens(shipped("scenes-words"), said).found == {}
    assert listens(shipped("scenes-dit"), said).found == {}
    assert listens(shipped("digits-class"), [3, 7, 1]).found == {}


@pytest.mark.parametrize(
    "plant, name, words",
    [
        (only_the_noise, "channels", "the guess of x_0 is not guided"),
        (at_another_time, "calls", "asked at the time 19, expected 20"),
        (guided_by(lambda c, u, s: u - s * (c - u)), "scale", "leads away from the condition"),
        (guided_by(lambda c, u, s: u), "scale", "is no condition"),
        (guided_by(lambda c, u, s: u + 0.9 * s * (c - u)), "scale", "is not uncond + 3"),
        (taught(lambda y, draws, rate: 0 * y), "dropped", "100.0% of the conditions"),
        (hooked("condition", after=lambda e: e._replace(tokens=0 * e.tokens)), "moves", "same"),
    ],
)
def test_other_mistakes_have_words_of_their_own(plant, name, words):
    found = listens(plant(model()), SAID).found
    assert [*found] == [name] and words in found[name]


def test_a_model_that_has_learned_nothing_says_so():
    session = start(model().recipe)
    report = listens(session, SAID)
    assert [*report.found] == ["moves"]
    assert "words" not in report.checked and "dropped" in report.checked


class Patches(nn.Module):
    """A network that is no UNet: patches, a line, patches."""

    def __init__(self, heard=True):
        super().__init__()
        self.condition, self.heard = ClassCondition(5, 6), heard
        self.mix = nn.Linear(4 + 1 + 6, 4)

    def forward(self, xt, t, cond=None):
        vector = self.condition(cond, len(xt)).vector * self.heard
        h = xt.reshape(len(xt), -1, 4)
        time = (t[:, None] / 1000).to(h.dtype)
        told = torch.cat([time, vector], dim=1)[:, None].expand(-1, h.shape[1], -1)
        return self.mix(torch.cat([h, told], dim=2).sin()).reshape(xt.shape)


def test_any_network_can_be_given():
    xt, said = torch.ones(3, 1, 4, 4), torch.tensor([0, 4, 2])
    report = listens(Patches(), said, xt)
    assert report.found == {} and [*report.checked] == NAMES[:9]
    assert [*listens(Patches(heard=False), said, xt).found] == ["moves"]


def test_the_model_stays_as_it_was():
    right = model()
    right.network.train()
    before = [p.clone() for p in right.network.parameters()]
    listens(right, SAID)
    assert right.network.training
    for p, old in zip(right.network.parameters(), before, strict=True):
        assert p.dtype == torch.float32 and torch.equal(p, old) and p.grad is None


@pytest.mark.parametrize(
    "said, message",
    [
        (SAID[:1], "said: got 1 conditions, expected two or more that differ"),
        ([SAID[0], SAID[0]], "said: got 2 conditions"),
        (SAID[0], "said: got 'a red circle .*expected two"),
        (torch.stack([torch.zeros(9), torch.ones(9)]).long(), "said: got one that says nothing"),
    ],
)
def test_conditions_that_tell_nothing_apart_are_refused(said, message):
    with pytest.raises(ValueError, match=message):
        listens(model(), said)


def test_a_model_without_conditions_is_refused():
    with pytest.raises(ValueError, match="model: got one without conditions"):
        listens(shipped("digits-v"), [1, 2])
    with pytest.raises(ValueError, match="xt: got"):
        listens(Patches(), torch.tensor([0, 1]))
