"""A text encoder from outside: an extra, whose part is played here by a table of random vectors."""

import sys
from types import SimpleNamespace

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from companion.data import encoders, frozen_tokens, scenes
from companion.diffusion import ddim
from companion.evaluation import listens
from companion.tasks import DiffusionRecipe, Model, data_for, sample
from companion.training import start, train

D, FILLER = 6, 0
TABLE = torch.randn(50, D, generator=torch.Generator().manual_seed(0))


class Tokenizer:
    """One number a word, between a start and an end."""

    words: dict[str, int] = {}

    @classmethod
    def from_pretrained(cls, name):
        if "/" not in name:
            raise OSError(f"{name} is not there\nand a second line")
        return cls()

    def __call__(self, captions, padding, max_length, return_tensors):
        assert (padding, return_tensors) == ("max_length", "pt")
        rows = [[1, *(self._number(w) for w in text.split()), 2] for text in captions]
        longest = max(max_length, *map(len, rows))
        numbers = torch.tensor([row + [FILLER] * (longest - len(row)) for row in rows])
        return {"input_ids": numbers, "attention_mask": (numbers != FILLER).long()}

    def _number(self, word):
        return self.words.setdefault(word, len(self.words) + 3)


class Network(nn.Module):
    """Each token is its row of the table, and a mark of its place."""

    @classmethod
    def from_pretrained(cls, name):
        return cls()

    def forward(self, input_ids, attention_mask):
        places = torch.arange(input_ids.shape[1])[:, None] / 10
        return SimpleNamespace(last_hidden_state=TABLE[input_ids] + places)


@pytest.fixture
def outside(monkeypatch):
    """The library, as far as it is asked."""
    library = SimpleNamespace(AutoTokenizer=Tokenizer, CLIPTextModel=Network)
    monkeypatch.setitem(sys.modules, "transformers", library)
    monkeypatch.setattr(Tokenizer, "words", {})
    encoders._encoder.cache_clear()
    yield
    encoders._encoder.cache_clear()


def test_tokens_come_with_their_mask_and_nothing_behind_the_end(outside):
    y = frozen_tokens(["red circle", "red"], "a/b", 6)
    assert y.shape == (2, 6, 1 + D)
    assert y[..., 0].tolist() == [[1, 1, 1, 1, 0, 0], [1, 1, 1, 0, 0, 0]]
    places = torch.arange(6)[:, None] / 10
    assert_close(y[0, :4, 1:], (TABLE[[1, 3, 4, 2]] + places[:4]))
    assert (y[0, 4:] == 0).all() and (y[1, 3:] == 0).all()


@pytest.mark.parametrize("captions", ["red", [], ["red", 3]])
def test_captions_are_texts(outside, captions):
    with pytest.raises(ValueError, match="captions: got"):
        frozen_tokens(captions, "a/b")


def test_a_caption_that_is_too_long_is_refused_and_not_cut(outside):
    assert frozen_tokens(["one two three"], "a/b", 5).shape[1] == 5
    with pytest.raises(ValueError, match="'one two three four'.*at most 5 tokens"):
        frozen_tokens(["one", "one two three four"], "a/b", 5)


def test_without_the_library_it_says_what_to_install(monkeypatch):
    encoders._encoder.cache_clear()
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(ImportError, match=r"pip install 'companion\[clip\]'"):
        frozen_tokens(["red"])


def test_without_the_network_it_says_so_in_one_line(outside):
    with pytest.raises(ConnectionError, match=r"could not read nowhere .*nowhere is not there\)"):
        frozen_tokens(["red"], "nowhere")


RECIPE = DiffusionRecipe().override(
    condition_type="frozen", encoder="a/b", given=D, length=6, dim=8, width=8, channels=3
)


def test_a_model_is_trained_and_asked_with_captions_as_any_other(outside):
    recipe = RECIPE.override(size=16, steps=3, batch_size=4)
    texts = ["red circle", "blue square", "red square", "blue circle"]
    data = data_for(recipe, scenes(4, 16, seed=0).images, texts)
    assert_close(data.cond, frozen_tokens(texts, "a/b", 6))
    session = start(recipe)
    before = session.network.condition.proj.weight.clone()
    for _ in train(session, data):
        pass
    assert not torch.equal(session.network.condition.proj.weight, before)
    drawn = {}
    for text in ("red circle", "blue circle", None):
        g = torch.Generator().manual_seed(0)
        how = {"steps": 4, "sampler": ddim(), "generator": g}
        drawn[text] = sample(session, 2, text, scale=2.0 if text else 1.0, **how)
    one, other, nothing = drawn.values()
    assert not torch.equal(one, other) and not torch.equal(one, nothing)


def test_it_listens(outside):
    network = start(RECIPE).network
    g = torch.Generator().manual_seed(0)
    for parameter in network.parameters():
        parameter.data = 0.2 * torch.randn(parameter.shape, generator=g)
    model = Model(network.eval(), RECIPE)
    asked = ["red circle", "circle red", "a blue square"]
    assert listens(model, asked).found == {}


@pytest.mark.parametrize("change", [{"encoder": ""}, {"given": 0}, {"condition_type": "none"}])
def test_a_recipe_names_the_encoder_and_its_width_together(change):
    with pytest.raises(ValueError, match="encoder: got"):
        RECIPE.override(**change)
