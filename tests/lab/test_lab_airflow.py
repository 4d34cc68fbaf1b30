"""The form "Schedule this notebook" and the panel of runs with a real Airflow behind them."""

import re
from contextlib import suppress
from itertools import count

import pytest
from commands import nbflow, write_notebook
from jupyterlabs import browser, enter, lab, open_notebook, put_away
from playwright.sync_api import TimeoutError as PlaywrightTimeout

pytestmark = [pytest.mark.airflow, pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(600)]

CELLS = (
    ("parameters", "bad = False"),
    # Long enough that a form that looks every two seconds sees it run.
    ("step:load", "import time\ntime.sleep(3)\nrows = [1, 2, 3]"),
    ("step:check", "assert not bad, 'bad rows'\nprint(sum(rows))"),
)


TRIES = count(1)


@pytest.fixture
def name():
    """What a pipeline is called that nobody has published yet: a test may be tried twice."""
    return f"rows_{next(TRIES)}"


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


@pytest.fixture
def page(tab):
    yield tab
    put_away(tab)


def test_a_notebook_is_tagged_published_run_broken_mended_rolled_back_and_taken_away(
    page, folder, airflow, name
):
    write_notebook(folder / f"{name}.ipynb", *(code for _, code in CELLS))
    open_notebook(page, f"{name}.ipynb", cells=3)
    say(page, 0, "parameters")
    say(page, 1, "a step", step="load")
    say(page, 2, "a step", step="check")
    page.locator(".jp-NotebookPanel-toolbar").get_by_role("button", name="Schedule").click()
    form = page.locator(".nbf-Schedule")
    form.get_by_text("It is not published yet.").wait_for()
    assert form.locator(".nbf-Reach").count() == 0
    form.get_by_label("Schedule", exact=True).select_option("Every month")
    form.get_by_text("Next runs").wait_for()
    publish(form)
    link = form.get_by_role("link", name=f"Open {name} in Airflow")
    assert link.get_attribute("href") == f"{airflow.instance.url}/dags/{name}"

    where = form.get_by_label("Where it runs now")
    assert where.input_value() == "airflow"
    form.get_by_role("button", name="Run now").click()
    form.locator(".nbf-Graph-node[data-state=running]").first.wait_for()
    form.get_by_text("The run in Airflow went well").wait_for()
    form.get_by_label("bad", exact=True).check()
    form.get_by_role("button", name="Run now").click()
    form.get_by_text("The run in Airflow failed").wait_for()
    failing = page.locator(".jp-Notebook .jp-Cell").nth(2)
    failing.get_by_text("In the last run: AssertionError: bad rows").wait_for()
    assert form.locator(".nbf-Graph-node[data-state=success]").count() == 1
    form.get_by_label("Take the default of bad").click()

    write(page, 2, "print(rows[len(rows)])")
    publish(form)
    form.get_by_role("button", name="Run now").click()
    failing.get_by_text("In the last run: IndexError: list index out of range").wait_for()
    form.get_by_role("button", name="Show the run").click()
    panel = page.locator(".nbf-Panel")
    panel.get_by_text("check, cell 3: IndexError").wait_for()

    write(page, 2, "print(rows[-1])")
    panel.get_by_role("button", name="Resume").click()
    asked = page.get_by_role("dialog")
    asked.get_by_text("Cell 3 is not as it is published.").wait_for()
    asked.get_by_role("button", name="Publish and Resume").click()
    panel.get_by_role("button", name="Resume").wait_for(state="detached")
    panel.locator(".nbf-Graph-node[data-state=success]").nth(1).wait_for()
    # The form, which told of the run before, follows the one that goes on.
    form.get_by_text("The run in Airflow went well").wait_for()

    show(page, name)
    panel.get_by_role("button", name="Roll back").click()
    kept = panel.get_by_role("button", name=re.compile("^Go back to"))
    kept.last.click()
    page.get_by_role("dialog").get_by_role("button", name="Roll Back").click()
    panel.get_by_text("Rolled back").wait_for()
    panel.get_by_role("button", name="Unpublish").click()
    page.get_by_role("dialog").get_by_role("button", name="Unpublish").click()
    panel.get_by_text(f"{name} is unpublished").wait_for()
    assert not (airflow.dags / f"{name}.py").exists()


def say(page, number, what, *, step=None):
    """Tell what a cell is, as its author does."""
    cell = page.locator(".jp-Notebook .jp-Cell").nth(number)
    active = page.locator(".jp-Notebook .jp-Cell.jp-mod-active:focus")
    for _ in range(10):  # a notebook that has just been opened may not heed a click yet
        cell.locator(".jp-InputPrompt").click()
        with suppress(PlaywrightTimeout):
            active.wait_for(timeout=5000)
            break
    page.keyboard.press("e")
    editor = page.locator(".nbf-Editor.nbf-mod-inline")
    editor.get_by_label("Cell is").select_option(what)
    if step is not None:
        editor.get_by_label("Step", exact=True).fill(step)
        page.keyboard.press("Enter")
        cell.locator(".nbf-Strip-head").get_by_role("button", name=step).wait_for()
    editor.get_by_label("Cell is").press("Escape")
    editor.wait_for(state="detached")


def show(page, dag_id):
    """Show a pipeline in the panel."""
    page.evaluate("dag_id => jupyterapp.commands.execute('nbflow:show-runs', {dag_id})", dag_id)


def write(page, number, code):
    """Write a cell anew, as its author does."""
    page.locator(".jp-Notebook .jp-Cell").nth(number).locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.type(code)


def publish(form):
    form.get_by_role("button", name="Publish", exact=True).click()
    form.get_by_text("Live in Airflow after").wait_for()
    form.get_by_text("Nothing would change.").wait_for()


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


def test_a_pipeline_is_followed_in_the_panel_goes_on_is_paused_and_taken_away(
    page, folder, airflow, name
):
    file = f"{name}.ipynb"
    write_notebook(folder / file, *CELLS)
    done = nbflow("publish", file, cwd=folder, timeout=240, SECRET=airflow.instance.password)
    assert done.status == 0, done.err
    show(page, name)
    panel = page.locator(".nbf-Panel")
    panel.get_by_role("button", name="Run now").click()
    panel.get_by_label("bad", exact=True).check()
    panel.get_by_role("button", name="Start", exact=True).click()
    failure = panel.get_by_text("check, cell 3: AssertionError: bad rows")
    failure.wait_for()
    told = page.locator(".Toastify__toast", has_text=f"The run of {name} failed")
    told.wait_for()
    panel.get_by_role("region", name="Log of check").get_by_text("bad rows").first.wait_for()
    assert panel.locator(".nbf-Graph-node[data-state=success]").count() == 1
    panel.get_by_role("button", name="Executed notebook").click()
    cell = page.locator(".jp-NotebookPanel:visible .jp-Cell.jp-mod-active")
    cell.get_by_text("AssertionError: bad rows").last.wait_for()
    # It fails again, and that is told anew, in place of the failure that it had before.
    before = told.get_attribute("id")
    panel.get_by_role("button", name="Resume").click()
    page.locator(f".Toastify__toast[id='{before}']").wait_for(state="detached")
    told.wait_for()
    assert told.count() == 1
    failure.wait_for()

    show(page, name)
    panel.get_by_role("listbox").get_by_role("option", name=re.compile("failed")).wait_for()
    panel.get_by_role("button", name="Pause").click()
    panel.get_by_role("button", name="Unpause").wait_for()
    panel.get_by_role("button", name="Unpublish").click()
    page.get_by_role("dialog").get_by_role("button", name="Unpublish").click()
    panel.get_by_text(f"{name} is unpublished").wait_for()
    assert not (airflow.dags / f"{name}.py").exists()
