"""What stands in a notebook's options, and how a form changes it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow import analysis, notebook
from nbflow.api.notebooks import Inspected, inspect_pipeline
from nbflow.errors import UsageError
from nbflow.model import schedule_fault, timezone_fault
from nbflow.planning import find_team, next_runs

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["coming_runs", "edit_options", "inspect_edited", "options_of", "profiles_for"]


def options_of(inspected: Inspected) -> dict[str, Any]:
    """What `metadata.nbflow` says, as it is written."""
    return notebook.raw_options(inspected.pipeline.document)


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
    document = notebook.edited(where, patch)
    outline = notebook.outline(document, folder=where.parent)
    return inspect_pipeline(where, analysis.analyse(outline))


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
    current = inspected.settings
    team = find_team(inspected.pipeline.options.team, settings=current)
    allowed = None if team is None else team.profiles
    return tuple(sorted(name for name in current.profiles if allowed is None or name in allowed))
