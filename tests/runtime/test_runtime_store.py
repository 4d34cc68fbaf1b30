"""Every kind of store keeps the same promises."""

import json
import uuid

import pytest
from by_hand import Hand, Notebook, step_notebook

from nbflow.runtime import open_store, read_manifest


@pytest.fixture(params=["path", "file", "local", "memory"])
def store(request, tmp_path):
    urls = {
        "path": str(tmp_path / "store"),
        "file": f"file://{tmp_path}/store",
        "local": f"local://{tmp_path}/store",
        "memory": f"memory://{uuid.uuid4().hex}",
    }
    return open_store(urls[request.param])


def test_what_is_written_is_read(store, tmp_path):
    store.write("a/b.json", b"first")
    store.write("a/b.json", b"second")
    assert store.read("a/b.json") == b"second"
    assert store.exists("a/b.json")
    assert store.exists("a")
    assert not store.exists("a/c")
    with store.create("a/data") as stream:
        stream.write(bytes(range(200)) * 100)
    store.fetch("a/data", tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == bytes(range(200)) * 100


def test_a_buffer_is_writable_and_private(store):
    with store.create("data") as stream:
        stream.write(bytes(range(200)) * 100)
    buffer = store.buffer("data", offset=5000, size=300)
    assert bytes(buffer[:3]) == bytes([0, 1, 2])
    buffer[0] = 99
    assert bytes(store.buffer("data", offset=5000, size=1)) == b"\0"
    assert bytes(store.buffer("data", offset=0, size=0)) == b""


def test_what_is_missing_is_told_apart(store):
    with pytest.raises(FileNotFoundError):
        store.read("none")
    with pytest.raises(FileNotFoundError):
        store.buffer("none", offset=0, size=10)
    assert read_manifest(store, "none") is None


def test_a_local_folder_shows_old_or_new_and_no_drafts(tmp_path):
    store = open_store(str(tmp_path))
    store.write("manifest.json", b"{}")
    store.write("manifest.json", b"[]")
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]


def test_steps_meet_in_a_store_behind_a_url(tmp_path):
    from nbclient import NotebookClient
    from nbformat.v4 import to_notebook

    notebook = Notebook(
        {
            "make": Hand(
                ["import numpy as np\nx = np.arange(3)", "open('f', 'w').write('a')"], saves=["x"]
            ),
            "use": Hand(["print(x.sum(), open('f').read())"], after=["make"], needs=["x"]),
        }
    )
    for name in notebook.steps:
        raw = json.loads(
            json.dumps(step_notebook(notebook, name)).replace(
                'nbflow_run = \\"\\"', f'nbflow_run = \\"local://{tmp_path}/run\\"'
            )
        )
        done = NotebookClient(
            to_notebook(raw), resources={"metadata": {"path": str(tmp_path)}}
        ).execute()
    assert [o.text for cell in done.cells for o in cell.outputs] == ["3 a\n"]
