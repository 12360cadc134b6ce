"""Many small models of scenes, trained side by side on one GPU, and what each of them obeys.

Run as `python bench/grid.py OUT [SECONDS]` on a machine with a GPU: about ten minutes of an H100
for 39 models; `--large` trains nine with batches of 128; `--smoke` a few for a few steps, on any
machine. Each is the recipe `scenes-words` with batches of 32, and with one thing changed: its null,
what reads the words, where the image looks at them, how often they are dropped, which colours and
shapes it never sees together. The loss is that of `companion.tasks.diffusion`. A step is one
captured graph, so that the card works on all models at once, and the number of steps is what fits
into the time, the same for all. OUT gets `grid.csv`, a line for each model, scale and set of
captions, and some of the weights. What came out is `bench/grid.csv`, and of `--large`
`bench/grid-128.csv`.
"""

import csv
import math
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import cycle, islice
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from companion.data import COLOURS, SHAPES, caption, kept_back, other_way, scenes
from companion.data.captions import parse
from companion.diffusion import ddim, guided, interval, rescaled, sample, simple_loss, trailing
from companion.evaluation import frechet_distance
from companion.evaluation.obedience import obedience, rates
from companion.networks.blocks import CrossAttention
from companion.networks.conditions import drop
from companion.networks.unet import Stage, UNet
from companion.tasks import Model, evaluation_features
from companion.tasks.codec import Latents
from companion.tasks.diffusion import DiffusionRecipe, network_of
from companion.tasks.models import latents
from companion.tasks.recipes import RECIPES

BASE = RECIPES["scenes-words"].override(batch_size=32)
KEPT = "plain", "read twice", "four blocks, null empty"  # whose weights come back
CURVE = 0.04, 0.08, 0.16, 0.32, 0.64  # of all steps: where the curves have their points
AHEAD = 40  # steps that are sent to the card before it is waited for
THREADS = 8
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
KEY = "model", "seed", "diagonals", "step", "way", "scale", "captions", "pictures"
MEASURES = "count", "size", "colour", "shape", "relation", "present", "bound", "whole"
FIELDS = *KEY, *MEASURES, "frechet", "diversity"
SMOKED = "plain", "null zeros", "read twice", "dropped 0.0"


def as_it_is(network: UNet) -> None:
    """No change."""


@dataclass(eq=False)
class Trial:
    """A model to be trained: the recipe with one thing changed.

    Attributes:
        name: what is changed.
        recipe: with its change, where a recipe can say it.
        seed: of its weights and of all that it draws.
        change: what is done to the fresh network.
        diagonals: of colour and shape that it never sees.
        both_ways: each scene is told from either shape, by chance.
    """

    name: str
    recipe: DiffusionRecipe = BASE
    seed: int = 0
    change: Callable[[UNet], None] = as_it_is
    diagonals: int = 0
    both_ways: bool = False
    snapshots: dict[int, dict[str, Tensor]] = field(default_factory=dict, compare=False)

    def __getstate__(self) -> dict:
        """For another process, which reads weights from files."""
        return {**self.__dict__, "snapshots": {}}

    def file(self, step: int) -> str:
        """Of its weights after a step."""
        return f"{self.name}-{self.seed}-{self.diagonals}-{step}.pt".replace(" ", "-")


def trials() -> list[Trial]:
    """All of them, the plain recipe first."""

    def told(**changes: object) -> DiffusionRecipe:
        return BASE.override(**changes)

    found = [Trial("plain", seed=seed) for seed in range(3)]
    for null in ("zeros", "empty"):
        found += [Trial(f"null {null}", told(null=null), seed) for seed in range(3)]
    for seed in range(2):
        found += [
            Trial("bag of words", told(condition_type="bag"), seed),
            Trial("words without places", BASE, seed, without_places),
            Trial("no block for the words", told(depth=0), seed),
            Trial("four blocks for the words", told(depth=4), seed),
            Trial("read at 4 by 4 only", BASE, seed, read_at_low_level),
            Trial("read twice", BASE, seed, read_twice),
            Trial("told both ways", BASE, seed, both_ways=True),
        ]
    found.append(Trial("batches of 128", told(batch_size=128)))
    for diagonals in range(4):
        for rate in (0.0, 0.1, 0.2, 0.5):
            if (diagonals, rate) != (0, 0.1):  # that is the plain one
                recipe = told(cond_dropout=rate)
                found.append(Trial(f"dropped {rate}", recipe, diagonals=diagonals))
    return found


def large_trials() -> list[Trial]:
    """A few with batches of 128, which see four times as many pictures: what training does."""

    def told(**changes: object) -> DiffusionRecipe:
        return BASE.override(batch_size=128, **changes)

    found = [Trial("plain", told()), Trial("four blocks, null empty", told(depth=4, null="empty"))]
    for diagonals in range(4):
        for rate in (0.0, 0.1):
            if (diagonals, rate) != (0, 0.1):
                found.append(Trial(f"dropped {rate}", told(cond_dropout=rate), diagonals=diagonals))
    return found


def without_places(network: UNet) -> None:
    """Words that know each other, and not where they stand."""
    network.condition.position.data.zero_().requires_grad_(False)
    network.condition.position.requires_grad_(False)


def read_at_low_level(network: UNet) -> None:
    """No look at the words at full size."""
    for stage in stages(network):
        if stage[-1].q.in_channels == BASE.network.width:
            del stage[-1]
            stage.reads = 0


def read_twice(network: UNet) -> None:
    """Two looks at the words, one behind the other, wherever there was one."""
    for stage in stages(network):
        again = CrossAttention(stage[-1].q.in_channels, BASE.condition.dim)
        stage.append(again)
        stage.reads = 2


def stages(network: UNet) -> Iterator[Stage]:
    """Those that look at words."""
    return (m for m in network.modules() if isinstance(m, Stage) and m.reads)


def on_diagonals(text: str, count: int) -> bool:
    """Whether a caption has a colour and a shape of one of the first `count` diagonals.

    A diagonal is three pairs: shape j with the colour of number j + 2 d. With three of them half
    of all pairs are gone, and each colour and each shape is still there.
    """
    shapes, _ = parse(text)
    steps = (([*COLOURS].index(s.colour) - SHAPES.index(s.shape)) % 6 for s in shapes)
    return any(step in range(0, 2 * count, 2) for step in steps)


@dataclass(eq=False)
class Data:
    """Latents of scenes, and their captions in both ways, on the card."""

    z: Tensor
    cond: Tensor
    other: Tensor
    texts: list[str]


class Learner:
    """A trial while it is trained: its own stream, random numbers and captured step."""

    def __init__(self, trial: Trial, data: Data, steps: int) -> None:
        self.trial, self.data, self.steps, self.step = trial, data, steps, 0
        recipe = trial.recipe
        torch.manual_seed(trial.seed)
        self.network = network_of(recipe)
        trial.change(self.network)
        self.network.to(DEVICE).train()
        self.average = deepcopy(self.network).eval().requires_grad_(False)
        kept = [i for i, text in enumerate(data.texts) if not on_diagonals(text, trial.diagonals)]
        self.kept = torch.tensor(kept, device=DEVICE)
        self.generator = torch.Generator(DEVICE).manual_seed(trial.seed)
        self.lr, self.decay = torch.zeros((), device=DEVICE), torch.zeros((), device=DEVICE)
        own = [p for p in self.network.parameters() if p.requires_grad]
        on_card = {"capturable": True} if DEVICE.type == "cuda" else {}
        self.optimizer = torch.optim.AdamW(own, lr=self.lr, fused=True, **on_card)
        B = recipe.batch_size
        self.drawn = torch.zeros(B, dtype=torch.int64, device=DEVICE)
        self.t = torch.ones(B, dtype=torch.int64, device=DEVICE)
        self.eps = torch.zeros(B, *recipe.shape, device=DEVICE)
        self.chance = torch.zeros(2, B, device=DEVICE)
        self.alpha_bar = recipe.schedule.alpha_bar.float().to(DEVICE)
        self.stream = torch.cuda.Stream() if DEVICE.type == "cuda" else None
        self.graph = None

    def draw(self) -> None:
        """New random numbers, and the rate and the decay of this step."""
        recipe, g = self.trial.recipe, self.generator
        optimizer, done = recipe.optimizer, self.step / self.steps
        rise = min(1.0, (self.step + 1) / optimizer.warmup)
        self.lr.fill_(optimizer.lr * rise * (1 + math.cos(math.pi * done)) / 2)
        self.decay.fill_(1 - min(optimizer.ema_decay, self.step / (self.step + 10)))
        self.drawn.random_(0, len(self.kept), generator=g)
        self.t.random_(1, recipe.T + 1, generator=g)
        self.eps.normal_(generator=g)
        self.chance.uniform_(generator=g)

    def learn(self) -> None:
        """A step: the loss of chapter 1.3 with a condition, AdamW, and the averaged weights."""
        rows = self.kept[self.drawn]
        z, cond = self.data.z[rows], self.data.cond[rows]
        if self.trial.both_ways:
            cond = torch.where(self.chance[1, :, None] < 0.5, cond, self.data.other[rows])
        where = self.chance[0] < self.trial.recipe.condition.cond_dropout
        cond = drop(cond, self.network.condition.null, where)
        ab = self.alpha_bar[self.t][:, None, None, None]
        zt = ab.sqrt() * z + (1 - ab).sqrt() * self.eps
        target = ab.sqrt() * self.eps - (1 - ab).sqrt() * z  # v
        loss = simple_loss(self.network(zt, self.t, cond), target).mean()
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(
            self.network.parameters(), self.trial.recipe.optimizer.max_grad_norm
        )
        self.optimizer.step()
        with torch.no_grad():
            old, new = [*self.average.parameters()], [*self.network.parameters()]
            apart = torch._foreach_sub(new, old)
            torch._foreach_mul_(apart, self.decay)
            torch._foreach_add_(old, apart)

    def capture(self) -> None:
        """A few steps as they are, and then one into a graph."""
        if self.stream is None:
            return
        with torch.cuda.stream(self.stream):
            for _ in range(3):
                self.advance()
            self.stream.synchronize()
            self.draw()
            self.graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(self.graph, stream=self.stream):
                self.learn()
        torch.cuda.synchronize()

    def advance(self) -> None:
        """One step."""
        self.draw()
        self.graph.replay() if self.graph else self.learn()
        self.step += 1
        if self.step in self.points:
            if self.stream:
                self.stream.synchronize()
            self.trial.snapshots[self.step] = deepcopy(self.average.state_dict())

    @property
    def points(self) -> set[int]:
        """Where weights are kept on the way."""
        return {round(share * self.steps) for share in CURVE if self.trial.name == "plain"}

    def model(self, step: int | None = None) -> Model:
        """With averaged weights, of the end or of a point on the way."""
        network = deepcopy(self.average)
        if step is not None:
            network.load_state_dict(self.trial.snapshots[step])
        return Model(network, self.trial.recipe)


def train(learners: list[Learner], until: int) -> None:
    """All of them up to a step, some threads each with its share."""

    def share(mine: list[Learner]) -> None:
        while any(one.step < until for one in mine):
            for one in mine:
                with torch.cuda.stream(one.stream):  # None changes nothing
                    for _ in range(min(AHEAD, until - one.step)):
                        one.advance()
            for one in mine:
                if one.stream:
                    one.stream.synchronize()

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(share, [learners[i::THREADS] for i in range(THREADS)]))


def pace(learners: list[Learner], seconds: float) -> float:
    """Steps of all of them in a second; they are among those that count."""
    begun, first = time.monotonic(), learners[0].step
    while time.monotonic() - begun < seconds:
        train(learners, learners[0].step + AHEAD)
    return (learners[0].step - first) / (time.monotonic() - begun)


def drawn(part: tuple[int, int]) -> tuple[Tensor, list[str]]:
    """Pictures of a seed, none of them kept back, as bytes, and their captions."""
    seed, count = part
    found = scenes(count, 32, seed)
    texts = [caption(scene) for scene in found.scenes]
    kept = [i for i, text in enumerate(texts) if not kept_back(text)]
    return ((found.images[kept] + 1) * 127.5).round().byte(), [texts[i] for i in kept]


class Court:
    """Captions to ask for, and what judges the pictures; each process has one.

    Args:
        size: captions of a set.
    """

    def __init__(self, size: int) -> None:
        torch.set_num_threads(1)
        torch.set_float32_matmul_precision("high")
        self.size, self.codec = size, codec()
        fresh = [caption(scene) for scene in scenes(12 * size, 16, seed=99).scenes]
        self.one = [text for text in fresh if parse(text).relation is None]
        self.two = [text for text in fresh if parse(text).relation]
        self.features = evaluation_features().to(DEVICE).eval()
        self.real = self.pooled(scenes(4 * size, 32, seed=98).images)

    def some(self, texts: list[str]) -> list[str]:
        """As many captions as are asked for, from the start again where there are fewer."""
        return [*islice(cycle(texts), self.size)]

    def captions(self, kind: str, count: int) -> dict[str, list[str]]:
        """Sets of captions, by name; those with two shapes are of scenes kept back."""
        two = [text for text in self.two if kept_back(text)]
        if kind == "usual":
            return {"one": self.some(self.one), "two": self.some(two)}
        if kind == "mixed":
            mixed = [t for pair in zip(self.one, self.two, strict=False) for t in pair]
            eight = [text for text in mixed[: self.size // 8] for _ in range(8)]
            return {"as drawn": mixed[: 2 * self.size], "eight of each": eight}
        found = {}
        for name, texts in (("one", self.one), ("two", two)):
            away = [text for text in texts if on_diagonals(text, count)]
            found[f"{name}, on {count} diagonals"] = self.some(away)
            others = [text for text in texts if not on_diagonals(text, count)]
            found[f"{name}, off {count} diagonals"] = self.some(others)
        return found

    @torch.no_grad()
    def pooled(self, images: Tensor) -> Tensor:
        """What the Frechet distance looks at."""
        parts = (self.features.pooled(part.to(DEVICE)).cpu() for part in images.split(512))
        return torch.cat([*parts])

    def judge(self, job: "Job") -> list[dict]:
        """Pictures of a model by 25 steps of DDIM, and a line for each set and measure."""
        trial, model = job.trial, job.model(job.step)
        captions = self.captions(job.kind, job.count)
        texts = [text for some in captions.values() for text in some]
        cond = model.condition(texts, len(texts)).to(DEVICE)
        g = torch.Generator().manual_seed(1000 + trial.seed)
        zT = torch.randn(len(texts), *model.recipe.shape, generator=g).to(DEVICE)
        walk = by_a_worse_one(job.model(job.worse)) if job.worse else WAYS[job.way]
        asked, times = walk(model, cond, job.scale), trailing(model.schedule.T, 25)
        z = sample(asked, model.schedule, zT, times, ddim(eta=0))
        images = self.codec.decode(z).clamp(-1, 1).cpu()
        found, lines = obedience(images, texts), []
        for name, some in captions.items():
            here, found = found[: len(some)], found[len(some) :]
            part, images = images[: len(some)], images[len(some) :]
            values = rates(here)
            if name == "as drawn":
                values["frechet"] = frechet_distance(self.pooled(part), self.real)
            if name == "eight of each":
                eight = part.reshape(-1, 8, part[0].numel())
                values["diversity"] = eight.var(dim=1).mean().sqrt().item()
            key = (trial.name, trial.seed, trial.diagonals, job.step, job.way, job.scale, name)
            shown = {name: f"{value:.4f}" for name, value in values.items()}
            lines.append(dict(zip(KEY, (*key, len(some)), strict=True)) | shown)
        return lines


def floors(size: int) -> list[dict]:
    """The Frechet distance of as many real scenes, as drawn and after the autoencoder."""
    court = Court(size)
    fresh = scenes(12 * size, 32, seed=99)
    single = torch.tensor([len(scene.shapes) == 1 for scene in fresh.scenes])
    one, two = fresh.images[single], fresh.images[~single]
    count = min(len(one), len(two), size)
    real = torch.stack([one[:count], two[:count]], dim=1).flatten(0, 1)  # as `mixed`
    again = court.codec.decode(court.codec.encode(real.to(DEVICE))).clamp(-1, 1).cpu()
    return [
        {
            "model": name,
            "captions": "as drawn",
            "pictures": len(x),
            "frechet": f"{frechet_distance(court.pooled(x), court.real):.4f}",
        }
        for name, x in (("real scenes", real), ("after the autoencoder", again))
    ]


@dataclass(frozen=True)
class Job:
    """A model to be judged: from which file, how it is guided, what it is asked for."""

    trial: Trial
    folder: Path
    step: int
    scale: float = 1.0
    way: str = "plain"
    kind: str = "usual"
    count: int = 0
    worse: int = 0

    def model(self, step: int) -> Model:
        """With the averaged weights of a step."""
        network = network_of(self.trial.recipe)
        self.trial.change(network)
        network.load_state_dict(torch.load(self.folder / self.trial.file(step)))
        return Model(network.to(DEVICE).eval(), self.trial.recipe)


_courts: dict[int, Court] = {}


def judged(asked: tuple[Job, int]) -> list[dict]:
    """A job, done in a process of its own."""
    job, size = asked
    if size not in _courts:
        _courts[size] = Court(size)
    return _courts[size].judge(job)


def codec() -> Latents:
    """The recipe's, on the card."""
    found = latents(BASE.codec.autoencoder, BASE.codec.scale)
    found.autoencoder.to(DEVICE)
    return found


def plain(model: Model, cond: Tensor, scale: float) -> Callable:
    """Guidance as it is."""
    return model.denoiser(cond, scale=scale)


def in_interval(model: Model, cond: Tensor, scale: float) -> Callable:
    """Guidance in the middle of the walk."""
    return interval(model.denoiser(cond, scale=scale), model.denoiser(cond), 200, 700)


def brought_back(model: Model, cond: Tensor, scale: float) -> Callable:
    """Guidance, rescaled."""
    asked = model.denoiser(cond, scale=scale)
    return rescaled(asked, model.denoiser(cond), model.schedule, 0.7, model.parameterization)


def away_from_words(model: Model, cond: Tensor, scale: float) -> Callable:
    """Away from the captions of other pictures of the batch."""
    return model.denoiser(cond, scale=scale, against=cond.roll(1, 0))


def by_a_worse_one(worse: Model) -> Callable:
    """Autoguidance, with the same model as it was early in its training."""
    return lambda model, cond, scale: guided(model.denoiser(cond), worse.denoiser(cond), scale)


WAYS = {
    "plain": plain,
    "interval": in_interval,
    "rescaled": brought_back,
    "negative words": away_from_words,
}


def jobs(learners: list[Learner], folder: Path) -> Iterator[Job]:
    """All that the tables of chapters 2.2.1 and 2.2.2 say, what matters most first."""
    plains = [one for one in learners if one.trial.name == "plain"]
    for one in learners:
        trial, step = one.trial, one.steps
        never_dropped = trial.recipe.condition.cond_dropout == 0
        scales = (1.0,) if never_dropped else (1.0, 2.0, 3.0)
        if trial.name == "plain" or trial.name.startswith("null"):
            scales = 1.0, 1.5, 2.0, 3.0, 5.0
        for scale in scales:
            kind, count = ("parts", trial.diagonals) if trial.diagonals else ("usual", 0)
            yield Job(trial, folder, step, scale, kind=kind, count=count)
    for one in plains:
        trial, step = one.trial, one.steps
        points = sorted(trial.snapshots)
        for point in points:
            yield Job(trial, folder, point, 2.0)
        for count in (1, 2, 3):  # the captions of those that see no diagonal, here all are seen
            for scale in (1.0, 2.0, 3.0):
                yield Job(trial, folder, step, scale, kind="parts", count=count)
        ways = {
            "plain": (1.0, 1.5, 2.0, 3.0, 5.0, 8.0),
            "interval": (2.0, 3.0, 5.0, 8.0),
            "rescaled": (2.0, 3.0, 5.0, 8.0),
            "negative words": (1.5, 2.0, 3.0),
            "autoguidance": (1.5, 2.0, 3.0),
        }
        for way, scales in ways.items():
            worse = points[1] if way == "autoguidance" else 0
            for scale in scales:
                yield Job(trial, folder, step, scale, way, "mixed", worse=worse)


def keep(learners: list[Learner], out: Path, folder: Path) -> None:
    """All weights for those who judge, and some of them for later, in half precision."""
    for one in learners:
        trial = one.trial
        for step, weights in (*trial.snapshots.items(), (one.steps, one.average.state_dict())):
            torch.save({k: v.cpu() for k, v in weights.items()}, folder / trial.file(step))
        if trial.seed == 0 and trial.name in KEPT:
            half = {k: v.half().cpu() for k, v in one.average.state_dict().items()}
            save_file(half, out / f"{trial.name.replace(', ', '-').replace(' ', '-')}.safetensors")


def main(out: str, seconds: float = 320, smoke: bool = False, large: bool = False) -> None:
    """Train, judge, write."""
    torch.backends.cudnn.benchmark = True
    torch.set_float32_matmul_precision("high")
    folder = Path(out)
    folder.mkdir(exist_ok=True)
    on_card = DEVICE.type == "cuda"
    processes, many, size = (2, 64, 16) if smoke else (15, 4400, 384)
    with get_context("spawn").Pool(processes) as pool, TemporaryDirectory() as weights:
        found = pool.map(drawn, [(100 + i, many) for i in range(processes)])
        images = torch.cat([part for part, _ in found])
        texts = [text for _, some in found for text in some]
        encode = codec().encode
        z = torch.cat([encode(x.to(DEVICE) / 127.5 - 1) for x in images.split(2048)])
        vocabulary = BASE.vocabulary
        cond = vocabulary.encode(texts).to(DEVICE)
        other = vocabulary.encode([other_way(text) for text in texts]).to(DEVICE)
        data = Data(z, cond, other, texts)
        say(f"{len(texts)} scenes, spread {z.std():.3f}")
        asked = large_trials() if large else trials()
        if smoke:
            asked = [t for t in asked if t.seed == 0 and t.name in SMOKED and t.diagonals < 2]
        learners = [Learner(trial, data, 10**9 if on_card else 24) for trial in asked]
        for one in learners:
            one.capture()
        say(f"{len(learners)} models captured")
        if on_card:
            begun = time.monotonic()
            rate = pace(learners, seconds / 40)
            left = seconds - (time.monotonic() - begun)
            steps = int(learners[0].step + 0.97 * rate * left)
            for one in learners:
                one.steps = steps
            say(f"{rate:.1f} steps a second, {steps} steps")
        train(learners, learners[0].steps)
        say(f"trained {learners[0].steps} steps")
        keep(learners, folder, Path(weights))
        asked = [(job, size) for job in jobs(learners, Path(weights))]
        with (folder / "grid.csv").open("w", newline="") as file:
            table = csv.DictWriter(file, FIELDS)
            table.writeheader()
            table.writerows(pool.apply(floors, (size,)))
            for n, lines in enumerate(pool.imap(judged, asked), 1):
                table.writerows(lines)
                file.flush()
                if n % 20 == 0:
                    say(f"{n} of {len(asked)} judged")
        say("done")


def say(line: str) -> None:
    """With the time."""
    print(time.strftime("%X"), line, flush=True)


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    seconds = [*map(float, words[1:])] or [320.0]
    main(words[0], seconds[0], "--smoke" in sys.argv, "--large" in sys.argv)
