"""A pipeline of several notebooks, put together in Python."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "cli"))

from commands import outputs, write_notebook

import nbflow
from nbflow.errors import UsageError


@pytest.fixture
def folder(tmp_path):
    write_notebook(tmp_path / "ingest.ipynb", ("step:load", "rows = [1, 2]\nname = 'a ${b}'"))
    write_notebook(
        tmp_path / "train model.ipynb",
        ("parameters", "size = 1\nrows: list = []\nnote = ''"),
        ("step:fit", "best = size * len(rows)\nprint(best, note)"),
    )
    return tmp_path


def weekly(folder):
    p = nbflow.Pipeline("weekly", folder=folder, schedule="@weekly")
    p.parameter("sizes", [1, 2])
    least = p.parameter("least", 1, help="rows", minimum=0)
    ingest = p.notebook("ingest.ipynb")
    train = p.notebook(
        "train model.ipynb",
        foreach={"size": p["sizes"]},
        parallel=2,
        rows=ingest["rows"],
        note="costs ${money}",
        when=f"{least} < 5 and {ingest['name']} != ''",
    )
    release = p.approval("release", "Release?", after=[train])
    p.notebook("train model.ipynb", {"rows": train["best"]}, name="last", after=release)
    return p


def test_it_says_what_its_file_would_say(folder):
    p = weekly(folder)
    assert p.check().ok, p.diagnostics
    p.to_yaml(folder / "weekly.yaml")
    read = nbflow.load(folder / "weekly.yaml")
    assert read.diagnostics.ok
    said = [
        [(s.name, s.given, s.when, s.foreach, s.needs) for s in each._inspected.composition.stages]
        for each in (p, read)
    ]
    assert said[0] == said[1]
    assert (read.schedule, read.name) == ("@weekly", "weekly")
    assert [one.name for one in p.steps] == [
        "ingest.load",
        "train_model.fit",
        "release",
        "last.fit",
    ]
    assert "train_model.fit" in p._repr_html_()


def test_it_runs_here_and_its_values_come_back(folder, tmp_path):
    p = weekly(folder)
    run = p.run(sizes=[3, 4], approve=True, quiet=True, output=tmp_path / "out")
    assert run.state.value == "success", run.failure
    assert run.value("best", step="train_model[1]") == 8
    assert run.value("rows", step="ingest") == [1, 2]
    assert run.value("rows") == [1, 2]
    assert outputs(tmp_path / "out" / "train_model-0.ipynb")["cell-2"] == "6 costs ${money}\n"
    assert outputs(tmp_path / "out" / "last.ipynb")["cell-2"] == "2 \n"
    refused = p.run(approve=lambda stage, asked: asked.subject != "Release?", quiet=True)
    assert refused.steps["last.fit"].state.value == "skipped"


def test_what_cannot_be_added_says_why(folder):
    p = weekly(folder)
    with pytest.raises(UsageError, match="has a stage 'last'"):
        p.notebook("ingest.ipynb", name="last")
    with pytest.raises(UsageError, match="no parameter 'nothing'"):
        p["nothing"]
    read = nbflow.load(folder / "ingest.ipynb")
    for change in (
        lambda: read.notebook("ingest.ipynb"),
        lambda: read.parameter("x", 1),
        lambda: read["x"],
        read.to_yaml,
    ):
        with pytest.raises(UsageError, match="was read from its file"):
            change()
    wrong = nbflow.Pipeline("wrong", folder=folder, shedule="@daily")
    wrong.notebook("gone.ipynb")
    assert {one.code for one in wrong.check().errors} == {"NB801", "NB804"}


def test_what_is_no_path_and_no_list_of_items_is_refused_in_words():
    made = nbflow.Pipeline("wrong")
    names = made.notebook("names.ipynb")["names"]
    with pytest.raises(UsageError, match=r"\$\{names\.names\} is given without one") as caught:
        made.notebook("fit.ipynb", foreach=names)
    assert 'foreach={"PARAMETER": LIST}' in caught.value.hint
    for refused in (nbflow.load, made.notebook):
        with pytest.raises(UsageError, match=r"5 \(int\) is no path"):
            refused(5)
