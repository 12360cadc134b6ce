"""Mutations of what reads a condition, makes it, and drops it."""

from tests.mutations.mutation import Mutation
from tests.networks import condition_properties as p

SCORES = "scores = q @ k.mT * q.shape[-1] ** -0.5"
FILL = 'scores.masked_fill(~mask, float("-inf"))'
FUSED = "F.scaled_dot_product_attention(q, k, v, mask)"
PIXELS = "q = self.q(self.norm(x)).reshape("
KV = "kv = self.kv(tokens).reshape(B, -1, 2, self.heads, C // self.heads)"
CROSS_OUT = "self.kv = nn.Linear(token_dim, 2 * channels)\n        self.out = zero_module("
TEXT_QKV = "q, k, v = self.qkv(self.norm1(x)).chunk(3, dim=-1)"
TEXT_MIX = "x = x + self.out(attend_in_heads(q, k, v, self.heads, mask))"
HEADS = "return attend(q, k, v, seen).transpose(1, 2).flatten(2)"

BLOCKS = (
    Mutation("attend: no root", SCORES, "scores = q @ k.mT", p.attention_is_its_formula),
    Mutation(
        "attend: the root of N in place of d",
        SCORES,
        "scores = q @ k.mT * q.shape[-2] ** -0.5",
        p.attention_is_its_formula,
    ),
    Mutation(
        "attend: what is seen is hidden",
        FILL,
        FILL.replace("~mask", "mask"),
        p.attention_is_its_formula,
    ),
    Mutation(
        "attend: a hidden key has the score 0",
        FILL,
        FILL.replace('float("-inf")', "0.0"),
        p.attention_is_its_formula,
    ),
    Mutation(
        "attend: weights over the queries",
        "scores.softmax(-1) @ v",
        "scores.softmax(-2) @ v",
        p.attention_is_its_formula,
    ),
    Mutation(
        "attend: the mask is not handed on",
        FUSED,
        "F.scaled_dot_product_attention(q, k, v)",
        p.attention_is_its_formula,
    ),
    Mutation(
        "attend: keys and values changed over",
        FUSED,
        "F.scaled_dot_product_attention(q, v, k, mask)",
        p.attention_is_its_formula,
    ),
    Mutation(
        "CrossAttention: the image is not normed",
        PIXELS,
        "q = self.q(x).reshape(",
        p.cross_attention_is_that_of_pytorch,
    ),
    Mutation(
        "CrossAttention: keys and values changed over",
        "k, v = kv.permute(2, 0, 3, 1, 4)",
        "v, k = kv.permute(2, 0, 3, 1, 4)",
        p.cross_attention_is_that_of_pytorch,
    ),
    Mutation(
        "CrossAttention: heads and channels changed over",
        KV,
        KV.replace("self.heads, C // self.heads)", "C // self.heads, self.heads).mT"),
        p.cross_attention_is_that_of_pytorch,
    ),
    Mutation(
        "CrossAttention: the mask is made and not used",
        "h = attend(q, k, v, seen)  # (B, heads, H W, C / heads)",
        "h = attend(q, k, v)",
        p.cross_attention_is_that_of_pytorch,
    ),
    Mutation(
        "CrossAttention: does not begin at nothing",
        CROSS_OUT,
        CROSS_OUT.replace("zero_module(", "("),
        p.cross_attention_begins_as_nothing,
    ),
    Mutation(
        "CrossAttention: one head where four were said",
        "token_dim: int, heads: int = 4",
        "token_dim: int, heads: int = 1",
        p.cross_attention_begins_as_nothing,
    ),
    Mutation(
        "TextBlock: the norm behind",
        TEXT_QKV,
        TEXT_QKV.replace("self.norm1(x)", "x"),
        p.a_block_of_the_text_encoder_is_that_of_pytorch,
    ),
    Mutation(
        "TextBlock: keys ask and queries answer",
        TEXT_QKV,
        TEXT_QKV.replace("q, k, v", "k, q, v"),
        p.a_block_of_the_text_encoder_is_that_of_pytorch,
    ),
    Mutation(
        "TextBlock: no shortcut around the attention",
        TEXT_MIX,
        TEXT_MIX.replace("x = x + ", "x = "),
        p.a_block_of_the_text_encoder_is_that_of_pytorch,
    ),
    Mutation(
        "TextBlock: heads run into each other",
        HEADS,
        HEADS.replace("transpose(1, 2).flatten(2)", "reshape(len(q), q.shape[2], -1)"),
        p.a_block_of_the_text_encoder_is_that_of_pytorch,
    ),
    Mutation(
        "TextBlock: no shortcut around the layers",
        "return x + self.mlp(self.norm2(x))",
        "return self.mlp(self.norm2(x))",
        p.a_block_of_the_text_encoder_is_that_of_pytorch,
    ),
    Mutation(
        "TextBlock: filler is looked at",
        TEXT_MIX,
        TEXT_MIX.replace(", mask)", ")"),
        p.a_block_of_the_text_encoder_is_that_of_pytorch,
    ),
    Mutation(
        "check_heads: any number will do",
        "if width % heads:",
        "if False:",
        p.heads_divide_the_channels,
    ),
)
ROWS = "return self.null.expand(count, *self.null.shape)"
CHECK = "if y.shape != expected or y.is_floating_point() != self.null.is_floating_point():"
H = "h = self.embedding(y) + self.position"
SAID = "h = torch.where(said[:, None, None], h, self.null_tokens)"
LEARNED = "self.null_tokens = nn.Parameter(torch.randn(length, dim))"
SUM = "h = (self.embedding(y) * mask[..., None]).sum(dim=1)"
GIVEN = "image = torch.where(mask > 0, image, self.missing)"
DROP = "torch.where(where.reshape(-1, *[1] * null.ndim), null.to(y.device), y)"

CONDITIONS = (
    Mutation(
        "rows: zeros where nothing is said",
        ROWS,
        "return torch.zeros_like(self.null).expand(count, *self.null.shape)",
        p.a_class_is_its_row_and_the_last_is_none,
    ),
    Mutation(
        "rows: any dtype will do",
        CHECK,
        "if y.shape != expected:",
        p.other_rows_are_refused,
    ),
    Mutation(
        "rows: any shape will do",
        CHECK,
        "if y.is_floating_point() != self.null.is_floating_point():",
        p.other_rows_are_refused,
    ),
    Mutation(
        "ClassCondition: class 0 is the null",
        'self.register_buffer("null", torch.tensor(classes), persistent=False)',
        'self.register_buffer("null", torch.tensor(0), persistent=False)',
        p.a_class_is_its_row_and_the_last_is_none,
    ),
    Mutation(
        "ClassCondition: the next class",
        "Embedded(vector=self.embedding(self.rows(y, count)))",
        "Embedded(vector=self.embedding((self.rows(y, count) + 1) % (self.classes + 1)))",
        p.a_class_is_its_row_and_the_last_is_none,
    ),
    Mutation(
        "WordCondition: without places",
        H,
        "h = self.embedding(y)",
        p.words_are_read_one_step_after_the_other,
    ),
    Mutation(
        "WordCondition: all words at one place",
        H,
        "h = self.embedding(y) + self.position[0]",
        p.words_are_read_one_step_after_the_other,
    ),
    Mutation(
        "WordCondition: the encoder sees the filler",
        "h = block(h, mask)",
        "h = block(h)",
        p.words_are_read_one_step_after_the_other,
    ),
    Mutation(
        "WordCondition: no norm at the end",
        "h = self.norm(h)",
        "h = h",
        p.words_are_read_one_step_after_the_other,
    ),
    Mutation(
        "WordCondition: what is said becomes the null",
        SAID,
        SAID.replace("said[", "~said["),
        p.words_are_read_one_step_after_the_other,
    ),
    Mutation(
        "WordCondition: the null is added",
        SAID,
        SAID.replace("self.null_tokens)", "h + self.null_tokens)"),
        p.words_are_read_one_step_after_the_other,
    ),
    Mutation(
        "WordCondition: the mask stays inside",
        "return Embedded(tokens=h, mask=mask)",
        "return Embedded(tokens=h, mask=torch.ones_like(mask))",
        p.words_are_read_one_step_after_the_other,
    ),
    Mutation(
        "WordCondition: one block, whatever is asked",
        "for _ in range(depth)",
        "for _ in range(min(depth, 1))",
        p.words_are_read_one_step_after_the_other,
    ),
    Mutation(
        "WordCondition: the null is not learned",
        LEARNED,
        'self.register_buffer("null_tokens", torch.randn(length, dim))',
        p.each_null_is_a_row,
    ),
    Mutation(
        "WordCondition: the empty caption has tokens of its own",
        'zeros = torch.zeros(length, dim) if null == "zeros" else None',
        "zeros = torch.zeros(length, dim)",
        p.each_null_is_a_row,
    ),
    Mutation(
        "WordCondition: the row of another null",
        '"null", null_row(null, length), persistent',
        '"null", null_row("learned", length), persistent',
        p.each_null_is_a_row,
    ),
    Mutation(
        "BagOfWords: filler counts",
        SUM,
        "h = self.embedding(y).sum(dim=1)",
        p.a_bag_is_the_sum_of_its_words,
    ),
    Mutation(
        "BagOfWords: the mean of the words",
        SUM,
        SUM + " / mask.sum(dim=1, keepdim=True)",
        p.a_bag_is_the_sum_of_its_words,
    ),
    Mutation(
        "BagOfWords: nothing said is a sum of nothing",
        "torch.where(said[:, None], h, self.null_vector)",
        "h",
        p.a_bag_is_the_sum_of_its_words,
    ),
    Mutation(
        "ImageCondition: mask and image changed over",
        "torch.cat([mask, image], dim=1)",
        "torch.cat([image, mask], dim=1)",
        p.an_image_shows_what_is_given_and_where,
    ),
    Mutation(
        "ImageCondition: what is not given is seen",
        GIVEN,
        "image = image + 0 * self.missing",
        p.an_image_shows_what_is_given_and_where,
    ),
    Mutation(
        "ImageCondition: zeros where nothing is given",
        GIVEN,
        GIVEN.replace("self.missing", "0 * self.missing"),
        p.an_image_shows_what_is_given_and_where,
    ),
    Mutation(
        "ImageCondition: what is given is hidden",
        GIVEN,
        GIVEN.replace("mask > 0", "mask <= 0"),
        p.an_image_shows_what_is_given_and_where,
    ),
    Mutation(
        "drop: the others",
        DROP,
        DROP.replace("(where.reshape", "(~where.reshape"),
        p.what_is_dropped_becomes_the_null,
    ),
    Mutation(
        "drop: zeros",
        DROP,
        DROP.replace("null.to(y.device)", "0 * null.to(y.device)"),
        p.what_is_dropped_becomes_the_null,
    ),
    Mutation(
        "drop: all, where any is",
        DROP,
        DROP.replace("(where.reshape(-1, *[1] * null.ndim)", "(where.any()"),
        p.what_is_dropped_becomes_the_null,
    ),
    Mutation(
        "read: filler counts as words",
        "return said, mask | ~said[:, None]",
        "return said, torch.ones_like(mask)",
        p.words_are_read_one_step_after_the_other,
    ),
    Mutation(
        "read: of a row that says nothing no place counts",
        "return said, mask | ~said[:, None]",
        "return said, mask",
        p.words_are_read_one_step_after_the_other,
    ),
    Mutation(
        "read: a row is said where all of it is words",
        "said = mask.any(dim=1)",
        "said = mask.all(dim=1)",
        p.words_are_read_one_step_after_the_other,
    ),
    Mutation(
        "null_row: the empty caption has no start",
        "row[0] = START",
        "row[0] = PAD",
        p.each_null_is_a_row,
    ),
    Mutation(
        "null_row: a start in every null",
        'if null == "empty":\n        row',
        "if True:\n        row",
        p.each_null_is_a_row,
    ),
    Mutation(
        "check_null: any word will do",
        "if null not in NULLS:",
        "if False:",
        p.each_null_is_a_row,
    ),
)
LINE = "cond = drop(cond.to(device), null, draws.uniform().to(device) < rate)"

DROPPING = tuple(
    Mutation(f"the loss: {what}", LINE, after, p.training_drops_each_by_itself_at_the_rate)
    for what, after in (
        ("nothing is dropped", "cond = cond.to(device)"),
        ("the others are dropped", LINE.replace("< rate", "> rate")),
        ("twice as often", LINE.replace("< rate", "< 2 * rate")),
        ("the whole batch at once", LINE.replace("draws.uniform()", "draws.uniform()[:1]")),
        ("zeros stand for the null", LINE.replace("null,", "0 * null,")),
        ("captions change over", LINE.replace("cond.to(device)", "cond.roll(1).to(device)")),
        ("by the first numbers", LINE.replace("draws.uniform()", "draws.uniform().sort()[0]")),
    )
) + (
    Mutation(
        "the loss: what is dropped is not handed on",
        "network = partial(network, cond=cond)",
        "network = partial(network, cond=batch[1])",
        p.training_drops_each_by_itself_at_the_rate,
    ),
)
