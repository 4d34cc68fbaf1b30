"""`cache:enabled` on the command line."""

import pytest
from commands import nbflow, outputs, write_notebook

pytestmark = pytest.mark.slow


def test_a_skipped_step_is_told_with_the_run_that_it_is_from(tmp_path):
    write_notebook(
        tmp_path / "nb.ipynb",
        ("step:load", "x = [1, 2]"),
        ("step:train cache:enabled", "import time\nmoment = time.time()\nprint(moment, sum(x))"),
    )
    first = nbflow("run", "nb.ipynb", "--json", "-o", "first.ipynb", cwd=tmp_path)
    assert first.status == 0, first.err
    assert "NB608" in first.err
    second = nbflow("run", "nb.ipynb", "--json", "-o", "second.ipynb", cwd=tmp_path)
    run_id = first.json["run_id"]
    assert [step["cached"] for step in second.json["steps"]] == [None, run_id]
    assert f"train: success, cached from {run_id}" in second.err
    assert outputs(tmp_path / "second.ipynb") == outputs(tmp_path / "first.ipynb")
    third = nbflow("run", "nb.ipynb", "--no-cache", "-o", "third.ipynb", cwd=tmp_path)
    assert "cached from" not in third.err
    assert outputs(tmp_path / "third.ipynb") != outputs(tmp_path / "first.ipynb")
