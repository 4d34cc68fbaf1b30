"""What was found: a proof, cell by cell and edge by edge."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from nbflow.model import Failure
from nbflow.proving.comparison import Difference

__all__ = ["CellProof", "Crossing", "EdgeProof", "FileProof", "Proof", "Verdict"]


class Verdict(StrEnum):
    """What came of one cell or one file.

    `NOT_DETERMINISTIC`: run whole twice, the notebook differs from itself there. `REFUSED`: while
    the pipeline ran, nbflow would not hand something on. `NOT_RUN`: one of the two runs, or both,
    ended before it.
    """

    SAME = "same"
    DIFFERENT = "different"
    NOT_DETERMINISTIC = "not_deterministic"
    REFUSED = "refused"
    NOT_RUN = "not_run"


@dataclass(frozen=True)
class CellProof:
    """One cell of the pipeline.

    Attributes:
        cell: its id.
        index: its position among all cells of the notebook, counted from 1.
        step: its step; None where it runs in every step.
        verdict: what came of it.
        differences: between the notebook whole and the pipeline, or, where it is not
            deterministic, between two runs of the notebook whole.
    """

    cell: str
    index: int
    step: str | None
    verdict: Verdict
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True)
class Crossing:
    """A variable that one step handed to another.

    Attributes:
        name: the variable.
        type: of its value.
        size: bytes in the store, with those of `shared`.
        shared: variables that lie in the same bytes, because they share objects or memory.
        serializer: what wrote it, None where the run does not tell.
        seconds: to write it, None where the run does not tell.
        preview: the value for people.
    """

    name: str
    type: str
    size: int
    shared: tuple[str, ...] = ()
    serializer: str | None = None
    seconds: float | None = None
    preview: str = ""


@dataclass(frozen=True)
class EdgeProof:
    """What passed along an edge.

    Attributes:
        source: the step that was first.
        step: the step that needs it.
        because: the edge's reasons, `kind: names` each.
        variables: sorted by name; empty where a run ended before.
    """

    source: str
    step: str
    because: tuple[str, ...]
    variables: tuple[Crossing, ...] = ()


@dataclass(frozen=True)
class FileProof:
    """A file that the notebook wrote.

    Attributes:
        path: relative to the notebook.
        size: bytes, as the pipeline left it; as the notebook whole did where that did not.
        verdict: whether both left the same bytes. It counts for nothing: equal content may be
            written in other bytes.
        absent: `whole` or `pipeline`, where one of the two did not leave it; else None.
    """

    path: str
    size: int
    verdict: Verdict
    absent: str | None = None


@dataclass(frozen=True)
class Proof:
    """A notebook whole and as its pipeline.

    Attributes:
        name: the pipeline's.
        cells: in the notebook's order, those that the pipeline runs.
        edges: in the notebook's order.
        files: sorted by path.
        whole_seconds: how long the notebook took whole, its kernel's start included.
        pipeline_seconds: how long the pipeline took, all steps.
        whole_runs: how often the notebook was run whole.
        whole_failure, pipeline_failure: why a run failed, or None.
    """

    name: str
    cells: tuple[CellProof, ...]
    edges: tuple[EdgeProof, ...]
    files: tuple[FileProof, ...]
    whole_seconds: float
    pipeline_seconds: float
    whole_runs: int = 1
    whole_failure: Failure | None = None
    pipeline_failure: Failure | None = None

    def of(self, verdict: Verdict) -> tuple[CellProof, ...]:
        """The cells of which that came."""
        return tuple(one for one in self.cells if one.verdict is verdict)

    @property
    def failed(self) -> bool:
        """Whether a run failed, be it both of them in the same way."""
        return self.whole_failure is not None or self.pipeline_failure is not None

    @property
    def equal(self) -> bool:
        """No cell shows anything else, as far as it is deterministic; failures are the same."""
        failures = [_named(one) for one in (self.whole_failure, self.pipeline_failure)]
        bad = {Verdict.DIFFERENT, Verdict.REFUSED}
        return failures[0] == failures[1] and not any(one.verdict in bad for one in self.cells)

    @property
    def exit_status(self) -> int:
        """0 where it is equal, 3 where it is not, 10 where a run failed."""
        return 10 if self.failed else 0 if self.equal else 3

    def as_json(self) -> dict[str, Any]:
        """The proof as `nbflow check --prove --json` prints it."""
        return {
            "equal": self.equal,
            "cells": [_cell_as_json(one) for one in self.cells],
            "edges": [asdict(one) for one in self.edges],
            "files": [asdict(one) for one in self.files],
            "seconds": {
                "whole": self.whole_seconds,
                "pipeline": self.pipeline_seconds,
                "overhead": self.pipeline_seconds - self.whole_seconds,
            },
            "whole_runs": self.whole_runs,
            "failures": {
                "whole": _failure_as_json(self.whole_failure),
                "pipeline": _failure_as_json(self.pipeline_failure),
            },
        }


def _named(failure: Failure | None) -> tuple[str, str | None] | None:
    return None if failure is None else (failure.ename, failure.cell)


def _cell_as_json(cell: CellProof) -> dict[str, Any]:
    return {
        "cell": cell.cell,
        "index": cell.index,
        "step": cell.step,
        "verdict": str(cell.verdict),
        "differences": list(_differences_as_json(cell.differences)),
    }


def _differences_as_json(differences: Iterable[Difference]) -> Iterable[dict[str, str]]:
    for one in differences:
        yield {"what": one.what, "expected": one.expected, "actual": one.actual}


def _failure_as_json(failure: Failure | None) -> dict[str, Any] | None:
    if failure is None:
        return None
    return {"ename": failure.ename, "evalue": failure.evalue, "cell": failure.cell}
