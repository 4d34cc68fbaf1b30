"""Two people in one notebook, with JupyterLab's real-time collaboration."""

import json
from contextlib import ExitStack

import pytest
from commands import write_notebook
from jupyterlabs import browser, enter, lab, open_notebook

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.xdist_group("lab")]

CELLS = (
    ("parameters", "trees: int = 10"),
    ("step:load", "rows = list(range(trees))"),
    ("", "total = sum(rows)"),
    ("step:fit", "print(total)"),
)


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """Where the notebooks are that both work in."""
    return tmp_path_factory.mktemp("together")


@pytest.fixture(scope="module")
def server(extension, work, tmp_path_factory):
    with lab(work, tmp_path_factory.mktemp("home"), extension=True, together=True) as address:
        yield address


@pytest.fixture(scope="module")
def chromium(server):
    with browser() as made:
        yield made


@pytest.fixture
def both(chromium, server, work):
    """Opens a notebook in two browsers that know nothing of each other."""
    with ExitStack() as stack:

        def open_(name, *cells):
            write_notebook(work / name, *cells)
            pages = []
            for _ in range(2):
                page = enter(chromium, server)
                stack.callback(page.close)
                open_notebook(page, name, cells=len(cells))
                page.locator(".nbf-Strip").nth(len(cells) - 1).wait_for()
                pages.append(page)
            return pages

        yield open_


def cell(page, number):
    return page.locator(".jp-Notebook .jp-Cell").nth(number)


def schedule(page):
    page.locator(".jp-NotebookPanel-toolbar").get_by_role("button", name="Schedule").click()
    page.locator(".nbf-Steps").wait_for()
    return page.locator(".nbf-Schedule")


def test_what_one_tags_and_writes_shows_to_the_other(both):
    ann, ben = both("tags.ipynb", *CELLS)
    cell(ann, 2).locator(".jp-InputPrompt").click()
    ann.get_by_role("tab", name="Property Inspector").click()
    ann.get_by_text("Common Tools").click()
    ann.get_by_placeholder("Add Tag").click()
    ann.keyboard.type("step:sum_up")
    ann.keyboard.press("Enter")
    cell(ben, 2).locator(".nbf-Strip").get_by_text("sum_up").wait_for()
    cell(ben, 3).locator(".jp-InputArea-editor").click()
    ben.keyboard.press("Control+a")
    ben.keyboard.type("print(totl)")
    for page in (ann, ben):
        cell(page, 3).locator(".nbf-Finding").get_by_text("totl is not defined").wait_for()


def test_what_one_chooses_the_other_sees_and_does_not_take_back(both, work):
    ann, ben = both("choices.ipynb", *CELLS)
    first, second = schedule(ann), schedule(ben)
    first.get_by_label("Schedule", exact=True).select_option("Monday to Friday")
    second.get_by_role("listitem").filter(has_text="07:00").nth(4).wait_for()
    second.get_by_label("Retries of All steps").fill("2")
    ann.wait_for_function(
        "() => [...document.querySelectorAll('.nbf-Schedule input')].some(i => i.value === '2')"
    )
    first.get_by_role("button", name="Undo").click()
    second.get_by_role("listitem").filter(has_text="07:00").first.wait_for(state="detached")
    assert first.get_by_label("Retries of All steps").input_value() == "2"
    first.get_by_text("It is not published yet.").wait_for()
    first.get_by_role("button", name="Publish", exact=True).click()
    first.get_by_text("Airflow reads it as soon as it runs.").wait_for()
    # Who comes back to a window sees what others did meanwhile.
    ben.evaluate("window.dispatchEvent(new Event('focus'))")
    second.get_by_role("region", name="Against what is published").get_by_text(
        "Nothing would change."
    ).wait_for()
    saved = json.loads((work / "choices.ipynb").read_text())
    assert saved["metadata"]["nbflow"] == {"retries": 2}
