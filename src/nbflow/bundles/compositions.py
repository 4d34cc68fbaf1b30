"""The bundle of several notebooks: one DAG, and the step notebooks of every stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow.bundles.assembly import as_json, finished, inside
from nbflow.bundles.authors import author_notebook
from nbflow.bundles.notebooks import step_notebooks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.model import Bundle, Plan

__all__ = ["bundle_composition"]


def bundle_composition(
    plan: Plan,
    *,
    attachments: Mapping[str, Mapping[str, bytes]] | None = None,
    source: str,
    definition: bytes,
) -> Bundle:
    """What is published for several notebooks; see `bundle`.

    Args:
        plan: what will run.
        attachments: by stage, the files that come with its notebook.
        source: the pipeline's file, relative to the project.
        definition: what that file says.

    Raises:
        SettingsError: the plan's backend does not exist.
        NotebookError: an attachment lies outside its notebook's folder.
    """
    files: dict[str, bytes] = {"pipeline.yaml": definition}
    for one in plan.stages:
        name, own = one.stage.name, one.plan
        if own is None:
            continue
        given: Mapping[str, bytes] = (attachments or {}).get(name, {})
        for step, notebook in step_notebooks(own, attachments=given).items():
            files[f"steps/{name}.{step}.ipynb"] = as_json(notebook)
        files[f"notebooks/{name}.ipynb"] = as_json(author_notebook(own.pipeline.document))
        files |= {f"files/{name}/{inside(path)}": content for path, content in given.items()}
    return finished(plan, files, source=source)
