"""The form "Schedule this notebook", in a browser and a real JupyterLab."""

import json
import re

import pytest
from commands import nbflow, write_notebook
from jupyterlabs import EXTENSION, begin_anew
from playwright.sync_api import TimeoutError as PlaywrightTimeout

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.xdist_group("lab")]

CELLS = (
    ("parameters", "trees: int = 10  # in the forest"),
    ("step:load", "rows = list(range(trees))"),
    ("step:fit", "print(100 / len(rows))"),
)
AXE = EXTENSION / "node_modules" / "axe-core" / "axe.min.js"
SETTINGS = """
profiles:
  small: {cpu: 1, memory: 4Gi, price: 0.04}
  gpu: {cpu: 8, memory: 64Gi, gpu: 1}
defaults: {profile: small}
channels:
  ops: {kind: slack, connection: ops_chat}
"""


@pytest.fixture(scope="module", autouse=True)
def settings(root):
    """What the project of the notebooks offers; its private Airflow is not installed."""
    path = root / "nbflow.yaml"
    path.write_text(SETTINGS)
    yield
    path.unlink()


@pytest.fixture
def form(page, opened):
    """Opens the form of a notebook of these cells, with the button."""

    def form(name, *cells, **metadata):
        opened(name, *(cells or CELLS), **metadata)
        page.locator(".jp-NotebookPanel-toolbar").get_by_role("button", name="Schedule").click()
        page.locator(".nbf-Steps").wait_for()
        return page.locator(".nbf-Schedule")

    return form


def saved(root, name):
    """The options in a notebook's file."""
    return json.loads((root / name).read_text())["metadata"].get("nbflow")


def compared(tab, words):
    """Wait until the comparison with what is published says so."""
    section = tab.get_by_role("region", name="Against what is published")
    try:
        section.get_by_text(words).wait_for()
    except PlaywrightTimeout:
        raise AssertionError(f"it says {section.inner_text()!r}") from None


def test_a_notebook_is_scheduled_beside_its_cells_and_published_as_it_was_chosen(page, form, root):
    tab = form("nightly.ipynb")
    notebook = page.locator(".jp-NotebookPanel").bounding_box()
    assert tab.bounding_box()["x"] >= notebook["x"] + notebook["width"]
    tab.get_by_label("Schedule", exact=True).select_option("Monday to Friday")
    tab.get_by_label("Time zone").fill("Europe/Berlin")
    times = tab.get_by_role("listitem").filter(has_text="07:00")
    times.nth(4).wait_for()
    tab.get_by_label("Profile of fit").select_option("gpu")
    tab.get_by_text("8 CPU, 64Gi memory, 1 GPU").wait_for()
    tab.get_by_label("Retries of All steps").fill("2")
    tab.get_by_text("It is not published yet.").wait_for()
    assert saved(root, "nightly.ipynb") is None
    tab.get_by_role("button", name="Publish", exact=True).click()
    tab.get_by_text("Airflow reads it as soon as it runs.").wait_for()
    assert saved(root, "nightly.ipynb") == {
        "schedule": "0 7 * * mon-fri",
        "timezone": "Europe/Berlin",
        "steps": {"fit": {"profile": "gpu"}},
        "retries": 2,
    }
    compared(tab, "Nothing would change.")
    tab.get_by_label("Timeout of fit").fill("1h")
    tab.locator(".nbf-Changes").get_by_text("resources fit: timeout").wait_for()
    tab.get_by_role("button", name="Undo").click()
    compared(tab, "Nothing would change.")
    assert tab.get_by_label("Timeout of fit").input_value() == ""


def test_the_keyboard_is_in_what_was_opened(page, form):
    tab = form("keyboard.ipynb")
    has_it = "node => node.contains(document.activeElement)"
    assert tab.evaluate(has_it)
    page.keyboard.press("Tab")
    assert tab.locator(":focus").count() == 1
    page.evaluate("jupyterapp.commands.execute('nbflow:show-runs')")
    panel = page.locator(".nbf-Panel")
    panel.wait_for()
    assert panel.evaluate(has_it)
    page.evaluate("jupyterapp.shell.collapseLeft()")
    # The palette gives it back to the notebook when it goes.
    for typed, there in (("schedule this", tab), ("show pipelines and", panel)):
        page.locator(".jp-NotebookPanel:visible .jp-Cell").first.click()
        page.keyboard.press("Escape")
        page.keyboard.press("Control+Shift+C")
        palette = page.locator(".jp-ModalCommandPalette")
        palette.locator("input").fill(typed)
        palette.locator(".lm-CommandPalette-item.lm-mod-active").wait_for()
        page.keyboard.press("Enter")
        palette.wait_for(state="hidden")
        there.wait_for()
        page.wait_for_timeout(300)
        assert there.evaluate(has_it), typed
        page.keyboard.press("b")
        assert page.locator(".jp-Notebook .jp-Cell").count() == len(CELLS)
    page.evaluate("jupyterapp.shell.collapseLeft()")


def test_no_name_in_the_graph_leaves_its_box(page, form):
    names = ("a_very_long_step_name_that_somebody_chose", "mmm_www_mmm_www_mmm_www", "fill")
    tab = form("wide.ipynb", *((f"step:{one}", f"x{index} = 1") for index, one in enumerate(names)))
    nodes = tab.locator(".nbf-Graph-node")
    nodes.nth(2).wait_for()
    for node in nodes.all():
        written, box = (node.locator(one).first for one in ("text", ".nbf-Graph-box"))
        length = written.evaluate("node => node.getComputedTextLength()")
        assert 0 < length < int(box.get_attribute("width")) - 14 - 8, written.inner_html()


def test_without_airflow_a_banner_says_why_and_a_notebook_runs_here(page, form):
    tab = form("here.ipynb")
    tab.get_by_text("Airflow is not in reach").wait_for()
    tab.get_by_label("trees", exact=True).fill("0")
    tab.get_by_role("button", name="Run now").click()
    tab.get_by_text("The run failed").wait_for()
    tab.get_by_role("button", name="Show cell 3").click()
    failing = page.locator(".jp-Notebook .jp-Cell").nth(2)
    failing.get_by_text(re.compile("In the last run: .*ZeroDivisionError")).wait_for()
    assert "jp-mod-active" in failing.get_attribute("class")
    assert tab.locator(".nbf-Graph-node[data-state=failed]").count() == 1
    tab.get_by_label("Take the default of trees").click()
    tab.get_by_role("button", name="Run now").click()
    tab.get_by_text("The run went well").wait_for()
    tab.get_by_role("button", name="Show the run").click()
    page.locator(".nbf-Panel").get_by_role("button", name="Executed notebook").wait_for()


def test_in_a_narrow_form_a_run_is_followed_and_cancelled_with_the_keyboard(page, form):
    waits = ("step:wait_for_customers", "import time\ntime.sleep(300)")
    tab = form("narrow.ipynb", waits, ("step:of_all_regions", "x = 1"))
    has_it = "node => node.contains(document.activeElement)"
    tab.get_by_role("button", name="Run now").press("Enter")
    tab.locator(".nbf-Answer-steps li[data-state=running]").first.wait_for()
    assert tab.evaluate(has_it)
    # As wide as one of several columns, in a low window.
    tab.evaluate("node => { node.style.cssText += 'width: 215px; height: 340px' }")
    for name in tab.locator(".nbf-Answer-steps .nbf-Steps-name").all():
        assert name.evaluate("node => node.scrollWidth <= node.clientWidth"), name.inner_text()
    foot = tab.locator(".nbf-Schedule-foot")
    assert foot.evaluate("node => node.scrollHeight <= node.clientHeight")
    assert foot.evaluate("node => node.scrollWidth <= node.clientWidth")
    tab.get_by_role("button", name="Cancel").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Cancel Run").press("Enter")
    tab.get_by_text("Cancelled", exact=True).wait_for()
    tab.get_by_role("button", name="Run now").and_(page.locator(":enabled")).wait_for()
    assert tab.evaluate(has_it)


@pytest.mark.parametrize("closed", ["form", "notebook"])
def test_how_a_run_ends_whose_form_is_closed_is_told(page, form, root, closed):
    name = f"{closed}-closed.ipynb"
    going = root / f"{closed}.going"
    waits = f"import os, time\nwhile os.path.exists({str(going)!r}):\n    time.sleep(0.1)"
    tab = form(name, ("step:load", waits))
    going.touch()
    tab.get_by_role("button", name="Run now").click()
    tab.get_by_text("Running here").wait_for()
    tab.locator(".nbf-Answer-steps li[data-state=running]").wait_for()
    page.evaluate(
        """([name, closed]) => {
            const all = [...window.jupyterapp.shell.widgets('main')];
            const notebook = all.find(one => one.context?.path === name);
            (closed === 'notebook' ? notebook : all.find(one => one.panel === notebook)).dispose();
        }""",
        [name, closed],
    )
    tab.wait_for(state="detached")
    going.unlink()
    told = page.locator(".Toastify__toast").filter(has_text=f"The run of {closed}-closed went well")
    told.get_by_role("button", name="Show the run").click()
    page.locator(".nbf-Panel").get_by_role("button", name="Executed notebook").wait_for()


def test_a_cell_of_constants_becomes_the_parameters_cell_and_undo_takes_it_back(page, form):
    tab = form("bare.ipynb", ("", "import math"), ("", "trees = 10"), ("", "print(trees)"))
    tab.get_by_role("button", name="Make cell 2 the parameters cell").click()
    tab.get_by_label("trees", exact=True).wait_for()
    page.keyboard.press("z")
    tab.get_by_role("button", name="Make cell 2 the parameters cell").wait_for()


def test_what_is_wrong_shows_at_its_field_and_at_its_step(page, form):
    tab = form("wrong.ipynb", *CELLS[:2], ("step:fit profile:huge", "print(rows)"))
    tab.locator(".nbf-Steps-wrong").get_by_text("profile 'huge', which is not defined").wait_for()
    tab.get_by_label("Name").fill("my pipeline")
    tab.locator(".nbf-Field").get_by_text("cannot be the id of a DAG").wait_for()
    tab.get_by_label("Schedule", exact=True).select_option("Cron expression")
    cron = tab.get_by_label("Cron expression: minute")
    cron.fill("0 7 * *")
    tab.locator(".nbf-Field").get_by_text("has 4 fields").wait_for()
    assert cron.get_attribute("aria-invalid") == "true"
    tab.get_by_text("Correct 3 errors first").wait_for()
    assert tab.get_by_role("button", name="Publish", exact=True).is_disabled()


def test_a_name_that_another_notebook_has_is_a_fault_of_the_field(page, form, root):
    write_notebook(root / "sales_report.ipynb", *CELLS, nbflow={"name": "store_sales"})
    done = nbflow("publish", "sales_report.ipynb", "--no-wait", cwd=root, timeout=240)
    assert done.status == 0, done.err
    tab = form("taken.ipynb", nbflow={"name": "store_sales"})
    tab.locator(".nbf-Field").get_by_text("is published under this name").wait_for()
    tab.get_by_label("Name").fill("mine")
    tab.locator(".nbf-Field").get_by_text("is published under this name").wait_for(state="detached")
    compared(tab, "It is not published yet.")


def test_an_untagged_notebook_is_checked_at_its_cells_while_its_form_is_open(page, opened):
    opened("untagged.ipynb", ("", "import math"), ("", "x = ("))
    page.wait_for_timeout(1500)
    assert page.locator(".nbf-Findings").count() == 0
    page.locator(".jp-NotebookPanel-toolbar").get_by_role("button", name="Schedule").click()
    page.locator(".jp-Notebook .nbf-Findings").get_by_role("img", name="Error").wait_for()
    page.get_by_role("tab", name="Schedule untagged").locator(".lm-TabBar-tabCloseIcon").click()
    page.locator(".jp-Notebook .nbf-Findings").wait_for(state="detached")


def test_the_form_is_opened_in_many_ways_and_once_for_each_notebook(page, form, jupyter):
    tab = form("many.ipynb")
    page.locator(".jp-Notebook .jp-Cell").first.click(button="right")
    page.get_by_role("menuitem", name="Schedule This Notebook").click()
    page.get_by_role("menuitem", name="File", exact=True).click()
    page.get_by_role("menuitem", name="Schedule This Notebook").click()
    tab.get_by_role("heading", name="Schedule many.ipynb").wait_for()
    assert tab.count() == 1
    page.wait_for_timeout(1500)  # until JupyterLab has kept what is open
    page.reload()
    tab.get_by_role("heading", name="Schedule many.ipynb").wait_for()
    # Who closes it opens it again.
    page.get_by_role("tab", name="Schedule many").locator(".lm-TabBar-tabCloseIcon").click()
    tab.wait_for(state="detached")
    page.locator(".jp-NotebookPanel-toolbar").get_by_role("button", name="Schedule").click()
    tab.get_by_role("heading", name="Schedule many.ipynb").wait_for()
    # It goes with its notebook.
    page.evaluate(
        "[...window.jupyterapp.shell.widgets('main')]"
        ".find(one => one.context?.path === 'many.ipynb').dispose()"
    )
    tab.wait_for(state="detached")
    begin_anew(page, jupyter)


def test_each_toolbar_is_about_its_own_notebook_whichever_is_in_front(page, opened):
    opened("first.ipynb", *CELLS)
    page.locator(".jp-NotebookPanel-toolbar").get_by_role("button", name="Schedule").wait_for()
    opened("second.ipynb", ("", "print(2)"))
    page.locator(".jp-Notebook:visible").get_by_text("print(2)").wait_for()
    # A real click would bring the first to the front before.
    page.evaluate(
        """() => [...window.jupyterapp.shell.widgets('main')]
            .find(one => one.context?.path === 'first.ipynb')
            .toolbar.node.querySelector('[data-command="nbflow:schedule"]')
            .dispatchEvent(new MouseEvent('mousedown', { bubbles: true }))"""
    )
    page.get_by_role("heading", name="Schedule first.ipynb").wait_for()
    assert page.get_by_role("heading", name="Schedule second.ipynb").count() == 0


def test_the_launcher_makes_a_notebook_with_the_form_beside_it(page, root):
    (root / "Untitled.ipynb").unlink(missing_ok=True)  # by a try before this one
    page.evaluate("window.jupyterapp.commands.execute('launcher:create').then(() => null)")
    page.locator(".jp-LauncherCard:visible").get_by_text("Scheduled Notebook").last.click()
    heading = page.get_by_role("heading", name="Schedule Untitled.ipynb")
    form = page.locator(".nbf-Schedule").filter(has=heading)
    form.get_by_text("Write some code first").wait_for()
    assert form.locator(".nbf-Cause").count() == 0
    # Nor is it a fault of the notebook once something is chosen, and it is a pipeline.
    form.get_by_label("Schedule", exact=True).select_option("Every day")
    page.wait_for_function(
        """[...window.jupyterapp.pluginRegistry._plugins.values()]
            .find(one => one.id === '@nbflow/jupyterlab:pipelines').service
            .pipeline([...window.jupyterapp.shell.widgets('main')].find(one => one.context))
            .inspection.found?.ok === false"""
    )
    assert page.locator(".nbf-Finding").count() == 0
    page.locator(".jp-NotebookPanel:visible .cm-content").click(position={"x": 8, "y": 8})
    page.keyboard.type("print(1)")
    form.get_by_text("It is not published yet.").wait_for()


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_whoever_reads_the_form_with_other_means_or_other_colours_can(page, form, theme):
    page.evaluate(
        "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme
    )
    tab = form("read.ipynb", *CELLS[:2], ("step:fit", "print(nowhere)"))
    page.locator(f"[data-jp-theme-name='{theme}']").wait_for(state="attached")
    tab.get_by_label("Schedule", exact=True).select_option("Every month")
    tab.get_by_label("trees", exact=True).fill("many")
    tab.get_by_label("Name").fill("a b")
    tab.get_by_text("cannot be the id of a DAG").wait_for()
    page.add_script_tag(path=str(AXE))
    found = page.evaluate("axe.run({include: [['.nbf-Schedule']]})")
    assert [
        (one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]
    ] == []
    # Narrow, nothing sticks out.
    page.locator(".nbf-Schedule").evaluate("node => { node.style.width = '260px'; }")
    page.wait_for_timeout(100)
    assert tab.locator(".nbf-Schedule-page").evaluate("node => node.scrollWidth <= 260")
