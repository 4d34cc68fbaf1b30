"""Which node waits for which, through the supernodes that hold some of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nbflow.errors import ForeignFileError

_GROUP = "super_node"
_DOOR = "binding"
_OUT, _IN = "_outPort", "_inPort"


class Links:
    """The links of a file, followed until they end at nodes that run something.

    A supernode stands for a pipeline of its own. Its ports name the node inside that they belong
    to, by that node's id in the port's id and through a *binding* node inside.
    """

    def __init__(
        self, pipelines: Mapping[str, Mapping[str, Any]], primary: str, source: str
    ) -> None:
        self._source = source
        self._pipelines = pipelines
        self._nodes: dict[str, Mapping[str, Any]] = {}
        self._home: dict[str, str] = {}  # of a node: the pipeline that it is in
        self._group: dict[str, Mapping[str, Any]] = {}  # of a pipeline: its supernode
        for pipeline, content in pipelines.items():
            for node in content["nodes"]:
                self._add(node, pipeline)
        self._require_one_supernode_each(primary)

    def _add(self, node: Mapping[str, Any], pipeline: str) -> None:
        name = node["id"] if isinstance(node.get("id"), str) else ""
        if not name:
            raise ForeignFileError(f"{self._source}: a node has no id")
        if name in self._nodes:
            raise ForeignFileError(f"{self._source}: two nodes have the id {name}")
        self._nodes[name] = node
        self._home[name] = pipeline
        if node.get("type") != _GROUP:
            return
        reference = node.get("subflow_ref")
        inner = reference.get("pipeline_id_ref") if isinstance(reference, dict) else None
        if not isinstance(inner, str) or inner not in self._pipelines:
            raise ForeignFileError(
                f"{self._source}: supernode {name} holds the pipeline {inner!r}, which is not there"
            )
        if inner in self._group:
            raise ForeignFileError(f"{self._source}: two supernodes hold the pipeline {inner}")
        self._group[inner] = node

    def _require_one_supernode_each(self, primary: str) -> None:
        for each in self._pipelines:
            pipeline, seen = each, set()
            while pipeline != primary:
                if pipeline in seen or pipeline not in self._group:
                    raise ForeignFileError(
                        f"{self._source}: no supernode of the primary pipeline holds the pipeline "
                        f"{pipeline}"
                    )
                seen.add(pipeline)
                pipeline = self._home[self._group[pipeline]["id"]]
        if primary in self._group:
            raise ForeignFileError(f"{self._source}: the primary pipeline is in a supernode")

    def parents(self, name: str) -> tuple[str, ...]:
        """The nodes that a node waits for, by id, each once."""
        found: dict[str, None] = {}
        for port in self._ports(self._nodes[name], "inputs"):
            found.update(dict.fromkeys(self._through(port, name, frozenset())))
        # A link from outside may be noted at the supernode's port alone.
        group = self._group.get(self._home[name])
        for port in () if group is None else self._ports(group, "inputs"):
            if group is not None and port.get("id") == f"{name}{_IN}":
                found.update(dict.fromkeys(self._through(port, group["id"], frozenset())))
        return tuple(found)

    def _through(
        self, port: Mapping[str, Any], holder: str, seen: frozenset[tuple[str, str]]
    ) -> Iterator[str]:
        links = port.get("links")
        for link in links if isinstance(links, list) else ():
            if not isinstance(link, dict):
                raise ForeignFileError(f"{self._source}: node {holder}: a link is no object")
            target, out = link.get("node_id_ref"), link.get("port_id_ref")
            if not isinstance(target, str) or self._home.get(target) != self._home[holder]:
                raise ForeignFileError(
                    f"{self._source}: node {holder} waits for the node {target!r}, which is not "
                    "there",
                    hint="remove the link in Elyra's editor, or take the file from before it broke",
                )
            yield from self._ends(target, out if isinstance(out, str) else "", seen)

    def _ends(self, name: str, out: str, seen: frozenset[tuple[str, str]]) -> Iterator[str]:
        """The nodes at which a link from this node's port begins."""
        if (name, out) in seen:
            return
        seen |= {(name, out)}
        node = self._nodes[name]
        if node.get("type") == _DOOR:
            yield from self._outside(node, seen)
        elif node.get("type") == _GROUP:
            yield from self._inside(node, out, seen)
        else:
            yield name

    def _outside(self, door: Mapping[str, Any], seen: frozenset[tuple[str, str]]) -> Iterator[str]:
        group = self._group.get(self._home[door["id"]])
        if group is None:
            raise ForeignFileError(f"{self._source}: the binding {door['id']} is in no supernode")
        for port in self._ports(group, "inputs"):
            if port.get("subflow_node_ref") == door["id"]:
                yield from self._through(port, group["id"], seen)

    def _inside(
        self, group: Mapping[str, Any], out: str, seen: frozenset[tuple[str, str]]
    ) -> Iterator[str]:
        inner = group["subflow_ref"]["pipeline_id_ref"]
        said = [
            port.get("subflow_node_ref")
            for port in self._ports(group, "outputs")
            if port.get("id") == out
        ]
        doors = [one for one in said if isinstance(one, str) and self._home.get(one) == inner]
        if doors:
            for door in doors:
                for port in self._ports(self._nodes[door], "inputs"):
                    yield from self._through(port, door, seen)
        elif self._home.get(out.removesuffix(_OUT)) == inner:
            yield out.removesuffix(_OUT)
        else:  # of the whole: behind everything in it
            for node in self._pipelines[inner]["nodes"]:
                if node.get("type") != _DOOR:
                    yield from self._ends(node["id"], "", seen)

    def _ports(self, node: Mapping[str, Any], side: str) -> list[Mapping[str, Any]]:
        ports = node.get(side) or []
        if not isinstance(ports, list) or not all(isinstance(port, dict) for port in ports):
            raise ForeignFileError(f"{self._source}: node {node['id']}: {side} is no list of ports")
        return ports
