"""What the article prints wrong in its part 1, each refuted by one set of numbers."""

from sympy import Expr, Product, Rational, S, Symbol, sqrt

from companion.proofs.algebra import Counterexample
from companion.proofs.chapter_1.noise import DRAW_BACK, MEAN_EPS_STEP
from companion.proofs.chapter_1.posterior import MEAN_STEP, VAR_STEP
from companion.proofs.letters import (
    ab_prev,
    ab_t,
    alpha_t,
    alphas,
    beta_t,
    eps,
    eps_new,
    i,
    mu_t,
    t,
    var_t,
    x_0,
    x_prev,
    x_t,
)

T = Symbol("T", integer=True, positive=True)

# A step with alpha_bar_t = alpha_t alpha_bar_{t-1}, whose roots come out whole.
STEP: dict[Expr, Expr] = {
    alpha_t: Rational(3, 4),
    beta_t: Rational(1, 4),
    ab_prev: Rational(16, 25),
    ab_t: Rational(12, 25),
}


def product_to_T() -> Counterexample:
    """The product in alpha_bar_t runs to t; printed is T, the same for every t."""
    to_T, to_t = (Product(alphas[i], (i, 1, end)) for end in (T, t))
    two_steps = {alphas[1]: Rational(9, 10), alphas[2]: Rational(1, 2)}
    return Counterexample(ab_t, to_T, to_t, {t: S.One, T: S(2)} | two_steps)


def root_of_beta() -> Counterexample:
    """1-11: beta_t stands beside the root in the weight of x_0, not under it."""
    weight = sqrt(ab_prev * beta_t) / (1 - ab_t)
    printed = weight * x_0 + MEAN_STEP.coeff(x_t) * x_t
    values = STEP | {x_0: S.One, x_t: S.Zero}
    return Counterexample(mu_t, printed, MEAN_STEP, values)


def no_root_1_14() -> Counterexample:
    """1-14: the noise is scaled by the standard deviation, not by the variance."""
    printed = mu_t + var_t * eps_new
    values = {mu_t: S.Zero, var_t: Rational(1, 4), eps_new: S.One}
    return Counterexample(x_prev, printed, DRAW_BACK, values)


def no_root_1_15() -> Counterexample:
    """1-15: the same root is missing, with everything filled in."""
    printed = MEAN_EPS_STEP + VAR_STEP * eps_new
    proved = MEAN_EPS_STEP + sqrt(VAR_STEP) * eps_new
    values = STEP | {x_t: S.Zero, eps: S.Zero, eps_new: S.One}
    return Counterexample(x_prev, printed, proved, values)
