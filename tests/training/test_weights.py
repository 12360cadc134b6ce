"""The weights that come with the package are those that their recipe made."""

import shutil
from pathlib import Path

import pytest
import torch

from companion.data import digits
from companion.diffusion import V, ancestral, cosine, ddim, dpm_solver, sample, trailing
from companion.networks import denoiser
from companion.tasks import DiffusionRecipe, shipped
from companion.tasks import sample as sample_of
from companion.training import names, pack, read, start, train, weights
from companion.training.files import unpacked

# Not those of classifiers, features and autoencoders.
NETWORKS = [name for name in names() if read(name)[1]["kind"] == "diffusion"]


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_comes_with_its_recipe(name):
    model = shipped(name)
    network, recipe = model.network, model.recipe
    assert recipe.steps > 1000 and not network.training
    assert not any(p.requires_grad for p in network.parameters())


@pytest.mark.parametrize(
    "kind, most",
    [
        ("digits-*", 10_000_000),
        ("photos-*", 12_000_000),
        ("scenes-[!d]*", 8_000_000),
        ("scenes-dit*", 6_000_000),
        ("*", 30_000_000),
    ],
)
def test_all_of_them_are_small(kind, most):
    sizes = [p.stat().st_size for p in Path(str(weights.FOLDER)).glob(kind)]
    assert sizes and sum(sizes) < most


def parts_of(name):
    model = shipped(name)
    return model.network, model.recipe


def loss_at(network, t, asked=V):
    schedule, x0 = cosine(1000), digits().held_out.images
    eps = torch.randn(x0.shape, generator=torch.Generator().manual_seed(0))
    from companion.diffusion import marginal

    xt = marginal(schedule, x0, t).sample(eps)
    output = network(xt, torch.full((len(xt),), t))
    return (output - asked.target(schedule, x0, eps, t)).square().mean().item()


def test_the_recipe_still_means_what_the_weights_say():
    """A few steps of the recipe learn, and the shipped weights know far more."""
    network, recipe = parts_of("digits-v")
    run = start(recipe)
    untrained = loss_at(run.ema_model, 500)
    for progress in train(run, digits().train.images):
        if progress.step == 60:
            break
    assert loss_at(run.ema_model, 500) < 0.75 * untrained
    assert loss_at(network, 500) < 0.75 * loss_at(run.ema_model, 500)


def test_the_samples_look_like_digits_to_a_classifier():
    """scikit-learn's nearest neighbours: samples lie among the digits, noise does not."""
    network, recipe = parts_of("digits-v")
    schedule = cosine(recipe.T)
    g = torch.Generator().manual_seed(0)
    noise = torch.randn(100, 1, 8, 8, generator=g)
    ask = denoiser(network, schedule, V)
    x0 = sample(ask, schedule, noise, trailing(1000, 25), ddim())
    data, held_out = (part.images.flatten(1) for part in digits())

    def nearest(x):
        return torch.cdist(x.flatten(1), data).min(dim=1).values.mean()

    assert nearest(x0) < 1.25 * nearest(held_out)
    assert nearest(noise) > 2 * nearest(held_out)


def test_an_unknown_name_is_refused():
    with pytest.raises(
        ValueError,
        match="name: got 'digits-w', expected one of digits-class, digits-classifier, ",
    ):
        shipped("digits-w")


def test_a_model_of_another_kind_says_so_when_it_is_sampled():
    model = shipped("digits-classifier")
    for ask in (lambda: sample_of(model, 2), lambda: model.schedule, model.denoiser):
        with pytest.raises(
            ValueError, match="^model: got one of the kind classifier, expected a denoising"
        ):
            ask()


def test_a_sample_in_a_line_is_the_pieces_put_together():
    """To the bit: of shipped weights and of a session, each sampler, each spacing."""
    session = start(DiffusionRecipe().override(width=8, T=20))
    session.ema_model.conv_out.bias.data.fill_(0.25)
    for model, network, recipe in (
        (session, session.ema_model, session.recipe),
        (shipped("digits-v"), *parts_of("digits-v")),
    ):
        for sampler, clip in ((ancestral, True), (ddim(eta=0), False), (dpm_solver, False)):
            g = torch.Generator().manual_seed(3)
            found = sample_of(model, 2, steps=4, sampler=sampler, clip=clip, generator=g)
            g = torch.Generator().manual_seed(3)
            noise = torch.randn(2, 1, 8, 8, generator=g)
            ask = denoiser(network, recipe.schedule, V, clip=clip)
            times = trailing(recipe.T, 4)
            x0 = sample(ask, recipe.schedule, noise, times, sampler, generator=g)
            assert torch.equal(found, x0) and found.shape == (2, 1, 8, 8)
    g = torch.Generator().manual_seed(3)
    early = sample_of(session, 2, steps=2, spacing=lambda T, n: (5, 2), generator=g)
    assert early.shape == (2, 1, 8, 8)
    for wrong, words in (
        ({"count": 0}, "^count: got 0"),
        ({"steps": 0}, "^steps: got 0"),
        ({"steps": 21}, "^steps: got 21, expected a whole number in 1..20"),
    ):
        with pytest.raises(ValueError, match=words):
            sample_of(session, **{"count": 1} | wrong)


def test_a_file_that_changed_is_refused(tmp_path, monkeypatch):
    shutil.copytree(str(weights.FOLDER), tmp_path / "weights")
    file = tmp_path / "weights" / "digits-v.safetensors"
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    monkeypatch.setattr(weights, "FOLDER", tmp_path / "weights")
    with pytest.raises(ValueError, match="not the one that was packed"):
        shipped("digits-v")


def test_what_is_packed_comes_back(tmp_path, monkeypatch):
    from hashlib import sha256

    run = start(DiffusionRecipe().override(width=8))
    run.ema_model.conv_out.bias.data.fill_(0.25)
    content = pack(run)
    (tmp_path / "a.safetensors").write_bytes(content)
    (tmp_path / "SHA256SUMS").write_text(f"{sha256(content).hexdigest()}  a.safetensors\n")
    monkeypatch.setattr(weights, "FOLDER", tmp_path)
    network, recipe = parts_of("a")
    assert recipe == run.recipe
    for one, other in zip(network.parameters(), run.ema_model.parameters(), strict=True):
        assert torch.equal(one, other)


def test_a_denoiser_leaves_the_network_as_it_was():
    network = start(DiffusionRecipe().override(width=8)).network.train()
    seen = []
    network.register_forward_hook(
        lambda *_: seen.append((network.training, torch.is_grad_enabled()))
    )
    guess = denoiser(network, cosine(10), V)(torch.randn(2, 1, 8, 8), 10)
    assert seen == [(False, False)] and network.training
    assert guess.x0.shape == (2, 1, 8, 8) and not guess.x0.requires_grad


def test_half_the_size_and_nearly_the_same_weights(tmp_path):
    session = start(DiffusionRecipe().override(width=8))
    whole, half = pack(session), pack(session, half=True)
    assert len(half) < 0.6 * len(whole)
    found = {}
    for name, content in (("whole", whole), ("half", half)):
        (tmp_path / name).write_bytes(content)
        found[name] = unpacked(tmp_path / name)
    assert found["half"][1] == found["whole"][1]
    for name, tensor in session.ema_model.state_dict().items():
        assert torch.equal(found["half"][0][name], tensor.half())
    assert session.ema_model.conv_in.weight.dtype == torch.float32
