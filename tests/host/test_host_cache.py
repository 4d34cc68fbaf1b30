"""Steps with `cache:enabled`: skipped when nothing that counts has changed, and only then."""

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from object_servers import BUCKET, moto_server

from nbflow import api
from nbflow.runtime import open_store, read_manifest

pytestmark = pytest.mark.slow


class Project:
    """A folder with one notebook, whose step `train` may be skipped."""

    def __init__(self, folder):
        self.folder = folder
        self.cells = {
            "parameters": "lr = 0.1\nother = 1",
            "setup": "import os",
            "step:load": "x = [1, 2]",
            "step:train cache:enabled": "print('trained', lr)\ny = sum(x)",
            "step:report": "print(y)",
        }

    def write(self, **changed):
        """Write the notebook, with other sources for steps that are named."""
        cells = []
        for number, (tags, source) in enumerate(self.cells.items(), 1):
            name = tags.split()[0].removeprefix("step:")
            cells.append(
                {
                    "cell_type": "code",
                    "id": f"cell-{number}",
                    "metadata": {"tags": tags.split()},
                    "source": changed.get(name, source),
                    "outputs": [],
                    "execution_count": None,
                }
            )
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook = {"cells": cells, "metadata": {"kernelspec": kernel}}
        path = self.folder / "nb.ipynb"
        path.write_text(json.dumps({**notebook, "nbformat": 4, "nbformat_minor": 5}))
        return path

    def run(self, *, cache=True, parameters=None, **changed):
        """Run it to success; whether `train` was skipped, and what the merged notebook shows."""
        path = self.write(**changed)
        done = api.run(api.compile(path), parameters=parameters, cache=cache)
        failure = api.failure_of(done.run)
        assert failure is None, failure
        step = next(one for one in done.run.steps if one.name == "train")
        merged = json.loads(Path(done.notebook).read_text())
        shown = {
            "".join(cell["metadata"]["tags"]): _text(cell["outputs"])
            for cell in merged["cells"]
            if cell["cell_type"] == "code"
        }
        return Outcome(step.cached is not None, shown, done)


class Outcome:
    def __init__(self, cached, shown, done):
        self.cached = cached
        self.trained = shown["step:traincache:enabled"]
        self.report = shown["step:report"]
        self.done = done


def _text(outputs):
    return "".join(
        "".join(one.get("text") or one.get("data", {}).get("text/plain", "")) for one in outputs
    )


@pytest.fixture
def project(tmp_path):
    (tmp_path / "here").mkdir()
    return Project(tmp_path / "here")


def test_an_unchanged_step_shows_what_it_showed_and_hands_on_what_it_left(project):
    rich = (
        "import sys\nprint('trained', lr)\nprint('aside', file=sys.stderr)\n"
        "y = sum(x)\nopen('model.txt', 'w').write('model')\nos.environ['LEFT'] = 'left'\n"
        "from IPython.display import HTML, display\ndisplay(HTML('<b>1</b>'))\n{'y': y}"
    )
    project.cells["step:train cache:enabled"] = rich
    project.cells["step:report"] = "print(y, open('model.txt').read(), os.environ['LEFT'])"
    first, second, third = project.run(), project.run(), project.run(cache=False)
    assert (first.cached, second.cached, third.cached) == (False, True, False)
    for other in (second, third):
        assert (other.trained, other.report) == (first.trained, first.report)
    assert first.report == "3 model left\n"
    assert "aside" in first.trained
    assert "{'y': 3}" in first.trained
    executed = json.loads((second.done.folder / "train/try-1.ipynb").read_text())
    assert executed["metadata"]["nbflow"]["cached"] == {"run_id": first.done.run.run_id}
    again = project.run()
    step = next(one for one in again.done.run.steps if one.name == "train")
    assert again.cached
    assert step.cached == third.done.run.run_id


def test_values_count_and_not_how_they_came_about(project):
    assert not project.run().cached
    assert project.run(load="x = [2 - 1, 1 + 1]").cached, "the same value of other code"
    assert not project.run(load="x = [2, 2]").cached
    assert project.run(report="print('other', y)").cached, "what comes after does not count"
    assert project.run(parameters={"other": 2}).cached, "it does not read this parameter"
    changed = project.run(parameters={"lr": 0.5})
    assert (changed.cached, changed.trained) == (False, "trained 0.5\n")
    assert project.run(parameters={"lr": 0.5}).cached
    assert project.run().cached, "the older execution is still known"


CHANGES = (
    {"setup": "import os\n# a comment"},
    {"train": "print('trained', lr)\ny = sum(x) + 0"},
    {"load": "import random\nrandom.seed(1)\nrandom.random()\nx = [1, 2]"},
    {"load": "os.environ['NAME'] = 'other'\nx = [1, 2]"},
    {"load": "%env NAME=another\nx = [1, 2]"},
    {"load": "import pandas\npandas.set_option('display.width', 99)\nx = [1, 2]"},
    {"load": "open('more.txt', 'w').close()\nx = [1, 2]"},
    {"report": "print(y, read)", "train": "print('trained', lr)\ny = sum(x)\nread = 1"},
)


def test_what_may_change_the_outcome_makes_it_run_again(project):
    assert not project.run().cached
    for changed in CHANGES:
        assert not project.run(**changed).cached, changed
    assert project.run().cached


@pytest.mark.parametrize("by", ["python", "library", "command"])
def test_a_changed_file_of_the_same_size_and_time_is_seen(project, by):
    read = {
        "python": "print(open('data.csv').read())\ny = 1",
        "library": "import polars\nprint(polars.read_csv('data.csv'))\ny = 1",
        "command": "!cat data.csv\ny = 1",
    }
    project.cells["step:train cache:enabled"] = read[by]
    project.cells["step:load"] = "x = open('unread.csv').read()"
    data, unread = project.folder / "data.csv", project.folder / "unread.csv"
    data.write_text("a\n1\n")
    unread.write_text("u")
    stamp = data.stat()
    assert not project.run().cached
    unread.write_text("v")
    assert project.run().cached, "it reads another file"
    data.write_text("a\n2\n")
    os.utime(data, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    changed = project.run()
    assert not changed.cached
    assert "2" in changed.trained


@pytest.mark.parametrize("by", ["python", "library", "command", "listing", "pattern"])
def test_a_changed_file_elsewhere_is_seen(project, tmp_path, by):
    data = tmp_path / "elsewhere" / "data.csv"
    data.parent.mkdir()
    data.write_text("1")
    stamp = data.stat()
    read = {
        "python": f"base = {str(data.parent)!r}\nprint(open(base + '/data.csv').read())",
        "library": f"import pyarrow as pa\nprint(pa.OSFile({str(data)!r}).read())",
        "command": f"%%bash\ncat {data}",
        "listing": f"import os\nprint(os.listdir({str(data.parent)!r}))",
        "pattern": f"import glob\nprint(glob.glob({str(data.parent)!r} + '/*.csv'))",
    }
    project.cells["step:train cache:enabled"] = read[by]
    project.cells["step:report"] = "y = 1"
    assert not project.run().cached
    assert project.run().cached
    if by in {"listing", "pattern"}:
        (data.parent / "more.csv").write_text("1")
    else:
        data.write_text("2")
        os.utime(data, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert not project.run().cached


def test_a_changed_helper_is_seen(project):
    helper = project.folder / "helper.py"
    helper.write_text("def half(x):\n    return x / 2\n")
    project.cells["setup"] = "import os, helper"
    project.cells["step:train cache:enabled"] = "y = helper.half(x[0])\nprint(y)"
    assert not project.run().cached
    assert project.run().cached
    helper.write_text("def half(x):\n    return x / 4\n")
    changed = project.run()
    assert (changed.cached, changed.trained) == (False, "0.25\n")


def test_what_python_compiles_and_keeps_elsewhere_does_not_count(project, tmp_path, monkeypatch):
    # What a step makes and takes away among temporary files never counts; this is not there.
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    (project.folder / "helper.py").write_text("def half(x):\n    return x / 2\n")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "madeup.py").write_text("value = 1\n")
    # As PYTHONPYCACHEPREFIX does for a Python that is started with it; a folder that code names
    # would count.
    project.cells["setup"] = (
        f"import os, sys\nsys.path.insert(0, {str(elsewhere)!r})\n"
        "sys.pycache_prefix = os.path.join(os.path.dirname(sys.path[0]), 'bytecode')\n"
        "sys.dont_write_bytecode = False"
    )
    project.cells["step:train cache:enabled"] = (
        "import helper, madeup\ny = helper.half(madeup.value)\nprint(y)"
    )
    assert not project.run().cached
    assert list((tmp_path / "bytecode").glob("**/madeup.*.pyc"))
    assert project.run().cached


def test_another_version_of_a_package_is_seen(project, tmp_path):
    place = tmp_path / "packages"
    about = place / "madeup-1.dist-info"
    about.mkdir(parents=True)
    (place / "madeup.py").write_text("value = 1\n")
    (about / "RECORD").write_text("madeup.py,,\n")
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: madeup\nVersion: 1\n")
    project.cells["setup"] = f"import os, sys\nsys.path.insert(0, {str(place)!r})"
    project.cells["step:train cache:enabled"] = "import madeup\ny = madeup.value"
    assert not project.run().cached
    assert project.run().cached
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: madeup\nVersion: 2\n")
    assert not project.run().cached


def test_what_the_step_wrote_elsewhere_must_still_be_there(project, tmp_path):
    made = tmp_path / "made.txt"
    project.cells["step:train cache:enabled"] = f"y = open({str(made)!r}, 'w').write('made')"
    assert not project.run().cached
    assert project.run().cached
    made.unlink()
    assert not project.run().cached
    assert made.read_text() == "made"


@pytest.mark.parametrize(
    "source",
    ["y = 1\nprint(x)\n1 / 0", "import sys\ny = [getattr(sys, '_get' + 'frame')()]"],
    ids=["cells", "save"],
)
def test_a_step_that_failed_is_not_remembered(project, source):
    path = project.write(train=source)
    for _ in range(2):
        done = api.run(api.compile(path))
        states = [str(step.state) for step in done.run.steps]
        assert states == ["success", "failed", "upstream_failed"]
    assert not list(done.folder.parent.glob("cache/**/*.json"))


@pytest.mark.parametrize("gone", ["run", "data", "notebook", "cut", "entry"])
def test_what_is_gone_or_damaged_is_computed_again(project, gone):
    first = project.run()
    folder = first.done.folder
    (entry,) = folder.parent.glob("cache/train/*.json")
    notebook = folder / "train/try-1.ipynb"
    match gone:
        case "run":
            shutil.rmtree(folder)
        case "data":
            (folder / "train/try-1/data").unlink()
        case "notebook":
            notebook.unlink()
        case "cut":
            notebook.write_text(notebook.read_text()[:-100])
        case "entry":
            entry.write_text(entry.read_text()[:-100])
    again = project.run()
    assert not again.cached
    assert again.report == first.report
    assert project.run().cached


def test_a_copy_outlives_the_run_that_it_is_from(project):
    first, second = project.run(), project.run()
    shutil.rmtree(first.done.folder)
    third = project.run()
    assert (second.cached, third.cached) == (True, True)
    assert third.report == first.report


def test_two_runs_at_once_do_not_disturb_each_other(project):
    compiled = api.compile(project.write())
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: api.run(compiled), range(2)))
    assert [str(one.run.state) for one in done] == ["success", "success"]
    assert project.run().cached


def test_cells_with_one_source_keep_their_own_outputs(project):
    path = project.write(train="n = len(x)")
    notebook = json.loads(path.read_text())
    same = {"cell_type": "code", "metadata": {}, "source": "n += 1\nprint(n)", "outputs": []}
    same["execution_count"] = None
    notebook["cells"][4:4] = [{**same, "id": "one"}, {**same, "id": "two"}]
    notebook["cells"][-1]["source"] = "print('n', n)"
    path.write_text(json.dumps(notebook))
    found = []
    for _ in range(2):
        done = api.run(api.compile(path))
        cells = {c["id"]: c for c in json.loads(Path(done.notebook).read_text())["cells"]}
        found.append([_text(cells[name]["outputs"]) for name in ("one", "two", "cell-5")])
    assert found[0] == found[1] == ["3\n", "4\n", "n 4\n"]
    assert done.run.steps[1].cached is not None


def test_under_papermill_a_step_is_skipped_as_under_our_host(project, recwarn):
    import papermill

    project.cells["step:train cache:enabled"] = (
        "import sys\nprint('trained', x)\nprint('aside', file=sys.stderr)\n"
        "from IPython.display import HTML, display\ndisplay(HTML('<b>1</b>'))\ny = sum(x)\n{'y': y}"
    )
    first = project.run()
    steps = first.done.folder / ".bundle/steps"
    found = {}
    for name in ("load", "train", "report"):
        folder = first.done.folder.parent / "manual__1"
        (folder / name).mkdir(parents=True)
        papermill.execute_notebook(
            steps / f"{name}.ipynb",
            folder / name / "try-1.ipynb",
            parameters={"nbflow_params": "{}", "nbflow_run": str(folder), "nbflow_attempt": "1"},
            progress_bar=False,
        )
        found[name] = json.loads((folder / name / "try-1.ipynb").read_text())
    shown = [
        {cell["id"]: [kind["output_type"] for kind in cell["outputs"]] for cell in one["cells"]}
        for one in (
            found["train"],
            json.loads((first.done.folder / "train/try-1.ipynb").read_text()),
        )
    ]
    assert shown[0]["cell-4"] == shown[1]["cell-4"] != []
    loaded = next(cell for cell in found["train"]["cells"] if cell["id"] == "nbflow-load")
    assert first.done.run.run_id in _text(loaded["outputs"])
    reported = next(cell for cell in found["report"]["cells"] if cell["id"] == "cell-5")
    assert _text(reported["outputs"]) == first.report == "3\n"
    measured = sorted(path.parent.name for path in folder.rglob("*.usage.json"))
    assert measured == ["load", "report"], "what was not run says nothing of what it needs"
    shutil.rmtree(first.done.folder)
    assert project.run().cached, "what papermill ran serves our host"


def test_on_an_object_store_a_pod_skips_it_too(project, tmp_path, monkeypatch):
    project.cells["step:train cache:enabled"] += "\nopen('left.txt', 'w').write('left')"
    project.cells["step:report"] = "print(y, open('left.txt').read())"
    bundle = api.compile(project.write()).bundle
    for path, content in bundle.files.items():
        (tmp_path / "bundle" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "bundle" / path).write_bytes(content)
    with moto_server() as server:
        for name, value in server.environ.items():
            monkeypatch.setenv(name, value)
        for run in ("one", "two"):
            url = f"s3://{BUCKET}/default/nb/{run}"
            for step in ("load", "train", "report"):
                command = [sys.executable, "-m", "nbflow.host", f"steps/{step}.ipynb", "--run", url]
                subprocess.run(command, cwd=tmp_path / "bundle", check=True, capture_output=True)
        store = open_store(url)
        manifest = read_manifest(store, "train")
        assert manifest is not None
        assert manifest.cached == "one"
        reported = json.loads(store.read("report/try-1.ipynb"))
        assert "3 left" in json.dumps(reported)
        assert "trained 0.1" in store.read("train/try-1.ipynb").decode()
