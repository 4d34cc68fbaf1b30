"""A form and a live view where people use them: in JupyterLab and Notebook 7, in a browser."""

import json

import pytest
from commands import write_notebook
from jupyterlabs import TRAIN, browser, lab, run_cell

from waiting import until

# On one worker, so that there is one JupyterLab.
pytestmark = [pytest.mark.slow, pytest.mark.browser]

FORM = len(TRAIN)
"""The cell with the form; behind it one with a run's live view."""
PICTURE = "Run the cell to use the form."
CELLS = (
    *TRAIN,
    ("skip", "import nbflow\nnbflow.this().form()"),
    ("skip", "run = nbflow.this().run(trees=200, wait=False)\nrun.live()"),
)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Where the notebooks are."""
    return tmp_path_factory.mktemp("notebooks")


@pytest.fixture(scope="module")
def jupyter(root, tmp_path_factory):
    with lab(root, tmp_path_factory.mktemp("home")) as address:
        yield address


@pytest.fixture(scope="module")
def chromium():
    with browser() as running:
        yield running


@pytest.fixture
def page(chromium):
    made = chromium.new_page(viewport={"width": 1280, "height": 2000})
    made.set_default_timeout(60_000)
    yield made
    # Shown where the test failed.
    print(*made.locator(".nbflow, .jp-Dialog").all_inner_texts(), sep="\n---\n")
    made.close()


@pytest.fixture
def notebook(root):
    """A copy of the notebook for each test."""

    def write(name):
        return write_notebook(root / name, *CELLS)

    return write


def opened(page, address, cell=FORM):
    page.goto(address)
    page.locator(".jp-Notebook .jp-CodeCell").nth(cell).wait_for()
    run_cell(page, cell)
    page.locator(".nbflow").first.wait_for()


def read(path):
    return json.loads(path.read_text())


def test_in_jupyterlab_one_schedules_runs_and_reads_the_result_also_later(page, jupyter, notebook):
    path = notebook("scheduled.ipynb")
    opened(page, jupyter.in_lab(path.name))
    page.get_by_label("Runs", exact=True).select_option("On weekdays at 7:00")
    page.get_by_label("Time zone").fill("Europe/Berlin")
    cron = page.get_by_label("Cron expression")
    assert cron.input_value() == "0 7 * * mon-fri"
    cron.fill("30 6 * * fr")
    page.get_by_text("'fr' in '30 6 * * fr' is no day of the week").wait_for()
    cron.fill("30 6 * * fri")
    coming = page.get_by_role("list", name="Next runs").get_by_role("listitem")
    coming.nth(4).wait_for()
    assert all(
        text.startswith("Fri ") and ", 06:30 CE" in text for text in coming.all_inner_texts()
    )

    page.get_by_label("trees").fill("many")
    page.get_by_text("'many' is not a value of type int").wait_for()
    page.get_by_label("trees").fill("16")
    page.get_by_role("button", name="Run now").focus()
    page.keyboard.press("Space")
    page.get_by_role("status").get_by_text("success").wait_for()
    page.get_by_role("list", name="Metrics").get_by_text("0.8").wait_for()
    page.get_by_role("button", name="Show output").click()
    page.get_by_text("read 16").wait_for()

    # Whoever opens the saved notebook has no kernel, and sees a picture.
    assert not page.get_by_text(PICTURE).is_visible()
    page.keyboard.press("Control+s")
    until(lambda: "accuracy = 0.8" in path.read_text())
    jupyter.end_kernels()
    page.goto(jupyter.in_lab(path.name))
    page.get_by_text(PICTURE).wait_for()
    page.get_by_text("accuracy = 0.8").wait_for()


def test_choices_are_in_the_file_and_stay_when_jupyterlab_reads_it_again(page, jupyter, notebook):
    path = notebook("kept.ipynb")
    opened(page, jupyter.in_lab(path.name))
    page.keyboard.press("Control+s")
    page.locator(".jp-Notebook").get_by_role("button", name="Saved").wait_for()
    page.get_by_label("Runs", exact=True).select_option("Every hour")
    page.get_by_role("button", name="Save choices").click()
    page.get_by_text("saved in kept.ipynb").wait_for()
    assert read(path)["metadata"]["nbflow"] == {"schedule": "0 * * * *"}
    first = page.locator(".jp-Notebook .jp-CodeCell .jp-InputArea-editor").first
    first.click()
    page.keyboard.press("Control+s")
    page.get_by_role("button", name="Revert").click()
    # Jupyter trusts no output of a file that somebody else wrote.
    page.get_by_text(PICTURE).wait_for()
    first.click()
    page.keyboard.type("# mine ")
    page.keyboard.press("Control+s")
    until(lambda: "# mine" in path.read_text())
    assert read(path)["metadata"]["nbflow"] == {"schedule": "0 * * * *"}


def test_in_notebook_7_a_failed_run_shows_its_log_and_goes_on(page, jupyter, notebook):
    path = notebook("failing.ipynb")
    opened(page, jupyter.in_notebook(path.name))
    run_cell(page, FORM + 1)
    page.get_by_role("alert").get_by_text("Step fit, cell 4: AssertionError: too many").wait_for()
    whole = read(path)
    whole["cells"][3]["source"] = "assert trees < 1000"
    path.write_text(json.dumps(whole))
    page.get_by_role("button", name="Resume from failed step").click()
    page.get_by_text("kept from the run before", exact=True).wait_for()
    page.get_by_role("status").get_by_text("success").wait_for()
