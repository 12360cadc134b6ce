"""Mutations of how a codebook of `companion.autoencoder.codebook` learns."""

from tests.autoencoder import bottleneck_properties as p
from tests.mutations.mutation import Mutation

RATE = "rate = (1 - self.decay) * (now / use)[seen, None]"
COUNT = "use = use.lerp(now, 1 - self.decay)"
PERPLEXITY = "return torch.special.entr(share).sum().exp()"

CODEBOOK = (
    Mutation(
        "ema: the sum in place of the mean",
        "mean = sums[seen] / counts[seen, None]",
        "mean = sums[seen]",
        p.without_memory_a_code_is_the_mean_of_its_vectors,
    ),
    Mutation(
        "ema: the two shares changed over",
        RATE,
        RATE.replace("(1 - self.decay)", "self.decay"),
        p.without_memory_a_code_is_the_mean_of_its_vectors,
    ),
    Mutation(
        "ema: one rate for all codes, whatever their use",
        RATE,
        "rate = 1 - self.decay",
        p.a_code_is_the_running_mean_of_its_vectors,
    ),
    Mutation(
        "ema: a mean of no vectors",
        "seen = counts > 0",
        "seen = counts >= 0",
        p.without_memory_a_code_is_the_mean_of_its_vectors,
    ),
    Mutation(
        "ema: also without ema",
        "        if self.ema:\n",
        "        if True:\n",
        p.without_ema_no_code_moves_by_itself,
    ),
    Mutation(
        "ema: the codebook still has a gradient",
        "requires_grad=not ema",
        "requires_grad=True",
        p.each_term_moves_its_own_side,
    ),
    Mutation(
        "use: counted before it is forgotten",
        COUNT,
        "use = use * self.decay + now",
        p.use_is_counted_in_even_shares,
    ),
    Mutation(
        "use: raw counts",
        "now = like(e, counts) * (K / len(v))",
        "now = like(e, counts)",
        p.use_is_counted_in_even_shares,
    ),
    Mutation(
        "dead codes: dead codes stay dead",
        "dead = use < self.dead_code_threshold",
        "dead = use < 0",
        p.the_first_batch_fills_the_codebook,
    ),
    Mutation(
        "dead codes: the living are restarted",
        "dead = use < self.dead_code_threshold",
        "dead = use > self.dead_code_threshold",
        p.dead_codes_and_no_others_become_vectors_of_the_batch,
    ),
    Mutation(
        "dead codes: all of them become one vector",
        "narrowed(v[rows.to(v.device)], self.codebook.dtype)",
        "v.mean(dim=0).to(self.codebook)",
        p.the_first_batch_fills_the_codebook,
    ),
    Mutation(
        "dead codes: no time to be used",
        "self.use[dead] = 1",
        "self.use[dead] = 0",
        p.dead_codes_and_no_others_become_vectors_of_the_batch,
    ),
    Mutation(
        "dead codes: another generator",
        "generator=generator, device=device",
        "device=device",
        p.dead_codes_and_no_others_become_vectors_of_the_batch,
    ),
    Mutation(
        "perplexity: in the wrong base",
        PERPLEXITY,
        "return 2 ** torch.special.entr(share).sum()",
        p.perplexity_counts_the_codes_in_use,
    ),
    Mutation(
        "perplexity: the entropy alone",
        PERPLEXITY,
        "return torch.special.entr(share).sum()",
        p.perplexity_counts_the_codes_in_use,
    ),
    Mutation(
        "perplexity: the number of codes in use",
        PERPLEXITY,
        "return counts.gt(0).sum().float()",
        p.perplexity_counts_the_codes_in_use,
    ),
)
