"""The diagrams of the book, each drawn with the names of the code that it shows."""

from companion.plots.board import POINTS, Board, Diagram
from companion.plots.colors import COLORS
from companion.plots.diagram_dit import dit

# What the digits' UNet is made of, as (attribute, class, channels in, channels out).
UNET_DOWN = (("down[0]", "ResBlock", 32, 32), ("down[1]", "ResBlock", 32, 64))
UNET_UP = (("up[0]", "ResBlock", 128, 32), ("up[1]", "ResBlock", 64, 32))
# The chapters, what they are about, and what each hands to the next.
CHAPTERS = (
    ("1-1-forward", "1.1", "The forward process", "$x_t$ at any time, in one draw"),
    ("1-2-posterior", "1.2", "The posterior", "the step back, if $x_0$ is known"),
    ("1-3-training", "1.3", "Training, sampling", "a network that guesses $x_0$"),
    ("1-3-1-what-to-predict", "1.3.1", "What to predict", "a target that suits all times"),
    ("1-4-why-many-steps", "1.4", "Why many steps", "a sampler with few calls"),
    ("2-1-autoencoder", "2.1", "The autoencoder", "small latents to do it all in"),
    ("2-2-latent-diffusion", "2.2", "Latent diffusion", "pictures that words ask for"),
    ("2-2-1-guidance", "2.2.1", "Guidance", "samples led to a condition"),
    ("2-2-2-words", "2.2.2", "Words", "what is learned, bound, composed"),
    ("3-1-dit", "3.1", "DiT", "a transformer in the UNet's place"),
)
LEARNED, DATA, NOISE = COLORS["other"], COLORS["signal"], COLORS["noise"]
# The parts, by the chapter that each begins with.
PARTS = {
    "1.1": ("1 · Diffusion", DATA),
    "2.1": ("2 · Latent diffusion", LEARNED),
    "3.1": ("3 · Transformers and film", NOISE),
}


def diagram(name: str) -> Diagram:
    """One of the book's diagrams.

    Args:
        name: "chain", "unet", "autoencoder", "conditions", "dit" or "map".

    Returns:
        The diagram, which a cell shows.

    Raises:
        ValueError: For another name.
    """
    drawings = {"chain": _chain, "unet": _unet, "autoencoder": _autoencoder}
    drawings |= {"conditions": _conditions, "dit": dit, "map": _map}
    if name not in drawings:
        raise ValueError(f"name: got {name!r}, expected one of {', '.join(drawings)}")
    return drawings[name]()


def _chain() -> Diagram:
    board, y = Board(424), 196
    places = {"$x_0$": 32, "$x_{t-1}$": 142, "$x_t$": 252, "$x_T$": 356}
    for label, x in places.items():
        color = {"$x_0$": DATA, "$x_T$": NOISE}.get(label, COLORS["ink"])
        board.box(x, y, 52, 40, label, color=color, code=False)
    for a, b in ((32, 142), (252, 356)):
        board.text((a + b) / 2, y, r"$\cdots$")
    board.text(32, y + 34, "data", color=DATA)
    board.text(356, y + 34, "noise", color=NOISE)
    board.text(197, 14, "marginal(schedule, x0, t)", code=True)
    board.text(197, 36, r"$q(x_t \mid x_0)$, in one draw")
    board.arrow((32, y - 22), (32, 56), (262, 56), (262, y - 22), color=NOISE)
    board.text(147, 86, "step(schedule, x, t)", code=True)
    board.text(147, 108, r"$q(x_t \mid x_{t-1})$, one step")
    board.arrow((142, y - 22), (142, 130), (242, 130), (242, y - 22), color=NOISE)
    board.arrow((242, y + 22), (242, 262), (142, 262), (142, y + 22), color=LEARNED)
    board.text(197, 282, r"$p_\theta(x_{t-1} \mid x_t)$, learned", color=LEARNED)
    board.text(197, 304, "ancestral", code=True, color=LEARNED)
    board.text(197, 338, r"its form: $q(x_{t-1} \mid x_t, x_0)$, with a guess of $x_0$")
    board.text(197, 360, "posterior(schedule, xt, x0, t - 1, t)", code=True)
    board.text(197, 392, "all steps, from $x_T$ to $x_0$:")
    board.text(197, 414, "sample(model, 16)", code=True)
    return board.diagram(
        "chain",
        "The chain, forward and back",
        "Four boxes in a row: x_0, the data; x_{t-1}; x_t; x_T, noise. Arrows above lead to "
        "the right: marginal goes from x_0 to x_t in one draw, step from x_{t-1} to x_t. An "
        "arrow below leads back from x_t to x_{t-1}: p_theta, learned, drawn by ancestral. It "
        "has the form of the posterior, with a guess in the place of x_0.",
    )


def _unet() -> Diagram:
    board, left, right, width = Board(520), 84, POINTS - 84, 156
    rows = (70, 150, 266)  # of conv_in, of 8 x 8, of 4 x 4
    board.text(left, 18, r"$x_t$: 1 channel, 8 × 8")
    board.text(right, 18, "the same shape")
    board.box(left, rows[0], width, 42, "conv_in", "Conv2d 1 → 32")
    board.box(right, rows[0], width, 42, "norm, conv_out", "Conv2d 32 → 1")
    for n, row in enumerate(rows[1:]):
        name, kind, ch_in, ch_out = UNET_DOWN[n]
        board.box(left, row, width, 42, name, f"{kind} {ch_in} → {ch_out}", color=LEARNED)
        name, kind, ch_in, ch_out = UNET_UP[1 - n]
        board.box(right, row, width, 42, name, f"{kind} {ch_in} → {ch_out}", color=LEARNED)
        board.arrow((left + width / 2, row), (right - width / 2, row), color=DATA)
        board.text(POINTS / 2, row - 14, "skips", code=True, color=DATA)
        board.text(POINTS / 2, row + 14, ("8 × 8", "4 × 4")[n])
    board.box(left, 208, width, 26, "Downsample 32")
    board.box(right, 208, width, 26, "Upsample 32")
    board.box(POINTS / 2, 344, width, 42, "middle", "ResBlock 64 → 64", color=LEARNED)
    for a, b in ((27, 49), (91, 129), (171, 195), (221, 245)):
        board.arrow((left, a), (left, b))
        board.arrow((right, b), (right, a))
    board.arrow((left, 287), (left, 344), (POINTS / 2 - width / 2, 344))
    board.ax.plot([POINTS / 2 + width / 2, right], [344, 344], "-", color=COLORS["ink"], lw=1.6)
    board.arrow((right, 344), (right, 287))
    board.box(POINTS / 2, 426, 214, 42, "time", "TimeEmbedding → emb, 128", color=NOISE)
    board.arrow((40, 426), (87, 426), color=NOISE)
    board.text(28, 426, "$t$", color=NOISE)
    board.arrow((POINTS / 2, 405), (POINTS / 2, 365), color=NOISE, dashed=True)
    board.text(POINTS / 2, 466, "every ResBlock reads emb by its emb_proj:", color=NOISE)
    board.text(POINTS / 2, 488, "h = (1 + scale) * h + shift", code=True, color=NOISE)
    board.text(POINTS / 2, 510, "a skip joins by torch.cat, as channels", color=DATA)
    return board.diagram(
        "unet",
        "The UNet of the digits, with the names of its code",
        "A U of boxes. Down the left: conv_in, from 1 to 32 channels at 8 by 8 pixels; down[0], "
        "a ResBlock from 32 to 32; Downsample; down[1], a ResBlock from 32 to 64 at 4 by 4. At "
        "the bottom: middle, a ResBlock of 64. Up the right: up[0], from 128 to 32; Upsample; "
        "up[1], from 64 to 32; norm and conv_out, to 1 channel. Skip connections lead across at "
        "8 by 8 and at 4 by 4. Below, time, a TimeEmbedding, turns t into emb, which every "
        "ResBlock reads.",
    )


def _autoencoder() -> Diagram:
    board, middle = Board(560), 112
    board.box(middle, 26, 130, 28, "x", color=DATA)
    board.box(middle, 88, 190, 42, "Encoder", "3 × 32 × 32, f = 4", color=LEARNED)
    board.box(middle, 170, 190, 60, "bottleneck", "KL: a Gaussian", "VQ: nearest code")
    board.box(middle, 246, 130, 28, "z, 4 × 8 × 8", color=NOISE)
    board.box(middle, 308, 190, 42, "Decoder", "8 × 8 → 32 × 32", color=LEARNED)
    board.box(middle, 370, 130, 28, "recon", color=DATA)
    for a, b in ((40, 67), (109, 140), (200, 232), (260, 287), (329, 356)):
        board.arrow((middle, a), (middle, b))
    board.box(middle, 446, 200, 42, "PatchDiscriminator", "real, or a recon?", color=LEARNED)
    board.arrow((middle, 384), (middle, 425))
    board.arrow((middle - 65, 26), (6, 26), (6, 446), (middle - 100, 446), color=DATA)
    terms = ((170, "regulariser"), (320, "pixel"), (376, "perceptual"), (446, "adversarial"))
    for y, name in terms:
        board.box(328, y, 106, 28, name)
    board.arrow((207, 170), (275, 170), dashed=True)
    board.arrow((178, 364), (226, 364), (226, 320), (275, 320), dashed=True)
    board.arrow((178, 376), (275, 376), dashed=True)
    board.arrow((212, 446), (275, 446), dashed=True)
    board.text(328, 26, "the four terms", weight="bold")
    board.text(328, 48, "of the loss")
    board.text(328, 196, "latent.loss", code=True)
    board.text(328, 346, "x against recon")
    board.text(328, 402, "in features")
    board.text(328, 472, "hinge_g", code=True)
    board.text(POINTS / 2, 504, "autoencoder_loss: Weights times terms, summed", weight="bold")
    board.text(POINTS / 2, 526, "adversarial × adaptive_weight, from disc_start on")
    board.text(POINTS / 2, 548, "discriminator_loss: hinge_d, its own step")
    return board.diagram(
        "autoencoder",
        "The autoencoder and the four terms of its loss",
        "A column of boxes: x; Encoder; bottleneck, KL or VQ; the latent z, 8 by 8 with 4 "
        "channels; Decoder; recon; PatchDiscriminator, which sees x as well. Dashed arrows lead "
        "to the terms of autoencoder_loss: regulariser from the bottleneck, pixel and perceptual "
        "from recon, adversarial from the discriminator, which learns by discriminator_loss.",
    )


def _conditions() -> Diagram:
    board, columns = Board(440), (64, 194, 324)
    ways = (
        ("an image", "ImageCondition", "channels"),
        ("a class", "ClassCondition", "vector"),
        ("words", "WordCondition", "tokens"),
    )
    for x, (said, kind, gives) in zip(columns, ways, strict=True):
        board.text(x, 13, said, color=DATA)
        board.arrow((x, 23), (x, 41), color=DATA)
        board.box(x, 62, 122, 42, kind, gives, color=LEARNED)
    image, vector, words = columns
    board.text(30, 106, "$z_t$", color=NOISE)
    board.arrow((30, 117), (30, 135), color=NOISE)
    board.arrow((90, 83), (90, 135), color=DATA)
    board.box(image, 150, 116, 30, "torch.cat")
    board.arrow((vector, 83), (vector, 135), color=DATA)
    board.box(vector, 150, 100, 30, "cond_proj", color=LEARNED)
    board.arrow((vector, 165), (vector, 201), color=DATA)
    board.box(vector, 222, 100, 42, "emb", "+ time(t)", color=NOISE)
    board.arrow((vector, 243), (vector, 289), color=NOISE, dashed=True)
    board.arrow((image, 165), (image, 289))
    board.arrow((words, 83), (words, 289), color=DATA)
    board.box(image, 310, 104, 42, "conv_in", "Conv2d")
    board.box(vector, 310, 104, 42, "ResBlock", "emb_proj", color=LEARNED)
    board.box(words, 310, 122, 42, "CrossAttention", "k, v", color=LEARNED)
    board.arrow((116, 310), (142, 310))
    board.arrow((246, 310), (263, 310))
    board.text(232, 350, "Stage", code=True, weight="bold")
    board.text(232, 370, "at each level")
    board.arrow((words, 331), (words, 393))
    board.box(words, 412, 122, 38, "norm, conv_out")
    board.text(110, 402, "cond=None", code=True)
    board.text(110, 424, "means the null of each")
    return board.diagram(
        "conditions",
        "Where conditions enter the UNet, with the names of its code",
        "Three columns. An image goes through ImageCondition, whose channels torch.cat lays "
        "beside z_t, before conv_in. A class goes through ClassCondition, whose vector goes "
        "through cond_proj and is added to the embedding of the time, emb, which each ResBlock "
        "reads. Words go through WordCondition, whose tokens are the keys and values of each "
        "CrossAttention, behind the ResBlock of a Stage, at each level. At the end stand norm "
        "and conv_out. Without a condition each has its null.",
    )


def _map() -> Diagram:
    high, gap, y = 70, 24, 46.0
    begun = [number for _, number, _, _ in CHAPTERS if number in PARTS]
    board = Board(y + high * (len(CHAPTERS) - 1) + gap * (len(begun) - 1) + 50)
    for n, (page, number, title, gives) in enumerate(CHAPTERS):
        if number in PARTS:
            part, color = PARTS[number]
            board.text(POINTS / 2, y - 32, part, weight="bold")
        board.box(POINTS / 2, y, 300, 34, f"{number}  {title}", color=color, code=False)
        board.link(POINTS / 2, y, 300, 34, f"{page}.ipynb", f"{number} {title}")
        board.text(POINTS / 2 + 10, y + 38, gives)
        if n + 1 < len(CHAPTERS):
            down = high + gap * (CHAPTERS[n + 1][1] in PARTS)
            board.arrow((56, y + 17), (56, y + down - 17))
            y += down
    return board.diagram(
        "map",
        "The chapters, and what each gives to the next",
        f"{len(CHAPTERS)} boxes below each other, each a link to a chapter, with what it gives: "
        + "; ".join(f"{number} {title}: {_said(gives)}" for _, number, title, gives in CHAPTERS)
        + ".",
    )


def _said(words: str) -> str:
    """Words without the marks of TeX."""
    return words.replace("$", "")
