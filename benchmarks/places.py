"""Where a work runs: an empty folder, an environment of its own, a whole process."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.measure import MeasureError

ROOT = Path(__file__).parents[1]
PROGRAMS = Path(__file__).parent / "programs"
OURS = ROOT / ".venv/bin"
PEERS = ROOT / ".venv-peers/bin"
KALE = ROOT / ".venv-kale/bin"
BYTECODE = ROOT / ".venv-peers/bytecode"

_FOREIGN = ("PYTHON", "IPYTHON", "JUPYTER", "NBFLOW", "AIRFLOW", "VIRTUAL_ENV", "MPL", "PLOOMBER")
_PATIENCE = 300.0

Command = Sequence[str | Path]


@dataclass(frozen=True)
class Place:
    """Where one measurement runs.

    Attributes:
        folder: a temporary one, for all of it.
        environ: what every process gets.
        repeat: how many turns count.
        say: reports progress.
    """

    folder: Path
    environ: dict[str, str]
    repeat: int
    say: Callable[[str], None]

    @contextmanager
    def empty(self) -> Iterator[Path]:
        """A new folder, gone at the end, with a project of its own for what nbflow keeps."""
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        (folder / ".nbflow").mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def run(
        self, command: Command, *, cwd: Path, patience: float = _PATIENCE, **environ: str
    ) -> tuple[float, str]:
        """Seconds of one whole process, and what it printed.

        Args:
            command: the program and its arguments.
            cwd: where it runs.
            patience: seconds after which it has failed.
            environ: variables beside those of the place.

        Raises:
            MeasureError: it failed, with the end of what it said.
        """
        words = [str(part) for part in command]
        if not Path(words[0]).exists():
            raise MeasureError(f"{Path(words[0]).name} is not installed in {Path(words[0]).parent}")
        log = self.folder / "errors.log"
        with log.open("w+", encoding="utf-8", errors="replace") as errors:
            started = time.perf_counter()
            try:
                result = subprocess.run(
                    words,
                    cwd=cwd,
                    env={**self.environ, **environ},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    timeout=patience,
                    check=False,
                )
            except subprocess.TimeoutExpired as error:
                raise MeasureError(f"{_name(words)} took over {patience:g} s") from error
            seconds = time.perf_counter() - started
        if result.returncode:
            said = log.read_bytes() or result.stdout
            last = "\n".join(said.decode(errors="replace").strip().splitlines()[-4:])
            raise MeasureError(f"{_name(words)} ended with {result.returncode}: {last}")
        return seconds, result.stdout.decode(errors="replace")

    def told(
        self, command: Command, *, cwd: Path, patience: float = _PATIENCE, **environ: str
    ) -> dict[str, Any]:
        """What a program says in its last line of output, as JSON; arguments as `run`.

        Raises:
            MeasureError: it failed.
        """
        _, said = self.run(command, cwd=cwd, patience=patience, **environ)
        found: dict[str, Any] = json.loads(said.splitlines()[-1])
        return found


@contextmanager
def place(*, repeat: int, bytecode: bool = True) -> Iterator[Place]:
    """A place for one run of the benchmarks; everything in it goes away.

    Args:
        repeat: how many turns count.
        bytecode: let Python keep what it has compiled, as it does where packages are installed.
    """
    folder = Path(tempfile.mkdtemp(prefix="nbflow-bench-"))
    try:
        yield Place(folder, environment(folder, os.environ, bytecode=bytecode), repeat, _say)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def environment(folder: Path, given: Mapping[str, str], *, bytecode: bool) -> dict[str, str]:
    """The caller's environment without what would change how Python or Jupyter runs.

    All sides find their compiled modules in one folder: whether an installer or an earlier run
    has left some beside the sources makes no difference. It stays for the next time.
    """
    home = folder / "home"
    for name in ("home", "tmp"):
        (folder / name).mkdir()
    kept = {key: value for key, value in given.items() if not key.startswith(_FOREIGN)}
    cached = {"PYTHONPYCACHEPREFIX": str(BYTECODE)}
    return {
        **kept,
        "HOME": str(home),
        "TMPDIR": str(folder / "tmp"),
        "PLOOMBER_STATS_ENABLED": "false",  # else it asks its server before it starts
        **(cached if bytecode else {"PYTHONDONTWRITEBYTECODE": "1"}),
    }


def _name(words: Sequence[str]) -> str:
    return " ".join([Path(words[0]).name, *(Path(word).name for word in words[1:4])])


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
