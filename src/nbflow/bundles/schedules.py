"""When a DAG runs, as its file says it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from nbflow.bundles.layout import Call

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbflow.model import Plan

_WITHOUT_CRON = {None, "@once", "@continuous"}


def schedule_arguments(plan: Plan) -> dict[str, Any]:
    """The arguments of the DAG that say when it runs."""
    arguments: dict[str, Any] = {"schedule": _schedule(plan)}
    if has_start(plan):
        arguments["start_date"] = _start(plan)
        arguments["catchup"] = plan.pipeline.options.catchup
    return arguments


def schedule_names(plan: Plan) -> set[str]:
    """What the schedule takes from `airflow.sdk`."""
    options = plan.pipeline.options
    names = {"Asset"} if options.assets.makes or options.assets.waits_for else set()
    names |= {"AssetAny"} if options.assets.either else set()
    names |= {"AssetOrTimeSchedule"} if options.assets.waits_for and options.schedule else set()
    timetable = _timetable(plan)
    return names if timetable is None else names | {timetable}


def assets(uris: Iterable[str]) -> list[Any]:
    """Airflow's assets of these URIs."""
    return [Call("Asset", (uri,)) for uri in uris]


def _schedule(plan: Plan) -> Any:
    options = plan.pipeline.options
    timetable, clock = _timetable(plan), options.schedule
    arguments: dict[str, Any] = {"timezone": options.timezone}
    if starts_with_next_tick(plan):
        # Airflow takes False for its default: to run the last tick where that was a tenth of the
        # time between two of them ago, or five minutes.
        arguments["run_immediately"] = timedelta(0)
    times = clock if timetable is None else Call(timetable, (clock,), arguments)
    awaited: Any = assets(options.assets.waits_for)
    if not awaited:
        return times
    if options.assets.either:
        awaited = Call("AssetAny", awaited)
    if clock is None:
        return awaited
    return Call("AssetOrTimeSchedule", (), {"timetable": times, "assets": awaited})


def _timetable(plan: Plan) -> str | None:
    """The class of the clock; None where Airflow makes one of the schedule's text."""
    options = plan.pipeline.options
    if options.schedule in _WITHOUT_CRON:
        return None
    if options.interval.names:
        return "CronDataIntervalTimetable"
    if starts_with_next_tick(plan) or options.assets.waits_for:
        return "CronTriggerTimetable"
    return None


def starts_with_next_tick(plan: Plan) -> bool:
    """Whether the schedule counts from now on.

    With a start in the past Airflow would run the latest missed tick as soon as the DAG is there,
    which only a pipeline over data intervals wants: it is the last interval that is complete.
    """
    options = plan.pipeline.options
    is_cron = options.schedule not in _WITHOUT_CRON
    counts = options.start is None and not options.catchup and not options.interval.names
    return is_cron and counts


def has_start(plan: Plan) -> bool:
    """Whether the DAG has a start date."""
    options = plan.pipeline.options
    return options.start is not None or (
        options.schedule is not None and not starts_with_next_tick(plan)
    )


def _start(plan: Plan) -> Call:
    start = datetime.fromisoformat(plan.start)
    parts = [start.year, start.month, start.day]
    clock = [start.hour, start.minute, start.second]
    while clock and not clock[-1]:
        clock.pop()
    zone = plan.pipeline.options.timezone
    return Call("pendulum.datetime", [*parts, *clock], {"tz": zone})
