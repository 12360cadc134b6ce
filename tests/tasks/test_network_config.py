"""A recipe says which network denoises: read, changed, built, trained, saved and gone on with."""

import json
from dataclasses import asdict

import pytest
import torch

from companion.networks import (
    AdaLNBlock,
    AdaLNZeroBlock,
    CrossAttentionBlock,
    DiT,
    InContextBlock,
    JointBlock,
    LastJointBlock,
    UNet,
)
from companion.tasks import (
    KINDS,
    RECIPES,
    Conditioned,
    DiffusionRecipe,
    DiTConfig,
    UNetConfig,
    load,
    model_of,
    sample,
)
from companion.tasks.diffusion import network_of
from companion.tasks.network_config import BLOCKS
from companion.training import save, start, train

SMALL = DiffusionRecipe().override(
    network_type="dit", width=16, blocks=2, heads=2, steps=4, batch_size=3, warmup=1
)
TOLD = {
    "nothing": {},
    "a class": {"condition_type": "class", "classes": 3},
    "words": {"condition_type": "words", "words": "red blue circle", "length": 4},
    "a bag": {"condition_type": "bag", "words": "red blue circle", "length": 4},
    "an image": {"condition_type": "image"},
}


def data(recipe):
    g = torch.Generator().manual_seed(0)
    x = torch.rand(5, *recipe.shape, generator=g) * 2 - 1
    rows = {
        "none": None,
        "class": torch.arange(5) % 3,
        "image": (torch.rand(5, 2, 8, 8, generator=g) > 0.5).float(),
    }
    kind = recipe.condition.condition_type
    cond = rows[kind] if kind in rows else recipe.vocabulary.encode(["red circle"] * 4 + ["blue"])
    return x if cond is None else Conditioned(x, cond)


def test_a_file_says_which_network_it_is():
    for name in ("digits", "digits-dit", "scenes-dit", "scenes-words"):
        recipe = RECIPES[name]
        assert DiffusionRecipe.from_json(recipe.to_json()) == recipe
        kind = json.loads(recipe.to_json())["network"]["network_type"]
        assert kind == ("dit" if name.endswith("dit") else "unet")
    old = json.loads(RECIPES["digits"].to_json())
    del old["network"]["network_type"]  # as files had it before there were two
    assert DiffusionRecipe.from_json(json.dumps(old)) == RECIPES["digits"]
    flat = '{"heads": 2, "network_type": "dit", "patch": 1}'
    assert DiffusionRecipe.from_json(flat).network == DiTConfig(heads=2, patch=1)


def test_another_network_has_its_own_defaults_and_all_else_stays():
    unet = RECIPES["scenes-words"].override(width=40)
    dit = unet.override(network_type="dit", patch=4)
    assert dit.network == DiTConfig(patch=4)
    assert asdict(dit) | {"network": 0} == asdict(unet) | {"network": 0}
    assert dit.override(network_type="dit", heads=2).network == DiTConfig(patch=4, heads=2)
    assert dit.override(network_type="unet").network == UNetConfig()
    assert unet.override(network=DiTConfig(width=8), lr=1.0).network == DiTConfig(width=8)


@pytest.mark.parametrize(
    "changed, said",
    [
        ({"network_type": "mlp"}, r"network_type: got 'mlp', expected one of \['unet', 'dit'\]"),
        ({"network_type": "dit", "multipliers": (1, 2)}, "recipe: got multipliers, expected only"),
        ({"patch": 2}, "recipe: got patch, expected only"),
        ({"network_type": "dit", "heads": 5}, "heads: got 5, expected a number that divides 96"),
        ({"network_type": "dit", "width": 18, "heads": 2}, "width: got 18, expected a multiple"),
        ({"network_type": "dit", "block_type": "x"}, "block_type: got 'x', expected one of"),
        ({"network_type": "dit", "patch": 0}, "patch: got 0, expected more than 0"),
        ({"network_type": "dit", "blocks": 1.5}, "blocks: got 1.5, expected a whole number"),
        ({"network": 3}, "network: got 3, expected a NetworkConfig"),
        ({"network": 3, "network_type": "dit"}, "network: got 3 .*, expected a DiTConfig, since"),
        ({"network": None, "network_type": "unet"}, "network: got None .*, expected a UNetConfig"),
        ({"network": UNetConfig(), "network_type": "dit"}, "network: got UNetConfig.* a DiTConfig"),
        ({"network_type": {}}, "network_type: got {}, expected one of"),
        ({"network_type": "dit", "width": 18}, "width: got 18, expected a multiple of 4"),
    ],
)
def test_what_is_wrong_is_named(changed, said):
    with pytest.raises(ValueError, match=said):
        DiffusionRecipe().override(**changed)
    if not any(isinstance(value, UNetConfig) for value in changed.values()):
        with pytest.raises(ValueError, match=said):
            DiffusionRecipe.from_json(json.dumps(changed))


def test_the_kind_of_a_config_is_its_own():
    for made in (lambda: DiTConfig(network_type="unet"), lambda: UNetConfig(network_type="dit")):
        with pytest.raises(ValueError, match="network_type: got"):
            made()


def test_each_block_is_the_one_that_a_file_says():
    kinds = {
        "in_context": InContextBlock,
        "cross_attention": CrossAttentionBlock,
        "adaln": AdaLNBlock,
        "adaln_zero": AdaLNZeroBlock,
        "joint": JointBlock,
    }
    assert kinds == BLOCKS
    for name, kind in kinds.items():
        network = network_of(SMALL.override(block_type=name, patch=4, blocks=3))
        last = LastJointBlock if name == "joint" else kind
        assert [type(own) for own in network.blocks] == [kind, kind, last]
        assert network.patch == (4, 4) and network.width == 16
        heads = {own.heads for own in network.blocks.modules() if hasattr(own, "heads")}
        assert heads == {SMALL.network.heads} == {2}
        assert network.blocks[0] is not network.blocks[1]
    assert isinstance(network_of(SMALL.override(network_type="unet")), UNet)


def test_one_too_large_for_this_machine_is_refused_before_it_is_built():
    huge = SMALL.override(width=10**6, heads=4)
    with pytest.raises(ValueError, match=r"width: got 1000000 with 2 blocks, which to train needs"):
        start(huge)
    long = SMALL.override(blocks=10**9)
    with pytest.raises(ValueError, match=r"width: got 16 with 1000000000 blocks, which"):
        start(long)


@pytest.mark.parametrize("told", TOLD)
@pytest.mark.parametrize("block", BLOCKS)
def test_a_run_that_is_stopped_goes_on_to_the_same_bits(tmp_path, block, told):
    recipe = SMALL.override(block_type=block, **TOLD[told])
    through, stopped = start(recipe), start(recipe)
    assert isinstance(through.network, DiT)
    losses = [progress.loss for progress in train(through, data(recipe))]
    steps = train(stopped, data(recipe))
    first = [next(steps).loss for _ in range(2)]
    save(stopped, tmp_path / "run")
    again = load(tmp_path / "run")
    assert again.recipe == recipe
    assert first + [progress.loss for progress in train(again, data(recipe))] == losses
    for name, tensor in through.ema_model.state_dict().items():
        assert torch.equal(again.ema_model.state_dict()[name], tensor), name


def test_samples_are_drawn_as_from_a_unet():
    for kind in ("unet", "dit"):
        recipe = RECIPES["digits"].override(network_type=kind, width=16)
        recipe = recipe.override(condition_type="class", classes=3)
        model = model_of(start(recipe))
        g = torch.Generator().manual_seed(0)
        x = sample(model, 2, [0, 2], scale=2.0, steps=3, generator=g)
        assert x.shape == (2, 1, 8, 8) and x.isfinite().all()
    assert KINDS["diffusion"] is DiffusionRecipe
