"""Mutations of patches, positions, the blocks of a DiT and the DiT itself."""

from tests.mutations.mutation import Mutation
from tests.networks import dit_properties as p

MIX = "attend(q, k, v, seen).transpose(1, 2).flatten(2)"
OMEGA = "longest ** (-torch.arange(waves, device=device) / waves)"
GATE1 = "h + gate1 * self.attention(x)"
GATE2 = "h + gate2 * self.mlp(x)"
ATTENDED = "h + gate1 * self.out(attended)"
BLACK = "None if given.channels is None else 0 * given.channels"
MEAN = "(tokens * mask[..., None]).sum(dim=1) / count"

HEADS = (
    Mutation(
        "heads: run into each other",
        MIX,
        MIX.replace("transpose(1, 2).flatten(2)", "reshape(len(q), q.shape[2], -1)"),
        None,
    ),
    Mutation("heads: filler is looked at", MIX, "attend(q, k, v).transpose(1, 2).flatten(2)", None),
    Mutation(
        "heads: one, whatever was said",
        "x.unflatten(-1, (heads, -1))",
        "x.unflatten(-1, (1, -1))",
        None,
    ),
)
HEADS = tuple(
    Mutation(row.breaks, row.before, row.after, p.in_context_is_one_sequence) for row in HEADS
)

PATCHES = (
    Mutation(
        "patchify: columns before rows",
        "x.permute(0, *places, 1, *within)",
        "x.permute(0, *reversed(places), 1, *within)",
        p.a_patch_is_cut_out_where_it_stands,
    ),
    Mutation(
        "patchify: channels last",
        "x.permute(0, *places, 1, *within)",
        "x.permute(0, *places, *within, 1)",
        p.a_patch_is_cut_out_where_it_stands,
    ),
    Mutation(
        "unpatchify: within a patch rows and columns changed over",
        "for axis in (1 + n, 2 + axes + n)]",
        "for axis in (1 + n, 1 + 2 * axes - n)]",
        p.patches_and_back_to_the_bit,
    ),
    Mutation(
        "unpatchify: other tokens are taken",
        "tokens.shape[1:] != (N, D)",
        "tokens.shape[1] * tokens.shape[2] != N * D and False",
        p.wrong_sizes_are_named,
    ),
    Mutation(
        "grid: a patch that does not fit",
        "any(size % p for size",
        "any(size < p for size",
        p.wrong_sizes_are_named,
    ),
    Mutation(
        "grid: a patch of less than nothing",
        "not isinstance(n, bool) and n > 0 for n",
        "not isinstance(n, bool) for n",
        p.wrong_sizes_are_named,
    ),
    Mutation(
        "positions: all waves alike",
        OMEGA,
        "torch.ones(waves, device=device)",
        p.positions_are_sines_of_each_axis,
    ),
    Mutation(
        "positions: the longest wave is reached",
        OMEGA,
        OMEGA.replace("/ waves)", "/ max(waves - 1, 1))"),
        p.positions_are_sines_of_each_axis,
    ),
    Mutation(
        "positions: cosines before sines",
        "torch.cat([angles.sin(), angles.cos()], dim=2)",
        "torch.cat([angles.cos(), angles.sin()], dim=2)",
        p.positions_are_sines_of_each_axis,
    ),
    Mutation(
        "positions: one longest wave for all",
        OMEGA,
        OMEGA.replace("longest **", "10_000.0 **"),
        p.positions_are_sines_of_each_axis,
    ),
    Mutation(
        "positions: a grid of no places",
        "if not _are_positive(grid) or not grid:",
        "if not grid:",
        p.wrong_sizes_are_named,
    ),
    Mutation(
        "positions: a width of nothing",
        "dim = check_count(name, dim, 1, 1 << 20)",
        "dim = dim",
        p.wrong_sizes_are_named,
    ),
    Mutation(
        "unpatchify: any shape",
        "if not _are_positive(shape) or len(shape) < 2:",
        "if len(shape) < 2:",
        p.wrong_sizes_are_named,
    ),
    Mutation(
        "positions: any width",
        "if dim % (2 * axes):",
        "if dim < 2 * axes:",
        p.wrong_sizes_are_named,
    ),
)

BLOCKS = (
    Mutation(
        "modulate: scaled around zero",
        "h * (1 + scale) + shift",
        "h * scale + shift",
        p.adaln_is_written_out,
    ),
    Mutation(
        "modulation_of: the embedding as it is",
        "modulation(F.silu(emb))",
        "modulation(emb)",
        p.adaln_is_written_out,
    ),
    Mutation(
        "plain_norm: with weights of its own, too",
        "nn.LayerNorm(dim, eps=1e-6, elementwise_affine=False)",
        "nn.LayerNorm(dim, eps=1e-6)",
        p.adaln_is_written_out,
    ),
    Mutation(
        "AdaLNZeroBlock: no gate at the attention",
        GATE1,
        GATE1.replace("gate1 * ", ""),
        p.gates_of_zero_are_the_identity,
    ),
    Mutation(
        "AdaLNZeroBlock: no gate at the MLP",
        GATE2,
        GATE2.replace("gate2 * ", ""),
        p.gates_of_zero_are_the_identity,
    ),
    Mutation(
        "AdaLNZeroBlock: the gates do not start at zero",
        "self.modulation = zero_module(nn.Linear(dim, 6 * dim))",
        "self.modulation = nn.Linear(dim, 6 * dim)",
        p.gates_of_zero_are_the_identity,
    ),
    Mutation(
        "AdaLNZeroBlock: gates around one",
        GATE1,
        GATE1.replace("gate1 *", "(1 + gate1) *"),
        p.adaln_is_written_out,
    ),
    Mutation(
        "AdaLNBlock: no shift",
        "h + self.attention(modulate(self.norm1(h), shift1, scale1))  # (B, N, D)",
        "h + self.attention(modulate(self.norm1(h), 0 * shift1, scale1))",
        p.adaln_is_written_out,
    ),
    Mutation(
        "AdaLNBlock: no shortcut",
        "h = h + self.mlp(modulate(self.norm2(h), shift2, scale2))",
        "h = self.mlp(modulate(self.norm2(h), shift2, scale2))",
        p.adaln_is_written_out,
    ),
    Mutation(
        "CrossAttentionBlock: the mask is not handed on",
        "self.cross_attention(self.norm2(h), context, mask)",
        "self.cross_attention(self.norm2(h), context, torch.ones_like(mask))",
        p.what_is_masked_has_no_influence,
    ),
    Mutation(
        "CrossAttentionBlock: reads before it looks",
        "h = h + self.cross_attention(self.norm2(h), context, mask)  # (B, N, D)",
        "h = self.cross_attention(self.norm2(h), context, mask)",
        p.cross_attention_is_written_out,
    ),
    Mutation(
        "CrossAttentionBlock: norms without weights",
        "(nn.LayerNorm(dim) for _ in range(3))",
        "(plain_norm(dim) for _ in range(3))",
        p.cross_attention_is_written_out,
    ),
    Mutation(
        "CrossAttentionBlock: one layer in place of the MLP",
        "TokenCrossAttention(dim, heads)\n        self.mlp = mlp(dim)",
        "TokenCrossAttention(dim, heads)\n        self.mlp = nn.Linear(dim, dim)",
        p.cross_attention_is_written_out,
    ),
    Mutation(
        "mlp: another nonlinearity",
        'nn.GELU(approximate="tanh")',
        "nn.ReLU()",
        p.joint_attention_is_written_out,
    ),
    Mutation(
        "InContextBlock: the patches are hidden",
        "F.pad(mask, (0, h.shape[1]), value=True)  # (B, M + N)",
        "F.pad(mask, (0, h.shape[1]), value=False)",
        p.in_context_is_one_sequence,
    ),
    Mutation(
        "InContextBlock: streams changed over",
        "return both[:, M:], both[:, :M]",
        "return both[:, :-M], both[:, -M:]",
        p.in_context_is_one_sequence,
    ),
    Mutation(
        "SelfAttention: any heads",
        "check_heads(dim, heads)\n        self.heads = heads\n        self.qkv",
        "self.heads = heads\n        self.qkv",
        p.heads_must_divide,
    ),
    Mutation(
        "AdaLNBlock: modulated from the start",
        "zero_module(nn.Linear(dim, 4 * dim))",
        "nn.Linear(dim, 4 * dim)",
        p.nothing_is_modulated_at_first,
    ),
    Mutation(
        "FinalLayer: modulated from the start",
        "self.modulation = zero_module(nn.Linear(dim, 2 * dim))\n        self.linear",
        "self.modulation = nn.Linear(dim, 2 * dim)\n        self.linear",
        p.nothing_is_modulated_at_first,
    ),
    Mutation(
        "FinalLayer: does not begin at zero",
        "self.linear = zero_module(nn.Linear(dim, out))",
        "self.linear = nn.Linear(dim, out)",
        p.it_begins_at_zero_and_takes_films,
    ),
)

JOINT = (
    Mutation(
        "JointBlock: the words in the weights of the patches",
        "self.words.qkv_of(context, emb)",
        "self.patches.qkv_of(context, emb)",
        p.joint_attention_is_written_out,
    ),
    Mutation(
        "JointBlock: filler is looked at",
        "attend_in_heads(q, k, v, self.heads, seen)",
        "attend_in_heads(q, k, v, self.heads)",
        p.what_is_masked_has_no_influence,
    ),
    Mutation(
        "JointBlock: no gate at the attention",
        ATTENDED,
        ATTENDED.replace("gate1 * ", ""),
        p.gates_of_zero_are_the_identity,
    ),
    Mutation(
        "Stream: one layer in place of the MLP",
        "self.mlp = mlp(dim)",
        "self.mlp = nn.Linear(dim, dim)",
        p.joint_attention_is_written_out,
    ),
    Mutation(
        "JointBlock: the words stay as they are",
        "self.words.update(context, words, emb)",
        "context",
        p.joint_attention_is_written_out,
    ),
    Mutation(
        "ContextStream: modulated from the start",
        "nn.Linear(dim, 3 * dim)\n        self.modulation = zero_module(nn.Linear(dim, 2 * dim))",
        "nn.Linear(dim, 3 * dim)\n        self.modulation = nn.Linear(dim, 2 * dim)",
        p.nothing_is_modulated_at_first,
    ),
    Mutation(
        "JointBlock: any heads",
        "check_heads(dim, heads)",
        "heads * dim",
        p.heads_must_divide,
    ),
)

NETWORK = (
    Mutation(
        "DiT: no positions",
        "patchify(xt, self.patch)) + self._positions(xt)",
        "patchify(xt, self.patch)) + 0 * self._positions(xt)",
        p.positions_matter,
    ),
    Mutation(
        "DiT: positions of the first place for all",
        "positions(grid, self.width, xt.device).to(xt.dtype)",
        "positions(grid, self.width, xt.device).to(xt.dtype)[:1]",
        p.positions_matter,
    ),
    Mutation(
        "DiT: a patch knows those before it",
        "h, context = block(h, emb, context, mask)",
        "h, context = block(h + 0.1 * h.cumsum(dim=1), emb, context, mask)",
        p.patches_moved_with_their_positions_move_the_output,
    ),
    Mutation(
        "DiT: the tokens are not handed on",
        "h, context = block(h, emb, context, mask)",
        "h, _ = block(h, emb, context, mask)",
        p.the_network_is_put_together_as_said,
    ),
    Mutation(
        "DiT: filler counts in the mean",
        MEAN,
        "tokens.mean(dim=1)",
        p.the_network_is_put_together_as_said,
    ),
    Mutation(
        "DiT: the time is not among the tokens",
        "context = torch.cat([time[:, None], tokens], dim=1)",
        "context = torch.cat([0 * time[:, None], tokens], dim=1)",
        p.the_network_is_put_together_as_said,
    ),
    Mutation(
        "DiT: the condition is not in the embedding",
        "Embedded(time + mean, context",
        "Embedded(time, context",
        p.the_network_is_put_together_as_said,
    ),
    Mutation(
        "DiT: nothing said is the class 0",
        "self.condition(cond, count)",
        "self.condition(0 * self.condition.rows(None, count) if cond is None else cond, count)",
        p.nothing_said_is_the_null,
    ),
    Mutation(
        "DiT: the image comes before x_t",
        "torch.cat([xt, beside], dim=1)",
        "torch.cat([beside, xt], dim=1)",
        p.an_image_stands_beside_xt,
    ),
    Mutation(
        "DiT: films have no places",
        "positions(grid, self.width, xt.device).to(xt.dtype)",
        "(xt.ndim == 4) * positions(grid, self.width, xt.device).to(xt.dtype)",
        p.a_film_is_put_together_as_said,
    ),
    Mutation(
        "DiT: films are not told the time",
        "self.time(t)  # (B, D)",
        "self.time(t * (len(self.patch) == 2))",
        p.a_film_is_put_together_as_said,
    ),
    Mutation(
        "DiT: no image beside tokens",
        "torch.cat([one, mask], dim=1), given.channels)",
        f"torch.cat([one, mask], dim=1), {BLACK})",
        p.channels_stand_beside_tokens,
    ),
    Mutation(
        "DiT: an image of any size beside x_t",
        "check_beside(xt, beside)",
        "beside",
        p.bad_input_is_named,
    ),
    Mutation(
        "DiT: any block",
        "if not (isinstance(block, type) and issubclass(block, DiTBlock)):",
        "if not isinstance(block, type):",
        p.bad_input_is_named,
    ),
    Mutation(
        "DiT: a film's time for all its batch",
        "self.time(t)  # (B, D)",
        "self.time(t[:1]).expand(len(t), -1)",
        p.the_network_is_put_together_as_said,
    ),
    Mutation(
        "DiT: the last block like the others",
        "block.final_block or block]",
        "block]",
        p.no_weight_is_without_a_gradient,
    ),
    Mutation(
        "DiT: films are taken for images",
        'if len(self.patch) == 2 else ("F", "H", "W")',
        'if len(self.patch) > 1 else ("F", "H", "W")',
        p.bad_input_is_named,
    ),
    Mutation(
        "DiT: no blocks",
        "width=width, blocks=blocks)",
        "width=width)",
        p.bad_input_is_named,
    ),
    Mutation(
        "DiT: a side of no pixels",
        'check_count("patch", side, 1, 1 << 20)',
        "side",
        p.bad_input_is_named,
    ),
    Mutation(
        "DiT: a patch of any sides",
        "len(sides) not in (2, 3)",
        "len(sides) not in (1, 2, 3, 4)",
        p.bad_input_is_named,
    ),
    Mutation(
        "DiT: one side is the height alone",
        "else (patch, patch)",
        "else (patch, 1)",
        p.one_side_stands_for_both,
    ),
    Mutation(
        "DiT: the vector beside tokens is taken, and lost",
        "given.vector_dim and given.token_dim:",
        "given.vector_dim and given.token_dim and given.channels:",
        p.bad_input_is_named,
    ),
    Mutation(
        "DiT: a mean over no tokens",
        ".clamp(min=1)",
        "",
        p.nothing_but_filler_adds_nothing,
    ),
)
