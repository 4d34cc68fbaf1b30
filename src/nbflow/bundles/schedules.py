"""When a DAG runs, as its file says it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from nbflow.bundles.layout import Call

if TYPE_CHECKING:
    from nbflow.model import Plan


def schedule_arguments(plan: Plan) -> dict[str, Any]:
    """The arguments of the DAG that say when it runs."""
    arguments: dict[str, Any] = {"schedule": _schedule(plan)}
    if has_start(plan):
        arguments["start_date"] = _start(plan)
        arguments["catchup"] = plan.pipeline.options.catchup
    return arguments


def _schedule(plan: Plan) -> Any:
    options = plan.pipeline.options
    if not starts_with_next_tick(plan):
        return options.schedule
    return Call("CronTriggerTimetable", (options.schedule,), {"timezone": options.timezone})


def starts_with_next_tick(plan: Plan) -> bool:
    """Whether the schedule counts from now on.

    With a start in the past Airflow would run the latest missed tick as soon as the DAG is there.
    """
    options = plan.pipeline.options
    is_cron = options.schedule not in {None, "@once", "@continuous"}
    return is_cron and options.start is None and not options.catchup


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
