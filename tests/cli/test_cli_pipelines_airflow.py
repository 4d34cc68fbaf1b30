"""Several notebooks as one pipeline, in a real Airflow: values, items, a condition, an approval."""

import json

import pytest
from commands import nbflow, outputs
from weekly import write_notebooks

from waiting import until

pytestmark = [pytest.mark.airflow, pytest.mark.slow, pytest.mark.timeout(600)]

PIPELINE = """
name: weekly_{name}
parameters:
  day: "2026-11-28"
  none: []
  threshold: {{default: 0.1, help: "least accuracy", minimum: 0, maximum: 1}}
stages:
  ingest:
    notebook: ingest.ipynb
    parameters: {{day: "${{day}}"}}
  train:
    notebook: train.ipynb
    foreach: {{region: "${{ingest.names}}"}}
    parallel: 2
    parameters: {{rows: "${{ingest.rows}}", tries: 3}}
  release:
    approve: "Release the models?"
    after: [train]
  report:
    notebook: report.ipynb
    when: "${{ingest.total}} > 3 and ${{threshold}} < 0.9"
    after: release
    parameters: {{accuracies: "${{train.accuracy}}", threshold: "${{threshold}}"}}
  empty:
    notebook: train.ipynb
    foreach: {{region: "${{none}}"}}
  behind:
    notebook: report.ipynb
    parameters: {{accuracies: "${{empty.accuracy}}"}}
  never:
    notebook: report.ipynb
    when: "${{ingest.total}} > 1000"
    parameters: {{threshold: 1.0}}
"""


def write_pipeline(folder, name):
    write_notebooks(folder)
    (folder / "pipeline.yaml").write_text(PIPELINE.format(name=name))


@pytest.fixture(scope="module")
def ran(airflow, tmp_path_factory):
    """Two runs: one that was approved, and one that was refused; and how to ask about them."""
    folder = tmp_path_factory.mktemp("weekly")
    (folder / "nbflow.yaml").write_text(
        f"{airflow.settings}defaults: {{retry_delay: 1s, retries: 0}}\n"
    )

    def run(*arguments):
        return nbflow(*arguments, cwd=folder, timeout=240, SECRET=airflow.instance.password)

    write_pipeline(folder, "one")
    published = run("publish", "pipeline.yaml", "--json")
    assert published.status == 0, published.err
    started = [run("trigger", "weekly_one", "-p", "day=2026-02-03", "--json") for _ in range(2)]
    assert [one.status for one in started] == [0, 0]
    runs = [f"weekly_one/{one.json['run_id']}" for one in started]
    for name, answer in zip(runs, ([], ["--refuse"]), strict=True):
        until(
            lambda name=name, answer=answer: run("approve", name, *answer).status == 0, seconds=200
        )
    for name in runs:
        followed = run("runs", name, "--follow")
        assert followed.status == 0, followed.err
    return folder, run, runs


def states(run, name):
    return {one["name"]: one["state"] for one in run("runs", name, "--json").json["steps"]}


def test_an_approved_run_goes_through_all_stages_and_skips_what_a_condition_excludes(ran):
    _, run, (approved, _) = ran
    found = states(run, approved)
    assert list(found) == [
        "ingest.load",
        "ingest.count",
        "each_of_train",
        "train.fit[0]",
        "train.score[0]",
        "train.fit[1]",
        "train.score[1]",
        "release",
        "if_report",
        "report.write",
        "each_of_empty",
        "empty.fit",
        "empty.score",
        "behind.write",
        "if_never",
        "never.write",
    ]
    for name in ("never.write", "empty.fit", "empty.score", "behind.write"):
        assert found.pop(name) == "skipped"
    assert set(found.values()) == {"success"}


def test_a_refused_run_ends_well_with_what_comes_behind_skipped(ran):
    _, run, (_, refused) = ran
    found = states(run, refused)
    assert (found["release"], found["if_report"], found["report.write"]) == (
        "success",
        "skipped",
        "skipped",
    )
    again = run("approve", refused)
    assert (again.status, "waits for an answer" in again.err) == (2, True)


def test_each_notebook_of_a_run_comes_back_with_the_values_that_it_was_given(ran):
    folder, run, (approved, _) = ran
    written = run("output", approved, "-o", "out")
    assert written.status == 0, written.err
    names = sorted(path.name for path in (folder / "out").iterdir())
    assert names == ["ingest.ipynb", "report.ipynb", "train-0.ipynb", "train-1.ipynb"]
    assert outputs(folder / "out" / "ingest.ipynb")["cell-2"] == "2026-02-03\n"
    assert outputs(folder / "out" / "train-1.ipynb")["cell-2"] == "us 50 3\n"
    assert outputs(folder / "out" / "report.ipynb")["cell-2"] == "[0.3, 0.5] 0.1\n"
    head = json.loads((folder / "out" / "train-0.ipynb").read_text())["cells"][0]["source"]
    assert "region = 'eu'" in "".join(head)
    assert run("output", approved, "-o", "out.html").status == 0
    page = (folder / "out.html").read_text()
    assert 'href="#stage-train-1"' in page
    assert "<td>release</td>\n<td>✓ success</td>" in page
    one_file = run("output", approved, "-o", "out.ipynb")
    assert (one_file.status, "Name a folder" in one_file.err) == (2, True)


def test_logs_and_differences_tell_of_stages(ran):
    folder, run, (approved, _) = ran
    items = run("logs", approved, "train.fit").out.splitlines()
    assert [line for line in items if line.startswith("===")] == [
        "=== train.fit[0]",
        "=== train.fit[1]",
    ]
    said = run("logs", approved, "train.fit[1]")
    assert said.status == 0, said.err
    assert "us" in said.out
    assert run("diff", "pipeline.yaml", "--exit-code").status == 0
    text = (folder / "pipeline.yaml").read_text().replace("parallel: 2", "parallel: 1")
    (folder / "pipeline.yaml").write_text(text)
    changed = run("diff", "pipeline.yaml", "--exit-code")
    assert (changed.status, "max_active_tis_per_dagrun=1" in changed.out) == (1, True)


def test_a_run_that_was_cancelled_while_it_was_resumed_goes_on_and_fails_again(ran):
    folder, run, _ = ran
    gate = folder / "gate"
    train = (
        f"import pathlib, time\ngate = pathlib.Path({str(gate)!r})\n"
        "if region == 'us':\n"
        "    while gate.exists(): time.sleep(0.1)\n"
        "    raise ValueError('nothing about us')\n"
        "model = rows[region] * 10"
    )
    write_notebooks(folder, train=train)
    (folder / "pipeline.yaml").write_text(PIPELINE.format(name="again"))
    assert run("publish", "pipeline.yaml").status == 0
    failed = run("trigger", "weekly_again", "--wait", "--json")
    assert failed.status == 10, failed.err
    name = f"weekly_again/{failed.json['run_id']}"
    gate.touch()
    assert run("resume", name).status == 0
    until(lambda: states(run, name)["train.fit[1]"] == "running")
    assert run("cancel", name).status == 0
    gate.unlink()
    seen = states(run, name)
    assert (seen["train.fit[0]"], seen["train.fit[1]"]) == ("success", "cancelled")
    assert run("resume", name).status == 0
    again = run("runs", name, "--follow")
    assert again.status == 10, again.out
    seen = states(run, name)
    assert (seen["train.fit[0]"], seen["train.fit[1]"]) == ("success", "failed")
    assert seen["release"] == seen["report.write"] == "upstream_failed"
    assert seen["never.write"] == seen["behind.write"] == "skipped"
