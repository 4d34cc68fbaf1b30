# `%%capture`, `%%time` on cells that bind names, `%timeit -o`, `%%prun`-like wrappers, `%who`.
# expect: equal
# %%
%%time
n = 3
squares = [i * i for i in range(n)]
# %%
%%capture out
print("hidden", squares)
doubled = [2 * i for i in squares]
# %%
print(out.stdout.strip(), doubled)
# %%
%time total = sum(doubled)
# %%
result = %timeit -n 1 -r 1 -q -o sum(squares)
print(total, result.loops)
# %%
import io
from contextlib import redirect_stdout

with redirect_stdout(io.StringIO()) as caught:
    print("caught", n)
# %%
caught.getvalue(), n
