"""The form "Schedule this notebook" and the panel of runs with a real Airflow behind them."""

import re

import pytest
from commands import nbflow, write_notebook
from jupyterlabs import browser, enter, lab, open_notebook

pytestmark = [pytest.mark.airflow, pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(600)]

CELLS = (
    ("parameters", "bad = False"),
    ("step:load", "rows = [1, 2, 3]"),
    ("step:check", "assert not bad, 'bad rows'\nprint(sum(rows))"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory, airflow):
    """A project whose settings mean the session's Airflow."""
    folder = tmp_path_factory.mktemp("scheduled")
    settings = airflow.settings
    (folder / "nbflow.yaml").write_text(f"{settings}defaults: {{retries: 0, retry_delay: 1s}}\n")
    return folder


@pytest.fixture(scope="module")
def chromium():
    with browser() as made:
        yield made


@pytest.fixture(scope="module")
def tab(extension, folder, airflow, chromium, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SECRET", airflow.instance.password)
        home = tmp_path_factory.mktemp("home")
        with lab(folder, home, extension=True) as address:
            page = enter(chromium, address)
            page.set_default_timeout(120_000)
            yield page


def test_a_notebook_goes_live_runs_in_airflow_fails_at_its_cell_and_is_mended(tab, folder, airflow):
    write_notebook(folder / "rows.ipynb", *CELLS)
    open_notebook(tab, "rows.ipynb", cells=3)
    tab.locator(".jp-NotebookPanel-toolbar").get_by_role("button", name="Schedule").click()
    form = tab.locator(".nbf-Schedule")
    form.get_by_text("It is not published yet.").wait_for()
    assert form.locator(".nbf-Reach").count() == 0
    form.get_by_label("Schedule", exact=True).select_option("Every month")
    form.get_by_text("Next runs").wait_for()
    form.get_by_role("button", name="Publish", exact=True).click()
    form.get_by_text("Live in Airflow after").wait_for()
    link = form.get_by_role("link", name="Open rows in Airflow")
    assert link.get_attribute("href") == f"{airflow.instance.url}/dags/rows"
    form.get_by_text("Nothing would change.").wait_for()
    where = form.get_by_label("Where it runs now")
    assert where.input_value() == "airflow"
    form.get_by_label("bad", exact=True).check()
    form.get_by_role("button", name="Run now").click()
    form.get_by_text("The run in Airflow failed").wait_for()
    failing = tab.locator(".jp-Notebook .jp-Cell").nth(2)
    failing.get_by_text("In the last run: AssertionError: bad rows").wait_for()
    assert form.locator(".nbf-Graph-node[data-state=success]").count() == 1
    form.get_by_label("Take the default of bad").click()
    form.get_by_role("button", name="Run now").click()
    form.get_by_text("The run in Airflow went well").wait_for()


def test_a_wrong_password_is_told_with_the_way_out_and_the_rest_goes_on(
    extension, folder, chromium, tmp_path, monkeypatch
):
    monkeypatch.setenv("SECRET", "wrong")
    write_notebook(folder / "locked.ipynb", *CELLS)
    with lab(folder, tmp_path, extension=True) as address:
        page = enter(chromium, address)
        open_notebook(page, "locked.ipynb", cells=3)
        page.locator(".jp-NotebookPanel-toolbar").get_by_role("button", name="Schedule").click()
        form = page.locator(".nbf-Schedule")
        form.get_by_text("It is not published yet.").wait_for()
        banner = form.locator(".nbf-Reach")
        banner.get_by_text("Airflow refused to sign in admin (status 401)").wait_for()
        banner.get_by_text("check user and password").wait_for()
        form.get_by_role("button", name="Publish", exact=True).click()
        form.get_by_text("nothing was published").wait_for()
        form.get_by_label("Where it runs now").select_option("here")
        form.get_by_role("button", name="Run now").click()
        form.get_by_text("The run went well").wait_for()


def test_a_pipeline_is_followed_in_the_panel_goes_on_is_paused_and_taken_away(tab, folder, airflow):
    write_notebook(folder / "sidebar.ipynb", *CELLS)
    done = nbflow(
        "publish", "sidebar.ipynb", cwd=folder, timeout=240, SECRET=airflow.instance.password
    )
    assert done.status == 0, done.err
    tab.evaluate("jupyterapp.commands.execute('nbflow:show-runs', {dag_id: 'sidebar'})")
    panel = tab.locator(".nbf-Panel")
    panel.get_by_role("button", name="Run now").click()
    panel.get_by_label("bad", exact=True).check()
    panel.get_by_role("button", name="Start", exact=True).click()
    failure = panel.get_by_text("check, cell 3: AssertionError: bad rows")
    failure.wait_for()
    told = tab.locator(".Toastify__toast", has_text="The run of sidebar failed")
    told.wait_for()
    panel.get_by_role("region", name="Log of check").get_by_text("bad rows").first.wait_for()
    assert panel.locator(".nbf-Graph-node[data-state=success]").count() == 1
    panel.get_by_role("button", name="Executed notebook").click()
    cell = tab.locator(".jp-NotebookPanel:visible .jp-Cell.jp-mod-active")
    cell.get_by_text("AssertionError: bad rows").last.wait_for()
    # It fails again, and that is told once more, not the failure that it had before.
    panel.get_by_role("button", name="Resume").click()
    told.nth(1).wait_for()
    assert told.count() == 2
    failure.wait_for()

    tab.evaluate("jupyterapp.commands.execute('nbflow:show-runs', {dag_id: 'sidebar'})")
    panel.get_by_role("listbox").get_by_role("option", name=re.compile("failed")).wait_for()
    panel.get_by_role("button", name="Pause").click()
    panel.get_by_role("button", name="Unpause").wait_for()
    panel.get_by_role("button", name="Unpublish").click()
    tab.get_by_role("dialog").get_by_role("button", name="Unpublish").click()
    panel.get_by_text("sidebar is unpublished").wait_for()
    assert not (airflow.dags / "sidebar.py").exists()
