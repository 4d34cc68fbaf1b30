"""File systems of a few megabytes, mounted where that is allowed."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def small_disk(folder: Path, *, size: str = "2m") -> Iterator[Path]:
    """A file system in memory that is soon full; needs the right to mount."""
    folder.mkdir(parents=True)
    _mount("mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        _unmount(folder)


@contextmanager
def cloning_disk(image: Path, folder: Path) -> Iterator[Path]:
    """A file system whose files can share blocks; needs mkfs.xfs and the right to mount."""
    folder.mkdir(parents=True)
    with image.open("wb") as stream:
        stream.truncate(400 << 20)
    try:
        subprocess.run(["mkfs.xfs", "-q", str(image)], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no file system with clones can be made here: {error}")
    _mount("mount", "-o", "loop", str(image), str(folder))
    try:
        yield folder
    finally:
        _unmount(folder)


def _mount(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")


def _unmount(folder: Path) -> None:
    # Lazily: a process that still has a file open there is the test's failure to tell.
    subprocess.run(["umount", "-l", str(folder)], check=True, capture_output=True)
