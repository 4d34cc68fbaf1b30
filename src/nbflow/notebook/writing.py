"""Writes notebooks: all of the file or nothing."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import stat
from typing import TYPE_CHECKING, Any

from nbflow.errors import NotebookError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def write(notebook: Mapping[str, Any], path: Path) -> None:
    """Write a notebook as Jupyter does, replacing the file in one step.

    Whoever reads the path meanwhile sees the old file or the new one; after a crash one of the
    two is there.

    Args:
        notebook: an nbformat 4.5 dictionary.
        path: the file; a symbolic link is followed.

    Raises:
        NotebookError: the file cannot be written.
    """
    split = {**notebook, "cells": [_split(cell) for cell in notebook["cells"]]}
    text = json.dumps(split, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    # A lone surrogate, which UTF-8 cannot say, becomes JSON's own escape.
    write_whole(text.encode("utf-8", "backslashreplace"), path)


def write_whole(content: bytes, path: Path) -> None:
    """Write a file, replacing what is there in one step; a device or a pipe is written to.

    Raises:
        NotebookError: the file cannot be written.
    """
    final = path.resolve()
    draft = final.with_name(f".{final.name}.{secrets.token_hex(4)}.tmp")
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            path.write_bytes(content)  # as `/dev/null`, which nothing may take the place of
            return
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileNotFoundError):  # who may read it stays as it was
            draft.chmod(stat.S_IMODE(final.stat().st_mode))
        draft.replace(final)
    except OSError as error:
        raise NotebookError(
            f"{path} cannot be written: {error.strerror or error}",
            hint="Choose a folder that exists and that you may write to.",
        ) from None
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()


def _split(cell: Mapping[str, Any]) -> dict[str, Any]:
    """A cell with its texts as lists of lines, as Jupyter stores them."""
    result = {**cell, "source": _lines(cell.get("source", ""))}
    if "outputs" in cell:
        result["outputs"] = [_split_output(output) for output in cell["outputs"]]
    return result


def _split_output(output: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(output)
    if "text" in result:
        result["text"] = _lines(result["text"])
    if isinstance(result.get("data"), dict):
        result["data"] = {
            mime: _lines(value) if mime.startswith("text/") else value
            for mime, value in result["data"].items()
        }
    return result


def _lines(text: Any) -> Any:
    return text.splitlines(keepends=True) if isinstance(text, str) else text
