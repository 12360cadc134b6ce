"""The bottlenecks: their properties, other implementations, any data, and bad input."""

import math

import pytest
import torch
from diffusers.models.autoencoders.vae import (
    DiagonalGaussianDistribution,
    VectorQuantizer,
)
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import entropy
from torch.testing import assert_close

from companion import autoencoder, diffusion
from companion.autoencoder import KL, VQ, Identity, perplexity
from tests.autoencoder import bottleneck_properties as p
from tests.autoencoder.bottleneck_properties import noise, seeded, vq


@pytest.mark.parametrize("holds", p.ALL, ids=lambda holds: holds.__name__)
def test_property(holds):
    holds(autoencoder)


# -------------------------------------------------------------- other implementations


@pytest.mark.parametrize("seed", range(4))
def test_kl_is_diffusers_distribution(seed):
    h = 8 * noise(3, 6, 4, 2, seed=seed)  # some log-variances are out of bounds
    theirs = DiagonalGaussianDistribution(h)
    ours = KL(3)(h, seeded(seed))
    assert_close(ours.z, theirs.sample(seeded(seed)))
    assert_close(ours.loss, theirs.kl())
    assert_close(KL(3).eval()(h).z, theirs.mode())


@pytest.mark.parametrize("seed", range(4))
def test_kl_is_the_divergence_of_part_one(seed):
    h = noise(3, 6, 4, 2, seed=seed)
    mean, logvar = h.chunk(2, dim=1)
    standard = diffusion.Gaussian(torch.zeros_like(mean), torch.ones_like(mean))
    other = diffusion.kl(diffusion.Gaussian(mean, logvar.exp()), standard)
    assert_close(KL(3)(h).loss, other)


def theirs(ours, legacy):
    made = VectorQuantizer(8, 2, beta=ours.beta, legacy=legacy).double()
    made.embedding.weight.data = ours.codebook.data.clone()
    return made


@pytest.mark.parametrize("seed", range(4))
def test_vq_is_diffusers_quantizer(seed):
    ours, h = vq(autoencoder, seed, beta=0.3), noise(3, 2, 4, 5, seed=seed)
    other = theirs(ours, legacy=False)
    one, two = h.clone().requires_grad_(), h.clone().requires_grad_()
    latent, (z, loss, (_, _, codes)) = ours(one), other(two)
    assert_close(latent.z, z)
    assert_close(latent.loss.mean(), loss)
    assert_close(latent.info["indices"].flatten(), codes, rtol=0, atol=0)
    (latent.loss.mean() + latent.z.square().sum()).backward()
    (loss + z.square().sum()).backward()
    assert_close(one.grad, two.grad)
    assert_close(ours.codebook.grad, other.embedding.weight.grad)


def test_diffusers_default_has_the_weight_on_the_other_term():
    """On purpose unlike ours: `legacy=True`, kept for old weights, slows the codes.

    Its value is the same, for both terms are one error; only the slopes tell.
    """
    ours, h = vq(autoencoder, beta=0.3), noise(3, 2, 4, 5)
    other = theirs(ours, legacy=True)
    one, two = h.clone().requires_grad_(), h.clone().requires_grad_()
    loss, their_loss = ours(one).loss.mean(), other(two)[1]
    assert_close(loss, their_loss)
    loss.backward(), their_loss.backward()
    assert_close(one.grad, 0.3 * two.grad)
    assert_close(0.3 * ours.codebook.grad, other.embedding.weight.grad)


# --------------------------------------------------------------------------- any data

SIZES = st.tuples(*(st.integers(1, n) for n in (3, 4, 5, 5)))


@given(SIZES, st.integers(0, 10**6), st.floats(1e-3, 1e3))
def test_kl_never_pays_less_than_nothing(size, seed, scale):
    B, c, H, W = size
    latent = KL(c)(scale * noise(B, 2 * c, H, W, seed=seed), seeded(seed))
    assert latent.z.shape == (B, c, H, W) and latent.loss.shape == (B,)
    assert latent.z.isfinite().all() and latent.loss.ge(0).all()


@given(SIZES, st.integers(0, 10**6), st.integers(1, 20), st.booleans())
def test_vq_takes_the_nearest_of_any_codebook(size, seed, codes, ema):
    B, c, H, W = size
    bottleneck = vq(autoencoder, seed, codes, c, ema=ema)
    h, codebook = noise(B, c, H, W, seed=seed), bottleneck.codebook.detach().clone()
    latent = bottleneck(h, seeded(seed))
    assert_close(latent.info["indices"], p.nearest(h, codebook), rtol=0, atol=0)
    assert latent.z.shape == h.shape and latent.loss.shape == (B,)
    chosen = torch.bincount(latent.info["indices"].flatten(), minlength=codes)
    evenly = math.exp(entropy(chosen.double().numpy()))  # by SciPy
    assert latent.info["perplexity"].item() == pytest.approx(evenly, rel=1e-5)


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=50).filter(any))
def test_perplexity_is_between_one_and_the_codes_in_use(counts):
    found = perplexity(torch.tensor(counts)).item()
    used = sum(n > 0 for n in counts)
    rounded = 1e-5
    assert found >= 1 - rounded
    assert found <= used * (1 + rounded)


@given(SIZES, st.integers(0, 10**6))
def test_codes_come_back_from_their_vectors(size, seed):
    B, c, H, W = size
    bottleneck = vq(autoencoder, seed, 9, c)
    codes = torch.randint(9, (B, H, W), generator=seeded(seed))
    assert_close(bottleneck.indices(bottleneck.embed(codes)), codes, rtol=0, atol=0)


# ------------------------------------------------------------------ where and in what


@pytest.mark.parametrize("make", [Identity, KL, VQ, lambda: VQ(ema=True)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_they_work_on_every_device_and_in_half(make, dtype, device):
    bottleneck = make().to(device, dtype)
    h = torch.randn(2, bottleneck.channels_in, 4, 4, device=device, dtype=dtype)
    latent = bottleneck(h, seeded())
    assert latent.z.shape == (2, 4, 4, 4) and latent.loss.shape == (2,)
    assert latent.z.device == h.device and latent.z.dtype == dtype
    assert latent.loss.isfinite().all()


def test_one_seed_one_latent():
    for make in (lambda: KL(2), lambda: vq(autoencoder, dead_code_threshold=0.9, decay=0.1)):
        one, other = make(), make()
        h = noise(2, one.channels_in, 4, 4)
        for _ in range(3):
            assert_close(one(h, seeded(1)).z, other(h, seeded(1)).z, rtol=0, atol=0)
        assert not torch.equal(KL(2)(noise(2, 4, 4, 4)).z, KL(2)(noise(2, 4, 4, 4)).z)


def test_what_vq_has_learned_is_saved_with_it():
    one, other = vq(autoencoder, ema=True), VQ(8, 2, ema=True).double()
    one(noise(2, 2, 4, 4), seeded())
    other.load_state_dict(one.state_dict())
    h = noise(2, 2, 4, 4, seed=1)
    assert_close(one(h, seeded(2)).z, other(h, seeded(2)).z, rtol=0, atol=0)
    assert_close(one.codebook, other.codebook, rtol=0, atol=0)


def test_a_codebook_learns_the_places_of_four_heaps():
    """Both ways to learn it find them, from a start far from all."""
    heaps = torch.tensor([[3.0, 3.0], [-3.0, 3.0], [3.0, -3.0], [-3.0, -3.0]]).double()
    for ema in (False, True):
        torch.manual_seed(0)
        bottleneck = VQ(8, 2, ema=ema, decay=0.8).double()
        optimizer = torch.optim.Adam(bottleneck.parameters(), 0.05)
        for step in range(200):
            rows = torch.randint(4, (4, 4, 4), generator=seeded(step))
            h = heaps[rows].permute(0, 3, 1, 2) + 0.1 * noise(4, 2, 4, 4, seed=step)
            loss = bottleneck(h, seeded(step)).loss.mean()
            if not ema:
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        found = torch.cdist(heaps, bottleneck.codebook.detach()).min(dim=1).values
        assert found.max() < 0.25


# ---------------------------------------------------------------------------- bad input

OUTSIDE = torch.full((1, 2, 2), 8)


@pytest.mark.parametrize(
    "call, words",
    [
        (
            lambda: Identity(3)(noise(1, 2, 4, 4)),
            "h: got shape (1, 2, 4, 4), expected (B, 3",
        ),
        (lambda: KL(3)(noise(1, 3, 4, 4)), "h: got shape (1, 3, 4, 4), expected (B, 6"),
        (
            lambda: KL(3)(noise(6, 4, 4)),
            "h: got shape (6, 4, 4), expected (B, 6, h, w)",
        ),
        (lambda: VQ(8, 2)(noise(1, 3, 4, 4)), "h: got shape (1, 3, 4, 4)"),
        (lambda: VQ(8, 2).indices(noise(1, 3, 4, 4)), "h: got shape (1, 3, 4, 4)"),
        (lambda: VQ(8, 2)(torch.zeros(1, 2, 4, 4).int()), "h: got dtype torch.int32"),
        (
            lambda: VQ(8, 2).embed(OUTSIDE),
            "indices: got 8..8, expected int64 numbers in 0",
        ),
        (lambda: VQ(8, 2).embed(-OUTSIDE), "indices: got -8..-8, expected int64"),
        (lambda: VQ(8, 2).embed(OUTSIDE[0]), "indices: got torch.int64 of shape (2, 2)"),
        (lambda: VQ(8, 2).embed(OUTSIDE.float()), "indices: got torch.float32 of shape"),
        (lambda: VQ(8, 2).embed([[[1]]]), "indices: got list, expected a torch.Tensor"),
        (
            lambda: perplexity(torch.zeros(3)),
            "counts: got 0..0, expected finite numbers of 0 or more, not all 0",
        ),
        (
            lambda: perplexity(torch.tensor([-1, 3])),
            "counts: got -1..3, expected finite",
        ),
        (
            lambda: perplexity(torch.full((2,), -1.0)),
            "counts: got -1..-1, expected fin",
        ),
        (
            lambda: perplexity(torch.tensor([1, math.nan])),
            "counts: got nan..nan, expec",
        ),
        (
            lambda: perplexity(torch.tensor([1, math.inf])),
            "counts: got 1..inf, expected",
        ),
        (
            lambda: perplexity(torch.ones(2, 2)),
            "counts: got shape (2, 2), expected (K,)",
        ),
        (lambda: perplexity(torch.ones(0)), "counts: got shape (0,), expected (K,)"),
        (
            lambda: perplexity([1, 2]),
            "counts: got list, expected a torch.Tensor of sha",
        ),
        (lambda: VQ(0, 2), "num_codes: got 0, expected a whole number in 1.."),
        (lambda: VQ(8, 0), "channels: got 0"),
        (lambda: KL(2.5), "channels: got 2.5"),
        (lambda: Identity(-1), "channels: got -1"),
        (lambda: VQ(beta=-0.1), "beta: got -0.1, expected a number in [0, inf)"),
        (lambda: VQ(decay=1), "decay: got 1, expected a number in [0, 1)"),
        (
            lambda: VQ(dead_code_threshold=math.nan),
            "dead_code_threshold: got nan, expected a number in [0, 1)",
        ),
        (
            lambda: VQ(dead_code_threshold="often"),
            "dead_code_threshold: got 'often', expected a number in",
        ),
    ],
)
def test_bad_input_is_refused_in_one_sentence(call, words):
    with pytest.raises(ValueError) as error:
        call()
    assert words in str(error.value)
