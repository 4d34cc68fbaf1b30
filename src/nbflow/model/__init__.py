"""The words of nbflow: frozen dataclasses and their laws. No I/O."""

from nbflow.model.diagnostics import Diagnostic, Rule, Severity, in_notebook_order
from nbflow.model.document import Cell, CellKind, Document
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
from nbflow.model.run import Failure, Run, RunState, StepRun
from nbflow.model.schedules import PRESETS, schedule_fault, start_fault, timezone_fault
from nbflow.model.usage import Usage, format_bytes

__all__ = [
    "PRESETS",
    "Amount",
    "Bundle",
    "Cell",
    "CellKind",
    "Definition",
    "Diagnostic",
    "Document",
    "Edge",
    "EnvReference",
    "EnvSource",
    "Failure",
    "FileUse",
    "Gpu",
    "Need",
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
    "format_bytes",
    "format_duration",
    "in_notebook_order",
    "parse_duration",
    "parse_quantity",
    "schedule_fault",
    "start_fault",
    "timezone_fault",
]
