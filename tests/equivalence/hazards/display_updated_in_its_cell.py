# A display that is updated in the cell that made it, as progress bars do.
# expect: equal
# %%
from IPython.display import clear_output, display, update_display

handle = display("start", display_id="bar")
for i in range(3):
    handle.update(f"{i + 1}/3")
# %%
for i in range(3):
    clear_output(wait=True)
    print("round", i)
# %%
display("other", display_id="bar2")
update_display("ready", display_id="bar2")
print(i)
