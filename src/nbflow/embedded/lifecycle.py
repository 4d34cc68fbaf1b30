"""Bring an embedded Airflow up, take it down, say how it is."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from nbflow.embedded import processes, startup
from nbflow.embedded.instance import (
    COMPONENTS,
    TRIGGERER,
    Instance,
    Record,
    read_record,
    write_record,
)
from nbflow.embedded.startup import Watch
from nbflow.errors import RemoteError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import Any

_GRACE = 5.0
"""Seconds in which a component may end by itself: the scheduler would wait for its tasks."""


def up(
    *,
    home: Path,
    dags: Path,
    environ: Mapping[str, str],
    store: Path | None = None,
    deferring: bool = False,
    bundles: Sequence[Mapping[str, Any]] = (),
    on_progress: Callable[[str], None] | None = None,
    timeout: float = 180,
) -> Instance:
    """Start a private Airflow, or return the one that runs already.

    Args:
        home: its own folder; made where there is none.
        dags: the folder that it reads DAGs from; made where there is none.
        environ: the environment that its tasks inherit.
        store: the folder that runs write to; made where there is none.
        deferring: with the component that waits for pods.
        bundles: further DAG bundles that it reads, each with `name`, `classpath` and `kwargs`.
        on_progress: is told in a few words what happens.
        timeout: seconds until everything must be healthy.

    Raises:
        MissingExtraError: Airflow is not installed beside this Python.
        RemoteError: a component died or did not become healthy: nothing of it is left running;
            or the one that runs reads another folder of DAGs.
    """
    watch = Watch(time.monotonic() + timeout, on_progress or (lambda _: None))
    names = (*COMPONENTS, TRIGGERER) if deferring else COMPONENTS
    startup.find_airflow()
    home, dags = home.resolve(), dags.resolve()
    for folder in (home, home / "logs", dags, *([store] if store else [])):
        folder.mkdir(parents=True, exist_ok=True)
    home.chmod(0o700)
    with _locked(home, watch=watch):
        record = read_record(home)
        if record is not None and _complete(record, names, home=home):
            _refuse_other_dags(record, dags, bundles, home=home)
            return startup.wait(home, record, watch=watch)
        _stop(home)
        try:
            return startup.start(
                home,
                dags=dags,
                bundles=bundles,
                names=names,
                environ=environ,
                previous=record,
                watch=watch,
            )
        except BaseException:
            _stop(home)
            raise


def down(*, home: Path, timeout: float = 30) -> bool:
    """Stop the Airflow of this home: its components, running tasks and their kernels.

    Args:
        home: as for `up`.
        timeout: seconds to wait for an `up` or `down` of somebody else that is under way.

    Returns:
        Whether there was anything to stop.

    Raises:
        RemoteError: somebody else is starting or stopping it for longer than `timeout`.
    """
    home = home.resolve()
    if not home.is_dir():
        return False
    with _locked(home, watch=Watch(time.monotonic() + timeout, lambda _: None)):
        return _stop(home)


def status(*, home: Path) -> Instance | None:
    """The Airflow of this home with the health of each component; None where none runs."""
    home = home.resolve()
    record = read_record(home)
    if record is None:
        return None
    instance = startup.describe(home, record)
    return instance if instance.pids else None


def _refuse_other_dags(
    record: Record, dags: Path, bundles: Sequence[Mapping[str, Any]], *, home: Path
) -> None:
    hint = "nbflow airflow down, then up again"
    if record.dags != dags:
        raise RemoteError(
            f"the Airflow of {home} runs already, and reads DAGs from {record.dags}, not {dags}",
            hint=hint,
        )
    if list(record.bundles) != list(bundles):
        raise RemoteError(
            f"the Airflow of {home} runs already, and reads another target than the settings name",
            hint=hint,
        )


def _complete(record: Record, names: Iterable[str], *, home: Path) -> bool:
    births = record.births
    return all(name in births and processes.alive(births[name], home=home) for name in names)


def _stop(home: Path) -> bool:
    record = read_record(home)
    births = tuple(record.births.values()) if record else ()
    stopped = processes.stop(home, births=births, grace=_GRACE)
    if record is not None and record.births:
        write_record(home, replace(record, births={}))
    return stopped


@contextmanager
def _locked(home: Path, *, watch: Watch) -> Iterator[None]:
    """One `up` or `down` at a time; the system opens the lock of one that died."""
    import fcntl

    told = False
    with (home / "lock").open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > watch.deadline:
                    raise RemoteError(
                        f"another nbflow is starting or stopping the Airflow of {home}",
                        hint="wait until it is done, then try again",
                    ) from None
            if not told:
                told = True
                watch.say("Waiting for another nbflow that starts or stops it")
            time.sleep(0.2)
        yield
