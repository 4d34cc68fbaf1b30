"""A name that is typed wrongly is told with the nearest one that there is."""

import pytest
from commands import write_notebook

from nbflow import api
from nbflow.cli.app import app
from nbflow.errors import NbflowError

SETTINGS = "profiles: {small: {cpu: 1}}\nteams: {research: {profiles: [small]}}\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A folder with a notebook that was published and has run here; no Airflow."""
    folder = tmp_path_factory.mktemp("guesses")
    (folder / "nbflow.yaml").write_text(SETTINGS)
    cells = ("parameters", "year = 2026"), ("step:load", "print(year)"), ("step:report", "1")
    path = write_notebook(folder / "sales.ipynb", *cells)
    compiled = api.compile(path)
    api.publish([compiled], wait=False, tell=print)
    return folder, api.run(compiled).run.run_id


@pytest.mark.parametrize(
    ("command", "meant"),
    [
        ("runs saels", "sales"),
        ("runs sales/{run}x", "sales/{run}"),
        ("runs saels/{run}", "the DAG 'sales'"),
        ("output saels -o out.ipynb", "sales"),
        ("output {run}x -o out.ipynb", "{run}"),
        ("debug sales reprot", "report"),
        ("diff-runs saels sales", "sales"),
        ("published saels", "sales"),
        ("rollback saels", "sales"),
        ("unpublish saels", "sales"),
        ("clean saels", "sales"),
        ("profiles suggest saels", "sales"),
        ("profiles check smal", "small"),
        ("profiles check --team resaerch", "research"),
        ("teams manifests resaerch", "research"),
        ("run sales.ipynb -p yaer=1", "year"),
        ("run sales.ipynb --resume={run}x", "{run}"),
        ("show salse.ipynb", "sales.ipynb"),
    ],
)
def test_the_name_that_was_meant_is_named(project, monkeypatch, command, meant):
    folder, run = project
    monkeypatch.chdir(folder)
    with pytest.raises(NbflowError) as caught:
        app.main(command.format(run=run).split(), prog_name="nbflow", standalone_mode=False)
    guess = meant.format(run=run)
    guess = guess if "'" in guess else repr(guess)
    assert f"id you mean {guess}?" in str(caught.value.hint)


def test_a_stage_whose_approval_is_answered_is_told_with_the_nearest(tmp_path, monkeypatch):
    write_notebook(tmp_path / "one.ipynb", ("step:load", "rows = 1"))
    stages = "{first: {notebook: one.ipynb}, release: {approve: Really?, after: first}}"
    (tmp_path / "weekly.yaml").write_text(f"name: weekly\nstages: {stages}\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NbflowError) as caught:
        app.main(["run", "weekly.yaml", "--approve", "relase"], standalone_mode=False)
    assert caught.value.hint == "Did you mean 'release'? Those that do: release."
