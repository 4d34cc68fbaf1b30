"""A live view of a run without a browser: what it shows, and what its buttons do."""

import threading
from dataclasses import replace

import pytest
from commands import write_notebook

import nbflow
from nbflow.widgets import Live
from nbflow.widgets.pictures import outputs_html
from waiting import until

SLOW = "import time\nwhile not __import__('pathlib').Path({!r}).exists(): time.sleep(0.05)"


def begun(*cells, folder, **values):
    """A run that goes on, and its view."""
    write_notebook(folder / "slow.ipynb", *cells)
    run = nbflow.run("slow.ipynb", wait=False, quiet=True, **values)
    return run, run.live()


def test_cells_and_lines_are_shown_while_a_run_goes_and_its_end(project):
    gate = project / "gate"
    run, live = begun(
        ("step:load", "x = 1"),
        ("step:wait", SLOW.format(str(gate))),
        ("", "print('after', x)"),
        folder=project,
    )
    until(lambda: "cell 1 of 2: <" not in live._steps.value and "cell 1 of 2" in live._steps.value)
    assert "import time" in live._steps.value
    assert 'aria-valuenow="0"' in live._steps.value
    assert live.cancelling.layout.display == ""
    assert live.resuming.layout.display == "none"
    gate.touch()
    until(lambda: "success" in live._head.value)
    assert live.cancelling.layout.display == "none"
    assert run.refresh().state == "success"
    live._show_output()
    until(lambda: "after 1" in live._output.value)
    assert live.showing.description == "Hide output"
    live._show_output()
    assert live._output.value == ""
    live._save()
    until(lambda: "Written to" in live._said.value)
    assert list(project.glob("slow-local*.ipynb"))


def test_usual_times_and_the_expected_end_are_known_from_earlier_runs(project):
    gate = project / "gate"
    gate.touch()
    cells = (("step:load", "x = 1"), ("step:wait", SLOW.format(str(gate))), ("", "x"))
    run, _ = begun(*cells, folder=project)
    run.wait(quiet=True)
    gate.unlink()
    _, live = begun(*cells, folder=project)
    until(lambda: "last time" in live._steps.value and "expected to end" in live._head.value)
    gate.touch()
    until(lambda: "success" in live._head.value)
    assert "expected" not in live._head.value


def test_a_failure_is_shown_with_its_log_and_the_run_goes_on_from_there(project):
    notebook = project / "train.ipynb"
    run = nbflow.run(notebook, trees=200, wait=False, quiet=True)
    live = run.live()
    until(lambda: "Step fit, cell 4: AssertionError: too many" in live._notice.value)
    assert "assert trees &lt; 100" in live._notice.value
    assert "\x1b" not in live._notice.value
    assert live.resuming.layout.display == ""
    assert "AssertionError" in live.text()
    notebook.write_text(notebook.read_text().replace("< 100", "< 1000"))
    live._resume()
    until(lambda: "success" in live._head.value)
    assert "kept from the run before" in live._steps.value
    assert live._notice.value == ""
    # It is the run that one holds that went on.
    assert run.refresh().state == "success"
    assert run.value("accuracy") == 10.0


def test_a_run_goes_on_only_once_nothing_of_it_is_under_way(project):
    run = nbflow.run("train.ipynb", trees=200, wait=False, quiet=True)
    free, told = threading.Event(), threading.Event()
    watched = run._watched()

    def follow(show, wanted):
        watched.follow(show, wanted)
        told.set()
        free.wait()

    live = Live(replace(watched, follow=follow))
    told.wait()
    until(lambda: "failed" in live._head.value)
    assert live.resuming.layout.display == "none"
    free.set()
    until(lambda: live.resuming.layout.display == "")


def test_a_run_is_stopped_by_its_button(project):
    _, live = begun(("step:wait", SLOW.format(str(project / "never"))), folder=project)
    until(lambda: "running" in live._head.value)
    live._cancel()
    until(lambda: live.seen.state == "cancelled")
    until(lambda: live.cancelling.layout.display == "none")
    assert live.resuming.layout.display == ""


def test_a_view_that_is_closed_looks_no_more_and_the_run_goes_on(project):
    gate = project / "gate"
    run, live = begun(("step:wait", SLOW.format(str(gate))), folder=project)
    until(lambda: "running" in live._head.value)
    live.close()

    def watching():
        return [one for one in threading.enumerate() if one.name == "nbflow-live"]

    until(lambda: not watching())
    gate.touch()
    assert run.wait(quiet=True).state == "success"
    assert "success" not in live._head.value


def test_a_run_that_has_ended_is_shown_as_it_ended(project):
    run = nbflow.run("train.ipynb", trees=200, quiet=True)
    live = run.live()
    assert "failed" in live._head.value
    assert "too many" in live._notice.value
    assert "assert trees" in live._notice.value


PNG = "iVBORw0KGgo="


@pytest.mark.parametrize(
    ("output", "shown"),
    [
        ({"output_type": "stream", "name": "stdout", "text": "<b>\x1b[31mred"}, "&lt;b&gt;red"),
        ({"output_type": "display_data", "data": {"image/png": PNG, "text/plain": "f"}}, "<img"),
        ({"output_type": "execute_result", "data": {"text/plain": "<f>"}}, "&lt;f&gt;"),
        ({"output_type": "execute_result", "data": {"text/html": "<i>x</i>"}}, "<i>x</i>"),
        ({"output_type": "error", "traceback": ["a", "<b>"]}, "a\n&lt;b&gt;"),
        ({"output_type": "stream", "name": "stdout", "text": "l\n" * 500}, "300 lines before"),
    ],
)
def test_outputs_are_shown_below_the_first_line_of_their_cell(output, shown):
    cell = {"cell_type": "code", "source": "plot(a < b)\nmore", "outputs": [output]}
    found = outputs_html({"cells": [cell, {"cell_type": "markdown", "source": "x"}]})
    assert "plot(a &lt; b)" in found
    assert "more" not in found
    assert shown in found


def test_where_no_cell_has_shown_anything_that_is_said():
    assert "No cell has shown anything" in outputs_html({"cells": []})
