"""The files that a run's notebook wrote beside itself, saved from the panel in a browser."""

import re
import shutil

import pytest
from commands import nbflow, write_notebook
from jupyterlabs import EXTENSION

from waiting import until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.xdist_group("lab"),
    pytest.mark.timeout(300),
]

AXE = EXTENSION / "node_modules" / "axe-core" / "axe.min.js"
WRONG = """async within => (await axe.run({include: [[within]]})).violations.map(
    one => [one.id, ...one.nodes.map(node => node.html)])"""
"""What people who read with other means could not read."""

LONG = "sales_of_all_regions_by_week_and_product_with_a_name_that_nobody_would_type.csv"
CELLS = (
    ("step:load", "open('rows.csv', 'w').write('day,sold\\nmon,1\\n')"),
    ("", f"import os\nos.mkdir('out')\nopen('out/{LONG}', 'w').write('x' * 12345)"),
    (
        "step:fit",
        "open('rows.csv', 'a').write('tue,2\\n')\nopen('model.bin', 'wb').write(b'\\xff')",
    ),
)


@pytest.fixture(scope="module")
def project(root):
    """A project whose notebook has run once, and left files."""
    folder = root / "made"
    folder.mkdir()
    (folder / "nbflow.yaml").write_text("defaults: {retries: 0}\n")
    write_notebook(folder / "writes.ipynb", *CELLS)
    done = nbflow("run", "writes.ipynb", cwd=folder, timeout=240)
    assert done.status == 0, done.err
    return folder


def open_run(page, project, name):
    """The panel with the newest run of a notebook in this folder."""
    page.evaluate(
        "async project => { await jupyterapp.restored;"
        " await jupyterapp.commands.execute('nbflow:show-runs', {project}); }",
        project,
    )
    panel = page.locator(".nbf-Panel")
    panel.get_by_role("button", name="Runs", exact=True).click()
    panel.get_by_role("option", name=re.compile(f"^{name}")).click()
    return panel


@pytest.fixture
def files(page, project):
    """The files of the run, in the panel."""
    page.set_default_timeout(60_000)
    panel = open_run(page, "made", "writes")
    found = panel.get_by_role("region", name="Files")
    found.get_by_text("rows.csv").wait_for()
    yield found
    page.set_default_timeout(30_000)


def test_what_a_notebook_wrote_is_saved_beside_it_from_the_panel(page, files, project):
    panel, rows = page.locator(".nbf-Panel"), project / "rows.csv"
    rows.unlink(missing_ok=True)  # by a try before this one
    assert files.get_by_role("listitem").count() == 3
    assert "12.3 kB · from load" in files.get_by_role("listitem").nth(1).inner_text()
    files.get_by_role("button", name="Save rows.csv").click()
    panel.get_by_text("Saved made/rows.csv").wait_for()
    assert rows.read_text() == "day,sold\nmon,1\ntue,2\n"
    page.get_by_role("tab", name="rows.csv").wait_for()
    page.locator(".jp-CSVViewer:visible").wait_for()

    rows.write_text("mine")
    for name in ("Save rows.csv", "Save All"):
        button = files.get_by_role("button", name=name)
        button.press("Enter")
        page.get_by_role("dialog").wait_for()
        page.keyboard.press("Escape")
        button.and_(page.locator(":focus")).wait_for()
    for answer, left in (("Cancel", "mine"), ("Save the Others", "mine")):
        files.get_by_role("button", name="Save All").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_text("There is another rows.csv already.").wait_for()
        dialog.get_by_role("button", name=answer).click()
        dialog.wait_for(state="detached")
        assert rows.read_text() == left
    browser = page.locator(".jp-DirListing:visible")
    browser.get_by_text("model.bin").wait_for()
    browser.get_by_text("out", exact=True).wait_for()
    assert (project / "out" / LONG).stat().st_size == 12345


def test_a_file_that_nothing_shows_is_shown_where_it_is(page, files, project):
    (project / "model.bin").unlink(missing_ok=True)
    files.get_by_role("button", name="Save model.bin").press("Enter")
    chosen = page.locator(".jp-DirListing:visible .jp-mod-selected")
    chosen.get_by_text("model.bin").wait_for()
    page.wait_for_function("document.activeElement.closest('.jp-FileBrowser') !== null")
    assert page.get_by_role("dialog").count() == 0
    assert (project / "model.bin").read_bytes() == b"\xff"


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_whoever_reads_the_files_with_other_means_or_other_colours_can(page, files, theme):
    page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
    page.locator(f"[data-jp-theme-name='{theme}']").wait_for(state="attached")
    page.add_script_tag(path=str(AXE))
    assert page.evaluate(WRONG, ".nbf-Panel") == []
    # As narrow as the sidebar gets, nothing sticks out.
    sticks_out = "node => node.scrollWidth > node.clientWidth"
    assert not page.locator(".nbf-Panel-run").evaluate(sticks_out)


def test_where_the_notebooks_folder_is_gone_they_are_saved_in_the_projects(page, project):
    below = project / "reports"
    below.mkdir(exist_ok=True)  # by a try before this one
    write_notebook(below / "pull.ipynb", ("step:pull", "open('pulled.csv', 'w').write('1')"))
    done = nbflow("run", "pull.ipynb", cwd=below, timeout=240)
    assert done.status == 0, done.err
    panel = open_run(page, "made/reports", "pull")
    save = panel.get_by_role("button", name="Save pulled.csv")
    save.wait_for()
    until(lambda: panel.get_by_label("Project").input_value() == "made")
    shutil.rmtree(below)
    save.click()
    panel.get_by_text("Saved made/pulled.csv").wait_for()
    assert (project / "pulled.csv").read_text() == "1"
