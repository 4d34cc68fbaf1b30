# Objects that refer to each other in circles, with parents held weakly.
# expect: equal
# %%
import weakref
# %%
class Node:
    def __init__(self, name, parent=None):
        self.name, self.children = name, []
        self._parent = weakref.ref(parent) if parent else None
        if parent:
            parent.children.append(self)

    @property
    def parent(self):
        return self._parent() if self._parent else None
# %%
root = Node("root")
leaf = Node("leaf", Node("middle", root))
# %%
loop = {"me": None, "nodes": [root, leaf]}
loop["me"] = loop
# %%
leaf.name = "changed"
print(root.children[0].children[0].name, leaf.parent.parent is root)
# %%
named = weakref.WeakValueDictionary(root=root, leaf=leaf)
print(sorted(named), named["root"] is loop["me"]["nodes"][0])
# %%
print(leaf.parent.name, loop["me"]["me"] is loop)
