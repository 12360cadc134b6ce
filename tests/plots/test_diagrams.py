"""The diagrams: names that exist, shapes that are, links that lead, words that can be read."""

import inspect
import re
from base64 import b64encode
from html import escape

import pytest
import torch
from matplotlib.text import Text

from companion import autoencoder, diffusion, networks, plots
from companion.autoencoder.losses import Losses, Weights, discriminator_loss
from companion.networks import blocks, conditions, dit_blocks, embeddings, patches
from companion.networks.dit import DiT
from companion.plots import diagram_dit, diagrams
from companion.tasks import shipped
from companion.tasks.autoencoder_config import DiscriminatorConfig
from tests.book.course import pages_in_order
from tests.plots.drawn import parts

NAMES = ("chain", "unet", "autoencoder", "conditions", "dit", "map")
PHONE = 390 - 2 * 16  # pixels of a page's text on a telephone


@pytest.fixture(scope="module")
def drawn():
    return {name: plots.diagram(name) for name in NAMES}


def words(diagram):
    return [text for text in diagram.fig.findobj(Text) if text.get_text().strip()]


def svg_of(diagram):
    return re.search(r"<svg.*</svg>", diagram.html, re.S)[0]


def links_of(diagram):
    """Links of HTML: JupyterLab fails at those of SVG, and shows its error in their place."""
    svg = svg_of(diagram)
    assert parts(svg, "a") == []
    return [a for place in parts(svg, "foreignObject") for a in place]


def code(diagram):
    mono = (text for text in words(diagram) if "Mono" in text.get_fontfamily()[0])
    return [text.get_text() for text in mono]


@pytest.mark.parametrize("name", NAMES)
def test_every_word_can_be_read_on_a_telephone(drawn, name):
    fig = drawn[name].fig
    assert fig.get_figwidth() == plots.WIDTH
    assert all(
        text.get_fontsize() * PHONE / (72 * plots.WIDTH) >= 12 for text in words(drawn[name])
    )
    page, boxes = fig.bbox, [text.get_window_extent() for text in words(drawn[name])]
    for n, box in enumerate(boxes):
        label = words(drawn[name])[n].get_text()
        assert page.x0 <= box.x0 and box.x1 <= page.x1, label
        assert page.y0 <= box.y0 and box.y1 <= page.y1, label
        over = [words(drawn[name])[m].get_text() for m in range(n) if box.overlaps(boxes[m])]
        assert over == [], label


@pytest.mark.parametrize("name", NAMES)
def test_words_in_a_box_stay_in_it(drawn, name):
    fig = drawn[name].fig
    shapes = [p.get_window_extent() for p in fig.axes[0].patches if "Bbox" in type(p).__name__]
    assert len(shapes) >= 4
    for text in words(drawn[name]):
        box = text.get_window_extent()
        for shape in shapes:
            if shape.overlaps(box):
                assert shape.x0 <= box.x0 and box.x1 <= shape.x1, text.get_text()
                assert shape.y0 <= box.y0 and box.y1 <= shape.y1, text.get_text()


@pytest.mark.parametrize("name", NAMES)
def test_a_diagram_says_what_it_is_and_has_the_page_s_colours(drawn, name):
    html = drawn[name].html
    svg = svg_of(drawn[name])
    (title,), (desc,) = parts(svg, "title"), parts(svg, "desc")
    assert len(title.text.split()) >= 4 and len(desc.text.split()) >= 20
    assert not re.search(r"[$\\]", title.text + desc.text)
    root = svg[: svg.index(">")]
    assert f'aria-labelledby="{title.get("id")}"' in root
    assert f'aria-describedby="{desc.get("id")}"' in root
    assert f'role="{"group" if name == "map" else "img"}"' in root
    left = re.sub(r"var\([^)]*\)", "NAMED", svg)
    assert {*re.findall(r"(?:fill|stroke): ([^;\"]+)", left)} <= {"NAMED", "none"}
    assert drawn[name]._repr_html_() == html == plots.diagram(name).html
    assert drawn[name]._repr_png_()[:4] == b"\x89PNG" and len(repr(drawn[name])) < 50
    rules, still = html[: html.index("<svg")], html[html.index("</svg>") :]
    assert (
        ".diagram-still { display: none !important; }" in rules
    )  # dropped where nothing is trusted
    assert "svg.diagram { display: block; margin: 0 auto; }" in rules  # in JupyterLab too
    assert f'alt="{escape(title.text)}"' in still and len(drawn[name].png) < 40_000
    assert b64encode(drawn[name].png).decode() in still


def test_another_name_is_refused():
    with pytest.raises(ValueError, match="name: got 'vae', expected one of chain, unet"):
        plots.diagram("vae")


def test_the_chain_has_the_functions_of_the_package(drawn):
    calls = [line for line in code(drawn["chain"]) if "(" in line]
    assert len(calls) == 4
    for call in calls:
        name, inside = re.fullmatch(r"(\w+)\((.*)\)", call).groups()
        home = {"sample": "companion.tasks"}.get(name, "companion.diffusion")
        function = getattr(__import__(home, fromlist=[name]), name)
        inspect.signature(function).bind(*inside.split(", "))
    assert callable(diffusion.ancestral) and "ancestral" in code(drawn["chain"])


def test_the_unet_is_the_digits(drawn):
    network = shipped("digits-v").network
    listing = code(drawn["unet"])
    for name, kind, ch_in, ch_out in (*diagrams.UNET_DOWN, *diagrams.UNET_UP):
        side, level = re.fullmatch(r"(\w+)\[(\d)\]", name).groups()
        (stage,) = getattr(network, side)[int(level)]
        (block,) = stage
        assert type(block) is getattr(blocks, kind)
        assert (block.conv1.in_channels, block.conv2.out_channels) == (ch_in, ch_out)
        at = [n for n, line in enumerate(listing) if line == name]
        assert [listing[n + 1] for n in at] == [f"{kind} {ch_in} → {ch_out}"]
    assert len(network.down) == len(network.up) == 2
    for name in ("conv_in", "middle", "time"):
        assert name in listing and hasattr(network, name)
    assert "norm, conv_out" in listing and network.norm is not None
    (middle,) = network.middle
    m = middle.conv1
    assert f"{type(middle).__name__} {m.in_channels} → {m.out_channels}" in listing
    first, last = network.conv_in, network.conv_out
    assert f"{type(first).__name__} {first.in_channels} → {first.out_channels}" in listing
    assert f"{type(last).__name__} {last.in_channels} → {last.out_channels}" in listing
    for name, part in (("Down", network.downsample[1]), ("Up", network.upsample[0])):
        assert type(part) is getattr(blocks, f"{name}sample")
        assert f"{name}sample {part.conv.out_channels}" in listing
    dim = network.time(torch.ones(1, dtype=torch.int64)).shape[1]
    assert isinstance(network.time, embeddings.TimeEmbedding)
    assert f"TimeEmbedding → emb, {dim}" in listing
    assert "h = (1 + scale) * h + shift" in listing
    assert "h = (1 + scale) * h + shift" in inspect.getsource(blocks.ResBlock.forward)
    assert "skips" in inspect.getsource(networks.UNet.forward)


def test_the_unet_s_sizes_are_those_that_its_skips_have(drawn):
    network, sizes = shipped("digits-v").network, []
    hooks = [
        part.register_forward_hook(lambda _, __, h: sizes.append(h.shape[-1]))
        for (part,) in (stage for stages in network.down for stage in stages)
    ]
    network(torch.zeros(1, 1, 8, 8), torch.ones(1, dtype=torch.int64))
    for hook in hooks:
        hook.remove()
    said = [text.get_text() for text in words(drawn["unet"])]
    assert sizes == [8, 4]
    assert [line for line in said if re.fullmatch(r"\d × \d", line)] == [
        f"{n} × {n}" for n in sizes
    ]


def test_the_autoencoder_has_the_names_of_the_package(drawn):
    listing = code(drawn["autoencoder"])
    for name in ("Encoder", "Decoder", "PatchDiscriminator"):
        assert name in listing and inspect.isclass(getattr(autoencoder, name))
    for name in ("KL", "VQ"):
        assert any(line.startswith(f"{name}: ") for line in listing)
        assert inspect.isclass(getattr(autoencoder, name))
    terms = ["regulariser", "pixel", "perceptual", "adversarial"]
    assert [line for line in listing if line in terms] == terms
    assert {*terms} <= {*Losses._fields} and {*terms} <= {*Weights.__dataclass_fields__}
    assert {*Losses._fields} - {*terms} == {"adaptive", "total"}  # no fifth one
    said = " ".join(text.get_text() for text in words(drawn["autoencoder"]))
    for name in ("autoencoder_loss", "adaptive_weight", "hinge_g", "hinge_d"):
        assert name in said and callable(getattr(autoencoder, name))
    assert discriminator_loss.__name__ in said
    assert "disc_start" in said and "disc_start" in DiscriminatorConfig.__dataclass_fields__
    assert "latent.loss" in inspect.getsource(autoencoder.autoencoder_loss)


def test_the_autoencoder_s_shapes_are_those_of_the_shipped_ones(drawn):
    network, x = shipped("photos-kl").network, torch.zeros(1, 3, 32, 32)
    z = network.encode(x).z
    listing = code(drawn["autoencoder"])
    assert "z, {} × {} × {}".format(*z.shape[1:]) in listing
    assert f"3 × 32 × 32, f = {32 // z.shape[-1]}" in listing
    assert f"{z.shape[-1]} × {z.shape[-1]} → 32 × 32" in listing


def test_conditions_enter_where_the_code_has_them(drawn):
    listing, forward = code(drawn["conditions"]), inspect.getsource(networks.UNet.forward)
    made = {
        "ImageCondition": conditions.ImageCondition(3, 8),
        "ClassCondition": conditions.ClassCondition(4, 6),
        "WordCondition": conditions.WordCondition(9, 5, 8, 1),
    }
    places = {
        "channels": "torch.cat([xt, context.channels], dim=1)",
        "vector": "emb + self.cond_proj(context.vector)",
    }
    for name, condition in made.items():
        gives = listing[listing.index(name) + 1]
        told = condition(None, 2)
        assert {n for n, v in told._asdict().items() if v is not None} - {"mask"} == {gives}
        network = networks.UNet(8, 8, condition=condition)
        reads = [m for m in network.modules() if isinstance(m, blocks.CrossAttention)]
        assert bool(reads) is (gives == "tokens")
        assert bool(network.cond_proj) is (gives == "vector")
        assert (network.conv_in.in_channels > 8) is (gives == "channels")
        assert places.get(gives, "") in forward
    assert forward.index("torch.cat([xt") < forward.index("self.conv_in(xt)")
    stage = networks.UNet(8, 8, condition=made["WordCondition"]).middle
    assert type(stage).__name__ == "Stage" and "Stage" in listing
    kinds = [type(block).__name__ for block in stage]
    assert kinds == ["ResBlock", "CrossAttention"] == [k for k in listing if k in kinds]
    for name in ("cond_proj", "conv_in", "time"):
        assert any(name in line for line in listing) and hasattr(network, name)
    assert hasattr(stage[0], "emb_proj") and "emb_proj" in listing and "torch.cat" in listing


def test_the_tokens_of_the_dit_stand_in_the_order_of_its_patches(drawn):
    numbers = [text for text in words(drawn["dit"]) if re.fullmatch(r"[1-9]", text.get_text())]
    said = {text.get_position(): int(text.get_text()) for text in numbers}
    rows = sorted({y for _, y in said})
    assert len(numbers) == 18 and len(said) == 18 and len(rows) == 3
    patches = [at for at in said if at[0] < 100]
    tokens = [at for at in said if at[0] > 100]
    assert {y for _, y in tokens} == {rows[1]}
    assert [said[at] for at in sorted(tokens)] == [*range(1, 10)]
    assert [said[at] for at in sorted(patches, key=lambda at: at[::-1])] == [*range(1, 10)]


def test_a_block_of_the_dit_has_two_branches_with_three_vectors_each(drawn):
    shown = sorted(words(drawn["dit"]), key=lambda text: text.get_position()[1])
    listing = [text.get_text() for text in shown]
    block = listing[len(listing) - 1 - listing[::-1].index("AdaLNZeroBlock") :]
    first, second = diagram_dit.BRANCHES
    assert [line for line in block if line in {*first, *second}] == [*first, *second]
    vectors = [line for line in block if re.search(r"(shift|gate)[12]$|scale[12]$", line)]
    assert vectors == ["shift1, scale1", "gate1", "shift2, scale2", "gate2"]
    assert block.count("h") == 2  # what goes in, and what comes out


def test_the_dit_has_the_names_of_the_code(drawn):
    listing = code(drawn["dit"])
    made = {
        "patch_proj": "Linear → (B, N, D)",
        "blocks": "AdaLNZeroBlock",
        "final": "norm, modulate, linear",
        "condition": "cond_proj",
        "modulation": "SiLU, Linear D → 6 D",
    }
    for name, below in made.items():
        (at,) = [n for n, line in enumerate(listing) if name in line.split(", ")]
        assert listing[at + 1] == below
    network = DiT(condition=conditions.ClassCondition(4, 6))
    for name in ("time", "patch_proj", "blocks", "final", "condition", "cond_proj"):
        assert isinstance(getattr(network, name), torch.nn.Module), name
    for name in ("norm", "linear"):
        assert isinstance(getattr(network.final, name), torch.nn.Module), name
    assert "modulate(self.norm(h), shift, scale)" in inspect.getsource(dit_blocks.FinalLayer)
    forward = inspect.getsource(DiT.forward)
    order = ["self.patch_proj(patchify(", "_positions(", "in self.blocks", "unpatchify(self.final("]
    assert [*sorted(order, key=forward.index)] == order and "t" in listing and "cond" in listing
    assert {"unpatchify", "+ positions"} <= {*listing} and callable(patches.positions)
    assert "h * (1 + scale) + shift" in inspect.getsource(dit_blocks.modulate)
    assert "modulate: h * (1 + scale) + shift" in listing


def test_a_block_of_the_dit_is_drawn_as_it_computes(drawn):
    source = inspect.getsource(dit_blocks.AdaLNZeroBlock.forward)
    block = DiT(width=16).blocks[0]
    for branch, (given, gate) in zip(diagram_dit.BRANCHES, diagram_dit.VECTORS, strict=True):
        norm, _, part, *_ = branch
        assert branch == (norm, "modulate", part, f"{gate} *", "+")
        lines = f"x = modulate(self.{norm}(h), {given})", f"h = h + {gate} * self.{part}(x)"
        assert re.search(rf"{re.escape(lines[0])}[^\n]*\n *{re.escape(lines[1])}", source)
        assert hasattr(block, norm) and hasattr(block, part)
    assert ", ".join(f"{given}, {gate}" for given, gate in diagram_dit.VECTORS) in source
    assert (block.modulation.in_features, block.modulation.out_features) == (16, 6 * 16)
    h, emb = torch.randn(2, 9, 16), torch.randn(2, 16)
    assert torch.equal(block(h, emb, emb[:, None], torch.ones(2, 1, dtype=torch.bool))[0], h)


def test_the_patches_of_the_dit_are_numbered_as_patchify_reads_them():
    side = diagram_dit.SIDE
    numbers = torch.arange(1, side**2 + 1).view(1, 1, side, side)
    cut = patches.patchify(numbers.repeat_interleave(2, 2).repeat_interleave(2, 3), (2, 2))
    assert cut[0, :, 0].tolist() == [*range(1, side**2 + 1)]


def test_the_map_leads_to_every_chapter_in_its_order(drawn):
    links = [a.get("href") for a in links_of(drawn["map"])]
    chapters = [
        page.rpartition("/")[2]
        for page in pages_in_order()
        if re.match(r"\d", page.rpartition("/")[2])
    ]
    assert links == [f"{page}.ipynb" for page in chapters]
    for a, (_, number, title, _) in zip(links_of(drawn["map"]), diagrams.CHAPTERS, strict=True):
        assert a.get("aria-label") == f"{number} {title}"
    for page, number, _, _ in diagrams.CHAPTERS:
        assert page.startswith(number.replace(".", "-"))
