"""What a notebook in JupyterLab must stand: much wrong with it, much in it, gone from the disk."""

import json

import pytest
from commands import write_notebook
from jupyterlabs import open_notebook

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.xdist_group("lab")]


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


def test_of_a_notebook_that_was_deleted_meanwhile_what_is_in_the_editor_is_published(page, root):
    path = write_notebook(root / "gone.ipynb", ("step:load", "x = 1"), ("step:fit", "print(x)"))
    open_notebook(page, "gone.ipynb", cells=2)
    form = schedule(page)
    form.get_by_text("It is not published yet.").wait_for()
    path.unlink()
    form.get_by_label("Retries of All steps").fill("2")
    form.get_by_role("button", name="Publish", exact=True).click()
    form.get_by_text("Airflow reads it as soon as it runs.").wait_for()
    form.get_by_text("Nothing would change.").wait_for()
    # It is saved again, too, as JupyterLab does with what is in the editor.
    assert json.loads(path.read_text())["metadata"]["nbflow"] == {"retries": 2}
