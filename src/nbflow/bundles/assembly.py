"""A plan's bundle: its files, the digest over them, and the DAG that names the digest."""

from __future__ import annotations

import hashlib
import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from nbflow.bundles.authors import author_notebook
from nbflow.bundles.backends import find_backend
from nbflow.bundles.manifest import manifest
from nbflow.bundles.notebooks import step_notebooks
from nbflow.errors import NotebookError
from nbflow.model import Bundle

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.model import Plan

_DIGITS = 16
_NONE = "0" * _DIGITS
"""What stands for the digest in the text that it is of."""


def bundle(
    plan: Plan, *, attachments: Mapping[str, bytes] | None = None, source: str | None = None
) -> Bundle:
    """What is published for a plan. The same plan and attachments make the same bytes.

    Args:
        plan: what will run.
        attachments: files that come with the notebook, by path relative to it.
        source: the notebook's path relative to the project, which tells two notebooks of one name
            apart; its file name where none is given.

    Raises:
        SettingsError: the plan's backend does not exist.
        NotebookError: an attachment lies outside the notebook's folder, or one is missing.
    """
    find_backend(plan.backend)
    given = dict(attachments or {})
    made = step_notebooks(plan, attachments=given)
    files = {f"steps/{name}.ipynb": as_json(notebook) for name, notebook in made.items()}
    files["notebook.ipynb"] = as_json(author_notebook(plan.pipeline.document))
    files |= {f"files/{inside(path)}": content for path, content in given.items()}
    return finished(plan, files, source=source or f"{plan.pipeline.document.name}.ipynb")


def finished(plan: Plan, files: Mapping[str, bytes], *, source: str) -> Bundle:
    """The bundle of these files, with its manifest and its DAG.

    Raises:
        SettingsError: the plan's backend does not exist.
    """
    backend = find_backend(plan.backend)
    files = dict(sorted(files.items()))
    files["manifest.json"] = as_json(manifest(plan, files=files, source=source))
    files = dict(sorted(files.items()))
    draft = backend(plan, digest=_NONE)
    digest = _digest(files, draft)
    # A DAG file names the folder of its notebooks; what stands there once is that name.
    once = draft.count(_NONE) == 1
    dag = draft.replace(_NONE, digest) if once else backend(plan, digest=digest)
    return Bundle(plan.dag_id, digest, dag, files)


def _digest(files: Mapping[str, bytes], dag: str) -> str:
    total = hashlib.sha256()
    for path, content in [*sorted(files.items()), ("", dag.encode())]:
        for part in (path.encode(), content):
            total.update(len(part).to_bytes(8, "big"))
            total.update(part)
    return total.hexdigest()[:_DIGITS]


def inside(path: str) -> str:
    """An attachment's path; raises NotebookError for one outside the notebook's folder."""
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts or not parts.parts or "\\" in path:
        raise NotebookError(
            f"the file {path} lies outside the notebook's folder",
            hint="move it beside the notebook, or name it by an absolute path",
        )
    return parts.as_posix()


def as_json(data: Any) -> bytes:
    """The same bytes for the same data."""
    text = json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True)
    try:
        return f"{text}\n".encode()
    except UnicodeEncodeError:  # half of a surrogate pair, which UTF-8 cannot say
        return f"{json.dumps(data, indent=1, sort_keys=True)}\n".encode()
