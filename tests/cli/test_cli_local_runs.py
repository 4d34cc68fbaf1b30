"""Commands for runs in Airflow, asked about a run on this machine."""

import json

import pytest
from commands import write_notebook

from nbflow import api
from nbflow.cli.app import app
from nbflow.errors import UsageError


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A folder without an Airflow, and a run in it whose second step failed."""
    folder = tmp_path_factory.mktemp("local")
    path = write_notebook(
        folder / "sales.ipynb",
        ("step:load", "rows = [1, 2]\nprint(rows)"),
        ("step:report", "print(sum(rows))\nraise ValueError('no rates')"),
    )
    return folder, api.run(api.compile(path)).run.run_id


@pytest.fixture
def told(project, monkeypatch, capsys):
    """What a command writes in that folder."""

    def tell(*command):
        monkeypatch.chdir(project[0])
        assert app.main(list(command), standalone_mode=False) == 0
        return capsys.readouterr().out

    return tell


def test_logs_are_what_the_cells_wrote(project, told):
    expected = "=== load\n[1, 2]\n=== report\n3\nValueError: no rates\n"
    assert told("logs", f"sales/{project[1]}") == expected
    assert told("logs", "sales") == expected
    assert told("logs", project[1], "load") == "[1, 2]\n"


def test_for_programs_each_line_is_an_object(project, told):
    lines = [json.loads(line) for line in told("logs", project[1], "report", "--json").splitlines()]
    of_report = {"step": "report", "cell": lines[0]["cell"], "moment": None}
    assert lines == [
        {**of_report, "level": None, "text": "3"},
        {**of_report, "level": "error", "text": "ValueError: no rates"},
    ]


def test_the_log_of_a_step_that_is_not_there_is_an_error_with_the_nearest(project, told):
    with pytest.raises(UsageError, match="sales has no step 'reprot'") as caught:
        told("logs", project[1], "reprot")
    assert caught.value.hint == "did you mean 'report'? its steps are: load, report"


@pytest.mark.parametrize(
    ("command", "instead"),
    [("cancel", "Ctrl-C"), ("approve", "--approve STAGE"), ("resume", "nbflow run NB --resume=")],
)
def test_what_only_airflow_can_do_is_refused_with_the_way_here(project, told, command, instead):
    with pytest.raises(UsageError, match="is a run on this machine, not in Airflow") as caught:
        told(command, f"sales/{project[1]}")
    assert instead in str(caught.value.hint)
