# A child process started in one cell is waited for in another.
# expect: refused NB501 at cell 2: child, a running process
# %%
import subprocess

child = subprocess.Popen(["echo", "hello"], stdout=subprocess.PIPE, text=True)
# %%
print(child.communicate()[0])
