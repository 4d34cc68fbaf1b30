# Environment variables that are set, changed and deleted; programs see them too.
# expect: equal
# %%
import os

os.environ["STAGE"] = "test"
%env LEVEL=3
# %%
!echo $STAGE-$LEVEL
# %%
%%bash
echo "in bash: $STAGE"
# %%
os.environ.update(STAGE="prod", EXTRA="1")
%set_env LEVEL=4
# %%
def stage():
    return os.getenv("STAGE"), os.environ.get("LEVEL")
# %%
print(stage(), "EXTRA" in os.environ)
del os.environ["EXTRA"]
# %%
import subprocess

print(subprocess.run("echo $STAGE $EXTRA.", shell=True, capture_output=True, text=True).stdout)
os.environ.pop("LEVEL")
# %%
stage()
