"""What a terminal shows of a text that writes over itself."""

from __future__ import annotations

__all__ = ["as_shown"]


def as_shown(text: str) -> str:
    r"""The text after `\r` and `\b` have done their work: progress bars as they ended."""
    if "\r" not in text and "\b" not in text:
        return text
    return "\n".join(_overwritten(line) for line in text.replace("\r\n", "\n").split("\n"))


def _overwritten(line: str) -> str:
    shown: list[str] = []
    position = 0
    for char in line:
        if char == "\r":
            position = 0
        elif char == "\b":
            position = max(position - 1, 0)
        else:
            shown[position : position + 1] = [char]
            position += 1
    return "".join(shown).rstrip()
