"""A text encoder from outside: an extra, whose part is played here by a table of random vectors."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from companion.data import encoders, find_encoder, frozen_tokens, scenes, token_count
from companion.diffusion import ddim
from companion.evaluation import listens
from companion.tasks import DiffusionRecipe, Model, data_for, sample
from companion.training import start, train

D, FILLER = 6, 0
TABLE = torch.randn(50, D, generator=torch.Generator().manual_seed(0))


class Tokenizer:
    """One number a word, between a start and an end."""

    words: dict[str, int] = {}
    model_max_length = 8

    @classmethod
    def from_pretrained(cls, name):
        if "/" not in name or Path(name).is_dir() and not Path(name, "config.json").exists():
            raise OSError(f"{name} is not there\nand a second line")
        return cls()

    def __call__(self, captions, padding, max_length, return_tensors=None):
        assert padding == "max_length" and return_tensors in ("pt", None)
        rows = [[1, *(self._number(w) for w in text.split()), 2] for text in captions]
        longest = max(max_length, *map(len, rows))
        numbers = torch.tensor([row + [FILLER] * (longest - len(row)) for row in rows])
        read = {"input_ids": numbers, "attention_mask": (numbers != FILLER).long()}
        return read if return_tensors else {key: rows.tolist() for key, rows in read.items()}

    def _number(self, word):
        return self.words.setdefault(word, len(self.words) + 3)


class Network(nn.Module):
    """Each token is its row of the table, and a mark of its place."""

    missing: list[str] = []

    def __init__(self):
        super().__init__()
        self.register_buffer("table", TABLE.clone())

    @classmethod
    def from_pretrained(cls, name, output_loading_info):
        return cls(), {"missing_keys": cls.missing}

    def forward(self, input_ids, attention_mask):
        places = torch.arange(input_ids.shape[1])[:, None] / 10
        return SimpleNamespace(last_hidden_state=self.table[input_ids] + places)


@pytest.fixture
def outside(monkeypatch):
    """The library, as far as it is asked."""
    library = SimpleNamespace(AutoTokenizer=Tokenizer, CLIPTextModel=Network)
    monkeypatch.setitem(sys.modules, "transformers", library)
    monkeypatch.setattr(Tokenizer, "words", {})
    forget()
    yield
    forget()


def forget():
    """What was read of encoders is read anew, as in another process."""
    encoders._encoder.cache_clear()
    encoders.find_encoder.cache_clear()


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
        frozen_tokens(["antidisestablishmentarianism", "one two three four"], "a/b", 5)


def test_many_captions_are_read_in_parts(outside, monkeypatch):
    many = ["red circle", "blue", "red", "a blue square", "square"]
    whole = frozen_tokens(many, "a/b", 6)
    monkeypatch.setattr(encoders, "AT_ONCE", 2)
    assert torch.equal(frozen_tokens(many, "a/b", 6), whole)
    assert token_count(many, "a/b") == whole[..., 0].sum(1).tolist() == [4, 3, 3, 5, 3]


def test_what_a_run_has_to_know_of_an_encoder(outside, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("own/clip").mkdir(parents=True)
    Path("own/clip/config.json").write_text("{}")
    there, here = find_encoder("a/b"), find_encoder("own/clip")
    assert (there.name, there.given, there.most, len(there.sum)) == ("a/b", D, 8, 64)
    assert here == there._replace(name=str(tmp_path / "own" / "clip"))
    assert_close(
        frozen_tokens(["red"], "a/b", 6, there.sum), frozen_tokens(["red"], here.name, 6, "")
    )


def test_an_encoder_with_other_weights_is_refused(outside, monkeypatch):
    before = find_encoder("a/b").sum
    forget()
    monkeypatch.setattr(sys.modules[__name__], "TABLE", TABLE + (TABLE == TABLE[7, 3]))
    with pytest.raises(ValueError, match="a/b, which has other weights since, expected those"):
        frozen_tokens(["red"], "a/b", 6, before)
    assert frozen_tokens(["red"], "a/b", 6).shape == (1, 6, 1 + D)


def test_an_encoder_of_which_a_part_is_not_there_is_refused(outside, monkeypatch):
    monkeypatch.setattr(Network, "missing", ["text_model.embeddings"])
    with pytest.raises(ValueError, match="a/b, which lacks 1 of the weights of a text encoder"):
        frozen_tokens(["red"], "a/b")


@pytest.mark.parametrize(
    "name, said",
    [
        ("", "encoder: got an empty name, expected one on the hub, or a folder"),
        ("/gone/clip", "encoder: got /gone/clip, where no folder is, expected one with"),
        ("./clip", "encoder: got ./clip, where no folder is, expected one with"),
        ("own/empty", "encoder: got own/empty, a folder that holds no text encoder of CLIP"),
    ],
)
def test_what_is_no_encoder_is_said(outside, tmp_path, monkeypatch, name, said):
    monkeypatch.chdir(tmp_path)
    Path("own/empty").mkdir(parents=True)
    with pytest.raises(ValueError, match=said):
        find_encoder(name)


def test_without_the_library_it_says_what_to_install(monkeypatch):
    forget()
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
