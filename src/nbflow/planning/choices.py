"""Every choice that a pipeline leaves open, made."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from nbflow.errors import PolicyError, SettingsError
from nbflow.model import Plan, PlannedStep
from nbflow.planning.addresses import store_address
from nbflow.planning.pods import pod
from nbflow.planning.resources import choose_options, choose_profile, extended_resources
from nbflow.planning.tenancy import check_policy, find_team

if TYPE_CHECKING:
    from nbflow.model import Pipeline, Step
    from nbflow.settings import Settings, Team

# A fixed day: a start that moves would make a new DAG version of an unchanged notebook.
START = "2024-01-01"
# Runs keep apart from each other, so Airflow's own limit is as good as any.
MAX_ACTIVE_RUNS = 16
# https://airflow.apache.org/docs/apache-airflow/stable/authoring-and-scheduling/cron.html
PRESETS = (
    "@once",
    "@continuous",
    "@hourly",
    "@daily",
    "@weekly",
    "@monthly",
    "@quarterly",
    "@yearly",
)
_CRON = re.compile(r"[^\s{}]+(?:[ \t]+[^\s{}]+){4,5}")


def plan(pipeline: Pipeline, *, settings: Settings) -> Plan:
    """Make every choice that the pipeline leaves open.

    Raises:
        SettingsError: the notebook or the settings ask for something that does not exist.
        PolicyError: the pipeline's team may not use what a step asks for.
    """
    options = pipeline.options
    _check_schedule(pipeline)
    team = find_team(options.team, settings=settings)
    continuous = options.schedule == "@continuous"
    return Plan(
        pipeline=pipeline,
        backend=settings.backend,
        steps=tuple(
            _plan_step(step, pipeline, settings=settings, team=team) for step in pipeline.steps
        ),
        store=store_address(settings),
        owner=options.owner or settings.defaults.owner,
        start=options.start or START,
        max_active_runs=options.max_active_runs or (1 if continuous else MAX_ACTIVE_RUNS),
    )


def _plan_step(
    step: Step, pipeline: Pipeline, *, settings: Settings, team: Team | None
) -> PlannedStep:
    defaults = settings.defaults
    options = choose_options(step.options, pipeline.options.defaults)
    profile = choose_profile(step.name, options, settings=settings)
    try:
        check_policy(profile, team=team)
    except PolicyError as error:
        raise PolicyError(f"step {step.name}: {error.message}", hint=error.hint) from None
    return PlannedStep(
        step=step,
        profile=profile,
        pod=pod(step.name, profile, options, extended=extended_resources(options), team=team),
        retries=defaults.retries if options.retries is None else options.retries,
        retry_delay=defaults.retry_delay,
        timeout=defaults.timeout if options.timeout is None else options.timeout,
        cache=defaults.cache if options.cache is None else options.cache,
    )


def _check_schedule(pipeline: Pipeline) -> None:
    """Refuse what would only break when Airflow reads the DAG."""
    options = pipeline.options
    schedule = options.schedule
    if schedule is not None and schedule not in PRESETS and not _CRON.fullmatch(schedule):
        raise SettingsError(
            f"schedule {schedule!r} is not a cron expression",
            hint=f"write five fields such as '0 6 * * 1-5', or one of {', '.join(PRESETS)}",
        )
    try:
        ZoneInfo(options.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SettingsError(
            f"there is no time zone {options.timezone!r}",
            hint="write a name such as Europe/Berlin or UTC",
        ) from error
    if options.start is not None:
        _check_start(options.start)
    if options.max_active_runs is not None and options.max_active_runs < 1:
        raise SettingsError(f"max_active_runs is {options.max_active_runs}", hint="write 1 or more")


def _check_start(start: str) -> None:
    try:
        date.fromisoformat(start)
    except ValueError:
        try:
            datetime.fromisoformat(start)
        except ValueError as error:
            raise SettingsError(
                f"start {start!r} is not an ISO date", hint="write a date such as 2026-01-31"
            ) from error
