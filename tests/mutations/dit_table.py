"""Mutations of patches, positions, the blocks of a DiT and the DiT itself."""

from tests.mutations.mutation import Mutation
from tests.networks import dit_properties as p

MIX = "attend(q, k, v, seen).transpose(1, 2).flatten(2)"
OMEGA = "longest ** (-torch.arange(waves, device=device) / waves)"
GATE1 = "h + gate1 * self.attention(x)"
GATE2 = "h + gate2 * self.mlp(x)"
ATTENDED = "h + gate1 * self.out(attended)"
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
        "p > 0 and size % p == 0",
        "p > 0",
        p.wrong_sizes_are_named,
    ),
    Mutation(
        "grid: a patch of less than nothing",
        "isinstance(p, int) and p > 0 and size",
        "isinstance(p, int) and size",
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
        "DiT: a film's time for all its batch",
        "self.time(t)  # (B, D)",
        "self.time(t[:1]).expand(len(t), -1)",
        p.the_network_is_put_together_as_said,
    ),
    Mutation(
        "DiT: the last block like the others",
        'getattr(block, "final_block", block)]',
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
        "check_sizes(patch=side)",
        "side",
        p.bad_input_is_named,
    ),
    Mutation(
        "DiT: a patch of any sides",
        "len(self.patch) not in (2, 3)",
        "len(self.patch) not in (1, 2, 3, 4)",
        p.bad_input_is_named,
    ),
    Mutation(
        "DiT: one side is the height alone",
        "(patch, patch) if isinstance",
        "(patch, 1) if isinstance",
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
