"""Mutations of `companion.evaluation.distances` and `.quality`."""

from tests.evaluation import quality_properties as p
from tests.mutations.mutation import Mutation

DISTANCES = (
    Mutation(
        "precision and recall: the second neighbour by default",
        "def precision_recall(real: Tensor, samples: Tensor, k: int = 3)",
        "def precision_recall(real: Tensor, samples: Tensor, k: int = 2)",
        p.shares_are_those_of_their_formulas,
    ),
    Mutation(
        "symmetric precision and recall: the fifth neighbour by default",
        "symmetric_precision_recall(real: Tensor, samples: Tensor, k: int = 3)",
        "symmetric_precision_recall(real: Tensor, samples: Tensor, k: int = 5)",
        p.shares_are_those_of_their_formulas,
    ),
    Mutation(
        "the reach: a point counts as its own neighbour",
        "np.partition(apart, k, axis=1)[:, k]",
        "np.partition(apart, k - 1, axis=1)[:, k - 1]",
        p.shares_are_those_of_their_formulas,
    ),
    Mutation(
        "precision and recall change places",
        "return _covered(a, b, k), _covered(b, a, k)",
        "return _covered(b, a, k), _covered(a, b, k)",
        p.shares_are_those_of_their_formulas,
    ),
    Mutation(
        "inside, but not on the border",
        "(apart <= reach)",
        "(apart < reach)",
        p.copies_are_all_found,
    ),
    Mutation(
        "the complement: inside, but not on the border",
        "(nearest <= _reach(centres, k))",
        "(nearest < _reach(centres, k))",
        p.copies_are_all_found,
    ),
    Mutation(
        "distances by the expanded square",
        "yield cdist(x[first : first + rows], y)",
        "yield torch.cdist(\n            torch.from_numpy(x[first : first + rows]),\n"
        "            torch.from_numpy(y),\n"
        '            compute_mode="use_mm_for_euclid_dist",\n        ).numpy()',
        p.copies_are_all_found,
    ),
    Mutation(
        "symmetric: the larger of the two precisions",
        "precision = min(_covered(a, b, k), _reaching(b, a, k))",
        "precision = max(_covered(a, b, k), _reaching(b, a, k))",
        p.noise_amid_real_images_is_not_precise,
    ),
    Mutation(
        "symmetric: the larger of the two recalls",
        "return precision, min(_covered(b, a, k), _reaching(a, b, k))",
        "return precision, max(_covered(b, a, k), _reaching(a, b, k))",
        p.noise_amid_real_images_is_not_precise,
    ),
    Mutation(
        "a part at a time: always the first one",
        "yield cdist(x[first : first + rows], y)",
        "yield cdist(x[: min(rows, len(x) - first)], y)",
        p.a_part_at_a_time_makes_no_difference,
    ),
    Mutation(
        "the nearest: nothing is moved to the middle",
        "middle = y.mean(axis=0)",
        "middle = 0 * y[0]",
        p.the_nearest_is_exact_wherever_the_sets_lie,
    ),
    Mutation(
        "the nearest: its distance by the expanded square",
        "    found = few.kneighbors(x - middle, return_distance=False)  # (N, candidates)\n",
        "    return few.kneighbors(x - middle)[0][:, 0]\n",
        p.the_nearest_is_exact_wherever_the_sets_lie,
    ),
    Mutation(
        "the nearest: of the last part only",
        "found = np.minimum(found, _nearest(a, b))",
        "found = _nearest(a, b)",
        p.the_nearest_is_looked_for_in_all_parts,
    ),
    Mutation(
        "the nearest: bytes are taken for numbers",
        'b = _rows("images", as_floats(part), 1)',
        'b = _rows("images", part.float(), 1)',
        p.the_nearest_is_looked_for_in_all_parts,
    ),
)

QUALITY = (
    Mutation(
        "quality: noise not cut off",
        "generator=g).clamp(-1, 1)",
        "generator=g)",
        p.noise_is_pure_noise_in_the_range_of_pixels,
    ),
    Mutation(
        "quality: uniform noise",
        "torch.randn(DRAWS * same, *train.shape[1:], generator=g)",
        "(2 * torch.rand(DRAWS * same, *train.shape[1:], generator=g) - 1)",
        p.noise_is_pure_noise_in_the_range_of_pixels,
    ),
    Mutation(
        "quality: one noise for all draws",
        "torch.randn(DRAWS * same,",
        "torch.randn(same,",
        p.noise_is_pure_noise_in_the_range_of_pixels,
    ),
    Mutation(
        "quality: real images in another count than samples",
        "real=_figures(seen, unseen, same)",
        "real=_figures(seen, unseen, len(seen))",
        p.figures_are_at_one_count_for_all_three,
    ),
    Mutation(
        "quality: all samples beside fewer real images",
        "samples=_figures(here, unseen, same)",
        "samples=_figures(here, unseen, len(here))",
        p.samples_as_good_as_real_ones_look_so_at_every_count,
    ),
    Mutation(
        "quality: one draw in place of some",
        "for _ in range(DRAWS):",
        "for _ in range(1):",
        p.figures_are_at_one_count_for_all_three,
    ),
    Mutation(
        "quality: the floor of the samples",
        "floor=frechet_distance(seen, unseen)",
        "floor=frechet_distance(here, unseen)",
        p.figures_of_all_are_of_all,
    ),
    Mutation(
        "quality: held-out images looked for among themselves",
        "nearest_distance(some, train)",
        "nearest_distance(some, held_out)",
        p.figures_of_all_are_of_all,
    ),
    Mutation(
        "quality: samples not cut off",
        "samples = samples.cpu().float().clamp(-1, 1)",
        "samples = samples.cpu().float()",
        p.samples_are_cut_off_and_bytes_are_pictures,
    ),
    Mutation(
        "quality: features of bytes",
        "features(as_floats(part))",
        "features(part.float())",
        p.samples_are_cut_off_and_bytes_are_pictures,
    ),
    Mutation(
        "quality: one image fewer will do",
        "LEAST_IMAGES = 50",
        "LEAST_IMAGES = 49",
        p.too_few_are_refused_with_the_reason,
    ),
    Mutation(
        "quality: the held-out images may be few",
        '("train", train), ("held_out", held_out)):',
        '("train", train)):',
        p.too_few_are_refused_with_the_reason,
    ),
)
