"""Wrong answers of a student's kind, which no exercise's own table of mistakes contains.

One line an answer: the kind of slip it is, and its code. A function is written as its
body, statement by statement, with the value that it returns at the end; a long line goes
on after a backslash. They were written down before the engine of kinds (`companion.exercises.slips`) was.
"""

FIRST = {
    "short-schedule": """
        power: 0.602
        power: 0.775
        early: 2.01
        constant: 0.73
        constant: 0.182
        early: 0.99
        upside: 2.746
    """,
    "two-step-merge": """
        root: 1 - alpha_s*alpha_t + 2*rho*sqrt(alpha_t*(1-alpha_s)*(1-alpha_t)) - 0.5
        factor: sqrt(1 - alpha_s*alpha_t + 2*rho*sqrt((1-alpha_s)*(1-alpha_t)))
        swap: sqrt(alpha_s*(1-alpha_t) + 1 - alpha_s + 2*rho*sqrt(alpha_s*(1-alpha_t)*(1-alpha_s)))
        factor: sqrt(1 - alpha_s*alpha_t + 2*sqrt(alpha_t*(1-alpha_s)*(1-alpha_t)))
        root: sqrt(1 - alpha_s*alpha_t + 2*rho*alpha_t*sqrt((1-alpha_s)*(1-alpha_t)))
        power: sqrt(1 - alpha_s*alpha_t + 2*rho**2*sqrt(alpha_t*(1-alpha_s)*(1-alpha_t)))
        term: sqrt(2*rho*sqrt(alpha_t*(1-alpha_s)*(1-alpha_t)) + 1 - alpha_t)
        term: sqrt(alpha_t*(1-alpha_s) + 2*rho*sqrt(alpha_t*(1-alpha_s)*(1-alpha_t)) + 1)
        complement: sqrt(1 - alpha_s*alpha_t + 2*rho*sqrt(alpha_t*alpha_s*(1-alpha_t)))
        product: sqrt(2 - alpha_s - alpha_t + 2*rho*sqrt(alpha_t*(1-alpha_s)*(1-alpha_t)))
    """,
    "add-noise": """
        upside: a = ab_s/ab_t; sqrt(a)*xs + sqrt((1 - 1/a).abs())*eps
        sign: sqrt(ab_t/ab_s)*xs - sqrt(1 - ab_t/ab_s)*eps
        factor: xs + sqrt(1 - ab_t/ab_s)*eps
        factor: sqrt(ab_t/ab_s)*xs + eps
        time: sqrt(ab_t)*xs + sqrt(1 - ab_t/ab_s)*eps
        time: sqrt(ab_t/ab_s)*xs + sqrt(1 - ab_t)*eps
        factor: sqrt(ab_t*ab_s)*xs + sqrt(1 - ab_t*ab_s)*eps
        swap: sqrt(ab_t/ab_s)*eps + sqrt(1 - ab_t/ab_s)*xs
        term: sqrt(ab_t/ab_s)*xs
        sign: sqrt(ab_t/ab_s)*xs + sqrt(1 + ab_t/ab_s)*eps
        root: sqrt(ab_t/ab_s)*xs + sqrt(1 - sqrt(ab_t/ab_s))*eps
        power: sqrt(ab_t/ab_s)*xs + sqrt(1 - (ab_t/ab_s)**2)*eps
        root: sqrt(ab_t)/ab_s*xs + sqrt(1 - ab_t/ab_s)*eps
        complement: sqrt(1 - ab_s)*xs + sqrt(1 - ab_t/ab_s)*eps
    """,
    "half-noise": """
        early: log(1 - beta)
        log: -log(2, 10)/log(1 - beta)
        factor: -log(2)/(log(1 - beta)*beta)
        early: log(2)/log(1/beta - 1)
        sign: log(2)/log(1 + beta)
        root: -log(sqrt(2))/log(1 - beta)
        power: -log(2)/log(1 - beta**2)
        root: -log(2)/log(sqrt(1 - beta))/4
        root: -log(2)/log(1 - sqrt(beta))
        other: 1/beta
        product: -log(2)*log(1 - beta)
        sign: log(2) - log(1 - beta)
    """,
    "too-quiet": """
        sign: x = x0 // for t in range(1, len(beta)): x = sqrt(1 - beta[t])*x - sqrt(beta[t])*eps[t] // x
        sign: x = x0 // for t in range(1, len(beta)): x = sqrt(1 + beta[t])*x + sqrt(beta[t])*eps[t] // x
        index: x = x0 // for t in range(2, len(beta)): x = sqrt(1 - beta[t])*x + sqrt(beta[t])*eps[t] // x
        index: x = x0 // for t in range(1, len(beta)): x = sqrt(1 - beta[t-1])*x + sqrt(beta[t])*eps[t] // x
        index: x = x0 // for t in range(0, len(beta)): x = sqrt(1 - beta[t])*x + sqrt(beta[t - 1])*eps[t] // x
        factor: x = x0 // for t in range(1, len(beta)): x = x + sqrt(beta[t])*eps[t] // x
        swap: x = x0 // for t in range(1, len(beta)): x = sqrt(beta[t])*x + sqrt(1 - beta[t])*eps[t] // x
        swap: x = x0 // for t in range(1, len(beta)): x = sqrt(1 - beta[t])*x0 + sqrt(beta[t])*eps[t] // x
        factor: x = x0 // for t in range(1, len(beta)): x = sqrt(1 - beta[t])*x + eps[t] // x
        root: x = x0 // for t in range(1, len(beta)): x = (1 - beta[t])*x + beta[t]*eps[t] // x
        root: x = x0 // for t in range(1, len(beta)): x = sqrt(1 - beta[t])*x + sqrt(sqrt(beta[t]))*eps[t] \
            // x
    """,
    "design-schedule": """
        edge: torch.full((100,), 0.5).double()
        end: torch.full((100,), 0.04).double()
        cliff: torch.cat([torch.full((98,), 0.01), torch.tensor([0.99, 0.9])]).double()
        length: torch.full((1000,), 0.01).double()
    """,
    "late-posterior": """
        constant: -0.3
        term: 0.4
        constant: -5.94
        factor: -0.0038
        power: -0.36
        root: -0.012
        root: 0.006
    """,
    "posterior-mean": """
        time: (sqrt(ab_t)*(1-alpha)*x0 + sqrt(alpha)*(1-ab_s)*xt)/(1-ab_t)
        time: (sqrt(ab_s)*(1-alpha)*x0 + sqrt(ab_t)*(1-ab_s)*xt)/(1-ab_t)
        time: (sqrt(ab_s)*(1-alpha)*x0 + sqrt(alpha)*(1-ab_t)*xt)/(1-ab_t)
        time: (sqrt(ab_s)*(1-alpha)*x0 + sqrt(alpha)*(1-ab_s)*xt)/(1-ab_s)
        root: (ab_s*(1-alpha)*x0 + sqrt(alpha)*(1-ab_s)*xt)/(1-ab_t)
        root: (sqrt(ab_s)*(1-alpha)*x0 + alpha*(1-ab_s)*xt)/(1-ab_t)
        sign: (sqrt(ab_s)*(1-alpha)*x0 - sqrt(alpha)*(1-ab_s)*xt)/(1-ab_t)
        term: sqrt(alpha)*(1-ab_s)*xt/(1-ab_t)
        term: sqrt(ab_s)*(1-alpha)*x0/(1-ab_t)
        complement: (sqrt(ab_s)*alpha*x0 + sqrt(alpha)*(1-ab_s)*xt)/(1-ab_t)
        complement: (sqrt(ab_s)*beta*x0 + sqrt(alpha)*ab_s*xt)/(1-ab_t)
        root: (sqrt(ab_s)*beta*x0 + sqrt(alpha)*sqrt(1-ab_s)*xt)/(1-ab_t)
        root: (sqrt(ab_s)*beta*x0 + sqrt(alpha)*(1-ab_s)*xt)/sqrt(1-ab_t)
        swap: (sqrt(alpha)*(1-ab_s)*x0 + sqrt(ab_s)*(1-alpha)*xt)/(1-ab_t)
        factor: (sqrt(ab_s)*x0 + sqrt(alpha)*(1-ab_s)*xt)/(1-ab_t)
        factor: (sqrt(ab_s)*beta*x0 + (1-ab_s)*xt)/(1-ab_t)
        bracket: sqrt(ab_s)*beta*x0 + sqrt(alpha)*(1-ab_s)*xt/(1-ab_t)
        sign: (sqrt(ab_s)*beta*x0 + sqrt(alpha)*(1-ab_s)*xt)/(1+ab_t)
    """,
    "general-posterior": """
        time: a = ab_t/ab_s; m = (sqrt(ab_s)*(1-a)*x0 + sqrt(a)*(1-ab_t)*xt)/(1-ab_t); m, \
            sqrt((1-ab_s)*(1-a)/(1-ab_t))
        complement: a = ab_t/ab_s; m = (sqrt(ab_s)*a*x0 + sqrt(a)*(1-ab_s)*xt)/(1-ab_t); m, \
            sqrt((1-ab_s)*(1-a)/(1-ab_t))
        sign: a = ab_t/ab_s; m = (sqrt(ab_s)*(1-a)*x0 - sqrt(a)*(1-ab_s)*xt)/(1-ab_t); m, \
            sqrt((1-ab_s)*(1-a)/(1-ab_t))
        root: a = ab_t/ab_s; m = (sqrt(ab_s)*(1-a)*x0 + sqrt(a*(1-ab_s))*xt)/(1-ab_t); m, \
            sqrt((1-ab_s)*(1-a)/(1-ab_t))
        factor: a = ab_t/ab_s; m = (sqrt(ab_s)*(1-a)*x0 + sqrt(a)*(1-ab_s)*xt)/(1-ab_t); m, \
            sqrt((1-ab_s)/(1-ab_t))
        factor: a = ab_t/ab_s; m = (sqrt(ab_s)*(1-a)*x0 + sqrt(a)*(1-ab_s)*xt)/(1-ab_t); m, \
            sqrt((1-ab_s)*(1-a))
        upside: a = ab_t/ab_s; m = (sqrt(ab_s)*(1-a)*x0 + sqrt(a)*(1-ab_s)*xt)/(1-ab_t); m, \
            sqrt((1-ab_t)*(1-a)/(1-ab_s).clamp(min=1e-3))
        clamp: a = ab_t/ab_s; m = (sqrt(ab_s)*(1-a)*x0 + sqrt(a)*(1-ab_s)*xt)/(1-ab_t); m, \
            sqrt((1-ab_s)*(1-a)/(1-ab_t)).clamp(min=1e-10)
        root: a = ab_t/ab_s; m = (sqrt(ab_s)*(1-a)*x0 + sqrt(a)*(1-ab_s)*xt)/sqrt(1-ab_t); m, \
            sqrt((1-ab_s)*(1-a)/(1-ab_t))
        bracket: a = ab_t/ab_s; m = sqrt(ab_s)*(1-a)*x0 + sqrt(a)*(1-ab_s)*xt/(1-ab_t); m, \
            sqrt((1-ab_s)*(1-a)/(1-ab_t))
        factor: a = ab_t/ab_s; m = (sqrt(ab_s)*(1-a)*x0 + sqrt(a)*(1-ab_s)*xt); m, \
            sqrt((1-ab_s)*(1-a)/(1-ab_t))
        swap: a = ab_t/ab_s; m = (sqrt(ab_s)*(1-a)*xt + sqrt(a)*(1-ab_s)*x0)/(1-ab_t); m, \
            sqrt((1-ab_s)*(1-a)/(1-ab_t))
        early: a = ab_t/ab_s; m = (sqrt(ab_s)*(1-a)*x0 + sqrt(a)*(1-ab_s)*xt)/(1-ab_t); m, sqrt(1-ab_s)
        time: a = ab_t/ab_s; m = (sqrt(ab_s)*(1-a)*x0 + sqrt(a)*(1-ab_s)*xt)/(1-ab_t); m, \
            sqrt((1-ab_s)*(1-ab_t)/(1-ab_t))
    """,
    "noise-form": """
        time: a = ab_t/ab_s; (xt - (1-a)/sqrt(1-ab_s+0.001)*eps)/sqrt(a)
        time: a = ab_t/ab_s; (xt - (1-a)/sqrt(1-ab_t)*eps)/sqrt(ab_t)
        root: a = ab_t/ab_s; (xt - (1-a)/sqrt(1-ab_t)*eps)/a
        factor: a = ab_t/ab_s; (xt - (1-a)*eps)/sqrt(a)
        time: a = ab_t/ab_s; (xt - (1-ab_t)/sqrt(1-ab_t)*eps)/sqrt(a)
        complement: a = ab_t/ab_s; (xt - a/sqrt(1-ab_t)*eps)/sqrt(a)
        complement: a = ab_t/ab_s; (xt - (1-a)/sqrt(ab_t)*eps)/sqrt(a)
        product: a = ab_t/ab_s; (xt - (1-a)*sqrt(1-ab_t)*eps)/sqrt(a)
        product: a = ab_t/ab_s; (xt - (1-a)/sqrt(1-ab_t)*eps)*sqrt(a)
        swap: a = ab_t/ab_s; (eps - (1-a)/sqrt(1-ab_t)*xt)/sqrt(a)
        time: a = ab_t/ab_s; (xt - (1-a)/sqrt(1-a)*eps)/sqrt(a) + 0*ab_t
        term: a = ab_t/ab_s; xt/sqrt(a)
        root: a = ab_t/ab_s; (xt - sqrt(1-a)/sqrt(1-ab_t)*eps)/sqrt(a)
        sign: a = ab_t/ab_s; (xt - (1+a)/sqrt(1-ab_t)*eps)/sqrt(a)
    """,
    "misprints": """
        sign: t_ = alpha[:t+1].prod(); s_ = alpha[:t].prod(); b = 1-alpha[t]; sqrt(s_)*b/(1-t_)*x0 - \
            sqrt(alpha[t])*(1-s_)/(1-t_)*xt + sqrt((1-s_)/(1-t_)*b)*z
        root: t_ = alpha[:t+1].prod(); s_ = alpha[:t].prod(); b = 1-alpha[t]; s_*b/(1-t_)*x0 + \
            sqrt(alpha[t])*(1-s_)/(1-t_)*xt + sqrt((1-s_)/(1-t_)*b)*z
        root: t_ = alpha[:t+1].prod(); s_ = alpha[:t].prod(); b = 1-alpha[t]; sqrt(s_)*b/(1-t_)*x0 + \
            alpha[t]*(1-s_)/(1-t_)*xt + sqrt((1-s_)/(1-t_)*b)*z
        index: t_ = alpha[:t+2].prod(); s_ = alpha[:t].prod(); b = 1-alpha[t]; sqrt(s_)*b/(1-t_)*x0 + \
            sqrt(alpha[t])*(1-s_)/(1-t_)*xt + sqrt((1-s_)/(1-t_)*b)*z
        index: t_ = alpha[:t+1].prod(); s_ = alpha[:t-1].prod(); b = 1-alpha[t]; sqrt(s_)*b/(1-t_)*x0 + \
            sqrt(alpha[t])*(1-s_)/(1-t_)*xt + sqrt((1-s_)/(1-t_)*b)*z
        index: t_ = alpha[:t+1].prod(); s_ = alpha[:t].prod(); b = 1-alpha[t-1]; sqrt(s_)*b/(1-t_)*x0 + \
            sqrt(alpha[t])*(1-s_)/(1-t_)*xt + sqrt((1-s_)/(1-t_)*b)*z
        upside: t_ = alpha[:t+1].prod(); s_ = alpha[:t].prod(); b = 1-alpha[t]; sqrt(s_)*b/(1-t_)*x0 + \
            sqrt(alpha[t])*(1-s_)/(1-t_)*xt + sqrt((1-t_)/(1-s_)*b)*z
        time: t_ = alpha[:t+1].prod(); s_ = alpha[:t].prod(); b = 1-alpha[t]; sqrt(t_)*b/(1-t_)*x0 + \
            sqrt(alpha[t])*(1-s_)/(1-t_)*xt + sqrt((1-s_)/(1-t_)*b)*z
        term: t_ = alpha[:t+1].prod(); s_ = alpha[:t].prod(); b = 1-alpha[t]; sqrt(s_)*b/(1-t_)*x0 + \
            sqrt(alpha[t])*(1-s_)/(1-t_)*xt
        time: t_ = alpha[:t+1].prod(); s_ = t_; b = 1-alpha[t]; sqrt(s_)*b/(1-t_)*x0 + \
            sqrt(alpha[t])*(1-s_)/(1-t_)*xt + sqrt((1-s_)/(1-t_)*b)*z
    """,
    "skipped-steps": """
        complement: 1 - sqrt(ab_t)
        constant: 2*sqrt(ab_t)
        upside: 1/sqrt(ab_t)
        power: ab_t**2
        complement: sqrt(1 - ab_t)
        power: ab_t**Rational(1, 3)
        complement: 1 - ab_t
        constant: sqrt(ab_t/2)
    """,
    "zero-loss": """
        term: 0.36
        term: 0.5016
        sign: 0.14
        product: 0.18
        root: 0.927
        constant: 1.72
        term: 1.22
    """,
    "linear-noise": """
        term: sqrt(1 - ab_t)/(ab_t*var)
        root: sqrt(1 - ab_t)/(sqrt(ab_t)*var + 1 - ab_t)
        root: sqrt(1 - ab_t)/(sqrt(ab_t)*var + sqrt(1 - ab_t))
        upside: (ab_t*var + 1 - ab_t)/sqrt(1 - ab_t)
        complement: sqrt(ab_t)/(ab_t*var + 1 - ab_t)
        sign: sqrt(1 - ab_t)/(ab_t*var - 1 + ab_t + 3)
        sign: sqrt(1 - ab_t)/(ab_t*var + 1 + ab_t)
        root: sqrt(1 - ab_t)/sqrt(ab_t*var + 1 - ab_t)
        constant: 2*sqrt(1 - ab_t)/(ab_t*var + 1 - ab_t)
        factor: 1/(ab_t*var + 1 - ab_t)
        factor: sqrt(1 - ab_t)/(ab_t + 1 - ab_t*var + 3)
        power: sqrt(1 - ab_t)/(ab_t*var**2 + 1 - ab_t)
        root: sqrt(1 - ab_t)/(ab_t*sqrt(var) + 1 - ab_t)
        factor: var*sqrt(1 - ab_t)/(ab_t*var + 1 - ab_t)
    """,
    "training-pair": """
        sign: sqrt(ab_t)*x0 - sqrt(1-ab_t)*eps, sqrt(ab_t)*eps - sqrt(1-ab_t)*x0
        root: sqrt(ab_t)*x0 + (1-ab_t)*eps, sqrt(ab_t)*eps - sqrt(1-ab_t)*x0
        root: ab_t*x0 + sqrt(1-ab_t)*eps, sqrt(ab_t)*eps - sqrt(1-ab_t)*x0
        swap: sqrt(1-ab_t)*x0 + sqrt(ab_t)*eps, sqrt(ab_t)*eps - sqrt(1-ab_t)*x0
        root: sqrt(ab_t)*x0 + sqrt(1-ab_t)*eps, sqrt(ab_t)*eps - (1-ab_t)*x0
        root: sqrt(ab_t)*x0 + sqrt(1-ab_t)*eps, ab_t*eps - sqrt(1-ab_t)*x0
        swap: sqrt(ab_t)*x0 + sqrt(1-ab_t)*eps, sqrt(ab_t)*x0 - sqrt(1-ab_t)*eps
        term: sqrt(ab_t)*x0 + sqrt(1-ab_t)*eps, sqrt(ab_t)*eps
        swap: sqrt(ab_t)*x0 + sqrt(1-ab_t)*eps, sqrt(ab_t)*eps - sqrt(1-ab_t)*(sqrt(ab_t)*x0 + \
            sqrt(1-ab_t)*eps)
        other: sqrt(ab_t)*x0 + sqrt(1-ab_t)*eps, x0
        other: sqrt(ab_t)*x0 + sqrt(1-ab_t)*eps, eps - x0
    """,
    "ddim-from-v": """
        sign: x0 = sqrt(ab_t)*xt + sqrt(1-ab_t)*v; eps = sqrt(1-ab_t)*xt + sqrt(ab_t)*v; sqrt(ab_s)*x0 + \
            sqrt(1-ab_s)*eps
        time: x0 = sqrt(ab_t)*xt - sqrt(1-ab_t)*v; eps = sqrt(1-ab_t)*xt + sqrt(ab_t)*v; sqrt(ab_t)*x0 + \
            sqrt(1-ab_s)*eps
        sign: x0 = sqrt(ab_t)*xt - sqrt(1-ab_t)*v; eps = sqrt(1-ab_t)*xt + sqrt(ab_t)*v; sqrt(ab_s)*x0 - \
            sqrt(1-ab_s)*eps
        swap: x0 = sqrt(ab_t)*v - sqrt(1-ab_t)*xt; eps = sqrt(1-ab_t)*xt + sqrt(ab_t)*v; sqrt(ab_s)*x0 + \
            sqrt(1-ab_s)*eps
        root: x0 = sqrt(ab_t)*xt - sqrt(1-ab_t)*v; eps = sqrt(1-ab_t)*xt + sqrt(ab_t)*v; ab_s*x0 + \
            sqrt(1-ab_s)*eps
        root: x0 = ab_t*xt - sqrt(1-ab_t)*v; eps = sqrt(1-ab_t)*xt + sqrt(ab_t)*v; sqrt(ab_s)*x0 + \
            sqrt(1-ab_s)*eps
        swap: x0 = sqrt(ab_t)*xt - sqrt(1-ab_t)*v; eps = sqrt(ab_t)*xt + sqrt(1-ab_t)*v; sqrt(ab_s)*x0 + \
            sqrt(1-ab_s)*eps
        term: x0 = sqrt(ab_t)*xt - sqrt(1-ab_t)*v; sqrt(ab_s)*x0
        early: x0 = sqrt(ab_t)*xt - sqrt(1-ab_t)*v; x0
        swap: x0 = sqrt(ab_t)*xt - sqrt(1-ab_t)*v; eps = sqrt(1-ab_t)*xt + sqrt(ab_t)*v; sqrt(1-ab_s)*x0 + \
            sqrt(ab_s)*eps
        root: x0 = sqrt(ab_t)*xt - (1-ab_t)*v; eps = sqrt(1-ab_t)*xt + sqrt(ab_t)*v; sqrt(ab_s)*x0 + \
            sqrt(1-ab_s)*eps
        swap: x0 = sqrt(ab_t)*xt - sqrt(1-ab_t)*v; sqrt(ab_s)*x0 + sqrt(1-ab_s)*v
    """,
    "average-memory": """
        sign: keep/(1 + keep)
        root: sqrt(keep)/(1 - keep)
        power: keep/(1 - keep)**2
        power: keep**2/(1 - keep)
        constant: 2*keep/(1 - keep)
        power: 1/(1 - keep)**2
        sign: keep/(keep - 1)
        product: keep*(1 - keep)
        log: -1/log(keep)
        upside: 1/keep
    """,
    "magnified": """
        factor: 5
        constant: 0.05
        power: 0.25
        factor: 0.102
        constant: 2.6
        upside: 2
        constant: 1.0
    """,
    "weight-in-v": """
        upside: 2*(snr_t + 1)/(snr_s - snr_t)
        sign: (snr_s + snr_t)/(2*(snr_t + 1))
        sign: (snr_t - snr_s)/(2*(snr_t + 1))
        term: (snr_s - snr_t)/(2*snr_t)
        term: snr_s/(2*(snr_t + 1))
        bracket: (snr_s - snr_t)/2*snr_t + 1
        bracket: (snr_s - snr_t)/2/snr_t + 1
        root: (snr_s - snr_t)/(2*sqrt(snr_t + 1))
        sign: (snr_s - snr_t)/(2*(1 - snr_t))
        constant: 2*(snr_s - snr_t)/(snr_t + 1)
        factor: snr_t*(snr_s - snr_t)/(2*(snr_t + 1))
        power: (snr_s - snr_t)/(2*(snr_t + 1)**2)
    """,
    "divergence": """
        root: ((torch.log(D/C) + (C + (m-n)**2)/torch.sqrt(D) - 1)/2).sum(dim=1)
        power: ((torch.log(D/C) + (C + (m-n)**2)/D**2 - 1)/2).sum(dim=1)
        root: ((torch.log(torch.sqrt(D/C)) + (C + (m-n)**2)/D - 1)/2).sum(dim=1)
        term: ((torch.log(D/C) + (m-n)**2/D - 1)/2).sum(dim=1)
        term: ((torch.log(D/C) + C/D - 1)/2).sum(dim=1)
        term: (((C + (m-n)**2)/D - 1)/2).sum(dim=1)
        sign: ((torch.log(D/C) + (C + (m-n)**2)/D + 1)/2).sum(dim=1)
        swap: ((torch.log(D/C) + (D + (m-n)**2)/C - 1)/2).sum(dim=1)
        power: ((torch.log(D/C) + (C + (m-n).abs())/D - 1)/2).sum(dim=1)
        log: ((torch.log2(D/C) + (C + (m-n)**2)/D - 1)/2).sum(dim=1)
        sign: ((torch.log(D/C) + (C + (m+n)**2)/D - 1)/2).sum(dim=1)
        power: ((torch.log(D/C) + (C**2 + (m-n)**2)/D - 1)/2).sum(dim=1)
    """,
    "min-snr-in-v": """
        reduce: snr = ab_t/(1-ab_t); w = snr.clamp(max=5)/(snr+1); (w*(v_hat-v)**2).sum(dim=1)
        sign: snr = ab_t/(1-ab_t); w = snr.clamp(max=5)/(snr+1); (w*(v_hat+v)**2).mean(dim=1)
        power: snr = ab_t/(1-ab_t); w = snr.clamp(max=5)/(snr+1); (w*(v_hat-v).abs()).mean(dim=1)
        root: snr = ab_t/(1-ab_t); w = (snr.clamp(max=5)/(snr+1)).sqrt(); (w*(v_hat-v)**2).mean(dim=1)
        product: snr = ab_t/(1-ab_t); w = snr.clamp(max=5)*(snr+1); (w*(v_hat-v)**2).mean(dim=1)
        factor: snr = ab_t/(1-ab_t); w = snr.clamp(max=5); (w*(v_hat-v)**2).mean(dim=1)
        number: snr = ab_t/(1-ab_t); w = snr.clamp(max=1)/(snr+1); (w*(v_hat-v)**2).mean(dim=1)
        root: snr = sqrt(ab_t/(1-ab_t)); w = snr.clamp(max=5)/(snr+1); (w*(v_hat-v)**2).mean(dim=1)
        factor: snr = ab_t/(1-ab_t); w = snr/(snr+1); (w*(v_hat-v)**2).mean(dim=1)
        bracket: snr = ab_t/(1-ab_t); w = snr.clamp(max=5)/snr + 1; (w*(v_hat-v)**2).mean(dim=1)
    """,
    "magnified-times": """
        complement: 936
        constant: 128
        root: 21
        constant: 32
    """,
    "accuracy-calls": """
        constant: 10
        constant: 50
        power: 1000000
        constant: 200
        root: 31.6
        constant: 40
    """,
    "mean-of-two": """
        sign: -tanh(sqrt(ab_t)*x_t/(1-ab_t))
        early: sqrt(ab_t)*x_t/(1-ab_t)
        upside: tanh((1-ab_t)/(sqrt(ab_t)*x_t + 0.01))
        factor: tanh(x_t/(1-ab_t))
        factor: tanh(sqrt(ab_t)*x_t)
        sign: tanh(sqrt(ab_t)*x_t/(1+ab_t))
        complement: tanh(sqrt(ab_t)*x_t/ab_t)
        power: tanh(sqrt(ab_t)*x_t**2/(1-ab_t))
        early: (exp(sqrt(ab_t)*x_t/(1-ab_t)) - exp(-sqrt(ab_t)*x_t/(1-ab_t)))/2
        constant: tanh(sqrt(ab_t)*x_t/(1-ab_t))/2
        sign: 1/tanh(sqrt(ab_t)*(x_t + 0.0001)/(1-ab_t))
        other: sqrt(ab_t)*tanh(sqrt(ab_t)*x_t/(1-ab_t))
        power: tanh(sqrt(ab_t)*x_t/(1-ab_t)**2)
    """,
    "sorted-pairs": """
        order: (a.sort(dim=1).values - b.sort(dim=1).values).mean(dim=1).square().sqrt()
        reduce: (a.sort(dim=1).values - b.sort(dim=1).values).square().mean(dim=1).sqrt() * 6
        sign: (a.sort(dim=1).values + b.sort(dim=1).values).square().mean(dim=1).sqrt()
        order: (a.sort(dim=1).values - b).square().mean(dim=1).sqrt()
        order: (a - b.sort(dim=1).values).square().mean(dim=1).sqrt()
        order: (a.sort(dim=1).values - b.sort(dim=1).values).square().sqrt().mean(dim=1)
        reduce: (a.sort(dim=1).values - b.sort(dim=1).values).square().amax(dim=1).sqrt()
        power: (a.sort(dim=1).values.square() - b.sort(dim=1).values.square()).abs().mean(dim=1).sqrt()
        constant: (a.sort(dim=1).values - b.sort(dim=1).values).square().mean(dim=1).sqrt()/2
    """,
    "keep-given": """
        sign: known = sqrt(ab_s)*x0 - sqrt(1-ab_s)*eps; torch.where(given, known, xs)
        swap: known = sqrt(1-ab_s)*x0 + sqrt(ab_s)*eps; torch.where(given, known, xs)
        other: known = sqrt(ab_s)*x0 + sqrt(1-ab_s)*eps; known
        other: known = sqrt(ab_s)*x0 + sqrt(1-ab_s)*eps; xs + 0*known
        swap: known = sqrt(ab_s)*xs + sqrt(1-ab_s)*eps; torch.where(given, known, xs)
        term: torch.where(given, sqrt(ab_s)*x0, xs)
        root: known = sqrt(ab_s)*x0 + sqrt(1-sqrt(ab_s))*eps; torch.where(given, known, xs)
        factor: known = sqrt(ab_s)*x0 + eps; torch.where(given, known, xs)
        swap: known = sqrt(ab_s)*x0 + sqrt(1-ab_s)*eps; torch.where(given, known, x0)
        sign: known = sqrt(ab_s)*x0 + sqrt(1-ab_s)*eps; torch.where(given, xs - known, xs)
    """,
    "few-calls": """
        index: 282
        constant: 72
        constant: 70
        constant: 14
    """,
    "score-step": """
        sign: e = -sqrt(1-ab_t)*score; sqrt(ab_s)*(xt/sqrt(ab_t) + (sqrt(1/ab_s - 1) + sqrt(1/ab_t - 1))*e)
        root: e = -sqrt(1-ab_t)*score; sqrt(ab_s)*(xt/ab_t + (sqrt(1/ab_s - 1) - sqrt(1/ab_t - 1))*e)
        time: e = -sqrt(1-ab_s)*score; sqrt(ab_s)*(xt/sqrt(ab_t) + (sqrt(1/ab_s - 1) - sqrt(1/ab_t - 1))*e)
        time: e = -sqrt(1-ab_t)*score; sqrt(ab_t)*(xt/sqrt(ab_t) + (sqrt(1/ab_s - 1) - sqrt(1/ab_t - 1))*e)
        term: e = -sqrt(1-ab_t)*score; sqrt(ab_s)*(xt/sqrt(ab_t) + sqrt(1/ab_s - 1)*e)
        power: e = -sqrt(1-ab_t)*score; ab_s*(xt/sqrt(ab_t) + (sqrt(1/ab_s - 1) - sqrt(1/ab_t - 1))*e)
    """,
    "fewer-numbers": """
        constant: 24
        constant: 6
        constant: 4.5
        square: 144
        constant: 0.75
        constant: 1.25
        factor: 5.33
    """,
    "width-of-a-cloud": """
        sign: -sqrt(w/(2*a + w))
        root: sqrt(w)/(2*a + w)
        term: sqrt(w/(2*a + 1))
        swap: sqrt(a/(2*w + a))
        constant: 2*sqrt(w/(2*a + w))
        term: sqrt(1/(2*a + w))
        complement: sqrt(2*a/(2*a + w))
        bracket: sqrt(w/(2*(a + w)))
        power: sqrt(w/(2*a**2 + w))
        power: w**2/(2*a + w)**2
        bracket: sqrt(w/2*a + w)
        sign: sqrt(w/(w - 2*a) + 5)
    """,
    "nearest-code": """
        other: e[(h @ e.T).argmin(dim=1)]
        other: e[torch.zeros(len(h)).long()]
        index: e[((h[:, None] - e[None]).square().sum(dim=2).argmin(dim=1) + 1) % len(e)]
        sign: e[(h[:, None] + e[None]).square().sum(dim=2).argmin(dim=1)]
        other: e[(h[:, None] - e[None]).sum(dim=2).argmin(dim=1)]
        other: e[(h[:, None] - e[None]).prod(dim=2).abs().argmin(dim=1)]
        other: e[(h.norm(dim=1)[:, None] - e.norm(dim=1)).abs().argmin(dim=1)]
        other: h - e[(h[:, None] - e[None]).square().sum(dim=2).argmin(dim=1)]
        other: e[e.square().sum(dim=1).argmin()].expand_as(h)
    """,
    "hinge": """
        swap: (relu(1-fake).mean(dim=1) + relu(1+real).mean(dim=1))/2
        sign: (relu(1-real).mean(dim=1) + relu(1-fake).mean(dim=1))/2
        sign: (relu(1+real).mean(dim=1) + relu(1+fake).mean(dim=1))/2
        sign: (relu(1-real).mean(dim=1) - relu(1+fake).mean(dim=1))/2
        power: (relu(1-real).square().mean(dim=1) + relu(1+fake).square().mean(dim=1))/2
        sign: (relu(real-1).mean(dim=1) + relu(1+fake).mean(dim=1))/2
        term: relu(1+fake).mean(dim=1)/2
        bracket: relu(1-real).mean(dim=1) + relu(1+fake).mean(dim=1)/2
        product: relu(1-real).mean(dim=1) * relu(1+fake).mean(dim=1)/2
        term: (relu(-real).mean(dim=1) + relu(1+fake).mean(dim=1))/2
        constant: (relu(1-real).mean(dim=1) + relu(1+fake).mean(dim=1))/4
        number: (relu(2-real).mean(dim=1) + relu(2+fake).mean(dim=1))/2
    """,
    "two-slopes": """
        sign: 2*beta*(h+e), 2*(e-h)
        power: 2*beta*(h-e)**2, 2*(e-h)
        factor: 2*beta*h, 2*(e-h)
        constant: 4*beta*(h-e), 2*(e-h)
        complement: 2*(1-beta)*(h-e), 2*(e-h)
        root: 2*sqrt(beta)*(h-e), 2*(e-h)
        sign: 2*beta*(h-e), 2*(e+h)
        constant: 2*beta*(h-e), 4*(e-h)
        power: 2*beta*(h-e), (e-h)**2
        complement: 2*beta*(h-e), 2*(1-beta)*(e-h)
        upside: 2/beta*(h-e), 2*(e-h)
    """,
    "used-codes": """
        early: 6.82
        log: 7.91
        constant: 234.5
        root: 10.83
        log: 4.06
        other: 256
        constant: 58.6
    """,
    "narrow-scale": """
        constant: 8
        constant: 2
        constant: 1.5
        sign: -2
        upside: 0.25
    """,
    "guess-outside": """
        sign: s - (1 - s)*tanh(sqrt(ab_t)*x_t/(1-ab_t))
        sign: s + (1 - s)*tanh(sqrt(ab_t)*x_t/(1+ab_t))
        power: s + (1 - s)*tanh(sqrt(ab_t)*x_t/(1-ab_t)**2)
        root: s + (1 - s)*tanh(sqrt(ab_t)*x_t/sqrt(1-ab_t))
        factor: s + (1 - s)*tanh(2*sqrt(ab_t)*x_t/(1-ab_t))
        factor: s + (1 - s)*tanh(x_t/(1-ab_t))
        term: s*tanh(sqrt(ab_t)*x_t/(1-ab_t))
        term: s + tanh(sqrt(ab_t)*x_t/(1-ab_t))
        sign: s + (1 + s)*tanh(sqrt(ab_t)*x_t/(1-ab_t))
    """,
    "two-conditions": """
        sign: uncond + s_a*(cond_a - uncond) - s_b*(cond_b - uncond)
        sign: uncond - s_a*(cond_a - uncond) - s_b*(cond_b - uncond)
        term: s_a*(cond_a - uncond) + s_b*(cond_b - uncond)
        swap: uncond + s_a*(uncond - cond_a) + s_b*(cond_b - uncond)
        product: uncond + s_a*s_b*(cond_a + cond_b - 2*uncond)
        factor: uncond + s_a*(cond_a - uncond) + (cond_b - uncond)
        power: uncond + s_a**2*(cond_a - uncond) + s_b*(cond_b - uncond)
        reduce: uncond + (s_a + s_b)/2*(cond_a + cond_b - 2*uncond)
    """,
    "guided-guess": """
        sign: e = uncond + scale*(cond - uncond); (xt + sqrt(1-ab_t)*e)/sqrt(ab_t)
        root: e = uncond + scale*(cond - uncond); (xt - (1-ab_t)*e)/sqrt(ab_t)
        root: e = uncond + scale*(cond - uncond); (xt - sqrt(1-ab_t)*e)/ab_t
        factor: e = uncond + scale*(cond - uncond); xt - sqrt(1-ab_t)*e
        factor: e = uncond + scale*(cond - uncond); (xt - e)/sqrt(ab_t)
        sign: e = uncond + scale*(cond + uncond); (xt - sqrt(1-ab_t)*e)/sqrt(ab_t)
        term: e = scale*(cond - uncond); (xt - sqrt(1-ab_t)*e)/sqrt(ab_t)
        complement: e = uncond + scale*(cond - uncond); (xt - sqrt(ab_t)*e)/sqrt(ab_t)
    """,
    "enough-guidance": """
        constant: 2.8
        constant: 0.9
    """,
    "scale-of-channels": """
        constant: 0.4
        root: 0.728
        sum: 0.154
        constant: 1.06
    """,
    "schedule-for-a-scale": """
        sign: ab/(ab - c**2*(1 - ab))
        power: ab/(ab + c**4*(1 - ab))
        upside: (ab + c**2*(1 - ab))/ab
        bracket: ab/(ab + c**2*1 - ab)
        term: ab/(c**2*(1 - ab))
        complement: (1 - ab)/(1 - ab + c**2*ab)
        root: ab/(ab + sqrt(c)*(1 - ab))
        factor: ab/(ab + 1 - ab)
        swap: c**2/(c**2 + ab*(1 - ab))
    """,
    "masked-attention": """
        sign: (-q @ k.T/5**0.5).masked_fill(~mask, -1e30).softmax(dim=1) @ v
        scale: (q @ k.T*5**0.5).masked_fill(~mask, -1e30).softmax(dim=1) @ v
        index: (q @ k.T/5**0.5).masked_fill(~mask.roll(1), -1e30).softmax(dim=1) @ v
        values: (q @ k.T/5**0.5).masked_fill(~mask, -1e30).softmax(dim=1) @ v + q
        other: (q @ k.T/5**0.5 - 1.0*(~mask)).softmax(dim=1) @ v
    """,
    "one-null": """
        sign: torch.where(u < share, -null, y), null.expand_as(y)
        swap: torch.where(u < share, y, null), null.expand_as(y)
        constant: torch.where(u < 2*share, null, y), null.expand_as(y)
        mix: (1 - share)*y + share*null, null.expand_as(y)
        scale: torch.where(u < share, null, y/(1 - share)), null.expand_as(y)
        other: torch.where(u < share, null, y), -null.expand_as(y)
        other: torch.where(u < share, null, y), torch.ones_like(y)
    """,
    "places-and-tokens": """
        square: 47570
        constant: 170
        constant: 64
        factor: 109
        upside: 0.00458
    """,
}

# Written at the same time, from misreadings of the statements and not as slips of a
# formula, and left alone while the engine was made: the share of these is the figure.
HELD_OUT = {
    "short-schedule": """
        taken at the mean beta, without the root: 0.134
        one minus half of the sum of the betas: 0.995
        the middle beta alone, as a weight: 0.995
    """,
    "two-step-merge": """
        the roots of the two variances and of the covariance added: sqrt(alpha_t)*sqrt(1-alpha_s) + \
            sqrt(1-alpha_t) + 2*rho*sqrt(alpha_t*(1-alpha_s)*(1-alpha_t))
        only the covariance: sqrt(2*rho*sqrt(alpha_t*(1-alpha_s)*(1-alpha_t)))
        the step shrinks the noise by alpha_t as a weight: sqrt(alpha_t**2*(1-alpha_s) + 1 - alpha_t + \
            2*rho*alpha_t*sqrt((1-alpha_s)*(1-alpha_t)))
        noise alphas taken for the signal: sqrt(alpha_t*alpha_s + 2*rho*sqrt(alpha_t*(1-alpha_s)*(1-alpha_t)))
    """,
    "add-noise": """
        the difference for the ratio: a = ab_s - ab_t; sqrt(1 - a)*xs + sqrt(a)*eps
        as for one whole jump, then undone: (sqrt(ab_t)*xs + sqrt(1-ab_t)*eps)/sqrt(ab_s)
        noise scaled with the standard deviation at s: sqrt(ab_t/ab_s)*xs + sqrt(1-ab_s)*eps
        returns the noise that is added: sqrt(1 - ab_t/ab_s)*eps
    """,
    "half-noise": """
        solves for a tenth: log(10)/-log(1 - beta)
        half of the weight of the noise: log(Rational(4, 3))/-log(1 - beta)
        continuous betas: log(2)/(beta + beta**2/2)
        counts the steps from 1: 1 - log(2)/log(1 - beta)
    """,
    "too-quiet": """
        noise first and then the shrinking: x = x0 // for t in range(1, len(beta)): x = sqrt(1 - \
            beta[t])*(x + sqrt(beta[t])*eps[t]) // x
        closed form with the last noise only: a = (1 - beta).prod(); sqrt(a)*x0 + sqrt(1 - a)*eps[-1]
        divides where it should shrink: x = x0 // for t in range(1, len(beta)): x = x/sqrt(1 - beta[t]) + \
            sqrt(beta[t])*eps[t] // x
        backwards through the steps: x = x0 // for t in range(len(beta) - 1, 0, -1): x = sqrt(1 - \
            beta[t])*x + sqrt(beta[t])*eps[t] // x
    """,
    "design-schedule": """
        all of it in the last step: torch.tensor([1e-4]*99 + [1.0]).double()
        ends too early: torch.linspace(1e-4, 0.05, 100).double()
        starts at an SNR of 1: torch.cat([torch.tensor([0.5]), torch.full((99,), 0.1)]).double()
    """,
    "late-posterior": """
        beta for the weight: -0.012
        the noise variance of the step: 0.02
    """,
    "posterior-mean": """
        equal trust in both: (sqrt(ab_s)*x0 + xt/sqrt(alpha))/2
        precisions without the roots of the means: (alpha/(1-alpha)*xt + x0/(1-ab_s))/(alpha/(1-alpha) + \
            1/(1-ab_s))
        the likelihood alone: xt/sqrt(alpha)
        standard deviations as weights: (sqrt(ab_s)*sqrt(1-alpha)*x0 + sqrt(alpha)*sqrt(1-ab_s)*xt)/(1-ab_t)
        the second precision without alpha: (sqrt(alpha)*xt/(1-alpha) + \
            sqrt(ab_s)*x0/(1-ab_s))/(1/(1-alpha) + 1/(1-ab_s))
    """,
    "general-posterior": """
        beta for one step given t is 1 - ab_t: m = (sqrt(ab_s)*(1-ab_t)*x0 + \
            sqrt(ab_t/ab_s)*(1-ab_s)*xt)/(1-ab_t); m, sqrt((1-ab_s)*(1-ab_t/ab_s)/(1-ab_t))
        weights of the DDIM step: e = (xt - sqrt(ab_t)*x0)/sqrt(1-ab_t); sqrt(ab_s)*x0 + sqrt(1-ab_s)*e, \
            sqrt((1-ab_s)*(1-ab_t/ab_s)/(1-ab_t))
        log-variance: a = ab_t/ab_s; (sqrt(ab_s)*(1-a)*x0 + sqrt(a)*(1-ab_s)*xt)/(1-ab_t), \
            torch.log((1-ab_s)*(1-a)/(1-ab_t) + 1e-20)
        floor under the variance: a = ab_t/ab_s; (sqrt(ab_s)*(1-a)*x0 + sqrt(a)*(1-ab_s)*xt)/(1-ab_t), \
            ((1-ab_s)*(1-a)/(1-ab_t)).clamp(min=1e-20).sqrt()
    """,
    "noise-form": """
        the step of DDIM: sqrt(ab_s/ab_t)*(xt - sqrt(1 - ab_t)*eps) + sqrt(1 - ab_s)*eps
        goes all the way and noises again with the same noise: x0 = (xt - sqrt(1-ab_t)*eps)/sqrt(ab_t); \
            sqrt(ab_s)*x0 + sqrt(1-ab_s)*eps
        x0 put in for the mean and shrunk to s: x0 = (xt - sqrt(1-ab_t)*eps)/sqrt(ab_t); sqrt(ab_s)*x0
        1 - ab_s in place of the step's beta: a = ab_t/ab_s; (xt - (1-ab_s)/sqrt(1-ab_t)*eps)/sqrt(a)
        forgets what is between s and t: (xt - sqrt(ab_s - ab_t)*eps)/sqrt(ab_t/ab_s)
    """,
    "misprints": """
        the two weights of the mean exchanged: t_ = alpha[:t+1].prod(); s_ = alpha[:t].prod(); b = \
            1-alpha[t]; sqrt(s_)*b/(1-t_)*xt + sqrt(alpha[t])*(1-s_)/(1-t_)*x0 + sqrt((1-s_)/(1-t_)*b)*z
        a product for one alpha in front of x_t: t_ = alpha[:t+1].prod(); s_ = alpha[:t].prod(); b = \
            1-alpha[t]; sqrt(s_)*b/(1-t_)*x0 + sqrt(t_)*(1-s_)/(1-t_)*xt + sqrt((1-s_)/(1-t_)*b)*z
        the step variance left out of the noise: t_ = alpha[:t+1].prod(); s_ = alpha[:t].prod(); b = \
            1-alpha[t]; sqrt(s_)*b/(1-t_)*x0 + sqrt(alpha[t])*(1-s_)/(1-t_)*xt + sqrt((1-s_)/(1-t_))*z
        one alpha too many in ab_s: t_ = alpha[:t+1].prod(); s_ = t_*alpha[t]; b = 1-alpha[t]; \
            sqrt(s_)*b/(1-t_)*x0 + sqrt(alpha[t])*(1-s_)/(1-t_)*xt + sqrt((1-s_)/(1-t_)*b)*z
    """,
    "skipped-steps": """
        the middle of the logarithms, off by a factor: exp(log(ab_t)/4)
        where the signal weighs as the noise: (1 + sqrt(ab_t))/2
        the golden ratio of ab_t: ab_t/(1 - ab_t)
    """,
    "zero-loss": """
        the mean of the two mean squares taken as a root: 0.93
        the weights not squared: 1.22
        halved: 0.43
    """,
    "linear-noise": """
        the deviation for the variance: sqrt(1 - ab_t)/(ab_t*var**2 + (1 - ab_t)**2)
        the signal's weight squared: sqrt(1 - ab_t)/(ab_t**2*var + 1 - ab_t)
        the correlation for the slope: sqrt((1 - ab_t)/(ab_t*var + 1 - ab_t))
        variance of the data forgotten in one place: sqrt(1 - ab_t)/(ab_t + var*(1 - ab_t))
    """,
    "training-pair": """
        v as the time derivative with its sign turned and no roots: sqrt(ab_t)*x0 + sqrt(1-ab_t)*eps, \
            (1-ab_t)*x0 - ab_t*eps
        v from the noisy picture: xt = sqrt(ab_t)*x0 + sqrt(1-ab_t)*eps; xt, sqrt(ab_t)*eps - sqrt(1-ab_t)*xt
        no weights at all: x0 + eps, eps - x0
    """,
    "ddim-from-v": """
        takes v for the noise: x0 = (xt - sqrt(1-ab_t)*v)/sqrt(ab_t); sqrt(ab_s)*x0 + sqrt(1-ab_s)*v
        times exchanged everywhere: x0 = sqrt(ab_s)*xt - sqrt(1-ab_s)*v; eps = sqrt(1-ab_s)*xt + \
            sqrt(ab_s)*v; sqrt(ab_t)*x0 + sqrt(1-ab_t)*eps
        no roots on the way to x0 and eps: x0 = ab_t*xt - (1-ab_t)*v; eps = (1-ab_t)*xt + ab_t*v; \
            sqrt(ab_s)*x0 + sqrt(1-ab_s)*eps
    """,
    "average-memory": """
        the age from the weights themselves: 1/keep - 1
        the sum without its weights: keep/(1 - keep)**2
        a half-life in bits: -1/log(keep, 2)
    """,
    "magnified": """
        divides by the root of the noise's share: 0.102
        the whole ratio the other way: 0.004
        a half of it: 0.25
    """,
    "weight-in-v": """
        divides by the SNR of s as well: (snr_s - snr_t)/(2*(snr_t + 1)*(snr_s + 1))
        in units of the noise plus one: (snr_s/snr_t - 1)/(2*(snr_t + 1))
        the ratio for the difference: snr_s/(2*snr_t*(snr_t + 1))
        the difference of the units: snr_s/(snr_s + 1) - snr_t/(snr_t + 1)
    """,
    "divergence": """
        variances taken for standard deviations: ((torch.log(D**2/C**2) + (C**2 + (m-n)**2)/D**2 - \
            1)/2).sum(dim=1)
        in bits: ((torch.log(D/C) + (C + (m-n)**2)/D - 1)/2).sum(dim=1)/torch.log(torch.tensor(2.0).double())
        summed over the batch and the coordinates: ((torch.log(D/C) + (C + (m-n)**2)/D - \
            1)/2).sum(dim=0).sum().expand(len(m))
        a cross-entropy: ((torch.log(D) + (C + (m-n)**2)/D)/2).sum(dim=1)
        the half in the logarithm only: (torch.log(D/C)/2 + (C + (m-n)**2)/D - 1).sum(dim=1)
    """,
    "min-snr-in-v": """
        SNR plus one cut: snr = ab_t/(1-ab_t); w = (snr + 1).clamp(max=5)/(snr + 1); \
            (w*(v_hat-v)**2).mean(dim=1)
        the difference of the squares: snr = ab_t/(1-ab_t); w = snr.clamp(max=5)/(snr+1); (w*(v_hat**2 - \
            v**2)).mean(dim=1)
        ab_t for the SNR: w = ab_t.clamp(max=5)/(ab_t+1); (w*(v_hat-v)**2).mean(dim=1)
    """,
    "magnified-times": """
        the times that are not: 936
        the threshold of a hundred: 6
    """,
    "accuracy-calls": """
        four times: 40
        the error over the target: 100.0*8
        the logarithm: 14
    """,
    "mean-of-two": """
        the half-angle of the logistic: 1/(1 + exp(-sqrt(ab_t)*x_t/(1-ab_t)))
        the sign of x_t, softened by the noise: tanh(x_t/sqrt(1-ab_t))
        the weights without the noise's variance: tanh(2*sqrt(ab_t)*x_t)
        SNR taken as the slope: tanh(ab_t/(1-ab_t)*x_t**2)
    """,
    "sorted-pairs": """
        the nearest partner: (a[:, :, None] - b[:, None]).abs().amin(dim=2).square().mean(dim=1).sqrt()
        the norm of the differences: torch.linalg.vector_norm(a.sort(dim=1).values - b.sort(dim=1).values, \
            dim=1)
        by the medians: (a.median(dim=1).values - b.median(dim=1).values).abs()
        the spread of the differences: (a.sort(dim=1).values - b.sort(dim=1).values).std(dim=1)
        over all of the batch: (a.sort(dim=1).values - b.sort(dim=1).values).square().mean().sqrt() \
            .expand(len(a))
    """,
    "keep-given": """
        the picture shrunk by the noise's share: known = sqrt(1-ab_s)*x0 + sqrt(1-ab_s)*eps; \
            torch.where(given, known, xs)
        mixes the two halves: known = sqrt(ab_s)*x0 + sqrt(1-ab_s)*eps; (known + xs)/2
        noise on the state: torch.where(given, x0, sqrt(ab_s)*xs + sqrt(1-ab_s)*eps)
    """,
    "few-calls": """
        one too few: 140
        counts the stops and not the calls: 142
        half of them: 70
    """,
    "score-step": """
        no rescaling: xt - (sqrt(1/ab_s - 1) - sqrt(1/ab_t - 1))*sqrt(1 - ab_t)*score
        a step uphill along the score: xt + (ab_s - ab_t)*score
        the score as the clean data: e = (xt - sqrt(ab_t)*score)/sqrt(1-ab_t); \
            sqrt(ab_s)*score + sqrt(1-ab_s)*e
        no noise left at s: sqrt(ab_s)*(xt + (1-ab_t)*score)/sqrt(ab_t)
    """,
    "fewer-numbers": """
        f squared over the channels: 4.0
        thinks of 16 channels at f = 16: 48
    """,
    "width-of-a-cloud": """
        forgets that the square has a derivative: sqrt(w/(a + w/2))
        the price without its half: sqrt(2*w/(2*a + 2*w))
        precision for variance, with its root: sqrt(2*a + w)/w
        the weight on both costs: sqrt(w/(2*a*w + w))
    """,
    "nearest-code": """
        the distance itself: torch.cdist(h, e).min(dim=1).values
        nearest vector for each code, cut to length: h[torch.cdist(e, \
            h).argmin(dim=1)][torch.arange(len(h)) % len(e)]
        second nearest: e[torch.cdist(h, e).argsort(dim=1)[:, 1]]
        normalised on both sides, farthest: e[((h/h.norm(dim=1, keepdim=True)) @ (e/e.norm(dim=1, \
            keepdim=True)).T).argmin(dim=1)]
    """,
    "hinge": """
        one cut for both: relu(1 - real + 1 + fake).mean(dim=1)/2
        least squares: ((real - 1).square().mean(dim=1) + (fake + 1).square().mean(dim=1))/2
        no mean over the copies' patches but the largest: (relu(1-real).mean(dim=1) + \
            relu(1+fake).amax(dim=1))/2
        minus the two, as a game: -(relu(1-real).mean(dim=1) + relu(1+fake).mean(dim=1))/2
    """,
    "two-slopes": """
        beta on the other slope only: 2*(h-e), 2*beta*(e-h)
        no derivative of the square, sums of both: (h-e) + beta*(h-e), 2*(e-h)
        the loss itself: beta*(h-e)**2, (e-h)**2
    """,
    "used-codes": """
        weights in place of shares: 264042773
        the exponential of half the entropy: 10.8
        base 2 for an entropy in nats: 27.2
        the share of the first code: 0.147
    """,
    "narrow-scale": """
        an eighth taken for the whole way: 8
        counts halvings of the variance from 4: 8
    """,
    "guess-outside": """
        multiplies the guess with the condition: s
        the chance of a head in place of the mean: s + (1 - s)/(1 + exp(-2*sqrt(ab_t)*x_t/(1-ab_t)))
        the guidance of the noise: (x_t - sqrt(ab_t)*(s + (1 - s)*tanh(sqrt(ab_t)*x_t/(1-ab_t))))/sqrt(1-ab_t)
    """,
    "two-conditions": """
        the stronger of the two alone: torch.where(s_a > s_b, uncond + s_a*(cond_a - uncond), \
            uncond + s_b*(cond_b - uncond))
        one condition made of both: uncond + (s_a + s_b)*((cond_a + cond_b)/2 - uncond)
    """,
    "guided-guess": """
        a mean of the two guesses: (xt - sqrt(1-ab_t)*(cond + uncond)/2)/sqrt(ab_t)
        scales the guess: scale*(xt - sqrt(1-ab_t)*cond)/sqrt(ab_t)
        scales the noise with the condition: (xt - sqrt(1-ab_t)*scale*cond)/sqrt(ab_t)
    """,
    "enough-guidance": """
        one tenth too early and in w: 0.7
    """,
    "scale-of-channels": """
        the median of the deviations: 0.667
        the largest factor: 2.0
        the geometric mean: 0.76
    """,
    "schedule-for-a-scale": """
        counts c in the root twice: ab/(ab + c**2*(1 - ab)**2)
    """,
    "masked-attention": """
        a sigmoid for the softmax: ((q @ k.T/5**0.5).sigmoid()*mask) @ v
    """,
    "one-null": """
        the null in sampling is what is said less the null: torch.where(u < share, null, y), y - null
        conditions of others in the place of the null: torch.where(u < share, y.roll(1, 0), y), \
            null.expand_as(y)
    """,
    "places-and-tokens": """
        only the keys counted: 13.6
        adds the two ratios: 272
    """,
}
