"""The command `nbflow`, also `python -m nbflow`."""

from __future__ import annotations

import gc
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

__all__ = ["main"]


def main() -> int:
    """Run one command; returns its exit status."""
    # A tenth of the time that imports take is looking for garbage that they do not make.
    gc.set_threshold(50_000)
    try:
        if sys.argv[1:2] == ["run"] and sys.platform == "linux":
            _run()
        from nbflow.cli import main as run_command

        return run_command()
    except KeyboardInterrupt:
        # Before the command's own handling of it or after: nothing is left to tell or to keep.
        import signal

        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _leave(128 + signal.SIGINT)


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
    import atexit
    import os
    from contextlib import suppress

    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)


if __name__ == "__main__":
    sys.exit(main())
