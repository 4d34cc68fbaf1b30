"""The words of nbflow: frozen dataclasses and their laws. No I/O.

Names load when they are asked for: a step alone needs three of them.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nbflow.model.diagnostics import Diagnostic, Rule, Severity, in_notebook_order
    from nbflow.model.document import Cell, CellKind, Document
    from nbflow.model.events import Assets, Channel, Interval, Notices, asset_fault
    from nbflow.model.pipeline import (
        Definition,
        Edge,
        FileUse,
        Need,
        Outline,
        Parameter,
        ParameterKind,
        Pipeline,
        PipelineOptions,
        Prev,
        Reason,
        ReasonKind,
        Role,
        Secret,
        Step,
        StepOptions,
        StepOutline,
    )
    from nbflow.model.plan import Bundle, Plan, PlannedStep
    from nbflow.model.profile import Amount, EnvReference, EnvSource, Gpu, Profile, Volume
    from nbflow.model.quantities import Quantity, format_duration, parse_duration, parse_quantity
    from nbflow.model.run import Failure, Run, RunState, StepRun, format_elapsed
    from nbflow.model.schedules import PRESETS, schedule_fault, start_fault, timezone_fault
    from nbflow.model.ticks import next_runs
    from nbflow.model.usage import Usage, format_bytes

__all__ = [
    "PRESETS",
    "Amount",
    "Assets",
    "Bundle",
    "Cell",
    "CellKind",
    "Channel",
    "Definition",
    "Diagnostic",
    "Document",
    "Edge",
    "EnvReference",
    "EnvSource",
    "Failure",
    "FileUse",
    "Gpu",
    "Interval",
    "Need",
    "Notices",
    "Outline",
    "Parameter",
    "ParameterKind",
    "Pipeline",
    "PipelineOptions",
    "Plan",
    "PlannedStep",
    "Prev",
    "Profile",
    "Quantity",
    "Reason",
    "ReasonKind",
    "Role",
    "Rule",
    "Run",
    "RunState",
    "Secret",
    "Severity",
    "Step",
    "StepOptions",
    "StepOutline",
    "StepRun",
    "Usage",
    "Volume",
    "asset_fault",
    "format_bytes",
    "format_duration",
    "format_elapsed",
    "in_notebook_order",
    "next_runs",
    "parse_duration",
    "parse_quantity",
    "schedule_fault",
    "start_fault",
    "timezone_fault",
]

_HOMES = {
    "PRESETS": "schedules",
    "Amount": "profile",
    "Assets": "events",
    "Bundle": "plan",
    "Cell": "document",
    "CellKind": "document",
    "Channel": "events",
    "Definition": "pipeline",
    "Diagnostic": "diagnostics",
    "Document": "document",
    "Edge": "pipeline",
    "EnvReference": "profile",
    "EnvSource": "profile",
    "Failure": "run",
    "FileUse": "pipeline",
    "Gpu": "profile",
    "Interval": "events",
    "Need": "pipeline",
    "Notices": "events",
    "Outline": "pipeline",
    "Parameter": "pipeline",
    "ParameterKind": "pipeline",
    "Pipeline": "pipeline",
    "PipelineOptions": "pipeline",
    "Plan": "plan",
    "PlannedStep": "plan",
    "Prev": "pipeline",
    "Profile": "profile",
    "Quantity": "quantities",
    "Reason": "pipeline",
    "ReasonKind": "pipeline",
    "Role": "pipeline",
    "Rule": "diagnostics",
    "Run": "run",
    "RunState": "run",
    "Secret": "pipeline",
    "Severity": "diagnostics",
    "Step": "pipeline",
    "StepOptions": "pipeline",
    "StepOutline": "pipeline",
    "StepRun": "run",
    "Usage": "usage",
    "Volume": "profile",
    "asset_fault": "events",
    "format_bytes": "usage",
    "format_duration": "quantities",
    "format_elapsed": "run",
    "in_notebook_order": "diagnostics",
    "parse_duration": "quantities",
    "parse_quantity": "quantities",
    "schedule_fault": "schedules",
    "start_fault": "schedules",
    "timezone_fault": "schedules",
    "next_runs": "ticks",
}
"""The module that each name comes from."""


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = found
    return found
