# Symbols of sympy with assumptions, solved over cells; scipy optimises a closure.
# expect: equal
# %%
import numpy as np
import sympy as sp
from scipy import optimize, stats
# %%
x, y = sp.symbols("x y", positive=True)
sp.init_printing(use_latex=False, use_unicode=False, pretty_print=False)
# %%
f = x**2 + sp.sin(y) * x
# %%
df = sp.diff(f, x)
df
# %%
g = sp.lambdify((x, y), df)
print(g(1, 0), sp.solve(df.subs(y, 0) - 4, x), x.is_positive)
# %%
calls = []


def cost(p):
    calls.append(tuple(p))
    return (p[0] - 1) ** 2 + g(0, p[1] % 1) ** 2
# %%
best = optimize.minimize(cost, [0.0, 0.5], method="Nelder-Mead", options={"maxiter": 20})
# %%
print(len(calls) > 20, best.nit, calls[0], best.x.round(2))
# %%
frozen = stats.norm(loc=best.nit)
frozen.cdf(best.nit), frozen.rvs(2, random_state=1).round(3)
