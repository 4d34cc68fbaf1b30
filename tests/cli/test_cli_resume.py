"""`nbflow run --resume`, in real kernels."""

import json
import signal

import pytest
from commands import nbflow, outputs, start, write_notebook

from waiting import until

pytestmark = pytest.mark.slow

PARAMETERS = ("parameters", "lr = 0.1\nrows = 2")
LOAD = (
    "step:load",
    "import random\nrandom.seed(1)\nx = [random.random() for _ in range(rows)]\nprint('load', x)",
)
SIDE = ("step:side", "side = open('data.csv').read()\nprint('side', side)")
TRAIN = ("step:train", "scale = lr\nprint('train')\ny = sum(x) / 0")
FIXED = ("step:train", "scale = lr\nprint('train')\ny = sum(x) / 2")
REPORT = ("step:report", "print('report', y, random.random(), scale)")


def project(folder, *cells):
    (folder / "data.csv").write_text("a")
    return write_notebook(folder / "nb.ipynb", *(cells or (PARAMETERS, LOAD, SIDE, TRAIN, REPORT)))


def steps(result):
    return {step["name"]: step for step in result.json["steps"]}


def kept(result):
    return {name for name, step in steps(result).items() if step["kept"]}


def runs(folder):
    return sorted((folder / ".nbflow/store/default/nb").iterdir())


def resume(folder, *more):
    return nbflow("run", "nb.ipynb", "--resume", "-o", "o.ipynb", "--json", *more, cwd=folder)


def test_a_run_goes_on_from_the_corrected_cell_in_its_own_folder(tmp_path):
    project(tmp_path)
    broken = nbflow("run", "nb.ipynb", "-p", "rows=3", "-o", "o.ipynb", cwd=tmp_path)
    assert broken.status == 10
    (first,) = nbflow("runs", "--json", cwd=tmp_path).json
    before = outputs(tmp_path / "o.ipynb")
    project(tmp_path, PARAMETERS, LOAD, SIDE, FIXED, REPORT)
    result = resume(tmp_path)
    assert result.status == 0, result.err
    assert kept(result) == {"load", "side"}
    assert steps(result)["train"]["attempt"] == 2
    assert "kept: load, side" in result.err
    assert result.json["parameters"] == {"rows": 3}
    (folder,) = runs(tmp_path)
    assert folder.name in result.err
    (told,) = nbflow("runs", "--json", cwd=tmp_path).json
    assert told["started"] == first["started"] < first["ended"] < told["resumed"] < told["ended"]
    listed = nbflow("runs", cwd=tmp_path).out
    assert f"{folder.name}  (resumed " in listed
    header = "".join(json.loads((tmp_path / "o.ipynb").read_text())["cells"][0]["source"])
    assert " since then |" in header
    whole = nbflow("run", "nb.ipynb", "-p", "rows=3", "-o", "whole.ipynb", cwd=tmp_path)
    assert whole.status == 0
    after = outputs(tmp_path / "o.ipynb")
    assert after == outputs(tmp_path / "whole.ipynb")
    assert after["cell-2"] == before["cell-2"] != ""


def test_what_was_edited_and_all_that_follows_runs_again_and_is_told(tmp_path):
    project(tmp_path)
    assert nbflow("run", "nb.ipynb", cwd=tmp_path).status == 10
    edited = ("step:load", LOAD[1] + "\nx[0] = 1")
    project(tmp_path, PARAMETERS, edited, SIDE, FIXED, REPORT)
    result = resume(tmp_path)
    assert result.status == 0, result.err
    assert kept(result) == {"side"}
    assert "step load runs again: its cell 2 changed" in result.err
    assert outputs(tmp_path / "o.ipynb")["cell-5"].startswith("report 0.")


def test_parameters_given_again_count_for_the_steps_that_read_them(tmp_path):
    project(tmp_path, PARAMETERS, LOAD, SIDE, ("step:show", "print(lr)"), TRAIN)
    assert nbflow("run", "nb.ipynb", "-p", "lr=0.2", cwd=tmp_path).status == 10
    result = resume(tmp_path, "-p", "lr=0.3")
    assert result.status == 10, result.err
    assert kept(result) == {"load", "side"}
    assert "step show runs again: parameter lr is 0.3 now" in result.err
    again = resume(tmp_path)
    assert kept(again) == {"load", "side", "show"}
    assert again.json["parameters"] == {"lr": 0.3}
    assert outputs(tmp_path / "o.ipynb")["cell-4"] == "0.3\n"


def test_a_changed_file_runs_the_steps_again_that_read_it(tmp_path):
    (tmp_path / "helper.py").write_text("def half(x):\n    return x / 0\n")
    (tmp_path / "other.py").write_text("def name():\n    return 'b'\n")
    cells = (
        ("imports", "import helper"),
        ("step:a", "import other\nprint(other.name())"),
        ("step:b", "print(open('data.csv').read())"),
        ("step:c", "print(helper.half(1))"),
    )
    project(tmp_path, *cells)
    assert nbflow("run", "nb.ipynb", cwd=tmp_path).status == 10
    (tmp_path / "data.csv").write_text("b")
    result = resume(tmp_path)
    assert kept(result) == {"a"}
    assert "step b runs again: file data.csv changed" in result.err
    (tmp_path / "helper.py").write_text("def half(x):\n    return x / 2\n")
    result = resume(tmp_path)
    assert result.status == 0, result.err
    assert kept(result) == set(), "every step imports it in its setup"
    assert outputs(tmp_path / "o.ipynb")["cell-3"] == "b\n"


def test_outputs_of_steps_that_did_not_run_again_do_not_show(tmp_path):
    project(tmp_path)
    assert nbflow("run", "nb.ipynb", cwd=tmp_path).status == 10
    project(tmp_path, PARAMETERS, ("step:load", "x = undefined.thing"), SIDE, TRAIN, REPORT)
    write = ("step:load", "import random\nx = [1 / 0]")
    project(tmp_path, PARAMETERS, write, SIDE, TRAIN, REPORT)
    result = resume(tmp_path)
    assert result.status == 10
    found = outputs(tmp_path / "o.ipynb")
    assert found["cell-2"] == "ZeroDivisionError: division by zero"
    assert found["cell-4"] == "", "the failure of the earlier attempt is no news"


@pytest.mark.parametrize("kill", [signal.SIGINT, signal.SIGKILL])
def test_a_stopped_run_goes_on(tmp_path, kill):
    marker = tmp_path / "started"
    wait = (
        f"import pathlib, time\nmark = pathlib.Path({str(marker)!r})\nold = mark.exists()\n"
        "mark.touch()\nprint('begun', flush=True)\nwhile not old: time.sleep(0.1)\ny = x"
    )
    write_notebook(tmp_path / "nb.ipynb", ("step:one", "x = 1\nprint('one')"), ("step:two", wait),
                   ("step:three", "print(y)"))  # fmt: skip
    process = start("run", "nb.ipynb", cwd=tmp_path)
    until(marker.exists)
    going = resume(tmp_path)
    assert (going.status, going.json["error"]["code"]) == (2, "usage")
    assert "still going on" in going.json["error"]["message"]
    assert [run["state"] for run in nbflow("runs", "--json", cwd=tmp_path).json] == ["running"]
    process.send_signal(kill)
    process.communicate(timeout=60)
    (stopped,) = nbflow("runs", "--json", cwd=tmp_path).json
    lost = kill is signal.SIGKILL
    assert stopped["state"] == ("failed" if lost else "cancelled")
    _, two, three = stopped["steps"]
    assert three["state"] == "cancelled"
    assert stopped["ended"] >= stopped["started"]
    if lost:
        assert (two["state"], two["cells_done"]) == ("failed", 0)
        assert (two["failure"]["ename"], two["failure"]["cell"]) == ("ProcessGone", "cell-2")
        shown = nbflow("runs", f"nb/{stopped['run_id']}", cwd=tmp_path)
        assert shown.status == 10
        assert "ProcessGone: the process that ran it is gone" in shown.out
        assert "--resume" in shown.err
    result = resume(tmp_path)
    assert result.status == 0, result.err
    assert kept(result) == {"one"}
    assert [run["state"] for run in nbflow("runs", "nb", "--json", cwd=tmp_path).json] == [
        "success"
    ]
    assert outputs(tmp_path / "o.ipynb") == {
        "cell-1": "one\n",
        "cell-2": "begun\n",
        "cell-3": "1\n",
    }
    assert steps(result)["two"]["attempt"] == 2


def test_steps_that_were_renamed_or_taken_away_leave_nothing(tmp_path):
    project(tmp_path)
    assert nbflow("run", "nb.ipynb", cwd=tmp_path).status == 10
    renamed = ("step:aside", "print('aside')")
    project(tmp_path, PARAMETERS, LOAD, renamed, FIXED, REPORT)
    result = resume(tmp_path)
    assert result.status == 0, result.err
    assert kept(result) == {"load"}
    assert outputs(tmp_path / "o.ipynb")["cell-3"] == "aside\n"


def test_nothing_to_go_on_with_is_an_error_with_a_way_out(tmp_path):
    project(tmp_path, PARAMETERS, LOAD)
    none = nbflow("run", "--resume", "nb.ipynb", cwd=tmp_path)
    assert none.status == 2
    assert "no run on this machine" in none.err
    assert "`nbflow run nb.ipynb` starts one" in none.err
    assert nbflow("run", "nb.ipynb", cwd=tmp_path).status == 0
    well = nbflow("run", "nb.ipynb", "--resume", cwd=tmp_path)
    assert well.status == 2
    assert "succeeded" in well.err
    unknown = nbflow("run", "nb.ipynb", "--resume=local__x", cwd=tmp_path)
    assert unknown.status == 2
    assert runs(tmp_path)[0].name in unknown.err


def test_data_that_is_gone_is_made_again(tmp_path):
    project(tmp_path)
    assert nbflow("run", "nb.ipynb", cwd=tmp_path).status == 10
    (folder,) = runs(tmp_path)
    for path in (folder / "load").glob("try-1/*"):
        path.unlink()
    project(tmp_path, PARAMETERS, LOAD, SIDE, FIXED, REPORT)
    result = resume(tmp_path)
    assert result.status == 0, result.err
    assert kept(result) == {"side"}


def test_the_run_is_found_again_by_other_commands(tmp_path):
    project(tmp_path)
    assert nbflow("run", "nb.ipynb", cwd=tmp_path).status == 10
    (folder,) = runs(tmp_path)
    written = json.loads((folder / "run.json").read_text())
    assert (written["state"], written["source"]) == ("failed", "nb.ipynb")
    assert nbflow("output", folder.name, "-o", "again.ipynb", cwd=tmp_path).status == 0
    assert outputs(tmp_path / "again.ipynb")["cell-4"].endswith(
        "ZeroDivisionError: float division by zero"
    )
