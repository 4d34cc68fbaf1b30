"""A step notebook means the same under every executor."""

import json
import re
import sys

import pytest
from by_hand import Hand, Notebook, by_papermill, code, run, step_notebook

from nbflow import host
from nbflow.runtime import open_store, read_manifest

PIPELINE = Notebook(
    {
        "make": Hand(
            [
                "import numpy as np\nx = np.arange(5) * scale",
                "print(x)",
                "open('f', 'w').write('a')",
            ],
            saves=["x"],
        ),
        "use": Hand(
            ["print(x.sum(), open('f').read())", "total = int(x.sum())\ntotal"],
            after=["make"],
            needs=["x"],
            metrics=["total"],
        ),
    },
    parameters="scale = 2",
)


def results(notebooks):
    return {
        cell["id"]: [
            (
                output["output_type"],
                "".join(output.get("text", "")),
                {kind: "".join(text) for kind, text in output.get("data", {}).items()},
            )
            for output in cell["outputs"]
        ]
        for notebook in notebooks
        for cell in notebook["cells"]
        if cell.get("id", "").startswith(("make-", "use-"))
    }


def test_papermill_gives_what_our_host_gives(tmp_path, recwarn):
    run(PIPELINE, tmp_path / "ours")
    ours = results(host.executed(tmp_path / "ours").values())
    folder = by_papermill(tmp_path, PIPELINE, ["make", "use"])
    assert list(host.executed(folder)) == ["make", "use"]
    assert results(host.executed(folder).values()) == ours
    assert ours["use-0"] == [("stream", "20 a\n", {})]
    step = host.progress(folder, "use")
    assert step is not None
    assert (step.state, step.cells_done, step.cells_total, step.cell) == ("success", 2, 2, None)
    manifests = [read_manifest(open_store(str(at)), "use") for at in (folder, tmp_path / "ours")]
    assert [one.metrics for one in manifests if one] == [{"total": 20}, {"total": 20}]


def test_papermill_too_fails_where_a_cell_ends_the_process(tmp_path, recwarn):
    import papermill

    ends = Notebook({"make": Hand(["print('on')", "import sys\nsys.exit(0)"])})
    with pytest.raises(papermill.PapermillExecutionError, match="before its last cell"):
        by_papermill(tmp_path, ends, ["make"])
    step = host.progress(tmp_path / "papermill", "make")
    assert step is not None
    assert (step.state, step.cells_done) == ("failed", 1)
    assert step.failure is not None
    assert (step.failure.ename, step.failure.cell) == ("SystemExit", "make-1")


def test_a_step_notebook_runs_where_it_lies_and_again(tmp_path):
    """As in JupyterLab: nothing is given, the first cells may be run a second time."""
    from nbclient import NotebookClient
    from nbformat.v4 import to_notebook

    steps = tmp_path / "steps"
    steps.mkdir()
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "data.txt").write_text("here")
    notebook = Notebook({"make": Hand(["print(open('data.txt').read())"], saves=[])})
    raw = step_notebook(notebook, "make")
    raw["cells"] += [{**cell, "id": f"{cell['id']}-again"} for cell in raw["cells"]]
    done = NotebookClient(
        to_notebook(raw), resources={"metadata": {"path": str(steps)}}, kernel_name="python3"
    ).execute()
    texts = [o.text for cell in done.cells for o in cell.outputs if o.output_type == "stream"]
    assert texts == ["here\n", "here\n"]
    assert (steps / ".nbflow-run" / "make" / "manifest.json").exists()
    assert sorted(path.name for path in steps.iterdir()) == [".nbflow-run"]


BASH = [sys.executable, "-m", "bash_kernel", "-f", "{connection_file}"]


@pytest.fixture
def bash(tmp_path, monkeypatch):
    """Says how the kernel of this name is started."""
    spec = tmp_path / "jupyter/kernels/bash/kernel.json"
    spec.parent.mkdir(parents=True)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))

    def starts(argv):
        spec.write_text(json.dumps({"argv": argv, "display_name": "Bash", "language": "bash"}))

    return starts


def test_a_kernel_of_another_language_runs_the_authors_cells(tmp_path, bash):
    bash(BASH)
    notebook = Notebook(
        {
            "one": Hand(["echo one; cat data.txt", "false"]),
            "two": Hand(["echo two > made; cat made"], after=["one"]),
        },
        kernel="bash",
        language="bash",
        files={"data.txt": b"rows\n"},
    )
    finished = run(notebook, tmp_path / "run")
    executed = host.executed(tmp_path / "run")
    text = "".join(o["text"] for o in executed["one"]["cells"][0]["outputs"])
    assert re.sub(r"\s+", " ", text).strip() == "one rows"
    assert [cell["id"] for cell in executed["one"]["cells"]] == ["one-0", "one-1"]
    assert finished.steps[0].state == "failed"
    assert finished.steps[0].failure.cell == "one-1"
    assert finished.steps[1].state == "upstream_failed"


def started(tmp_path, bash, *, dying):
    """How a step ends whose kernel dies so often before it is ready, and how often it started."""
    starts = tmp_path / "starts"
    program = f'echo . >> {starts}; test $(wc -l < {starts}) -gt {dying} || exit 7; exec "$@"'
    bash(["bash", "-c", program, "bash", *BASH])
    finished = run(Notebook({"one": Hand(["echo one"])}, kernel="bash", language="bash"), tmp_path)
    return finished.steps[0], starts.read_text().count(".")


def test_a_kernel_that_dies_before_it_is_ready_is_started_again(tmp_path, bash):
    step, starts = started(tmp_path, bash, dying=2)
    assert (step.state, step.attempt, starts) == ("success", 1, 3)


def test_a_kernel_that_keeps_dying_before_it_is_ready_is_a_failure(tmp_path, bash):
    step, starts = started(tmp_path, bash, dying=9)
    assert (step.state, step.failure.ename, starts) == ("failed", "KernelDied", 3)
    assert "did not start" in step.failure.evalue


def test_the_tiny_builder_follows_the_contract():
    cells = step_notebook(PIPELINE, "make")["cells"]
    roles = [cell["metadata"].get("nbflow", {}).get("role") for cell in cells]
    assert [role for role in roles if role] == ["parameters", "begin", "given", "load", "save"]
    assert code("a", "1")["metadata"] == {"tags": []}
