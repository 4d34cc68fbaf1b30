"""The files that runs left: which they are, which step left them, and that they come back."""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "host"))

from by_hand import Hand, Notebook, step_notebook
from object_servers import BUCKET, moto_server

from nbflow import api
from nbflow.errors import StoreError
from nbflow.model import Run, RunState, StepRun
from nbflow.runtime import Workspace, open_store
from nbflow.runtime.manifests import Manifest, write_manifest
from nbflow.settings import Settings


@pytest.fixture
def current(tmp_path):
    return Settings(root=tmp_path / "project", store=str(tmp_path / "store"))


@pytest.fixture
def far(tmp_path, monkeypatch):
    """Settings whose store is in a bucket."""
    with moto_server() as server:
        for name, value in server.environ.items():
            monkeypatch.setenv(name, value)
        yield Settings(root=tmp_path / "project", store=f"s3://{BUCKET}")


def run_of(*steps, run_id="local__1", state=RunState.SUCCESS):
    return Run("book", run_id, state, steps=tuple(StepRun(one, state) for one in steps))


class Left:
    """A notebook's working directory; each step changes it, and its manifest tells what."""

    def __init__(self, url, folder):
        self.store, self.folder = open_store(url), folder
        folder.mkdir(parents=True)
        self.workspace = Workspace(folder)

    def step(self, name, change, **more):
        change(self.folder)
        found = self.workspace.changes(run=self.store)
        seeded = {path: one for path, one in found.items() if "deleted" not in one}
        for path in found:
            self.workspace.seeded.pop(path, None)
        self.workspace.seeded.update(seeded)
        self.workspace.remember(seeded)
        told = {"workspace": str(self.folder), "files": found, **more}
        write_manifest(self.store, Manifest(name, 1, f"{name}/try-1", **told))


def writes(**texts):
    """A change that writes these files, with `__` for a slash and `_` for a dot."""

    def change(folder):
        for name, text in texts.items():
            path = folder / name.replace("__", "/").replace("_", ".")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)

    return change


def listed(run, current):
    return [(one.name, one.size, one.step) for one in api.files_of(run, current=current)]


@pytest.fixture
def left(current, tmp_path):
    return Left(f"{current.store}/default/book/local__1", tmp_path / "work")


def test_each_file_is_told_with_its_size_and_the_step_that_left_it_so(left, current, tmp_path):
    left.step("load", writes(rows_csv="1,2", draft_txt="draft", out__a_txt="a"))

    def change(folder):
        (folder / "draft.txt").unlink()
        (folder / "rows.csv").write_text("1,2,3")
        (folder / "empty").mkdir()

    left.step("fit", change)
    run = run_of("load", "fit")
    assert listed(run, current) == [("out/a.txt", 1, "load"), ("rows.csv", 5, "fit")]
    files = api.files_of(run, current=current)
    assert list(api.write_files(run, current=current, to=tmp_path / "made")) == [
        one.name for one in files
    ]
    files[1].fetch(tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_text() == "1,2,3"


def test_of_a_run_that_goes_or_failed_it_is_what_the_steps_that_ended_left(left, current):
    left.step("load", writes(rows_csv="1,2"))
    for state in (RunState.RUNNING, RunState.FAILED):
        assert listed(run_of("load", "fit", state=state), current) == [("rows.csv", 3, "load")]


def test_a_run_that_has_left_nothing_has_no_files(current, left):
    assert listed(run_of("load", run_id="local__2"), current) == []
    left.step("load", lambda _: None)
    assert listed(run_of("load"), current) == []


def test_a_link_to_a_file_of_the_run_is_that_file_and_any_other_is_none(left, current, tmp_path):
    (tmp_path / "secret").write_text("secret")

    def change(folder):
        writes(models__one_pkl="one")(folder)
        for name, target in {
            "latest": "models/one.pkl",
            "newest": "latest",
            "models/back": "../latest",
            "whole": str(folder / "models/one.pkl"),
            "outside": "../secret",
            "far": str(tmp_path / "secret"),
            "folder": "models",
            "round": "round",
        }.items():
            (folder / name).symlink_to(target)

    left.step("fit", change)
    names = ["latest", "models/back", "models/one.pkl", "newest", "whole"]
    assert listed(run_of("fit"), current) == [(name, 3, "fit") for name in names]
    for number, one in enumerate(api.files_of(run_of("fit"), current=current)):
        one.fetch(tmp_path / str(number))
        assert (tmp_path / str(number)).read_text() == "one"


def test_a_damaged_file_is_told_as_one(left, current, tmp_path):
    left.step("load", writes(rows_csv="1,2"))
    (one,) = api.files_of(run_of("load"), current=current)
    (left.store.folder / ".files" / one.sha256).write_text("1,3")
    with pytest.raises(StoreError, match=r"rows.csv.* is damaged"):
        one.fetch(tmp_path / "rows.csv")


def test_a_place_that_takes_no_file_is_no_fault_of_the_store(left, current, tmp_path):
    left.step("load", writes(rows_csv="1,2"))
    (one,) = api.files_of(run_of("load"), current=current)
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"cannot be copied from .*: .*Not a directory") as caught:
        one.fetch(tmp_path / "file/rows.csv")
    assert "room" in caught.value.hint


@pytest.mark.parametrize("known", [True, False])
def test_each_of_several_notebooks_has_a_folder_and_the_full_names_of_its_steps(
    current, tmp_path, known
):
    url = f"{current.store}/default/book/local__1"
    for part in ("ingest", "train/0", "train/1"):
        left = Left(f"{url}/{part}", tmp_path / part)
        left.step("load", writes(rows_csv=part))
        executed = step_notebook(Notebook({"load": Hand(["1"])}), "load")
        left.store.write("load/try-1.ipynb", json.dumps(executed).encode())
    steps = ("ingest.load", "train.load[0]", "train.load[1]") if known else ()
    assert listed(run_of(*steps), current) == [
        ("ingest/rows.csv", 6, "ingest.load"),
        ("train/0/rows.csv", 7, "train.load[0]"),
        ("train/1/rows.csv", 7, "train.load[1]"),
    ]


def test_a_run_in_airflow_whose_store_is_a_bucket_has_its_files_there(far, tmp_path):
    run = run_of("load", run_id="manual-1")
    assert listed(run, far) == []
    left = Left(f"{far.store}/churn/book/manual-1", tmp_path / "work")
    left.step("load", writes(rows_csv="1,2"))
    assert listed(run, far) == [("rows.csv", 3, "load")]
    (one,) = api.files_of(run, current=far)
    one.fetch(tmp_path / "rows.csv")
    assert (tmp_path / "rows.csv").read_text() == "1,2"


@pytest.mark.parametrize(
    ("path", "address"),
    [("../mine/letter", None), ("away/letter", None), ("one", "../../../../../mine/letter")],
)
def test_a_record_that_leads_out_is_damaged_and_nothing_there_is_touched(
    left, tmp_path, current, path, address
):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter").write_text("dear")
    left.step("load", writes(one="1"))
    left.step("lead", lambda folder: (folder / "away").symlink_to(mine))
    manifest = left.store.folder / "load/manifest.json"
    said = json.loads(manifest.read_text())
    entry = said["files"].pop("one")
    said["files"][path] = {**entry, "address": address or entry["address"]}
    manifest.write_text(json.dumps(said))
    last = manifest.parent.with_name("lead") / "manifest.json"
    if path == "away/letter":  # behind the link, which else would be all that is left
        said["files"]["away"] = json.loads(last.read_text())["files"]["away"]
        manifest.write_text(json.dumps(said))
        last.unlink()
    run = run_of("load", "lead")
    with pytest.raises(StoreError, match=r"is damaged: .*letter' leads out of its folder"):
        api.write_files(run, current=current, to=tmp_path / "out")
    assert (mine / "letter").read_text() == "dear"
