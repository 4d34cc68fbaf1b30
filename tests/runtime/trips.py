"""Variables on their way from one step into another."""

from nbflow.runtime import groups, pickles
from nbflow.runtime.mappings import Memory


def trip(**values):
    """The variables as another step loads them, and which of them came together."""
    found, together = {}, []
    for one in groups.group(values, names=pickles.Names({}, {}), step="s"):
        data, *buffers = one.pickled.segments()
        found |= pickles.load(bytes(data), [memoryview(Memory(one)) for one in buffers])
        together.append(sorted(one.values))
    return found, sorted(together)
