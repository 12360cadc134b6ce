"""UNet and DiT in scenes after 16 minutes of a core: up to 64 minutes' worth of steps, on a GPU.

Run as `python bench/after_16_minutes.py FOLDER MODEL SEED [SECONDS]`, with a model of the group
`scenes` of `bench/transformers.py`; several may run beside each other. It stops after so many
seconds of the clock, and measures where it is then. `--csv FOLDER FILE` puts what is there into a
table.

How many steps a core makes in a minute is read from `bench/transformers.csv`, a mean over its
seeds at 16 minutes. Recipes, scenes and how pictures are judged are those of that program, so that
the figures at 1, 4 and 16 minutes show how much a GPU's rounding changes.
"""

import csv
import json
import sys
from pathlib import Path
from statistics import mean
from time import perf_counter

import torch
from accelerate import Accelerator
from pixels import Judge
from torch.cuda import make_graphed_callables
from transformers import FIELDS, GROUPS, results, scenes_data

from companion.tasks import Conditioned
from companion.training import Session, start, train
from companion.training.descent import prepare

MINUTES = 1, 4, 16, 32, 64
TABLE = Path(__file__).with_name("transformers.csv")


def main(folder: Path, model: str, seed: int, seconds: float) -> None:
    """Train, measure at each of `MINUTES`, and add a line to the folder's results each time."""
    begun, rate = perf_counter(), steps_a_minute(model)
    folder.mkdir(parents=True, exist_ok=True)
    session, data = start(GROUPS["scenes"].recipes[model].override(seed=seed)), scenes_data()
    prepare(session, Accelerator())
    if session.accelerator.device.type == "cuda":
        capture(session, data)
    judge, steps = Judge(), train(session, data)
    for minutes in MINUTES:
        while session.step < round(minutes * rate) and perf_counter() - begun < seconds:
            next(steps)
        found = {"group": "scenes", "model": model, "seed": seed}
        found |= {"minutes": session.step / rate, "steps": session.step} | judge(session)
        with (folder / "results.jsonl").open("a") as file:
            file.write(json.dumps(found) + "\n")
        print(f"{perf_counter() - begun:.0f} s:", json.dumps(found), flush=True)
        if perf_counter() - begun > seconds:
            break


def steps_a_minute(model: str) -> float:
    """How many a core makes."""
    with TABLE.open(newline="") as file:
        rows = [r for r in csv.DictReader(file) if (r["group"], r["model"]) == ("scenes", model)]
    return mean(int(row["steps"]) / 16 for row in rows if row["minutes"] == "16")


def capture(session: Session, data: Conditioned) -> None:
    """Make one CUDA graph of the network's forward pass, and one of its backward pass.

    The GPU then starts some hundred small kernels by itself, and does not wait for Python.
    """
    network, device = session.network, session.accelerator.device
    x, cond = (part[: session.recipe.batch_size].to(device) for part in data)
    asked = x, torch.ones(len(x), dtype=torch.int64, device=device), cond
    make_graphed_callables(network, asked, allow_unused_input=True)
    captured = network.forward
    network.forward = lambda xt, t, cond: captured(xt, t, cond)  # by place, not by name


def write(folder: Path, file: Path) -> None:
    """All lines, ordered, as a table that other programs read."""
    rows = sorted(results(folder), key=lambda row: (row["model"], row["seed"], row["steps"]))
    fields = [name for name in FIELDS if name in rows[0] and name != "ms a picture"]
    with file.open("w", newline="") as out:
        table = csv.DictWriter(out, fields, extrasaction="ignore", lineterminator="\n")
        table.writeheader()
        for row in rows:
            table.writerow({k: f"{v:.4g}" if isinstance(v, float) else v for k, v in row.items()})


if __name__ == "__main__":
    words = sys.argv[1:]
    if words[0] == "--csv":
        write(Path(words[1]), Path(words[2]))
    else:
        main(Path(words[0]), words[1], int(words[2]), float((*words[3:], "1e9")[0]))
