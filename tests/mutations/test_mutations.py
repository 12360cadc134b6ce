"""Each formula, broken on purpose, is caught by the property that it breaks."""

from collections import Counter

import pytest

from tests.diffusion import (
    bound_properties,
    edge_properties,
    flow_properties,
    gaussian_properties,
    guidance_properties,
    mixture_properties,
    objective_properties,
    sampler_properties,
    schedule_properties,
    tilted_properties,
)
from tests.mutations.bound_table import BOUNDS
from tests.mutations.edge_table import EDGES
from tests.mutations.flow_table import FLOW
from tests.mutations.formula_table import FORMULAS
from tests.mutations.guidance_table import GUIDANCE, REPEATS
from tests.mutations.library import library
from tests.mutations.mixture_table import MIXTURE
from tests.mutations.objective_table import OBJECTIVES, RELATIONS
from tests.mutations.sampler_table import PREDICTIONS, SAMPLERS
from tests.mutations.schedule_table import SCHEDULES
from tests.mutations.tilted_table import SHIFTED, TILTED, VARIANTS

PROPERTIES = (
    *schedule_properties.ALL,
    *gaussian_properties.ALL,
    *mixture_properties.ALL,
    *sampler_properties.ALL,
    *objective_properties.ALL,
    *bound_properties.ALL,
    *guidance_properties.ALL,
    *flow_properties.ALL,
    *edge_properties.ALL,
    *tilted_properties.ALL,
)
TABLE = (
    *SCHEDULES,
    *FORMULAS,
    *(("mixture", row) for row in MIXTURE),
    *(("parameterization", row) for row in PREDICTIONS),
    *(("parameterization", row) for row in RELATIONS),
    *(("objectives", row) for row in OBJECTIVES),
    *(("bounds", row) for row in BOUNDS),
    *(("samplers", row) for row in SAMPLERS),
    *(("guidance", row) for row in GUIDANCE),
    *(("samplers", row) for row in REPEATS),
    *(("flow", row) for row in FLOW),
    *(("tilted", row) for row in TILTED),
    *(("guidance", row) for row in VARIANTS),
    *(("schedules", row) for row in SHIFTED),
    *EDGES,
)
# Mutants that refuse right input by a check of the package itself, and in what words. Another
# ValueError, such as one of the property's own, does not count as caught.
REFUSED = {
    "from_betas: no entry for clean data": "got alpha_bar\\[0\\] = 0.9, expected 1",
    "cosine: not divided by 1 + offset": "expected every beta inside",
    "cosine: one index late": "expected every beta inside",
    "transition: s and t swapped": "var: got -0.05.*, expected 0 or more everywhere",
}
# The public formulas. What only hands on to another (Schedule.T apart) is not one.
FORMULA_NAMES = {
    "V",
    "bits_per_dim",
    "bound",
    "bound_at",
    "bound_limit",
    "bound_weight",
    "expected_error",
    "kl",
    "min_snr_weight",
    "simple_loss",
    "ddim",
    "guided",
    "inpaint",
    "mix",
    "cdf",
    "icdf",
    "dpm_solver",
    "encode",
    "leading",
    "trailing",
    "trajectory",
    "alpha",
    "at",
    "beta",
    "cosine",
    "cov",
    "expected_x0",
    "from_alpha_bar",
    "from_betas",
    "isotropic",
    "linear",
    "log density",
    "log_prob",
    "log_snr",
    "marginal",
    "mean",
    "optimal_eps",
    "posterior",
    "posterior_from_noise",
    "reverse",
    "sample",
    "scaled_linear",
    "score",
    "score_from_noise",
    "slerp",
    "snr",
    "step",
    "transition",
    "x0_from_noise",
    "zero_terminal_snr",
    "exact_denoiser",
    "given_class",
    "interval",
    "rescaled",
    "shifted",
    "tilted_density",
    "tilted_icdf",
    "tilted_log_prob",
    "time_at_snr",
}


@pytest.mark.parametrize("holds", PROPERTIES, ids=lambda holds: holds.__name__)
def test_a_copy_with_nothing_broken_passes(holds):
    """So that what catches a mutant is its mutation, not the copying."""
    holds(library())


@pytest.mark.filterwarnings("ignore:this schedule never reaches noise")
@pytest.mark.parametrize(("module", "row"), TABLE, ids=[r.breaks for _, r in TABLE])
def test_mutant_is_caught(module, row):
    mutant = library(module, row.before, row.after)
    words = REFUSED.get(row.breaks)
    kinds = (AssertionError, pytest.fail.Exception) if words is None else ValueError
    with pytest.raises(kinds, match=words):
        row.caught_by(mutant)


def test_every_refusal_is_of_a_row():
    assert REFUSED.keys() <= {row.breaks for _, row in TABLE}


def test_every_property_catches_something():
    caught_by = {row.caught_by for _, row in TABLE}
    idle = [holds.__name__ for holds in PROPERTIES if holds not in caught_by]
    assert idle == []


def test_every_formula_is_broken_in_three_ways():
    times = Counter(row.breaks.split(":")[0] for _, row in TABLE)
    assert {n for n in FORMULA_NAMES if times[n] < 3} == set()


def test_a_text_that_is_gone_is_reported():
    with pytest.raises(ValueError, match="found 'a text' 0 times"):
        library("forward", "a text", "another")
