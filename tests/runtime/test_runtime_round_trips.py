"""Values of every kind keep type and content on their way from one process into another."""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from exactness import differences

from nbflow.runtime import artifacts, open_store
from nbflow.runtime.manifests import Manifest

HERE = Path(__file__).parent
SAVE = """
import importlib, json, sys
sys.path.insert(0, sys.argv[1])
from nbflow.runtime import artifacts, open_store, pickles
cases = importlib.import_module(sys.argv[2]).CASES
names, run, told = pickles.Names({}, {}), open_store(sys.argv[3]), {}
for number, (name, make) in enumerate(cases.items()):
    value = make[0]() if isinstance(make, tuple) else make()
    saved = artifacts.save({"value": value}, run=run, folder=f"{number}", names=names, step="a")
    told[name] = saved.groups["group-0"]
print(json.dumps(told))
"""
MODULES = {
    "plain_cases": (),
    "array_cases": ("numpy",),
    "table_cases": ("pandas", "pyarrow", "scipy", "PIL"),
    "polars_cases": ("polars",),
    "tensor_cases": ("torch",),
    "model_cases": ("sklearn", "xgboost", "lightgbm"),
}


def _cases(module):
    for name in MODULES[module]:
        pytest.importorskip(name)
    return importlib.import_module(module).CASES


def _load(module, folder):
    """All cases of a module by name, saved by one process, each as it is loaded by this one."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SAVE, str(HERE), module, str(folder)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONHASHSEED": "1"},
    )
    assert done.returncode == 0, done.stderr
    run = open_store(str(folder))
    manifest = Manifest("a", 1, "a")
    for name, entry in json.loads(done.stdout.splitlines()[-1]).items():
        what = f"variable {name!r}"
        yield name, artifacts.read(entry, run=run, what=what, manifest=manifest, workspace="")


@pytest.mark.filterwarnings("ignore")  # of the libraries, about kinds that nobody should use
@pytest.mark.parametrize("module", [name for name in MODULES if name != "model_cases"])
def test_a_value_keeps_type_and_content_between_processes(module, tmp_path):
    cases = _cases(module)
    found = {}
    for name, loaded in _load(module, tmp_path):
        told = differences(cases[name](), loaded["value"])
        found |= {name: told} if told else {}
    assert found == {}


@pytest.mark.filterwarnings("ignore")
def test_a_fitted_model_keeps_what_it_knows_between_processes(tmp_path):
    cases = _cases("model_cases")
    found = {}
    for name, loaded in _load("model_cases", tmp_path):
        make, tell = cases[name]
        told = differences(tell(make()), tell(loaded["value"]))
        found |= {name: told} if told else {}
    assert found == {}


def test_the_comparison_itself_sees_small_differences():
    import numpy as np
    import pandas as pd

    frame = pd.DataFrame({"a": [1.0]})
    noted = frame.copy()
    noted.attrs["a"] = 1
    for old, new in (
        (1, True),
        (0.0, -0.0),
        ([1], (1,)),
        ([[1]] * 2, [[1], [1]]),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (np.int64(1), np.longlong(1)),
        (np.zeros(2), np.zeros(2, ">f8")),
        (np.zeros((2, 2)), np.zeros((2, 2), order="F")),
        (np.array([np.nan]), np.array([-np.nan])),
        (frame, frame.astype("Float64")),
        (frame, noted),
        (pd.Series(["a"], dtype=object), pd.Series(["a"], dtype="str")),
        (pd.Series([None], dtype=object), pd.Series([np.nan], dtype=object)),
    ):
        assert differences(old, new), (old, new)
        assert not differences(old, old)
