"""What the verbs for runs and for what is old return, and how they show it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from commands import write_notebook

import nbflow
from nbflow import api
from nbflow.errors import UsageError
from nbflow.interactive import Backfill

NASTY = "<script>"


@pytest.fixture(scope="module")
def two_runs(tmp_path_factory):
    """Two runs of a notebook that was edited in between, and the folder that they were in."""
    folder = tmp_path_factory.mktemp("runs")
    cells = [("parameters", "trees = 10"), ("step:fit", "score = trees / 20\nprint(score)")]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        last = ("pipeline-metrics", "score")
        write_notebook(folder / "fit.ipynb", *cells, last)
        before = nbflow.run("fit.ipynb", quiet=True)
        write_notebook(folder / "fit.ipynb", *cells, last, f"print({NASTY!r})")
        after = nbflow.run("fit.ipynb", trees=16, quiet=True)
    return before, after, folder


def test_runs_are_compared_as_objects_or_by_name(two_runs):
    before, after, folder = two_runs
    found = nbflow.diff_runs(before, after.name, project=folder)
    assert found
    assert found.changed
    (score,) = found.metrics
    assert (score.name, score.before, score.after) == ("score", 0.5, 0.8)
    assert found.parameters["trees"].after == 16
    verdicts = [one.verdict for one in found.cells]
    assert verdicts == ["same", "different", "different", "new"]
    assert found.cells["cell-2"].differences[0].what == "stdout"


def test_a_comparison_shows_what_differs_and_escapes_it(two_runs):
    before, after, folder = two_runs
    found = nbflow.diff_runs(before, after, project=folder)
    text = repr(found)
    assert f"- {before.name}: success" in text
    assert "score  0.5     0.8    +0.3" in text
    assert "cell 2, stdout:\n-0.5\n+0.8\n" in text
    assert "4 cells: 2 different, 1 new, 1 the same" in text
    shown = found._repr_html_()
    assert NASTY not in shown
    assert "&lt;script&gt;" in shown
    assert "-0.5\n+0.8" in shown


@pytest.mark.parametrize("other", ["fit/local__none", ""])
def test_what_cannot_be_compared_is_refused(two_runs, other):
    before, _, folder = two_runs
    with pytest.raises(nbflow.NbflowError):
        nbflow.diff_runs(before, other or before, project=folder)


def test_clean_removes_only_what_it_is_told_to(two_runs):
    before, after, folder = two_runs
    rule = {"keep_runs": 1, "older_than": timedelta(0)}
    found = nbflow.clean("fit", project=folder, **rule)
    assert [one.name for one in found.gone] == [before.run_id]
    place = Path(found.gone[0].place)
    assert not found.done
    assert place.exists()
    assert "`yes=True` removes it" in repr(found)
    assert f"would go: 1 run, {found.summary.rpartition(', ')[2]}" in found._repr_html_()
    done = nbflow.clean("fit", project=folder, yes=True, **rule)
    assert done.done
    assert not place.exists()
    assert "removed: 1 run" in repr(done)
    assert not nbflow.clean("fit", project=folder, **rule).gone
    assert nbflow.runs("fit", project=folder)[0].run_id == after.run_id


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"keep_versions": 0}, "keep_versions"),
        ({"keep_runs": -1}, "keep_runs"),
        ({"older_than": "a while"}, "older_than"),
        ({"dag_id": "nothing"}, "nothing"),
    ],
)
def test_what_clean_cannot_understand_is_said(project, options, word):
    with pytest.raises(UsageError, match=word):
        nbflow.clean(**options)


def test_an_import_is_written_only_where_a_file_is_named(project):
    found = nbflow.import_elyra("weekly.pipeline")
    assert found.path is None
    assert "notebook: train.ipynb" in found.text
    assert not list(project.glob("*.yaml"))
    assert nbflow.import_elyra("weekly.pipeline", project / "p.yaml").path == project / "p.yaml"
    (project / "p.yaml").write_text("mine")
    with pytest.raises(UsageError, match="there already"):
        nbflow.import_elyra("weekly.pipeline", "p.yaml")


def test_what_has_no_equal_is_shown(project):
    file = project / "weekly.pipeline"
    file.write_text(file.read_text().replace('"train.ipynb"', '"train.ipynb", "privileged": true'))
    found = nbflow.import_elyra(file)
    assert [one.key for one in found.warnings] == ["privileged"]
    assert "privileged" in repr(found)
    assert "privileged" in found._repr_html_()


def test_a_backfill_shows_both_ends_of_each_interval_with_its_zone():
    start, end = (datetime(2026, 3, day, tzinfo=UTC) for day in (1, 2))
    run = api.BackfilledRun(start, end, "backfill__2026-03-02")
    found = Backfill(
        api.Backfilled("d", 3, start, end, "UTC", (run,), "none", 1, paused=False, url="http://a/d")
    )
    assert repr(found).splitlines() == [
        "d: backfill 3 begins 1 run; times in UTC",
        "start                   end                     run",
        "2026-03-01 00:00+00:00  2026-03-02 00:00+00:00  backfill__2026-03-02",
        "http://a/d",
    ]
    assert found.runs["backfill__2026-03-02"].end == end
    assert "2026-03-02 00:00+00:00" in found._repr_html_()


@pytest.mark.parametrize(("name", "value"), [("reprocess", "all"), ("max_active", 0)])
def test_what_a_backfill_cannot_do_is_said_before_airflow_is_asked(project, name, value):
    with pytest.raises(UsageError, match=name):
        nbflow.backfill("train", start="2026-01-01", end="2026-01-02", **{name: value})
