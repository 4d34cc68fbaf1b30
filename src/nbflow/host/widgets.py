"""The part of a front end that widgets need: their state, and outputs that they catch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Widgets"]

_MIME = "application/vnd.jupyter.widget-state+json"


@dataclass
class _Catcher:
    """An Output widget: it shows what is put out while it is active."""

    comm: str
    outputs: list[dict[str, Any]] = field(default_factory=list)
    request: str = ""
    clear_at_next: bool = False


class Widgets:
    """The widgets of one kernel, as a notebook's metadata keeps them."""

    def __init__(self, send: Callable[[Mapping[str, Any]], None]) -> None:
        """Prepare for a kernel; `send` takes a message to it."""
        self._send = send
        self._states: dict[str, dict[str, Any]] = {}
        self._buffers: dict[str, dict[tuple[str, ...], dict[str, Any]]] = {}
        self._catchers: dict[str, _Catcher] = {}
        self._active: defaultdict[str, list[_Catcher]] = defaultdict(list)

    def metadata(self) -> dict[str, Any]:
        """The widgets' states as `metadata.widgets` has them; empty where there are none."""
        models = {
            comm: {
                "model_name": state.get("_model_name"),
                "model_module": state.get("_model_module"),
                "model_module_version": state.get("_model_module_version"),
                "state": state,
                **({"buffers": [*self._buffers[comm].values()]} if comm in self._buffers else {}),
            }
            for comm, state in self._states.items()
            if "_model_name" in state
        }
        return {_MIME: {"state": models, "version_major": 2, "version_minor": 0}} if models else {}

    def take(self, message: Mapping[str, Any]) -> None:
        """A comm was opened, has a message, or was closed."""
        content = message["content"]
        comm, data = content["comm_id"], content.get("data", {})
        if "state" in data:
            self._keep(comm, data, message.get("buffers", ()))
        if message["type"] == "comm_open" and _is_catcher(content):
            self._catchers[comm] = _Catcher(comm, list(data["state"].get("outputs", ())))
        elif comm in self._catchers and "msg_id" in data.get("state", {}):
            self._switch(self._catchers[comm], data["state"]["msg_id"])

    def caught(self, request: str, output: dict[str, Any]) -> bool:
        """Whether a widget shows an output in the cell's place."""
        if not self._active[request]:
            return False
        catcher = self._active[request][-1]
        if catcher.clear_at_next:
            catcher.outputs, catcher.clear_at_next = [], False
        last = catcher.outputs[-1] if catcher.outputs else {}
        if output["output_type"] == "stream" and last.get("name") == output["name"]:
            last["text"] += output["text"]
        else:
            catcher.outputs.append(output)
        self._tell(catcher)
        return True

    def cleared(self, request: str, *, wait: bool) -> bool:
        """Whether a widget's outputs are to be cleared, and not the cell's."""
        if not self._active[request]:
            return False
        catcher = self._active[request][-1]
        if wait:
            catcher.clear_at_next = True
        else:
            catcher.outputs = []
            self._tell(catcher)
        return True

    def _keep(self, comm: str, data: Mapping[str, Any], buffers: Any) -> None:
        self._states.setdefault(comm, {}).update(data["state"])
        for path, buffer in zip(data.get("buffer_paths", ()), buffers, strict=False):
            entry = {"data": buffer, "encoding": "base64", "path": path}
            self._buffers.setdefault(comm, {})[tuple(map(str, path))] = entry

    def _switch(self, catcher: _Catcher, request: str) -> None:
        if request:
            self._active[request].append(catcher)
        elif catcher in self._active[catcher.request]:
            self._active[catcher.request].remove(catcher)
        catcher.request = request

    def _tell(self, catcher: _Catcher) -> None:
        """The kernel's widget learns what it shows."""
        state = {"outputs": catcher.outputs}
        self._states.setdefault(catcher.comm, {}).update(state)
        data = {"method": "update", "state": state, "buffer_paths": []}
        content = {"comm_id": catcher.comm, "data": data}
        self._send({"type": "comm_msg", "id": catcher.request, "content": content})


def _is_catcher(content: Mapping[str, Any]) -> bool:
    state = content.get("data", {}).get("state", {})
    model = state.get("_model_module"), state.get("_model_name")
    return model == ("@jupyter-widgets/output", "OutputModel")
