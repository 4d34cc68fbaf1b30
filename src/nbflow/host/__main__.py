"""`python -m nbflow.host STEP.ipynb`: the kernel's imports begin before any of ours."""

from __future__ import annotations

import gc
import sys

from nbflow.kernel import abandon, launch


def main() -> int:
    """Run one step notebook; returns the exit status of the command line's contract."""
    if sys.platform == "linux":
        launch()
    # A tenth of the time that imports take is looking for garbage that they do not make.
    gc.set_threshold(50_000)
    try:
        from nbflow.host.command import run

        return run()
    finally:
        abandon()


if __name__ == "__main__":
    sys.exit(main())
