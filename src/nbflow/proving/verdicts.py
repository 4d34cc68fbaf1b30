"""What came of each cell, once the notebook has run whole and as its pipeline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from nbflow import errors
from nbflow.model import Pipeline, Run, Step, StepRun
from nbflow.proving.comparison import Difference, compare
from nbflow.proving.proofs import CellProof, Verdict
from nbflow.proving.wholes import steps_of

__all__ = ["Judge"]

Notebook = Mapping[str, Any]


@dataclass
class Judge:
    """Compares whole runs with the pipeline's.

    Attributes:
        pipeline: what ran.
        run: its run.
        merged: the notebook that came back from it.
    """

    pipeline: Pipeline
    run: Run
    merged: Notebook
    _cut: dict[str, list[Difference]] = field(default_factory=dict)
    _unsteady: dict[str, list[Difference]] = field(default_factory=dict)
    _first: Notebook | None = None

    def take(self, whole: Notebook) -> None:
        """Compare a whole run: the first with the pipeline's, others with the first."""
        if self._first is None:
            self._first = whole
            self._cut = self._differences(whole, self.merged)
            return
        for cell, found in self._differences(self._first, whole).items():
            self._unsteady.setdefault(cell, found)

    @property
    def unexplained(self) -> bool:
        """Some cell differs, as far as is known each time in the same way."""
        refused = {cell for cell, _ in self._refused()}
        return bool(self._cut.keys() - self._unsteady.keys() - refused)

    def verdicts(self) -> Iterator[CellProof]:
        """What came of each cell, in the notebook's order."""
        assert self._first is not None
        refused = dict(self._refused())
        ran = _ran(self._first) & _ran(self.merged)
        for cell_id, step in steps_of(self.pipeline).items():
            cell = self.pipeline.document.cell(cell_id)
            differences = self._unsteady.get(cell_id, self._cut.get(cell_id, []))
            verdict = Verdict.SAME
            if cell_id in refused:
                verdict, differences = Verdict.REFUSED, [refused[cell_id]]
            elif cell_id not in ran and cell.source.strip():
                verdict, differences = Verdict.NOT_RUN, []
            elif cell_id in self._unsteady:
                verdict = Verdict.NOT_DETERMINISTIC
            elif differences:
                verdict = Verdict.DIFFERENT
            yield CellProof(cell_id, cell.index + 1, step, verdict, tuple(differences))

    def _differences(self, left: Notebook, right: Notebook) -> dict[str, list[Difference]]:
        both = _ran(left) & _ran(right)
        cells = [cell for cell in steps_of(self.pipeline) if cell in both]
        found: dict[str, list[Difference]] = {}
        for difference in compare(left, right, cells=cells):
            found.setdefault(difference.cell, []).append(difference)
        return found

    def _refused(self) -> Iterator[tuple[str, Difference]]:
        """The cells at whose step nbflow itself raised an error: the last, or the first."""
        for one in self.run.steps:
            if one.failure is None or one.failure.cell or one.failure.ename not in errors.__all__:
                continue
            step = self.pipeline.step(one.name)
            cell = _where(step, one)
            said = f"{one.failure.ename}: {one.failure.evalue}"
            index = self.pipeline.document.cell(cell).index + 1
            yield cell, Difference(cell, index, "refused", "", said)


def _where(step: Step, run: StepRun) -> str:
    """The step's last cell where all of them ran, so that saving failed; else its first."""
    return step.cells[-1 if run.cells_done >= len(step.cells) else 0]


def _ran(notebook: Notebook) -> set[str]:
    return {
        cell["id"]
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
        and (cell.get("execution_count") is not None or cell.get("outputs"))
    }
