"""Steps that are edited at their cells and in the property inspector, in a browser."""

import re

import pytest
from jupyterlabs import EXTENSION
from playwright.sync_api import TimeoutError as PlaywrightTimeout

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.xdist_group("lab")]

CELLS = (
    ("parameters", "trees = 10"),
    ("step:load", "rows = list(range(trees))"),
    ("hide-input", "total = sum(rows)"),
    ("step:fit prev:load", "print(total)"),
    ("step:judge prev:load", "print(len(rows))"),
)
TAGS = [tags for tags, _ in CELLS]
AXE = EXTENSION / "node_modules" / "axe-core" / "axe.min.js"
SETTINGS = """
profiles:
  small: {cpu: 1, memory: 4Gi}
  gpu: {cpu: 8, memory: 64Gi, gpu: 1}
defaults: {profile: small}
"""


@pytest.fixture(scope="module", autouse=True)
def settings(root):
    """What the project of the notebooks offers."""
    path = root / "nbflow.yaml"
    path.write_text(SETTINGS)
    yield
    path.unlink()


NOTEBOOK = """(() => [...window.jupyterapp.shell.widgets('main')]
  .find(one => one.content?.model?.sharedModel?.cells).content.model.sharedModel)()"""


def cell(page, number):
    return page.locator(".jp-Notebook .jp-Cell").nth(number)


def activate(page, number):
    """Make a cell the active one, in command mode."""
    cell(page, number).locator(".jp-InputPrompt").click()
    page.locator(".jp-Notebook .jp-Cell.jp-mod-active:focus").wait_for()


def tagged(page, *expected):
    """Wait until the cells have these tags, as the shared model has them."""
    found = f"{NOTEBOOK}.cells.map(cell => (cell.getMetadata('tags') ?? []).join(' '))"
    try:
        page.wait_for_function(
            f"expected => JSON.stringify({found}) === JSON.stringify(expected)",
            arg=list(expected),
            timeout=10_000,
        )
    except PlaywrightTimeout:
        assert page.evaluate(found) == list(expected)


def options(page):
    """What the notebook says about its pipeline."""
    return page.evaluate(f"{NOTEBOOK}.getMetadata('nbflow') ?? null")


def strip(page, number):
    return cell(page, number).locator(".nbf-Strip-head")


def button(page, number):
    """The button in a cell's toolbar."""
    return cell(page, number).get_by_role("button", name="Edit the step of the cell")


def inline(page):
    """The editor that is unfolded in a cell."""
    return page.locator(".nbf-Editor.nbf-mod-inline")


@pytest.fixture
def inspector(page):
    """The editor in the property inspector, which is closed afterwards."""
    page.get_by_role("tab", name="Property Inspector").click()
    section = page.locator(".jp-NotebookTools").get_by_text("Pipeline", exact=True)
    editor = page.locator(".nbf-Inspector")

    def open_():
        section.wait_for()
        if not editor.is_visible():
            section.click()
        editor.wait_for()
        return editor

    yield open_
    page.get_by_role("tab", name="Property Inspector").click()


def test_a_cell_becomes_a_step_with_the_button_in_its_toolbar(page, opened):
    opened("toolbar.ipynb", *CELLS)
    strip(page, 4).wait_for()
    activate(page, 2)
    button(page, 2).click()
    editor = inline(page)
    editor.get_by_label("Cell is").select_option("a step")
    editor.get_by_label("Step", exact=True).fill("sum up")
    page.keyboard.press("Enter")
    tagged(page, *(TAGS[:2]), "hide-input step:sum_up", *TAGS[3:])
    strip(page, 2).get_by_role("button", name="sum_up").wait_for()
    editor.get_by_text("by its code after: load").wait_for()
    # The keyboard is where it was.
    page.keyboard.press("Escape")
    editor.wait_for(state="detached")


def test_what_is_wrong_in_a_field_leaves_those_beside_it_where_they_are(page, opened):
    opened("still.ipynb", *CELLS)
    strip(page, 4).wait_for()
    activate(page, 4)
    page.keyboard.press("e")
    editor = inline(page)
    editor.get_by_role("group", name="The step judge").wait_for()
    fields = editor.locator("input, select, .nbf-Editor-rename")

    def places():
        return [one.bounding_box()["x"] for one in fields.all()]

    before = places()
    for label, wrong in (("Step", "9"), ("Retries", "many"), ("Timeout", "long")):
        editor.get_by_label(label, exact=True).fill(wrong)
    assert editor.locator(".nbf-Editor-fault:not(:empty)").count() == 3
    assert places() == before
    # What is wrong is taken back first.
    page.keyboard.press("Escape")
    assert editor.get_by_label("Timeout").input_value() == ""


def test_how_a_step_runs_is_said_with_the_keyboard_alone(page, opened):
    opened("keyboard.ipynb", *CELLS)
    strip(page, 4).wait_for()
    activate(page, 4)
    page.keyboard.press("e")
    editor = inline(page)
    editor.get_by_label("Cell is").and_(page.locator(":focus")).wait_for()
    editor.get_by_role("group", name="The step judge").wait_for()
    editor.get_by_role("option", name=re.compile("^gpu")).wait_for(state="attached")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    editor.get_by_label("Comes after").and_(page.locator(":focus")).wait_for()
    page.keyboard.type("fit")
    editor.get_by_role("button", name="Not after fit").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    editor.get_by_role("button", name="Not after load").wait_for(state="detached")
    editor.get_by_label("Comes after").and_(page.locator(":focus")).wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("gpu")
    page.keyboard.press("Tab")
    page.keyboard.type("3")
    page.keyboard.press("Tab")
    page.keyboard.type("1h")
    page.keyboard.press("Tab")
    page.keyboard.type("enabled")
    tagged(page, *TAGS[:4], "step:judge prev:fit profile:gpu retries:3 timeout:1h cache:enabled")
    page.keyboard.press("Escape")
    editor.wait_for(state="detached")
    # Each choice is one to undo, in the notebook too.
    page.locator(".jp-Notebook .jp-Cell.jp-mod-active:focus").wait_for()
    page.keyboard.press("z")
    tagged(page, *TAGS[:4], "step:judge prev:fit profile:gpu retries:3 timeout:1h")
    page.keyboard.press("z")
    tagged(page, *TAGS[:4], "step:judge prev:fit profile:gpu retries:3")


def test_the_property_inspector_edits_the_active_cell(page, opened, inspector):
    opened("inspector.ipynb", *CELLS)
    strip(page, 4).wait_for()
    editor = inspector()
    activate(page, 3)
    editor.get_by_role("group", name="The step fit").wait_for()
    editor.get_by_label("Profile").select_option("gpu")
    editor.get_by_label("Retries").fill("2")
    editor.get_by_label("Retries").press("Enter")
    tagged(page, *TAGS[:3], "step:fit prev:load profile:gpu retries:2", TAGS[4])
    strip(page, 3).get_by_text("retries:2").wait_for()
    activate(page, 1)
    editor.get_by_role("group", name="The step load").wait_for()
    assert editor.get_by_label("Retries").input_value() == ""
    editor.get_by_label("Cell is").select_option("skipped")
    tagged(page, TAGS[0], "skip", TAGS[2], "step:fit prev:load profile:gpu retries:2", TAGS[4])
    editor.get_by_label("Cell is").press("Control+z")
    tagged(page, *TAGS[:3], "step:fit prev:load profile:gpu retries:2", TAGS[4])


def test_a_renamed_step_has_its_name_everywhere_and_one_undo_takes_it_back(page, opened):
    said = {"schedule": "@daily", "steps": {"load": {"retries": 1}, "fit": {"prev": ["load"]}}}
    opened("rename.ipynb", *CELLS, nbflow=said)
    strip(page, 4).wait_for()
    activate(page, 2)  # a cell of the step that does not name it
    page.keyboard.press("Shift+e")
    dialog = page.get_by_role("dialog")
    name = dialog.get_by_role("textbox")
    name.fill("fit")
    dialog.locator(".nbf-Editor-fault").get_by_text("There is a step fit already.").wait_for()
    dialog.evaluate("node => node.dataset.first = 'yes'")
    page.keyboard.press("Enter")
    page.locator(".jp-Dialog:not([data-first]) .nbf-Editor-fault").wait_for()  # it asks again
    name.fill("read")
    page.keyboard.press("Enter")
    dialog.wait_for(state="detached")
    renamed = [tag.replace("load", "read") for tag in TAGS]
    tagged(page, *renamed)
    after = {"schedule": "@daily", "steps": {"read": {"retries": 1}, "fit": {"prev": ["read"]}}}
    assert options(page) == after
    strip(page, 1).get_by_role("button", name="read").wait_for()
    activate(page, 0)
    page.keyboard.press("z")
    tagged(page, *TAGS)
    assert options(page) == said
    page.keyboard.press("Shift+z")
    tagged(page, *renamed)
    assert options(page) == after


def test_a_notebook_that_is_no_pipeline_becomes_one(page, opened):
    opened("plain.ipynb", "x = 1", "print(x)")
    activate(page, 1)
    cell(page, 1).get_by_role("button", name="Delete").wait_for()
    assert button(page, 1).count() == 0
    cell(page, 1).locator(".jp-InputPrompt").click(button="right")
    page.get_by_role("menuitem", name="Edit Step of Cell").click()
    inline(page).get_by_label("Cell is").select_option("a step")
    inline(page).get_by_label("Step", exact=True).fill("show")
    page.keyboard.press("Enter")
    tagged(page, "", "step:show")
    strip(page, 1).get_by_role("button", name="show").click()
    inline(page).wait_for(state="detached")
    button(page, 1).wait_for()


def test_a_fix_mends_what_was_found_and_undo_brings_it_back(page, opened):
    said = {"steps": {"jugde": {"retries": 1}}}
    wrong = "step:judge prev:lod profile:gpuu"
    opened("fix.ipynb", *CELLS[:4], (wrong, "print(row)"), nbflow=said)
    order = cell(page, 4).get_by_role("button", name="Fix: write prev:load")
    order.click()
    tagged(page, *TAGS[:4], "step:judge prev:load profile:gpuu")
    order.wait_for(state="detached")
    strip(page, 4).get_by_text("after load").wait_for()
    page.locator(".nbf-Banner").get_by_role("button", name="Fix: write judge").click()
    page.locator(".nbf-Banner").wait_for(state="detached")
    assert options(page) == {"steps": {"judge": {"retries": 1}}}
    cell(page, 4).get_by_role("button", name="Fix: write profile:gpu").click()
    tagged(page, *TAGS[:4], "step:judge prev:load profile:gpu")
    cell(page, 4).get_by_role("button", name="Fix: write rows").click()
    code = cell(page, 4).locator(".cm-content")
    code.get_by_text("print(rows)").wait_for()
    cell(page, 4).locator(".nbf-Findings").wait_for(state="detached")
    # The keyboard goes on in the notebook.
    page.keyboard.press("z")
    code.get_by_text("print(row)").wait_for()
    page.keyboard.press("z")
    page.keyboard.press("z")
    page.keyboard.press("z")
    tagged(page, *TAGS[:4], wrong)
    assert options(page) == said
    order.wait_for()


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_whoever_edits_with_other_means_or_other_colours_can(page, opened, inspector, theme):
    page.evaluate(
        "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme
    )
    opened("read.ipynb", *CELLS[:4], ("step:judge prev:lod profile:huge", "print(rows)"))
    page.locator(f"[data-jp-theme-name='{theme}']").wait_for(state="attached")
    strip(page, 4).get_by_role("button", name="judge").click()
    inspector().get_by_role("group", name="The step judge").wait_for()
    inline(page).get_by_label("Retries").fill("many")
    inline(page).get_by_text("Write a whole number from 0 to 999.").wait_for()
    cell(page, 4).locator(".nbf-Finding").first.wait_for()
    page.add_script_tag(path=str(AXE))
    found = page.evaluate(
        "axe.run({include: [['.nbf-Editor'], ['.nbf-Strip'], ['.nbf-Findings']]})"
    )
    assert [
        (one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]
    ] == []
    # Narrow, nothing sticks out.
    inline(page).evaluate("node => { node.style.width = '240px'; }")
    assert inline(page).evaluate("node => node.scrollWidth <= node.clientWidth")
