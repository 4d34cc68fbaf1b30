"""Retention: which versions, runs and artifacts go, and their going."""

from __future__ import annotations

from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from nbflow import runtime, targets
from nbflow.api import airflows
from nbflow.api.holdings import BUNDLES, Airflows, StoredRun, began, walk
from nbflow.api.measurements import NO_TEAM, dags, dated, places, time_in
from nbflow.errors import UsageError
from nbflow.model import format_bytes, known_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence, Set

    from nbflow.settings import Retention, Settings
    from nbflow.targets import KeptVersion, Target

__all__ = ["CleanedDag", "Cleaning", "Leftover", "clean"]

_AT_ONCE = 8
_PLURAL = {"version": "versions", "bundle": "bundles", "run": "runs", "artifacts": "artifacts"}
_PUBLISHING = 3600
"""Seconds in which a bundle in the store may wait for the DAG that names it."""


@dataclass(frozen=True)
class Leftover:
    """Something that goes.

    Attributes:
        kind: `version` (of a DAG, in the target), `bundle` (the same in the store, for pods),
            `run` (with its executed notebooks), or `artifacts` (what a run's steps handed on).
        name: the digest, or the run's id.
        size: bytes.
        since: when it was replaced, or changed last; None where that is not known.
        place: where it is, for people.
    """

    kind: str
    name: str
    size: int
    since: datetime | None
    place: str


@dataclass(frozen=True)
class CleanedDag:
    """What goes of one DAG.

    Attributes:
        dag_id: the DAG.
        gone: what goes.
        live: ids of runs that would go if they did not go on.
        has_cache: it has steps that may be skipped, which run again where what goes held the
            outcome.
    """

    dag_id: str
    gone: tuple[Leftover, ...]
    live: tuple[str, ...] = ()
    has_cache: bool = False

    @property
    def size(self) -> int:
        """Bytes of all that goes."""
        return sum(one.size for one in self.gone)


@dataclass(frozen=True)
class Cleaning:
    """What goes, or has gone.

    Attributes:
        dags: those of which something goes, or would if no run needed it; sorted by id.
        done: it has gone.
        asked_airflow: an Airflow was asked which runs go on.
        retention: by which rule.
    """

    dags: tuple[CleanedDag, ...]
    done: bool
    asked_airflow: bool
    retention: Retention

    @property
    def size(self) -> int:
        """Bytes of all that goes."""
        return sum(one.size for one in self.dags)

    @property
    def summary(self) -> str:
        """`would go: 2 versions, 1 run, 3.4 MiB`."""
        kinds = Counter(left.kind for one in self.dags for left in one.gone)
        counts = [
            f"{kinds[kind]} {kind if kinds[kind] == 1 else plural}"
            for kind, plural in _PLURAL.items()
            if kinds[kind]
        ]
        if not counts:
            return "nothing is old enough to go"
        verb = "removed" if self.done else "would go"
        return f"{verb}: {', '.join(counts)}, {format_bytes(self.size)}"

    @property
    def caution(self) -> str:
        """What is kept because nobody could say whether runs go on; empty where somebody did."""
        if self.asked_airflow:
            return ""
        return "no Airflow is in reach: runs that changed within a day, or have no end, are kept"


def clean(
    current: Settings,
    *,
    dag_id: str | None = None,
    retention: Retention | None = None,
    yes: bool = False,
    now: datetime | None = None,
) -> Cleaning:
    """Find old versions, runs and artifacts, and remove them if told so.

    What stays in any case: the version that a DAG runs, versions that runs which stay came from,
    and runs that go on. Whether one does, Airflow says where one is in reach; else a run goes on
    that has changed within a day, or has a step that has neither ended nor failed.

    Args:
        current: the settings.
        dag_id: of this DAG only; of all where None.
        retention: the rule; that of the settings where None.
        yes: remove it; only say what would go otherwise.
        now: the time that ages are counted to.

    Raises:
        UsageError: there is nothing of such a DAG.
        TargetError, StoreError, RemoteError: the target, the store or Airflow cannot be reached.
    """
    rule = retention or current.retention
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = _Found(current, pool)
        found.look(dag_id)
        # Asked last: of a run that begins now there was nothing to see before.
        found.airflow = _airflow(current)
        moment = (now or datetime.now(UTC)).timestamp()
        decided = [_Decision(found, one, rule, moment) for one in found.dag_ids]
        cleaned = tuple(one.decide() for one in decided)
        if yes:
            _carry_out(decided, pool)
    told = tuple(one for one in cleaned if one.gone or one.live)
    return Cleaning(told, yes, found.airflow is not None, rule)


def _airflow(current: Settings) -> Airflows | None:
    if not airflows.in_reach(current):
        return None
    with airflows.connect(current) as client:
        going = client.runs(limit=None, states=("queued", "running"))
        return Airflows(frozenset(client.dag_ids()), going)


class _Found:
    """What there is: runs in the store, versions in targets."""

    def __init__(self, current: Settings, pool: ThreadPoolExecutor) -> None:
        self.current = current
        self.pool = pool
        self.airflow: Airflows | None = None
        self.dag_ids: list[str] = []
        self.runs: dict[str, dict[str, list[StoredRun]]] = defaultdict(dict)
        self.versions: dict[str, list[tuple[Target, tuple[KeptVersion, ...]]]] = defaultdict(list)
        self._targets = {
            team: targets.find_target(current.of_team(None if team == NO_TEAM else team))
            for team in (NO_TEAM, *current.teams)
        }

    def look(self, dag_id: str | None) -> None:
        """Look at all there is, or at one DAG."""
        for place in places(self.current):
            for team, name in dags(place, current=self.current):
                if dag_id in {None, name}:
                    own = self.runs[name].setdefault(team, [])
                    store = runtime.open_store(f"{place.address}/{team}/{name}")
                    own += [
                        # A folder's own time is also that of what was cleaned away in it.
                        StoredRun(place, team, name, run_id, min(time, time_in(run_id) or time))
                        for time, run_id in dated(store, self.pool)
                    ]
        known = set(self.runs)
        for _, target in targets.every_target(self.current):
            for listing, versions in target.histories():
                known.add(listing.dag_id)
                if dag_id in {None, listing.dag_id}:
                    self.versions[listing.dag_id].append((target, versions))
        if dag_id is not None and dag_id not in known:
            raise UsageError(
                f"there are neither versions nor runs of a DAG {dag_id!r}",
                hint=known_names("those there", dag_id, known) if known else None,
            )
        self.dag_ids = sorted(known if dag_id is None else {dag_id})

    def teams_of(self, target: Target) -> list[str]:
        """Folders of the teams whose DAGs are in a target."""
        address = target.tree.address
        return [team for team, own in self._targets.items() if own.tree.address == address]

    def stores(self, dag_id: str) -> Iterator[tuple[str, runtime.Store]]:
        """The folders of a DAG's runs, each with its team."""
        for place in places(self.current):
            for team in self.runs[dag_id]:
                yield team, runtime.open_store(f"{place.address}/{team}/{dag_id}")


class _Decision:
    """What goes of one DAG, and how."""

    def __init__(self, found: _Found, dag_id: str, rule: Retention, now: float) -> None:
        self._found = found
        self.dag_id = dag_id
        self._rule = rule
        self._now = now
        self._live: set[str] = set()
        self._staying: dict[str, list[StoredRun]] = defaultdict(list)
        self.of_runs: list[tuple[Leftover, Callable[[], None]]] = []
        self.of_versions: list[tuple[Leftover, Target]] = []
        self.of_bundles: list[tuple[Leftover, Callable[[], None]]] = []

    def decide(self) -> CleanedDag:
        """What goes."""
        for team, runs in self._found.runs[self.dag_id].items():
            self._decide_runs(team, runs)
        for target, versions in self._found.versions[self.dag_id]:
            self._decide_versions(target, versions)
        for team, store in self._found.stores(self.dag_id):
            self._decide_bundles(team, store)
        gone = (*self.of_runs, *self.of_versions, *self.of_bundles)
        has_cache = bool(self.of_runs) and any(
            store.exists("cache") for _, store in self._found.stores(self.dag_id)
        )
        left = tuple(one for one, _ in gone)
        return CleanedDag(self.dag_id, left, tuple(sorted(self._live)), has_cache)

    def _decide_runs(self, team: str, runs: Sequence[StoredRun]) -> None:
        ordered = sorted(runs, key=lambda one: (one.time, one.run_id), reverse=True)
        many = self._rule.runs
        old = [one for one in ordered[many:] if self._age(one.time) > self._rule.older_than]
        self._warm(old)
        going = {
            id(one)
            for one in old
            if self._age(one.changed) > self._rule.older_than and self._may_go(one)
        }
        for one in ordered:
            if id(one) in going:
                self.of_runs.append((self._leftover("run", one, one.size), one.remove))
            else:
                self._staying[team].append(one)
        self._decide_artifacts(self._staying[team])

    def _decide_artifacts(self, runs: Iterable[StoredRun]) -> None:
        least = self._rule.artifacts_older_than
        if least is None:
            return
        old = [one for one in runs if self._age(one.time) > least]
        self._warm(old)
        for one in old:
            if one.handed_on and self._age(one.changed) > least and self._may_go(one):
                left = self._leftover("artifacts", one, one.handed_on)
                self.of_runs.append((left, one.remove_handed_on))

    def _decide_versions(self, target: Target, versions: Sequence[KeptVersion]) -> None:
        old = [one for one in versions[self._rule.versions :] if self._is_old(one)]
        if not old:
            return
        needed = self._needed(self._found.teams_of(target), versions)
        for one in old:
            if one.digest not in needed:
                place = target.tree.location(f"{self.dag_id}/{one.digest}")
                left = Leftover("version", one.digest, one.size, one.replaced, place)
                self.of_versions.append((left, target))

    def _decide_bundles(self, team: str, store: runtime.Store) -> None:
        bundles = [one.name for one in store.entries(BUNDLES) if one.size is None]
        if not bundles:
            return
        gone = {(left.name, id(target)) for left, target in self.of_versions}
        staying: set[str] = set()
        of_team = [
            (target, versions)
            for target, versions in self._found.versions[self.dag_id]
            if team in self._found.teams_of(target)
        ]
        for target, versions in of_team:
            staying |= {one.digest for one in versions if (one.digest, id(target)) not in gone}
        if not set(bundles) - staying:
            return
        needed = staying | self._needed([team], [one for _, those in of_team for one in those])
        for digest in sorted(set(bundles) - needed):
            files = dict(walk(store, f"{BUNDLES}/{digest}"))
            changed = max((one.changed or 0 for one in files.values()), default=0)
            if self._now - changed < _PUBLISHING:
                continue
            size = sum(one.size or 0 for one in files.values())
            place = f"{store.url}/{BUNDLES}/{digest}"
            left = Leftover("bundle", digest, size, _moment(changed), place)
            self.of_bundles.append((left, _removal(store, f"{BUNDLES}/{digest}")))

    def _needed(self, teams: Iterable[str], versions: Sequence[KeptVersion]) -> Set[str]:
        """Digests that stay: of what runs now, of runs that stay, of runs that have begun."""
        runs = [one for team in teams for one in self._staying[team]]
        needed = {one.digest for one in versions if one.current}
        needed |= set(filter(None, self._found.pool.map(StoredRun.digest, runs)))
        going = () if self._found.airflow is None else self._found.airflow.runs(self.dag_id)
        for run in going:
            time = began(run)
            needed |= {
                one.digest
                for one in versions
                if time is None or one.replaced is None or one.replaced.timestamp() >= time
            }
        return needed

    def _may_go(self, run: StoredRun) -> bool:
        """Whether it has ended; noted where it has not."""
        if not run.goes_on(self._found.airflow, now=self._now):
            return True
        self._live.add(run.run_id)
        return False

    def _warm(self, runs: Iterable[StoredRun]) -> None:
        """Look at the files of runs, several at once."""
        list(self._found.pool.map(lambda one: one.files, runs))

    def _is_old(self, version: KeptVersion) -> bool:
        if version.current:
            return False
        since = version.replaced or version.began
        return since is None or self._age(since.timestamp()) > self._rule.older_than

    def _age(self, time: float) -> timedelta:
        return timedelta(seconds=self._now - time)

    def _leftover(self, kind: str, run: StoredRun, size: int) -> Leftover:
        return Leftover(kind, run.run_id, size, _moment(run.changed), run.address)


def _carry_out(decided: Sequence[_Decision], pool: ThreadPoolExecutor) -> None:
    """Runs first: one that is still there must find the version that it came from."""
    list(pool.map(lambda one: one[1](), [each for one in decided for each in one.of_runs]))
    gone: dict[str, tuple[Target, dict[str, list[str]]]] = {}
    for one in decided:
        for left, target in one.of_versions:
            _, own = gone.setdefault(target.tree.address, (target, {}))
            own.setdefault(one.dag_id, []).append(left.name)
    for target, own in gone.values():
        target.prune(own)
    list(pool.map(lambda one: one[1](), [each for one in decided for each in one.of_bundles]))


def _removal(store: runtime.Store, path: str) -> Callable[[], None]:
    return lambda: store.remove(path)


def _moment(time: float) -> datetime | None:
    return datetime.fromtimestamp(time, UTC) if time else None
