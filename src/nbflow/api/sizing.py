"""What the steps of earlier runs used, beside what they were given; and what would do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from nbflow import host, notebook, settings
from nbflow.api.airflows import load_settings
from nbflow.api.fitting import Demand, set_aside, smallest, usable_profiles
from nbflow.api.measurements import NO_TEAM, Measured, Place, dags, measured, places, tags_of, teams
from nbflow.api.notebooks import inspect
from nbflow.errors import MissingExtraError, StoreError
from nbflow.model import Profile, Usage, did_you_mean, parse_quantity

__all__ = ["Sizing", "suggest"]

_TELLING = 10.0
"""Seconds that an attempt must have lasted to tell how many cores a step needs."""


@dataclass(frozen=True)
class Sizing:
    """What one step used in its last runs, and the profile that it should have.

    Attributes:
        dag_id, step: which.
        attempts: how many were measured; 0 for a step that never was.
        profile: name of the one that the newest run's bundle says; None where that is gone.
        ended_on: the larger or other profile on which its newest try was, as the memory that it
            was given tells; None where that was its own, or is not known.
        memory: bytes that the newest try's profile sets aside, None where it does not say.
        cpu: cores, likewise.
        peak_memory: bytes, the peak of all peaks.
        cores: that were busy on average; None where nobody measured.
        memory_unused, cpu_unused: share (0 to 1) of what is set aside that was left unused.
        gpu_memory, gpu: of accelerators: bytes at the peak, and mean share of the time that they
            worked.
        ran_out: an attempt failed for want of memory.
        limited_by: tags `limit:memory:…` of a step that ran out, whatever its profile has.
        suggestion: the smallest profile that would do; None where none would.
        cost: of a run with its profile, in the profiles' currency; None where it has no price.
        cost_then: of a run with the suggestion, if it takes as long.
    """

    dag_id: str
    step: str
    attempts: int
    profile: str | None
    ended_on: str | None
    memory: int | None
    cpu: float | None
    peak_memory: int
    cores: float | None
    memory_unused: float | None
    cpu_unused: float | None
    gpu_memory: int | None
    gpu: float | None
    ran_out: bool
    limited_by: tuple[str, ...]
    suggestion: str | None
    cost: float | None
    cost_then: float | None

    def as_json(self) -> dict[str, Any]:
        """As programs read it."""
        return asdict(self)


@dataclass(frozen=True)
class _Given:
    """What a step asked for: its profile's name, bytes and cores set aside, bytes at most."""

    profile: str | None = None
    memory: Decimal | None = None
    cpu: Decimal | None = None
    limit: Decimal | None = None


@dataclass
class _Seen:
    """The measured attempts of one step, newest first, in so many runs."""

    given: _Given
    usages: list[Usage] = field(default_factory=list)
    runs: int = 0
    exhausted: list[int] = field(default_factory=list)
    tags: tuple[str, ...] = ()


def suggest(
    reference: str | None = None,
    *,
    last: int = 10,
    project: Path | None = None,
    tell: Callable[[str], None] | None = None,
) -> tuple[Sizing, ...]:
    """For each step of a pipeline, what it used and the smallest profile that would do.

    Runs are read where they are kept; no Airflow is asked.

    Args:
        reference: a DAG's id, or a notebook's path; all DAGs with runs where None.
        last: how many runs to look at, the newest ones; of each DAG.
        project: folder from which nbflow.yaml is looked for upward, where no notebook is named.
        tell: is told where only runs of this machine were read.

    Raises:
        StoreError: there is no run that says what it used, or the store cannot be reached.
        MissingExtraError: what speaks to the store is not installed.
        NotebookError, SettingsError: the notebook or the settings cannot be read.
    """
    dag_id, team, current = reference, None, None
    if reference is not None and (
        reference.endswith(".ipynb") or notebook.is_composition(reference)
    ):
        inspected = inspect(reference)
        dag_id, current = inspected.pipeline.name, inspected.settings
        team = inspected.pipeline.options.team or NO_TEAM
    current = current or load_settings(project or Path())
    known = places(current)
    try:
        return _suggest(dag_id, team, last=last, current=current, of=known)
    except (StoreError, MissingExtraError) as error:
        nearby = tuple(place for place in known if not place.is_remote)
        if nearby == known or isinstance(error, _NothingError):
            raise
        try:
            found = _suggest(dag_id, team, last=last, current=current, of=nearby)
        except _NothingError:
            raise error from None
        if tell is not None:
            tell(f"only the runs of this machine were looked at: {error.message}")
        return found


class _NothingError(StoreError):
    """No run says what it used."""


def _suggest(
    dag_id: str | None,
    team: str | None,
    *,
    last: int,
    current: settings.Settings,
    of: Sequence[Place],
) -> tuple[Sizing, ...]:
    if dag_id is None:
        pairs = sorted({pair for place in of for pair in dags(place, current=current)})
    else:
        pairs = [(one, dag_id) for one in ([team] if team else teams(current))]
    found: list[Sizing] = []
    silent = 0
    for folder, name in pairs:
        runs, there = measured(folder, name, of=of, current=current, last=last)
        found += _of_pipeline(folder, name, runs, current=current)
        silent += 0 if runs else there
    if not found:
        raise _nothing(dag_id, of, silent=silent, current=current)
    return tuple(found)


def _nothing(
    dag_id: str | None, of: Sequence[Place], *, silent: int, current: settings.Settings
) -> StoreError:
    where = " and ".join(place.address for place in of)
    whose = "" if dag_id is None else f" of {dag_id}"
    if silent:
        return _NothingError(
            f"of the {silent} run{'' if silent == 1 else 's'}{whose} in {where} none says what its "
            "steps used",
            hint="What runs a step with this version of nbflow measures it; an older run does not "
            "say, nor one whose kernel was killed.",
        )
    names = sorted({name for place in of for _, name in dags(place, current=current)})
    known = f" DAGs with runs: {', '.join(names)}." if names else ""
    guess = "" if dag_id is None else did_you_mean(dag_id, names)
    return _NothingError(
        f"there is no run{whose} in {where}",
        hint=f"{guess}Run it first: `nbflow run NB` here, or `nbflow trigger DAG` with steps in "
        f"pods.{known}",
    )


def _of_pipeline(
    folder: str, dag_id: str, runs: Sequence[Measured], *, current: settings.Settings
) -> Iterator[Sizing]:
    usable = usable_profiles(settings=current, team=None if folder == NO_TEAM else folder)
    for step, seen in _seen(runs).items():
        yield _sizing(dag_id, step, seen, usable=usable, current=current)


def _seen(runs: Sequence[Measured]) -> dict[str, _Seen]:
    """By step, what the runs say that it used; steps that the newest has not are old."""
    if not runs:
        return {}
    newest = runs[0]
    names = dict.fromkeys([*newest.order, *newest.attempts])
    found = {step: _Seen(_given(newest.steps.get(step, {}))) for step in names}
    for run in runs:
        for step, attempts in run.attempts.items():
            if step not in found:
                continue
            seen = found[step]
            seen.runs += 1
            for one in attempts:
                seen.usages.append(one.usage)
                name, limit = one.stopped_by, one.usage.memory_limit
                short = name is not None and (name == "OutOfMemory" or host.is_denial(name))
                if short and limit is not None:
                    seen.exhausted.append(limit)
    for step, seen in found.items():
        if seen.exhausted:
            tags = tags_of(newest, step)
            seen.tags = tuple(tag for tag in tags if tag.startswith("limit:memory:"))
    return found


def _given(step: Mapping[str, Any]) -> _Given:
    """What a step asked for, as the bundle says that its run came from."""
    containers = (step.get("pod") or {}).get("spec", {}).get("containers") or [{}]
    resources = containers[0].get("resources", {})
    asked = {**resources.get("limits", {}), **resources.get("requests", {})}
    amounts = {
        name: parse_quantity(asked[name]).amount if name in asked else None
        for name in ("memory", "cpu")
    }
    most = resources.get("limits", {}).get("memory")
    limit = None if most is None else parse_quantity(most).amount
    return _Given(step.get("profile"), **amounts, limit=limit)


def _tried_on(usage: Usage, given: _Given, *, current: settings.Settings) -> Profile | None:
    """The profile that a try had, as far as that can be told.

    It is that of those to which its step goes on by itself that has just the memory which limited
    the try; the step's own where none has.
    """
    own = current.profiles.get(given.profile or "")
    if own is None or usage.memory_limit in {None, given.limit}:
        return own
    seen, waiting = {own.name}, [own]
    while waiting:
        here = waiting.pop(0)
        for name in (here.escalate_to, here.fallback):
            if name is None or name in seen or name not in current.profiles:
                continue
            there = current.profiles[name]
            most = there.memory.limit if there.memory else None
            if most is not None and most.amount == usage.memory_limit:
                return there
            seen.add(name)
            waiting.append(there)
    return own


def _sizing(
    dag_id: str,
    step: str,
    seen: _Seen,
    *,
    usable: tuple[Profile, ...],
    current: settings.Settings,
) -> Sizing:
    given = seen.given
    peak = max((one.peak_memory or 0 for one in seen.usages), default=0)
    cores = _busy(seen.usages)
    telling = _busy([one for one in seen.usages if one.wall >= _TELLING])
    instead = current.profiles.get(given.profile or "")
    demand = Demand(peak, telling, max(seen.exhausted, default=None))
    chosen = smallest(demand, of=usable, instead=instead)
    tried = [_tried_on(one, given, current=current) for one in seen.usages]
    hours = [one.wall / 3600 / max(1, seen.runs) for one in seen.usages]
    last = tried[0] if tried else None
    if last is not None and last.name != given.profile:
        given = replace(given, memory=set_aside(last.memory), cpu=set_aside(last.cpu))
        ended_on = last.name
    else:
        ended_on = None
    if not seen.usages:
        chosen = None
    shares = [one.gpu for one in seen.usages if one.gpu is not None]
    return Sizing(
        dag_id=dag_id,
        step=step,
        attempts=len(seen.usages),
        profile=given.profile,
        ended_on=ended_on,
        memory=None if given.memory is None else int(given.memory),
        cpu=None if given.cpu is None else float(given.cpu),
        peak_memory=peak,
        cores=None if cores is None else round(cores, 2),
        memory_unused=_unused(peak if seen.usages else None, of=given.memory),
        cpu_unused=_unused(cores, of=given.cpu),
        gpu_memory=max(
            (one.gpu_memory or 0 for one in seen.usages if one.gpu is not None), default=None
        ),
        gpu=round(sum(shares) / len(shares), 3) if shares else None,
        ran_out=bool(seen.exhausted),
        limited_by=seen.tags,
        suggestion=None if chosen is None else chosen.name,
        cost=_cost(hours, tried),
        cost_then=_cost(hours, [chosen] * len(hours)),
    )


def _busy(usages: Sequence[Usage]) -> float | None:
    """Cores that were busy on average; None where nobody measured."""
    timed = [one for one in usages if one.cpu is not None and one.wall > 0]
    wall = sum(one.wall for one in timed)
    return sum(one.cpu or 0 for one in timed) / wall if timed else None


def _unused(used: float | None, *, of: Decimal | None) -> float | None:
    if used is None or not of:
        return None
    return round(max(0.0, 1 - used / float(of)), 3)


def _cost(hours: Sequence[float], profiles: Sequence[Profile | None]) -> float | None:
    """Of so many hours on each; None where one has no price, or there are none."""
    prices = [one.price for one in profiles if one is not None and one.price is not None]
    if not hours or len(prices) < len(hours):
        return None
    return sum(time * price for time, price in zip(hours, prices, strict=True))
