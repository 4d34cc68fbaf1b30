"""The command `nbflow`, also `python -m nbflow`."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> int:
    """Run one command; returns its exit status."""
    if sys.argv[1:2] == ["run"] and sys.platform == "linux":
        # The kernels' imports take as long as all of ours: let both go on side by side.
        from nbflow.kernel import launch

        launch()
    from nbflow.cli import main as run_command

    return run_command()


if __name__ == "__main__":
    sys.exit(main())
