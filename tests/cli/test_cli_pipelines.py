"""Several notebooks as one pipeline on this machine: `nbflow run pipeline.yaml`, and around it."""

import html
import json
import os
import pty
import re
from contextlib import suppress

import pytest
from commands import NBFLOW, nbflow, outputs, write_notebook
from weekly import write_notebooks

pytestmark = pytest.mark.slow

PIPELINE = """
parameters:
  day: "2026-11-28"
  threshold: 0.1
stages:
  ingest:
    notebook: ingest.ipynb
    parameters: {day: "${day}"}
  train:
    notebook: train.ipynb
    foreach: {region: "${ingest.names}"}
    parallel: 2
    parameters: {rows: "${ingest.rows}", tries: 3}
  release:
    approve: "Release the models?"
    after: [train]
  report:
    notebook: report.ipynb
    when: "${ingest.total} > 3 and ${threshold} < 0.9"
    after: release
    parameters: {accuracies: "${train.accuracy}", threshold: "${threshold}"}
"""


def write_pipeline(folder, text=PIPELINE, *, train="model = rows[region] * 10"):
    write_notebooks(folder, train=train)
    (folder / "pipeline.yaml").write_text(text)
    (folder / "nbflow.yaml").write_text("defaults: {retries: 0}\n")


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "weekly"
    place.mkdir()
    write_pipeline(place)
    return place


def states(result):
    return {one["name"]: one["state"] for one in result.json["steps"]}


def test_stages_run_in_order_with_what_they_are_given_and_each_notebook_comes_back(folder):
    ran = nbflow("run", "pipeline.yaml", "--yes", "-p", "day=X", "-o", "out", "--json", cwd=folder)
    assert ran.status == 0, ran.err
    assert states(ran) == dict.fromkeys(
        [
            "ingest.load",
            "ingest.count",
            "train.fit[0]",
            "train.score[0]",
            "train.fit[1]",
            "train.score[1]",
            "release",
            "report.write",
        ],
        "success",
    )
    names = sorted(path.name for path in (folder / "out").iterdir())
    assert names == ["ingest.ipynb", "report.ipynb", "train-0.ipynb", "train-1.ipynb"]
    assert outputs(folder / "out" / "ingest.ipynb")["cell-2"] == "X\n"
    assert outputs(folder / "out" / "train-1.ipynb")["cell-2"] == "us 50 3\n"
    assert outputs(folder / "out" / "report.ipynb")["cell-2"] == "[0.3, 0.5] 0.1\n"
    run_id = f"{ran.json['dag_id']}/{ran.json['run_id']}"
    sizes = nbflow("profiles", "suggest", "pipeline.yaml", "--json", cwd=folder)
    assert sizes.status == 0, sizes.err
    assert "train.fit" in sizes.out
    again = nbflow("output", run_id, "-o", "later", cwd=folder)
    assert again.status == 0, again.err
    assert outputs(folder / "later" / "train-0.ipynb")["cell-2"] == "eu 30 3\n"


def test_the_files_of_each_notebook_are_in_a_folder_of_its_own(folder):
    train = "model = rows[region] * 10\nopen('region.txt', 'w').write(region)"
    write_pipeline(folder, train=train)
    ran = nbflow("run", "pipeline.yaml", "--yes", "-p", "day=X", cwd=folder)
    assert ran.status == 0, ran.err
    done = nbflow("output", "weekly", "--files", "made", cwd=folder)
    assert done.status == 0, done.err
    assert done.out.split() == ["made/train/0/region.txt", "made/train/1/region.txt"]
    assert (folder / "made" / "train" / "1" / "region.txt").read_text() == "us"


def test_what_was_refused_or_excluded_is_skipped_and_the_run_goes_well(folder):
    refused = nbflow("run", "pipeline.yaml", "--refuse", "release", "--json", cwd=folder)
    assert refused.status == 0, refused.err
    assert refused.json["state"] == "success"
    assert (states(refused)["release"], states(refused)["report.write"]) == ("success", "skipped")
    excluded = nbflow("run", "pipeline.yaml", "--yes", "-p", "threshold=0.95", "--json", cwd=folder)
    assert states(excluded)["report.write"] == "skipped"


def test_a_failed_item_fails_the_run_which_then_goes_on_from_there(folder):
    write_pipeline(folder, train="model = rows[region] * 10\nassert region != 'us', 'no us'")
    failed = nbflow("run", "pipeline.yaml", "--yes", "--json", cwd=folder)
    assert failed.status == 10
    found = states(failed)
    assert (found["train.fit[0]"], found["train.fit[1]"]) == ("success", "failed")
    assert (found["release"], found["report.write"]) == ("upstream_failed", "upstream_failed")
    write_pipeline(folder)
    resumed = nbflow("run", "pipeline.yaml", "--yes", "--resume", "--json", cwd=folder)
    assert resumed.status == 0, resumed.err
    assert resumed.json["run_id"] == failed.json["run_id"]
    assert resumed.json["started"] == failed.json["started"] < resumed.json["resumed"]
    kept = {one["name"]: one["kept"] for one in resumed.json["steps"]}
    assert kept["ingest.load"] is True
    assert kept["train.fit[1]"] is False
    assert set(states(resumed).values()) == {"success"}


def test_a_page_has_all_notebooks_of_a_run_with_a_table_of_contents(folder):
    write_pipeline(folder, train="model = rows[region] * 10\nassert region != 'us', 'no <us>'")
    failed = nbflow("run", "pipeline.yaml", "--yes", "-o", "all.html", "--json", cwd=folder)
    assert failed.status == 10
    page = (folder / "all.html").read_text()
    assert failed.json["notebook"] == "all.html"
    contents, _, notebooks = page.partition('<a id="stage-ingest">')
    assert re.findall(r'href="#(stage-[^"]+)"', contents) == [
        "stage-ingest",
        "stage-train-0",
        "stage-train-1",
    ]
    for words in ("region = 'us'", "<td>release</td>\n<td>upstream failed</td>"):
        assert words in html.unescape(contents)
    assert re.findall(r'<a id="(stage-[^"]+)">', page) == re.findall(r'#(stage-[^"]+)"', contents)
    # The header of the item that failed leads to its own cell, of all with this id.
    assert 'href="#cell-id=train-1--cell-2"' in notebooks
    assert notebooks.count('id="cell-id=train-1--cell-2"') == 1
    assert "eu 30 3" in notebooks
    run_id = f"{failed.json['dag_id']}/{failed.json['run_id']}"
    bare = nbflow("output", run_id, "-o", "bare.html", "--no-header", cwd=folder)
    assert bare.status == 0, bare.err
    assert "peak memory" not in (folder / "bare.html").read_text()
    refused = nbflow("output", run_id, "-o", "all.ipynb", cwd=folder)
    assert (refused.status, "a page for all: OUT.html" in refused.err) == (2, True)


def test_a_value_that_is_no_json_fails_its_step_and_says_the_way_out(folder):
    write_notebook(folder / "ingest.ipynb", ("step:load", "rows = object()"))
    (folder / "pipeline.yaml").write_text(
        "stages:\n  ingest: {notebook: ingest.ipynb}\n"
        "  train: {notebook: train.ipynb, parameters: {rows: '${ingest.rows}'}}\n"
    )
    failed = nbflow("run", "pipeline.yaml", cwd=folder)
    assert failed.status == 10
    assert "ingest.load" in failed.err
    assert "'rows', a object, which JSON cannot say" in failed.err


def test_going_over_what_is_no_list_fails_and_over_an_empty_one_skips(folder):
    text = (
        "parameters: {items: null}\nstages:\n"
        "  train: {notebook: train.ipynb, foreach: {region: '${items}'},"
        " parameters: {rows: {eu: 1}}}\n"
        "  report: {notebook: report.ipynb, parameters: {accuracies: '${train.accuracy}'}}\n"
    )
    (folder / "pipeline.yaml").write_text(text)
    wrong = nbflow("run", "pipeline.yaml", "-p", "items=1", cwd=folder)
    assert (wrong.status, "${items} is no list" in wrong.err) == (10, True)
    none = nbflow("run", "pipeline.yaml", "-p", "items:=[]", "--json", cwd=folder)
    assert none.status == 0, none.err
    assert set(states(none).values()) == {"skipped"}


def test_a_run_that_nobody_can_answer_for_does_not_begin(folder):
    done = nbflow("run", "pipeline.yaml", cwd=folder)
    assert (done.status, "--approve release" in done.err) == (2, True)
    unknown = nbflow("run", "pipeline.yaml", "--approve", "relase", cwd=folder)
    assert (unknown.status, "release" in unknown.err) == (2, True)
    one_file = nbflow("run", "pipeline.yaml", "--yes", "-o", "x.ipynb", cwd=folder)
    assert (one_file.status, "Name a folder" in one_file.err) == (2, True)
    assert not (folder / ".nbflow" / "store").exists()


def test_a_person_at_a_terminal_is_asked(folder):
    (folder / "pipeline.yaml").write_text(
        "stages:\n  release: {approve: 'Release?', message: 'Look first.'}\n"
        "  report: {notebook: report.ipynb, after: release, parameters: {accuracies: [1]}}\n"
    )
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.execv(NBFLOW, [str(NBFLOW), "run", "pipeline.yaml"])
    shown = b""
    with suppress(OSError):  # the terminal is gone when the command is
        while piece := os.read(terminal, 4096):
            shown += piece
            if shown.endswith(b"[y/N]: "):
                os.write(terminal, b"n\n")
    assert os.waitpid(child, 0)[1] == 0, shown
    text = shown.decode()
    assert text.index("Look first.") < text.index("release: Release? [y/N]") < text.index("skipped")


def test_check_and_show_tell_of_stages_and_of_faults_with_file_and_line(folder):
    assert nbflow("check", "pipeline.yaml", cwd=folder).out == (
        "pipeline.yaml: 4 stages, 5 steps, no problems\n"
    )
    shown = nbflow("show", "pipeline.yaml", "--json", cwd=folder).json
    assert [one["name"] for one in shown["stages"]] == ["ingest", "train", "release", "report"]
    assert shown["stages"][1]["foreach"] == {"region": "${ingest.names}"}
    assert (
        "for each region in ${ingest.names}, 2 at once"
        in nbflow("show", "pipeline.yaml", cwd=folder).out
    )
    (folder / "pipeline.yaml").write_text(PIPELINE.replace("${ingest.total}", "${ingest.totl}"))
    wrong = nbflow("check", "pipeline.yaml", "--json", cwd=folder)
    assert wrong.status == 3
    (one,) = wrong.json[0]["diagnostics"]
    assert (one["code"], "did you mean 'total'" in one["hint"]) == ("NB802", True)
    text = nbflow("check", "pipeline.yaml", cwd=folder).out
    assert "--> pipeline.yaml:17" in text
    (folder / "pipeline.yaml").write_text("stages: [")
    assert nbflow("check", "pipeline.yaml", cwd=folder).status == 2


def test_compile_writes_one_dag_beside_all_step_notebooks(folder):
    done = nbflow("compile", "pipeline.yaml", "-o", "dags", "--json", cwd=folder)
    assert done.status == 0, done.err
    assert (folder / "dags" / "weekly.py").is_file()
    steps = folder / "dags" / "weekly" / done.json["digest"] / "steps"
    assert len(list(steps.iterdir())) == 5
    json.loads((steps / "train.score.ipynb").read_text())


@pytest.mark.parametrize("command", [("check", "--prove"), ("image",)])
def test_what_is_for_one_notebook_says_so(folder, command):
    done = nbflow(*command, "pipeline.yaml", cwd=folder)
    assert done.status == 2
    assert "one notebook" in done.err
