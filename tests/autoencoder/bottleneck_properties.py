"""What holds for the bottlenecks, as functions of the library under test.

`lib` has `Identity`, `KL`, `VQ` and `perplexity`: the package's own, or a copy with one
line broken. All in float64, so that differences show slopes.
"""

import math

import torch
from torch import nn
from torch.testing import assert_close

SEEDS, EXACT = range(3), {"rtol": 0, "atol": 0}


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def noise(*shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=seeded(seed))


def vq(lib, seed=0, codes=8, channels=2, **arguments):
    """A codebook of normal codes, all of them in use."""
    made = lib.VQ(codes, channels, **arguments).double()
    made.codebook.data = noise(codes, channels, seed=100 + seed)
    made.use.fill_(1)
    return made


def slopes(function, x, step=1e-5):
    """The gradient of a function of one tensor, by central differences."""
    found = torch.zeros_like(x)
    for place in range(x.numel()):
        shift = torch.zeros_like(x)
        shift.view(-1)[place] = step
        found.view(-1)[place] = (function(x + shift) - function(x - shift)) / (2 * step)
    return found


def nearest(h, codebook):
    """The nearest code of each vector, by looking at each pair."""
    B, _, H, W = h.shape
    found = torch.empty(B, H, W, dtype=torch.int64)
    for b in range(B):
        for i in range(H):
            for j in range(W):
                lengths = [math.dist(h[b, :, i, j], e) for e in codebook]
                found[b, i, j] = lengths.index(min(lengths))
    return found


# ------------------------------------------------------------------------------ Identity


def plain_hands_on_what_it_gets(lib):
    h = noise(2, 3, 4, 4)
    latent = lib.Identity(3)(h)
    assert_close(latent.z, h, **EXACT)
    assert_close(latent.loss, torch.zeros(2, dtype=torch.float64))


# --------------------------------------------------------------------------------- KL


def kl_is_the_divergence_of_an_image_in_nats(lib):
    for seed in SEEDS:
        h = noise(3, 4, 2, 5, seed=seed)
        latent = lib.KL(2)(h)
        mean, logvar = h[:, :2], h[:, 2:]
        each = torch.distributions.kl_divergence(
            torch.distributions.Normal(mean, (logvar / 2).exp()),
            torch.distributions.Normal(torch.zeros_like(mean), torch.ones_like(mean)),
        )
        assert_close(latent.loss, each.sum((1, 2, 3)))
        assert_close(latent.info["kl"], each)
        assert_close(latent.info["mean"], mean, **EXACT)
        assert_close(latent.info["logvar"], logvar, **EXACT)


def the_standard_normal_costs_nothing(lib):
    latent = lib.KL(2)(torch.zeros(1, 4, 3, 3, dtype=torch.float64))
    assert_close(latent.loss, torch.zeros(1, dtype=torch.float64))


def the_draw_has_the_standard_deviation(lib):
    for seed in SEEDS:
        h, eps = noise(2, 4, 3, 3, seed=seed), noise(2, 2, 3, 3, seed=seed + 9)
        drawn = lib.KL(2)(h, seeded(seed + 9)).z
        assert_close(drawn, h[:, :2] + (h[:, 2:] / 2).exp() * eps)


def the_draw_lets_the_gradient_through(lib):
    h, w = noise(1, 4, 2, 2), noise(1, 2, 2, 2, seed=5)

    def weighed(h):
        return (lib.KL(2)(h, seeded(3)).z * w).sum()

    (found,) = torch.autograd.grad(weighed(h.requires_grad_()), h)
    assert_close(found, slopes(weighed, h.detach()), rtol=1e-6, atol=1e-8)


def in_evaluation_z_is_the_mean(lib):
    h, generator = noise(2, 4, 3, 3), seeded(1)
    before = generator.get_state()
    latent = lib.KL(2).eval()(h, generator)
    assert_close(latent.z, h[:, :2], **EXACT)
    assert_close(generator.get_state(), before)
    assert latent.loss.gt(0).all()


def wild_log_variances_are_kept_in_bounds(lib):
    h = torch.zeros(1, 2, 1, 2, dtype=torch.float64)
    h[0, 1, 0] = torch.tensor([-1000.0, 1000.0])
    latent = lib.KL(1)(h, seeded())
    assert latent.info["logvar"].flatten().tolist() == [-30, 20]
    assert_close(latent.loss.item(), (math.exp(20) + math.exp(-30) + 10 - 2) / 2)
    eps = noise(1, 1, 1, 2)
    assert_close(latent.z[0, 0, 0, 0].item(), math.exp(-15) * eps[0, 0, 0, 0].item())


# --------------------------------------------------------------------------------- VQ


def in_float16_draws_and_slopes_are_finite(lib):
    """At both ends of the log-variances and beyond."""
    for logvar in (-30, -18, 11, 20):
        h = torch.full((1, 2, 4, 4), float(logvar), dtype=torch.float16)
        h[:, 0] = 1
        h.requires_grad_()
        latent = lib.KL(1).train()(h, seeded(0))
        assert latent.z.dtype == torch.float16 and latent.z.isfinite().all()
        (latent.z.float().sum() + latent.loss.float().sum()).backward()
        assert h.grad.isfinite().all() and latent.loss.isfinite().all()


def the_nearest_code_is_found_far_from_zero(lib):
    bottleneck = lib.VQ(64, 3).double()
    bottleneck.codebook.data = noise(64, 3) + 1000
    h = noise(2, 3, 5, 5, seed=1) + 1000
    expected = nearest(h, bottleneck.codebook.detach())
    assert torch.equal(bottleneck.indices(h), expected)


def the_nearest_code_is_chosen(lib):
    for seed in SEEDS:
        bottleneck, h = vq(lib, seed), noise(2, 2, 3, 4, seed=seed)
        expected = nearest(h, bottleneck.codebook.detach())
        assert_close(bottleneck.indices(h), expected, **EXACT)
        assert_close(bottleneck(h).info["indices"], expected, **EXACT)


def z_is_the_code(lib):
    for seed in SEEDS:
        bottleneck, h = vq(lib, seed, ema=seed == 1), noise(2, 2, 3, 4, seed=seed)
        codebook = bottleneck.codebook.detach().clone()
        codes = bottleneck.indices(h)
        expected = codebook[codes].permute(0, 3, 1, 2)
        assert_close(bottleneck.embed(codes), expected, **EXACT)
        assert_close(bottleneck(h).z, expected, rtol=1e-12, atol=1e-12)


def the_gradient_goes_straight_through(lib):
    """To the encoder as it is, and to no code."""
    bottleneck, h = vq(lib), noise(2, 2, 3, 4).requires_grad_()
    w = noise(2, 2, 3, 4, seed=5)
    (bottleneck(h).z * w).sum().backward()
    assert_close(h.grad, w, **EXACT)
    assert bottleneck.codebook.grad is None or not bottleneck.codebook.grad.any()


def each_term_is_an_images_mean_squared_error(lib):
    bottleneck, h = vq(lib, beta=0.3), noise(3, 2, 2, 4)
    error = (h - bottleneck.embed(bottleneck.indices(h)).detach()).square()
    latent = bottleneck(h)
    assert_close(latent.info["codebook"], error.flatten(1).mean(1))
    assert_close(latent.info["commitment"], error.flatten(1).mean(1))
    assert_close(latent.loss.detach(), 1.3 * error.flatten(1).mean(1))


def each_term_moves_its_own_side(lib):
    """Against differences of the errors, with the other side and the codes held."""
    for ema in (False, True):
        bottleneck, h = vq(lib, beta=0.3, ema=ema), noise(2, 2, 2, 3)
        codes, codebook = bottleneck.indices(h), bottleneck.codebook.detach().clone()

        def error(h, e, codes=codes):
            return (h - e[codes].permute(0, 3, 1, 2)).square().mean()

        leaf = h.clone().requires_grad_()
        bottleneck(leaf).loss.mean().backward()
        assert bottleneck.codebook.requires_grad != ema
        to_h = slopes(lambda h, e=codebook: 0.3 * error(h, e), h)
        assert_close(leaf.grad, to_h, rtol=1e-6, atol=1e-8)
        if ema:
            assert bottleneck.codebook.grad is None
        else:
            to_e = slopes(lambda e, h=h: error(h, e), codebook)
            assert_close(bottleneck.codebook.grad, to_e, rtol=1e-6, atol=1e-8)


def without_memory_a_code_is_the_mean_of_its_vectors(lib):
    bottleneck = vq(lib, ema=True, decay=0.0, dead_code_threshold=0)
    bottleneck.codebook.data[5] = 50.0  # nobody chooses it
    h, before = noise(2, 2, 3, 4), bottleneck.codebook.detach().clone()
    codes = bottleneck(h).info["indices"]
    for code in range(8):
        mine = h.permute(0, 2, 3, 1)[codes == code]
        expected = mine.mean(0) if len(mine) else before[code]
        assert_close(bottleneck.codebook[code].detach(), expected)


def a_code_is_the_running_mean_of_its_vectors(lib):
    """Running counts and running sums, as the paper writes them."""
    bottleneck = vq(lib, ema=True, decay=0.8, dead_code_threshold=0)
    share = torch.ones(8, dtype=torch.float64) * 24 / 8
    total = share[:, None] * bottleneck.codebook.detach()
    for seed in range(4):
        h = noise(2, 2, 3, 4, seed=seed)
        codes = bottleneck(h).info["indices"].flatten()
        ones = nn.functional.one_hot(codes, 8).double()
        share = 0.8 * share + 0.2 * ones.sum(0)
        total = 0.8 * total + 0.2 * ones.T @ h.permute(0, 2, 3, 1).reshape(-1, 2)
        assert_close(bottleneck.codebook.detach(), total / share[:, None])
        assert_close(bottleneck.use, share * 8 / 24)


def without_ema_no_code_moves_by_itself(lib):
    bottleneck = vq(lib, dead_code_threshold=0)
    before = bottleneck.codebook.detach().clone()
    bottleneck(noise(2, 2, 3, 4))
    assert_close(bottleneck.codebook.detach(), before, **EXACT)


def dead_codes_and_no_others_become_vectors_of_the_batch(lib):
    for ema in (False, True):
        bottleneck = vq(lib, ema=ema, decay=0.5, dead_code_threshold=0.4)
        bottleneck.codebook.data[[2, 5]] = 50.0  # too far off to be chosen
        bottleneck.use[[2, 5]] = torch.tensor([0.7, 0.9], dtype=torch.float64)
        living = [0, 1, 3, 4, 6, 7]
        h = bottleneck.codebook.data[10 * living].T[None, :, None]
        h = h + 1e-4 * torch.arange(60)  # so that no two vectors are one
        alive = bottleneck.codebook.detach().clone()
        bottleneck(h, seeded(4))
        row = torch.randint(60, (1,), generator=seeded(4))
        now = bottleneck.codebook.detach()
        assert_close(now[2], h[0, :, 0, row[0]], **EXACT)  # 0.35 is below 0.4
        assert bottleneck.use[2] == 1
        assert_close(now[5], alive[5], **EXACT)  # 0.45 is not
        assert_close(now[living], alive[living], atol=0.01, rtol=0)


def the_first_batch_fills_the_codebook(lib):
    h = noise(2, 2, 8, 8)
    bottleneck = lib.VQ(16, 2).double()
    one = lib.VQ(16, 2, dead_code_threshold=0).double()
    bottleneck(h, seeded(1)), one(h)
    assert bottleneck.indices(h).unique().numel() > 12
    assert one.codebook.abs().max() <= 1 / 16


def use_is_counted_in_even_shares(lib):
    bottleneck = vq(lib, decay=0.75, dead_code_threshold=0)
    h = bottleneck.codebook.data[[3, 3, 3, 6]].T[None, :, None].clone()
    bottleneck(h)
    expected = torch.full((8,), 0.75).double()
    expected[3], expected[6] = 0.75 + 0.25 * 6, 0.75 + 0.25 * 2
    assert_close(bottleneck.use, expected)


def nothing_is_learned_in_evaluation(lib):
    bottleneck = vq(lib, ema=True, dead_code_threshold=0.9, decay=0.5).eval()
    before = {name: x.clone() for name, x in bottleneck.state_dict().items()}
    bottleneck(noise(2, 2, 3, 4))
    for name, x in bottleneck.state_dict().items():
        assert_close(x, before[name], **EXACT)


def perplexity_counts_the_codes_in_use(lib):
    for K in (1, 2, 5, 16):
        even = torch.full((K,), 3)
        assert_close(lib.perplexity(even).item(), float(K), rtol=1e-5, atol=0)
        assert lib.perplexity(torch.eye(K)[0].long()).item() == 1
    counts = [3, 1, 0, 4]
    entropy = -sum(n / 8 * math.log(n / 8) for n in counts if n)
    assert_close(
        lib.perplexity(torch.tensor(counts)).item(),
        math.exp(entropy),
        rtol=1e-5,
        atol=0,
    )
    bottleneck, h = vq(lib), noise(2, 2, 3, 4)
    latent = bottleneck(h)
    counts = latent.info["indices"].flatten().bincount(minlength=8)
    assert_close(latent.info["perplexity"], lib.perplexity(counts))


ALL = (
    plain_hands_on_what_it_gets,
    kl_is_the_divergence_of_an_image_in_nats,
    the_standard_normal_costs_nothing,
    the_draw_has_the_standard_deviation,
    the_draw_lets_the_gradient_through,
    in_evaluation_z_is_the_mean,
    wild_log_variances_are_kept_in_bounds,
    in_float16_draws_and_slopes_are_finite,
    the_nearest_code_is_found_far_from_zero,
    the_nearest_code_is_chosen,
    z_is_the_code,
    the_gradient_goes_straight_through,
    each_term_is_an_images_mean_squared_error,
    each_term_moves_its_own_side,
    without_memory_a_code_is_the_mean_of_its_vectors,
    a_code_is_the_running_mean_of_its_vectors,
    without_ema_no_code_moves_by_itself,
    dead_codes_and_no_others_become_vectors_of_the_batch,
    the_first_batch_fills_the_codebook,
    use_is_counted_in_even_shares,
    nothing_is_learned_in_evaluation,
    perplexity_counts_the_codes_in_use,
)
