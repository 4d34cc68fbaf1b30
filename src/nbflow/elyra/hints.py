"""What has no equal here, why, and what to do instead."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from nbflow.elyra.flows import Node

NOT_KNOWN = "nbflow does not know this property"
ASK_WHAT_FOR = "look what it is for; whatever a pod can be asked is in a profile of nbflow.yaml"
WITH_ITS_NODE = "its node has no equal"

_PAPERMILL = (
    "run-notebook-using-papermill",
    "run_notebook_using_papermill_Runnotebookusingpapermill",
    "elyra-kfp-examples-catalog:61e6f4141f65",
)
_BETWEEN = (
    "write and read them on a volume of the profile or under a URL such as s3://…, or make the "
    "notebooks steps of one, between which files travel by themselves"
)
OUTPUTS = (
    "a stage runs in a folder of its own; Elyra hands these files on through object storage",
    _BETWEEN,
)
"""Of files that later nodes get."""
NO_LATER_STAGE = (
    "Elyra puts these files into object storage when the node has ended",
    "let the notebook write what has to stay to a volume of the profile or to a URL such as s3://…",
)
"""Of files that no later node gets."""

OUTSIDE = (
    "only files in the notebook's folder travel with it",
    "move them there, or read them from a volume or a URL",
)
"""Of files that lie elsewhere."""

# Properties of a pipeline that say where it runs: here the settings do.
ELSEWHERE = frozenset({"runtime", "runtime_type", "runtime_config", "runtime-config"})
IDLE = frozenset(
    {"ui_data", "component_source", "component_description", "invalidNodeError", "runtime_ref"}
    | {"source"}
)
"""What the editor writes for itself."""


def no_stage(node: Node) -> tuple[str, str]:
    """Why a node is no stage, and what to do instead."""
    if node.is_group:
        return (
            "stages are in no groups",
            "nothing, if the picture was all that it was for: its nodes are stages, in their order",
        )
    if node.script is not None:
        name = str(node.properties.get("filename") or node.label)
        run = f"%run {name}" if node.script == "Python" else f"!Rscript {name}"
        instead = (
            f"make a stage of a notebook beside it with one cell, `{run}`, and "
            f'`"files": ["{name}"]` in the notebook\'s options'
        )
        return f"it is a script ({node.script}), and a stage is a notebook", instead
    if node.op in _PAPERMILL:
        named = node.properties.get("notebook")
        instead = f"make a stage of that notebook, {named!r}, with its `parameters:`"
        return "it is a component that runs a notebook", instead
    if node.type == "execution_node":
        return (
            "it is a component of another system, and a stage is a notebook",
            "do the same in a cell of a notebook: a call of a library, or a command with `!`",
        )
    return (
        f"it is a node of the type {node.type!r}",
        "make a stage of a notebook that does the same",
    )


def files(notebook: str, globs: Sequence[str]) -> tuple[str, str]:
    """Why files do not travel yet, and what to write into which notebook's options."""
    said = json.dumps(list(globs), ensure_ascii=False)
    instead = (
        f'write `"files": {said}` into the options of {notebook} (metadata, `nbflow`); files that '
        "its code names travel anyway"
    )
    return "files travel with the notebook that needs them", instead


def missing(place: str) -> tuple[str, str]:
    """That a notebook is not there, and what to do."""
    return (
        f"the notebook is not there: looked for {place}",
        "bring it there, and import again; or correct `notebook:` in pipeline.yaml",
    )


def untaken(name: str) -> tuple[str, str]:
    """That no stage takes a parameter, and what to do."""
    return (
        "no node asks for it, so it would change nothing",
        f'give it to a stage, `parameters: {{{name}: "${{{name}}}"}}`, or take it away',
    )


def no_parameter(name: str, declared: Any, notebook: str) -> tuple[str, str]:
    """Why a parameter does not arrive in a notebook yet, and what to write there."""
    default = declared["default"] if isinstance(declared, dict) else declared
    why = (
        "Elyra puts it into the environment; here it is a variable of the notebook, which has "
        "none of this name in a cell tagged `parameters`"
    )
    instead = (
        f"tag a cell of {notebook} `parameters`, write `{name} = {default!r}` there, and use it in "
        f'place of `os.environ["{name}"]`'
    )
    return why, instead
