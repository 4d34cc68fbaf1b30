"""A notebook as a pipeline that can be asked."""

import pytest
from commands import write_notebook

import nbflow
from nbflow.errors import CheckFailed, NotebookError, TargetError, UsageError


def test_a_pipeline_tells_its_steps_parameters_and_what_is_wrong(project):
    pipeline = nbflow.load("train.ipynb")
    assert pipeline.name == "train"
    assert [step.name for step in pipeline.steps] == ["load", "fit"]
    assert pipeline.steps["load"].saves == ("rows",)
    assert pipeline.parameters["trees"].default == 10
    assert pipeline.diagnostics.ok
    assert pipeline.schedule is None


def test_names_complete_in_brackets(project):
    pipeline = nbflow.load("train.ipynb")
    assert pipeline.steps._ipython_key_completions_() == ["load", "fit"]
    assert pipeline.parameters._ipython_key_completions_() == ["trees"]


def test_a_step_that_is_not_there_names_the_nearest(project):
    with pytest.raises(UsageError, match="no step 'fitt'") as caught:
        nbflow.load("train.ipynb").steps["fitt"]
    assert "'fit'" in caught.value.hint
    assert "load, fit" in caught.value.hint


def test_a_listing_is_a_sequence(project):
    steps = nbflow.load("train.ipynb").steps
    assert len(steps) == 2
    assert steps[-1].name == "fit"
    assert [one.name for one in steps[:1]] == ["load"]
    assert steps == nbflow.load("train.ipynb").steps
    with pytest.raises(IndexError):
        steps[2]


def test_refresh_reads_the_notebook_again(project):
    pipeline = nbflow.load("train.ipynb")
    write_notebook(project / "train.ipynb", ("step:only", "x = 1"))
    assert [step.name for step in pipeline.refresh().steps] == ["only"]


def test_a_file_that_is_no_notebook_is_said(project):
    with pytest.raises(NotebookError):
        nbflow.load("missing.ipynb")
    (project / "broken.ipynb").write_text("{")
    with pytest.raises(NotebookError):
        nbflow.check("broken.ipynb")


def test_what_is_wrong_has_its_place_and_its_line(project):
    write_notebook(
        project / "bad.ipynb",
        ("step:load", "import io\nstream = open('x', 'w')"),
        ("step:use", "stream.write('a')"),
    )
    found = nbflow.check("bad.ipynb")
    assert not found.ok
    error = found.errors[0]
    assert isinstance(error, nbflow.Diagnostic)
    assert error.position == 2
    assert error.place.startswith("cell 2")
    assert error.source == "stream.write('a')"
    assert error.message in repr(found)
    assert "Close <code>stream</code> in its step" in found._repr_html_()
    with pytest.raises(CheckFailed):
        nbflow.run("bad.ipynb", quiet=True)


def test_what_would_change_is_shown_and_published_is_listed(project):
    difference = nbflow.diff("train.ipynb")
    assert difference
    assert difference.published is None
    done = nbflow.publish("train.ipynb")
    assert done.changed
    assert not nbflow.diff("train.ipynb")
    assert nbflow.published()["train"].listing.digest == done.digest
    assert done.digest in repr(done)
    assert "nothing would change" in repr(nbflow.diff("train.ipynb"))
    write_notebook(project / "train.ipynb", ("step:only", "x = '<1>'"))
    again = nbflow.diff("train.ipynb")
    assert again.cells[0].cell == "cell-1"
    assert "  ~ cell 1 (id cell-1)\n      @@" in repr(again)
    assert "      +x = '<1>'" in repr(again)
    assert "+x = &#x27;&lt;1&gt;&#x27;" in again._repr_html_()


def test_the_way_back_from_a_version(project):
    first = nbflow.publish("train.ipynb")
    write_notebook(project / "train.ipynb", ("step:only", "x = 1"))
    assert nbflow.publish("train.ipynb").digest != first.digest
    assert nbflow.rollback("train").digest == first.digest
    versions = nbflow.published("train")
    assert [one.state for one in versions] == ["runs", "kept", "kept"]
    assert [one.action for one in versions] == ["rollback", "publish", "publish"]
    assert versions[first.digest].state == "runs"
    assert "rollback" in versions._repr_html_()
    assert versions.dag.listing.dag_id == "train"
    with pytest.raises(TargetError, match="train"):
        nbflow.published("trian")
    assert nbflow.unpublish("train") == ()
