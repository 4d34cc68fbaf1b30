"""What a bundle says about itself."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import nbflow
from nbflow.bundles.parameters import parameter_schema, wire_default
from nbflow.model import format_duration
from nbflow.notebook import escaped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.model import Edge, PipelineOptions, Plan, PlannedStage, PlannedStep, Stage


def manifest(plan: Plan, *, files: Mapping[str, bytes], source: str) -> dict[str, Any]:
    """The manifest as JSON data: the same for the same code, whatever outputs are stored."""
    pipeline = plan.pipeline
    return {
        "version": 1,
        "nbflow": nbflow.__version__,
        "dag_id": plan.dag_id,
        "source": {"notebook": source, "sha256": _source_digest(plan)},
        "backend": plan.backend,
        "team": pipeline.options.team,
        "owner": plan.owner,
        "tags": list(pipeline.options.tags),
        "description": pipeline.options.description,
        "schedule": {
            "at": pipeline.options.schedule,
            "timezone": pipeline.options.timezone,
            "start": pipeline.options.start,
            "catchup": pipeline.options.catchup,
            "max_active_runs": plan.max_active_runs,
            **events(pipeline.options),
        },
        "parameters": [
            {"name": one.name, "default": wire_default(one), "schema": parameter_schema(one)}
            for one in pipeline.parameters
        ],
        "steps": [_step(step) for step in plan.steps],
        **({"stages": [_stage(one) for one in plan.stages]} if plan.stages else {}),
        "files": {path: hashlib.sha256(content).hexdigest() for path, content in files.items()},
    }


def events(options: PipelineOptions) -> dict[str, Any]:
    """What starts a pipeline beside the clock, what it starts and whom it tells; as far as said."""
    assets, notices = options.assets, options.notices
    after = notices.late_after
    late = after and {"after": format_duration(after), "to": list(notices.late)}
    said = {
        "waits_for": assets.waits_for
        and {"any" if assets.either else "all": list(assets.waits_for)},
        "makes": list(assets.makes),
        "interval": options.interval.names,
        "notify": {
            key: value
            for key, value in {
                "failure": list(notices.failure),
                "success": list(notices.success),
                "late": late,
            }.items()
            if value
        },
    }
    return {key: value for key, value in said.items() if value}


def _step(step: PlannedStep) -> dict[str, Any]:
    return {
        "name": step.name,
        "cells": list(step.step.cells),
        "needs": [_edge(edge) for edge in step.step.edges],
        "profile": step.profile.name,
        "pod": step.pod,
        "retries": step.retries,
        "retry_delay": format_duration(step.retry_delay),
        "timeout": None if step.timeout is None else format_duration(step.timeout),
        "cache": step.cache,
    }


def _stage(one: PlannedStage) -> dict[str, Any]:
    stage, asked = one.stage, one.stage.approval
    return {
        "name": stage.name,
        "notebook": stage.notebook,
        "needs": list(stage.needs),
        "edges": [_stage_edge(stage, name) for name in stage.needs],
        "given": escaped(dict(stage.given)),
        "foreach": stage.foreach and stage.foreach.parameter,
        "items": stage.foreach and escaped(stage.foreach.items),
        "parallel": stage.foreach and stage.foreach.parallel,
        "when": stage.when and stage.when.text,
        "approve": asked and asked.subject,
        "message": asked and asked.message,
        "approvers": list(asked.approvers) if asked else [],
        "timeout": format_duration(asked.timeout) if asked and asked.timeout else None,
    }


def _stage_edge(stage: Stage, needed: str) -> dict[str, Any]:
    """Why a stage comes after another."""
    taken = sorted({one.name for one in stage.references if one.stage == needed})
    because = [("declared", [stage.name])] if needed in stage.after else []
    because += [("variables", taken)] if taken else []
    reasons = [{"kind": kind, "names": names} for kind, names in because]
    return {"step": needed, "because": reasons}


def _edge(edge: Edge) -> dict[str, Any]:
    return {
        "step": edge.step,
        "because": [
            {"kind": str(reason.kind), "names": list(reason.names)} for reason in edge.because
        ],
    }


def _source_digest(plan: Plan) -> str:
    """A digest of what the author wrote: sources and tags, no outputs, no counts."""
    written = [
        [cell.id, cell.kind, cell.source, list(cell.tags)] for cell in plan.pipeline.document.cells
    ]
    return hashlib.sha256(json.dumps(written).encode()).hexdigest()
