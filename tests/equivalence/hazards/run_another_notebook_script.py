# `%run` of a script that a cell wrote, and of one that is beside the notebook.
# expect: equal
# %%
rate = 5
# %%
%%writefile script_made.py
rate = 7
made = [rate]
print("script", rate)
# %%
%run script_made.py
# %%
print(rate, made)
made.append(1)
# %%
%run -i beside_script.py
# %%
doubled, made
