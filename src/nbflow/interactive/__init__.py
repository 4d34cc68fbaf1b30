"""The verbs as a person uses them in a notebook: objects that show themselves and can be asked.

Names load when they are asked for: `import nbflow` costs next to nothing.
"""

from nbflow import _door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nbflow.interactive.definitions import Stage
    from nbflow.interactive.diagnostics import Diagnostic, Diagnostics
    from nbflow.interactive.executions import Run
    from nbflow.interactive.operations import (
        approve,
        output,
        published,
        rollback,
        runs,
        trigger,
        unpublish,
    )
    from nbflow.interactive.pipelines import Pipeline
    from nbflow.interactive.publications import Difference, Publication, Published
    from nbflow.interactive.verbs import check, diff, form, load, publish, run, show, this

__all__ = [
    "Diagnostic",
    "Diagnostics",
    "Difference",
    "Pipeline",
    "Publication",
    "Published",
    "Run",
    "Stage",
    "approve",
    "check",
    "diff",
    "form",
    "load",
    "output",
    "publish",
    "published",
    "rollback",
    "run",
    "runs",
    "show",
    "this",
    "trigger",
    "unpublish",
]

_HOMES = {
    "Diagnostic": "diagnostics",
    "Diagnostics": "diagnostics",
    "Difference": "publications",
    "Pipeline": "pipelines",
    "Publication": "publications",
    "Published": "publications",
    "Run": "executions",
    "Stage": "definitions",
    "approve": "operations",
    "check": "verbs",
    "diff": "verbs",
    "form": "verbs",
    "load": "verbs",
    "output": "operations",
    "publish": "verbs",
    "published": "operations",
    "rollback": "operations",
    "run": "verbs",
    "runs": "operations",
    "show": "verbs",
    "this": "verbs",
    "trigger": "operations",
    "unpublish": "operations",
}
"""The module that each name comes from."""

__getattr__ = _door(__name__, _HOMES)
