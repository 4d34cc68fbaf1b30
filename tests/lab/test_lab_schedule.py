"""The form "Schedule this notebook", in a browser and a real JupyterLab."""

import json
import re

import pytest
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
    # It goes with its notebook.
    page.evaluate(
        "[...window.jupyterapp.shell.widgets('main')]"
        ".find(one => one.context?.path === 'many.ipynb').dispose()"
    )
    tab.wait_for(state="detached")
    begin_anew(page, jupyter)


def test_each_toolbar_is_about_its_own_notebook_whichever_is_in_front(page, opened):
    opened("first.ipynb", *CELLS)
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


def test_the_launcher_makes_a_notebook_with_the_form_beside_it(page):
    page.evaluate("window.jupyterapp.commands.execute('launcher:create').then(() => null)")
    page.locator(".jp-LauncherCard:visible").get_by_text("Scheduled Notebook").last.click()
    heading = page.get_by_role("heading", name="Schedule Untitled.ipynb")
    form = page.locator(".nbf-Schedule").filter(has=heading)
    form.get_by_text("Write some code first").wait_for()
    assert form.locator(".nbf-Cause").count() == 0
    page.locator(".jp-NotebookPanel:visible .cm-content").click()
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
