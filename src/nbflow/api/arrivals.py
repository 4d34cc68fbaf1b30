"""Wait until Airflow has what was published, and say why it has not."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from nbflow import checks, remote, targets
from nbflow.api import airflows
from nbflow.errors import NotLive, RemoteError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from nbflow.api.notebooks import Compiled
    from nbflow.api.publishing import Published
    from nbflow.model import Diagnostic
    from nbflow.remote import Airflow, Arrivals, ImportProblem
    from nbflow.settings import Settings
    from nbflow.targets import Target

__all__ = ["await_live", "await_published", "require_entrance", "require_live"]

_PATIENCE = 120.0
"""Seconds to wait while no DAG arrives."""
_NAMED = 5
"""DAGs that are named in a sentence."""


def require_entrance(current: Settings, dag_id: str) -> None:
    """See that Airflow will let us wait for what is about to be written, where one is in reach.

    One that does not answer now may do so later.

    Raises:
        RemoteError: it does not let us in.
        SettingsError: the environment does not hold the token or the password, or there is no such
            target.
    """
    # Nobody waits for what is up for review.
    if targets.find_target(current).reviewed or not airflows.in_reach(current):
        return
    with airflows.connect(current) as client, suppress(remote.Unreachable):
        try:
            client.has_dag(dag_id)
        except remote.Refused as error:
            raise RemoteError(f"{error.message}; nothing was published", hint=error.hint) from error


def await_published(
    those: Sequence[Published],
    current: Settings,
    tell: Callable[[str], None],
    *,
    beside: Sequence[str],
    compiled: Mapping[str, Compiled],
    wanted: Callable[[], bool],
) -> dict[str, Published]:
    """As `await_live`; an error says that it was published all the same."""
    try:
        return await_live(those, current, tell, beside=beside, compiled=compiled, wanted=wanted)
    except RemoteError as error:
        names = _named([one.dag_id for one in those])
        raise RemoteError(f"{names} published, but {error.message}", hint=error.hint) from error


def await_live(
    those: Sequence[Published],
    current: Settings,
    tell: Callable[[str], None],
    *,
    beside: Sequence[str] = (),
    compiled: Mapping[str, Compiled] | None = None,
    wanted: Callable[[], bool] = lambda: True,
) -> dict[str, Published]:
    """Wait until Airflow runs these bundles, all at once.

    Args:
        those: what was published, in one place.
        current: the settings of that place.
        tell: is told in a few words how far they have come.
        beside: other DAGs that are in that place.
        compiled: what they were made of, by DAG, where that is at hand.
        wanted: asked at each look; where it says no, nobody waits any longer.

    Returns:
        Each with how long it took; or with what is wrong with it, or missing.
    """
    sources = compiled or {}
    digests = {one.dag_id: one.digest for one in those}

    def observe(so_far: Arrivals) -> None:
        said = _progress(so_far, len(digests))
        if said is not None:
            tell(said)

    target = targets.find_target(current)
    with airflows.connect(current) as client:
        if not target.versioned:
            _tell_of_runs(client, [one.dag_id for one in those if one.changed], tell)
        done = remote.wait_for_dags(
            client, digests, timeout=_PATIENCE, observe=observe, beside=beside, wanted=wanted
        )
        return {
            one.dag_id: replace(
                one,
                live_after=done.live.get(one.dag_id),
                paused=one.dag_id in done.paused and not _let_run_again(one, client, target),
                missing=done.missing.get(one.dag_id),
                diagnostics=_about(one, done.broken.get(one.dag_id), sources.get(one.dag_id)),
                url=client.dag_url(one.dag_id),
            )
            for one in those
        }


def _let_run_again(one: Published, client: Airflow, target: Target) -> bool:
    """Let a paused DAG run that only unpublishing has paused; whether that was so."""
    if not one.changed or not target.paused_meanwhile(one.dag_id):
        return False
    client.unpause(one.dag_id)
    return True


def _tell_of_runs(client: Airflow, dag_ids: Sequence[str], tell: Callable[[str], None]) -> None:
    """Say which runs go on with what was published while they went."""
    if not dag_ids:
        return
    of = dag_ids[0] if len(dag_ids) == 1 else None
    with suppress(RemoteError):  # it knows no such DAG yet; what else is wrong comes up next
        going = client.runs(of, limit=None, states=("queued", "running"))
        names = [f"{one.dag_id}/{one.run_id}" for one in going if one.dag_id in dag_ids]
        if names:
            it = "it has" if len(names) == 1 else "they have"
            tell(f"still going: {_named(names)}; what {it} not begun runs as this version")


def require_live(published: Sequence[Published]) -> None:
    """Raise NotLive with all diagnostics if Airflow does not run something that was awaited."""
    broken = [one.dag_id for one in published if one.diagnostics]
    missing = {one.dag_id: one.missing for one in published if one.missing}
    if not broken and not missing:
        return
    of = f" of {len(published)} DAGs" if len(published) > 1 else ""
    said, hints = [], []
    if broken:
        which = (f"{len(broken)}{of}: " if of else "") + _named(broken)
        said.append(f"Airflow cannot import {which}")
        hints.append(
            "what was published stays; `nbflow rollback DAG` brings back the version before it"
        )
    if missing:
        reason = next(iter(missing.values()))
        which = (f"{len(missing)}{of}: " if of else "") + _named(list(missing))
        said.append(f"Airflow has not taken up {which} after {_PATIENCE:g} s: {reason}")
        hints.append(remote.NOT_TAKEN_UP)
    raise NotLive(
        "; ".join(said),
        hint="; ".join(hints),
        diagnostics=[found for one in published for found in one.diagnostics],
        published=published,
    )


def _progress(so_far: Arrivals, count: int) -> str | None:
    """What there is to tell; of one DAG no more than what is missing, since its end is told."""
    if count == 1:
        return next((f"{dag_id}: {said}" for dag_id, said in so_far.missing.items()), None)
    parts = [f"{len(so_far.live)} of {count} DAGs are live"]
    if so_far.broken:
        parts.append(f"Airflow cannot import {_named(list(so_far.broken))}")
    if so_far.missing:
        parts.append(f"waiting for {_named(list(so_far.missing))}")
    return "; ".join(parts)


def _named(dag_ids: Sequence[str]) -> str:
    more = f" and {len(dag_ids) - _NAMED} more" if len(dag_ids) > _NAMED else ""
    return f"{', '.join(dag_ids[:_NAMED])}{more}"


def _about(
    one: Published, problem: ImportProblem | None, compiled: Compiled | None
) -> tuple[Diagnostic, ...]:
    if problem is None:
        return ()
    found = checks.find_import_error(
        problem.traceback,
        dag_id=one.dag_id,
        file=one.dag,
        text="" if compiled is None else compiled.bundle.dag,
        pipeline=None if compiled is None else compiled.plan.pipeline,
    )
    return (found,)
