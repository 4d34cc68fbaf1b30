"""Runs whose store is elsewhere: what people read of them is copied here."""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "host"))

from by_hand import Hand, Notebook, step_notebook
from object_servers import BUCKET, moto_server

from nbflow import host
from nbflow.api.mirrors import mirror
from nbflow.model import Run, RunState
from nbflow.runtime import open_store
from nbflow.settings import Settings

RUN = Run("demo", "manual-1", RunState.RUNNING)


@pytest.fixture
def current(tmp_path, monkeypatch):
    with moto_server() as server:
        for name, value in server.environ.items():
            monkeypatch.setenv(name, value)
        yield Settings(root=tmp_path, store=f"s3://{BUCKET}")


def notebook(name, *, bundle):
    made = step_notebook(Notebook({name: Hand(["1"])}), name)
    made["metadata"].setdefault("nbflow", {})["bundle"] = bundle
    return json.dumps(made).encode()


def test_a_run_that_has_left_nothing_yet_has_no_folder(current):
    assert mirror(RUN, current=current) is None


def test_the_newest_attempt_of_each_step_its_manifest_and_the_authors_notebook_come(current):
    store = open_store(f"{current.store_address}/churn/demo")
    bundle = f"{store.url}/.bundles/0123456789abcdef"
    store.write(".bundles/0123456789abcdef/notebook.ipynb", b"{}")
    for number in (1, 2, 10):
        store.write(f"manual-1/fit/try-{number}.ipynb", notebook("fit", bundle=bundle))
    store.write("manual-1/fit/manifest.json", b'{"metrics": {"auc": 1}}')
    store.write("manual-1/fit/try-10/data", b"large")
    for number in (2, 10):
        used = {"wall": 1, "peak_memory": number}
        store.write(f"manual-1/fit/try-{number}.usage.json", json.dumps(used).encode())
    folder = mirror(RUN, current=current)
    assert folder == current.home / "mirror/churn/demo/manual-1"
    found = sorted(str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file())
    assert found == [
        f"{host.BUNDLE}/notebook.ipynb",
        "fit/manifest.json",
        "fit/try-10.ipynb",
        "fit/try-10.usage.json",
    ]
    assert host.progress(folder, "fit").usage.peak_memory == 10


def test_a_later_attempt_is_seen_the_next_time(current):
    store = open_store(f"{current.store_address}/default/demo/manual-1")
    store.write("fit/try-1.ipynb", notebook("fit", bundle=""))
    mirror(RUN, current=current)
    store.write("fit/try-2.ipynb", notebook("fit", bundle=""))
    folder = mirror(RUN, current=current)
    assert host.progress(folder, "fit").attempt == 2


def test_of_several_notebooks_the_steps_of_stages_and_items_come(current):
    store = open_store(f"{current.store_address}/default/demo/manual-1")
    for step in ("ingest/load", "train/0/fit", "train/1/fit"):
        store.write(f"{step}/try-1.ipynb", notebook("load", bundle=""))
        store.write(f"{step}/try-1/data", b"large")
    folder = mirror(RUN, current=current)
    assert list(host.executed(folder)) == ["ingest.load", "train.fit[0]", "train.fit[1]"]
    assert host.progress(folder, "train.fit[1]").name == "train.fit[1]"
    assert not list(folder.rglob("data"))
