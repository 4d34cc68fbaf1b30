"""The panel with pipelines and their runs, in a browser and a real JupyterLab, without Airflow."""

import json
import re

import pytest
from commands import nbflow, write_notebook
from jupyterlabs import EXTENSION, begin_anew, open_notebook
from playwright.sync_api import TimeoutError as PlaywrightTimeout

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.xdist_group("lab"),
    pytest.mark.timeout(300),
]

PATIENCE = 90_000
"""Milliseconds: a run is several processes, on a machine that may have others to do."""
AXE = EXTENSION / "node_modules" / "axe-core" / "axe.min.js"


def cells(fit="print(100 / len(rows))"):
    return (
        ("parameters", "trees: int = 10  # in the forest\nseconds = 0.0"),
        ("step:load", "rows = list(range(trees))\nprint('loaded', len(rows))"),
        ("step:rest", "import time\ntime.sleep(seconds)"),
        ("step:fit", fit),
    )


@pytest.fixture(scope="module")
def project(root):
    """A project with a pipeline that is published and has run twice: well, and not."""
    folder = root / "followed"
    folder.mkdir()
    (folder / "nbflow.yaml").write_text("defaults: {retries: 0}\n")
    write_notebook(folder / "train.ipynb", *cells())
    for arguments, status in (
        (("run", "train.ipynb"), 0),
        (("publish", "train.ipynb", "--no-wait"), 0),
        (("run", "train.ipynb", "-p", "trees=0"), 10),
    ):
        done = nbflow(*arguments, cwd=folder, timeout=240)
        assert done.status == status, done.err
    return folder


@pytest.fixture
def panel(page, project):
    """The panel, with the list of that project's pipelines."""
    page.set_default_timeout(PATIENCE)
    show(page, "followed")
    panel = page.locator(".nbf-Panel")
    panel.get_by_role("button", name="Pipelines").click()
    panel.get_by_role("option", name=re.compile("^train")).wait_for()
    yield panel
    page.set_default_timeout(30_000)


def show(page, project):
    """Show a project in the panel."""
    page.evaluate(
        "async project => { await jupyterapp.restored;"
        " await jupyterapp.commands.execute('nbflow:show-runs', {project}); }",
        project,
    )


def open_run(panel, state):
    """Open the newest run of `train` that is like this."""
    panel.get_by_role("option", name=re.compile("^train")).click()
    panel.get_by_role("heading", name="train").wait_for()
    panel.get_by_role("listbox").get_by_role("option", name=re.compile(state)).first.click()


def test_a_failed_run_is_looked_into_mended_and_goes_on_and_its_end_is_told(page, panel, project):
    open_run(panel, "failed")
    panel.get_by_text("fit, cell 4: ZeroDivisionError").wait_for()
    panel.get_by_role("region", name="Log of fit").get_by_text("ZeroDivisionError").wait_for()
    assert panel.locator(".nbf-Graph-node[data-state=failed]").count() == 1
    steps = panel.get_by_role("region", name="Steps")
    steps.get_by_role("button", name="load", exact=True).click()
    panel.get_by_role("region", name="Log of load").get_by_text("loaded 0").wait_for()

    panel.get_by_role("button", name="Executed notebook").click()
    notebook = page.locator(".jp-NotebookPanel:visible")
    notebook.get_by_text("notebook is read-only").wait_for()
    tab = page.get_by_role("tab", name=re.compile(r"train · run \d\d:\d\d"))
    assert "Run: local__" in tab.get_attribute("title")
    assert not notebook.locator("[data-jp-item-name=insert]").is_visible()
    failing = notebook.locator(".jp-Cell.jp-mod-active")
    failing.get_by_text("ZeroDivisionError: division by zero").last.wait_for()
    assert notebook.locator(".nbf-Finding").count() == 0
    written = failing.locator(".cm-content").first
    before = written.text_content()
    written.click()
    page.keyboard.type("changed")
    assert written.text_content() == before

    panel.get_by_role("button", name="Debug notebook").click()
    page.get_by_role("tab", name="train-debug.ipynb").wait_for()
    assert "100 / len(rows)" in (project / "train-debug.ipynb").read_text()

    write_notebook(project / "train.ipynb", *cells(fit="print(100 / (1 + len(rows)))"))
    panel.get_by_role("button", name="Resume").click()
    page.get_by_text("The run of train went well").first.wait_for()
    steps.get_by_text("kept").first.wait_for()
    steps.get_by_role("button", name="fit", exact=True).click()
    panel.get_by_role("region", name="Log of fit").get_by_text("100.0").wait_for()


def test_a_run_is_started_with_other_parameters_seen_after_a_reload_and_cancelled(
    page, panel, project, jupyter
):
    panel.get_by_role("option", name=re.compile("^train")).click()
    panel.get_by_role("button", name="Run now").click()
    panel.get_by_label("trees", exact=True).fill("3")
    panel.get_by_label("seconds", exact=True).fill("600")
    panel.get_by_role("button", name="Start", exact=True).click()
    going = panel.locator(".nbf-RunStep[data-state=running]")
    going.get_by_text("rest", exact=True).wait_for()
    panel.get_by_role("button", name="Executed notebook").click()
    printed = page.locator(".jp-NotebookPanel:visible").get_by_text("loaded 3")
    try:
        printed.wait_for(timeout=15_000)
    except PlaywrightTimeout:  # it was opened before that was written down: bring it up to date
        panel.get_by_role("button", name="Executed notebook").click()
        printed.wait_for()

    page.wait_for_timeout(1500)  # until JupyterLab has kept what is open
    page.reload()
    page.wait_for_function("window.jupyterapp?.restored.then(() => true)")
    going.get_by_text("rest", exact=True).wait_for()
    panel.get_by_role("button", name="Watch", pressed=True).wait_for()
    executed = page.locator(".jp-NotebookPanel", has_text="notebook is read-only")
    executed.get_by_text("No Kernel").wait_for()
    panel.get_by_role("button", name="Cancel").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel Run").click()
    page.get_by_text("The run of train was cancelled").first.wait_for()
    panel.get_by_role("button", name="Resume").wait_for()
    begin_anew(page, jupyter)


def test_of_many_runs_those_that_one_scrolls_to_are_asked_for_and_drawn(page, panel, project):
    store = next(project.glob(".nbflow/store/*"))
    (known, *_) = sorted((store / "train").glob("local__*"))
    ledger = json.loads((known / "run.json").read_text())
    many = 450
    for number in range(many):
        folder = store / "many" / f"local__2026-01-01T00-00-00_{number}"
        folder.mkdir(parents=True)
        run = {**ledger, "dag_id": "many", "run_id": folder.name, "state": "success"}
        (folder / "run.json").write_text(json.dumps(run))
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/runs?" in request.url else 0)
    panel.get_by_role("button", name="Runs", exact=True).click()
    runs = panel.get_by_role("listbox", name="Runs")
    runs.get_by_role("option").first.wait_for()
    assert all("limit=100" in one for one in asked)
    row = panel.locator(f".nbf-Rows-row[aria-posinset='{many}']")
    for _ in range(40):
        runs.press("End")
        if row.count():
            break
        page.wait_for_timeout(250)
    row.wait_for()
    assert panel.locator(".nbf-Rows-row").count() < 60
    panel.get_by_label("Which runs").select_option("Failed")
    panel.locator(".nbf-Rows-row[aria-posinset='1']").wait_for()
    assert panel.locator(".nbf-Rows-row", has_text="done").count() == 0
    panel.get_by_label("Which runs").select_option("All runs")


def test_what_is_looked_for_is_found_and_a_banner_says_why_airflow_is_not_there(page, panel):
    panel.get_by_text("Airflow is not in reach").wait_for()
    panel.get_by_label("Look for pipelines").fill("nothing like it")
    panel.get_by_text("No pipeline in “followed” is called so.").wait_for()
    panel.get_by_label("Look for pipelines").fill("TRAI")
    panel.get_by_text("1 pipeline", exact=True).wait_for()
    panel.get_by_label("Look for pipelines").fill("")


def test_the_panel_goes_with_the_notebook_in_front_until_somebody_chooses(
    page, panel, project, jupyter
):
    beside = project.parent / "aside"
    beside.mkdir(exist_ok=True)
    # A folder without settings belongs to the project above it, where other tests publish.
    (beside / "nbflow.yaml").write_text("defaults: {retries: 0}\n")
    write_notebook(beside / "other.ipynb", *cells())
    chosen = panel.get_by_label("Project")
    open_notebook(page, "followed/train.ipynb", cells=4)
    chosen.select_option("top folder")
    panel.get_by_role("option", name=re.compile("^train")).wait_for(state="detached")
    chosen.select_option("followed")
    panel.get_by_role("option", name=re.compile("^train")).wait_for()
    open_notebook(page, "aside/other.ipynb", cells=4)
    panel.get_by_text("Nothing is published in “aside” yet").wait_for()
    assert chosen.input_value() == "aside"
    begin_anew(page, jupyter)


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_whoever_reads_the_panel_with_other_means_or_other_colours_can(page, panel, theme):
    page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
    page.locator(f"[data-jp-theme-name='{theme}']").wait_for(state="attached")
    page.add_script_tag(path=str(AXE))

    def wrong():
        found = page.evaluate("axe.run({include: [['.nbf-Panel']]})")
        return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]]

    assert wrong() == []
    panel.get_by_role("option", name=re.compile("^train")).click()
    panel.get_by_role("button", name="Run now").click()
    panel.get_by_label("trees", exact=True).fill("many")
    panel.get_by_text("Write a whole number.").wait_for()
    panel.get_by_role("button", name="Roll back").click()
    panel.get_by_text("current", exact=True).wait_for()
    assert wrong() == []
    panel.get_by_role("listbox").get_by_role("option").last.click()
    panel.get_by_role("region", name="Log of").wait_for()
    assert wrong() == []
    # As narrow as the sidebar gets, nothing sticks out.
    sticks_out = "node => node.scrollWidth > node.clientWidth"
    assert not panel.locator(".nbf-Panel-run").evaluate(sticks_out)
    panel.get_by_role("button", name="Back", exact=True).click()
    panel.get_by_role("button", name="Back", exact=True).click()
