"""Pipelines of other tools, brought in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from nbflow import api
from nbflow.elyra import Note, shown
from nbflow.interactive.definitions import file_of
from nbflow.interactive.explanations import plain
from nbflow.interactive.listings import Listing
from nbflow.interactive.markup import badge, block, escape, prose

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Imported", "Notes", "import_elyra"]


class Notes(Listing[Note]):
    """What became of each property; its name in Elyra's file is its key."""

    columns: ClassVar[tuple[str, ...]] = ("verdict", "node", "property", "value", "why", "instead")
    what: ClassVar[str] = "property"
    empty: ClassVar[str] = "everything has an equal"

    def _name(self, item: Note) -> str:
        return item.key

    def _row(self, item: Note) -> Sequence[object]:
        value = "" if item.value is None else shown(item.value)
        return (
            str(item.verdict),
            item.node or "",
            item.key,
            value,
            item.why or "",
            item.instead or item.where or "",
        )

    def _html_row(self, item: Note) -> Sequence[str]:
        verdict, node, key, value, why, instead = map(str, self._row(item))
        told = badge("warning") if item.is_warning else ""
        verdict = f"{told} {escape(verdict)}".strip()
        return (verdict, escape(node), escape(key), escape(value), prose(why), prose(instead))


class Imported:
    """A pipeline of Elyra's as a pipeline of nbflow's.

    Attributes:
        source: the file that was read.
        path: the pipeline.yaml that was written; None where none was.
        text: what it says.
        profiles: profiles to paste into nbflow.yaml, as YAML; empty where there are none.
        notes: what became of each property.
        warnings: those that have no equal, or have to be done by hand.
        summary: how many stages there are, and what is left to do.
    """

    def __init__(self, imported: api.Imported, *, path: Path | None) -> None:
        self.source = imported.source
        self.path = path
        self.text = imported.text
        self.profiles = imported.profiles_text
        self._to_paste = imported.to_paste
        self.notes = Notes(imported.converted.notes)
        self.warnings = Notes(imported.warnings)
        self.summary = imported.summary

    @property
    def _where(self) -> str:
        return str(self.source) if self.path is None else f"{self.source} → {self.path}"

    def __repr__(self) -> str:
        lines = [f"{self._where}: {self.summary}"]
        lines += [repr(self.warnings)] if self.warnings else []
        lines += [self._to_paste[0], self._to_paste[1].rstrip()] if self.profiles else []
        return "\n".join([*lines, "", self.text.rstrip()])

    def _repr_html_(self) -> str:
        what, text = self._to_paste
        profiles = f"<div>{escape(what)}</div><pre>{escape(text)}</pre>"
        return block(
            f"<strong>{escape(self._where)}</strong> {escape(self.summary)}",
            self.warnings._repr_html_() if self.warnings else "",
            profiles if self.profiles else "",
            f"<details><summary>pipeline.yaml</summary><pre>{escape(self.text)}</pre></details>",
        )


@plain
def import_elyra(path: str | Path, output: str | Path | None = None) -> Imported:
    """Make a pipeline.yaml of a pipeline of Elyra's, and say what has no equal.

    Versions 3 to 8 of Elyra's `.pipeline` files are read. Each notebook becomes a stage, what a
    node asks of its pod a profile; no notebook is changed.

    Args:
        path: the file.
        output: where pipeline.yaml goes; nothing is written where None.

    Returns:
        The pipeline: its `text`, `profiles` to paste, and `warnings`.

    Raises:
        ForeignFileError: it is no pipeline of Elyra's, is broken, or a node names no notebook.
        NotebookError, SettingsError: a notebook, or nbflow.yaml, cannot be read.
        UsageError: there is another file at `output` already.

    Example:
        >>> import nbflow
        >>> imported = nbflow.import_elyra("weekly.pipeline", "pipeline.yaml")
        >>> imported.summary
        '1 stage, everything has an equal'
        >>> nbflow.check("pipeline.yaml").ok
        True
    """
    source = file_of(path)
    to = None if output is None else file_of(output)
    imported = api.import_elyra(source, output=to)
    if to is not None:
        api.write_imported(imported, to)
    return Imported(imported, path=to)
