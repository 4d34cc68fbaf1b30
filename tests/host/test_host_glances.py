"""Of an executed notebook its metadata is read, and its outputs only where they are needed."""

from __future__ import annotations

import json

import nbformat
import pytest

from nbflow import host
from nbflow.host import glance
from nbflow.runtime import open_store

KERNEL = {"name": "python3", "display_name": "Python 3"}
USAGE = {"wall": 2.0, "cpu": 1.0, "peak_memory": 1 << 20}


def notebook(outputs=0, **own):
    """A notebook with so many characters of output, and what our host says of it."""
    written = nbformat.v4.new_notebook(metadata={"nbflow": own, "kernelspec": KERNEL})
    cell = nbformat.v4.new_code_cell('x = "\\n \\"metadata\\": {"')
    cell.outputs = [nbformat.v4.new_output("stream", text='"metadata": {\n' + "x" * outputs)]
    written.cells = [cell]
    return nbformat.writes(written)


class Watched:
    """A store that says what was read of it."""

    def __init__(self, store):
        self._store = store
        self.read_bytes = 0

    def read(self, path):
        data = self._store.read(path)
        self.read_bytes += len(data)
        return data

    def buffer(self, path, *, offset, size):
        self.read_bytes += size
        return self._store.buffer(path, offset=offset, size=size)


@pytest.fixture
def look(tmp_path):
    """Write a text as an executed notebook, and glance at it."""

    def look(text, **beside):
        (tmp_path / "step").mkdir(exist_ok=True)
        (tmp_path / "step" / "try-1.ipynb").write_text(text)
        for name, content in beside.items():
            (tmp_path / "step" / name.replace("_", ".")).write_text(json.dumps(content))
        store = open_store(str(tmp_path))
        entry, *others = store.entries("step")
        watched = Watched(store)
        names = {one.name for one in others}
        return glance(watched, "step", entry, beside=names), watched.read_bytes

    return look


def test_of_a_large_notebook_the_end_is_read(look):
    found, size = look(notebook(5 << 20, usage=USAGE, stopped_by="OutOfMemory"))
    assert size < 100_000
    assert host.usage_of(found).peak_memory == 1 << 20
    assert host.stopped_by(found) == "OutOfMemory"
    assert found["metadata"]["kernelspec"] == KERNEL


def by_papermill(outputs=0, *, exception=None):
    """A notebook that papermill has executed, whose kernel measured itself."""
    written = json.loads(notebook(outputs))
    written["metadata"]["papermill"] = {"exception": exception, "end_time": "2026-11-28T17:00:00"}
    return json.dumps(written, indent=1)


def test_what_a_kernel_said_of_itself_stands_beside_its_notebook(look):
    found, size = look(by_papermill(5 << 20), **{"try-1_usage_json": USAGE})
    assert size < 100_000
    assert host.usage_of(found).peak_memory == 1 << 20


def test_of_one_that_failed_under_papermill_the_cells_are_read(look):
    found, size = look(by_papermill(5 << 20, exception=True), **{"try-1_usage_json": USAGE})
    assert size > 5 << 20
    assert host.usage_of(found).peak_memory == 1 << 20
    assert len(found["cells"]) == 1


def test_a_small_one_is_read_whole(look):
    found, _ = look(notebook(usage=USAGE, stopped_by=None))
    assert len(found["cells"]) == 1
    assert host.stopped_by(found) is None


def test_where_only_the_cells_say_what_ended_it_they_are_read(look):
    written = json.loads(notebook(1 << 20, usage=USAGE))
    error = {"output_type": "error", "ename": "MemoryError", "evalue": "", "traceback": []}
    written["cells"][0]["outputs"].append(error)
    found, size = look(json.dumps(written, indent=1))
    assert size > 1 << 20
    assert host.stopped_by(found) == "MemoryError"


def test_one_that_nobody_measured_need_not_be_read_whole(look):
    found, size = look(notebook(1 << 20))
    assert size < 100_000
    assert host.usage_of(found) is None


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(json.loads(notebook(1 << 20, usage=USAGE, stopped_by=None))),
        notebook(1 << 20, usage=USAGE, stopped_by=None, filling="y" * (100 << 10)),
    ],
    ids=["all on one line", "metadata longer than the end"],
)
def test_one_that_is_written_otherwise_is_read_whole(look, text):
    found, _ = look(text)
    assert host.usage_of(found).peak_memory == 1 << 20


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "3", '{"metadata": 3}', notebook(1 << 20)[:-100], "x" * 100_000],
    ids=["nothing", "a brace", "a list", "a number", "metadata of no kind", "half of one", "long"],
)
def test_what_is_no_notebook_is_none(look, text):
    assert look(text)[0] is None


def test_one_that_has_gone_is_none(tmp_path):
    (tmp_path / "try-1.ipynb").write_text(notebook())
    store = open_store(str(tmp_path.parent))
    (entry,) = store.entries(tmp_path.name)
    (tmp_path / "try-1.ipynb").unlink()
    assert glance(store, tmp_path.name, entry) is None
