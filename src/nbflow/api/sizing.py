"""What the steps of earlier runs used, beside what they were given; and what would do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from nbflow import host, settings
from nbflow.api import records
from nbflow.api.airflows import load_settings
from nbflow.api.fitting import Demand, smallest, usable_profiles
from nbflow.api.notebooks import inspect
from nbflow.errors import StoreError
from nbflow.model import Profile, Usage, parse_quantity

__all__ = ["Sizing", "suggest"]

_NO_TEAM = "default"
_TELLING = 10.0
"""Seconds that an attempt must have lasted to tell how many cores a step needs."""
"""The folder of runs of pipelines without a team."""


@dataclass(frozen=True)
class Sizing:
    """What one step used in its last runs, and the profile that it should have.

    Attributes:
        dag_id, step: which.
        attempts: how many were measured.
        profile: name of the one that the newest of them had; None where its bundle is gone.
        memory: bytes that it sets aside, None where it does not say.
        cpu: cores, likewise.
        peak_memory: bytes, the peak of all peaks.
        cores: that were busy on average; None where nobody measured.
        memory_unused, cpu_unused: share (0 to 1) of what is set aside that was left unused.
        gpu_memory, gpu: of accelerators: bytes at the peak, and mean share of the time that they
            worked.
        ran_out: an attempt failed for want of memory.
        suggestion: the smallest profile that would do; None where none would.
        cost: of a run with its profile, in the profiles' currency; None where it has no price.
        cost_then: of a run with the suggestion, if it takes as long.
    """

    dag_id: str
    step: str
    attempts: int
    profile: str | None
    memory: int | None
    cpu: float | None
    peak_memory: int
    cores: float | None
    memory_unused: float | None
    cpu_unused: float | None
    gpu_memory: int | None
    gpu: float | None
    ran_out: bool
    suggestion: str | None
    cost: float | None
    cost_then: float | None

    def as_json(self) -> dict[str, Any]:
        """As programs read it."""
        return asdict(self)


@dataclass(frozen=True)
class _Given:
    """What a step asked for: its profile's name, bytes and cores set aside."""

    profile: str | None = None
    memory: Decimal | None = None
    cpu: Decimal | None = None


@dataclass
class _Seen:
    """The measured attempts of one step, newest first, in so many runs."""

    given: _Given
    usages: list[Usage] = field(default_factory=list)
    runs: set[Path] = field(default_factory=set)
    exhausted: list[int] = field(default_factory=list)


def suggest(
    reference: str | None = None, *, last: int = 10, project: Path | None = None
) -> tuple[Sizing, ...]:
    """For each step of a pipeline, what it used and the smallest profile that would do.

    Args:
        reference: a DAG's id, or a notebook's path; all DAGs with runs where None.
        last: how many runs to look at, the newest ones; of each DAG.
        project: folder from which nbflow.yaml is looked for upward, where no notebook is named.

    Raises:
        StoreError: there is no run that says what it used.
        NotebookError, SettingsError: the notebook or the settings cannot be read.
    """
    dag_id, team, current = reference or "*", "*", None
    if reference is not None and reference.endswith(".ipynb"):
        inspected = inspect(reference)
        dag_id, current = inspected.pipeline.name, inspected.settings
        team = inspected.pipeline.options.team or _NO_TEAM
    current = current or load_settings(project or Path())
    store = records.local_runs(current)
    found: list[Sizing] = []
    for folder in sorted(store.glob(f"{team}/{dag_id}")):
        if folder.is_dir() and not records.is_ours(folder.name):
            found += _of_pipeline(folder, last=last, current=current)
    if not found:
        raise _nothing(reference, store)
    return tuple(found)


def _nothing(reference: str | None, store: Path) -> StoreError:
    known = sorted({one.parent.name for one in store.glob("*/*/*") if one.is_dir()} - {"cache"})
    whose = "no run" if reference is None else f"no run of {reference}"
    return StoreError(
        f"{whose} in {store} says what its steps used",
        hint="What runs a step with this version of nbflow measures it; an older run does not say, "
        "nor one whose kernel was killed."
        + (f" DAGs with runs: {', '.join(known)}." if known else ""),
    )


def _of_pipeline(folder: Path, *, last: int, current: settings.Settings) -> Iterator[Sizing]:
    team = None if folder.parent.name == _NO_TEAM else folder.parent.name
    usable = usable_profiles(settings=current, team=team)
    for step, seen in _seen(folder, last=last, current=current).items():
        yield _sizing(folder.name, step, seen, usable=usable, current=current)


def _seen(folder: Path, *, last: int, current: settings.Settings) -> dict[str, _Seen]:
    """By step, what the newest runs that say it used; steps that the newest has not are old."""
    found: dict[str, _Seen] = {}
    runs = sorted(filter(Path.is_dir, folder.iterdir()), key=records.age, reverse=True)
    counted = 0
    for run in runs:
        measured = _measured(run)
        if not measured or counted == last:
            continue
        given = _given(run, current=current)
        for step, notebooks in measured.items():
            if not counted or step in found:
                seen = found.setdefault(step, _Seen(given.get(step, _Given())))
                _add(seen, notebooks, run)
        counted += 1
    return found


def _measured(run: Path) -> dict[str, list[dict[str, Any]]]:
    """By step, in the notebook's order, the executed notebooks that say what an attempt used."""
    found = {}
    for step in host.executed(run):
        own = [
            one
            for one in host.tries(run / step)
            if host.usage_of(one) and "cached" not in one["metadata"]["nbflow"]
        ]
        if own:
            found[step] = own
    return found


def _add(seen: _Seen, notebooks: list[dict[str, Any]], run: Path) -> None:
    seen.runs.add(run)
    for notebook in notebooks:
        usage = host.usage_of(notebook)
        if usage is None or usage.peak_memory is None:
            continue
        seen.usages.append(usage)
        failure = host.failure_of(notebook)
        short = failure and (failure.ename == "OutOfMemory" or host.is_denial(failure.ename))
        if short and usage.memory_limit is not None:
            seen.exhausted.append(usage.memory_limit)


def _given(run: Path, *, current: settings.Settings) -> dict[str, _Given]:
    """By step, what it asked for, as the bundle says that the run came from."""
    found = {}
    for step in records.manifest_of(run, current=current).get("steps", ()):
        pod: Mapping[str, Any] = step.get("pod") or {}
        containers = pod.get("spec", {}).get("containers") or [{}]
        resources = containers[0].get("resources", {})
        asked = {**resources.get("limits", {}), **resources.get("requests", {})}
        amounts = {
            name: parse_quantity(asked[key]).amount if key in asked else None
            for name, key in (("memory", "memory"), ("cpu", "cpu"))
        }
        found[step["name"]] = _Given(step.get("profile"), **amounts)
    return found


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
    hours = sum(one.wall for one in seen.usages) / 3600 / max(1, len(seen.runs))
    shares = [one.gpu for one in seen.usages if one.gpu is not None]
    return Sizing(
        dag_id=dag_id,
        step=step,
        attempts=len(seen.usages),
        profile=given.profile,
        memory=None if given.memory is None else int(given.memory),
        cpu=None if given.cpu is None else float(given.cpu),
        peak_memory=peak,
        cores=None if cores is None else round(cores, 2),
        memory_unused=_unused(peak, of=given.memory),
        cpu_unused=_unused(cores, of=given.cpu),
        gpu_memory=max(
            (one.gpu_memory or 0 for one in seen.usages if one.gpu is not None), default=None
        ),
        gpu=round(sum(shares) / len(shares), 3) if shares else None,
        ran_out=bool(seen.exhausted),
        suggestion=None if chosen is None else chosen.name,
        cost=_cost(hours, instead),
        cost_then=_cost(hours, chosen),
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


def _cost(hours: float, profile: Profile | None) -> float | None:
    return None if profile is None or profile.price is None else hours * profile.price
