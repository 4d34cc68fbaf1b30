"""The panel with pipelines and their runs, in a browser and a real JupyterLab, without Airflow."""

import json
import re
import shutil

import pytest
from commands import nbflow, write_notebook
from jupyterlabs import EXTENSION, begin_anew, open_notebook
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from waiting import until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.xdist_group("lab"),
    pytest.mark.timeout(300),
]

PATIENCE = 90_000
"""Milliseconds: a run is several processes, on a machine that may have others to do."""
AXE = EXTENSION / "node_modules" / "axe-core" / "axe.min.js"

WRONG = """async within => (await axe.run({include: [[within]]})).violations.map(
    one => [one.id, ...one.nodes.map(node => node.html)])"""
"""What people who read with other means could not read."""


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
    for does in ("run", "publish"):
        done = nbflow(does, "train.ipynb", cwd=folder, timeout=240)
        assert done.status == 0, done.err
    fail(folder)
    return folder


def fail(project):
    """Run the pipeline of a project so that it fails."""
    write_notebook(project / "train.ipynb", *cells())
    done = nbflow("run", "train.ipynb", "-p", "trees=0", cwd=project, timeout=240)
    assert done.status == 10, done.err


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
    for kept in ("saved", "train-executed", "train-debug"):  # by a try before this one
        (project / f"{kept}.ipynb").unlink(missing_ok=True)
    fail(project)  # What has failed before may have been mended by it, too.
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
    page.keyboard.press("Escape")
    cells_of = notebook.locator(".jp-Notebook .jp-Cell")
    count = cells_of.count()
    for keys in ("b", "a", "c v", "d d"):
        for key in keys.split():
            page.keyboard.press(key)
        page.wait_for_timeout(300)
        assert cells_of.count() == count, keys

    page.get_by_role("menuitem", name="File", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("^Save Notebook As")).click()
    asked = page.get_by_role("dialog")
    asked.get_by_role("textbox").fill("followed/saved.ipynb")
    asked.get_by_role("button", name="Save").click()
    until(lambda: (project / "saved.ipynb").is_file())
    assert "editable" not in (project / "saved.ipynb").read_text()
    page.get_by_role("tab", name="saved.ipynb").wait_for()  # JupyterLab goes over to it

    panel.get_by_role("button", name="Executed notebook").click()
    notebook.get_by_text("notebook is read-only").wait_for()
    notebook.get_by_role("button", name="Keep a copy").click()
    page.get_by_role("tab", name="train-executed.ipynb").wait_for()
    mine = page.locator(".jp-NotebookPanel:visible .jp-Cell.jp-CodeCell .cm-content").last
    mine.click()
    page.keyboard.press("Control+End")
    page.keyboard.type("  # mine")
    page.keyboard.press("Control+s")
    copy = project / "train-executed.ipynb"
    until(lambda: "# mine" in copy.read_text())
    kept = json.loads(copy.read_text())["cells"]
    assert not any({"editable", "deletable"} & {*one["metadata"]} for one in kept)

    panel.get_by_role("button", name="Debug notebook").click()
    page.get_by_role("tab", name="train-debug.ipynb").wait_for()
    page.locator(".jp-NotebookPanel:visible .jp-CodeCell").first.wait_for()
    assert "100 / len(rows)" in (project / "train-debug.ipynb").read_text()

    write_notebook(project / "train.ipynb", *cells(fit="print(100 / (1 + len(rows)))"))
    panel.get_by_role("button", name="Resume").click()
    page.get_by_text("The run of train went well").first.wait_for()
    steps.get_by_text("kept").first.wait_for()
    steps.get_by_role("button", name="fit", exact=True).click()
    panel.get_by_role("region", name="Log of fit").get_by_text("100.0").wait_for()


def test_lines_of_a_log_are_left_unwrapped_from_then_on_once_one_says_so(page, panel):
    wider = "log => log.scrollWidth > log.clientWidth"
    open_run(panel, "failed")
    log = panel.get_by_role("region", name="Log of fit")
    lines = log.get_by_role("log")
    log.get_by_text("ZeroDivisionError").first.wait_for()
    assert not lines.evaluate(wider)

    with page.expect_response(lambda one: one.request.method == "PUT" and "settings" in one.url):
        log.get_by_role("button", name="Do not wrap lines").click()
    log.get_by_role("button", name="Wrap lines", exact=True).wait_for()
    assert lines.evaluate(wider)

    page.reload()
    show(page, "followed")
    open_run(panel, "failed")
    log.get_by_role("button", name="Wrap lines", exact=True).wait_for()
    assert lines.evaluate(wider)
    with page.expect_response(lambda one: one.request.method == "PUT" and "settings" in one.url):
        log.get_by_role("button", name="Wrap lines", exact=True).click()
    log.get_by_role("button", name="Do not wrap lines").wait_for()
    assert not lines.evaluate(wider)


def test_of_a_run_that_has_left_nothing_yet_that_is_said_and_all_else_goes_on(page, panel):
    nothing = {"code": "store", "message": "there is nothing of it", "hint": None, "status": 404}
    page.route(
        re.compile("/runs/train/[^/]*/notebooks"),
        lambda route: route.fulfill(status=404, json=nothing),
    )
    open_run(panel, "failed|done")
    button = panel.get_by_role("button", name="Executed notebook")
    button.click()
    panel.get_by_text("there is nothing of it").wait_for()
    assert page.get_by_role("dialog").count() == 0
    assert page.get_by_role("tab", name=re.compile("^train · run")).count() == 0
    assert button.is_enabled()


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
    assert "/tree/nbflow-run" in page.url
    page.reload()
    page.wait_for_function("window.jupyterapp?.restored.then(() => true)")
    page.wait_for_timeout(3000)  # until it would have gone to what its address names
    assert page.get_by_role("dialog").all_inner_texts() == []
    going.get_by_text("rest", exact=True).wait_for()
    panel.get_by_role("button", name="Watching", pressed=True).wait_for()
    executed = page.locator(".jp-NotebookPanel", has_text="notebook is read-only")
    executed.get_by_text("No Kernel").wait_for()
    panel.get_by_role("button", name="Cancel").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel Run").click()
    page.get_by_text("The run of train was cancelled").first.wait_for()
    panel.get_by_role("button", name="Resume").wait_for()
    begin_anew(page, jupyter)


def test_the_keyboard_stays_in_the_panel_and_escape_leads_back(page, panel):
    has_it = "document.querySelector('.nbf-Panel').contains(document.activeElement)"
    panel.get_by_role("listbox").press("Enter")
    panel.get_by_role("heading", name="train").wait_for()
    page.wait_for_function(has_it)
    panel.get_by_role("listbox").press("Enter")
    panel.get_by_role("region", name="Log of").wait_for()
    page.wait_for_function(has_it)
    page.keyboard.press("Escape")
    panel.get_by_role("button", name="Roll back").wait_for()
    page.keyboard.press("Escape")
    panel.get_by_role("option", name=re.compile("^train")).wait_for()
    page.wait_for_function(has_it)


def test_of_many_runs_those_that_one_scrolls_to_are_asked_for_and_drawn(page, panel, project):
    store = next(project.glob(".nbflow/store/*"))
    (known, *_) = sorted((store / "train").glob("local__*"))
    ledger = json.loads((known / "run.json").read_text())
    many = 450
    for number in range(many):
        folder = store / "many" / f"local__2026-01-01T00-00-00_{number}"
        folder.mkdir(parents=True, exist_ok=True)
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


def test_before_one_rolls_back_one_sees_what_changes(page, panel, root):
    folder = root / "returned"
    shutil.rmtree(folder, ignore_errors=True)  # of a first try
    folder.mkdir()
    (folder / "nbflow.yaml").write_text("defaults: {retries: 0}\n")
    for fit, options in (("print(100 / len(rows))", {}), ("print(1)", {"schedule": "@daily"})):
        write_notebook(folder / "back.ipynb", *cells(fit), nbflow=options)
        done = nbflow("publish", "back.ipynb", "--no-wait", cwd=folder, timeout=240)
        assert done.status == 0, done.err

    def digest():
        return nbflow("published", "back", "--json", cwd=folder).json[0]["digest"]

    second = digest()
    show(page, "returned")
    panel.get_by_role("option", name=re.compile("^back")).click()
    panel.get_by_role("button", name="Roll back").click()
    for answer in ("Cancel", "Roll Back"):
        panel.get_by_role("button", name=re.compile("^Go back to")).press("Enter")
        dialog = page.get_by_role("dialog")
        dialog.get_by_text("What changes against what is published").wait_for()
        dialog.get_by_text("schedule @daily").wait_for()
        cell = dialog.locator("details", has_text="Cell 4 is changed · fit")
        cell.locator("summary").click()
        assert "+print(100 / len(rows))" in cell.locator(".nbf-Diff").inner_text()
        assert "-print(1)" in cell.locator(".nbf-Diff").inner_text()
        page.add_script_tag(path=str(AXE))
        assert page.evaluate(WRONG, ".nbf-Asked") == []
        assert digest() == second
        dialog.get_by_role("button", name=answer).press("Enter")
        dialog.wait_for(state="detached")
        if answer == "Cancel":
            panel.locator(":focus", has_text="Go back to it").wait_for()
    panel.get_by_text(re.compile(f"^Rolled back to (?!{second[:8]})[0-9a-f]{{8}} ")).wait_for()
    page.wait_for_function("document.activeElement.matches('.nbf-Panel')")
    assert digest() != second
    show(page, "followed")


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_whoever_reads_the_panel_with_other_means_or_other_colours_can(page, panel, theme):
    page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
    page.locator(f"[data-jp-theme-name='{theme}']").wait_for(state="attached")
    page.add_script_tag(path=str(AXE))

    def wrong():
        return page.evaluate(WRONG, ".nbf-Panel")

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


def test_a_run_from_the_panel_that_fails_shows_at_its_cell_until_the_next_goes_well(
    page, panel, project, jupyter
):
    write_notebook(project / "train.ipynb", *cells())
    open_notebook(page, "followed/train.ipynb", cells=4)
    fit = page.locator(".jp-NotebookPanel:visible .jp-Cell").nth(3)
    said = fit.get_by_text("In the last run: ZeroDivisionError")
    panel.get_by_role("option", name=re.compile("^train")).click()
    for name, trees, state in (("Run now", "0", "visible"), ("Run again", "5", "detached")):
        panel.get_by_role("button", name=name).click()
        panel.get_by_label("trees", exact=True).fill(trees)
        panel.get_by_role("button", name="Start", exact=True).click()
        said.wait_for(state=state)
    begin_anew(page, jupyter)
