"""What a run was given, in the notebook that comes back: the cell behind the parameters cell."""

import json
from dataclasses import replace

import nbformat
import pytest

from nbflow import notebook, settings
from nbflow.api.parts import parts
from nbflow.api.running import merged, write_parts
from nbflow.api.shapes import run_as_json
from nbflow.host.ledgers import Recorder
from nbflow.model import Run, RunState

LOCAL = "local__2026-11-30T10-00-00"
PARAMETERS = 'n = 1\nname = "a"\nrate = 0.5\npassword = ""\nwhen = max(1, 2)\nwindow = (0, 7)'
RUN = Run("sales", LOCAL, RunState.SUCCESS)


def code(cell_id, source, *tags):
    cell = {"cell_type": "code", "id": cell_id, "metadata": {"tags": list(tags)}, "outputs": []}
    return {**cell, "execution_count": None, "source": source}


def written(*cells, language="python"):
    """A notebook's text."""
    kernel = {"name": "ir" if language == "R" else "python3", "language": language}
    metadata = {"kernelspec": {**kernel, "display_name": language}}
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def document(*cells, **more):
    return notebook.parse(written(*cells, **more), name="sales")


SALES = document(code("p", PARAMETERS, "parameters"), code("a", "print(n)", "step:load"))


def ran(cell_id, source="", **metadata):
    return {**code(cell_id, source), "metadata": metadata, "execution_count": 1}


def step(**params):
    """An executed step notebook, as papermill leaves it."""
    given = {"nbflow_params": json.dumps(params)}
    metadata = {"papermill": {"parameters": given}, "nbflow": {"orders": {"cells": ["a"]}}}
    return {"cells": [ran("p"), ran("a")], "metadata": metadata}


def given_cell(found):
    """The source of the cell, None where there is none; it stands behind the parameters."""
    nbformat.validate(found)
    cells = found["cells"]
    places = [i for i, one in enumerate(cells) if "injected-parameters" in _tags(one)]
    if not places:
        return None
    (place,) = places
    assert "parameters" in _tags(cells[place - 1])
    return "".join(cells[place]["source"])


def _tags(cell):
    return cell["metadata"].get("tags", [])


@pytest.fixture
def merge(tmp_path):
    """Merges the executed notebooks of a run."""
    current = settings.load_settings(tmp_path, environ={})
    folder = tmp_path / "default" / "sales" / "run"
    folder.mkdir(parents=True)

    def merge(document=SALES, *, run=RUN, executed=None, header=True, **given):
        run = replace(run, parameters=given or run.parameters)
        executed = {"load": step(**run.parameters)} if executed is None else executed
        return merged(
            document, folder=folder, current=current, run=run, executed=executed, header=header
        )

    return merge


def test_the_values_that_the_run_was_given_stand_behind_those_that_are_written(merge):
    found = merge(name="it's", n=5)
    assert given_cell(found) == '# Parameters\nn = 5\nname = "it\'s"'
    (own,) = [one for one in found["cells"] if one["id"] == "p"]
    assert own["source"] == PARAMETERS


def test_the_cell_is_of_the_notebook_and_not_of_its_header(merge):
    assert given_cell(merge(n=5, header=False)) == "# Parameters\nn = 5"


def test_values_have_the_types_of_the_parameters(merge):
    found = given_cell(merge(rate="Infinity", n="9007199254740993", window=[1, 2], when=3))
    lines = ["# Parameters", "n = 9007199254740993", 'rate = float("inf")', "when = 3"]
    assert found.splitlines() == [*lines, "window = (1, 2)"]


@pytest.mark.parametrize(
    "given", [{}, {"n": 1, "name": "a", "rate": 0.5, "window": [0, 7], "when": None}, {"n": 1}]
)
def test_there_is_no_cell_where_all_is_as_it_is_written(merge, given):
    found = merge(**given)
    assert given_cell(found) is None
    assert [cell["id"] for cell in found["cells"]] == ["nbflow-header", "p", "a"]


def test_it_is_the_same_cell_each_time(merge):
    assert json.dumps(merge(n=5)) == json.dumps(merge(n=5))


def test_what_looks_like_a_secret_is_not_written(merge):
    found = merge(password="hunter2", n=5)
    assert "hunter2" not in json.dumps(found)
    said = "# password: a value that looks like a secret, which is not written here"
    assert given_cell(found) == f"# Parameters\nn = 5\n{said}"
    assert "password = '&#42;&#42;&#42;'" in found["cells"][0]["source"]
    assert found["metadata"]["nbflow_run"]["parameters"] == {"n": 5, "password": "***"}


def test_a_value_of_another_type_is_no_code(merge):
    found = given_cell(merge(n="five", name="b"))
    assert found == '# Parameters\n# n: a value that is no int\nname = "b"'


def test_a_run_in_airflow_is_told_by_what_its_steps_were_given(merge):
    """Airflow gives every parameter; to one of the schedule the ends of its interval, too."""
    run = Run("sales", "scheduled__2026-11-30", RunState.SUCCESS)
    told = {"n": 1, "name": "2026-11-29", "rate": 0.5, "password": "", "window": [0, 7]}
    found = merge(run=run, executed={"load": step(**told, when=None)})
    assert given_cell(found) == '# Parameters\nname = "2026-11-29"'
    assert "name = '2026-11-29'" in found["cells"][0]["source"]
    before = merge(run=run, executed={}, n=7, **{"profile.load": "small"})
    assert given_cell(before) == "# Parameters\nn = 7"


def test_a_run_that_went_on_with_other_values_is_told_by_the_last(merge):
    assert given_cell(merge(n=6, executed={"load": step(n=5)})) == "# Parameters\nn = 6"


def test_the_cell_of_an_earlier_execution_gives_way(merge):
    before = code("old", "n = 9", "injected-parameters")
    again = document(*SALES.raw["cells"][:1], before, *SALES.raw["cells"][1:])
    assert given_cell(merge(again, n=5)) == "# Parameters\nn = 5"
    assert given_cell(merge(again)) is None
    assert "n = 9" not in json.dumps(merge(again))
    once = merge(n=4)
    twice = merge(notebook.parse(json.dumps(once), name="sales"), n=5)
    assert [cell["id"] for cell in twice["cells"]] == [cell["id"] for cell in once["cells"]]


def test_of_several_parameters_cells_it_stands_behind_the_last(merge):
    two = document(
        code("p", "n = 1", "parameters"), code("q", "m = 1", "parameters"), code("a", "n", "step:a")
    )
    found = merge(two, m=2, n=3)
    assert given_cell(found) == "# Parameters\nn = 3\nm = 2"
    assert [cell["id"] for cell in found["cells"]][1:3] == ["p", "q"]


def test_a_notebook_of_another_language_is_given_nothing_and_has_no_cell(merge):
    """Its parameters are not read: see NB211."""
    r = document(
        code("p", "n <- 1", "parameters"), code("a", "print(n)", "step:load"), language="R"
    )
    assert given_cell(merge(r, n=5)) is None
    assert given_cell(merge(r)) is None


def weekly(folder):
    """What a run of two notebooks has left, one of them with two items; the run."""
    for name in ("load", "train"):
        path = folder / ".bundle" / "notebooks" / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(written(*SALES.raw["cells"]))
    stages = [{"name": "load", "notebook": "l.ipynb"}, {"name": "train", "notebook": "t.ipynb"}]
    (folder / ".bundle" / "manifest.json").write_text(json.dumps({"stages": stages}))
    for place, given in (("load", {}), ("train/0", {"n": 5}), ("train/1", {"n": 6, "name": "a"})):
        path = folder / place / "a" / "try-1.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(step(**given)))
    return Run("weekly", LOCAL, RunState.SUCCESS, parameters={"n": 100})


def test_each_of_several_notebooks_has_its_own_values(tmp_path):
    folder = tmp_path / "default" / "weekly" / LOCAL
    run = weekly(folder)
    own = parts(run, folder=folder, order=["load", "train"])
    current = settings.load_settings(tmp_path, environ={})
    write_parts(own, run=run, folder=folder, to=tmp_path / "out", current=current)
    found = {
        path.stem: given_cell(json.loads(path.read_text()))
        for path in (tmp_path / "out").glob("*.ipynb")
    }
    assert found == {
        "load": None,
        "train-0": "# Parameters\nn = 5",
        "train-1": "# Parameters\nn = 6",
    }


def test_an_item_that_went_on_with_other_values_is_told_by_the_last(tmp_path):
    folder = tmp_path / "default" / "weekly" / LOCAL
    run = weekly(folder)
    now = Run("train", "1", RunState.SUCCESS, parameters={"n": 8})
    Recorder(folder / "train" / "1", source="", digest="")(now)
    own = parts(run, folder=folder, order=["load", "train"])
    assert [one.run.parameters for one in own] == [{}, {"n": 5}, {"n": 8}]


def test_a_run_for_programs_names_what_must_not_be_shown_of_it():
    given = {"n": 2, "password": "hunter2!x", "name": "b"}
    told = run_as_json(replace(RUN, parameters=given))
    assert (told["parameters"], told["secret"]) == (given, ["password"])
