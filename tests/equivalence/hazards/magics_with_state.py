# Magics that last: precision, alias, `%%capture`, and interactivity of the shell.
# expect: equal
# %%
%precision 2
# %%
3.14159
# %%
%alias_magic hello env
# %%
from IPython.core.interactiveshell import InteractiveShell

InteractiveShell.ast_node_interactivity = "all"
# %%
1 + 1
2.71828
# %%
%%capture kept
print("inside")
# %%
print(kept.stdout)
%precision %r
# %%
3.14159
5
