"""What is published: list it, go back, take it away."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbflow import targets
from nbflow.api import airflows
from nbflow.api.arrivals import await_live, require_live
from nbflow.api.differences import Difference, difference
from nbflow.api.publishing import Published, Seen, beside, signature
from nbflow.errors import TargetError
from nbflow.model import RunState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nbflow.model import Run
    from nbflow.remote import Airflow
    from nbflow.settings import Settings
    from nbflow.targets import Listing, Target, Version

__all__ = [
    "PublishedDag",
    "RolledBack",
    "Unpublished",
    "diff_back",
    "published",
    "roll_back",
    "unpublish",
]


@dataclass(frozen=True)
class PublishedDag:
    """A DAG in a target.

    Attributes:
        listing: what is known of it there.
        address: the target's.
        location: where its DAG file is, for people.
    """

    listing: Listing
    address: str
    location: str


@dataclass(frozen=True)
class RolledBack:
    """A DAG that runs an earlier bundle again.

    Attributes:
        was: the version that it ran before.
        now: the one that it runs.
        published: how that reached Airflow; unchanged where it ran that one already.
    """

    was: Version
    now: Version
    published: Published


@dataclass(frozen=True)
class Unpublished:
    """A DAG that was taken away.

    Attributes:
        listing: what was there.
        going: runs that were still going.
        review: the branch that takes it away once it is merged; None where it is gone.
        unasked: the project's Airflow did not run: it has not paused the DAG, and nobody knows
            whether runs were going.
    """

    listing: Listing
    going: tuple[Run, ...]
    review: str | None = None
    unasked: bool = False

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know of, in words."""
        went_on = [f"{one.dag_id}/{one.run_id}" for one in self.going]
        said = [f"{name} is still going; what it has not begun will fail" for name in went_on]
        if self.unasked:
            said.append(
                f"Airflow is not running: {self.listing.dag_id} was not paused there, and nobody "
                "looked for runs that are going; what they have not begun will fail when it is back"
            )
        return tuple(said)


def published(current: Settings, *, dag_id: str | None = None) -> tuple[PublishedDag, ...]:
    """All that nbflow has published in this project's target, for every team.

    Args:
        current: the settings.
        dag_id: this DAG alone.

    Raises:
        TargetError: the target cannot be read, or has no such DAG.
    """
    found = tuple(
        PublishedDag(one, target.tree.address, target.tree.location(f"{one.dag_id}.py"))
        for _, target in targets.every_target(current)
        for one in target.published()
    )
    if dag_id is None:
        return found
    own = tuple(one for one in found if one.listing.dag_id == dag_id)
    if not own:
        raise targets.no_such_dag(dag_id, known=[one.listing.dag_id for one in found])
    return own


def diff_back(dag_id: str, *, current: Settings, digest: str | None = None) -> Difference:
    """What rolling back would change of what a DAG runs; nothing is written.

    Args:
        dag_id: the DAG.
        current: the settings.
        digest: as for `roll_back`.

    Raises:
        TargetError: no such DAG or bundle is there, or the target cannot be read.
    """
    target, _ = _target_of(dag_id, current)
    goal = target.earlier(dag_id, digest)
    return difference(goal, target.edition(dag_id), target=target)


def roll_back(
    dag_id: str,
    *,
    current: Settings,
    digest: str | None = None,
    wait: bool = True,
    tell: Callable[[str], None],
) -> RolledBack:
    """Let a DAG run an earlier bundle, and wait until Airflow does.

    Args:
        dag_id: the DAG.
        current: the settings.
        digest: the bundle's, or how it begins; the version before where None.
        wait: wait until Airflow runs it, where an Airflow is in reach.
        tell: is told in a few words what happens.

    Raises:
        TargetError: no such DAG or bundle is there, or the target cannot be written.
        NotLive: Airflow cannot import it, or did not pick it up in time.
    """
    target, own = _target_of(dag_id, current)
    signed = signature(current)
    there, now, review = target.roll_back(dag_id, digest, signed=signed)
    if review is None:
        Seen(own, target.tree.address, person=signed.by).keep({dag_id: now.digest})
    done = Published(
        dag_id,
        now.digest,
        there.digest != now.digest,
        target.tree.location(f"{dag_id}.py"),
        review=review,
    )
    if wait and review is None and airflows.in_reach(own):
        done = await_live([done], own, tell, beside=beside(own))[dag_id]
        require_live([done])
    return RolledBack(there.current, now, done)


def unpublish(
    dag_id: str, *, current: Settings, force: bool = False, purge: bool = False
) -> Unpublished:
    """Pause a DAG, then take it away; what its runs made stays, and so do its versions.

    Where it is not taken away after all, it is let run as before.

    Args:
        dag_id: the DAG.
        current: the settings.
        force: also while runs are going, which fail where they need what is taken away.
        purge: its versions go too: nobody can go back to them, and of its runs only the executed
            notebooks of single steps can be had.

    Raises:
        TargetError: it is not there, runs are still going, or the target cannot be written.
        RemoteError: Airflow refuses to pause it.
    """
    target, own = _target_of(dag_id, current)
    signed = signature(own)
    if not airflows.in_reach(own):
        gone, review = target.unpublish(dag_id, signed=signed, purge=purge)
        return Unpublished(gone, (), review, unasked=airflows.has_run(own))
    with airflows.connect(own) as client, _held(dag_id, client) as paused:
        going = _going(dag_id, client)
        if going and not force:
            raise _still_going(dag_id, going)
        gone, review = target.unpublish(dag_id, signed=signed, purge=purge, paused=paused)
    return Unpublished(gone, going, review)


@contextmanager
def _held(dag_id: str, client: Airflow) -> Iterator[bool]:
    """Let no new run begin; whether any could. After an error they can again."""
    paused = client.has_dag(dag_id) and not client.is_paused(dag_id)
    if paused:
        client.pause(dag_id)
    try:
        yield paused
    except BaseException:
        if paused:
            client.unpause(dag_id)
        raise


def _going(dag_id: str, client: Airflow) -> tuple[Run, ...]:
    if not client.has_dag(dag_id):
        return ()
    runs = client.runs(dag_id, limit=None, states=("queued", "running"))
    return tuple(one for one in runs if one.state in {RunState.QUEUED, RunState.RUNNING})


def _still_going(dag_id: str, going: tuple[Run, ...]) -> TargetError:
    named = ", ".join(f"{one.run_id} ({one.state})" for one in going[:5])
    more = f" and {len(going) - 5} more" if len(going) > 5 else ""
    go = "run still goes" if len(going) == 1 else "runs still go"
    return TargetError(
        f"{len(going)} {go} of {dag_id}: {named}{more}",
        hint="let them end, or `nbflow cancel` them, and unpublish it again; or use --force: then "
        "steps that have not begun will fail",
        forcible=True,
    )


def _target_of(dag_id: str, current: Settings) -> tuple[Target, Settings]:
    """The target that has a DAG.

    Raises:
        TargetError: none has; what is there is listed.
    """
    known: list[str] = []
    for team, target in targets.every_target(current):
        if target.knows(dag_id):
            return target, current.of_team(team)
        known += [one.dag_id for one in target.published()]
    raise targets.no_such_dag(dag_id, known=known)
