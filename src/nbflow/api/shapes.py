"""How results look as JSON, and values that come as JSON files."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.api.givens import secret_names
from nbflow.errors import UsageError
from nbflow.model import Parameter, Run

if TYPE_CHECKING:
    from nbflow.api.preflights import Preflight
    from nbflow.api.publications import PublishedDag
    from nbflow.api.publishing import Published


def run_as_json(run: Run) -> dict[str, Any]:
    """A run for programs; times are ISO 8601, `secret` names what must not be shown of it."""
    described = asdict(run)
    described["state"] = str(run.state)
    described["secret"] = list(secret_names(run.parameters))
    for step, of_step in zip(run.steps, described["steps"], strict=True):
        of_step["state"] = str(step.state)
        of_step["started"] = step.started.isoformat() if step.started else None
        of_step["ended"] = step.ended.isoformat() if step.ended else None
    for name in ("started", "resumed", "ended", "expected_end"):
        moment = getattr(run, name)
        described[name] = None if moment is None else moment.isoformat()
    return described


def parameter_as_json(parameter: Parameter) -> dict[str, Any]:
    """A parameter for programs."""
    return {
        "name": parameter.name,
        "type": str(parameter.kind),
        "nullable": parameter.nullable,
        "default": parameter.default,
        "computed": parameter.source if parameter.computed else None,
        "help": parameter.help,
    }


def published_as_json(
    published: Published, *, preflight: Preflight | None = None
) -> dict[str, Any]:
    """What `nbflow publish --json` prints of one notebook.

    Args:
        published: what was published.
        preflight: what a cluster said before; None where none was asked.
    """
    return {**published.as_json(), "preflight": preflight and preflight.as_json()}


def publication_as_json(one: PublishedDag) -> dict[str, Any]:
    """A DAG in a target, with the versions of it that are kept, as `nbflow published --json`."""
    listing = one.listing
    return {
        "dag_id": listing.dag_id,
        "digest": listing.digest,
        "notebook": listing.notebook,
        "target": one.address,
        "dag": one.location,
        "versions": [
            {
                "digest": version.digest,
                "by": version.by,
                "moment": version.moment and version.moment.isoformat(),
                "action": version.action,
                "kept": listing.state_of(version) != "removed",
            }
            for version in listing.versions
        ],
    }


def read_values(path: Path | None) -> dict[str, Any]:
    """Parameter values by name from a JSON file; none without a file.

    Raises:
        UsageError: the file is missing or holds no JSON object.
    """
    if path is None:
        return {}
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read as JSON ({error})") from error
    if not isinstance(values, dict):
        raise UsageError(f"{path}: holds no JSON object", hint='Write {"lr": 0.1}.')
    return values
