# Decimal contexts, fractions and the locale.
# expect: equal
# %%
import decimal
import locale
from decimal import Decimal
from fractions import Fraction
# %%
decimal.getcontext().prec = 6
decimal.getcontext().rounding = decimal.ROUND_DOWN
price = Decimal(2) / Decimal(3)
# %%
locale.setlocale(locale.LC_ALL, "C.UTF-8")
# %%
print(price, Decimal(1) / 7, Fraction(1, 3) + Fraction(1, 6))
# %%
with decimal.localcontext() as context:
    context.prec = 2
    short = Decimal(1) / 7
# %%
print(short, Decimal(1) / 7, decimal.getcontext().flags[decimal.Inexact])
# %%
decimal.setcontext(decimal.Context(prec=3))
# %%
Decimal(10) / 3, locale.getlocale()[1]
