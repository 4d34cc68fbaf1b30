"""Several notebooks as one pipeline: what is found before anything runs, and their bundle."""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "cli"))

from commands import write_notebook

from nbflow import api
from nbflow.errors import CheckFailed, SettingsError


@pytest.fixture
def project(tmp_path):
    write_notebook(
        tmp_path / "ingest.ipynb",
        ("parameters", "day = '2026-01-01'"),
        ("setup", "LIMIT = 3"),
        ("step:load", "rows = [1, 2]\naccuracy = 0.5"),
        ("step:count", "rows.append(3)"),
    )
    write_notebook(
        tmp_path / "train.ipynb",
        ("parameters", "region = 'eu'\nrows: list = []\ntries = 1\nrate = 0.5"),
        ("step:fit", "model = region"),
    )

    def inspect(text, **others):
        for name, content in others.items():
            (tmp_path / f"{name}.yaml").write_text(content)
        (tmp_path / "pipeline.yaml").write_text(text)
        return api.inspect(tmp_path / "pipeline.yaml")

    inspect.folder = tmp_path
    return inspect


def codes(inspected):
    return [(one.code, one.line) for one in inspected.all_diagnostics]


INGEST = "stages:\n  ingest: {notebook: ingest.ipynb}\n  train:\n    notebook: train.ipynb\n"


def test_what_fits_together_has_no_findings_and_compiles(project):
    found = project(
        "parameters: {n: 2}\n"
        + INGEST
        + "    parameters: {rows: '${ingest.rows}', tries: '${n}'}\n"
        "    foreach: {region: [eu, us]}\n    when: '${ingest.LIMIT} > 1 and ${ingest.day}'\n"
    )
    assert codes(found) == []
    compiled = api.compile(found)
    assert compiled.bundle.dag_id == project.folder.name
    again = api.compile(project.folder / "pipeline.yaml")
    assert again.bundle == compiled.bundle
    orders = json.loads(compiled.bundle.files["steps/ingest.count.ipynb"])
    assert orders["metadata"]["nbflow"]["orders"]["outputs"] == ["LIMIT", "day", "rows"]


@pytest.mark.parametrize(
    ("stage", "code"),
    [
        ("    parameters: {rows: '${ingest.rowz}'}\n", "NB802"),
        ("    parameters: {rows: '${ingst.rows}'}\n", "NB802"),
        ("    parameters: {rows: '${rows}'}\n", "NB802"),
        ("    after: [ingst]\n", "NB802"),
        ("    when: '${ingest.nothing} > 1'\n", "NB802"),
        ("    when: 'print(1)'\n", "NB803"),
        ("    parameters: {rowz: 1}\n", "NB805"),
        ("    parameters: {tries: many}\n", "NB805"),
        ("    parameters: {region: '${number}'}\n", "NB805"),
        ("    foreach: {regoin: [eu]}\n", "NB805"),
        ("    foreach: {tries: [1, many]}\n", "NB805"),
        ("    foreach: {region: eu}\n", "NB807"),
        ("    foreach: {region: '${number}'}\n", "NB807"),
        ("    after: [train]\n", "NB806"),
    ],
)
def test_what_does_not_fit_is_an_error_at_its_stage(project, stage, code):
    found = project("parameters: {number: 2.5}\n" + INGEST + stage)
    assert [one.code for one in found.errors] == [code]
    assert found.errors[0].line in {4, 6}
    assert found.errors[0].hint
    with pytest.raises(CheckFailed):
        api.compile(found)


def test_what_each_item_gives_is_a_list_and_no_single_value(project):
    found = project(
        "stages:\n  train: {notebook: train.ipynb, foreach: {region: [eu]}}\n"
        "  again: {notebook: train.ipynb, parameters: {rate: '${train.model}'}}\n"
    )
    assert codes(found) == [("NB805", 3)]
    assert "one value for each item" in found.errors[0].message


def test_a_notebook_that_is_not_there_and_findings_in_one_that_is(project):
    write_notebook(project.folder / "bad.ipynb", ("step:one", "def broken(:"))
    found = project(
        "stages:\n  gone: {notebook: gone.ipynb}\n  bad: {notebook: bad.ipynb}\n"
        "  more: {notebook: other.yaml}\n"
    )
    assert [one.code for one in found.diagnostics] == ["NB804", "NB804"]
    assert [str(one.path.name) for one in found.stages.values()] == ["bad.ipynb"]
    assert found.stages["bad"].errors
    said = api.describe(found)["diagnostics"]
    assert any(one.get("notebook", "").endswith("bad.ipynb") for one in said)


def test_what_a_notebook_says_of_whole_runs_is_told_not_to_count(project):
    write_notebook(
        project.folder / "own.ipynb",
        ("step:one", "x = 1"),
        nbflow={"schedule": "@daily", "owner": "ada"},
    )
    found = project("stages: {own: {notebook: own.ipynb}}")
    (one,) = found.all_diagnostics
    assert (one.code, one.severity.value) == ("NB808", "warning")
    assert "schedule, owner" in one.message


def test_a_parameter_that_no_stage_takes_is_a_warning(project):
    found = project("parameters:\n  n: 2\n" + INGEST)
    (one,) = found.all_diagnostics
    assert (one.code, one.line, one.severity.value) == ("NB810", 2, "warning")


def test_a_teams_notebook_is_no_stage_of_anothers_pipeline(project):
    (project.folder / "nbflow.yaml").write_text("teams: {churn: {}}")
    write_notebook(project.folder / "own.ipynb", ("step:one", "x = 1"), nbflow={"team": "churn"})
    assert codes(project("stages: {own: {notebook: own.ipynb}}")) == [("NB809", 1)]
    assert codes(project("team: churn\nstages: {own: {notebook: own.ipynb}}")) == []


def test_a_stages_options_stand_above_its_notebooks_and_those_above_the_pipelines(project):
    (project.folder / "nbflow.yaml").write_text("profiles: {a: {cpu: 1}, b: {cpu: 2}, c: {cpu: 3}}")
    write_notebook(project.folder / "own.ipynb", ("step:one", "x = 1"), nbflow={"profile": "b"})
    found = project(
        "profile: a\nstages:\n  ingest: {notebook: ingest.ipynb}\n  own: {notebook: own.ipynb}\n"
        "  more: {notebook: own.ipynb, profile: c}\n"
    )
    profiles = {one.name: one.profile.name for one in api.compile(found).plan.steps}
    assert profiles == {"ingest.load": "a", "ingest.count": "a", "own.one": "b", "more.one": "c"}


def test_a_profile_that_is_not_defined_is_found_in_the_notebook_of_the_stage(project):
    found = project("stages: {ingest: {notebook: ingest.ipynb, profile: huge}}")
    assert {one.code for one in found.stages["ingest"].errors} == {"NB601"}


def test_settings_that_name_an_unknown_backend_stop_it(project):
    (project.folder / "nbflow.yaml").write_text("backend: rocket")
    found = project(INGEST)
    with pytest.raises(SettingsError):
        api.compile(found)


def conductor(folder, *cells):
    """Write a notebook of Kale's `notebook:` cells, each with its path."""
    made = write_notebook(folder / "all.ipynb", ("parameters", "day = 'X'\nregion = 'us'"), *cells)
    content = json.loads(made.read_text())
    for cell in content["cells"]:
        for tag in cell["metadata"].get("tags", ()):
            if tag.startswith("notebook:"):
                cell["metadata"]["notebook_path"] = f"{tag.partition(':')[2]}.ipynb"
    made.write_text(json.dumps(content))
    return api.inspect(made)


def test_a_notebook_of_kales_notebook_cells_is_a_pipeline_of_these(project):
    found = conductor(project.folder, ("notebook:ingest", ""), ("notebook:train prev:ingest", ""))
    assert codes(found) == []
    ingest, train = found.composition.stages
    assert (ingest.notebook, list(ingest.given)) == ("ingest.ipynb", ["day"])
    assert (train.after, list(train.given)) == (("ingest",), ["region"])
    compiled = api.compile(found)
    assert "steps/ingest.load.ipynb" in compiled.bundle.files
    assert 'dag_id="all"' in compiled.bundle.dag


def test_notebook_cells_beside_steps_of_cells_are_an_error_with_a_way_out(project):
    found = conductor(project.folder, ("notebook:ingest", ""), ("step:own prev:ingest", "x = 1"))
    assert [one.code for one in found.errors] == ["NB606"]
    assert "pipeline.yaml" in found.errors[0].hint
