"""DAG files as they are written, byte by byte."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from bundle_layouts import ruff_check, ruff_format
from bundle_pipelines import plans

from nbflow.bundles import bundle

GOLDEN = Path(__file__).parent / "golden"
UPDATE = os.environ.get("NBFLOW_UPDATE_GOLDEN") == "1"
PLANS = plans()


def golden_text(dag: str, *, digest: str) -> str:
    """The digest changes with every release, which the golden files need not show."""
    return dag.replace(digest, "0" * 16)


@pytest.mark.parametrize("name", sorted(PLANS))
def test_a_dag_file_is_the_golden_one(name: str) -> None:
    made = bundle(PLANS[name])
    text = golden_text(made.dag, digest=made.digest)
    file = GOLDEN / f"{name}.py"
    if UPDATE:
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert file.is_file(), f"no golden file {file.name}; NBFLOW_UPDATE_GOLDEN=1 writes it"
    assert text == file.read_text(encoding="utf-8")


def test_every_golden_file_belongs_to_a_plan() -> None:
    assert sorted(file.stem for file in GOLDEN.glob("*.py")) == sorted(PLANS)


@pytest.mark.parametrize("name", sorted(PLANS))
def test_ruff_has_nothing_to_say_about_a_dag_file(name: str) -> None:
    dag = bundle(PLANS[name]).dag
    assert ruff_check(dag) == ""
    assert ruff_format(dag) == dag


@pytest.mark.parametrize("name", sorted(PLANS))
def test_a_dag_file_names_no_place_of_this_machine_and_nothing_of_nbflow(name: str) -> None:
    dag = bundle(PLANS[name]).dag
    assert "/project" not in dag
    assert not re.search(r"^\s*(?:import|from)\s+nbflow", dag, re.MULTILINE)
