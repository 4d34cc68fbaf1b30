# Methods change what they were given, their own parts, and parts of parts.
# expect: equal
# %%
class Inner:
    def __init__(self):
        self.values = []


class Outer:
    def __init__(self, given):
        self.inner, self.given = Inner(), given

    def part(self):
        return self.inner

    def run(self):
        self.part().values.append(len(self.given))
        self.given.append("run")
        return self
# %%
given = ["start"]
outer = Outer(given)
# %%
outer.run()
inner = outer.part()
# %%
print(given, inner.values)
# %%
inner.values.append("direct")
given.clear()
# %%
print(outer.inner.values, outer.given, outer.run() is outer)
# %%
[*map(lambda one: one.run().inner.values[-1], [outer])], given
