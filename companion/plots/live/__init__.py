"""Live figures: the reader moves a slider or a point, and the chapter's formula answers.

Each is one block of HTML that holds its formula in plain JavaScript, with no library and no
network, the same bytes each time. A browser test compares its numbers with `companion`. A still
stands in its place in print, and wherever scripts do not run.
"""

from companion.plots.live.figure import Live
from companion.plots.live.forward import live_forward
from companion.plots.live.guidance import live_guidance
from companion.plots.live.posterior import live_posterior
from companion.plots.live.rotation import live_rotation
from companion.plots.live.sampler import live_sampler

__all__ = [
    "Live",
    "live_forward",
    "live_guidance",
    "live_posterior",
    "live_rotation",
    "live_sampler",
]
