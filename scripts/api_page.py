"""The page of the Python API, from the docstrings of what `import nbflow` offers."""

from __future__ import annotations

import inspect
import re
import textwrap
from typing import Any

from nbflow import interactive

_SECTION = re.compile(r"^(Args|Attributes|Returns|Raises|Example):$", re.M)
_ITEM = re.compile(r"^ {4}(\*{0,2}[\w, ]+): (.*)$")
_QUOTED = re.compile(r"(: |-> )'([^']*)'")  # annotations, which are texts
_WIDEST = 90
_TITLES = {"Args": "Arguments", "Attributes": "Attributes", "Returns": "Returns"}
_TITLES |= {"Raises": "Raises", "Example": "Example"}


def api_page() -> str:
    """Every public function with its arguments, errors and example, then what they return."""
    things = {name: getattr(interactive, name) for name in interactive.__all__}
    functions = {name: one for name, one in things.items() if inspect.isfunction(one)}
    classes = {name: one for name, one in things.items() if inspect.isclass(one)}
    parts = [
        "# Python",
        "",
        "What `import nbflow` offers; [Python](../python.md) shows it at work.",
    ]
    for name, function in functions.items():
        parts += ["", f"## nbflow.{name}", "", *_signature(f"nbflow.{name}", function)]
        parts += ["", *_text(function)]
    for name, kind in classes.items():
        parts += ["", f"## {name}", "", *_text(kind)]
        for member, value in inspect.getmembers_static(kind):
            if not member.startswith("_") and member in vars(kind):
                parts += ["", *_member(member, value)]
    return "\n".join(parts) + "\n"


def _member(name: str, value: Any) -> list[str]:
    if isinstance(value, property):
        return [f"### {name}", "", *_text(value.fget)]
    if inspect.isfunction(value):
        return [f"### {name}()", "", *_signature(name, value), "", *_text(value)]
    return []


def _signature(name: str, function: Any) -> list[str]:
    found = inspect.signature(function)
    own = [one for one in found.parameters.values() if one.name != "self"]
    said = _QUOTED.sub(r"\1\2", f"{name}{found.replace(parameters=own)}")
    lines = textwrap.wrap(said, _WIDEST, subsequent_indent="    ", break_long_words=False)
    return ["```text", *lines, "```"]


def _text(thing: Any) -> list[str]:
    """A docstring as Markdown: its sections as lists, its examples as code."""
    head, *sections = _SECTION.split(inspect.getdoc(thing) or "")
    lines = head.strip().splitlines()
    for title, body in zip(sections[::2], sections[1::2], strict=True):
        lines += ["", f"**{_TITLES[title]}**", ""]
        if title == "Returns":
            lines += inspect.cleandoc(body).splitlines()
        else:
            lines += _example(body) if title == "Example" else _items(body)
    return lines


def _items(body: str) -> list[str]:
    lines = []
    for line in body.strip("\n").splitlines():
        item = _ITEM.match(line)
        if item:
            lines.append(f"- `{item[1]}`: {item[2]}")
        elif line.strip():
            within = lines and lines[-1].startswith(("- ", "  "))
            lines.append(f"  {line.strip()}" if within else line.strip())
    return lines


def _example(body: str) -> list[str]:
    text = inspect.cleandoc(body)
    words, prompt, code = text.partition(">>> ")
    said = [*words.strip().splitlines(), ""] if words.strip() else []
    return [*said, "```text", *f"{prompt}{code}".splitlines(), "```"]


if __name__ == "__main__":
    print(api_page())
