"""What holds for the distances between sets and for `quality`, of the library under test.

`lib` has the names of `companion.evaluation.distances` and `.quality`: the package's own, or
a copy with one line broken.
"""

import numpy as np
import pytest
import torch
from scipy.spatial.distance import cdist

OFFSETS = (0, 10, 1000, 10_000)


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def cloud(n, dim, seed=0):
    return torch.randn(n, dim, generator=seeded(seed), dtype=torch.float64)


def pictures(n, seed, spread=0.5):
    """Smooth, so that few numbers of their features vary: (n, 1, 8, 8) in [-1, 1]."""
    coarse = spread * torch.randn(n, 1, 2, 2, generator=seeded(seed))
    return torch.nn.functional.interpolate(coarse, scale_factor=4).clamp(-1, 1)


def flat(images):
    return images.flatten(1)


def reach(x, k):
    """By hand: the k-th smallest of the distances to the others."""
    return np.array([np.sort(np.delete(row, i))[k - 1] for i, row in enumerate(cdist(x, x))])


def shares(real, samples, k):
    """Four shares by their formulas: Kynkaanniemi's two, then the complements of each."""
    a, b = (x.double().numpy() for x in (real, samples))
    A, B, apart = reach(a, k), reach(b, k), cdist(a, b)
    return (
        (apart <= A[:, None]).any(axis=0).mean(),
        (apart <= B[None]).any(axis=1).mean(),
        (apart <= B[None]).any(axis=0).mean(),
        (apart <= A[:, None]).any(axis=1).mean(),
    )


# ---------------------------------------------------------------- precision and recall


def shares_are_those_of_their_formulas(lib):
    """For each k, and for two sets of two sizes; by default k is 3."""
    for seed in range(3):
        real, samples = cloud(40, 6, seed), 0.7 * cloud(30, 6, 10 + seed) + 0.3
        found = []
        for k in (1, 2, 3, 5, 29):
            p, r, cp, cr = shares(real, samples, k)
            assert lib.precision_recall(real, samples, k) == pytest.approx((p, r))
            assert lib.symmetric_precision_recall(real, samples, k) == pytest.approx(
                (min(p, cp), min(r, cr))
            )
            found.append((p, r, min(p, cp), min(r, cr)))
        assert len({p for p, *_ in found}) > 2  # k matters here
        assert lib.precision_recall(real, samples) == lib.precision_recall(real, samples, 3)
        assert lib.symmetric_precision_recall(real, samples) == lib.symmetric_precision_recall(
            real, samples, 3
        )


def copies_are_all_found(lib):
    """Each point twice, so that the reach is 0, and wherever the set lies.

    How a square that is written out is rounded hangs on the processor, so two sets that differ
    are moved far away as well: there it is off by more than their distances.
    """
    for dim in (2, 40):
        real, other = cloud(40, dim), 1.5 * cloud(40, dim, 1)
        for measure in (lib.precision_recall, lib.symmetric_precision_recall):
            assert measure(real + 1e9, other + 1e9) == measure(real, other)
    for offset in OFFSETS:
        for dim in (2, 40):
            real = (cloud(40, dim) + offset).repeat(2, 1)
            mixed = real[torch.randperm(80, generator=seeded(1))]
            for k in (1, 3):
                assert lib.precision_recall(real, mixed, k) == (1, 1)
                assert lib.symmetric_precision_recall(real, mixed, k) == (1, 1)


def noise_amid_real_images_is_not_precise(lib):
    """In many dimensions the middle is nearer to each than they are to each other."""
    real, noise = cloud(100, 60), 0.2 * cloud(100, 60, 1)
    assert lib.precision_recall(real, noise)[0] == 1
    assert lib.symmetric_precision_recall(real, noise) == (0, 0)
    wide = 5 * cloud(100, 60, 2)
    assert lib.precision_recall(real, wide)[1] == 1
    assert lib.symmetric_precision_recall(real, wide) == (0, 0)
    assert min(lib.symmetric_precision_recall(real, cloud(100, 60, 3))) > 0.6


def a_part_at_a_time_makes_no_difference(lib):
    real, samples = cloud(50, 3), cloud(45, 3, 1)
    whole = lib.precision_recall(real, samples), lib.symmetric_precision_recall(real, samples)
    names = lib.precision_recall.__globals__
    before, names["CHUNK"] = names["CHUNK"], 145
    try:
        parts = lib.precision_recall(real, samples), lib.symmetric_precision_recall(real, samples)
    finally:
        names["CHUNK"] = before
    assert parts == whole


# -------------------------------------------------------------------- nearest neighbours


def the_nearest_is_exact_wherever_the_sets_lie(lib):
    for offset in (*OFFSETS, 10_000_000, 1_000_000_000):
        for dim in (2, 40):
            images, x = cloud(300, dim) + offset, cloud(50, dim, 1) + offset
            brute = torch.tensor(cdist(x.numpy(), images.numpy()).min(axis=1))
            assert torch.equal(lib.nearest_distance(x, images), brute)
            assert lib.nearest_distance(images[:9], images).tolist() == [0] * 9


def the_nearest_is_looked_for_in_all_parts(lib):
    """Also among bytes; and a part may be smaller than the candidates."""
    images = pictures(4099, 0, spread=1.0)
    bytes_ = ((images + 1) * 127.5).round().to(torch.uint8)
    as_floats = bytes_.float() / 127.5 - 1
    for one in (0, 2047, 2048, 4096, 4098):
        assert lib.nearest_distance(images[one : one + 1], images).item() == 0
        assert lib.nearest_distance(as_floats[one : one + 1], bytes_).item() == 0


# ----------------------------------------------------------------------- all the figures


def figures_are_at_one_count_for_all_three(lib):
    """The features say how many they were asked of; the figures are those by hand."""
    samples, train, held_out = pictures(70, 0), pictures(90, 1), pictures(60, 2)
    found = lib.quality(samples, train, held_out, flat)
    assert found.same == 60 and found.count == 70
    for field, images in (("samples", samples), ("real", train)):
        g, each = seeded(1), []
        for _ in range(5):
            a = held_out[torch.randperm(60, generator=g)[:60]]
            b = images[torch.randperm(len(images), generator=g)[:60]]
            p, r, cp, cr = shares(flat(a), flat(b), 3)
            each.append([lib.frechet_distance(flat(b), flat(a)), p, r, min(p, cp), min(r, cr)])
        by_hand = np.mean(each, axis=0)
        assert list(vars(getattr(found, field)).values()) == pytest.approx(list(by_hand))
    assert found.noise.frechet > 3 * found.real.frechet
    assert found.noise.symmetric_precision < 0.1 < 0.6 < found.real.symmetric_precision


def figures_of_all_are_of_all(lib):
    samples, train, held_out = pictures(70, 0), pictures(90, 1), pictures(60, 2)
    found = lib.quality(samples, train, held_out, flat)
    of = [flat(images) for images in (samples, train, held_out)]
    assert found.frechet == pytest.approx(lib.frechet_distance(of[0], of[2]))
    assert found.floor == pytest.approx(lib.frechet_distance(of[1], of[2]))
    assert found.frechet_train == pytest.approx(lib.frechet_distance(of[0], of[1]))
    p, r, *_ = shares(of[2], of[0], 3)
    assert (found.precision, found.recall) == pytest.approx((p, r))
    assert found.nearest == pytest.approx(cdist(of[0], of[1]).min(axis=1).mean())
    assert found.nearest_held_out == pytest.approx(cdist(of[2], of[1]).min(axis=1).mean())


def samples_as_good_as_real_ones_look_so_at_every_count(lib):
    """Samples that are real pictures of neither set, in numbers that differ by four."""
    held_out, train = pictures(60, 2), pictures(240, 1)
    for count in (50, 100, 400):
        found = lib.quality(pictures(count, 5), train, held_out, flat)
        assert 0.5 < found.samples.frechet / found.real.frechet < 2
        assert abs(found.samples.symmetric_recall - found.real.symmetric_recall) < 0.15


def noise_is_pure_noise_in_the_range_of_pixels(lib):
    """Standard normal and cut off, as what a sampler starts from, and fresh in each draw."""
    seen = []

    def features(images):
        seen.append(images)
        return flat(images)

    lib.quality(pictures(50, 0), pictures(50, 1), pictures(50, 2), features)
    noise = seen[-1]
    assert len(noise) == 250
    assert noise.abs().max() == 1 and abs(noise.mean()) < 0.03
    assert 0.31 < (noise.abs() == 1).double().mean() < 0.33  # 2 (1 - Phi(1)) = 0.317


def samples_are_cut_off_and_bytes_are_pictures(lib):
    samples, train, held_out = pictures(50, 0), pictures(60, 1), pictures(50, 2)
    train, held_out = (((x + 1) * 127.5).round().to(torch.uint8) for x in (train, held_out))
    floats = [x.float() / 127.5 - 1 for x in (train, held_out)]
    bytes_, same = lib.quality(samples, train, held_out, flat), lib.quality(samples, *floats, flat)
    assert str(bytes_) == str(same)
    loud = torch.where(samples.abs() == samples.abs().max(), 3 * samples, samples)
    assert str(lib.quality(loud, *floats, flat)) == str(
        lib.quality(loud.clamp(-1, 1), *floats, flat)
    )


def too_few_are_refused_with_the_reason(lib):
    enough, few = pictures(50, 0), pictures(49, 0)
    lib.quality(enough, enough, enough, flat)
    for place, name in enumerate(("samples", "train", "held_out")):
        sets = [enough, enough, enough]
        sets[place] = few
        words = ""
        try:
            lib.quality(*sets, flat)
        except ValueError as refused:
            words = str(refused)
        assert words.startswith(f"{name}: got 49 images, expected at least 50")
        assert "noise looks better than real" in words


ALL = (
    shares_are_those_of_their_formulas,
    copies_are_all_found,
    noise_amid_real_images_is_not_precise,
    a_part_at_a_time_makes_no_difference,
    the_nearest_is_exact_wherever_the_sets_lie,
    the_nearest_is_looked_for_in_all_parts,
    figures_are_at_one_count_for_all_three,
    figures_of_all_are_of_all,
    samples_as_good_as_real_ones_look_so_at_every_count,
    noise_is_pure_noise_in_the_range_of_pixels,
    samples_are_cut_off_and_bytes_are_pictures,
    too_few_are_refused_with_the_reason,
)
