"""Mutations of `companion.diffusion.schedule` and, of the makers, of `schedules`."""

from tests.diffusion import schedule_properties as s
from tests.mutations.mutation import Mutation

MAKERS = ("from_alpha_bar", "from_betas", "linear", "scaled_linear", "cosine", "zero_terminal_snr")
ROWS = (
    # from_betas, and the index convention
    Mutation(
        "from_betas: alpha_bar begins one step late",
        "torch.cat([one, torch.cumprod(1 - betas, dim=0)])",
        "torch.cat([one, torch.cumprod(1 - betas, dim=0)[1:]])",
        s.index_starts_at_clean_data,
    ),
    Mutation(
        "from_betas: no entry for clean data",
        "torch.cat([one, torch.cumprod(1 - betas, dim=0)])",
        "torch.cumprod(1 - betas, dim=0)",
        s.index_starts_at_clean_data,
    ),
    Mutation(
        "from_betas: the root of alpha for alpha",
        "torch.cumprod(1 - betas, dim=0)",
        "torch.cumprod(sqrt(1 - betas), dim=0)",
        s.index_starts_at_clean_data,
    ),
    Mutation(
        "from_betas: a sum for a product",
        "torch.cumprod(1 - betas, dim=0)",
        "torch.exp(-torch.cumsum(betas, dim=0))",
        s.index_starts_at_clean_data,
    ),
    Mutation(
        "alpha: alpha_bar for alpha",
        "self.alpha_bar[1:] / self.alpha_bar[:-1]])",
        "self.alpha_bar[1:]])",
        s.index_starts_at_clean_data,
    ),
    Mutation(
        "alpha: one index late",
        "torch.cat([self.alpha_bar[:1], self.alpha_bar[1:] / self.alpha_bar[:-1]])",
        "torch.cat([self.alpha_bar[1:] / self.alpha_bar[:-1], self.alpha_bar[:1]])",
        s.index_starts_at_clean_data,
    ),
    Mutation(
        "alpha: upside down",
        "self.alpha_bar[1:] / self.alpha_bar[:-1]])",
        "self.alpha_bar[:-1] / self.alpha_bar[1:]])",
        s.index_starts_at_clean_data,
    ),
    Mutation(
        "beta: the standard deviation for the variance",
        "return 1 - self.alpha\n",
        "return sqrt(1 - self.alpha)\n",
        s.index_starts_at_clean_data,
    ),
    Mutation(
        "beta: the cumulative variance",
        "return 1 - self.alpha\n",
        "return 1 - self.alpha_bar\n",
        s.index_starts_at_clean_data,
    ),
    Mutation(
        "beta: alpha for beta",
        "return 1 - self.alpha\n",
        "return self.alpha\n",
        s.index_starts_at_clean_data,
    ),
    Mutation(
        "T: counts the entry of clean data",
        "return len(self.alpha_bar) - 1",
        "return len(self.alpha_bar)",
        s.index_starts_at_clean_data,
    ),
    Mutation(
        "from_alpha_bar: taken for sqrt(alpha_bar)",
        "    return Schedule(alpha_bar)\n\n\ndef from_betas",
        "    return Schedule([ab**2 for ab in alpha_bar])\n\n\ndef from_betas",
        s.alpha_bar_is_kept_as_given,
    ),
    Mutation(
        "from_alpha_bar: multiplied up once more",
        "    return Schedule(alpha_bar)\n\n\ndef from_betas",
        "    return Schedule(torch.as_tensor(alpha_bar).cumprod(0))\n\n\ndef from_betas",
        s.alpha_bar_is_kept_as_given,
    ),
    Mutation(
        "from_alpha_bar: the last entry lost",
        "    return Schedule(alpha_bar)\n\n\ndef from_betas",
        "    return Schedule(alpha_bar[:-1])\n\n\ndef from_betas",
        s.alpha_bar_is_kept_as_given,
    ),
    Mutation(
        "Schedule: float32 at rest",
        'object.__setattr__(self, "alpha_bar", alpha_bar)',
        'object.__setattr__(self, "alpha_bar", alpha_bar.float().double())',
        s.alpha_bar_is_kept_as_given,
    ),
    Mutation(
        "Schedule: the last entry clipped away from 0",
        'object.__setattr__(self, "alpha_bar", alpha_bar)',
        'object.__setattr__(self, "alpha_bar", alpha_bar.clamp(min=0.002))',
        s.alpha_bar_is_kept_as_given,
    ),
    # SNR
    Mutation(
        "snr: upside down",
        "return self.alpha_bar / (1 - self.alpha_bar)",
        "return (1 - self.alpha_bar) / self.alpha_bar",
        s.snr_is_a_ratio_of_variances,
    ),
    Mutation(
        "snr: a ratio of amplitudes",
        "return self.alpha_bar / (1 - self.alpha_bar)",
        "return sqrt(self.alpha_bar / (1 - self.alpha_bar))",
        s.snr_is_a_ratio_of_variances,
    ),
    Mutation(
        "snr: the noise forgotten",
        "return self.alpha_bar / (1 - self.alpha_bar)",
        "return self.alpha_bar",
        s.snr_is_a_ratio_of_variances,
    ),
    Mutation(
        "log_snr: added for subtracted",
        "log(self.alpha_bar) - log1p(-self.alpha_bar)",
        "log(self.alpha_bar) + log1p(-self.alpha_bar)",
        s.snr_is_a_ratio_of_variances,
    ),
    Mutation(
        "log_snr: 1 + alpha_bar for 1 - alpha_bar",
        "log1p(-self.alpha_bar)",
        "log1p(self.alpha_bar)",
        s.snr_is_a_ratio_of_variances,
    ),
    Mutation(
        "log_snr: base 10",
        "return log(self.alpha_bar) - log1p(-self.alpha_bar)",
        "return torch.log10(self.snr)",
        s.snr_is_a_ratio_of_variances,
    ),
    # the makers
    Mutation(
        "linear: linear in the root",
        "torch.linspace(beta_1, beta_T, T, dtype=torch.float64))",
        "torch.linspace(beta_1**0.5, beta_T**0.5, T, dtype=torch.float64) ** 2)",
        s.linear_is_ddpm,
    ),
    Mutation(
        "linear: never arrives at beta_T",
        "torch.linspace(beta_1, beta_T, T, dtype=torch.float64))",
        "torch.linspace(beta_1, beta_T, T + 1, dtype=torch.float64)[:-1])",
        s.linear_is_ddpm,
    ),
    Mutation(
        "linear: made in float32",
        "torch.linspace(beta_1, beta_T, T, dtype=torch.float64))",
        "torch.linspace(beta_1, beta_T, T))",
        s.linear_is_ddpm,
    ),
    Mutation(
        "scaled_linear: the square forgotten",
        "return from_betas(root**2)",
        "return from_betas(root)",
        s.scaled_linear_is_ldm,
    ),
    Mutation(
        "scaled_linear: linear in beta",
        "root = torch.linspace(beta_1**0.5, beta_T**0.5, T, dtype=torch.float64)",
        "root = torch.linspace(beta_1, beta_T, T, dtype=torch.float64) ** 0.5",
        s.scaled_linear_is_ldm,
    ),
    Mutation(
        "scaled_linear: DDPM's end",
        "beta_T: float = 0.012",
        "beta_T: float = 0.02",
        s.scaled_linear_is_ldm,
    ),
    Mutation(
        "cosine: without the square",
        "* pi / 2) ** 2",
        "* pi / 2)",
        s.cosine_is_improved_ddpm,
    ),
    Mutation(
        "cosine: not divided by 1 + offset",
        "(t / T + offset) / (1 + offset)",
        "(t / T + offset)",
        s.cosine_is_improved_ddpm,
    ),
    Mutation(
        "cosine: one index late",
        "t = torch.arange(T + 1, dtype=torch.float64)",
        "t = torch.arange(T + 1, dtype=torch.float64) + 1",
        s.cosine_is_improved_ddpm,
    ),
    Mutation(
        "from_betas: the last one may not be 1",
        "(betas == 1) & ~last",
        "(betas == 1)",
        s.cosine_is_improved_ddpm,
    ),
    Mutation(
        "cosine: beta not clipped as asked",
        ".clamp(max=max_beta)",
        ".clamp(max=0.999)",
        s.cosine_is_improved_ddpm,
    ),
    Mutation(
        "zero_terminal_snr: alpha_bar shifted, not its root",
        "root = sqrt(schedule.alpha_bar[1:])",
        "root = schedule.alpha_bar[1:]",
        s.zero_terminal_snr_is_lin,
    ),
    Mutation(
        "zero_terminal_snr: not stretched",
        "(root - root[-1]) * root[0] / (root[0] - root[-1])",
        "root - root[-1]",
        s.zero_terminal_snr_is_lin,
    ),
    Mutation(
        "zero_terminal_snr: the square forgotten",
        "torch.cat([schedule.alpha_bar[:1], root**2])",
        "torch.cat([schedule.alpha_bar[:1], root])",
        s.zero_terminal_snr_is_lin,
    ),
    # gathering, and the door
    Mutation(
        "at: one index early",
        "        ab_t = self.alpha_bar[t]\n",
        "        ab_t = self.alpha_bar[t - 1]\n",
        s.entries_are_gathered_at_their_time,
    ),
    Mutation(
        "at: the dtype of the data too early",
        "        if x.is_cpu:\n            return ab_t\n",
        "        if x.is_cpu:\n            return ab_t.to(x)\n",
        s.entries_are_gathered_at_their_time,
    ),
    Mutation(
        "pair: s and t swapped",
        "return self._gather(s, x), self._gather(t, x)",
        "return self._gather(t, x), self._gather(s, x)",
        s.entries_are_gathered_at_their_time,
    ),
    Mutation(
        "pair: s = t let in",
        "late = s >= t",
        "late = s > t",
        s.bad_times_are_refused,
    ),
    Mutation(
        "at: T let in as if T + 1 counted from 0",
        'return _index("t", t, 1, self.T, batch)',
        'return _index("t", t, 0, self.T, batch)',
        s.bad_times_are_refused,
    ),
    Mutation(
        "warning: alpha_bar_T for its root",
        "left = sqrt(alpha_bar[-1]).item()",
        "left = alpha_bar[-1].item()",
        s.falling_short_of_noise_warns_with_its_number,
    ),
    Mutation(
        "warning: another threshold",
        "NOISE_REACHED = 0.1",
        "NOISE_REACHED = 0.5",
        s.falling_short_of_noise_warns_with_its_number,
    ),
)
# The module with the text of each row.
SCHEDULES = tuple(
    ("schedules" if row.breaks.split(":")[0] in MAKERS else "schedule", row) for row in ROWS
)
