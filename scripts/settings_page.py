"""The reference of nbflow.yaml, from its JSON schema."""

from __future__ import annotations

from typing import Any


def settings_page(schema: dict[str, Any]) -> str:
    """A table for each section, the file itself first, then in the order of their names."""
    lines = [
        "# nbflow.yaml",
        "",
        "Every key with what it may be. [Settings](../settings.md) says how files are found and",
        "layered, with examples.",
        "",
        *_table(schema),
    ]
    for name, section in sorted(schema["$defs"].items()):
        lines += ["", f"## {_title(name)}", "", section.get("description", ""), ""]
        lines += _table(section)
    return "\n".join(lines) + "\n"


def _table(section: dict[str, Any]) -> list[str]:
    required = section.get("required", ())
    lines = ["| key | value | meaning |", "|---|---|---|"]
    for key, about in section["properties"].items():
        meaning = " ".join(about.get("description", "").split())
        needed = " (required)" if key in required else ""
        cells = (f"`{key}`{needed}", _value(about), meaning)
        lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return lines


def _value(about: dict[str, Any]) -> str:
    """What a key may be, in words."""
    if "$ref" in about:
        name = about["$ref"].rpartition("/")[2]
        return f"[{_title(name)}](#{_title(name).replace(' ', '-')})"
    if "enum" in about:
        return ", ".join(f"`{one}`" for one in about["enum"])
    if "const" in about:
        return f"`{about['const']}`"
    if "anyOf" in about:
        found = [_value(one) for one in about["anyOf"] if one.get("type") != "null"]
        return " or ".join(dict.fromkeys(found))
    if about.get("type") == "array":
        return f"list of {_value(about['items'])}"
    if about.get("type") == "object":
        inner = about.get("additionalProperties")
        patterns = about.get("patternProperties", {})
        values = [inner] if isinstance(inner, dict) else list(patterns.values())
        return f"by name: {' or '.join(map(_value, values))}" if values else "mapping"
    words = {"string": "text", "boolean": "`true` or `false`", "integer": "whole number"}
    return words.get(about.get("type", ""), about.get("type", "anything"))


def _title(name: str) -> str:
    """`EnvSourceSection` as `env source`."""
    stem = name.removesuffix("Section")
    return "".join(f" {char.lower()}" if char.isupper() else char for char in stem).strip()
