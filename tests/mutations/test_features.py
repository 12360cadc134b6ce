"""The perceptual distance, broken on purpose and caught."""

from tests.autoencoder import test_features as p
from tests.mutations.mutation import Mutation
from tests.mutations.suite import suite

MODULE = "autoencoder.features"
UNIT = "apart = F.normalize(one, dim=1) - F.normalize(other, dim=1)"
SUM = "apart.square().sum(dim=1).mean(dim=(1, 2))"
BOTH = "zip(features(x), features(y), strict=True)"
TABLE = (
    Mutation(
        "perceptual: not made one long",
        UNIT,
        "apart = one - other",
        p.louder_features_are_no_farther_apart,
    ),
    Mutation(
        "perceptual: one long over space",
        UNIT,
        UNIT.replace("dim=1", "dim=(2, 3)"),
        p.it_is_the_formula,
    ),
    Mutation(
        "perceptual: the difference not squared",
        SUM,
        SUM.replace("square", "abs"),
        p.it_is_the_formula,
    ),
    Mutation(
        "perceptual: with its sign",
        SUM,
        SUM.replace(".square()", ""),
        p.equal_images_are_at_distance_zero_and_order_is_nothing,
    ),
    Mutation(
        "perceptual: the sum over space",
        SUM,
        SUM.replace("mean(", "sum("),
        p.it_is_the_formula,
    ),
    Mutation(
        "perceptual: the mean over channels",
        SUM,
        SUM.replace("sum(dim=1)", "mean(dim=1)"),
        p.it_is_the_formula,
    ),
    Mutation(
        "perceptual: the mean over images",
        SUM,
        f"{SUM}.mean()",
        p.a_pair_does_not_depend_on_the_others,
    ),
    Mutation(
        "perceptual: only the first map",
        BOTH,
        "zip(features(x)[:1], features(y)[:1], strict=True)",
        p.it_is_the_formula,
    ),
    Mutation(
        "perceptual: only the last map",
        "distance = distance + apart",
        "distance = apart",
        p.it_is_the_formula,
    ),
    Mutation(
        "perceptual: the gradient of x cut",
        "features(x)",
        "features(x.detach())",
        p.the_gradient_is_that_of_finite_differences,
    ),
    Mutation(
        "perceptual: the gradient of y cut",
        "features(y)",
        "features(y.detach())",
        p.the_gradient_is_that_of_finite_differences,
    ),
    Mutation(
        "perceptual: the gradient of the lengths cut",
        UNIT,
        "apart = one / one.detach().norm(dim=1, keepdim=True) - F.normalize(other, dim=1)",
        p.the_gradient_is_that_of_finite_differences,
    ),
)


(
    test_a_copy_with_nothing_broken_passes,
    test_mutant_is_caught,
    test_every_property_catches_something,
) = suite([MODULE], p.ALL, [(MODULE, row) for row in TABLE])
