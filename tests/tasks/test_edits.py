"""Pictures that are changed: beside closed forms, beside the loop by hand, and bit for bit."""

import pytest
import torch
from torch import nn

from companion.diffusion import ddim, guided, marginal, trailing
from companion.diffusion import inpaint as put_in
from companion.diffusion import sample as walk
from companion.networks import denoiser
from companion.tasks import ClassifierRecipe, DiffusionRecipe, Model, edit, inpaint, model_of
from companion.training import start

SMALL = DiffusionRecipe().override(width=8, T=40, dim=8, depth=1)
TOLD = SMALL.override(condition_type="words", words="red blue", length=4)
LATENT = SMALL.override(
    autoencoder="photos-kl", f=4, latent_channels=4, scale=0.5, size=16, channels=3
)


class OfAGaussian(nn.Module):
    """The v of data that is N(0, std^2): x_0 = xt sqrt(ab) std^2 / (ab std^2 + 1 - ab)."""

    def __init__(self, schedule, std):
        super().__init__()
        self.schedule, self.var, self.asked = schedule, std**2, []
        self.weight = nn.Parameter(torch.zeros(1))

    def forward(self, xt, t, cond=None):
        self.asked.append(int(t[0]))
        ab = self.schedule.at(t, xt).float()
        x0 = xt * ab.sqrt() * self.var / (ab * self.var + 1 - ab)
        eps = (xt - ab.sqrt() * x0) / (1 - ab).sqrt()
        return ab.sqrt() * eps - (1 - ab).sqrt() * x0


def generator():
    return torch.Generator().manual_seed(3)


def pictures(recipe, count=2):
    data = recipe.data
    x = torch.rand(count, data.channels, data.size, data.size, generator=generator())
    return 2 * x - 1


def loud(recipe):
    """A model whose network adds something: a fresh one returns zeros."""
    model = model_of(start(recipe))
    torch.manual_seed(0)
    for parameter in model.network.parameters():
        parameter.data = 0.2 * torch.randn(parameter.shape)
    return model


@pytest.mark.parametrize("strength", [0.2, 0.6, 1.0])
def test_an_edit_of_gaussian_data_is_the_flow_from_its_time(strength):
    """Of N(0, std^2) the flow multiplies by std / sqrt(ab std^2 + 1 - ab)."""
    recipe = DiffusionRecipe()
    schedule, std = recipe.schedule, 0.5
    model = Model(OfAGaussian(schedule, std), recipe)
    x = pictures(recipe)
    made = edit(*(model, x), strength=strength, steps=1000, sampler=ddim(0), generator=generator())
    ab = schedule.alpha_bar[round(strength * 1000)].item()
    eps = torch.randn(x.shape, generator=generator())
    zt = ab**0.5 * x + (1 - ab) ** 0.5 * eps
    expected = zt * std / (ab * std**2 + 1 - ab) ** 0.5
    torch.testing.assert_close(made, expected, rtol=0, atol=0.02)
    assert model.network.asked[0] == round(strength * 1000)


@pytest.mark.parametrize(
    "strength, steps, times",
    [
        (0.5, 10, (20, 16, 12, 8, 4)),
        (1, 2, (40, 20)),
        (0.01, 40, (1,)),
        (0.5, 1, (20,)),
    ],
)
def test_the_times_of_an_edit_are_a_share_of_the_walk(strength, steps, times):
    model = Model(OfAGaussian(SMALL.schedule, 0.5), SMALL)
    edit(model, pictures(SMALL), strength=strength, steps=steps)
    assert tuple(model.network.asked) == times


def asked(model, cond, against, scale, count=2):
    """The denoiser of a caption, by hand."""
    parts = model.network, model.schedule, model.parameterization
    rows = [
        None if one is None else model.recipe.vocabulary.encode([one]).expand(count, -1)
        for one in (cond, against)
    ]
    return guided(*(denoiser(*parts, cond=one) for one in rows), scale)


def test_an_edit_is_the_loop_by_hand():
    model, x = loud(TOLD), pictures(TOLD)
    made = edit(
        *(model, x, "red"),
        **{"strength": 0.5, "scale": 3.0, "against": "blue"},
        **{"steps": 8, "generator": generator()},
    )
    g = generator()
    zt = marginal(model.schedule, x, 20).sample(torch.randn(x.shape, generator=g))
    ask = asked(model, "red", "blue", 3.0)
    assert torch.equal(made, walk(ask, model.schedule, zt, trailing(20, 4), generator=g))
    plain = edit(model, x, strength=0.5, steps=8, generator=generator())
    assert (plain - made).abs().max() > 1e-3


def test_an_edit_in_a_latent_is_encoded_and_decoded():
    model, x = loud(LATENT), pictures(LATENT)
    made = edit(model, x, strength=0.25, steps=8, generator=generator())
    g = generator()
    zt = marginal(model.schedule, model.codec.encode(x), 10)
    zt = zt.sample(torch.randn(2, 4, 4, 4, generator=g))
    z = walk(asked(model, None, None, 1.0), model.schedule, zt, trailing(10, 2), generator=g)
    assert torch.equal(made, model.codec.decode(z))


def hole(recipe, rows, columns):
    given = torch.ones(2, 1, recipe.data.size, recipe.data.size, dtype=torch.bool)
    given[:, :, slice(*rows), slice(*columns)] = False
    return given


@pytest.mark.parametrize("recipe", [TOLD, LATENT], ids=["pixels", "latent"])
def test_what_is_given_stays_to_the_bit_and_what_is_not_has_no_influence(recipe):
    model, x = loud(recipe), pictures(recipe)
    given = hole(recipe, (2, 7), (1, 6))
    made = inpaint(model, x, given, steps=4, generator=generator())
    assert torch.equal(made[given.expand_as(x)], x[given.expand_as(x)])
    assert (made != x)[~given.expand_as(x)].float().mean() > 0.9
    other = torch.where(given, x, -x)
    assert torch.equal(inpaint(model, other, given, steps=4, generator=generator()), made)


def test_in_a_latent_a_place_is_given_where_all_of_its_pixels_are():
    model, x = loud(LATENT), pictures(LATENT)
    given = hole(LATENT, (3, 9), (8, 12))
    small = torch.tensor(
        [
            [given[0, 0, 4 * i : 4 * i + 4, 4 * j : 4 * j + 4].all() for j in range(4)]
            for i in range(4)
        ]
    )
    assert small.sum() == 13  # three of sixteen are touched
    mean = torch.stack(
        [(one * own).sum(dim=(1, 2)) / own.sum() for one, own in zip(x, given, strict=True)]
    )
    z0 = model.codec.encode(torch.where(given, x, mean[:, :, None, None]))
    g = generator()
    zT = torch.randn(z0.shape, generator=g)
    ask, times = asked(model, None, None, 1.0), trailing(40, 4)
    z = put_in(
        *(ask, model.schedule, z0, small.expand(2, 4, 4, 4), zT, times), repeats=2, generator=g
    )
    made = inpaint(model, x, given, steps=4, repeats=2, generator=generator())
    expected = torch.where(given, x, model.codec.decode(z))
    torch.testing.assert_close(made, expected, rtol=0, atol=1e-4)


def test_words_move_what_is_filled_in():
    model, x, given = loud(TOLD), pictures(TOLD), hole(TOLD, (2, 7), (1, 6))
    one, other, away = (
        inpaint(model, x, given, *said, steps=4, generator=generator(), **how)
        for said, how in (
            (("red",), {}),
            (("blue",), {}),
            (("red",), {"scale": 3.0, "against": "blue"}),
        )
    )
    assert min((one - other).abs().max(), (one - away).abs().max()) > 1e-3


@pytest.mark.parametrize(
    "how, said",
    [
        ({"strength": 0}, "strength: got 0, expected a number inside"),
        ({"strength": 1.5}, "strength: got 1.5"),
        ({"steps": 41}, "steps: got 41"),
        ({"cond": "green"}, "captions: got 'green'"),
        ({"pictures": torch.zeros(2, 3, 8, 8)}, r"pictures: got shape \(2, 3, 8, 8\), expected"),
        ({"pictures": torch.zeros(1, 8, 8)}, r"pictures: got shape \(1, 8, 8\), expected"),
        ({"pictures": torch.full((2, 1, 8, 8), torch.nan)}, "pictures: .*"),
    ],
)
def test_a_wrong_edit_is_refused(how, said):
    with pytest.raises(ValueError, match=said):
        edit(**{"model": start(TOLD), "pictures": pictures(TOLD), "steps": 4} | how)


@pytest.mark.parametrize(
    "given",
    [None, torch.ones(2, 1, 8, 8), torch.ones(2, 8, 8) > 0, torch.ones(1, 1, 8, 8) > 0],
)
def test_a_wrong_mask_is_refused(given):
    with pytest.raises(ValueError, match="given: got .*, expected True and False of shape"):
        inpaint(start(TOLD), pictures(TOLD), given)


def test_another_kind_of_model_changes_no_pictures():
    with pytest.raises(ValueError, match="model: got one of the kind classifier, expected a den"):
        edit(start(ClassifierRecipe()), pictures(TOLD))
