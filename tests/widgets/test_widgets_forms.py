"""A form without a browser: what its buttons do, what it keeps, and what it refuses."""

import builtins
import json
import subprocess
import sys

import pytest
from commands import write_notebook
from kernels import execute, text

import nbflow
from nbflow.errors import MissingExtraError, UsageError
from nbflow.widgets import Form
from waiting import until


@pytest.fixture
def form(project):
    """Of `train.ipynb`."""
    made = nbflow.form("train.ipynb")
    yield made
    made.close()


def told(form):
    return form._told.value


def options(project):
    return json.loads((project / "train.ipynb").read_text())["metadata"].get("nbflow", {})


def test_a_form_is_a_text_too(form):
    assert isinstance(form, Form)
    assert repr(form).splitlines()[:2] == ["train: no schedule", "  trees = '10'"]


def test_choices_are_kept_in_the_notebook_and_are_there_the_next_time(form, project):
    assert form.saving.disabled
    form.choices.schedule.preset.label = "On weekdays at 7:00"
    form.choices.schedule.timezone.value = "Europe/Berlin"
    form.choices.profiles.steps["fit"].value = "highmem"
    form.choices.naming.value = "nightly"
    assert not form.saving.disabled
    form.save()
    until(lambda: "saved in train.ipynb" in told(form))
    assert "Revert" in told(form)
    assert options(project) == {
        "name": "nightly",
        "schedule": "0 7 * * mon-fri",
        "timezone": "Europe/Berlin",
        "steps": {"fit": {"profile": "highmem"}},
    }
    assert form.saving.disabled
    again = nbflow.load("train.ipynb").form()
    assert again.choices.name == "nightly"
    assert again.choices.schedule.preset.label == "On weekdays at 7:00"
    assert again.choices.profiles.steps["fit"].value == "highmem"
    assert not again.choices.changed
    again.choices.schedule.preset.label = "Only when somebody starts it"
    again.save()
    until(lambda: "saved in" in told(again))
    assert "schedule" not in options(project)


def test_what_is_wrong_is_not_kept(form, project):
    form.choices.schedule.preset.label = "Every hour"
    form.choices.schedule.cron.value = "0 25 * * *"
    form.save()
    until(lambda: "no hour" in told(form))
    assert options(project) == {}


def test_choices_are_checked_before_they_are_kept(form):
    form.choices.naming.value = "not a name!"
    until(lambda: "cannot be the id of a DAG" in form._findings.value)
    form.choices.naming.value = "train"
    until(lambda: form._findings.value == "")


def test_options_that_changed_meanwhile_are_not_overwritten(form, project):
    form.choices.schedule.preset.label = "Every hour"
    notebook = json.loads((project / "train.ipynb").read_text())
    notebook["metadata"]["nbflow"] = {"schedule": "@daily"}
    (project / "train.ipynb").write_text(json.dumps(notebook))
    form.save()
    until(lambda: "have changed since they were read" in told(form))
    assert options(project) == {"schedule": "@daily"}
    form.fields["trees"].control.value = "12"
    form.read()
    assert form.choices.schedule.schedule == "@daily"
    assert form.fields["trees"].control.value == "12"


def test_publishing_keeps_the_choices_and_says_what_it_did(form, project):
    form.choices.schedule.preset.label = "Every hour"
    form.compare()
    until(lambda: "would be published for the first time" in told(form))
    assert "schedule: 0 * * * *" in told(form)
    assert options(project) == {}
    form.publish()
    until(lambda: "train: published" in told(form))
    assert options(project) == {"schedule": "0 * * * *"}
    assert (project / ".nbflow" / "dags" / "train.py").exists()
    form.compare()
    until(lambda: "nothing would change" in told(form))


def test_a_run_has_the_values_that_were_typed_and_is_shown_as_it_goes(form):
    form.fields["trees"].control.value = "12"
    form.run()
    until(lambda: form.live is not None and form.live.seen.state == "success")
    assert form.live.seen.parameters == {"trees": 12}
    until(lambda: "accuracy" in form.live._steps.value)
    assert form.live.widget in form.widget.children
    assert "success" in form.text()
    first = form.live
    until(lambda: not form.running.disabled)
    form.run()
    until(lambda: form.live is not first)
    assert first.closed


def test_what_was_typed_before_a_press_counts_though_it_comes_later(form):
    form.running.click()
    form.fields["trees"].control.value = "7"
    until(lambda: form.live is not None and form.live.seen.state == "success")
    assert form.live.seen.parameters == {"trees": 7}


def test_a_value_that_is_none_starts_nothing(form):
    form.fields["trees"].control.value = "many"
    form.run()
    until(lambda: "trees:" in form._run_told.value)
    assert "not a value of type int" in form._run_told.value
    assert form.live is None


def test_errors_are_a_sentence_with_help_and_no_traceback(form, project):
    write_notebook(project / "train.ipynb", ("step:load", "x = missing"))
    form.compare()
    until(lambda: "NB301" in told(form))
    assert "nbflow-note" in told(form)
    assert "Traceback" not in told(form)
    (project / "train.ipynb").unlink()
    form.read()
    assert "does not exist" in told(form)
    form.run()
    until(lambda: "does not exist" in form._run_told.value)


def test_what_the_notebook_says_is_shown_as_text(project):
    nasty = "<img src=x onerror=alert(1)>"
    write_notebook(
        project / "nasty.ipynb",
        ("parameters", "x = 1"),
        ("step:load", "open('<b>.csv')"),
        nbflow={"schedule": nasty, "parameters": {"x": {"help": nasty, "section": nasty}}},
    )
    form = nbflow.form("nasty.ipynb")
    shown = [form._findings.value, form._head.value, form.picture()]
    shown += [form.fields["x"].widget.children[1].value]
    shown += [child.value for child in form.widget.children if hasattr(child, "value")]
    assert not [one for one in shown if "<img" in one or "<b>" in one]
    assert any("&lt;img" in one for one in shown)


def test_a_pipeline_of_several_notebooks_has_no_form(project):
    pipeline = nbflow.Pipeline("weekly")
    pipeline.notebook("train.ipynb")
    with pytest.raises(UsageError, match="a form is for one notebook"):
        pipeline.form()


def test_without_ipywidgets_the_error_names_the_command(project, monkeypatch):
    real = builtins.__import__

    def without(name, *arguments, **more):
        if name == "ipywidgets":
            raise ImportError(name)
        return real(name, *arguments, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtraError) as raised:
        nbflow.form("train.ipynb")
    assert "pip install 'nbflow[widgets]'" in raised.value.hint


def test_nbflow_itself_imports_no_widgets():
    program = "import nbflow, sys; nbflow.load; nbflow.Run; print('ipywidgets' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


@pytest.mark.slow
def test_in_a_notebook_a_picture_stands_beside_the_widget_for_whoever_has_no_kernel(project):
    shown, run = execute(
        "import nbflow\nform = nbflow.form('train.ipynb')\nform",
        "nbflow.run('train.ipynb', quiet=True).live()",
        cwd=project,
    )
    picture, widget = shown
    assert "train: no schedule" in picture["data"]["text/html"]
    assert "train: no schedule" in picture["data"]["text/plain"]
    assert "application/vnd.jupyter.widget-view+json" in widget["data"]
    assert "success" in text(run)
