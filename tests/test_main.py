"""The command as a process: what it starts early, and that it leaves nothing."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest


def bearing(mark):
    """The processes that have a mark in their environment."""
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if mark.encode() in environ.read_bytes():
                found.append(environ.parent.name)
    return found


@pytest.mark.parametrize("arguments", [["run", "none.ipynb"], ["run"], ["run", "--help"]])
def test_a_command_that_runs_nothing_leaves_no_process(tmp_path, arguments):
    mark = f"NBFLOW_TEST_MARK={tmp_path}"
    result = subprocess.run(
        [sys.executable, "-m", "nbflow", *arguments],
        cwd=tmp_path,
        env={**os.environ, "NBFLOW_TEST_MARK": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, "Traceback" in result.stderr) == (
        0 if "--help" in arguments else 2,
        False,
    )
    assert bearing(mark) == []
