"""Mutations of `companion.diffusion.mixture`."""

from tests.diffusion import mixture_properties as m
from tests.mutations.mutation import Mutation

MIXTURE = (
    Mutation(
        "isotropic: the standard deviation for the variance",
        "stds[:, None, None] ** 2 * eye",
        "stds[:, None, None] * eye",
        m.round_components_have_their_standard_deviations,
    ),
    Mutation(
        "isotropic: one width for all",
        "stds[:, None, None] ** 2 * eye",
        "stds[:1, None, None].expand(len(stds), 1, 1) ** 2 * eye",
        m.round_components_have_their_standard_deviations,
    ),
    Mutation(
        "isotropic: the precision for the variance",
        "stds[:, None, None] ** 2 * eye",
        "stds[:, None, None] ** -2 * eye",
        m.round_components_have_their_standard_deviations,
    ),
    Mutation(
        "log density: the determinant without its root",
        "log_det = 2 * torch",
        "log_det = torch",
        m.density_is_torchs,
    ),
    Mutation(
        "log density: weights forgotten",
        "return self.weights.log() + log_density",
        "return log_density + 0 * self.weights",
        m.density_is_torchs,
    ),
    Mutation(
        "log density: 2 pi once, not D times",
        "D * log(2 * pi)",
        "log(2 * pi)",
        m.density_is_torchs,
    ),
    Mutation(
        "log_prob: the mean of logarithms",
        "self.component_log_prob(x).logsumexp(-1)",
        "self.component_log_prob(x).mean(-1)",
        m.density_is_torchs,
    ),
    Mutation(
        "score: the sign",
        "pull = -torch",
        "pull = torch",
        m.score_is_the_gradient,
    ),
    Mutation(
        "score: prior weights for posterior ones",
        "share = self.component_log_prob(x).softmax(-1)",
        "share = self.weights",
        m.score_is_the_gradient,
    ),
    Mutation(
        "score: solved with L twice",
        "solve_triangular(L.mT, white, upper=True)",
        "solve_triangular(L, white, upper=False)",
        m.score_is_the_gradient,
    ),
    Mutation(
        "mean: unweighted",
        "return (self.weights[..., None] * self.means).sum(-2)",
        "return self.means.mean(-2)",
        m.mean_and_covariance_are_integrals,
    ),
    Mutation(
        "mean: not summed over all",
        "return (self.weights[..., None] * self.means).sum(-2)",
        "return (self.weights[..., None] * self.means)[..., :-1, :].sum(-2)",
        m.mean_and_covariance_are_integrals,
    ),
    Mutation(
        "mean: squared weights",
        "return (self.weights[..., None] * self.means).sum(-2)",
        "return (self.weights[..., None] ** 2 * self.means).sum(-2)",
        m.mean_and_covariance_are_integrals,
    ),
    Mutation(
        "cov: the spread of the means forgotten",
        "inner = self.covs + spread[..., :, None] * spread[..., None, :]",
        "inner = self.covs",
        m.mean_and_covariance_are_integrals,
    ),
    Mutation(
        "cov: spread around 0",
        "spread = self.means - self.mean()[..., None, :]",
        "spread = self.means",
        m.mean_and_covariance_are_integrals,
    ),
    Mutation(
        "cov: only the diagonal of the spread",
        "spread[..., :, None] * spread[..., None, :]",
        "torch.diag_embed(spread**2)",
        m.mean_and_covariance_are_integrals,
    ),
    Mutation(
        "sample: components by turns, not by weight",
        "weights = self.weights.expand(",
        "weights = torch.ones_like(self.weights).expand(",
        m.draws_have_mean_and_covariance,
    ),
    Mutation(
        "sample: one component's width for all",
        "L = torch.linalg.cholesky(self.covs).expand(n",
        "L = torch.linalg.cholesky(self.covs)[..., :1, :, :].expand(n",
        m.draws_have_mean_and_covariance,
    ),
    Mutation(
        "sample: the covariance for its root",
        "L = torch.linalg.cholesky(self.covs).expand(n",
        "L = self.covs.expand(n",
        m.draws_have_mean_and_covariance,
    ),
    Mutation(
        "marginal: root dropped",
        "sqrt(ab_t) * self.means",
        "ab_t * self.means",
        m.marginal_is_an_integral,
    ),
    Mutation(
        "marginal: the covariance scaled by the root",
        "covs = ab_t[..., None] * self.covs",
        "covs = sqrt(ab_t)[..., None] * self.covs",
        m.marginal_is_an_integral,
    ),
    Mutation(
        "marginal: the standard deviation of the noise for its variance",
        "(1 - ab_t)[..., None] * eye",
        "sqrt(1 - ab_t)[..., None] * eye",
        m.marginal_is_an_integral,
    ),
    Mutation(
        "marginal: noise in every entry of the matrix",
        "(1 - ab_t)[..., None] * eye",
        "(1 - ab_t)[..., None] * (0.5 + eye / 2)",
        m.marginal_is_an_integral_in_the_plane,
    ),
    Mutation(
        "reverse: prior weights kept",
        "at_t.component_log_prob(xt).softmax(-1), means",
        "self.weights, means",
        m.reverse_is_bayes_rule,
    ),
    Mutation(
        "reverse: s and t swapped in the weights",
        "at_t.component_log_prob(xt).softmax(-1), means",
        "at_s.component_log_prob(xt).softmax(-1), means",
        m.reverse_is_bayes_rule,
    ),
    Mutation(
        "reverse: root dropped",
        "means = at_s.means + sqrt(alpha) *",
        "means = at_s.means + alpha *",
        m.reverse_is_the_joint_conditioned,
    ),
    Mutation(
        "reverse: alpha_bar for alpha",
        "self._alpha_bar(schedule, t) / self._alpha_bar(schedule, s)",
        "self._alpha_bar(schedule, t)",
        m.reverse_is_the_joint_conditioned,
    ),
    Mutation(
        "reverse: the ratio upside down",
        "torch.linalg.solve(C_t, C_s)",
        "torch.linalg.solve(C_s, C_t)",
        m.reverse_is_the_joint_conditioned,
    ),
    Mutation(
        "reverse: the width of x_0, not of x_s",
        "self.marginal(schedule, s), self.marginal(schedule, t)",
        "self, self.marginal(schedule, t)",
        m.reverse_steps_compose,
    ),
    Mutation(
        "reverse: matrices taken for vectors",
        "torch.linalg.solve(C_t, C_s)",
        "torch.linalg.solve(at_t.covs, at_s.covs)",
        m.batches_are_the_items_apart,
    ),
    Mutation(
        "expected_x0: one step down, not all",
        "self.reverse(schedule, xt, 0, t).mean()",
        "self.reverse(schedule, xt, t - 1, t).mean()",
        m.best_guesses_are_conditional_expectations,
    ),
    Mutation(
        "expected_x0: the mean of the likeliest component",
        "return self.reverse(schedule, xt, 0, t).mean()",
        "q = self.reverse(schedule, xt, 0, t)\n"
        "        return q.means[range(len(xt)), q.weights.argmax(-1)]",
        m.best_guesses_are_conditional_expectations,
    ),
    Mutation(
        "expected_x0: x_t itself",
        "return self.reverse(schedule, xt, 0, t).mean()",
        "return xt.double()",
        m.guesses_agree_in_any_dimension,
    ),
    Mutation(
        "optimal_eps: root dropped",
        "return -sqrt(1 - ab_t) *",
        "return -(1 - ab_t) *",
        m.best_guesses_are_conditional_expectations,
    ),
    Mutation(
        "optimal_eps: the sign",
        "return -sqrt(1 - ab_t) *",
        "return sqrt(1 - ab_t) *",
        m.best_guesses_are_conditional_expectations,
    ),
    Mutation(
        "optimal_eps: the score of the data",
        "self.marginal(schedule, t).score(xt)",
        "self.score(xt)",
        m.guesses_agree_in_any_dimension,
    ),
)
