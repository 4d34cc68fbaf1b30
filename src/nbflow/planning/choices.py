"""Every choice that a pipeline leaves open, made."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from nbflow import checks
from nbflow.errors import PolicyError, SettingsError
from nbflow.model import (
    Plan,
    PlannedStep,
    StepOptions,
    asset_fault,
    schedule_fault,
    start_fault,
    timezone_fault,
)
from nbflow.planning.addresses import store_address
from nbflow.planning.alternatives import POD_BACKEND, alternatives, image_of, ladder, pod_profile
from nbflow.planning.channels import find_channels
from nbflow.planning.pods import pod
from nbflow.planning.refusals import blamed_cell, told
from nbflow.planning.resources import choose_options, choose_profile, extended_resources
from nbflow.planning.tenancy import check_policy, find_team

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nbflow.model import Diagnostic, Pipeline, PipelineOptions, Profile, Step, StepOptions
    from nbflow.planning.refusals import Refusal
    from nbflow.settings import Settings, Team

# A fixed day: a start that moves would make a new DAG version of an unchanged notebook.
START = "2024-01-01"
# Runs keep apart from each other, so Airflow's own limit is as good as any.
MAX_ACTIVE_RUNS = 16
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,250}")
_LONGEST_TAG = 100


def plan(pipeline: Pipeline, *, settings: Settings) -> Plan:
    """Make every choice that the pipeline leaves open.

    Raises:
        SettingsError: the notebook or the settings ask for something that does not exist.
        PolicyError: the pipeline's team may not use what a step asks for.
    """
    options = pipeline.options
    _check_names(pipeline)
    _refuse_schedule(options)
    team = find_team(options.team, settings=settings)
    continuous = options.schedule == "@continuous"
    return Plan(
        pipeline=pipeline,
        backend=settings.backend,
        steps=tuple(
            _plan_or_explain(step, pipeline, settings=settings, team=team)
            for step in pipeline.steps
        ),
        store=store_address(settings.of_team(options.team)),
        owner=options.owner or settings.defaults.owner,
        start=options.start or START,
        max_active_runs=options.max_active_runs or (1 if continuous else MAX_ACTIVE_RUNS),
        check_in_place=settings.check_in_place
        if options.check_in_place is None
        else options.check_in_place,
        profiles=settings.profiles,
        kubernetes_connection=team.kubernetes_connection if team else None,
        channels=find_channels(options, settings=settings, team=team),
    )


def find_refusals(
    pipeline: Pipeline, *, settings: Settings
) -> Iterator[tuple[str | None, Diagnostic]]:
    """Everything for which `plan` would raise, with the step's name, or None for the whole.

    Where a tag is to blame, the diagnostic names its cell.
    """
    wrong = False
    attempts: tuple[Callable[[], object], ...] = (
        lambda: _check_names(pipeline),
        lambda: _refuse_schedule(pipeline.options),
        lambda: store_address(settings.of_team(pipeline.options.team)),
        lambda: find_channels(
            pipeline.options,
            settings=settings,
            team=find_team(pipeline.options.team, settings=settings),
        ),
    )
    for attempt in attempts:
        try:
            attempt()
        except (PolicyError, SettingsError) as error:
            wrong = True
            file, line = _place(error.message)
            yield None, checks.REFUSED.at(error.message, hint=error.hint, file=file, line=line)
    if wrong:  # what comes of it in each step would be told again and again
        return
    team = find_team(pipeline.options.team, settings=settings)
    for step in pipeline.steps:
        try:
            _plan_step(step, pipeline, settings=settings, team=team)
        except (PolicyError, SettingsError) as error:
            told_error, cell = _explained(error, step, pipeline, settings=settings, team=team)
            yield step.name, checks.REFUSED.at(told_error.message, hint=told_error.hint, cell=cell)


def _place(message: str) -> tuple[str | None, int | None]:
    """The settings file and the line that an error begins with; see `Settings.place`."""
    found = re.match(r"(\S[^\n]*?):([0-9]+): ", message)
    return (found[1], int(found[2])) if found else (None, None)


def _explained(
    error: Refusal, step: Step, pipeline: Pipeline, *, settings: Settings, team: Team | None
) -> tuple[Refusal, str | None]:
    """The error with the names of what is to blame, and the id of the cell where that is a tag."""

    def attempt(changed: Step) -> object:
        return _plan_step(changed, pipeline, settings=settings, team=team)

    blamed = blamed_cell(pipeline, step, error=error, attempt=attempt)
    options = choose_options(step.options, pipeline.options.defaults)
    profile = options.profile or settings.default_profile
    named = told(error, step, profile=profile, blamed=blamed, settings=settings)
    return named, blamed[0].id if blamed else None


def _plan_or_explain(
    step: Step, pipeline: Pipeline, *, settings: Settings, team: Team | None
) -> PlannedStep:
    try:
        return _plan_step(step, pipeline, settings=settings, team=team)
    except (PolicyError, SettingsError) as error:
        raise _explained(error, step, pipeline, settings=settings, team=team)[0] from error


def _plan_step(
    step: Step, pipeline: Pipeline, *, settings: Settings, team: Team | None
) -> PlannedStep:
    defaults = settings.defaults
    options = choose_options(step.options, pipeline.options.defaults)
    profile = choose_profile(options, settings=settings)
    in_pods = settings.backend == POD_BACKEND
    if in_pods:
        profile = pod_profile(profile, settings=settings)
    check_policy(profile, team=team, secrets=options.secrets, in_pods=in_pods)
    return PlannedStep(
        step=step,
        profile=profile,
        pod=pod(
            profile,
            options,
            extended=extended_resources(options),
            team=team,
            always=in_pods,
        ),
        alternatives=alternatives(options, own=profile.name, settings=settings, team=team)
        if in_pods
        else {},
        retries=_retries(options, profile, settings=settings),
        retry_delay=defaults.retry_delay,
        timeout=options.timeout or profile.timeout or defaults.timeout,
        cache=defaults.cache if options.cache is None else options.cache,
    )


def step_images(pipeline: Pipeline, *, settings: Settings) -> dict[str, str | None]:
    """The image that each step runs in, by step; None where nobody names one.

    Raises:
        SettingsError: a step asks for a profile that does not exist, or a limit that cannot be.
    """
    found = {}
    for step in pipeline.steps:
        options = choose_options(step.options, pipeline.options.defaults)
        profile = choose_profile(options, settings=settings)
        found[step.name] = image_of(profile, settings=settings)
    return found


def _retries(options: StepOptions, profile: Profile, *, settings: Settings) -> int:
    """As many as are asked for; where a try may lead to another profile, enough to get there."""
    asked = settings.defaults.retries if options.retries is None else options.retries
    if settings.backend != POD_BACKEND:
        return asked
    return max(asked, ladder(profile.name, settings=settings))


def profile_pod(
    profile: Profile, *, settings: Settings, team: Team | None
) -> dict[str, Any] | None:
    """The pod of a step that chooses a profile and nothing else, as it would be sent.

    None where nothing is asked for and Airflow's own pod is used.

    Raises:
        SettingsError: Kubernetes would refuse it.
        PolicyError: the team may not use it.
    """
    in_pods = settings.backend == POD_BACKEND
    if in_pods:
        profile = pod_profile(profile, settings=settings)
    check_policy(profile, team=team, in_pods=in_pods)
    return pod(
        profile,
        StepOptions(),
        extended={},
        team=team,
        always=in_pods,
    )


def _check_names(pipeline: Pipeline) -> None:
    """Refuse what Airflow would refuse; names become folders too, so none may lead outside."""
    for sort, name in [("DAG", pipeline.name), *(("task", step.name) for step in pipeline.steps)]:
        if not _NAME.fullmatch(name) or not name.strip("."):
            raise SettingsError(
                f"{name!r} cannot be the name of a {sort}",
                hint="Airflow takes at most 250 ASCII letters, digits, -, _ and .",
            )
    for tag in pipeline.options.tags:
        if len(tag) > _LONGEST_TAG:
            raise SettingsError(
                f"the tag {tag[:20]}… is too long", hint=f"Airflow takes {_LONGEST_TAG} characters"
            )


def _refuse_schedule(options: PipelineOptions) -> None:
    """Refuse what would only break when Airflow reads the DAG."""
    faults = [
        schedule_fault(options.schedule) if options.schedule is not None else None,
        timezone_fault(options.timezone),
        start_fault(options.start) if options.start is not None else None,
    ]
    faults += [asset_fault(uri) for uri in (*options.assets.makes, *options.assets.waits_for)]
    for fault in filter(None, faults):
        raise SettingsError(f"the pipeline cannot be scheduled: {fault}")
    runs = options.max_active_runs
    if runs is not None and (runs < 1 or (runs > 1 and options.schedule == "@continuous")):
        raise SettingsError(
            f"max_active_runs is {runs}",
            hint="write 1 with the schedule @continuous, and 1 or more with others",
        )
