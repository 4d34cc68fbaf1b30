"""The harness: a fork of the warm process is what a kernel is."""

from __future__ import annotations

from pathlib import Path

from comparison import compare
from programs import read_program
from shells import Shells, failure


def test_a_fork_runs_cells_as_a_kernel_does(shells: Shells, tmp_path: Path) -> None:
    program = read_program(
        """
# %%
import sys
print("numpy" in sys.modules, "pandas" in sys.modules)
# %%
import numpy as np
np.arange(3)
# %%
import pandas as pd
pd.DataFrame({"a": [1]}).shape
# %%
display(_)
print("err", file=sys.stderr)
# %%
1 / 0
# %%
print("not reached")
"""
    )
    done = shells.execute(program.notebook(), cwd=tmp_path)
    outputs = [cell["outputs"] for cell in done["cells"]]
    assert outputs[0][0]["text"] == "False False\n"
    assert outputs[1][0]["data"] == {"text/plain": "array([0, 1, 2])"}
    assert outputs[2][0]["data"] == {"text/plain": "(1, 1)"}
    assert [output["output_type"] for output in outputs[3]] == ["display_data", "stream"]
    assert failure(done) == ("cell-4", "ZeroDivisionError", "division by zero")
    assert outputs[5] == []


def test_forks_share_nothing(shells: Shells, tmp_path: Path) -> None:
    first = read_program(
        "# %%\nimport random, os\nx = 1\nos.environ['LEFT'] = '1'\nrandom.random()"
    )
    second = read_program("# %%\nimport os\n'x' in globals(), os.environ.get('LEFT')")
    one = shells.execute(first.notebook(), cwd=tmp_path)
    other = shells.execute(first.notebook(), cwd=tmp_path)
    assert compare(one, other) != ()  # each fork has random state of its own
    shown = shells.execute(second.notebook(), cwd=tmp_path)
    assert shown["cells"][0]["outputs"][0]["data"]["text/plain"] == "(False, None)"
