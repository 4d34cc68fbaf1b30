"""From a kernel's messages to the outputs of cells, as nbclient makes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nbflow.host.widgets import Widgets

__all__ = ["Outputs"]

_KEYS = {
    "execute_result": ("data", "metadata", "execution_count"),
    "display_data": ("data", "metadata"),
    "error": ("ename", "evalue", "traceback"),
    "stream": ("name", "text"),
}
"""What of a message's content an output keeps (nbformat 4)."""


class Outputs:
    """Keeps the outputs of a notebook's cells while they are executed.

    A display that is updated later changes wherever it was shown, also in cells that have ended.
    """

    def __init__(self, send: Callable[[Mapping[str, Any]], None]) -> None:
        self._shown: dict[str, list[dict[str, Any]]] = {}
        self._cell: dict[str, Any] = {}
        self._clear_at_next = False
        self.widgets = Widgets(send)

    def start(self, cell: dict[str, Any]) -> None:
        """From now on outputs are this cell's."""
        self._cell = cell
        self._clear_at_next = False
        cell["outputs"] = []

    def take(self, message: Mapping[str, Any]) -> None:
        """Do what a message says."""
        kind, content = message["type"], message["content"]
        if kind.startswith("comm_"):
            self.widgets.take(message)
        elif kind == "update_display_data":
            self._update(content)
        elif kind == "clear_output":
            self._clear(message)
        elif kind in _KEYS:
            self._show(message)

    def end(self) -> None:
        """The cell has ended: what it wrote becomes one text for each stream."""
        merged: list[dict[str, Any]] = []
        streams: dict[str, list[str]] = {}
        for output in self._cell["outputs"]:
            if output["output_type"] == "stream":
                if output["name"] not in streams:
                    merged.append(output)
                streams.setdefault(output["name"], []).append(output["text"])
            else:
                merged.append(output)
        for output in merged:
            if output["output_type"] == "stream":
                output["text"] = as_seen("".join(streams[output["name"]]))
        self._cell["outputs"] = _stdout_first(merged)

    def _show(self, message: Mapping[str, Any]) -> None:
        kind, content = message["type"], message["content"]
        output = {"output_type": kind, **{key: content.get(key) for key in _KEYS[kind]}}
        if kind == "execute_result":
            self._cell["execution_count"] = content["execution_count"]
        display = (content.get("transient") or {}).get("display_id")
        if display:
            self._update(content)
        if self.widgets.caught(message["parent"], output):
            return
        if self._clear_at_next:
            self._cell["outputs"].clear()
            self._clear_at_next = False
        last = self._cell["outputs"][-1] if self._cell["outputs"] else None
        self._cell["outputs"].append(output)
        if display:
            self._shown.setdefault(display, []).append(output)
        elif kind == "stream" and last is not None and last.get("name") == output["name"]:
            self._cell["outputs"].pop()
            last["text"] += output["text"]

    def _update(self, content: Mapping[str, Any]) -> None:
        display = (content.get("transient") or {}).get("display_id")
        for output in self._shown.get(display, ()) if display else ():
            output["data"] = content["data"]
            output["metadata"] = content["metadata"]

    def _clear(self, message: Mapping[str, Any]) -> None:
        wait = bool(message["content"].get("wait"))
        if self.widgets.cleared(message["parent"], wait=wait):
            return
        if wait:
            self._clear_at_next = True
        else:
            self._cell["outputs"].clear()


def as_seen(text: str) -> str:
    """What stays of lines that were written over, after carriage returns within them."""
    if "\r" not in text:
        return text
    # Not by a regular expression: on a long line that takes quadratic time.
    lines = text.split("\n")
    return "\n".join(line[line.rfind("\r", 0, max(len(line) - 1, 0)) + 1 :] for line in lines)


def _stdout_first(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Neighbouring texts in one order: which of two streams arrives first is chance."""
    found: list[dict[str, Any]] = []
    for output in outputs:
        if found and output.get("name") == "stdout" and found[-1].get("name") == "stderr":
            found.insert(-1, output)
        else:
            found.append(output)
    return found
