"""A form whose settings name an Airflow: published there, triggered, and watched."""

import pytest
from commands import write_notebook

import nbflow
from waiting import until

pytestmark = [pytest.mark.airflow, pytest.mark.slow]


def test_a_form_publishes_and_triggers_and_its_live_view_follows_the_run(
    project, airflow, monkeypatch
):
    (project / "nbflow.yaml").write_text(airflow.settings)
    monkeypatch.setenv("SECRET", airflow.instance.password)
    write_notebook(
        project / "form_score.ipynb",
        ("parameters", "trees = 10"),
        ("step:load", "rows = list(range(trees))\nprint('loaded', trees)"),
        ("step:check", "assert trees < 10, 'too many'"),
    )
    form = nbflow.form("form_score.ipynb")
    assert form.triggering in form.widget.children[-2].children
    form.publish()
    until(lambda: "live after" in form._told.value)
    form.fields["trees"].control.value = "6"
    form.trigger()
    until(lambda: form.live is not None and "success" in form.live._head.value)
    assert form.live.seen.parameters["trees"] == 6
    assert "open in Airflow" in form.live._head.value
    form.live._show_output()
    until(lambda: "loaded 6" in form.live._output.value)

    first = form.live
    form.fields["trees"].control.value = "60"
    until(lambda: not form.triggering.disabled)
    form.trigger()
    until(lambda: form.live is not first and "Step check" in form.live._notice.value)
    assert "AssertionError: too many" in form.live._notice.value
    assert "last time" in form.live._steps.value
