"""The letters of the book as sympy symbols, and the values that they can take.

Every alpha_bar is written through the noise-to-signal ratio 1 / SNR, which is positive
and grows with time. With free positive a, b, c, d

    alpha_bar_s = 1 / (1 + a),           alpha_bar_{t-1} = 1 / (1 + a + b),
    alpha_bar_t = 1 / (1 + a + b + c),   alpha_{t-1} = 1 / (1 + d),

so that positive a, b, c, d cover every schedule and nothing but schedules.
"""

from sympy import Dummy, Expr, IndexedBase, Symbol, symbols
from sympy.stats import Normal


class Data(Symbol):
    """A letter for data; in a product it stands behind its weight."""


ab_s, ab_t, ab_prev, ab_T = symbols(
    r"\bar{\alpha}_{s} \bar{\alpha}_{t} \bar{\alpha}_{t-1} \bar{\alpha}_{T}", positive=True
)
# alpha without an index takes s to t at once; the step from t-1 to t has an index.
alpha, alpha_t, alpha_prev = symbols(r"{\alpha} {\alpha}_{t} {\alpha}_{t-1}", positive=True)
beta_t = Symbol(r"{\beta}_{t}", positive=True)
t, i = symbols("t i", integer=True, positive=True)
alphas = IndexedBase(r"\alpha", positive=True)  # alpha_i in a product

x_0, x_1, x_s, x_t = symbols("{x}_{0} {x}_{1} {x}_{s} {x}_{t}", real=True, cls=Data)
x_prev, x_prev2 = symbols("{x}_{t-1} {x}_{t-2}", real=True, cls=Data)
mu, mu_t = symbols(r"\tilde{\mu} \tilde{\mu}_{t}", real=True)
var, var_t = symbols(r"\tilde{\beta} \tilde{\beta}_{t}", positive=True)

# What a network is asked for, and what it answers instead of the truth.
v = Data("{v}", real=True)
x0_hat, v_hat = (Data(name, real=True) for name in (r"\hat{x}_{0}", r"\hat{v}"))
eps_hat = Data(r"\hat{\epsilon}", real=True)
eps_mean = Data(r"\mathbb E[{\epsilon} \mid {x}_{t}]", real=True)
x0_mean = Data(r"\mathbb E[{x}_{0} \mid {x}_{t}]", real=True)
mu_hat = Symbol(r"\hat{\mu}", real=True)

# Standard normal noise, each drawn by itself.
eps = Normal(r"{\epsilon}", 0, 1)  # all the noise in x_t
eps_1 = Normal(r"{\epsilon}_{1}", 0, 1)
eps_t = Normal(r"{\epsilon}_{t}", 0, 1)  # what step t adds
eps_prev = Normal(r"{\epsilon}_{t-1}", 0, 1)
eps_bar = Normal(r"\bar{\epsilon}", 0, 1)  # all the noise in x_{t-1}
eps_new = Normal(r"{\epsilon}'", 0, 1)  # what a step back adds

DEFINITIONS: dict[Expr, Expr] = {
    alpha: ab_t / ab_s,
    alpha_t: ab_t / ab_prev,
    beta_t: 1 - ab_t / ab_prev,
}

_a, _b, _c, _d, _e = (Dummy(name, positive=True) for name in "abcde")
_FREE: dict[Expr, Expr] = {
    ab_s: 1 / (1 + _a),
    ab_prev: 1 / (1 + _a + _b),
    ab_t: 1 / (1 + _a + _b + _c),
    alpha_prev: 1 / (1 + _d),
    ab_T: 1 / (1 + _e),
}


def in_alpha_bar(expression: Expr) -> Expr:
    """The expression with alpha, alpha_t and beta_t written out in alpha_bar."""
    return expression.xreplace(DEFINITIONS)


def in_free_letters(expression: Expr) -> Expr:
    """The expression in letters that may be any positive numbers."""
    return in_alpha_bar(expression).xreplace(_FREE)
