"""A merged notebook as a page of HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow import notebook
from nbflow.errors import MissingExtraError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["is_page", "require_pages", "require_writable", "write_page"]


def is_page(path: Path) -> bool:
    """Whether a file of this name is a page, not a notebook."""
    return path.suffix == ".html"


def require_writable(path: Path) -> None:
    """See that a file of this name can be what a run writes: a notebook, a page, or a folder.

    Raises:
        UsageError: it is of another kind.
    """
    if path.suffix not in {"", ".ipynb", ".html"}:
        raise UsageError(
            f"{path} does not end in .ipynb or .html",
            hint="Name a notebook, or a page of HTML.",
        )


def require_pages() -> None:
    """See that pages can be made, before anything runs for one.

    Raises:
        MissingExtraError: nbconvert is not installed.
    """
    from importlib.util import find_spec

    if find_spec("nbconvert") is None:
        raise MissingExtraError(
            "a page of HTML needs nbconvert",
            hint="pip install 'nbflow[html]', or write a notebook: -o OUT.ipynb",
        )


def write_page(merged: Mapping[str, Any], path: Path, *, title: str) -> None:
    """Write a notebook as one page, all of the file or nothing.

    Args:
        merged: an nbformat 4.5 dictionary.
        path: the file.
        title: of the page.

    Raises:
        MissingExtraError: nbconvert is not installed.
        NotebookError: the file cannot be written.
    """
    require_pages()
    import nbformat
    from nbconvert import HTMLExporter

    # Neither package says all of its types.
    exporter: Any = HTMLExporter
    node: Any = nbformat.from_dict
    page, _ = exporter().from_notebook_node(
        node(dict(merged)), resources={"metadata": {"name": title}}
    )
    notebook.write_whole(page.encode("utf-8", "backslashreplace"), path)
