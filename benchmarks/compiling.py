"""`nbflow compile` against `kale --nb`, on Kale's own five-cell notebook."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Ratio, in_turns, process

ROOT = Path(__file__).parents[1]
KALE = ROOT / ".venv-kale"
NAME = "pipeline_parameters_and_metrics.ipynb"


def measure() -> Iterator[Ratio]:
    """Whole processes."""
    (source,) = KALE.glob(f"lib/*/site-packages/kale/tests/assets/notebooks/{NAME}")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        shutil.copy(source, work / NAME)
        ours, theirs = in_turns(
            process([ROOT / ".venv/bin/nbflow", "compile", NAME, "-o", "out"], cwd=work),
            process([KALE / "bin/kale", "--nb", NAME], cwd=work),
        )
    yield Ratio("compile Kale's five-cell notebook", ours, "`kale --nb`", theirs, 0.25)
