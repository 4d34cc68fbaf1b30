"""Notebooks executed in forks of one warm process: a kernel for the price of a fork.

Run as a program it is the warm process: it has IPython, numpy and pandas in memory, reads one job a
line from its standard input, and forks for each. What the fork sees is what a fresh kernel sees:
numpy and pandas are out of `sys.modules` until the notebook imports them.
"""

from __future__ import annotations

import atexit
import base64
import gc
import importlib
import io
import os
import pkgutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from json import dumps, loads  # bound here: a notebook may patch the module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warmth import HEAVY, LIGHT, Returning, warm_up

if TYPE_CHECKING:
    from collections.abc import Mapping

_LIMIT = 30.0  # seconds for one notebook


@dataclass
class Shells:
    """A warm process, seen from outside."""

    process: subprocess.Popen[str]
    home: tempfile.TemporaryDirectory[str]

    def execute(
        self, notebook: Mapping[str, Any], *, cwd: Path, temporary: Path | None = None
    ) -> dict[str, Any]:
        """Execute the notebook's code cells in order in a fresh fork, up to the first error.

        Args:
            notebook: an nbformat dictionary; not changed.
            cwd: the working directory.
            temporary: where the fork makes temporary files; the system's place where None.

        Returns:
            The notebook with outputs.

        Raises:
            RuntimeError: the fork died or took too long.
        """
        with tempfile.TemporaryDirectory() as exchange:
            source, target = Path(exchange, "in.json"), Path(exchange, "out.json")
            source.write_text(dumps(notebook), encoding="utf-8")
            job = {
                "source": str(source),
                "target": str(target),
                "cwd": str(cwd),
                "temporary": str(temporary or tempfile.gettempdir()),
            }
            assert self.process.stdin is not None
            assert self.process.stdout is not None
            self.process.stdin.write(dumps(job) + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline().strip()
            if answer != "0":
                raise RuntimeError(f"the shell ended with {answer or 'its parent'}")
            executed: dict[str, Any] = loads(target.read_text(encoding="utf-8"))
            return executed

    def close(self) -> None:
        """End the warm process."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.process.wait(timeout=60)
        self.home.cleanup()


def start_shells(*, heavy: bool = False) -> Shells:
    """Start a warm process; a heavy one has scikit-learn, matplotlib and torch in memory too."""
    home = tempfile.TemporaryDirectory(prefix="ipython-")
    environ = {
        **os.environ,
        "PYTHONHASHSEED": "0",
        "IPYTHONDIR": home.name,
        "PYTHONDONTWRITEBYTECODE": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    }
    environ.pop("PYTHONWARNINGS", None)
    process = subprocess.Popen(
        [sys.executable, __file__, *(["heavy"] if heavy else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environ,
    )
    return Shells(process, home)


def failure(notebook: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """Cell id, exception name and text of the first error in an executed notebook."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            if output["output_type"] == "error":
                return cell["id"], output["ename"], output["evalue"]
    return None


class _Stream(io.TextIOBase):
    """`sys.stdout` or `sys.stderr` of a cell."""

    encoding = "utf-8"

    def __init__(self, name: str, outputs: list[dict[str, Any]]) -> None:
        self.name = name
        self.outputs = outputs

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        last = self.outputs[-1] if self.outputs else {}
        if last.get("output_type") == "clear":
            self.outputs.clear()
        if last.get("output_type") == "stream" and last["name"] == self.name:
            last["text"] += text
        else:
            self.outputs.append({"output_type": "stream", "name": self.name, "text": text})
        return len(text)


def _plain(content: Mapping[str, Any]) -> Any:
    """A display's content as JSON holds it, as it is now."""

    def encode(value: object) -> str:
        return base64.b64encode(value).decode() if isinstance(value, bytes) else repr(value)

    return loads(dumps(dict(content), default=encode))


def _make_shell(outputs: list[dict[str, Any]]) -> Any:
    """A real IPython shell whose outputs are appended to the list."""
    from IPython.core.displayhook import DisplayHook
    from IPython.core.displaypub import DisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    class Hook(DisplayHook):  # type: ignore[misc]
        def write_output_prompt(self) -> None: ...

        def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
            outputs.append(
                {
                    "output_type": "execute_result",
                    "data": _plain(format_dict),
                    "metadata": _plain(md_dict or {}),
                    "execution_count": self.prompt_count,
                }
            )

        def finish_displayhook(self) -> None: ...

    named: dict[str, list[dict[str, Any]]] = {}

    class Publisher(DisplayPublisher):  # type: ignore[misc]
        def publish(
            self,
            data: Any,
            metadata: Any = None,
            *_ignored: Any,
            transient: Any = None,
            update: bool = False,
            **_more: Any,
        ) -> None:
            content = {"data": _plain(data), "metadata": _plain(metadata or {})}
            shown = named.setdefault((transient or {}).get("display_id", ""), [])
            if update:  # as nbclient does: what was shown under this name changes where it is
                for one in shown:
                    one.update(content)
                return
            shown.append({"output_type": "display_data", **content})
            if outputs and outputs[-1].get("output_type") == "clear":
                outputs.clear()
            outputs.append(shown[-1])

        def clear_output(self, wait: bool = False) -> None:
            if wait:
                outputs.append({"output_type": "clear"})
            else:
                outputs.clear()

    class Shell(InteractiveShell):  # type: ignore[misc]
        displayhook_class = Hook
        display_pub_class = Publisher

        def enable_gui(self, gui: str | None = None) -> None: ...

        def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
            outputs.append(
                {
                    "output_type": "error",
                    "ename": etype.__name__,
                    "evalue": str(evalue),
                    "traceback": stb,
                }
            )

    config = Config()
    config.HistoryManager.enabled = False
    shell = Shell.instance(config=config)
    shell.display_formatter.active_types = shell.display_formatter.format_types
    return shell


def _execute(
    job: dict[str, str],
    shell: Any,
    outputs: list[dict[str, Any]],
    together: Mapping[str, set[str]],
) -> None:
    import random

    os.chdir(job["cwd"])
    os.environ["TMPDIR"] = tempfile.tempdir = job["temporary"]
    sys.meta_path.insert(0, Returning(together))
    random.seed()
    notebook = loads(Path(job["source"]).read_text(encoding="utf-8"))
    sys.stdout, sys.stderr = _Stream("stdout", outputs), _Stream("stderr", outputs)
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        source = cell["source"]
        outputs.clear()
        shell.run_cell(source if isinstance(source, str) else "".join(source), store_history=True)
        cell["outputs"] = [one for one in outputs if one["output_type"] != "clear"]
        cell["execution_count"] = shell.execution_count - 1
        if any(output["output_type"] == "error" for output in outputs):
            break
    Path(job["target"]).write_text(dumps(notebook), encoding="utf-8")
    atexit._run_exitfuncs()


def _wait(child: int) -> int:
    """The child's exit status; it is killed where it takes too long."""
    deadline = time.monotonic() + _LIMIT
    pause = 0.001
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(pause)
        pause = min(pause * 1.5, 0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return -signal.SIGKILL


def main() -> None:
    """Serve jobs until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    quiet = os.open(os.devnull, os.O_RDWR)
    os.dup2(quiet, 1)
    jobs = os.fdopen(os.dup(0), encoding="utf-8")
    os.dup2(quiet, 0)
    sys.path.remove(str(Path(__file__).parent))
    sys.path.insert(0, "")  # as in a kernel: modules are found in the working directory
    together = warm_up(HEAVY if "heavy" in sys.argv else LIGHT)
    warm_up(("cloudpickle", "fsspec"))
    runtime = importlib.import_module("nbflow.runtime")
    for found in pkgutil.iter_modules(runtime.__path__):
        importlib.import_module(f"nbflow.runtime.{found.name}")
    outputs: list[dict[str, Any]] = []
    shell = _make_shell(outputs)
    atexit.unregister(shell.atexit_operations)
    gc.freeze()  # collecting would copy the memory that forks share
    while line := jobs.readline():
        child = os.fork()
        if not child:
            status = 1
            try:
                _execute(loads(line), shell, outputs, together)
                status = 0
            finally:
                os._exit(status)
        print(_wait(child), file=answers, flush=True)


if __name__ == "__main__":
    main()
