"""What a notebook shows, in a real kernel; and which notebook it is."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from kernels import execute, text

import nbflow
from nbflow.errors import NotebookError

pytestmark = pytest.mark.slow


def test_pipelines_and_runs_show_themselves_richly(project):
    (shown,) = execute("import nbflow\nnbflow.load('train.ipynb')", cwd=project)
    assert "<svg" in shown[0]["data"]["text/html"]
    assert "train (train.ipynb)" in shown[0]["data"]["text/plain"]
    outputs = execute(
        "import nbflow\nrun = nbflow.run('train.ipynb')",
        "run",
        "run.value('rows')",
        cwd=project,
    )
    # While it goes a picture of it changes; at the end there is a line.
    assert outputs[0][0]["data"]["text/plain"].startswith("train/local__")
    assert "success" in outputs[1][0]["data"]["text/html"]
    assert text(outputs[2]).strip() == "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]"


def test_of_our_errors_message_and_help_are_shown_and_no_frames(project):
    missing, own, key = execute(
        "import nbflow\nnbflow.load('trian.ipynb')",
        "nbflow.load(3 / 0)",
        "nbflow.load('train.ipynb').steps['fitt']",
        cwd=project,
    )
    (error,) = missing
    assert error["ename"] == "NotebookError"
    assert "File" not in text(missing)
    assert "trian.ipynb" in text(missing)
    assert "ZeroDivisionError" in text(own)
    assert "3 / 0" in text(own)
    assert text(key).strip().splitlines() == [
        "UsageError: there is no step 'fitt'",
        "help: Did you mean 'fit'? There are: load, fit.",
    ]


def test_a_class_that_the_notebook_defines_is_that_of_its_values(project):
    from commands import write_notebook

    source = "class Pair:\n    x = 1\n    def twice(self):\n        return 2 * self.x"
    write_notebook(
        project / "given.ipynb",
        ("setup", source),
        ("step:make", "pair = Pair()\npair.x = 4"),
        ("step:use", "print(pair.x)"),
    )
    *_, shown = execute(
        f"import nbflow\n{source}",
        "run = nbflow.run('given.ipynb', quiet=True)",
        "pair = run.value('pair')\nisinstance(pair, Pair), pair.twice()",
        cwd=project,
    )
    assert text(shown).strip() == "(True, 8)"


NAME = "import nbflow\nnbflow.this().path.name"


def test_vs_code_says_in_the_namespace_which_notebook_this_is(project):
    path = str(project / "train.ipynb")
    (shown,) = execute(f"__vsc_ipynb_file__ = {path!r}\n{NAME}", cwd=project)
    assert text(shown).strip() == "'train.ipynb'"


@pytest.mark.parametrize("said", ["{}/train.ipynb", "train.ipynb"])
def test_jupyter_says_in_the_environment_which_notebook_this_is(project, said):
    (shown,) = execute(NAME, cwd=project, JPY_SESSION_NAME=said.format(project))
    assert text(shown).strip() == "'train.ipynb'"


def test_a_notebook_that_was_renamed_is_known_to_the_server(project, monkeypatch):
    (project / "Untitled.ipynb").write_text((project / "train.ipynb").read_text())
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(project / "runtime"))
    with jupyter_server(project / "runtime", root=project, path="train.ipynb"):
        said = str(project / "Untitled.ipynb")
        (shown,) = execute(NAME, cwd=project, JPY_SESSION_NAME=said)
    assert text(shown).strip() == "'train.ipynb'"


def test_a_server_that_lets_nobody_in_or_has_ended_is_passed_over(project, monkeypatch):
    runtime = project / "runtime"
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(runtime))
    with jupyter_server(runtime, root=project, path="other.ipynb", token="another"):
        (runtime / "jpserver-0.json").write_text('{"url": "http://127.0.0.1:9/", "root_dir": "/"}')
        (runtime / "jpserver-2.json").write_text("{")
        (shown,) = execute(NAME, cwd=project, JPY_SESSION_NAME="train.ipynb")
    assert text(shown).strip() == "'train.ipynb'"


def test_where_nothing_tells_the_error_names_the_way_out(project):
    (shown,) = execute(NAME, cwd=project, JPY_SESSION_NAME="gone.ipynb")
    assert "nothing tells in this kernel which notebook this is" in text(shown)
    assert "nbflow.load(" in text(shown)
    with pytest.raises(NotebookError, match="outside of a notebook"):
        nbflow.this()


def test_a_cell_that_would_run_itself_is_an_error_in_its_step(project):
    from commands import write_notebook

    path = write_notebook(
        project / "self.ipynb",
        ("step:work", "x = 1"),
        ("step:again", "import nbflow\nnbflow.this().run(quiet=True)"),
    )
    run = nbflow.run(path, quiet=True)
    assert run.state == "failed"
    assert "step 'again'" in run.failure.message


@contextmanager
def jupyter_server(runtime, *, root, path, token="secret"):
    """Answers of a Jupyter server about sessions: the one of the newest kernel has a notebook."""
    runtime.mkdir(exist_ok=True)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            allowed = self.headers["Authorization"] == f"token {token}"
            kernel = max(runtime.glob("kernel-*.json"), key=lambda one: one.stat().st_mtime)
            kernel_id = kernel.stem.removeprefix("kernel-")
            session = {"path": path, "type": "notebook", "kernel": {"id": kernel_id}}
            other = {"path": "other", "type": "console", "kernel": {"id": kernel_id}}
            body = json.dumps([other, session] if self.path == "/lab/api/sessions" else {})
            self.send_response(200 if allowed else 403)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    about = {
        "url": f"http://127.0.0.1:{server.server_port}/lab/",
        "token": "secret",
        "root_dir": str(root),
    }
    (runtime / "jpserver-1.json").write_text(json.dumps(about))
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
