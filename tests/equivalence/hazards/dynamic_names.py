# Names made by exec, globals() and setattr.
# expect: equal
# %%
import types

settings = types.SimpleNamespace(a=1)
# %%
for name in ("alpha", "beta"):
    setattr(settings, name, len(name))
# %%
box = types.SimpleNamespace(**vars(settings), own=settings)
settings.a += 1
# %%
print(settings, box.own is settings, getattr(box, "alpha"))
# %%
module = types.ModuleType("made")
module.rate = 3
exec("def f(x):\n    return x * rate", module.__dict__)
# %%
module.f(2)
