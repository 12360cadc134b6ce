"""How often a shipped model of scenes does what it is told, word by word, by scale.

Run as `.venv/bin/python bench/words.py [COUNT [MODEL [SCALE ...]]]`, a quarter of an hour of one
core for 500 captions of scenes-words at five scales.
Captions with one shape, of which training has seen all 36, captions with two whose scenes were
kept back from training, and captions with two that were not; 25 steps of DDIM. The court's own
error is in `bench/court.py`.
"""

import sys
from collections import Counter
from collections.abc import Sequence
from statistics import stdev

import torch

from companion.data import caption, kept_back, other_way, scenes
from companion.diffusion import ddim
from companion.evaluation import obedience
from companion.evaluation.obedience import Obedience, Word, rates
from companion.tasks import sample, shipped

SCALES = 1.0, 1.5, 2.0, 3.0, 5.0
SEEDS = 3
KINDS = "count", "size", "colour", "shape", "relation", "present", "bound", "whole"
OPPOSITE = {"above": "below", "below": "above", "left of": "right of", "right of": "left of"}
OTHERWISE = "opposite", "across", "alone"  # where the relation is not kept: what is seen


def main(count: int = 500, name: str = "scenes-words", scales: Sequence[float] = SCALES) -> None:
    """Print a line for each scale and kind of caption: percent, and its spread over seeds."""
    torch.set_num_threads(1)
    model = shipped(name)
    drawn = [caption(scene) for scene in scenes(8 * count, 16, seed=99).scenes]
    asked = {
        "one": [text for text in drawn if other_way(text) == text][:count],
        "two, kept back": [text for text in drawn if kept_back(text)][:count],
        "two, shown": [t for t in drawn if other_way(t) != t and not kept_back(t)][:count],
    }
    for scale in scales:
        for name, texts in asked.items():
            found = [_rates(model, texts, scale, seed) for seed in range(SEEDS)]
            shown = (
                f"{kind} {_spread([100 * one[kind] for one in found])}"
                for kind in KINDS + OTHERWISE
                if kind in found[0]
            )
            print(f"scale {scale}, {name} ({len(texts)}): {', '.join(shown)}", flush=True)


def _rates(model: object, texts: list[str], scale: float, seed: int) -> dict[str, float]:
    g = torch.Generator().manual_seed(seed)
    part = texts[seed::SEEDS]  # each caption once
    images = sample(model, len(part), part, scale=scale, steps=25, sampler=ddim(eta=0), generator=g)
    found = obedience(images.clamp(-1, 1), part)
    return rates(found) | _otherwise(found)


def _otherwise(found: Sequence[Obedience]) -> dict[str, float]:
    """How often two shapes stand the other way round, on the other axis, or are not two."""
    asked = [word for one in found for word in one.words if word.kind == "relation"]
    seen = Counter(map(_seen, asked))
    return {kind: seen[kind] / len(asked) for kind in OTHERWISE if asked}


def _seen(word: Word) -> str:
    if word.kept:
        return "kept"
    if word.seen is None:
        return "alone"
    return "opposite" if word.seen == OPPOSITE[word.expected] else "across"


def _spread(values: list[float]) -> str:
    return f"{sum(values) / len(values):.1f} ± {stdev(values):.1f}"


if __name__ == "__main__":
    count, name, *scales = (*sys.argv[1:], *("500", "scenes-words")[len(sys.argv) - 1 :])
    main(int(count), name, [*map(float, scales)] or SCALES)
