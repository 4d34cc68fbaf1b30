"""The command `nbflow`, also `python -m nbflow`."""

from __future__ import annotations

import atexit
import os
import sys
from contextlib import suppress
from typing import NoReturn

__all__ = ["main"]


def main() -> int:
    """Run one command; returns its exit status."""
    if sys.argv[1:2] == ["run"] and sys.platform == "linux":
        return _run()
    from nbflow.cli import main as run_command

    return run_command()


def _run() -> NoReturn:
    """`nbflow run`, whose kernels' imports take as long as all of ours: both go on side by side."""
    from nbflow.kernel import abandon, launch

    launch()
    try:
        from nbflow.cli import main as run_command

        status = run_command()
    finally:
        abandon()
    _leave(status)


def _leave(status: int) -> NoReturn:
    """End as the interpreter does, but for taking every object apart."""
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)


if __name__ == "__main__":
    sys.exit(main())
