"""What publishing a notebook would change of what is published."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from nbflow import targets
from nbflow.api.beginnings import Interval, at_once, describe_at_once, start_of
from nbflow.api.publishing import Seen
from nbflow.api.rewrites import CellChange, changed_cells
from nbflow.api.sorts import CHANGED, GONE, MARKS, NEW
from nbflow.api.stages import approvals, options, stages
from nbflow.planning import next_runs

if TYPE_CHECKING:
    from nbflow.api.notebooks import Compiled
    from nbflow.model import Bundle
    from nbflow.targets import Edition, Target, Version

__all__ = ["Change", "Difference", "bundle_changes", "diff", "difference"]

_CONTEXT = 3
"""Lines of the DAG file around a change."""
_SHORT = 60
"""Characters of an option that are shown beside its name."""
_TOLD = ("timezone", "start", "catchup", "interval", "waits_for", "makes", "notify")
"""What is told of a new schedule."""
_TICK = timedelta(seconds=1)
"""Less than lies between two times of a schedule."""


@dataclass(frozen=True)
class Change:
    """One thing that would be different.

    Attributes:
        part: `stages`, `steps`, `edges`, `parameters`, `schedule`, `options`, `resources` or
            `files`.
        name: what it is about: a stage, a step, `load → train`, a parameter, a file.
        sort: `new`, `gone` or `changed`.
        details: in words, what of it.
    """

    part: str
    name: str
    sort: str
    details: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """A sign for its sort, as diffs have it."""
        return MARKS[self.sort]


@dataclass(frozen=True)
class Difference:
    """What publishing would change.

    Attributes:
        dag_id: the DAG.
        digest: of the bundle that would be published.
        published: the version that is there; None where none is.
        changes: by part, in the notebook's order.
        text: the unified diff of the DAG file.
        next_runs: the next times of the schedule as it would be, aware datetimes in its time zone.
        unpublished: the version that was taken away and is kept; None where none was.
        cells: the cells whose code, or text, changes, in the notebook's order.
        previous_runs: the next times of the schedule as it is published; none where none is.
        at_once: the data interval that Airflow runs as soon as it has it, see `first_run`, or None.
        another: the notebook that what is published was made from, relative to its project, where
            that is another one than this; publishing is refused then. None otherwise.
    """

    dag_id: str
    digest: str
    published: Version | None
    changes: tuple[Change, ...]
    text: str
    next_runs: tuple[datetime, ...]
    unpublished: Version | None = None
    cells: tuple[CellChange, ...] = ()
    previous_runs: tuple[datetime, ...] = ()
    at_once: Interval | None = None
    another: str | None = None

    @property
    def first_run(self) -> str:
        """What Airflow runs as soon as it has it, in words; empty where it is nothing."""
        return "" if self.at_once is None else describe_at_once(self.at_once)

    @property
    def changed(self) -> bool:
        """Whether publishing would do anything."""
        return self.published is None or self.published.digest != self.digest

    @property
    def summary(self) -> str:
        """In a few words, what publishing would do; without the DAG's id."""
        if self.unpublished is not None:
            return f"would be published again, as {self.digest}; there was {self.unpublished}"
        if self.published is None:
            return f"would be published for the first time, as {self.digest}"
        if not self.changed:
            return f"nothing would change; published is {self.published}"
        return f"{self.digest} would replace {self.published}"

    def as_json(self) -> dict[str, Any]:
        """For programs; times are ISO 8601."""
        version = self.published
        return {
            "dag_id": self.dag_id,
            "changed": self.changed,
            "digest": self.digest,
            "published": version and _as_json(version),
            "unpublished": self.unpublished and _as_json(self.unpublished),
            "changes": [asdict(one) for one in self.changes],
            "cells": [asdict(one) for one in self.cells],
            "text": self.text,
            "previous_runs": [one.isoformat() for one in self.previous_runs],
            "next_runs": [one.isoformat() for one in self.next_runs],
            "at_once": self.at_once and [one.isoformat() for one in self.at_once],
            "another": self.another,
        }


def diff(compiled: Compiled, *, now: datetime | None = None) -> Difference:
    """Compare a notebook with what is published of it.

    Whoever has seen the difference may publish over a version that somebody else has published.

    Args:
        compiled: the notebook, see `compile`.
        now: the moment after which the next runs are, an aware datetime; this one where None.

    Raises:
        TargetError: the target cannot be read.
    """
    bundle = compiled.bundle
    current = compiled.inspected.settings.of_team(compiled.plan.pipeline.options.team)
    target = targets.find_target(current)
    there = target.edition(bundle.dag_id)
    if there is not None:
        Seen(current, target.tree.address).keep({bundle.dag_id: there.listing.digest})
    return difference(bundle, there, target=target, now=now)


def difference(
    bundle: Bundle, there: Edition | None, *, target: Target, now: datetime | None = None
) -> Difference:
    """Compare a bundle with what a DAG runs in a target.

    Args:
        bundle: what would be there.
        there: what the DAG runs; None where there is none.
        target: where.
        now: the moment after which the next runs are, an aware datetime; this one where None.
    """
    moment = now or datetime.now(UTC)
    manifest = json.loads(bundle.files["manifest.json"])
    return Difference(
        bundle.dag_id,
        bundle.digest,
        None if there is None else there.listing.current,
        bundle_changes(bundle, there),
        _text_diff(there.dag if there else "", bundle.dag, name=f"{bundle.dag_id}.py"),
        _coming(manifest, moment),
        None if there is not None else target.taken_away(bundle.dag_id),
        changed_cells(bundle, there),
        _coming(there.manifest, moment) if there is not None else (),
        at_once(manifest, there.manifest if there is not None else {}, now=moment),
        another=targets.other_source(bundle, None if there is None else there.listing),
    )


def bundle_changes(bundle: Bundle, there: Edition | None) -> tuple[Change, ...]:
    """What publishing a bundle changes of what is there, without a look at who published that."""
    old = there.manifest if there else {}
    new: dict[str, Any] = json.loads(bundle.files["manifest.json"])
    return tuple(_changes(old, new, there, bundle.files))


def _as_json(version: Version) -> dict[str, Any]:
    moment = version.moment and version.moment.isoformat()
    return {"digest": version.digest, "by": version.by, "moment": moment}


def _changes(
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    there: Edition | None,
    files: Mapping[str, bytes],
) -> Iterator[Change]:
    before, after = (_by_name(one.get("steps", ())) for one in (old, new))
    cells = {
        name: _sources(there.content(f"steps/{name}.ipynb") if there else b"") for name in before
    }
    coming = {name: _sources(files.get(f"steps/{name}.ipynb", b"")) for name in after}
    yield from _compared("stages", *stages(old, new), added=_fields, changed=_fields_changed)
    yield from _compared("steps", cells, coming, changed=_cells_changed)
    yield from _compared(
        "edges",
        _edges({**before, **approvals(old)}),
        _edges({**after, **approvals(new)}),
        added=lambda why: [why],
        changed=lambda was, now: [f"{was} → {now}"],
    )
    yield from _compared(
        "parameters",
        _by_name(old.get("parameters", ())),
        _by_name(new["parameters"]),
        added=lambda one: [f"default: {_word(one['default'])}"],
        changed=_fields_changed,
    )
    yield from _compared("schedule", *_schedules(old, new), added=_times, changed=_fields_changed)
    yield from _compared("options", *options(old, new), added=_said, changed=_said_otherwise)
    rooms = ({name: _room(step) for name, step in steps.items()} for steps in (before, after))
    yield from _compared("resources", *rooms, added=_fields, changed=_fields_changed)
    yield from _compared("files", _attached(old), _attached(new))


def _compared(
    part: str,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    *,
    added: Callable[[Any], Iterable[str]] = lambda _: (),
    changed: Callable[[Any, Any], Iterable[str]] = lambda _was, _now: (),
) -> Iterator[Change]:
    """What is in one, in the other, or different, each with its details."""
    for name, one in new.items():
        if name not in old:
            yield Change(part, name, NEW, tuple(added(one)))
        elif one != old[name]:
            yield Change(part, name, CHANGED, tuple(changed(old[name], one)))
    yield from (Change(part, name, GONE) for name in old if name not in new)


def _by_name(items: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {str(one["name"]): one for one in items}


def _edges(steps: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Why a step needs another, by `needed → needing`."""
    return {
        f"{need['step']} → {name}": ", ".join(
            f"{reason['kind']}: {' '.join(reason['names'])}".rstrip(": ")
            for reason in need["because"]
        )
        for name, step in steps.items()
        for need in step.get("needs", ())
    }


def _fields(one: Mapping[str, Any]) -> list[str]:
    return [f"{key}: {_word(value)}" for key, value in one.items() if value is not None]


def _fields_changed(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Which fields of two things of a name differ."""
    return [
        f"{key}: {_word(was.get(key))} → {_word(now.get(key))}"
        for key in dict.fromkeys([*was, *now])
        if was.get(key) != now.get(key)
    ]


def _times(schedule: Mapping[str, Any]) -> list[str]:
    """What a new schedule says beside its times."""
    return _fields({key: schedule[key] for key in _TOLD if schedule.get(key)})


def _said(value: Any) -> list[str]:
    """An option's value; of a long text nothing."""
    word = _word(value)
    return [word] if len(word) <= _SHORT and "\n" not in word else []


def _said_otherwise(was: Any, now: Any) -> list[str]:
    both = [*_said(was), *_said(now)]
    return [" → ".join(both)] if len(both) == len((was, now)) else []


def _word(value: Any) -> str:
    if value is None:
        return "none"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _room(step: Mapping[str, Any]) -> dict[str, Any]:
    """Where a step runs and what it may use there."""
    containers = ((step.get("pod") or {}).get("spec") or {}).get("containers") or [{}]
    resources = containers[0].get("resources") or {}
    said = {"profile": step.get("profile"), "image": containers[0].get("image")}
    for sort in ("requests", "limits"):
        said |= {f"{name} ({sort})": much for name, much in (resources.get(sort) or {}).items()}
    said |= {key: step.get(key) for key in ("retries", "timeout", "cache")}
    return said


def _schedule(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """When the DAG runs, if it runs by itself, what it starts then and whom it tells."""
    found = manifest.get("schedule") or {}
    if found.get("at"):
        return {str(found["at"]): found}
    if found.get("waits_for"):
        return {"assets": found}
    said = {key: found[key] for key in ("interval", "makes", "notify") if found.get(key)}
    return {"no schedule": said} if said else {}


def _schedules(
    old: Mapping[str, Any], new: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """As `_schedule`; under one name where both have times, which are then what is changed."""
    was, now = _schedule(old), _schedule(new)
    if all((one.get("schedule") or {}).get("at") for one in (old, new)):
        was = dict(zip(now, was.values(), strict=True))
    return was, now


def _coming(manifest: Mapping[str, Any], moment: datetime) -> tuple[datetime, ...]:
    """The next times of a bundle's schedule; none before the day from which it counts."""
    schedule = manifest.get("schedule") or {}
    zone, start = schedule.get("timezone") or "UTC", start_of(schedule)
    if start is not None:
        moment = max(moment, start - _TICK)
    return next_runs(schedule.get("at"), timezone=zone, after=moment)


def _attached(manifest: Mapping[str, Any]) -> dict[str, str]:
    """The digests of the files that come with the notebook."""
    return {
        path.removeprefix("files/"): digest
        for path, digest in (manifest.get("files") or {}).items()
        if path.startswith("files/")
    }


def _cells_changed(was: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    """Which of a step's cells are different, by id."""
    for sort, ids in (
        (CHANGED, [one for one in now if one in was and was[one] != now[one]]),
        (NEW, [one for one in now if one not in was]),
        (GONE, [one for one in was if one not in now]),
    ):
        if ids:
            yield f"cell{'' if len(ids) == 1 else 's'} {sort}: {', '.join(ids)}"
    if [one for one in was if one in now] != [one for one in now if one in was]:
        yield "its cells come in another order"


def _sources(notebook: bytes) -> dict[str, str]:
    """The author's cells of a step notebook, by id; none where it cannot be read.

    The parameters cells, which every step has, are told of apart: they stand before the cell that
    gives a run's values.
    """
    try:
        cells = json.loads(notebook)["cells"]
        roles = [cell["metadata"].get("nbflow", {}).get("role") for cell in cells]
        first = roles.index("given") + 1 if "given" in roles else 0
        return {
            str(cell.get("id")): "".join(cell["source"])
            for cell, role in zip(cells[first:], roles[first:], strict=True)
            if role is None
        }
    except (ValueError, KeyError, TypeError):
        return {}


def _text_diff(old: str, new: str, *, name: str) -> str:
    lines = difflib.unified_diff(
        old.splitlines(), new.splitlines(), f"published/{name}", name, lineterm="", n=_CONTEXT
    )
    return "\n".join(lines)
