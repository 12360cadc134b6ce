"""Plans of scenes: what agrees with pictures, and what is no plan.

What else holds for them stands in `tests/tasks/picture_properties.py`.
"""

import pytest
import torch
from torch.testing import assert_close

from companion.data import Box, boxes, layout, scenes

HALF = Box("red", 0.25, 0.0, 1.0, 0.5)


def test_a_plan_agrees_with_the_small_picture():
    """Where a place is all box, and all shape, the small picture has the colour of the plan."""
    drawn = scenes(60, 32, seed=3)
    colour, cover = layout([boxes(scene) for scene in drawn.scenes], 8)
    small = torch.nn.functional.avg_pool2d(drawn.images, 4)
    squares = [all(s.shape == "square" for s in scene.shapes) for scene in drawn.scenes]
    full = (cover == 1).expand_as(small) & torch.tensor(squares)[:, None, None, None]
    assert full.sum() > 60
    assert_close(small[full], colour[full], atol=0.02, rtol=0)


@pytest.mark.parametrize(
    ("plans", "side", "words"),
    [
        ([], 8, "plans: got none"),
        ([[HALF]], 0, "side: got 0"),
        ([["red"]], 8, "expected a Box in one of red"),
        ([[HALF._replace(colour="pink")]], 8, "expected a Box in one of red"),
        ([[HALF._replace(left=1.0)]], 8, "expected a box inside the image"),
        ([[HALF._replace(bottom=1.1)]], 8, "expected a box inside the image"),
    ],
)
def test_what_is_no_plan_is_refused(plans, side, words):
    with pytest.raises(ValueError, match=words):
        layout(plans, side)
