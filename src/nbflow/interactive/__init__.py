"""The verbs as a person uses them in a notebook: objects that show themselves and can be asked.

Names load when they are asked for: `import nbflow` costs next to nothing.
"""

from nbflow import _door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nbflow.interactive.backfills import Backfill, backfill
    from nbflow.interactive.cleanings import Cleaning, Leftover, clean
    from nbflow.interactive.comparisons import Comparison, diff_runs
    from nbflow.interactive.definitions import Stage
    from nbflow.interactive.diagnostics import Diagnostic, Diagnostics
    from nbflow.interactive.executions import Run
    from nbflow.interactive.imports import Imported, import_elyra
    from nbflow.interactive.operations import (
        approve,
        output,
        pause,
        published,
        rollback,
        runs,
        trigger,
        unpause,
        unpublish,
    )
    from nbflow.interactive.pipelines import Pipeline
    from nbflow.interactive.publications import (
        Difference,
        Publication,
        Published,
        PublishedVersion,
        Versions,
    )
    from nbflow.interactive.verbs import check, diff, form, load, publish, run, show, this

__all__ = [
    "Backfill",
    "Cleaning",
    "Comparison",
    "Diagnostic",
    "Diagnostics",
    "Difference",
    "Imported",
    "Leftover",
    "Pipeline",
    "Publication",
    "Published",
    "PublishedVersion",
    "Run",
    "Stage",
    "Versions",
    "approve",
    "backfill",
    "check",
    "clean",
    "diff",
    "diff_runs",
    "form",
    "import_elyra",
    "load",
    "output",
    "pause",
    "publish",
    "published",
    "rollback",
    "run",
    "runs",
    "show",
    "this",
    "trigger",
    "unpause",
    "unpublish",
]

_HOMES = {
    "Backfill": "backfills",
    "Cleaning": "cleanings",
    "Comparison": "comparisons",
    "Diagnostic": "diagnostics",
    "Diagnostics": "diagnostics",
    "Difference": "publications",
    "Imported": "imports",
    "Leftover": "cleanings",
    "Pipeline": "pipelines",
    "Publication": "publications",
    "Published": "publications",
    "PublishedVersion": "publications",
    "Run": "executions",
    "Stage": "definitions",
    "Versions": "publications",
    "approve": "operations",
    "backfill": "backfills",
    "check": "verbs",
    "clean": "cleanings",
    "diff": "verbs",
    "diff_runs": "comparisons",
    "form": "verbs",
    "import_elyra": "imports",
    "load": "verbs",
    "output": "operations",
    "pause": "operations",
    "publish": "verbs",
    "published": "operations",
    "rollback": "operations",
    "run": "verbs",
    "runs": "operations",
    "show": "verbs",
    "this": "verbs",
    "trigger": "operations",
    "unpause": "operations",
    "unpublish": "operations",
}
"""The module that each name comes from."""

__getattr__ = _door(__name__, _HOMES)
