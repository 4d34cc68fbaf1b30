"""A bundle in the store, from which pods take it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "host"))

from object_servers import BUCKET, moto_server

from nbflow.errors import StoreError
from nbflow.model import Bundle
from nbflow.runtime import open_store
from nbflow.targets import keep_in_store

FILES = {
    "files/data/a b.csv": b"1,2\n",
    "manifest.json": json.dumps({"files": {}}).encode(),
    "steps/load.ipynb": b"{}",
}
BUNDLE = Bundle("demo", "0123456789abcdef", "the DAG", FILES)


@pytest.fixture(params=["folder", "s3"])
def runs(request, tmp_path, monkeypatch):
    """Where a pipeline's runs are kept."""
    if request.param == "folder":
        yield str(tmp_path / "store/demo")
        return
    with moto_server() as server:
        for name, value in server.environ.items():
            monkeypatch.setenv(name, value)
        yield f"s3://{BUCKET}/demo"


def test_a_bundle_is_kept_once_with_its_manifest_last(runs):
    assert keep_in_store(BUNDLE, runs_folder=runs) is True
    store = open_store(f"{runs}/.bundles/{BUNDLE.digest}")
    assert {path: store.read(path) for path in FILES} == FILES
    assert keep_in_store(BUNDLE, runs_folder=runs) is False


def test_a_bundle_that_was_half_written_is_written_again(runs):
    store = open_store(f"{runs}/.bundles/{BUNDLE.digest}")
    store.write("steps/load.ipynb", b"half")
    assert keep_in_store(BUNDLE, runs_folder=runs) is True
    assert store.read("steps/load.ipynb") == b"{}"


def test_a_store_that_is_not_there_is_told(monkeypatch):
    for name, value in {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ACCESS_KEY_ID": "a"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    with pytest.raises(StoreError, match="s3://nowhere"):
        keep_in_store(BUNDLE, runs_folder="s3://nowhere/demo")
