"""Write what the extension of JupyterLab knows of nbflow: the server's endpoints, and the tags.

Endpoints become TypeScript types. What is written is committed, so that the extension is built
without Python; a test compares.
"""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import Any

from nbflow import api
from nbflow.server import openapi

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "jupyterlab_ext" / "src" / "generated"
HEAD = "// Written by scripts/lab_types.py. Do not edit.\n"
PLAIN = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}
METHODS = ("get", "post", "delete")
WIDTH = 100
NAMES = {"Error": "ErrorAnswer"}
"""Schemas whose names mean something else in TypeScript."""


class Untranslated(Exception):
    """The description has something that this program has no TypeScript for."""


def files() -> dict[str, str]:
    """The text of each file by its name."""
    description = openapi()
    found = sorted(
        (operation["operationId"], method, path, operation)
        for path, operations in description["paths"].items()
        for method, operation in operations.items()
        if method in METHODS
    )
    operations = [operation for *_, operation in found]
    reading = [one for one in operations if one["x-action"] == "read"]
    doing = [one for one in operations if one["x-action"] != "read"]
    return {
        "answers.ts": _answers(description["components"]["schemas"]),
        "questions.ts": _endpoints("Questions", "What endpoints take and answer", reading),
        "actions.ts": _endpoints("Actions", "What endpoints take that change something", doing),
        "tags.ts": _tags(),
        "places.ts": _places([(name, method, path) for name, method, path, _ in found]),
    }


def _answers(schemas: dict[str, Any]) -> str:
    """The schemas that have a name."""
    parts = [
        f"export interface {_name(name)} {_type(schema, 0)}\n"
        for name, schema in sorted(schemas.items())
    ]
    return "\n".join([HEAD, *parts])


def _endpoints(name: str, about: str, operations: list[dict[str, Any]]) -> str:
    """What endpoints take and answer, by the endpoint's name."""
    types = "".join(f"  {one['operationId']}: {_given(one)};\n" for one in operations)
    imports = "".join(f"  {one},\n" for one in sorted(_references(operations)))
    return "\n".join(
        [
            HEAD,
            f"import type {{\n{imports}}} from './answers';\n",
            f"/** {about}; `result` is what comes of a job. */",
            f"export interface {name} {{\n{types}}}\n",
        ]
    )


def _places(found: list[tuple[str, str, str]]) -> str:
    lines = "".join(
        f"  {name}: {{ method: '{method.upper()}', path: '{path}' }},\n"
        for name, method, path in found
    )
    return (
        f"{HEAD}\n/** Where each endpoint is, below `nbflow/api`. */\n"
        f"export const PLACES = {{\n{lines}}} as const;\n"
    )


def _tags() -> str:
    """The grammar's table, as the endpoint `vocabulary` answers it."""
    table = json.dumps(api.vocabulary()["tags"], indent=2, ensure_ascii=False)
    return "\n".join(
        [
            HEAD,
            "import type { Questions } from './questions';\n",
            "export type Tag = Questions['vocabulary']['answer']['tags'][number];\n",
            "/** All tags that mean something, and the forms of their arguments. */",
            f"export const TAGS: readonly Tag[] = {table};\n",
        ]
    )


def _given(operation: dict[str, Any]) -> str:
    """One endpoint, as a type."""
    fields = {}
    for where in ("path", "query"):
        known = [one for one in operation["parameters"] if one["in"] == where]
        if known:
            fields[where] = _record(
                {
                    one["name"]: {**one["schema"], "description": one.get("description")}
                    for one in known
                },
                [one["name"] for one in known if one["required"]],
                4,
            )
    if "requestBody" in operation:
        fields["body"] = _type(_content(operation["requestBody"]), 4)
    status = "202" if "x-result" in operation else "200"
    fields["answer"] = _type(_content(operation["responses"][status]), 4)
    if "x-result" in operation:
        fields["result"] = _type(operation["x-result"], 4)
    inside = "".join(f"    {name}: {of};\n" for name, of in fields.items())
    return f"{{\n{inside}  }}"


def _content(of: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = of["content"]["application/json"]["schema"]
    return schema


def _type(schema: dict[str, Any], depth: int) -> str:
    """A schema as TypeScript."""
    if "$ref" in schema:
        return _name(schema["$ref"])
    if "anyOf" in schema:
        return " | ".join(_type(one, depth) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(_quoted(word) for word in schema["enum"])
    kind = schema.get("type")
    if kind is None and not set(schema) - {"description", "default"}:
        return "unknown"
    if kind in PLAIN:
        return PLAIN[kind]
    if kind == "array":
        inside = _type(schema["items"], depth)
        return f"({inside})[]" if "|" in inside and "{" not in inside else f"{inside}[]"
    if kind == "object":
        if not schema.get("properties"):
            return "Record<string, unknown>"
        return _record(schema["properties"], schema["required"], depth)
    raise Untranslated(json.dumps(schema))


def _record(fields: dict[str, Any], required: list[str], depth: int) -> str:
    """An object's type; on one line below the top where it is short."""
    written = [
        (f"{name}{'' if name in required else '?'}: {_type(of, depth + 2)}", of.get("description"))
        for name, of in fields.items()
    ]
    brief = "; ".join(f"/** {about} */ {one}" if about else one for one, about in written)
    if depth and len(written) < 3 and "\n" not in brief and len(brief) < WIDTH - depth - 16:
        return f"{{ {brief} }}"
    space = " " * (depth + 2)
    lines = [f"{_comment(about, space) if about else ''}{space}{one};\n" for one, about in written]
    return "{\n" + "".join(lines) + " " * depth + "}"


def _comment(text: str, space: str) -> str:
    text = text.replace("*/", "* /")
    line = f"{space}/** {text} */\n"
    if len(line) <= WIDTH:
        return line
    wrapped = textwrap.wrap(text, WIDTH - len(space) - 3)
    return f"{space}/**\n" + "".join(f"{space} * {one}\n" for one in wrapped) + f"{space} */\n"


def _name(schema: str) -> str:
    """What a schema is called in TypeScript."""
    name = schema.rpartition("/")[2]
    return NAMES.get(name, name)


def _quoted(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _references(value: Any) -> set[str]:
    """The names of all schemas that are referred to."""
    if isinstance(value, dict):
        here = {_name(value["$ref"])} if "$ref" in value else set()
        # An error is what every endpoint may answer; the client knows it.
        inside = (_references(one) for key, one in value.items() if key != "default")
        return here.union(*inside)
    if isinstance(value, list | tuple):
        return set().union(*map(_references, value))
    return set()


def main() -> None:
    """Write them."""
    OUT.mkdir(parents=True, exist_ok=True)
    for name, text in files().items():
        path = OUT / name
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
