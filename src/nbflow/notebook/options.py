"""Reads notebook-wide choices from `metadata.nbflow`, and from Kale's metadata beneath it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from nbflow.model import (
    Diagnostic,
    Fix,
    Interval,
    PipelineOptions,
    StepOptions,
    as_identifier,
    schedule_fault,
    start_fault,
    timezone_fault,
)
from nbflow.notebook import rules
from nbflow.notebook.choices import Choice, choices_of_options, unite
from nbflow.notebook.events import read_assets, read_notices
from nbflow.notebook.kale import KaleSettings, read_kale
from nbflow.notebook.names import LONGEST_NAME, dag_id, is_dag_id
from nbflow.notebook.schema import options_schema, violations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.model import Document, Rule

_DEFAULTS = ("profile", "image", "retries", "timeout", "cache")


@dataclass(frozen=True)
class StepSettings:
    """What `metadata.nbflow.steps` says of one step."""

    choices: tuple[Choice, ...] = ()
    prevs: tuple[str, ...] = ()


@dataclass(frozen=True)
class NotebookOptions:
    """Everything that a notebook's metadata says.

    Attributes:
        name: of the pipeline.
        options: of the pipeline.
        parameters: what `metadata.nbflow.parameters` says, by parameter.
        steps: what `metadata.nbflow.steps` says, by step.
        diagnostics: what is wrong with it.
    """

    name: str
    options: PipelineOptions
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    steps: Mapping[str, StepSettings] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()


def read_options(document: Document) -> NotebookOptions:
    """Read a notebook's metadata; what is wrong is left out and becomes a diagnostic."""
    found: list[Diagnostic] = []
    kale = read_kale(document.metadata.get("kubeflow_notebook"))
    found.extend(kale.diagnostics)
    valid = _validated(document.metadata.get("nbflow"), found)
    name = _name(document, valid, kale, found)
    options = PipelineOptions(
        description=valid.get("description") or kale.description or _first_text(document),
        catchup=bool(valid.get("catchup", False)),
        max_active_runs=valid.get("max_active_runs"),
        check_in_place=valid.get("checks", {}).get("in_place"),
        owner=valid.get("owner"),
        tags=tuple(dict.fromkeys((*valid.get("tags", ()), *kale.tags))),
        team=valid.get("team"),
        defaults=_defaults(valid, kale, found),
        files=tuple(valid.get("files", ())),
        assets=read_assets(valid, found),
        interval=Interval(**valid.get("interval", {})),
        notices=read_notices(valid.get("notify", {}), found),
    )
    return NotebookOptions(
        name=name,
        options=_scheduled(options, valid, found),
        parameters=dict(valid.get("parameters", {})),
        steps=_steps(valid.get("steps", {}), found),
        diagnostics=tuple(found),
    )


def _validated(metadata: Any, found: list[Diagnostic]) -> dict[str, Any]:
    """The metadata without the top-level keys, parameters and steps that break the schema."""
    if metadata is None:
        return {}
    if isinstance(metadata, dict) and "orders" in metadata:
        message = "this is the notebook of one step, which nbflow made"
        original = "Use the notebook that it was made of."
        found.append(rules.BAD_OPTIONS.at(message, hint=original))
        return {}
    schema = options_schema()
    broken: set[str] = set()
    for path, message, hint in violations(metadata, schema):
        where = f"metadata.nbflow.{path}" if path else "metadata.nbflow"
        found.append(rules.BAD_OPTIONS.at(f"{where} {message}", hint=hint))
        broken.add(path.split(".", 1)[0].split("[", 1)[0])
    if not isinstance(metadata, dict):
        return {}
    known = schema["properties"]
    valid = {key: value for key, value in metadata.items() if key in known and key not in broken}
    for key in broken & {"parameters", "steps"}:
        inner, one = metadata[key], known[key]["additionalProperties"]
        if isinstance(inner, dict):
            valid[key] = {k: v for k, v in inner.items() if not any(violations(v, one))}
    return valid


def _name(
    document: Document, valid: Mapping[str, Any], kale: KaleSettings, found: list[Diagnostic]
) -> str:
    declared: tuple[tuple[str, str | None], ...] = (
        ("metadata.nbflow.name", valid.get("name")),
        ("metadata.kubeflow_notebook.pipeline_name", kale.name),
    )
    for key, name in declared:
        if name is None:
            continue
        if not is_dag_id(name):
            suggested = dag_id(name)
            shown = name if len(name) <= 60 else f"{name[:57]}..."
            ours = name == valid.get("name")
            fix = Fix(f"write `{suggested}`", options={"name": suggested})
            found.append(
                rules.BAD_NAME.at(
                    f"{key} {shown!r} cannot be the id of a DAG",
                    hint=f"Write {suggested!r}: letters, digits, `_`, `-` and `.`, "
                    f"at most {LONGEST_NAME} of them.",
                    fixes=[fix] if ours else (),
                )
            )
            return suggested
        return name
    return dag_id(document.name)


def _first_text(document: Document) -> str | None:
    texts = (cell.source.strip() for cell in document.cells if cell.kind == "markdown")
    return next((text for text in texts if text), None)


def _defaults(valid: Mapping[str, Any], kale: KaleSettings, found: list[Diagnostic]) -> StepOptions:
    """Ours before Kale's, with a word where Kale's are overruled."""
    ours, wrong = choices_of_options({key: valid[key] for key in _DEFAULTS if key in valid})
    found.extend(rules.BAD_OPTIONS.at(message, hint=hint) for message, hint in wrong)
    options, conflicts = unite((*ours, *kale.choices))
    for one, other in conflicts:
        found.append(
            rules.KALE_DROPPED.at(
                f"{other.text} says otherwise than {one.text}, which counts",
                hint=f"Remove {other.option!r} from Kale's metadata.",
            )
        )
    return options


def _scheduled(
    options: PipelineOptions, valid: Mapping[str, Any], found: list[Diagnostic]
) -> PipelineOptions:
    faults = {"schedule": schedule_fault, "timezone": timezone_fault, "start": start_fault}
    good: dict[str, str] = {}
    for key, fault_of in faults.items():
        value = valid.get(key)
        if value is None or (key == "schedule" and not value.strip()):
            continue
        fault = fault_of(value)
        if fault is None:
            good[key] = value.strip()
        else:
            found.append(_schedule_finding(f"metadata.nbflow.{key}: {fault}", key))
    if good.get("schedule") == "@continuous" and options.max_active_runs != 1:
        found.append(
            rules.BAD_SCHEDULE.at(
                "metadata.nbflow.schedule: '@continuous' allows one active run only",
                hint="Set `max_active_runs` to 1.",
            )
        )
    if options.catchup and "start" not in good:
        found.append(
            rules.BAD_SCHEDULE.at(
                "metadata.nbflow.catchup: nothing says from when on missed intervals count",
                hint="Set `start` to a date such as `2026-01-31`.",
            )
        )
    return replace(
        options,
        schedule=good.get("schedule"),
        timezone=good.get("timezone", "UTC"),
        start=good.get("start"),
    )


def _schedule_finding(message: str, key: str) -> Diagnostic:
    hints = {
        "schedule": "Write five fields (`0 6 * * mon-fri`) or a preset such as `@daily`.",
        "timezone": "Write an IANA name such as `Europe/Berlin`.",
        "start": "Write a date such as `2026-01-31` or `2026-01-31T06:00:00`.",
    }
    return rules.BAD_SCHEDULE.at(message, hint=hints[key])


def _steps(
    metadata: Mapping[str, Mapping[str, Any]], found: list[Diagnostic]
) -> dict[str, StepSettings]:
    steps: dict[str, StepSettings] = {}
    for written, options in metadata.items():
        choices, wrong = choices_of_options(options, where=("steps", written))
        found.extend(rules.BAD_OPTIONS.at(message, hint=hint) for message, hint in wrong)
        prevs = tuple(as_identifier(name) for name in options.get("prev", ()))
        name = as_identifier(written)
        known: Rule | None = rules.OPTIONS_CONFLICT if name in steps else None
        if known is not None:
            found.append(known.at(f"metadata.nbflow.steps names step {name!r} twice"))
        steps[name] = StepSettings(tuple(choices), prevs)
    return steps
