"""What a notebook in JupyterLab must stand: much wrong with it, much in it, gone from the disk."""

import json
from itertools import count

import pytest
from commands import nbflow, write_notebook
from jupyterlabs import open_notebook

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.xdist_group("lab")]

NUMBERS = count()


def schedule(page):
    page.locator(".jp-NotebookPanel-toolbar").get_by_role("button", name="Schedule").click()
    page.locator(".nbf-Steps").wait_for()
    return page.locator(".nbf-Schedule")


def test_of_three_hundred_findings_each_is_at_its_cell_and_one_types_on(page, root):
    cells = [("step:load", "x = 1"), *(("", f"print(missing_{n})") for n in range(300))]
    write_notebook(root / "many.ipynb", *cells)
    open_notebook(page, "many.ipynb", cells=2)
    page.locator(".nbf-Finding").first.wait_for()
    form = schedule(page)
    form.get_by_text("Correct 300 errors first").wait_for()
    assert form.get_by_role("button", name="Publish", exact=True).is_disabled()
    page.evaluate(
        "[...jupyterapp.shell.widgets('main')].find(one => one.context).content.scrollToItem(300)"
    )
    last = page.locator(".jp-Notebook .jp-Cell[data-windowed-list-index='300']")
    last.get_by_text("missing_299 is not defined").wait_for()
    last.locator(".jp-InputArea-editor").click()
    page.keyboard.press("Control+a")
    page.keyboard.type("missing_299 = 1")
    last.locator(".nbf-Finding").wait_for(state="detached")
    form.get_by_text("Correct 299 errors first").wait_for()


def test_outputs_of_any_size_are_not_sent_and_change_nothing(page, root):
    path = write_notebook(root / "huge.ipynb", ("step:load", "x = 1"), ("step:fit", "print(x)"))
    notebook = json.loads(path.read_text())
    # Of a kind that nobody draws: what JupyterLab takes to draw it is not asked here.
    data = {"text/plain": "a model", "application/x-model": "a" * 30_000_000}
    shown = {"output_type": "display_data", "data": data, "metadata": {}}
    notebook["cells"][0]["outputs"] = [shown]
    path.write_text(json.dumps(notebook))
    sent = []
    page.on("request", lambda one: sent.append(one) if "nbflow/api" in one.url else None)
    open_notebook(page, "huge.ipynb", cells=2)
    form = schedule(page)
    form.get_by_text("It is not published yet.").wait_for()
    form.get_by_role("button", name="Publish", exact=True).click()
    form.get_by_text("Airflow reads it as soon as it runs.").wait_for()
    assert max(len(one.post_data or "") for one in sent) < 10_000
    assert path.stat().st_size > 30_000_000


@pytest.fixture
def gone(page, root):
    """The form of a notebook whose file is gone meanwhile, and that file."""
    name = f"gone-{next(NUMBERS)}.ipynb"
    path = write_notebook(root / name, ("step:load", "x = 1"), ("step:fit", "print(x)"))
    open_notebook(page, path.name, cells=2)
    form = schedule(page)
    form.get_by_text("It is not published yet.").wait_for()
    path.unlink()
    return form, path


@pytest.mark.parametrize("choice", [None, "2"], ids=["as it was saved", "changed"])
def test_a_notebook_that_was_deleted_meanwhile_is_published_by_who_wants_it_saved_again(
    page, gone, choice
):
    form, path = gone
    if choice is not None:
        form.get_by_label("Retries of All steps").fill(choice)
    publish = form.get_by_role("button", name="Publish", exact=True)
    publish.click()
    dialog = page.get_by_role("dialog").filter(has_text="was deleted or moved")
    dialog.get_by_role("button", name="Cancel").click()
    dialog.wait_for(state="detached")
    publish.click()
    assert not path.exists()
    dialog.get_by_role("button", name="Save and Publish").click()
    form.get_by_text("Airflow reads it as soon as it runs.").wait_for()
    form.get_by_text("Nothing would change.").wait_for()
    options = {} if choice is None else {"retries": int(choice)}
    assert json.loads(path.read_text())["metadata"].get("nbflow", {}) == options


def test_a_notebook_that_was_deleted_meanwhile_runs_by_who_wants_it_saved_again(page, gone):
    form, path = gone
    form.get_by_role("button", name="Run now").click()
    dialog = page.get_by_role("dialog").filter(has_text="was deleted or moved")
    dialog.get_by_role("button", name="Save and Run").click()
    form.get_by_text("The run went well").wait_for()
    assert path.exists()


def test_what_others_wrote_and_published_meanwhile_is_replaced_by_who_insists(page, root):
    name = f"theirs-{next(NUMBERS)}.ipynb"
    path = write_notebook(root / name, ("step:load", "x = 1"), ("step:fit", "print(x)"))
    open_notebook(page, name, cells=2)
    form = schedule(page)
    form.get_by_text("It is not published yet.").wait_for()
    write_notebook(path, ("step:load", "x = 2"), ("step:fit", "print(x)"))
    assert nbflow("publish", "--no-wait", name, cwd=root).status == 0
    theirs = path.read_text()

    publish = form.get_by_role("button", name="Publish", exact=True)
    asked = page.get_by_role("dialog").filter(has_text="has changed on disk")
    publish.click()
    asked.get_by_role("button", name="Cancel").click()
    asked.wait_for(state="detached")
    assert path.read_text() == theirs
    assert form.locator(".nbf-Answer").count() == 0
    publish.click()
    asked.get_by_role("button", name="Overwrite").click()
    insist = form.get_by_role("button", name="Publish all the same")
    insist.wait_for()
    # The form tells of what they published by now, which is no consent.
    form.get_by_text("x = 2").first.wait_for(state="attached")
    publish.click()
    insist.wait_for()
    insist.click()
    form.get_by_text("Nothing would change.").wait_for()
    assert "x = 1" in path.read_text()
