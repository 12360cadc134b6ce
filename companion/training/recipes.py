"""The recipes of the book, by name. Each is for a CPU; the times are those of one core."""

from companion.training.recipe import Recipe

_SMALL = {"warmup": 100, "ema": 0.998, "rate": 4e-3, "steps": 4000}
_LARGER = {"warmup": 200, "ema": 0.999, "rate": 1e-3, "multipliers": (1, 2, 2)}

RECIPES: dict[str, Recipe] = {
    "digits": Recipe(steps=900),
    "digits-v": Recipe(asks="v", **_SMALL),
    "digits-eps": Recipe(asks="eps", **_SMALL),
    "digits-x0": Recipe(asks="x0", **_SMALL),
    "digits-16": Recipe(size=16, steps=3000, **_LARGER),
    "digits-32": Recipe(size=32, steps=3000, batch_size=32, **_LARGER),
    "photos": Recipe(data="photos", size=32, channels=3, steps=5000, batch_size=32, **_LARGER),
}
