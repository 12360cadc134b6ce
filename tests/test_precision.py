"""Every network, bottleneck, loss and formula in every dtype, at the ends of its range.

What is data keeps the dtype of its input; a loss is in float32 or longer, for a square or a
sum soon leaves float16, which ends at 65504. Nothing is infinite or NaN, forward or backward.
"""

from functools import partial

import pytest
import torch
from torch.testing import assert_close

from companion.autoencoder import (
    KL,
    VQ,
    Decoder,
    Encoder,
    FeatureNet,
    Identity,
    PatchDiscriminator,
    adaptive_weight,
    hinge_d,
    hinge_g,
    perceptual,
    pixel_loss,
)
from companion.diffusion import (
    EPS,
    X0,
    Gaussian,
    Mixture,
    V,
    ancestral,
    cosine,
    ddim,
    dpm_solver,
    from_betas,
    inpaint,
    kl,
    linear,
    marginal,
    posterior,
    posterior_from_noise,
    sample,
    simple_loss,
    step,
    transition,
    x0_from_noise,
    zero_terminal_snr,
)
from companion.networks import (
    Attention,
    DiT,
    Downsample,
    ImageDecoder,
    ImageEncoder,
    ResBlock,
    TimeEmbedding,
    UNet,
    Upsample,
)
from companion.tasks.network_config import BLOCKS

DTYPES = (torch.float64, torch.float32, torch.bfloat16, torch.float16)
IN_EACH = pytest.mark.parametrize("dtype", DTYPES, ids=lambda d: str(d)[6:])
LONG = {torch.bfloat16: torch.float32, torch.float16: torch.float32}


def noise(*shape, seed=0, dtype=torch.float64):
    g = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=g, dtype=torch.float64).to(dtype)


def loss_dtype(dtype):
    return LONG.get(dtype, dtype)


def check(call, inputs, dtype, out=None):
    """call(*inputs) has the dtype and is finite, and so are all gradients."""
    leaves = [x.clone().requires_grad_() for x in inputs]
    found = call(*leaves)
    assert found.dtype == (out or dtype)
    assert found.isfinite().all(), "forward"
    if found.requires_grad:
        found.sum().backward() if found.ndim == 0 else found.backward(torch.ones_like(found))
    for leaf in leaves:
        assert leaf.grad is None or leaf.grad.isfinite().all(), "gradient"
        assert leaf.grad is None or leaf.grad.dtype == leaf.dtype
    return found.detach()


# ------------------------------------------------------------------------------ networks

# (module, what its input looks like)
MODULES = {
    "ResBlock": (lambda: ResBlock(8, 16), (2, 8, 4, 4)),
    "Attention": (lambda: Attention(8, heads=2), (2, 8, 4, 4)),
    "Downsample": (lambda: Downsample(8), (2, 8, 4, 4)),
    "Upsample": (lambda: Upsample(8), (2, 8, 4, 4)),
    "Encoder": (lambda: Encoder(width=8, attention=(1,)), (2, 3, 16, 16)),
    "Decoder": (lambda: Decoder(width=8, attention=(1,)), (2, 4, 4, 4)),
    "PatchDiscriminator": (lambda: PatchDiscriminator(3, 8), (2, 3, 16, 16)),
    "ImageDecoder": (lambda: ImageDecoder(8, 1, 4, 8), (2, 4)),
    "ImageEncoder": (lambda: ImageEncoder(3, 8, 1, 8), (2, 1, 8, 8)),
    "FeatureNet": (lambda: FeatureNet((8, 8, 8)).pooled, (2, 3, 16, 16)),
}


def woken(module):
    """No layer at zero, so that all of it is in the result."""
    torch.manual_seed(0)
    for parameter in module.parameters():
        if parameter.ndim > 1:
            torch.nn.init.normal_(parameter, std=0.1)
    return module


@IN_EACH
@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize("size", [0.0, 1.0, 30.0])
def test_a_network(name, dtype, size):
    """Of nothing but one number, of pixels, and of what is 30 times as large."""
    make, shape = MODULES[name]
    call = make()
    module = woken(call.__self__ if hasattr(call, "__self__") else call)
    x = size * noise(*shape)
    exact = call.__func__(module.double(), x) if hasattr(call, "__func__") else module.double()(x)
    module.to(dtype)
    found = check(call, [x.to(dtype)], dtype)
    near = 40 * torch.finfo(dtype).eps * (1 + exact.abs().max().item())
    assert_close(found.double(), exact.detach(), rtol=0, atol=max(near, 1e-9))


DENOISING = {
    "unet": lambda: UNet(1, 8, (1, 2), attention=(1,)),
    **{f"dit, {name}": partial(DiT, 1, 16, 2, 2, block=kind) for name, kind in BLOCKS.items()},
}


@IN_EACH
@pytest.mark.parametrize("name", DENOISING)
@pytest.mark.parametrize("t", [0, 1, 1000, 10**6])
def test_what_denoises_at_every_time(dtype, t, name):
    network = woken(DENOISING[name]())
    x, times = noise(2, 1, 8, 8, dtype=dtype), torch.tensor([t, t])
    exact = network.double()(x.double(), times).detach()
    network.to(dtype)
    found = check(lambda x: network(x, times), [x], dtype)
    near = 100 * torch.finfo(dtype).eps * (1 + exact.abs().max().item())
    assert_close(found.double(), exact, rtol=0, atol=max(near, 1e-9))
    embedding = woken(TimeEmbedding(16)).to(dtype)
    assert embedding(times).dtype == dtype and embedding(times).isfinite().all()


# --------------------------------------------------------------------------- bottlenecks


@IN_EACH
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("logvar", [-1000, -30, -18, -17, 0, 10.9, 11, 12, 19, 20, 1000])
def test_kl_over_its_whole_range(dtype, training, logvar):
    h = torch.cat([3 * noise(2, 2, 4, 4), torch.full((2, 2, 4, 4), float(logvar))], 1)
    h = h.to(dtype)
    bottleneck, g = KL(2).train(training), torch.Generator
    check(lambda h: bottleneck(h, g().manual_seed(1)).z, [h], dtype)
    check(lambda h: bottleneck(h, g().manual_seed(1)).loss, [h], dtype, loss_dtype(dtype))
    latent = bottleneck(h, g().manual_seed(1))
    kept = min(max(logvar, -30), 11 if dtype == torch.float16 else 20)
    assert_close(
        latent.info["logvar"].double(), torch.full((2, 2, 4, 4), kept).double(), rtol=0.01, atol=0
    )
    mean = h[:, :2].double()
    expected = ((mean**2 + torch.tensor(kept).double().exp() - kept - 1) / 2).sum((1, 2, 3))
    assert_close(latent.loss.double(), expected, rtol=0.03 if dtype in LONG else 1e-4, atol=1e-3)
    if training:
        exact = KL(2)(torch.cat([mean, torch.full_like(mean, kept)], 1))
        assert latent.z.double().std() < 3 * exact.z.std() + 10


@IN_EACH
def test_kl_of_the_largest_means(dtype):
    most = min(torch.finfo(dtype).max, 1e15) / 4
    h = torch.full((1, 2, 2, 2), most, dtype=dtype)
    h[:, 1] = 0
    for training in (True, False):
        check(lambda h: KL(1).train(training)(h).z, [h], dtype)  # noqa: B023
        check(lambda h: KL(1).train(training)(h).loss, [h], dtype, loss_dtype(dtype))  # noqa: B023


@IN_EACH
@pytest.mark.parametrize("ema", [False, True])
@pytest.mark.parametrize("codebook", [torch.float32, None], ids=["float32", "own"])
@pytest.mark.parametrize("size", [1e-3, 1, 300, 20_000])
def test_vq(dtype, ema, codebook, size):
    """Its own codebook is short too, or, as under autocast, only what it is asked for."""
    bottleneck = VQ(16, 2, ema=ema).to(codebook or dtype)
    h = (size * noise(2, 2, 4, 4)).to(dtype)
    longest = torch.promote_types(loss_dtype(dtype), loss_dtype(codebook or dtype))
    for _ in range(3):
        check(lambda h: bottleneck(h).z, [h], dtype)
        check(lambda h: bottleneck(h).loss, [h], dtype, longest)
        assert bottleneck.codebook.isfinite().all() and bottleneck.use.isfinite().all()
    latent = bottleneck.eval()(h)
    e = bottleneck.lookup(latent.info["indices"]).to(dtype)
    assert torch.equal(latent.z, e)
    check(lambda h: Identity(2)(h).z, [h], dtype)
    assert Identity(2)(h).loss.dtype == loss_dtype(dtype)


def test_a_crowded_codebook_learns_in_float16():
    """Sums of 4096 vectors of about 100 leave float16, and so would raw counts."""
    bottleneck = VQ(2, 2, ema=True, decay=0.0, dead_code_threshold=0).half()
    bottleneck.codebook.data = torch.tensor([[100.0, 100.0], [-500.0, 0.0]]).half()
    h = (noise(1, 2, 64, 64) + 100).half()
    bottleneck(h)
    assert_close(bottleneck.codebook[0].float(), h.float().mean((0, 2, 3)), rtol=1e-3, atol=0)
    assert bottleneck.use.tolist() == [2, 0]


@pytest.mark.parametrize("offset", [0, 10, 1000, 10_000])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_nearest_code_is_exact_wherever_latents_lie(offset, dtype):
    bottleneck = VQ(512, 4).to(dtype)
    bottleneck.codebook.data = (noise(512, 4) + offset).to(dtype)
    h = (noise(2, 4, 16, 16, seed=1) + offset).to(dtype)
    v = h.double().permute(0, 2, 3, 1).reshape(-1, 1, 4)
    brute = (v - bottleneck.codebook.detach().double()).square().sum(2).argmin(1)
    assert torch.equal(bottleneck.indices(h).flatten(), brute)


def test_of_codes_as_near_it_is_the_first():
    bottleneck = VQ(64, 2)
    bottleneck.codebook.data = torch.tensor([[1.0, 0.0], [0.0, 1.0]]).repeat(32, 1) + 1000
    codes = bottleneck.indices(torch.full((1, 2, 8, 8), 1000.5))
    assert codes.eq(0).all()


def test_the_nearest_of_many_codes_takes_little_memory(monkeypatch):
    """No tensor of the search is larger than its limit, and the parts are all there."""
    from companion.autoencoder import codebook

    sizes, cdist = [], torch.cdist
    monkeypatch.setattr(codebook, "CHUNK", 4096)
    monkeypatch.setattr(
        torch, "cdist", lambda a, b, **how: sizes.append(len(a) * len(b)) or cdist(a, b, **how)
    )
    bottleneck = VQ(512, 4)
    h = noise(3, 4, 9, 9, dtype=torch.float32)
    found = bottleneck.indices(h)
    assert len(sizes) > 20 and max(sizes) <= 4096
    monkeypatch.setattr(codebook, "CHUNK", 1 << 24)
    assert torch.equal(found, bottleneck.indices(h)) and sizes[-1] == 243 * 512


# -------------------------------------------------------------------------------- losses

LOSSES = {
    "simple_loss": simple_loss,
    "pixel_loss": pixel_loss,
    "pixel_loss, l2_weight": partial(pixel_loss, l2_weight=1.0),
    "hinge_d": hinge_d,
    "hinge_g": lambda x, y: hinge_g(y),
    "perceptual": partial(perceptual, lambda x: [x, x[:, :, ::2, ::2]]),
}


@IN_EACH
@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("size", [0, 1e-4, 1, 300, 30_000])
def test_a_loss(name, dtype, size):
    """Up to what float16 can hold; of 0 and 0 the length of a feature is 0."""
    x, y = ((size * noise(2, 3, 4, 4, seed=seed)).clamp(-6e4, 6e4).to(dtype) for seed in (0, 1))
    found = check(LOSSES[name], [x, y], dtype, loss_dtype(dtype))
    exact = LOSSES[name](x.double(), y.double())
    assert_close(found.double(), exact, rtol=1e-3, atol=1e-5)


@IN_EACH
@pytest.mark.parametrize("rec, adv", [(1, 1), (1, 0), (1e4, 1e-3), (6e3, 6e3)])
def test_the_adaptive_weight(dtype, rec, adv):
    weight = torch.ones(100, dtype=dtype, requires_grad=True)
    a, b = ((weight.double() * size).sum().to(loss_dtype(dtype)) for size in (rec, adv))
    found = adaptive_weight(a, b, weight)
    assert found.dtype == loss_dtype(dtype) and found.isfinite()
    assert found.item() == pytest.approx(min(10 * rec / (10 * adv + 1e-4), 1e4), rel=0.02)


# ---------------------------------------------------------------------------- the formulas

SCHEDULES = {
    "linear": linear(),
    "cosine": cosine(),
    "zero terminal": zero_terminal_snr(linear()),
    "faint": from_betas([1e-9, 0.5, 0.9, 0.99999]),
}
SAMPLERS = {"ancestral": ancestral, "ddim": ddim(), "half": ddim(0.5), "dpm": dpm_solver}


def formulas(schedule, s, t):
    """All that makes data of two pieces of data."""
    yield lambda x, y: step(schedule, x, t).sample(y)
    yield lambda x, y: marginal(schedule, x, t).sample(y)
    yield lambda x, y: transition(schedule, x, s, t).sample(y)
    yield lambda x, y: posterior(schedule, x, y, s, t).sample(y)
    knowing = (X0, V)
    if schedule.alpha_bar[t] > 0:
        yield lambda x, y: x0_from_noise(schedule, x, y, t)
        yield lambda x, y: posterior_from_noise(schedule, x, y, s, t).mean
        knowing = (X0, V, EPS)
    for parameterization in knowing:
        yield partial(lambda a, x, y: a.target(schedule, x, y, t), parameterization)
        yield partial(lambda a, x, y: a.predict(schedule, x, y, t).x0, parameterization)
        yield partial(lambda a, x, y: a.predict(schedule, x, y, t).eps, parameterization)


@IN_EACH
@pytest.mark.parametrize("name", SCHEDULES)
def test_the_formulas_at_the_first_and_the_last_times(name, dtype):
    schedule = SCHEDULES[name]
    T = schedule.T
    x, y = noise(2, 3, dtype=dtype), noise(2, 3, seed=1, dtype=dtype)
    for s, t in ((0, 1), (1, 2), (0, T), (T - 1, T), (T - 2, T - 1)):
        for call in formulas(schedule, s, t):
            check(call, [x, y], dtype)


@IN_EACH
@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("sampler", SAMPLERS)
def test_samplers(name, sampler, dtype):
    """Of a network that knows nothing, from T on, with noise; and with a part given."""
    schedule = SCHEDULES[name]
    parameterization = V if schedule.alpha_bar[-1] == 0 else EPS
    times = [schedule.T, schedule.T // 2, 1]

    def denoise(xt, t):
        guess = parameterization.predict(schedule, noise(*xt.shape, seed=t, dtype=dtype), xt, t)
        return X0.predict(schedule, guess.x0.clamp(-1, 1), xt, t)

    xT, g = noise(2, 1, 4, 4, dtype=dtype), torch.Generator().manual_seed(0)
    found = sample(denoise, schedule, xT, times, SAMPLERS[sampler], generator=g)
    assert found.dtype == dtype and found.isfinite().all()
    given = torch.rand(xT.shape, generator=g) > 0.5
    kept = inpaint(denoise, schedule, xT, given, xT, times, SAMPLERS[sampler], repeats=2)
    assert kept.dtype == dtype and kept.isfinite().all()


@IN_EACH
def test_gaussians_and_the_oracle_say_it_in_float64(dtype):
    """A divergence, a density and all that a mixture says are float64, from any data."""
    x, y = noise(2, 3, dtype=dtype), noise(2, 3, seed=1, dtype=dtype)
    wide, narrow = (Gaussian(x, torch.full((2, 1), var).double()) for var in (1e8, 1e-8))
    assert wide.sample(y).dtype == dtype
    for value in (kl(wide, narrow), kl(narrow, wide), narrow.log_prob(y), wide.log_prob(y)):
        assert value.dtype == torch.float64 and value.isfinite().all()
    data = Mixture.isotropic([0.5, 0.5], [[-1.0] * 3, [1.0] * 3], torch.tensor([0.1, 0.1]))
    for t in (1, 1000):
        for value in (data.optimal_eps(linear(), x, t), data.expected_x0(linear(), x, t)):
            assert value.dtype == torch.float64 and value.isfinite().all()
