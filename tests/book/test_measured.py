"""Figures that a chapter quotes from `bench/`, as Python, are those of the table there."""

import ast
import csv
import json
from collections.abc import Iterator, Sequence
from functools import cache
from operator import lt
from statistics import mean

import pytest

from tests.book.course import ROOT

KINDS = "count", "size", "colour", "shape", "relation", "whole"
READERS = {  # as the chapter names them, and as the table does
    "a bag of words": "bag of words",
    "words without places": "words without places",
    "places, no block": "no block for the words",
    "places, two blocks (the recipe)": "plain",
    "places, four blocks": "four blocks for the words",
    "the recipe, looked at twice": "read twice",
    "the recipe, looked at on 4 by 4 alone": "read at 4 by 4 only",
    "the recipe, scenes told both ways": "told both ways",
}
SIZES = "small", "middle", "large"
NULLS = {"learned": "plain", "zeros": "null zeros", "empty": "null empty"}


@cache
def measured(name: str) -> tuple[dict[str, str], ...]:
    with (ROOT / "bench" / f"{name}.csv").open(newline="") as file:
        return tuple(csv.DictReader(file))


def lines(name: str, **asked: object) -> list[dict[str, str]]:
    """The lines of a table with these values; of the last step where none is asked for."""
    last = max(int(line["step"] or 0) for line in measured(name))
    asked = {"step": last, "way": "plain", "diagonals": 0} | asked
    expected = {key: str(value) for key, value in asked.items()}
    return [line for line in measured(name) if expected.items() <= line.items()]


def only(name: str, **asked: object) -> dict[str, str]:
    (line,) = lines(name, **asked)
    return line


def share(line: dict[str, str], kind: str = "whole") -> float:
    return 100 * float(line[kind])


def text_of(chapter: str) -> str:
    book = json.loads((ROOT / "book" / f"{chapter}.ipynb").read_text())
    return "".join("".join(c["source"]) for c in book["cells"] if c["cell_type"] == "markdown")


def quoted(chapter: str, name: str) -> object:
    """The value that a chapter gives to a name, where it is written out."""
    book = json.loads((ROOT / "book" / f"{chapter}.ipynb").read_text())
    sources = ["".join(c["source"]) for c in book["cells"] if c["cell_type"] == "code"]
    nodes = [node for source in sources for node in ast.parse(source).body]
    (value,) = (
        ast.literal_eval(node.value)
        for node in nodes
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == name
    )
    return value


def close(one: float, other: float, digits: int = 1) -> bool:
    return abs(one - other) <= 0.5001 * 10**-digits


def test_curves() -> None:
    curves, steps = quoted("2-2-2-words", "curves"), quoted("2-2-2-words", "steps")
    assert steps == tuple(
        sorted({int(x["step"]) for x in measured("grid-128") if x["model"] == "plain"})
    )
    for title, captions in (("one shape", "one"), ("two shapes", "two")):
        assert curves[title].keys() == set(KINDS) - ({"relation"} if captions == "one" else set())
        for kind, shares in curves[title].items():
            found = [
                only("grid-128", model="plain", scale=2.0, captions=captions, step=step)
                for step in steps
            ]
            assert all(close(x, share(line, kind)) for x, line in zip(shares, found, strict=True))


def reader(model: str) -> tuple[float, ...]:
    """Of the seeds 0 and 1: three shares at a scale of 2, two counts at scales of 1 to 3."""
    both = {"model": model, "scale": 2.0}
    one, two = (
        [x for x in lines("grid", **both, captions=captions) if x["seed"] in "01"]
        for captions in ("one", "two")
    )
    counted = [
        x
        for scale in (1.0, 2.0, 3.0)
        for x in lines("grid", model=model, scale=scale, captions="two")
        if x["seed"] in "01"
    ]
    counts = (sum(round(384 * float(x[k])) for x in counted) for k in ("present", "bound"))
    shares = mean(map(share, one)), *(mean(share(x, k) for x in two) for k in ("size", "shape"))
    return *shares, *counts


def test_readers_of_words() -> None:
    found = quoted("2-2-2-words", "by_reader") | quoted("2-2-2-words", "others")
    assert found.keys() == READERS.keys()
    for name, model in READERS.items():
        assert all(close(x, y) for x, y in zip(found[name], reader(model), strict=True)), name


def pairs(table: str, count: int, rate: float, scale: float) -> Iterator[float]:
    """Whole captions with one shape, of pairs shown and never shown."""
    asked = {"model": f"dropped {rate}", "diagonals": count, "scale": scale, "seed": 0}
    for where in ("off", "on"):
        yield share(only(table, **asked, captions=f"one, {where} {count} diagonals"))


def test_pairs_never_shown() -> None:
    kept = quoted("2-2-2-words", "kept")
    assert kept.keys() == {(count, rate) for count in range(4) for rate in (0.0, 0.1)}
    for (count, rate), (shown, new) in kept.items():
        scale = 2.0 if rate else 1.0
        if count:
            found = pairs("grid-128", count, rate, scale)
            assert all(close(x, y) for x, y in zip((shown, new), found, strict=True))
        else:
            model = "plain" if rate else "dropped 0.0"
            whole = share(only("grid-128", model=model, scale=scale, captions="one"))
            assert close(shown, whole) and new is None


def test_how_often_to_drop() -> None:
    for rate, (shown, new) in quoted("2-2-2-words", "by_share").items():
        for n, scale in enumerate((1.0, 2.0, 3.0)):
            if not rate and scale > 1:
                assert shown[n] is new[n] is None
                continue
            found = pairs("grid", 1, rate, scale)
            assert all(close(x, y) for x, y in zip((shown[n], new[n]), found, strict=True))


@pytest.mark.parametrize("number", range(3))
def test_ways_to_guide(number: int) -> None:
    captions, kind = (
        ("as drawn", "whole"),
        ("as drawn", "frechet"),
        ("eight of each", "diversity"),
    )[number]
    for (way, scale), values in quoted("2-2-1-guidance", "on_pictures").items():
        for seed, value in enumerate(values[number]):
            asked = {"model": "plain", "seed": seed, "way": way, "scale": scale}
            found = float(only("grid", **asked, captions=captions)[kind])
            assert close(value, 100 * found) if kind == "whole" else close(value, found, 2)


def test_nulls() -> None:
    for name, by_scale in quoted("2-2-1-guidance", "nulls").items():
        for scale, values in zip((1.0, 2.0, 3.0, 5.0), by_scale, strict=True):
            for seed, value in enumerate(values):
                asked = {"model": NULLS[name], "seed": seed, "scale": scale, "captions": "one"}
                assert close(value, share(only("grid", **asked)))


def by_seed(group: str, model: str, kind: str, **point: int) -> list[float]:
    """What the trainings of one model gave, in the order of their seeds."""
    asked = {"group": group, "model": model} | {key: str(value) for key, value in point.items()}
    rows = [row for row in measured("transformers") if asked.items() <= row.items()]
    return [float(row[kind]) for row in sorted(rows, key=lambda row: int(row["seed"]))]


def same(values: Sequence[float], found: Sequence[float], digits: int = 2) -> bool:
    return all(close(x, y, digits) for x, y in zip(values, found, strict=True))


@pytest.fixture
def groups(monkeypatch) -> dict:
    monkeypatch.syspath_prepend(ROOT / "bench")
    from transformers import GROUPS

    return GROUPS


def test_each_line_can_be_measured_again(groups: dict) -> None:
    rows = measured("transformers")
    assert {row["group"] for row in rows} == {*groups}
    for row in rows:
        group = groups[row["group"]]
        assert row["model"] in group.recipes, row
        point = row["minutes"] if group.unit == "minutes" else row["steps"]
        assert int(point) in group.points, row


def test_ways_to_tell_a_transformer() -> None:
    by_way = quoted("3-1-dit", "by_way")
    assert {name.replace("-", "_").replace(" ", "_").lower() for name in by_way} == {
        row["model"] for row in measured("transformers") if row["group"] == "ways"
    }
    for name, (distances, colours) in by_way.items():
        way = "ways", name.replace("-", "_").replace(" ", "_").lower()
        assert len(distances) == 3, name
        assert same(distances, by_seed(*way, "frechet", minutes=4)), name
        kept = [100 * x for x in by_seed(*way, "one shape, colour", minutes=4)]
        assert same(colours, kept, 0), name


def test_sizes_of_patches() -> None:
    by_patch = quoted("3-1-dit", "by_patch")
    measured_at = {
        "1000 steps each": ("patches at equal steps", {"steps": 1000}),
        "1 minute each": ("patches", {"minutes": 1}),
        "4 minutes each": ("patches", {"minutes": 4}),
    }
    assert by_patch.keys() == measured_at.keys()
    for name, (group, point) in measured_at.items():
        assert by_patch[name].keys() == {1, 2, 4}
        for patch, values in by_patch[name].items():
            assert len(values) == 3, (name, patch)
            found = by_seed(group, f"patch {patch}", "frechet", **point)
            assert same(values, found), (name, patch)


def test_patches_trained_on() -> None:
    one = {"minutes": 16}
    for group, model, said in (
        (
            "patches, longer",
            "patch 1",
            "patches of 1 have a distance of {:.1f} and keep {:.0f} % of",
        ),
        ("scenes", "DiT, middle", "Those of 2 have {:.1f} and keep {:.0f} %."),
    ):
        distance = by_seed(group, model, "frechet", **one)[0]  # of seed 0, the one there is of both
        whole = 100 * by_seed(group, model, "one shape, whole", **one)[0]
        assert said.format(distance, whole) in text_of("3-1-dit"), model


def test_unet_against_dit() -> None:
    for data, distances, shares, kind, digits in (
        ("scenes", "by_network", "kept_whole", "one shape, whole", 0),
        ("digits", "on_digits", "kept_class", "class", 1),
    ):
        found, kept = quoted("3-1-dit", distances), quoted("3-1-dit", shares)
        assert [*found] == [*kept] == ["UNet", "DiT"]
        for name in found:
            run = data, f"{name}, middle"
            for n, minutes in enumerate((1, 4, 16)):
                assert len(found[name][n]) == len(kept[name][n]) == 3
                assert same(found[name][n], by_seed(*run, "frechet", minutes=minutes))
                share = [100 * x for x in by_seed(*run, kind, minutes=minutes)]
                assert same(kept[name][n], share, digits)


def test_words_come_late() -> None:
    distances, shares = (quoted("3-1-dit", name) for name in ("distance_later", "whole_later"))
    assert [*distances] == [*shares] == ["UNet, seed 0", "DiT, seed 0", "DiT, seed 1"]
    for name in distances:
        network, seed = name.split(", seed ")
        asked = {"model": f"{network}, middle", "seed": seed}
        rows = [row for row in measured("after_16_minutes") if asked.items() <= row.items()]
        assert [round(float(row["minutes"])) for row in rows[2:4]] == [16, 32]
        assert close(int(rows[4]["steps"]), 25_000, -3)
        assert close(float(rows[4]["minutes"]), 51 if network == "UNet" else 43, 0)
        assert same(distances[name], [float(row["frechet"]) for row in rows[2:]])
        assert same(shares[name], [100 * float(row["one shape, whole"]) for row in rows[2:]], 0)
    unet, *dit = distances.values()
    assert all(one[0] < unet[0] and abs(one[1] - unet[1]) < 0.1 for one in dit)
    unet, *dit = shares.values()
    assert stated("3-1-dit")["most"] == ["UNet, seed 0"] * 3
    assert all(x < y for one in dit for x, y in zip(one, unet, strict=True))
    text = text_of("3-1-dit")
    said = "the two DiTs keep {} % and {} % of the captions with one shape, and the UNet {} %."
    assert said.format(dit[0][2], dit[1][2], unet[0]) in text
    assert "After three times the steps, 24,800 against 7900, the two DiTs" in text
    assert "In minutes of a core these are 43 against 16." in text
    assert "the UNet and the two DiTs are within 0.1 of each other." in text


def trained_on(network: str, seed: int, kind: str) -> list[float]:
    asked = {"model": f"{network}, middle", "seed": str(seed)}
    rows = [row for row in measured("after_16_minutes") if asked.items() <= row.items()]
    return [100 * float(row[kind]) for row in rows]


def test_relations_do_not_come() -> None:
    text, kind = text_of("3-1-dit"), "two, kept back, relation"
    (zero, one), unet = (trained_on("DiT", n, kind) for n in (0, 1)), trained_on("UNet", 0, kind)
    said = (
        "right in {:.0f} % and {:.0f} % after 16 minutes, and in {:.0f} % and {:.0f} % at the end."
    )
    assert said.format(zero[2], one[2], zero[4], one[4]) in text
    assert f"With the UNet it rises from {unet[2]:.0f} % to {unet[4]:.0f} %." in text
    kind = "two, kept back, whole"
    dits, unet = (trained_on("DiT", n, kind)[4] for n in (0, 1)), trained_on("UNet", 0, kind)[4]
    said = "the UNet keeps {:.0f} % of these captions whole, and the DiTs {:.0f} % and {:.0f} %."
    assert said.format(unet, *dits) in text


def test_single_trainings_differ() -> None:
    text = text_of("3-1-dit")
    more = [
        float(row["frechet"]) - by_seed("scenes", row["model"], "frechet", minutes=16)[seed]
        for seed in (0, 1)
        for row in measured("after_16_minutes")
        if row["seed"] == str(seed) and row["minutes"] == "16"
    ]
    assert len(more) == 3 and min(more) > 0
    assert f"have distances up to {max(more):.2f} larger than those of the same seeds" in text
    again = {  # of one recipe
        "UNet": [("scenes", "UNet, middle"), ("rates", "UNet, 0.001")],
        "DiT": [
            *[("scenes", "DiT, middle"), ("rates", "DiT, 0.002")],
            *[("ways", "joint"), ("patches", "patch 2")],
        ],
    }
    apart = []
    for runs in again.values():
        found = [by_seed(*run, "frechet", minutes=4)[0] for run in runs]
        apart.append(max(found) - min(found))
    said = "trainings of one recipe and one seed differ by up to {:.2f} after four minutes."
    assert said.format(max(apart)) in text
    unet = [by_seed(*run, "frechet", minutes=4)[0] for run in again["UNet"]]
    said = "at the rate of the recipe it has {1:.1f} here, and {0:.1f} in the table above."
    assert said.format(*unet) in text


def test_the_shape_comes_last() -> None:
    shares = [
        100 * average("scenes", f"{n}, middle", "one shape, shape", minutes=16)
        for n in ("UNet", "DiT")
    ]
    said = "The shape is right in {:.0f} % of the UNet's pictures, and in {:.0f} % of those of the"
    assert f"{said.format(*shares)} DiT." in text_of("3-1-dit")
    for network in ("UNet", "DiT"):
        assert 0.98 < average("scenes", f"{network}, middle", "one shape, colour", minutes=16)


def average(group: str, model: str, kind: str, **point: int) -> float:
    return mean(by_seed(group, model, kind, **point))


def test_steps_and_milliseconds() -> None:
    text = text_of("3-1-dit")
    ways = {way: average("ways", way, "steps", minutes=4) for way in ("adaln", "adaln_zero")}
    assert "In four minutes they take about 3000 steps, and the others 2200 to 2600." in text
    assert all(2900 < steps < 3100 for steps in ways.values())
    others = {row["model"] for row in measured("transformers") if row["group"] == "ways"} - {*ways}
    slower = sorted(average("ways", way, "steps", minutes=4) for way in others)
    assert 2200 <= slower[0] and slower[-1] <= 2600
    seconds = [average("patches at equal steps", f"patch {p}", "ms a step") for p in (4, 2, 1)]
    said = "1000 steps take {:.0f} seconds with patches of 4, {:.0f} seconds with patches of 2, and"
    assert f"{said.format(*seconds)} nearly four minutes with patches of 1." in text
    assert 220 < seconds[2] < 240
    steps = [average("patches", f"patch {p}", "steps", minutes=1) for p in (1, 2)]
    said = "a network with patches of 1 takes {:.0f} steps, and one with patches of 2 takes {:.0f}."
    assert said.format(*(round(x, -1) for x in steps)) in text
    drawn = [average("patches", f"patch {p}", "ms a picture", minutes=4) for p in (1, 2)]
    said = "a picture takes {:.0f} ms with patches of 1, and {:.0f} ms with patches of 2."
    assert said.format(*drawn) in text, drawn
    for data, said in (
        ("scenes", "A step takes {:.0f} ms with the UNet and {:.0f} ms with the DiT."),
        ("digits", "A step with 64 of them takes {:.0f} ms with the UNet and {:.0f} ms with"),
    ):
        each = [average(data, f"{n}, middle", "ms a step", minutes=4) for n in ("UNet", "DiT")]
        assert said.format(*each) in text, each
    steps = average("scenes by size", "DiT, large", "steps", minutes=4)
    middle = average("scenes", "DiT, middle", "steps", minutes=4)
    said = "The large DiT takes {:.0f} steps on scenes, and the middle one {:.0f};"
    assert said.format(round(steps, -1), round(middle, -2)) in text


def losses_on_digits(name: str, seed: int) -> list[tuple[int, float, float]]:
    """Steps, loss on digits of the training and on held-out ones, in the order of the steps."""
    return sorted(
        (int(line["steps"]), float(line["seen"]), float(line["held_out"]))
        for line in measured("digits_losses")
        if line["model"] == f"{name}, middle" and line["seed"] == str(seed)
    )


def test_losses_on_digits() -> None:
    text = text_of("3-1-dit")
    last = [losses_on_digits("UNet", seed)[-1] for seed in range(3)]
    unseen = sorted(after for _, _, after in last)
    assert all(abs(seen - 0.166) < 0.0015 for _, seen, _ in last)
    said = "The UNet's loss is about 0.166 then on digits of the training, and {:.3f} to {:.3f} on"
    assert said.format(unseen[0], unseen[-1]) in text
    (steps, seen, other), (end, seen_last, other_last) = losses_on_digits("UNet", 1)
    said = (
        f"after {round(steps, -2):,} of its {round(end, -2):,} steps: {seen:.3f} and {other:.3f}."
    )
    assert said in text
    said = "While the first fell to {:.3f}, the second rose to {:.3f}, so the UNet has begun"
    assert said.format(seen_last, other_last) in text
    assert seen_last < seen and other_last > other
    (_, seen, other), (end_dit, seen_last, other_last) = losses_on_digits("DiT", 1)
    said = "its losses went from {:.3f} to {:.3f} and from {:.3f} to {:.3f}."
    assert said.format(seen, seen_last, other, other_last) in text
    assert "The DiT has seen them half as often." in text and 0.45 < end_dit / end < 0.58


@pytest.mark.parametrize("name, minutes", [("by_size", 4), ("by_size_later", 16)])
def test_three_sizes(name: str, minutes: int) -> None:
    by_size, million = quoted("3-1-dit", name), quoted("3-1-dit", "million")
    kept = quoted("3-1-dit", "kept_by_size")
    kinds = {"scenes": "one shape, whole", "digits": "class"}
    assert [*by_size] == [*kept] == [*million] == ["scenes", "digits"]
    for data, networks in by_size.items():
        assert [*networks] == [*kept[data]] == [*million[data]] == ["UNet", "DiT"]
        for network, sizes in networks.items():
            for n, size in enumerate(SIZES):
                run = of_size(data, network, size)
                assert len(sizes[n]) == 3
                assert same(sizes[n], by_seed(*run, "frechet", minutes=minutes))
                for cost in by_seed(*run, "million multiply-adds", minutes=minutes):
                    assert close(million[data][network][n], cost, 0 if cost > 10 else 1)
                shares = [100 * x for x in by_seed(*run, kinds[data], minutes=16)]
                assert same(kept[data][network][n], shares, 0 if data == "scenes" else 1)


def of_size(data: str, network: str, size: str) -> tuple[str, str]:
    """The group and the model of the table."""
    return data if size == "middle" else f"{data} by size", f"{network}, {size}"


def test_sixteen_minutes_at_three_sizes() -> None:
    text, ahead = text_of("3-1-dit"), stated("3-1-dit")["ahead_later"]
    ties, names = [], {"scenes": ["DiT", "DiT", "DiT"], "digits": ["UNet", "DiT", "DiT"]}
    always = {"scenes": [True, True, False], "digits": [False, True, True]}
    for data, (unet, dit) in (
        (k, v.values()) for k, v in quoted("3-1-dit", "by_size_later").items()
    ):
        pairs = [*zip(unet, dit, strict=True)]
        assert ahead[data] == names[data] == [smaller(x, y) for x, y in pairs]
        assert always[data] == [all(map(lt, y, x)) for x, y in pairs]
        means = [abs(mean(x) - mean(y)) for x, y in pairs]
        ties += [apart for apart, won in zip(means, always[data], strict=True) if not won]
    said = (
        "On scenes the small and the middle one are ahead with every seed, and on digits the middle"
    )
    assert f"{said} and the large one." in text
    assert len(ties) == 2 and max(ties) < 0.05
    assert "are level: their means are within 0.05 of each other." in text
    later = quoted("3-1-dit", "by_size_later")
    each = {(name, n): mean(x) for name, of in later["scenes"].items() for n, x in enumerate(of)}
    assert min(each, key=each.get) == ("DiT", 0)
    assert "the small DiT on scenes for sixteen" in text
    for network, sizes in quoted("3-1-dit", "by_size")["digits"].items():
        better = [mean(y) < mean(x) for x, y in zip(sizes, later["digits"][network], strict=True)]
        assert better == [False, False, network == "DiT"]
    assert "only the large DiT gets a smaller distance after that" in text
    shares, steps = {}, {}
    for network in ("UNet", "DiT"):
        runs = [of_size("scenes", network, size) for size in SIZES]
        shares[network] = [by_seed(*run, "one shape, whole", minutes=16) for run in runs]
        steps[network] = [round(average(*run, "steps", minutes=16), -2) for run in runs]
    for unet, dit in zip(*shares.values(), strict=True):
        assert all(map(lt, dit, unet))
    kept = [100 * mean(found) for of_one in shares.values() for found in of_one]
    said = "keep {:.0f} %, {:.0f} % and {:.0f} % of the captions with one shape, and the DiTs "
    assert f"{said}{{:.0f}} %, {{:.0f}} % and {{:.0f}} %.".format(*kept) in text
    assert max(kept[:3]) == kept[1] and max(kept[3:]) == kept[4]
    said = "taken {:.0f} and {:.0f} steps by then, and the middle ones {:.0f} and {:.0f}."
    assert said.format(*(steps[n][k] for k in (2, 1) for n in ("UNet", "DiT"))) in text


def test_learning_rates() -> None:
    rates = {"UNet": ("0.0005", "0.001", "0.002"), "DiT": ("0.001", "0.002", "0.004")}
    unet, dit = (
        [by_seed("rates", f"{name}, {rate}", "frechet", minutes=4)[0] for rate in tried]
        for name, tried in rates.items()
    )
    said = "the UNet has distances of {:.1f}, {:.1f} and {:.1f} on scenes, and the DiT {:.1f}, "
    assert f"{said}{{:.1f}} and {{:.1f}}.".format(*unet, *dit) in text_of("3-1-dit")
    assert max(unet) < min(dit)


def stated(chapter: str) -> dict[str, list]:
    """The orders that cells of the chapter assert, and without which they fail."""
    book = json.loads((ROOT / "book" / f"{chapter}.ipynb").read_text())
    sources = ["".join(c["source"]) for c in book["cells"] if c["cell_type"] == "code"]
    tests = (
        node.test
        for source in sources
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Assert) and isinstance(node.test, ast.Compare)
    )
    return {ast.unparse(test.left): ast.literal_eval(test.comparators[0]) for test in tests}


def smaller(unet: Sequence[float], dit: Sequence[float]) -> str:
    return "UNet" if mean(unet) < mean(dit) else "DiT"


def in_words(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


def test_the_text_states_the_order_of_the_numbers() -> None:
    orders = stated("3-1-dit")
    by_way, by_patch = quoted("3-1-dit", "by_way"), quoted("3-1-dit", "by_patch")
    ways = sorted(by_way, key=lambda way: mean(by_way[way][0]))
    assert orders["ways"] == ways
    text = text_of("3-1-dit")
    assert f"From the smallest mean distance to the largest: {in_words(ways)}." in text
    for when, found in by_patch.items():
        order = sorted(found, key=lambda patch: mean(found[patch]))
        assert orders[f"ranked(by_patch['{when}'])[0]"] == order
    best = [min(found, key=lambda patch: mean(found[patch])) for found in by_patch.values()]
    assert (
        best[0] == 1
        and "After the same steps the smaller patches are better with every seed." in text
    )
    after_steps = zip(*(by_patch["1000 steps each"][patch] for patch in (1, 2, 4)), strict=True)
    assert all(one < two < four for one, two, four in after_steps)
    said = "After one minute patches of {} places are ahead with every seed, and after four"
    assert f"{said.format(best[1])} minutes those of {best[2]}." in text
    assert "The UNet is ahead after 1 and 4 minutes, and the DiT after 16, with every seed." in text
    assert "After a minute the UNet is ahead with every seed." in text
    assert "After four minutes the two are level" in text
    assert "After 16 minutes the DiT is ahead with every seed." in text
    for data, name in (("by_network", "ahead_on_scenes"), ("on_digits", "ahead_on_digits")):
        unet, dit = quoted("3-1-dit", data).values()
        assert orders[name] == [smaller(x, y) for x, y in zip(unet, dit, strict=True)]
        pairs = [[*zip(x, y, strict=True)] for x, y in zip(unet, dit, strict=True)]
        first, middle, last = ([x < y for x, y in when] for when in pairs)
        assert all(first) and not any(last)
        assert all(middle) if data == "by_network" else any(middle) and not all(middle)
    said = (
        "On scenes the UNet is ahead at each size, with every seed. On digits it is ahead with the"
    )
    assert f"{said} large networks." in text
    sizes = quoted("3-1-dit", "by_size")
    for data, (unet, dit) in ((name, found.values()) for name, found in sizes.items()):
        always = [all(map(lt, x, y)) for x, y in zip(unet, dit, strict=True)]
        assert always == [data == "scenes", data == "scenes", True]
    unet, dit = sizes["digits"].values()
    apart = [mean(y) - mean(x) for x, y in zip(unet, dit, strict=True)]
    assert "are level: their means differ by {:.2f} and {:.2f}.".format(*apart) in text
    for data, (unet, dit) in ((k, v.values()) for k, v in quoted("3-1-dit", "by_size").items()):
        ahead = [smaller(x, y) for x, y in zip(unet, dit, strict=True)]
        assert orders["ahead_by_size"][data] == ahead == ["UNet"] * 3
    for found, first in zip(by_patch.values(), best, strict=True):
        rest = [values for patch, values in found.items() if patch != first]
        assert all(x < y for values in rest for x, y in zip(found[first], values, strict=True))
