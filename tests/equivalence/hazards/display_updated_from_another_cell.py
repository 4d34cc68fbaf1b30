# A display is updated by a later cell: what the earlier cell shows changes.
# expect: refused NB506 at cell 3: status
# %%
from IPython.display import display, update_display

handle = display("waiting", display_id="status")
# %%
total = sum(range(10))
# %%
update_display(f"total {total}", display_id="status")
# %%
handle.update("done")
