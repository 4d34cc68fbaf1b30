"""What mends a finding by itself: changes of tags, options and code, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Fix", "TagEdit", "WordEdit"]


@dataclass(frozen=True)
class TagEdit:
    """One tag of a cell that changes.

    Attributes:
        cell: id of the cell.
        tag: as it is written, None for a new one.
        becomes: what stands in its place, None for nothing.
    """

    cell: str
    tag: str | None
    becomes: str | None

    def as_json(self) -> dict[str, Any]:
        """The edit as JSON."""
        return {"cell": self.cell, "tag": self.tag, "becomes": self.becomes}


@dataclass(frozen=True)
class WordEdit:
    """One word of a cell's code that changes.

    Attributes:
        cell: id of the cell.
        line: the line, counted from 1, in which the word stands once.
        word: as it is written.
        becomes: what stands in its place.
    """

    cell: str
    line: int
    word: str
    becomes: str

    def as_json(self) -> dict[str, Any]:
        """The edit as JSON."""
        return {"cell": self.cell, "line": self.line, "word": self.word, "becomes": self.becomes}


@dataclass(frozen=True)
class Fix:
    """One way to mend a finding that needs no thought; where there are several, one is chosen.

    Attributes:
        title: what is done, in the imperative and lower case; Markdown.
        tags: tags that change.
        options: a change of `metadata.nbflow`: None removes, mappings are merged.
        words: words of the code that change.
        removed: ids of cells that are deleted.
    """

    title: str
    tags: tuple[TagEdit, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    words: tuple[WordEdit, ...] = ()
    removed: tuple[str, ...] = ()

    @classmethod
    def of_tag(cls, cell: str, tag: str, becomes: str | None) -> Fix:
        """Write one tag for another, or remove it."""
        title = f"remove `{tag}`" if becomes is None else f"write `{becomes}`"
        return cls(title, (TagEdit(cell, tag, becomes),))

    def as_json(self) -> dict[str, Any]:
        """The fix as JSON."""
        return {
            "title": self.title,
            "tags": [edit.as_json() for edit in self.tags],
            "options": dict(self.options),
            "words": [edit.as_json() for edit in self.words],
            "removed": list(self.removed),
        }
