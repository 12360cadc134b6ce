"""Figures and players for the book and its exercises, and images as files for the command line.

`style` sets one look for every figure, `panels` opens one, `player` makes an animation that works
offline, `diagram` draws one of the diagrams, `source` shows the package's own code, `save_sheet`
and `save_animation` write files. The rest draws what it is given: numbers come from `diffusion` and
`evaluation`.
"""

from companion.plots.colors import COLORS, DARK
from companion.plots.curves import (
    best_noise,
    memory,
    quantiles,
    signal_and_noise,
    signal_to_noise,
    variance_by_time,
)
from companion.plots.diagrams import diagram
from companion.plots.files import save_animation, save_picture, save_sheet
from companion.plots.guidance import (
    against_scale,
    guided_over_tilted,
    guided_walks,
    trade_off,
    two_densities,
)
from companion.plots.ink import ink_and_back, ink_shape
from companion.plots.listing import source
from companion.plots.live import (
    Live,
    live_forward,
    live_guidance,
    live_posterior,
    live_rotation,
    live_sampler,
)
from companion.plots.pictures import (
    brightness,
    frame_times,
    histograms,
    image_grid,
    losing_itself,
    pixel_histogram,
    show_image,
)
from companion.plots.player import Player, player
from companion.plots.reverse import (
    against_gaussian,
    bayes,
    by_steps,
    paths_through,
    power_laws,
    sampled,
)
from companion.plots.style import LINES, WIDTH, panels, style
from companion.plots.targets import errors_by_time, loss_weights
from companion.plots.training import (
    appearing,
    by_seed,
    losses,
    sheet,
    sheets,
    waves,
    words_kept,
)
from companion.plots.vector import svg_inside

__all__ = [
    "COLORS",
    "DARK",
    "LINES",
    "WIDTH",
    "Live",
    "Player",
    "against_gaussian",
    "against_scale",
    "appearing",
    "bayes",
    "best_noise",
    "brightness",
    "by_seed",
    "by_steps",
    "diagram",
    "errors_by_time",
    "frame_times",
    "guided_over_tilted",
    "guided_walks",
    "histograms",
    "image_grid",
    "ink_and_back",
    "ink_shape",
    "live_forward",
    "live_guidance",
    "live_posterior",
    "live_rotation",
    "live_sampler",
    "losing_itself",
    "loss_weights",
    "losses",
    "memory",
    "panels",
    "paths_through",
    "pixel_histogram",
    "player",
    "power_laws",
    "quantiles",
    "sampled",
    "save_animation",
    "save_picture",
    "save_sheet",
    "sheet",
    "sheets",
    "show_image",
    "signal_and_noise",
    "signal_to_noise",
    "source",
    "style",
    "svg_inside",
    "trade_off",
    "two_densities",
    "variance_by_time",
    "waves",
    "words_kept",
]
