"""How far crops that were spoilt lie from others, to the two feature networks.

Run as `.venv/bin/python bench/pooled.py`; a minute on one core. The Frechet distance of
`pooled` between 800 crops of the photographs held out whole and 800 others, and to the same
800 blurred, noisy and blocky; four draws.
"""

from statistics import mean, stdev

import torch

from companion.autoencoder.pretext import damaged
from companion.data import photo_crops
from companion.evaluation import frechet_distance
from companion.tasks import evaluation_features, photo_features

HOW = {"blurred": 1, "noisy": 2, "blocky": 3}


def main() -> None:
    """Print a line for each network: mean and standard deviation over the draws."""
    torch.set_num_threads(1)
    for name, network in {"features": photo_features(), "judge": evaluation_features()}.items():
        found = {"by chance": [], **{how: [] for how in HOW}}
        for seed in range(4):
            crops = photo_crops(32, 1, 1600, seed=seed).held_out
            some, others = crops[::2], crops[1::2]
            here = network.pooled(some)
            found["by chance"].append(frechet_distance(here, network.pooled(others)))
            for how, number in HOW.items():
                g = torch.Generator().manual_seed(0)
                spoilt = damaged(some, torch.full((len(some),), number), g)
                found[how].append(frechet_distance(here, network.pooled(spoilt)))
        shown = (f"{how} {mean(v):.2f} ± {stdev(v):.2f}" for how, v in found.items())
        print(f"{name:9s} {', '.join(shown)}", flush=True)


if __name__ == "__main__":
    main()
