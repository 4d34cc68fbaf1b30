"""Kale's own test notebooks, as its wheel ships them, compile and run here unchanged."""

import json
import shutil
from pathlib import Path

import pytest
from commands import nbflow, outputs

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted(
    ROOT.glob(".venv-kale/lib/python3*/site-packages/kale/tests/assets/notebooks/*.ipynb")
)


def test_kales_wheel_is_there_with_its_notebooks():
    names = {path.name for path in NOTEBOOKS}
    assert "pipeline_parameters_and_metrics.ipynb" in names, "run `make setup`"
    assert len(names) >= 3


@pytest.mark.slow
@pytest.mark.parametrize("source", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_of_kales_compiles_and_runs_unchanged(tmp_path, source):
    shutil.copy(source, tmp_path)
    compiled = nbflow("compile", source.name, "-o", "out", "--json", cwd=tmp_path)
    assert compiled.status == 0, compiled.err
    settings = json.loads(source.read_text())["metadata"]["kubeflow_notebook"]
    assert compiled.json["dag_id"] == settings["pipeline_name"]

    ran = nbflow("run", source.name, "-o", "executed.ipynb", cwd=tmp_path)
    assert ran.status == 0, ran.err
    assert (tmp_path / "executed.ipynb").exists()


@pytest.mark.slow
def test_limits_metrics_and_parameters_of_kales_notebook_arrive(tmp_path):
    (source,) = (path for path in NOTEBOOKS if "metrics" in path.name)
    shutil.copy(source, tmp_path)
    show = nbflow("show", source.name, "--json", cwd=tmp_path).json
    assert [step["name"] for step in show["steps"]] == ["create_matrix", "sum_matrix"]
    assert {p["name"]: p["type"] for p in show["parameters"]} == {
        "d1": "int",
        "d2": "int",
        "booltest": "bool",
        "strtest": "str",
    }
    nbflow("compile", source.name, "-o", "out", cwd=tmp_path)
    dag = (tmp_path / "out" / "hp-test.py").read_text()
    assert '"nvidia.com/gpu": "2"' in dag

    ran = nbflow("run", source.name, "-p", "d1=2", "-o", "done.ipynb", "--json", cwd=tmp_path)
    assert ran.status == 0, ran.err
    metrics = ran.json["metrics"]
    assert (metrics["d1"], metrics["d2"]) == (2, 6)
    assert 0 < metrics["sum_result"] < 12
    assert str(metrics["sum_result"]) in list(outputs(tmp_path / "done.ipynb").values())[-1]
