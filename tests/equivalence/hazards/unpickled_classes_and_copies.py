# Copies, deep copies and pickles of objects with classes of the notebook.
# expect: equal
# %%
import copy
import pickle
# %%
class Tree:
    def __init__(self, value, *children):
        self.value, self.children = value, list(children)

    def __getstate__(self):
        return {"value": self.value, "children": self.children}  # the sum is made anew

    @property
    def total(self):
        if not hasattr(self, "_total"):
            self._total = self.value + sum(child.total for child in self.children)
        return self._total

    def __eq__(self, other):
        return (self.value, self.children) == (other.value, other.children)
# %%
tree = Tree(1, Tree(2), Tree(3))
shallow, deep = copy.copy(tree), copy.deepcopy(tree)
stored = pickle.dumps(tree)
# %%
tree.children[0].value = 20
# %%
print(shallow.children[0].value, deep.children[0].value, tree.total)
# %%
back = pickle.loads(stored)
print(back == deep, type(back) is Tree, back.total)
# %%
shallow.children.append(back)
len(tree.children), tree.children is shallow.children
