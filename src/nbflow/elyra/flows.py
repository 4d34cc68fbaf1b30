"""A `.pipeline` file of Elyra's, read and made flat."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from nbflow.elyra.links import Links
from nbflow.errors import ForeignFileError

OLDEST, NEWEST = 3, 8
"""Versions that can be read. The newest Elyra (4.x) writes 8."""

_NOTEBOOK = "execute-notebook-node"
_SCRIPTS = {"execute-python-node": "Python", "execute-r-node": "R"}
_OLD_HINT = "open it once in JupyterLab with Elyra 3 or 4 and save it: that brings it up to date"


@dataclass(frozen=True)
class Node:
    """What a user of Elyra's put on the canvas.

    Attributes:
        id: in the file.
        label: what the canvas shows; a file's name where nobody wrote one.
        op: what it runs, in Elyra's words.
        type: of node, in the words of Elyra's canvas.
        properties: what the user chose, the same in all versions.
        surroundings: what the editor wrote beside them.
        comments: that are tied to it on the canvas.
    """

    id: str
    label: str
    op: str
    type: str
    properties: Mapping[str, Any]
    surroundings: Mapping[str, Any]
    comments: tuple[str, ...] = ()

    @property
    def is_notebook(self) -> bool:
        """Whether it runs a notebook."""
        return self.type == "execution_node" and self.op == _NOTEBOOK

    @property
    def script(self) -> str | None:
        """The language of the script that it runs, None where it runs none."""
        return _SCRIPTS.get(self.op) if self.type == "execution_node" else None

    @property
    def is_group(self) -> bool:
        """Whether it only holds other nodes, which stand beside it once the flow is flat."""
        return self.type == "super_node"


@dataclass(frozen=True)
class Flow:
    """A pipeline of Elyra's.

    Attributes:
        version: of the file's format.
        name: of the pipeline, None where the file has none.
        properties: of the pipeline.
        surroundings: what the editor wrote beside them.
        nodes: in the order in which they can run; of one rank in the file's.
        parents: of each node by id, ids of the nodes that it waits for.
        comments: that are tied to no node.
    """

    version: int
    name: str | None
    properties: Mapping[str, Any]
    surroundings: Mapping[str, Any]
    nodes: tuple[Node, ...]
    parents: Mapping[str, tuple[str, ...]]
    comments: tuple[str, ...] = field(default=())


def read_flow(text: str, *, source: str) -> Flow:
    """Read a `.pipeline` file.

    Args:
        text: what is in it.
        source: its name, for messages.

    Raises:
        ForeignFileError: it is no JSON, no pipeline of Elyra's, of a version that cannot be read,
            or its links lead nowhere or round in a circle.
    """
    pipelines, primary = _pipelines(_parsed(text, source), source)
    app_data = dict(_mapping(primary.get("app_data"), f"{source}: the pipeline's app_data"))
    version = _version(app_data.pop("version", None), source)
    properties = dict(_mapping(app_data.pop("properties", None), f"{source}: its properties"))
    comments = _Comments(pipelines)
    drawn = _or_empty(app_data.pop("ui_data", None))
    app_data |= (
        {"ui_data": rest} if (rest := {k: drawn[k] for k in drawn if k != "comments"}) else {}
    )
    nodes = [
        _node(raw, comments, source)
        for pipeline in pipelines.values()
        for raw in pipeline["nodes"]
        if raw.get("type") != "binding"
    ]
    by_id = {node.id: node for node in nodes}
    links = Links(pipelines, str(primary["id"]), source)
    parents = {node.id: links.parents(node.id) for node in nodes if not node.is_group}
    named = [each for each in (app_data, properties) if isinstance(each.get("name"), str)]
    name = next((one for each in named if (one := each.pop("name").strip())), None)
    app_data |= _inner_app_data(pipelines, primary)
    ordered = _in_order(parents, by_id, source)
    groups = [node for node in nodes if node.is_group]
    return Flow(
        version,
        name,
        properties,
        app_data,
        (*ordered, *groups),
        parents,
        comments.untied,
    )


def _parsed(text: str, source: str) -> Mapping[str, Any]:
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise ForeignFileError(
            f"{source} is not JSON: {error.msg} in line {error.lineno}",
            hint="a .pipeline file is JSON; was it cut off, or has it merge conflict marks?",
        ) from None
    except RecursionError:
        raise ForeignFileError(f"{source} is nested too deeply") from None
    if not isinstance(content, dict) or "pipelines" not in content:
        raise ForeignFileError(
            f"{source} is no pipeline of Elyra's: it has no list `pipelines`",
            hint="name the .pipeline file that Elyra's pipeline editor saved",
        )
    return content


def _pipelines(
    content: Mapping[str, Any], source: str
) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """The pipelines by id, their nodes checked for form; and the one that holds the others."""
    listed = _list(content["pipelines"], f"{source}: `pipelines`")
    if not listed:
        raise ForeignFileError(f"{source} holds no pipeline: its list `pipelines` is empty")
    pipelines: dict[str, dict[str, Any]] = {}
    for raw in listed:
        one = dict(_mapping(raw, f"{source}: a pipeline"))
        name = _id(one, f"{source}: a pipeline")
        one["nodes"] = [
            _mapping(node, f"{source}: a node")
            for node in _list(one.get("nodes", []), f"{source}: the nodes of pipeline {name}")
        ]
        pipelines[name] = one
    chosen = content.get("primary_pipeline", next(iter(pipelines)))
    if not isinstance(chosen, str) or chosen not in pipelines:
        known = ", ".join(pipelines)
        raise ForeignFileError(
            f"{source}: the primary pipeline {chosen!r} is not among its pipelines ({known})"
        )
    # Its nodes come first, whatever the order in the file.
    return {chosen: pipelines[chosen], **pipelines}, pipelines[chosen]


def _inner_app_data(
    pipelines: Mapping[str, Mapping[str, Any]], primary: Mapping[str, Any]
) -> dict[str, Any]:
    """What is said of the pipelines inside of supernodes, beside how they are drawn."""
    return {
        f"{name}.{key}": value
        for name, one in pipelines.items()
        if name != primary["id"]
        for key, value in _or_empty(one.get("app_data")).items()
        if key not in {"ui_data", "version"}
    }


def _version(value: Any, source: str) -> int:
    try:
        if isinstance(value, bool):
            raise TypeError
        # Elyra's own development versions were fractions.
        version = 0 if value is None else int(float(value))
    except (TypeError, ValueError, OverflowError):
        raise ForeignFileError(f"{source}: the version {value!r} is no number") from None
    if version < OLDEST:
        said = "has no version of Elyra's" if value is None else f"is of Elyra's version {version}"
        raise ForeignFileError(
            f"{source} {said}; versions {OLDEST} to {NEWEST} can be read", hint=_OLD_HINT
        )
    if version > NEWEST:
        raise ForeignFileError(
            f"{source} is of Elyra's version {version}; versions {OLDEST} to {NEWEST} can be read",
            hint="save it with the newest Elyra that writes version 8, or update nbflow",
        )
    return version


class _Comments:
    """The notes on the canvas, by the node that they are tied to."""

    def __init__(self, pipelines: Mapping[str, Mapping[str, Any]]) -> None:
        self.tied: dict[str, list[str]] = {}
        free: list[str] = []
        for text, nodes in (one for each in pipelines.values() for one in _comments(each)):
            for node in nodes:
                self.tied.setdefault(node, []).append(text)
            if not nodes:
                free.append(text)
        self.untied = tuple(free)


def _comments(pipeline: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    drawn = _or_empty(_or_empty(pipeline.get("app_data")).get("ui_data"))
    listed = drawn.get("comments")
    for raw in listed if isinstance(listed, list) else ():
        comment = _or_empty(raw)
        text = comment.get("content")
        refs = comment.get("associated_id_refs")
        if isinstance(text, str) and text.strip():
            nodes = [_or_empty(ref).get("node_ref") for ref in refs or () if isinstance(refs, list)]
            yield text.strip(), [node for node in nodes if isinstance(node, str)]


def _node(raw: Mapping[str, Any], comments: _Comments, source: str) -> Node:
    name = _id(raw, f"{source}: a node")
    where = f"{source}: node {name}"
    app_data = dict(_mapping(raw.get("app_data"), f"{where}: app_data"))
    drawn = _mapping(app_data.pop("ui_data", None), f"{where}: ui_data")
    given = app_data.pop("label", None)
    if "component_parameters" in app_data:
        properties = dict(
            _mapping(app_data.pop("component_parameters"), f"{where}: component_parameters")
        )
        surroundings = app_data
    else:  # until version 3 they stood one level higher
        properties, surroundings = app_data, {}
    given = properties.pop("label", None) or given
    known = {"id", "type", "op", "app_data", "inputs", "outputs", "subflow_ref"}
    surroundings |= {key: value for key, value in raw.items() if key not in known}
    if drawn:
        surroundings["ui_data"] = {key: drawn[key] for key in drawn if key != "label"}
    kind, op = str(raw.get("type") or ""), str(raw.get("op") or "")
    filename = properties.get("filename")
    labels = (drawn.get("label"), given, filename, op, kind)
    label = next((one for one in labels if isinstance(one, str) and one.strip()), name)
    tied = tuple(comments.tied.get(name, ()))
    return Node(name, label.strip(), op, kind, properties, surroundings, tied)


def _in_order(
    parents: Mapping[str, tuple[str, ...]], nodes: Mapping[str, Node], source: str
) -> list[Node]:
    """The nodes, each behind those that it waits for."""
    waiting = dict(parents)
    done: dict[str, Node] = {}
    while waiting:
        ready = [one for one, before in waiting.items() if all(each in done for each in before)]
        if not ready:
            circle = _circle(waiting)
            shown = " → ".join(nodes[one].label for one in circle)
            raise ForeignFileError(
                f"{source}: the nodes wait for each other in a circle: {shown}",
                hint="remove one of these links in Elyra's editor",
            )
        for one in ready:
            done[one] = nodes[one]
            del waiting[one]
    return list(done.values())


def _circle(waiting: Mapping[str, tuple[str, ...]]) -> list[str]:
    """A circle among nodes of which each waits for another one of them, in the links' direction."""
    path = [next(iter(waiting))]
    while path[-1] not in path[:-1]:
        path.append(next(one for one in waiting[path[-1]] if one in waiting))
    return path[path.index(path[-1]) :][::-1]


def _id(raw: Mapping[str, Any], what: str) -> str:
    name = raw.get("id")
    if not isinstance(name, str) or not name:
        raise ForeignFileError(f"{what} has no id")
    return name


def _mapping(value: Any, what: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ForeignFileError(f"{what} is {type(value).__name__}, not an object")
    return value


def _list(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise ForeignFileError(f"{what} is {type(value).__name__}, not a list")
    return value


def _or_empty(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
