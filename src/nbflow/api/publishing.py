"""Put bundles where Airflow reads them, and wait until it has them."""

from __future__ import annotations

import getpass
import json
import os
import subprocess
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow import targets
from nbflow.api import airflows
from nbflow.api.arrivals import await_published, require_entrance, require_live
from nbflow.api.beginnings import at_once, describe_at_once
from nbflow.errors import TargetError
from nbflow.planning import POD_BACKEND

if TYPE_CHECKING:
    from nbflow.api.notebooks import Compiled
    from nbflow.model import Bundle, Diagnostic
    from nbflow.settings import Settings

_Digests = dict[str, dict[str, str]]
"""Of each DAG by its id, by the address of its target."""


@dataclass(frozen=True)
class Published:
    """A bundle that is in its target.

    Attributes:
        dag_id: the DAG.
        digest: of the bundle.
        changed: False where the target had it already.
        dag: the DAG file, where it is or will be.
        live_after: seconds until Airflow had it, or None where nobody waited, or it has it not.
        url: the DAG's page in Airflow, or None.
        diagnostics: why Airflow cannot import it.
        missing: what was missing still when waiting ended, in words; None where nothing is.
        review: the branch that has it, for somebody to look at and merge; None without one.
        paused: Airflow has it and lets no run of it begin, as somebody has wanted it.
    """

    dag_id: str
    digest: str
    changed: bool
    dag: str
    live_after: float | None = None
    url: str | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    missing: str | None = None
    review: str | None = None
    paused: bool = False

    @property
    def summary(self) -> str:
        """`published (3f2a…), live after 4.2s`."""
        if self.review is not None:
            return f"for review ({self.digest}) on the branch {self.review}"
        wrong = ", cannot be imported" if self.diagnostics else ""
        wrong = ", not taken up" if self.missing else wrong
        return (
            f"{'published' if self.changed else 'unchanged'} ({self.digest}){self.arrival}{wrong}"
        )

    @property
    def arrival(self) -> str:
        """`, live after 4.2s, still paused: …`; empty where it is not, or nobody waited."""
        if self.live_after is None:
            return ""
        held = f", still paused: `nbflow unpause {self.dag_id}`" if self.paused else ""
        return f", live after {self.live_after:.1f}s{held}"

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {**asdict(self), "diagnostics": [one.as_json() for one in self.diagnostics]}


def refuse_one_name_for_two(compiled: Iterable[Compiled]) -> None:
    """Raise TargetError if two notebooks make a DAG of one name."""
    seen: dict[str, Path] = {}
    for each in compiled:
        path = each.inspected.path
        other = seen.setdefault(each.bundle.dag_id, path)
        if other != path:
            raise TargetError(
                f"{other} and {path} are both named {each.bundle.dag_id!r}",
                hint="Set another `name` in the metadata (nbflow) of one of them.",
            )


def publish(
    compiled: Iterable[Compiled],
    *,
    wait: bool = True,
    force: bool = False,
    shown: Collection[str] | None = None,
    tell: Callable[[str], None],
    wanted: Callable[[], bool] = lambda: True,
) -> tuple[Published, ...]:
    """Write bundles to the project's target, in one change, and wait until Airflow has them.

    Args:
        compiled: the notebooks, see `compile`.
        wait: wait until Airflow runs these very bundles, where an Airflow is in reach.
        force: replace DAGs of these names that came from other notebooks, and versions by other
            people that were not seen.
        shown: the digests of what whoever publishes has before their eyes, as the form of a
            browser knows: other versions are refused, their own too, which another window may
            have published. None where nobody knows.
        tell: is told in a few words what happens.
        wanted: asked at each look at Airflow; where it says no, nobody waits any longer.

    Raises:
        TargetError: the target cannot be written, holds another notebook's DAG, or a version by
            somebody else that this project has not seen, or by anybody that was not `shown`.
        StoreError: steps run in pods, and the store, from which they take it, cannot be written.
        NotLive: Airflow cannot import a DAG, or did not pick it up in time; what has become of
            the others, it says too.
        RemoteError: Airflow lets nobody in, and nothing was published; or it cannot be reached.
    """
    by_place: dict[tuple[Path, str | None], list[Compiled]] = defaultdict(list)
    for each in compiled:
        team = each.plan.pipeline.options.team
        by_place[each.inspected.settings.root, team].append(each)
    if wait:
        for (_, team), those in by_place.items():
            require_entrance(those[0].inspected.settings.of_team(team), those[0].bundle.dag_id)
    published: dict[str, Published] = {}
    for (_, team), those in by_place.items():
        current = those[0].inspected.settings.of_team(team)
        _foretell(those, current, tell)
        for each in those:
            if each.plan.backend == POD_BACKEND:  # a pod sees the store, not the folder of DAGs
                targets.keep_in_store(each.bundle, runs_folder=each.plan.runs_folder)
        for one in _write([each.bundle for each in those], current, force=force, shown=shown):
            published[one.dag_id] = one
        awaited = [published[one.bundle.dag_id] for one in those]
        awaited = [one for one in awaited if one.review is None]
        if wait and awaited and airflows.in_reach(current):
            published |= await_published(
                awaited,
                current,
                tell,
                beside=beside(current),
                compiled={one.bundle.dag_id: one for one in those},
                wanted=wanted,
            )
    done = tuple(published[one.bundle.dag_id] for those in by_place.values() for one in those)
    if wanted():
        require_live(done)
    return done


def _foretell(those: Iterable[Compiled], current: Settings, tell: Callable[[str], None]) -> None:
    """Say what Airflow runs at once, before anything is written."""
    options = [(one.bundle, one.plan.pipeline.options) for one in those]
    bundles = [bundle for bundle, said in options if said.interval.names and said.schedule]
    if not bundles:
        return  # looking at a target may take a way over the network
    there = targets.find_target(current).editions(one.dag_id for one in bundles)
    now = datetime.now(UTC)
    for bundle in bundles:
        before = there.get(bundle.dag_id)
        new = json.loads(bundle.files["manifest.json"])
        found = at_once(new, before.manifest if before else {}, now=now)
        if found is not None:
            tell(f"{bundle.dag_id}: {describe_at_once(found)}")


def signature(current: Settings) -> targets.Signature:
    """Who publishes, now.

    `NBFLOW_USER`, else git's user in the project, else JupyterHub's, whose servers all have one
    login, else who is logged in.
    """
    said = os.environ.get("NBFLOW_USER") or _git_user(current.root)
    by = said or os.environ.get("JUPYTERHUB_USER") or getpass.getuser()
    return targets.Signature(by, datetime.now(UTC).replace(microsecond=0))


def _git_user(folder: Path) -> str | None:
    with suppress(OSError):
        asked = ["git", "-C", str(folder), "config", "user.email"]
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
        return done.stdout.strip() or None
    return None


def _write(
    bundles: Iterable[Bundle],
    current: Settings,
    *,
    force: bool,
    shown: Collection[str] | None,
) -> tuple[Published, ...]:
    from nbflow.api.commits import describe_publication

    target = targets.find_target(current)
    signed = signature(current)
    seen = Seen(current, target.tree.address, person=signed.by)
    written = target.publish(
        bundles,
        signed=signed,
        seen=seen.digests(),
        shown=shown,
        force=force,
        describe=describe_publication,
    )
    seen.keep({one.dag_id: one.digest for one in written if one.review is None})
    return tuple(
        Published(one.dag_id, one.digest, one.changed, one.path, review=one.review)
        for one in written
    )


def beside(current: Settings) -> list[str]:
    """The DAGs that this project knows in a place."""
    return Seen(current, targets.find_target(current).tree.address).dags()


class Seen:
    """The digest of each DAG of a target that whoever publishes here saw last.

    It is kept in the project's `.nbflow`, for each person apart. What was kept before people were
    told apart counts for everybody.
    """

    def __init__(self, current: Settings, address: str, *, person: str | None = None) -> None:
        """Of the target at an address; `person` publishes, who is looked for where None."""
        self._file = current.home / "seen.json"
        self._current, self._address, self._named = current, address, person

    @cached_property
    def _person(self) -> str:
        return self._named or signature(self._current).by

    def digests(self) -> Mapping[str, str]:
        """By DAG id."""
        anybody, people = self._all()
        own = people.get(self._person, {}).get(self._address, {})
        return {**anybody.get(self._address, {}), **own}

    def dags(self) -> list[str]:
        """The ids of the DAGs that anybody has seen."""
        anybody, people = self._all()
        kept = (one.get(self._address, {}) for one in (anybody, *people.values()))
        return sorted({dag_id for digests in kept for dag_id in digests})

    def keep(self, digests: Mapping[str, str]) -> None:
        """Remember these."""
        anybody, people = self._all()
        own = people.setdefault(self._person, {})
        known = own.get(self._address, {})
        if {**known, **digests} == known:
            return
        own[self._address] = {**known, **digests}
        self._file.parent.mkdir(parents=True, exist_ok=True)
        waiting = self._file.with_name(f".seen-{os.getpid()}.writing")
        said = {"anybody": anybody, "people": people}
        waiting.write_text(json.dumps(said, indent=1, sort_keys=True), encoding="utf-8")
        waiting.replace(self._file)

    def _all(self) -> tuple[_Digests, dict[str, _Digests]]:
        """What anybody may have seen, and what each person has; by address and DAG id."""
        try:
            found = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}, {}
        if not isinstance(found, dict):
            return {}, {}
        people = found.get("people")
        if people is None:
            return found, {}
        return found.get("anybody", {}), people if isinstance(people, dict) else {}
