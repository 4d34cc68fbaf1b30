"""What is wrong with a notebook, shown with its place and its way out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from nbflow.interactive.listings import Listing
from nbflow.interactive.markup import badge, block, escape, prose
from nbflow.model import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbflow import model
    from nbflow.api import Inspected

__all__ = ["Diagnostic", "Diagnostics"]


@dataclass(frozen=True, repr=False)
class Diagnostic:
    """One finding.

    Attributes:
        code: `NB` and three digits; `docs/reference/diagnostics.md` lists them.
        severity: `error` stops the work, `warning` does not.
        message: what was found.
        hint: what to do about it.
        cell: the cell's id, None for the whole notebook.
        position: of the cell in the notebook, counted from 1; None without a cell.
        line: in the cell, counted from 1; None where no line is meant.
        source: that line; empty where no line is meant.
    """

    code: str
    severity: Severity
    message: str
    hint: str
    cell: str | None = None
    position: int | None = None
    line: int | None = None
    source: str = ""

    @property
    def place(self) -> str:
        """`cell 3, line 2`; empty for the whole notebook."""
        if self.position is None:
            return ""
        return f"cell {self.position}" + ("" if self.line is None else f", line {self.line}")

    def __repr__(self) -> str:
        lines = [f"{self.severity}[{self.code}]: {self.message}"]
        if self.place:
            lines.append(f"  --> {self.place} (id {self.cell})")
        if self.source:
            lines.append(f"      {self.source}")
        return "\n".join([*lines, f"  help: {self.hint}"])

    def _repr_html_(self) -> str:
        title = f"{badge(self.severity)} <code>{escape(self.code)}</code> {prose(self.message)}"
        source = f"<pre>{escape(self.source)}</pre>" if self.source else ""
        place = f"<div>{escape(self.place)}</div>" if self.place else ""
        return block(title, place, source, f"<div><em>help:</em> {prose(self.hint)}</div>")


class Diagnostics(Listing[Diagnostic]):
    """What was found, in the notebook's order; `ok` where nothing of it stops the work."""

    columns: ClassVar[tuple[str, ...]] = ("", "code", "where", "what", "help")
    what: ClassVar[str] = "diagnostic"
    empty: ClassVar[str] = "no problems"

    @property
    def errors(self) -> Diagnostics:
        """Those that stop the work."""
        return Diagnostics(one for one in self if one.severity is Severity.ERROR)

    @property
    def warnings(self) -> Diagnostics:
        """Those that do not."""
        return Diagnostics(one for one in self if one.severity is Severity.WARNING)

    @property
    def ok(self) -> bool:
        """Whether there are no errors."""
        return not self.errors

    def _name(self, item: Diagnostic) -> str:
        return item.code

    def _row(self, item: Diagnostic) -> Sequence[object]:
        return (str(item.severity), item.code, item.place, item.message, item.hint)

    def _html_row(self, item: Diagnostic) -> Sequence[str]:
        return (
            badge(item.severity),
            f"<code>{escape(item.code)}</code>",
            f'<span style="white-space:nowrap">{escape(item.place)}</span>',
            prose(item.message),
            prose(item.hint),
        )

    def __repr__(self) -> str:
        return "\n\n".join(map(repr, self)) or self.empty


def diagnostics_of(inspected: Inspected) -> Diagnostics:
    """What is known to be wrong with a notebook before it runs."""
    return Diagnostics(
        _placed(one, each.pipeline.document)
        for each in (inspected, *inspected.stages.values())
        for one in each.diagnostics
    )


def _placed(found: model.Diagnostic, document: model.Document) -> Diagnostic:
    cell = document.by_id.get(found.cell or "")
    lines = [] if cell is None or found.line is None else cell.source.splitlines()
    return Diagnostic(
        found.code,
        found.severity,
        found.message,
        found.hint,
        found.cell,
        None if cell is None else cell.index + 1,
        found.line,
        lines[found.line - 1] if found.line and found.line <= len(lines) else "",
    )
