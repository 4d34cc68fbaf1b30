"""A version of the notebook that is published while a run of another one goes, or is to go on."""

import json
from pathlib import Path

import pytest
from forked_shells import step

from nbflow import analysis, notebook, planning
from nbflow.bundles import step_notebooks
from nbflow.runtime import open_store, read_manifest
from nbflow.settings import Settings

CELLS = {
    "p": ("parameters", "rows = 3\nfactor = 2"),
    "a": ("step:load", "numbers = list(range(rows))\nother = 'unused'"),
    "b": ("step:sum", "total = sum(numbers)"),
    "c": ("step:check", "assert total < 0, total"),
}
NEWER = "another version of the notebook was published since this run began"


class Published:
    """A notebook in versions, whose steps are run in one run's folder as Airflow would."""

    def __init__(self, folder):
        self.place, self.run = folder, folder / "run"
        self.publish()

    def publish(self, *, files=None, **changed):
        cells = [
            {
                "cell_type": "code",
                "id": name,
                "metadata": {"tags": tags.split()},
                "source": changed.get(name, source),
                "outputs": [],
                "execution_count": None,
            }
            for name, (tags, source) in CELLS.items()
        ]
        written = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        document = notebook.parse(json.dumps(written), name="nb")
        pipeline = analysis.analyse(notebook.outline(document))
        assert not pipeline.errors, pipeline.errors
        plan = planning.plan(pipeline, settings=Settings(root=Path("/project")))
        attachments = {path: text.encode() for path, text in (files or {}).items()}
        self.notebooks = step_notebooks(plan, attachments=attachments)
        self.files = self.place / f"files-{len(list(self.place.iterdir()))}"
        self.files.mkdir()
        for path, content in attachments.items():
            (self.files / path).parent.mkdir(parents=True, exist_ok=True)
            (self.files / path).write_bytes(content)

    def step(self, name, *, attempt=1, **given):
        """Why the step failed, None where it went well."""
        values = {
            "nbflow_params": json.dumps(given),
            "nbflow_run": str(self.run),
            "nbflow_files": str(self.files),
            "nbflow_attempt": str(attempt),
        }
        failure = step(self.notebooks[name], values, self.place)
        return failure and f"{failure.ename}: {failure.evalue}"


@pytest.fixture
def published(tmp_path):
    return Published(tmp_path)


def test_a_mended_step_goes_on_from_what_the_others_left(published):
    assert published.step("load") is None
    assert published.step("sum") is None
    assert published.step("check") == "AssertionError: 3"
    published.publish(c="assert total == 3, total")
    assert published.step("check", attempt=2) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"a": "numbers = list(range(rows + 1))\nother = 'unused'"},
        {"b": "total = sum(numbers) + 1"},
        {"p": "rows = 4\nfactor = 2"},
    ],
)
def test_a_step_behind_one_that_is_another_now_is_not_run(published, changed):
    assert published.step("load") is None
    assert published.step("sum") is None
    published.publish(**changed)
    failure = published.step("check")
    assert failure.startswith(f"StoreError: {NEWER}")
    name = "sum" if "b" in changed else "load"
    assert f"step 'check' cannot go on from what step '{name}' left" in failure
    assert "has changed. Help: start another run" in failure
    assert read_manifest(open_store(str(published.run)), "check") is None


def test_what_nobody_took_then_is_named(published):
    published.publish(c="1 / 0")
    assert published.step("load") is None
    assert published.step("sum") is None
    published.publish(c="print(total)")
    failure = published.step("check")
    assert failure.startswith(f"StoreError: {NEWER}")
    assert "'total' was not handed on, since no later step read it" in failure


def test_what_one_version_gives_a_parameter_is_not_mixed_with_another(published):
    assert published.step("load", rows=3, factor=2) is None
    assert published.step("sum", rows=3, factor=9) is None, "load does not read it"
    failure = published.step("check", rows=5, factor=2)
    assert failure.startswith(f"StoreError: {NEWER}")
    assert "parameter 'rows' had another value" in failure


def test_a_file_that_came_with_the_notebook_counts_for_the_steps_that_saw_it(published):
    reads = {"a": "rows = open('data.csv').read()\nnumbers = [len(rows)]"}
    published.publish(files={"data.csv": "1,2", "notes.txt": "some"}, **reads)
    assert published.step("load") is None
    published.publish(files={"data.csv": "1,2", "notes.txt": "others"}, **reads)
    assert published.step("sum") is None
    published.publish(files={"data.csv": "1,2,3", "notes.txt": "others"}, **reads)
    failure = published.step("check")
    assert f"{NEWER}, and step 'check' cannot go on from what step 'load' left" in failure
    assert "file 'data.csv' has changed" in failure


def test_a_file_that_an_earlier_step_wrote_over_is_that_steps_own(published):
    cells = {
        "a": "open('data.csv', 'w').write('9')\nnumbers = [1]",
        "b": "total = len(open('data.csv').read()) + sum(numbers)",
        "c": "assert total == 2, total",
    }
    published.publish(files={"data.csv": "1,2", "notes.txt": "some"}, **cells)
    assert published.step("load") is None
    assert published.step("sum") is None
    published.publish(files={"data.csv": "1,2", "notes.txt": "others"}, **cells)
    assert published.step("check") is None


def test_files_that_are_there_now_count_for_a_step_that_listed_them(published):
    cells = {"a": "import os\nnumbers = [len(os.listdir('.'))]"}
    published.publish(files={"one.csv": ""}, **cells)
    assert published.step("load") is None
    published.publish(files={"one.csv": "", "two.csv": ""}, **cells)
    assert "a folder that it listed has other files" in published.step("sum")


def test_what_was_left_by_an_nbflow_that_did_not_say_its_version_is_taken(published):
    assert published.step("load") is None
    path = published.run / "load" / "manifest.json"
    manifest = json.loads(path.read_text())
    del manifest["made"]
    path.write_text(json.dumps(manifest))
    published.publish(a="numbers = [7]")
    assert published.step("sum") is None
