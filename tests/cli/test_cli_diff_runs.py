"""`nbflow diff-runs`, on runs of this machine."""

import pytest
from commands import nbflow, write_notebook

pytestmark = pytest.mark.slow

CELLS = [
    ("parameters", "rate = 0.5\nname = 'a'"),
    ("step:load", "import time\nrows = [1, 2, 3]\nprint(object(), rows)"),
    ("step:fit", "print(round(sum(rows) * rate, 2))\nrows"),
    ("step:report pipeline-metrics", "total = sum(rows) * rate\nprint(total)"),
]


@pytest.fixture
def ran(tmp_path):
    """Run the notebook in a folder; the run's name."""

    def run(*given, cells=CELLS, status=0):
        write_notebook(tmp_path / "sales.ipynb", *cells)
        done = nbflow("run", "sales.ipynb", *given, "--json", cwd=tmp_path)
        assert done.status == status, done.err
        return f"sales/{done.json['run_id']}"

    return run


def test_runs_that_show_the_same_do_not_differ(ran, tmp_path):
    one, other = ran(), ran()
    found = nbflow("diff-runs", one, other, "--exit-code", cwd=tmp_path)
    assert found.status == 0, found.err
    assert f"- {one}: success" in found.out
    assert f"+ {other}: success" in found.out
    assert "4 cells: all the same" in found.out


def test_parameters_metrics_and_outputs_that_differ_are_shown(ran, tmp_path):
    one, other = ran(), ran("-p", "rate=2")
    found = nbflow("diff-runs", one, other, "--exit-code", cwd=tmp_path)
    assert found.status == 1, found.err
    for words in (
        "~ rate: 0.5 → 2.0 (+1.5)",
        "~ total: 3.0 → 12.0 (+9)",
        "~ cell 3 (id cell-3)",
        "-3.0",
        "+12.0",
        "4 cells: 2 different, 2 the same",
    ):
        assert words in found.out
    assert "name:" not in found.out
    assert nbflow("diff-runs", one, other, cwd=tmp_path).status == 0

    told = nbflow("diff-runs", one, other, "--json", cwd=tmp_path).json
    assert told["changed"]
    assert told["before"]["digest"] == told["after"]["digest"] != ""
    assert told["parameters"] == [
        {"name": "rate", "before": 0.5, "after": 2.0, "verdict": "different"}
    ]
    assert [cell["verdict"] for cell in told["cells"]] == ["same", "same", "different", "different"]
    (difference,) = told["cells"][2]["differences"]
    assert (difference["what"], difference["before"].strip()) == ("stdout", "3.0")


def test_a_notebook_that_was_edited_in_between_says_so(ran, tmp_path):
    one = ran()
    edited = [*CELLS[:2], ("step:fit", "print(3.0)\nrows"), ("step:more", "print('new')")]
    other = ran(cells=edited)
    found = nbflow("diff-runs", one, other, "--json", cwd=tmp_path).json
    assert found["before"]["digest"] != found["after"]["digest"]
    said = {cell["cell"]: (cell["verdict"], cell["edited"]) for cell in found["cells"]}
    assert said["cell-3"] == ("same", True)
    assert said["cell-4"] == ("different", True)
    assert found["metrics"] == [{"name": "total", "before": 3.0, "after": None, "verdict": "gone"}]
    told = nbflow("diff-runs", one, other, cwd=tmp_path).out
    assert "cell 3 (id cell-3) (edited, shows the same)" in told
    assert "- total: 3.0" in told


def test_a_run_that_failed_differs_by_what_it_did_not_reach(ran, tmp_path):
    cells = [*CELLS[:2], ("step:fit", "fitted = 1 / (rate - 1)"), ("step:report", "fitted")]
    one, other = ran(cells=cells), ran("-p", "rate=1", cells=cells, status=10)
    found = nbflow("diff-runs", one, other, cwd=tmp_path)
    assert found.status == 0, found.err
    assert f"+ {other}: failed" in found.out
    assert "ZeroDivisionError" in found.out
    assert "cell 4 (id cell-4) (ran before, not now)" in found.out


def test_what_cannot_be_compared_is_refused(ran, tmp_path):
    one = ran()
    same = nbflow("diff-runs", one, one, cwd=tmp_path)
    assert (same.status, "named twice" in same.err) == (2, True)
    write_notebook(tmp_path / "other.ipynb", "print(1)")
    assert nbflow("run", "other.ipynb", cwd=tmp_path).status == 0
    differ = nbflow("diff-runs", one, "other", cwd=tmp_path)
    assert (differ.status, "not of one DAG" in differ.err) == (2, True)
    gone = nbflow("diff-runs", one, "sales/local__none", cwd=tmp_path)
    assert (gone.status, "local__none" in gone.err) == (6, True)
