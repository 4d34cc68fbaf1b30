"""The extension of JupyterLab where people use it: in a browser."""

from itertools import pairwise

import pytest
from jupyterlabs import EXTENSION

# On one worker, so that there is one JupyterLab.
pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.xdist_group("lab")]

CELLS = (
    ("imports", "import math"),
    ("parameters", "trees = 10  # in the forest"),
    ("step:load", "rows = list(range(trees))"),
    ("", "total = sum(rows)"),
    ("skip", "rows[:5]"),
    ("step:fit", "print(math.sqrt(total))"),
)
NAMES = ["imports", "parameters", "load", "", "skipped", "fit"]
AXE = EXTENSION / "node_modules" / "axe-core" / "axe.min.js"


def run(page, command, **arguments):
    """Run one of JupyterLab's commands."""
    page.evaluate(
        "async ([name, given]) => { await window.jupyterapp.commands.execute(name, given); }",
        [command, arguments],
    )


def cell(page, number):
    return page.locator(".jp-Notebook .jp-Cell").nth(number)


def names(page):
    """What each cell's strip says; empty where it goes on with what stands above."""
    heads = page.locator(".jp-Notebook .nbf-Strip-head").all()
    return [head.inner_text().split("\n")[0] if head.is_visible() else "" for head in heads]


def write(page, number, text):
    """Write the code of a cell anew."""
    cell(page, number).locator(".jp-InputArea-editor").click()
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def choose(page, *path):
    """Choose something from JupyterLab's menus."""
    page.get_by_role("menuitem", name=path[0], exact=True).click()
    for name in path[1:]:
        page.get_by_role("menuitem", name=name).or_(
            page.get_by_role("menuitemcheckbox", name=name)
        ).click()


def test_each_cell_has_the_colour_and_the_name_of_its_step(page, opened):
    opened("steps.ipynb", *CELLS)
    page.locator(".nbf-Strip").nth(5).wait_for()
    assert names(page) == NAMES
    bars = [bar.bounding_box() for bar in page.locator(".nbf-Strip-bar").all()]
    colours = [
        bar.evaluate("node => getComputedStyle(node).backgroundColor")
        for bar in page.locator(".nbf-Strip-bar").all()
    ]
    assert colours[2] == colours[3]
    assert len({colours[1], colours[2], colours[5]}) == 3
    # One line beside each cell, as high as it is.
    assert {(bar["x"], bar["width"]) for bar in bars} == {(bars[0]["x"], 3)}
    assert all(
        0 <= below["y"] - above["y"] - above["height"] < 5 for above, below in pairwise(bars)
    )


def test_a_tag_that_is_added_shows_at_once(page, opened):
    opened("tagged.ipynb", *CELLS)
    page.locator(".nbf-Strip").nth(5).wait_for()
    cell(page, 3).locator(".jp-InputPrompt").click()
    page.get_by_role("tab", name="Property Inspector").click()
    page.get_by_text("Common Tools").click()
    page.get_by_placeholder("Add Tag").click()
    page.keyboard.type("step:sum_up")
    page.keyboard.press("Enter")
    cell(page, 3).locator(".nbf-Strip").get_by_text("sum_up").wait_for()
    assert names(page) == [*NAMES[:3], "sum_up", *NAMES[4:]]


def test_what_is_wrong_with_code_that_is_not_saved_shows_at_its_cell_until_it_is_mended(
    page, opened, root
):
    opened("wrong.ipynb", *CELLS)
    page.locator(".nbf-Strip").nth(5).wait_for()
    write(page, 5, "x = 1\nprint(totl)")
    finding = cell(page, 5).get_by_role("group", name="Findings of nbflow").get_by_role("listitem")
    finding.get_by_role("img", name="Error").wait_for()
    finding.get_by_text("totl is not defined").wait_for()
    assert "totl" not in (root / "wrong.ipynb").read_text()
    cell(page, 0).locator(".jp-InputArea-editor").click()
    finding.get_by_role("button", name="line 2").click()
    page.keyboard.type("totl = total; ")
    finding.wait_for(state="detached")
    code = cell(page, 5).locator(".cm-content").inner_text()
    assert code == "x = 1\ntotl = total; print(totl)"


def test_what_is_about_the_whole_notebook_stands_above_it(page, opened):
    opened("whole.ipynb", *CELLS, nbflow={"schedule": "every day"})
    banner = page.locator(".nbf-Banner")
    banner.get_by_text("every day").wait_for()
    room = banner.bounding_box()
    assert room["height"] >= banner.locator(".nbf-Findings").bounding_box()["height"] > 20
    assert page.locator(".jp-Notebook").bounding_box()["y"] >= room["y"] + room["height"]


def test_where_the_server_has_no_nbflow_the_steps_are_shown_and_why_nothing_is_checked(
    page, opened
):
    page.route("**/nbflow/api/**", lambda route: route.fulfill(status=404, body="<html>"))
    opened("alone.ipynb", *CELLS)
    banner = page.locator(".nbf-Banner")
    banner.get_by_text("is not checked: Jupyter Server has no nbflow").wait_for()
    banner.get_by_text("Install nbflow in the environment").wait_for()
    assert names(page) == NAMES


def test_who_hides_the_pipeline_sees_notebooks_as_they_were(page, opened):
    opened("hidden.ipynb", *CELLS[:2], ("step:load", "nowhere"))
    page.locator(".nbf-Finding").wait_for()
    choose(page, "View", "Show Pipeline in Notebooks")
    page.locator(".nbf-Finding").wait_for(state="detached")
    assert page.locator(".nbf-Strip, .nbf-Cell").count() == 0
    choose(page, "View", "Show Pipeline in Notebooks")
    page.locator(".nbf-Finding").wait_for()
    assert names(page) == ["imports", "parameters", "load"]


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_whoever_reads_with_other_means_or_other_colours_can_read_it(page, opened, theme):
    run(page, "apputils:change-theme", theme=theme)
    opened("read.ipynb", *CELLS[:5], ("step:fit", "print(nowhere)"))
    page.locator(f"[data-jp-theme-name='{theme}']").wait_for(state="attached")
    page.locator(".nbf-Finding").wait_for()
    page.add_script_tag(path=str(AXE))
    found = page.evaluate("axe.run({include: [['.nbf-Strip'], ['.nbf-Findings']]})")
    assert [
        (one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]
    ] == []
    assert found["passes"]
