"""`nbflow import`: a pipeline of Elyra's becomes a pipeline.yaml, with a report."""

import json
import shutil
import signal
from pathlib import Path

import pytest
import yaml
from commands import Result
from commands import nbflow as installed

from nbflow import api
from nbflow.cli import main

PIPELINES = Path(__file__).parents[1] / "elyra" / "pipelines"


@pytest.fixture
def folder(tmp_path):
    """A project as Elyra's users have it."""
    shutil.copytree(PIPELINES, tmp_path / "project")
    return tmp_path / "project"


@pytest.fixture
def nbflow(monkeypatch, capsys):
    """The command in this process: it starts none, and most of what is tested is its errors."""

    heeded = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}

    def run(*arguments, cwd):
        monkeypatch.chdir(cwd)
        capsys.readouterr()
        status = main(arguments)
        return Result(status, *capsys.readouterr())

    yield run
    for number, handler in heeded.items():
        signal.signal(number, handler)


def write(folder, name, **changes):
    """A file of Elyra's, with the properties of its first node changed."""
    content = json.loads((folder / "v8.pipeline").read_text())
    content["pipelines"][0]["nodes"][0]["app_data"]["component_parameters"] |= changes
    (folder / name).write_text(json.dumps(content))


def test_the_pipeline_goes_to_standard_output_and_the_report_to_standard_error(folder):
    result = installed("import", "v8.pipeline", cwd=folder)
    assert result.status == 0
    assert list(yaml.safe_load(result.out)["stages"]) == ["load", "train", "score"]
    assert "warning[no-equal]: node 'Load': outputs: [\"rows.parquet\"]\n" in result.err
    assert "   = help: tag a cell of load.ipynb `parameters`" in result.err
    what = "Write these profiles into nbflow.yaml, a new file:\n\nprofiles:\n  churn_v8:\n"
    assert what in result.err
    assert result.err.endswith("v8.pipeline: 3 stages, 3 to do by hand, 2 without an equal\n")


def test_a_file_is_written_once_and_never_over_another_one(folder, nbflow):
    first = nbflow("import", "v8.pipeline", "-o", "pipeline.yaml", cwd=folder)
    assert (first.status, first.out) == (0, "pipeline.yaml\n")
    assert yaml.safe_load((folder / "pipeline.yaml").read_text())["name"] == "churn-v8"
    assert nbflow("import", "v8.pipeline", "-o", "pipeline.yaml", cwd=folder).status == 0
    (folder / "pipeline.yaml").write_text("name: mine\n")
    refused = nbflow("import", "v8.pipeline", "-o", "pipeline.yaml", cwd=folder)
    assert refused.status == 2
    assert "may have been edited" in refused.err
    assert (folder / "pipeline.yaml").read_text() == "name: mine\n"


def test_paths_are_relative_to_the_file_that_is_written(folder):
    to = folder / "nbflow" / "churn.yaml"
    api.write_imported(api.import_elyra(folder / "v6.pipeline", output=to), to)
    stages = yaml.safe_load(to.read_text())["stages"]
    assert stages["load"]["notebook"] == "../load.ipynb"


def test_programs_get_every_property_with_its_verdict(folder, nbflow):
    result = nbflow("import", "v6.pipeline", "--json", cwd=folder)
    assert (result.status, result.err) == (0, "")
    told = result.json
    assert (told["version"], told["path"], told["left_out"]) == (6, None, ["SlackAPIPostOperator"])
    assert yaml.safe_load(told["yaml"]) == told["pipeline"]
    assert told["profiles"] == {"churn_v6": {"image": "registry.example.com/ds:1"}}
    verdicts = {note["verdict"] for note in told["report"]}
    assert verdicts == {"kept", "profile", "idle", "no-equal"}
    assert "xoxb" not in result.out


def test_strict_ends_with_3_where_something_has_no_equal(folder, nbflow):
    assert nbflow("import", "v8.pipeline", "--strict", cwd=folder).status == 3
    nothing = {"outputs": [], "pipeline_parameters": []}
    write(folder, "plain.pipeline", **nothing)
    content = json.loads((folder / "plain.pipeline").read_text())
    properties = content["pipelines"][0]["app_data"]["properties"]
    del properties["pipeline_defaults"]["cos_object_prefix"]
    del properties["pipeline_parameters"][0]["required"]
    properties["pipeline_parameters"] = [
        one for one in properties["pipeline_parameters"] if one["name"] != "fast"
    ]
    (folder / "plain.pipeline").write_text(json.dumps(content))
    result = nbflow("import", "plain.pipeline", "--strict", cwd=folder)
    assert result.status == 0
    assert "plain.pipeline: 3 stages, everything has an equal" in result.err


def test_profiles_of_the_settings_are_chosen(folder, nbflow):
    (folder / "nbflow.yaml").write_text(
        'profiles: {ours: {image: "registry.example.com/ds:1"}, big: {cpu: 9}}\n'
    )
    told = nbflow("import", "v6.pipeline", "--json", cwd=folder).json
    assert told["profiles"] == {}
    assert {stage["profile"] for stage in told["pipeline"]["stages"].values()} == {"ours"}


def test_a_notebook_that_is_not_there_is_named_in_the_report(folder, nbflow):
    (folder / "load.ipynb").unlink()
    result = nbflow("import", "v8.pipeline", "-o", "to/pipeline.yaml", cwd=folder)
    assert result.status == 0
    head = (
        "warning[edit]: node 'Load': filename: load.ipynb\n  the notebook is not there: looked for"
    )
    assert f"{head} load.ipynb\n" in result.err
    assert "outputs" in result.err
    assert result.err.endswith("v8.pipeline: 3 stages, 4 to do by hand, 2 without an equal\n")
    stages = yaml.safe_load((folder / "to/pipeline.yaml").read_text())["stages"]
    assert stages["load"]["notebook"] == "../load.ipynb"
    assert nbflow("import", "v8.pipeline", "--strict", cwd=folder).status == 3
    checked = nbflow("check", "to/pipeline.yaml", cwd=folder)
    assert (checked.status, "load.ipynb" in checked.err + checked.out) == (3, True)


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (None, "Write these profiles into nbflow.yaml, a new file:"),
        ("defaults: {retries: 1}\n", "Paste these profiles into nbflow.yaml, at its end:"),
        (
            "profiles:\n\n    # ours\n    ours: {cpu: 1}\n",
            "Paste these profiles into nbflow.yaml, below its line `profiles:`:",
        ),
    ],
)
def test_who_follows_the_report_to_the_letter_gets_a_clean_check(folder, nbflow, before, said):
    if before is not None:
        (folder / "nbflow.yaml").write_text(before)
    report = nbflow("import", "v6.pipeline", "-o", "pipeline.yaml", cwd=folder).err
    unknown = nbflow("check", "pipeline.yaml", cwd=folder)
    assert (unknown.status, "NB601" in unknown.out + unknown.err) == (3, True)
    text = report.partition(f"{said}\n\n")[2].rpartition("\nv6.pipeline: ")[0]
    lines = (before or "").splitlines(keepends=True)
    place = lines.index("profiles:\n") + 1 if "profiles:\n" in lines else len(lines)
    (folder / "nbflow.yaml").write_text("".join([*lines[:place], text, *lines[place:]]))
    checked = nbflow("check", "pipeline.yaml", cwd=folder)
    assert (checked.status, "no problems" in checked.out) == (0, True), checked.err


def test_profiles_in_one_line_are_said_to_want_lines_of_their_own(folder, nbflow):
    (folder / "nbflow.yaml").write_text("profiles: {ours: {cpu: 1}}\n")
    report = nbflow("import", "v6.pipeline", cwd=folder).err
    assert "Write each profile of `profiles:` in nbflow.yaml in a line of its own" in report
    assert "\n  churn_v6:\n    image: registry.example.com/ds:1\n" in report


@pytest.mark.parametrize(
    "filename", [None, "", 3, "load.py", "sql", "\x00.ipynb", "x" * 5000 + ".ipynb"]
)
def test_what_is_no_notebook_is_an_error(folder, filename, nbflow):
    write(folder, "odd.pipeline", filename=filename)
    result = nbflow("import", "odd.pipeline", "--json", cwd=folder)
    assert result.status == 2
    assert result.json["error"]["code"] == "foreign-file"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "is not JSON"),
        (b"\xff\xfe{}", "is not UTF-8 text"),
        (b'{"cells": []}', "is no pipeline of Elyra's"),
        (b'{"pipelines": [{"id": "a", "app_data": {"version": 2}}]}', "versions 3 to 8"),
        (b'{"pipelines": [{"id": "a", "app_data": {"version": 9}}]}', "versions 3 to 8"),
    ],
)
def test_what_cannot_be_read_ends_with_2(tmp_path, content, message, nbflow):
    (tmp_path / "bad.pipeline").write_bytes(content)
    result = nbflow("import", "bad.pipeline", "-o", "out.yaml", cwd=tmp_path)
    assert result.status == 2
    assert message in result.err
    assert not (tmp_path / "out.yaml").exists()


def test_a_file_that_is_not_there_ends_with_2(tmp_path, nbflow):
    for name in ("none.pipeline", "."):
        result = nbflow("import", name, cwd=tmp_path)
        assert result.status == 2
        assert "cannot be read" in result.err


def test_a_notebook_that_cannot_be_read_is_an_error_of_that_notebook(folder, nbflow):
    (folder / "load.ipynb").write_text("{")
    result = nbflow("import", "v8.pipeline", cwd=folder)
    assert result.status == 2
    assert "load.ipynb" in result.err
