"""What is wrong with a notebook: a code, a place and a way out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from nbflow.model.document import Document
from nbflow.model.fixes import Fix


class Severity(StrEnum):
    """How bad it is: an error stops the work, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Rule:
    """A kind of diagnostic, as the documentation lists it.

    Attributes:
        code: `NB` and three digits, never reused. The hundreds say the subject:
            1 tags and options, 2 parameters, 3 names and data, 4 order and effects,
            5 what cannot cross a cut, 6 settings and resources, 7 files,
            8 pipelines of several notebooks.
        name: a short name in lower case with hyphens.
        severity: how bad it is.
        summary: one line for the documentation, what it finds and why it matters.
        fix: the general way out, one sentence; used as hint where the finding gives none.
    """

    code: str
    name: str
    severity: Severity
    summary: str
    fix: str

    def at(
        self,
        message: str,
        *,
        cell: str | None = None,
        line: int | None = None,
        hint: str | None = None,
        file: str | None = None,
        fixes: Iterable[Fix] = (),
    ) -> Diagnostic:
        """A finding of this kind."""
        said = (self.code, self.severity, message, hint or self.fix)
        return Diagnostic(*said, cell, line, file, tuple(fixes))


@dataclass(frozen=True)
class Diagnostic:
    """One finding.

    Attributes:
        code: the rule's code.
        severity: the rule's severity.
        message: what was found, with names.
        hint: what to do about it.
        cell: the id of the cell, None for the whole notebook.
        line: line in the cell, counted from 1, None where no line is meant; of `file` or of a
            pipeline's file where no cell is.
        file: another file than the notebook that `line` is in; None for the notebook.
        fixes: ways to mend it that need no thought, the likeliest first. They follow from the
            rest: two findings that say the same are the same.
    """

    code: str
    severity: Severity
    message: str
    hint: str
    cell: str | None = None
    line: int | None = None
    file: str | None = None
    fixes: tuple[Fix, ...] = field(default=(), compare=False)

    def as_json(self) -> dict[str, Any]:
        """The diagnostic as `nbflow check --json` prints it.

        With `file` where it is in another one, and with `fixes` where there are some.
        """
        return {
            "code": self.code,
            "severity": str(self.severity),
            "message": self.message,
            "hint": self.hint,
            "cell": self.cell,
            "line": self.line,
            **({} if self.file is None else {"file": self.file}),
            **({"fixes": [fix.as_json() for fix in self.fixes]} if self.fixes else {}),
        }


def in_notebook_order(found: Iterable[Diagnostic], *, document: Document) -> tuple[Diagnostic, ...]:
    """Findings by cell, line and code, each once; those about the whole notebook come first."""
    position = {cell.id: cell.index for cell in document.cells}

    def key(diagnostic: Diagnostic) -> tuple[int, int, str, str]:
        where = position.get(diagnostic.cell or "", -1)
        return (where, diagnostic.line or 0, diagnostic.code, diagnostic.message)

    return tuple(sorted(dict.fromkeys(found), key=key))
