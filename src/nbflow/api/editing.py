"""What stands in a notebook's options, and how a form changes it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow import bundles, notebook
from nbflow.api.notebooks import Inspected, inspect_document
from nbflow.api.shapes import parameter_as_json
from nbflow.errors import UsageError
from nbflow.model import ParameterKind, schedule_fault, timezone_fault
from nbflow.planning import find_team, next_runs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nbflow.model import Parameter
    from nbflow.settings import Settings

__all__ = [
    "allowed_profiles",
    "coming_runs",
    "edit_options",
    "inspect_content",
    "inspect_edited",
    "new_options",
    "options_of",
    "parameters_as_json",
    "parameters_candidate",
    "profiles_for",
    "vocabulary",
]


def options_of(inspected: Inspected) -> dict[str, Any]:
    """What `metadata.nbflow` says, as it is written."""
    return notebook.raw_options(inspected.pipeline.document)


def parameters_candidate(inspected: Inspected) -> str | None:
    """The id of the cell that could be the parameters cell, where no cell is; None of none."""
    return notebook.parameters_candidate(inspected.pipeline.document)


def edit_options(path: str | Path, patch: Mapping[str, Any], *, seen: Mapping[str, Any]) -> bool:
    """Change a notebook's options in its file; cells, outputs and layout stay as they are.

    Args:
        path: the notebook.
        patch: keys of `metadata.nbflow` with their new values: None removes a key, objects are
            merged.
        seen: the options as whoever decides on the change saw them, see `options_of`.

    Returns:
        False where the file says all that already.

    Raises:
        NotebookError: it cannot be read or written, or its options are no longer those `seen`.
        UsageError: the options would break their schema.
    """
    return notebook.edit_options(Path(path), patch, seen=seen)


def inspect_edited(path: str | Path, patch: Mapping[str, Any]) -> Inspected:
    """As `inspect`, of the notebook as it would be with other options; nothing is written.

    Raises:
        NotebookError: the file cannot be read as a notebook.
        SettingsError: the settings cannot be understood.
    """
    where = Path(path)
    return inspect_document(notebook.edited(notebook.read(where), patch), path=where)


def inspect_content(
    content: Mapping[str, Any], *, path: str | Path, patch: Mapping[str, Any] | None = None
) -> Inspected:
    """As `inspect`, of a notebook that need not be saved; nothing is written.

    Args:
        content: the notebook, as its file would say it.
        path: where it lies, or would lie: settings and files beside it are looked for there.
        patch: a change of its options, as `edit_options` takes it.

    Raises:
        NotebookError: the content is no notebook.
        SettingsError: the settings cannot be understood.
    """
    where = Path(path)
    document = notebook.parse(json.dumps(content), name=where.stem)
    return inspect_document(notebook.edited(document, patch or {}), path=where)


def new_options(content: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """What the options of a notebook would be after a change; nothing is written.

    Args:
        content: the notebook, as its file would say it.
        patch: the change, as `edit_options` takes it.

    Raises:
        NotebookError: the content is no notebook.
        UsageError: the options would break their schema.
    """
    return notebook.new_options(notebook.parse(json.dumps(content), name="notebook"), patch)


def parameters_as_json(parameters: Iterable[Parameter]) -> list[dict[str, Any]]:
    """Parameters for programs, each with the JSON schema of its values that Airflow's form has."""
    return [
        {
            **parameter_as_json(one),
            "schema": bundles.parameter_schema(one),
            "secret": one.kind is ParameterKind.STR
            and notebook.asks_for_secret(one.name, one.default),
        }
        for one in parameters
    ]


def vocabulary() -> dict[str, Any]:
    """What an author may write: the tags, and the JSON schema of `metadata.nbflow`.

    The expressions that tags' arguments match are as JavaScript reads them.
    """
    return {
        "tags": [
            {
                "name": tag.name,
                "form": tag.form,
                "example": tag.example,
                "meaning": tag.meaning,
                "argument": tag.argument.replace("(?P<", "(?<"),
                "expects": tag.expects,
                "about": tag.scope.name.lower(),
                "repeatable": tag.repeatable,
                "same_as": tag.same_as,
            }
            for tag in notebook.GRAMMAR
        ],
        "options": notebook.options_schema(),
    }


def coming_runs(
    schedule: str, *, timezone: str = "UTC", after: datetime | None = None, count: int = 5
) -> tuple[datetime, ...]:
    """The next times of a schedule, in its time zone; none for one without times of its own.

    Args:
        schedule: a cron expression of five fields, or one of Airflow's presets.
        timezone: its IANA name.
        after: an aware datetime; now where None.
        count: how many.

    Raises:
        UsageError: the schedule or the time zone is none; the message says what is wrong.
    """
    for fault in (schedule_fault(schedule), timezone_fault(timezone)):
        if fault is not None:
            raise UsageError(fault)
    moment = after or datetime.now(UTC)
    return next_runs(schedule.strip(), timezone=timezone, after=moment, count=count)


def profiles_for(inspected: Inspected) -> tuple[str, ...]:
    """The names of the profiles that a notebook's steps may use: those of its team, or all.

    Raises:
        SettingsError: there is no such team.
    """
    return allowed_profiles(inspected.settings, team=inspected.pipeline.options.team)


def allowed_profiles(current: Settings, *, team: str | None = None) -> tuple[str, ...]:
    """The names of the profiles that a team may use; all where None.

    Raises:
        SettingsError: there is no such team.
    """
    found = find_team(team, settings=current)
    allowed = None if found is None else found.profiles
    return tuple(sorted(name for name in current.profiles if allowed is None or name in allowed))
