"""The text of a pipeline.yaml."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

from nbflow.elyra.stages import Converted


def pipeline_text(converted: Converted, *, source: str) -> str:
    """What is written to pipeline.yaml, with the comments of Elyra's canvas.

    Args:
        converted: what it says.
        source: name of the file that it comes from.
    """
    head = f"From {source} (Elyra, version {converted.version}), by `nbflow import`."
    lines = [*_comment([head, *converted.comments.get("", ())])]
    above = {key: value for key, value in converted.pipeline.items() if key != "stages"}
    parts = ["".join(lines), _dumped(above), "stages:\n"]
    for name, stage in converted.pipeline["stages"].items():
        text = "".join(_comment(converted.comments.get(name, ()))) + _dumped({name: stage})
        parts.append(textwrap.indent(text, "  "))
    return "".join(parts)


def profiles_text(profiles: Mapping[str, Mapping[str, Any]]) -> str:
    """New profiles, as they can be pasted into nbflow.yaml; empty where there are none."""
    return _dumped({"profiles": dict(profiles)}) if profiles else ""


def _comment(texts: Iterable[str]) -> Iterable[str]:
    for text in texts:
        for line in text.splitlines():
            plain = "".join(char for char in line if char.isprintable())
            yield f"# {plain}".rstrip() + "\n"


def _dumped(value: Mapping[str, Any]) -> str:
    import yaml

    return str(yaml.dump(value, Dumper=_dumper(), sort_keys=False, allow_unicode=True, width=96))


def _dumper() -> Any:
    import yaml

    class Plain(yaml.SafeDumper):
        """Writes short lists in one line, and never refers to what stands above."""

        def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's signature
            return True

    def in_a_line(dumper: Any, data: list[Any]) -> Any:
        flat = not any(isinstance(one, dict | list) for one in data)
        return dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=flat)

    def in_lines(dumper: Any, data: str) -> Any:
        style = "|" if "\n" in data else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", data, style=style)

    Plain.add_representer(list, in_a_line)
    Plain.add_representer(str, in_lines)
    return Plain
