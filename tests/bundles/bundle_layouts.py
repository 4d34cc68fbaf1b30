"""ruff as a user runs it: with its defaults, none of this repository's settings."""

from __future__ import annotations

import subprocess
import sys


def ruff_format(source: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--isolated", "-"],
        input=source,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def ruff_check(source: str) -> str:
    """What ruff finds; empty where it finds nothing."""
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--quiet", "-"],
        input=source,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return done.stdout + done.stderr
