"""Their networks in our samplers and ours in their pipelines: the same images, both ways."""

import subprocess
import sys
from types import SimpleNamespace

import pytest
import torch
from diffusers import (
    DDIMPipeline,
    DDIMScheduler,
    DDPMPipeline,
    DDPMScheduler,
    DPMSolverMultistepScheduler,
    EulerDiscreteScheduler,
    FlowMatchEulerDiscreteScheduler,
    UNet2DModel,
)
from torch.testing import assert_close

from companion.diffusion import (
    EPS,
    X0,
    V,
    ancestral,
    cosine,
    ddim,
    linear,
    sample,
    scaled_linear,
    trailing,
    zero_terminal_snr,
)
from companion.networks import ImageEncoder, UNet, denoiser, from_diffusers, to_diffusers
from companion.networks.diffusers import FromDiffusers
from companion.tasks import shipped

ASKED = {"epsilon": EPS, "sample": X0, "v_prediction": V}


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def quiet(pipeline):
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def drawn(pipeline, steps, n=4, seed=0, **how):
    """Their images, in our range."""
    how |= {"num_inference_steps": steps, "output_type": "pt", "generator": seeded(seed)}
    return 2 * quiet(pipeline)(n, **how).images - 1


def ours(network, schedule, asked, steps, shape, step=None, clip=False, seed=0):
    g = seeded(seed)
    xT, ask = torch.randn(shape, generator=g), denoiser(network, schedule, asked, clip=clip)
    times = trailing(schedule.T, steps)
    x0 = sample(ask, schedule, xT, times, step or ddim(), generator=g)
    return x0.clamp(-1, 1)


def small(seed=0):
    """Of ours, at work in all of its layers."""
    torch.manual_seed(seed)
    network = UNet(2, 8, (1, 2, 2), blocks=2, attention=(1, 2))
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    return network.eval()


def theirs(seed=0, **config):
    torch.manual_seed(seed)
    sizes = {"in_channels": 1, "out_channels": 1, "norm_num_groups": 4, "layers_per_block": 1}
    blocks = {
        "block_out_channels": (8, 16),
        "down_block_types": ("DownBlock2D", "AttnDownBlock2D"),
        "up_block_types": ("AttnUpBlock2D", "UpBlock2D"),
        "attention_head_dim": 4,
    }
    return UNet2DModel(8, **(sizes | blocks | config)).eval()


# ----------------------------------------------------------------- ours in their pipelines


@pytest.fixture(scope="module")
def digits_v():
    model = shipped("digits-v")
    network, recipe = model.network, model.recipe
    return network, recipe.schedule


@pytest.mark.parametrize("steps", [10, 50])
def test_their_pipeline_draws_our_digits(digits_v, steps):
    network, schedule = digits_v
    found = drawn(DDIMPipeline(*to_diffusers(network, schedule, V, 8)), steps)
    expected = ours(network, schedule, V, steps, (4, 1, 8, 8))
    assert expected.std() > 0.5  # digits, not a constant
    assert_close(found, expected, rtol=0, atol=1e-5)


def test_clipped_guesses_are_those_of_ours(digits_v):
    network, schedule = digits_v
    pipeline = DDIMPipeline(*to_diffusers(network, schedule, V, 8, clip=True))
    found = drawn(pipeline, 20, use_clipped_model_output=True)
    expected = ours(network, schedule, V, 20, (4, 1, 8, 8), clip=True)
    assert_close(found, expected, rtol=0, atol=1e-4)
    assert not torch.allclose(found, ours(network, schedule, V, 20, (4, 1, 8, 8)), atol=1e-3)


def test_saved_and_loaded_it_draws_the_same(digits_v, tmp_path):
    """Also in another process, which has to import our package first."""
    network, schedule = digits_v
    pipeline = DDIMPipeline(*to_diffusers(network, schedule, V, 8))
    pipeline.save_pretrained(tmp_path)
    found = drawn(DDIMPipeline.from_pretrained(tmp_path), 10)
    assert torch.equal(found, drawn(pipeline, 10))
    assert_close(found, ours(network, schedule, V, 10, (4, 1, 8, 8)), rtol=0, atol=1e-5)
    code = (
        "import sys, torch, companion.networks; from diffusers import DDIMPipeline\n"
        "pipe = DDIMPipeline.from_pretrained(sys.argv[1])\n"
        "how = dict(num_inference_steps=10, output_type='pt')\n"
        "x = pipe(4, generator=torch.Generator().manual_seed(0), **how).images\n"
        "torch.save(2 * x - 1, sys.argv[2])"
    )
    out = tmp_path / "images.pt"
    subprocess.run([sys.executable, "-c", code, tmp_path, out], check=True, capture_output=True)
    assert_close(torch.load(out), found, rtol=0, atol=1e-6)


def test_to_forget_the_one_moves_the_samples(digits_v):
    """By far more than the tolerance: so the tests above hold it."""
    network, schedule = digits_v
    model, scheduler = to_diffusers(network, schedule, V, 8)
    right = drawn(DDIMPipeline(model, scheduler), 50)

    def forgetful(xt, t):
        return network(xt, (t - 1).clamp(min=0))

    forgetful.training, forgetful.eval, forgetful.train = False, lambda: None, lambda _: None
    wrong = ours(forgetful, schedule, V, 50, (4, 1, 8, 8))
    assert (right - wrong).abs().max() > 200 * 1e-5


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
@pytest.mark.parametrize("kind", [DDIMPipeline, DDPMPipeline])
def test_every_parameterization_and_both_pipelines(asked, kind, tmp_path):
    """A network with all that a UNet may have; 20 steps of 20, with noise in DDPM's."""
    network, schedule = small(), linear(20, 0.02, 0.5)
    pipeline = kind(*to_diffusers(network, schedule, asked, 8))
    pipeline.save_pretrained(tmp_path)
    step = ancestral if kind is DDPMPipeline else ddim()
    expected = ours(network, schedule, asked, 20, (4, 2, 8, 8), step)
    assert expected.abs().lt(1).double().mean() > 0.01  # and the others are at an end
    for pipe in (pipeline, kind.from_pretrained(tmp_path)):
        assert_close(drawn(pipe, 20), expected, rtol=0, atol=1e-4)


def test_zero_terminal_snr_goes_there_too():
    network, schedule = small(), cosine(20, max_beta=1)
    found = drawn(DDIMPipeline(*to_diffusers(network, schedule, V, 8)), 10)
    assert_close(found, ours(network, schedule, V, 10, (4, 2, 8, 8)), rtol=0, atol=1e-4)


def test_weights_are_shared_and_one_time_may_be_many():
    network, x = small(), torch.randn(3, 2, 8, 8, generator=seeded())
    model, scheduler = to_diffusers(network, linear(), V, 8)
    assert model.network is network and model.dtype == torch.float32
    expected = network(x, torch.tensor([1, 8, 1000]))
    assert torch.equal(model(x, torch.tensor([0, 7, 999])).sample, expected)
    (one,) = model(x, 7, return_dict=False)
    assert torch.equal(one, network(x, torch.tensor([8, 8, 8])))
    assert len(scheduler.betas) == 1000 and not scheduler.config.clip_sample
    assert scheduler.config.timestep_spacing == "trailing"


# ----------------------------------------------------------------- theirs in our samplers

LDM = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
SCHEDULES = {
    "linear": ({}, linear()),
    "scaled_linear": (LDM, scaled_linear()),
    "cosine": ({"beta_schedule": "squaredcos_cap_v2"}, cosine()),
    "another T": ({"num_train_timesteps": 300, "beta_end": 0.05}, linear(300, 1e-4, 0.05)),
    "trained": ({"trained_betas": cosine().beta[1:].tolist()}, cosine()),
    "rescaled": (LDM | {"rescale_betas_zero_snr": True}, zero_terminal_snr(scaled_linear())),
}
KINDS = (DDPMScheduler, DDIMScheduler, DPMSolverMultistepScheduler, EulerDiscreteScheduler)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_is_that_of_its_settings(kind, name):
    config, expected = SCHEDULES[name]
    scheduler = kind(**config)
    _, schedule, asked = from_diffusers(theirs(), scheduler)
    assert torch.equal(schedule.alpha_bar, expected.alpha_bar) and asked is EPS


@pytest.mark.parametrize("prediction", ASKED)
@pytest.mark.parametrize("name", SCHEDULES)
def test_our_samplers_draw_their_images(prediction, name):
    config, _ = SCHEDULES[name]
    unet = theirs()
    scheduler = DDIMScheduler(
        **config, prediction_type=prediction, clip_sample=False, timestep_spacing="trailing"
    )
    network, schedule, asked = from_diffusers(unet, scheduler)
    assert asked is ASKED[prediction]
    if name == "rescaled" and prediction == "epsilon":  # they divide by 0 there
        with pytest.raises(ValueError, match="alpha_bar_t = 0"):
            ours(network, schedule, asked, 20, (4, 1, 8, 8))
        return
    found = ours(network, schedule, asked, 20, (4, 1, 8, 8))
    expected = drawn(DDIMPipeline(unet, scheduler), 20)
    assert_close(found, expected, rtol=0, atol=2e-4)


def test_their_times_start_at_0():
    """t = 1..T is k = 0..T - 1."""
    seen = []

    class Listening(torch.nn.Module):
        def forward(self, x, k):
            seen.extend(k.tolist())
            return SimpleNamespace(sample=x)

    FromDiffusers(Listening())(torch.zeros(2, 1, 8, 8), torch.tensor([1, 1000]))
    assert seen == [0, 999]


def test_their_network_refuses_a_condition():
    network, schedule, asked = from_diffusers(theirs(), DDPMScheduler())
    with pytest.raises(ValueError, match="cond: got 3 .int., expected None"):
        denoiser(network, schedule, asked, cond=3)(torch.zeros(1, 1, 8, 8), 5)


def test_there_and_back_again():
    """Ours to theirs to ours: the same network, to the bit."""
    network, schedule = small(), cosine(30)
    model, scheduler = to_diffusers(network, schedule, X0, 8)
    back, again, asked = from_diffusers(model, scheduler)
    x, t = torch.randn(2, 2, 8, 8, generator=seeded()), torch.tensor([1, 30])
    assert torch.equal(back(x, t), network(x, t)) and asked is X0
    assert_close(again.alpha_bar, schedule.alpha_bar, rtol=1e-12, atol=1e-15)


# ------------------------------------------------------------------------------- refused


def wrong(**config):
    return SimpleNamespace(config=config)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda: from_diffusers(wrong(in_channels=4, out_channels=4, cross_attention_dim=8), 0),
            "unet: got cross_attention_dim = 8, expected one without a condition",
        ),
        (
            lambda: from_diffusers(theirs(num_class_embeds=10), DDPMScheduler()),
            "unet: got num_class_embeds = 10",
        ),
        (
            lambda: from_diffusers(theirs(out_channels=2), DDPMScheduler()),
            "unet: got 1 channels in and 2 out.* learned variance",
        ),
        (lambda: from_diffusers(torch.nn.Identity(), DDPMScheduler()), "unet: got None channels"),
        (
            lambda: from_diffusers(theirs(), FlowMatchEulerDiscreteScheduler()),
            "scheduler: got FlowMatchEulerDiscreteScheduler with beta_schedule None",
        ),
        (
            lambda: from_diffusers(theirs(), DDPMScheduler(beta_schedule="sigmoid")),
            "scheduler: got DDPMScheduler with beta_schedule 'sigmoid'",
        ),
        (
            lambda: from_diffusers(theirs(), wrong(prediction_type="flow_prediction")),
            "scheduler: got prediction_type 'flow_prediction', expected one of epsilon",
        ),
        (
            lambda: from_diffusers(theirs(), wrong(num_train_timesteps=9, trained_betas=[0.5] * 9)),
            "scheduler: got SimpleNamespace without alphas_cumprod",
        ),
        (
            lambda: to_diffusers(ImageEncoder(3), linear(), V, 8),
            "network: got ImageEncoder, expected a UNet",
        ),
        (lambda: to_diffusers(small(), linear(), "v", 8), "parameterization: got 'v'"),
        (lambda: to_diffusers(small(), linear(), V, 0), "size: got 0"),
        (
            lambda: to_diffusers(small(), cosine(9, max_beta=1), EPS, 8),
            "parameterization: got EPS with alpha_bar_T = 0",
        ),
    ],
)
def test_what_cannot_be_taken_is_refused_with_the_reason(call, words):
    with pytest.raises(ValueError, match=f"^{words}"):
        call()


@pytest.mark.parametrize("shift", [1e-2, None])
def test_levels_that_are_not_those_of_the_settings_are_refused(shift):
    scheduler = DDPMScheduler()
    levels = scheduler.alphas_cumprod
    scheduler.alphas_cumprod = levels[1:] if shift is None else levels * (1 - shift)
    with pytest.raises(ValueError, match="^scheduler: got alphas_cumprod that do not follow"):
        from_diffusers(theirs(), scheduler)


def test_without_the_library_it_is_named(monkeypatch):
    from companion.networks import diffusers as adapter

    adapter._model_class.cache_clear()
    monkeypatch.setitem(sys.modules, "diffusers", None)
    with pytest.raises(ImportError, match="to_diffusers needs diffusers.*pip install diffusers"):
        to_diffusers(small(), linear(), V, 8)
    monkeypatch.undo()
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        adapter.Nothing  # noqa: B018


def test_our_networks_do_not_import_it():
    code = "import sys, companion.networks; sys.exit('diffusers' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
