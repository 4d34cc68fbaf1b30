"""Reads what a notebook's metadata says of assets, of data intervals and of who is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow.model import (
    Assets,
    Diagnostic,
    Notices,
    ParameterKind,
    asset_fault,
    parse_duration,
)
from nbflow.notebook import rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import timedelta

    from nbflow.model import Parameter, PipelineOptions

_OUR = "metadata.nbflow."
_WITHOUT_TICKS = {"@once", "@continuous"}
_TEXT = {ParameterKind.STR, ParameterKind.NONE, ParameterKind.ANY}


def read_assets(valid: Mapping[str, Any], found: list[Diagnostic]) -> Assets:
    """The assets that a pipeline makes and waits for; what is wrong is left out."""
    said = valid.get("waits_for", ())
    mode, waits_for = "all", said
    if isinstance(said, dict):
        if len(said) != 1:
            found.append(
                rules.BAD_OPTIONS.at(
                    f"{_OUR}waits_for says {' and '.join(sorted(said)) or 'nothing'}",
                    hint='Write {"all": [...]} or {"any": [...]}.',
                )
            )
            waits_for = ()
        else:
            ((mode, waits_for),) = said.items()
    made = _good(valid.get("makes", ()), "makes", found)
    awaited = _good(waits_for, "waits_for", found)
    found.extend(
        rules.BAD_OPTIONS.at(
            f"{_OUR}waits_for and {_OUR}makes both name {uri!r}: "
            "each run would start the next one, without end",
            hint="Remove it from one of them.",
        )
        for uri in sorted(set(made) & set(awaited))
    )
    return Assets(made, awaited, either=mode == "any")


def _good(uris: Iterable[str], key: str, found: list[Diagnostic]) -> tuple[str, ...]:
    good = []
    for uri in uris:
        fault = asset_fault(uri)
        if fault is None:
            good.append(uri)
        else:
            found.append(
                rules.BAD_OPTIONS.at(
                    f"{_OUR}{key}: {fault}",
                    hint="Write the URI that others name it by, such as `s3://lake/orders`.",
                )
            )
    return tuple(good)


def read_notices(said: Mapping[str, Any], found: list[Diagnostic]) -> Notices:
    """Whom a pipeline tells of its runs; what is wrong is left out."""
    late = said.get("late", {})
    after: timedelta | None = None
    if late:
        try:
            after = parse_duration(late["after"])
            fault = None if after else "a run is not late at once"
        except (ValueError, ArithmeticError) as error:
            fault = str(error)
        if fault:
            found.append(
                rules.BAD_OPTIONS.at(
                    f"{_OUR}notify.late.after: {fault}", hint="Write 90s, 30m, 2h or 1d."
                )
            )
            late = {}
    return Notices(
        failure=tuple(said.get("failure", ())),
        success=tuple(said.get("success", ())),
        late=tuple(late.get("to", ())),
        late_after=after if late else None,
    )


def event_faults(options: PipelineOptions, parameters: Iterable[Parameter]) -> Iterator[Diagnostic]:
    """What does not go together with the rest of the notebook."""
    schedule = options.schedule
    if options.assets.waits_for and schedule in _WITHOUT_TICKS:
        yield rules.BAD_SCHEDULE.at(
            f"{_OUR}schedule: {schedule!r} cannot stand beside `waits_for`",
            hint="Remove `schedule`, or write a cron expression: a run then starts at each of its "
            "times, and when the assets were updated.",
        )
    known = {one.name: one for one in parameters}
    for name, end in options.interval.names.items():
        yield from _interval_faults(name, end, known)
    if options.interval.names and (schedule is None or schedule in _WITHOUT_TICKS):
        yield rules.BAD_OPTIONS.at(
            f"{_OUR}interval: nothing gives a run its data interval",
            hint="Set `schedule` to a cron expression such as `@daily`.",
        )
    if options.interval.start is not None and options.interval.start == options.interval.end:
        yield rules.BAD_OPTIONS.at(
            f"{_OUR}interval names the parameter {options.interval.start!r} twice",
            hint="Name two parameters, or one end only.",
        )


def _interval_faults(name: str, end: str, known: Mapping[str, Parameter]) -> Iterator[Diagnostic]:
    parameter = known.get(name)
    if parameter is None:
        yield rules.BAD_OPTIONS.at(
            f"{_OUR}interval.{end}: there is no parameter {name!r}",
            hint=f"Assign it in the parameters cell, such as `{name} = '2026-01-31'`; "
            f"parameters: {', '.join(known) or 'none'}.",
        )
    elif parameter.kind not in _TEXT:
        yield rules.BAD_OPTIONS.at(
            f"{_OUR}interval.{end}: the parameter {name!r} is of type {parameter.kind}, "
            "and the data interval comes as ISO text",
            hint=f"Let its default be text, such as `{name} = '2026-01-31'`, or None.",
            cell=parameter.cell,
        )
