# A magic of the notebook is registered and used in later cells.
# expect: equal
# %%
from IPython.core.magic import register_cell_magic, register_line_magic
# %%
@register_line_magic
def shout(line):
    return line.upper()


@register_cell_magic
def twice(line, cell):
    get_ipython().run_cell(cell)
    get_ipython().run_cell(cell)
# %%
%shout hello
# %%
said = %shout again
print(said)
# %%
%%twice
print("in", said)
