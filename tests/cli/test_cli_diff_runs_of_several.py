"""`nbflow diff-runs`, and the same in Python, on runs of several notebooks on this machine."""

import pytest
from commands import nbflow as command
from commands import write_notebook

import nbflow

pytestmark = pytest.mark.slow

WEEKLY = """
name: weekly
parameters: {least: 1, regions: [eu, us]}
stages:
  ingest: {notebook: ingest.ipynb}
  train:
    notebook: train.ipynb
    foreach: {region: "${regions}"}
    parameters: {rows: "${ingest.rows}", least: "${least}"}
  report:
    notebook: report.ipynb
    when: "${least} > 2"
    after: train
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """A folder, and two runs in it: the second with another value, on which a stage depends."""
    folder = tmp_path_factory.mktemp("several")
    given = ("parameters", "region = ''\nrows = 0\nleast = 0")
    counted = ("step:score", "score = rows * (least if region == 'us' else 1)")
    write_notebook(folder / "ingest.ipynb", ("step:load", "rows = 3\nprint(rows)"))
    write_notebook(
        folder / "train.ipynb", given, counted, ("step:show pipeline-metrics", "print(score)")
    )
    write_notebook(folder / "report.ipynb", ("step:write", "print('done')"))
    (folder / "weekly.yaml").write_text(WEEKLY)
    runs = []
    for given in ((), ("-p", "least=3")):
        done = command("run", "weekly.yaml", *given, "--json", cwd=folder)
        assert done.status == 0, done.err
        runs.append(f"weekly/{done.json['run_id']}")
    return folder, *runs


def test_each_stage_and_item_that_differs_has_a_heading(ran):
    folder, one, other = ran
    found = command("diff-runs", one, other, "--exit-code", cwd=folder)
    assert found.status == 1, found.err
    head, _, rest = found.out.partition("\n~ train[0]: success\n")
    assert "~ least: 1 → 3 (+2)" in head
    first, _, last = rest.partition("\n~ train[1]: success\n")
    assert "~ least: 1 → 3 (+2)" in first
    assert "score" not in first
    assert "    ~ score: 3 → 9 (+6)" in last
    assert "      -3\n" in last
    assert "\n+ report: not run → success\n" in last
    assert "ingest" not in found.out
    assert "4 notebooks: 2 different, 1 new, 1 the same; 7 cells: 1 different, " in found.out


def test_programs_get_the_parts_in_the_same_shapes(ran):
    folder, one, other = ran
    told = command("diff-runs", one, other, "--json", cwd=folder).json
    verdicts = {part["name"]: part["verdict"] for part in told["parts"]}
    assert verdicts == {
        "ingest": "same",
        "train[0]": "different",
        "train[1]": "different",
        "report": "new",
    }
    second = told["parts"][2]
    assert second["metrics"] == [{"name": "score", "before": 3, "after": 9, "verdict": "different"}]
    assert [cell["verdict"] for cell in second["cells"]].count("different") == 1
    assert told["parts"][3]["states"] == [None, "success"]
    assert told["cells"] == told["metrics"] == []


def test_in_python_a_part_is_found_by_its_name(ran):
    folder, one, other = ran
    found = nbflow.diff_runs(one, other, project=folder)
    assert found
    assert found.parts["train[1]"].metrics["score"].after == 9
    assert not found.parts["ingest"].changed
    assert "train[1]: different" in repr(found)
    assert "<code>train[1]</code>" in found._repr_html_()
    back = nbflow.diff_runs(other, one, project=folder)
    assert back.parts["report"].verdict == "gone"


def test_a_run_is_not_compared_with_itself(ran):
    folder, one, _ = ran
    found = command("diff-runs", one, one, cwd=folder)
    assert (found.status, "named twice" in found.err) == (2, True)


def test_a_run_from_when_the_pipeline_was_one_notebook_has_no_part_in_common(ran):
    folder, one, _ = ran
    write_notebook(folder / "weekly.ipynb", "print(1)")
    alone = command("run", "weekly.ipynb", "--json", cwd=folder)
    assert alone.status == 0, alone.err
    told = command("diff-runs", one, f"weekly/{alone.json['run_id']}", "--json", cwd=folder)
    assert told.status == 0, told.err
    assert {part["verdict"] for part in told.json["parts"]} == {"gone"}
