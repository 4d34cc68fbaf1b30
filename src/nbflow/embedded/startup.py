"""Start the components of an embedded Airflow and wait until each does its work."""

from __future__ import annotations

import re
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from nbflow.embedded import processes
from nbflow.embedded.configuration import (
    USER,
    component_environment,
    password_file,
    read_password,
    write_configuration,
)
from nbflow.embedded.health import component_health
from nbflow.embedded.instance import COMPONENTS, Instance, Record, write_record
from nbflow.errors import MissingExtraError, RemoteError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

# The server of task logs is for other machines, and its port for one Airflow only.
_ARGUMENTS = {"scheduler": ("--skip-serve-logs",)}
_TAIL = 15


@dataclass(frozen=True)
class Watch:
    """How long to be patient, and whom to tell.

    Attributes:
        deadline: on the monotonic clock, seconds.
        say: is told in a few words what happens.
    """

    deadline: float
    say: Callable[[str], None]

    @property
    def left(self) -> float:
        """Seconds until the deadline, at least a tenth."""
        return max(self.deadline - time.monotonic(), 0.1)


def find_airflow() -> Path:
    """The `airflow` program of this Python's environment.

    Raises:
        MissingExtraError: there is none.
    """
    program = Path(sys.executable).parent / "airflow"
    if not program.exists():
        raise MissingExtraError(
            f"Airflow is not installed: there is no {program}",
            hint="install the extra `airflow`: pip install '.[airflow]' in nbflow's checkout",
        )
    return program


def start(
    home: Path,
    *,
    dags: Path,
    bundles: Sequence[Mapping[str, Any]],
    names: Iterable[str],
    environ: Mapping[str, str],
    previous: Record | None,
    watch: Watch,
) -> Instance:
    """Write the settings, make or migrate the database, start the components of these names, wait.

    Raises:
        MissingExtraError: Airflow is not installed beside this Python.
        RemoteError: the database cannot be made, a component died, or time ran out.
    """
    program = find_airflow()
    _require_providers(bundles)
    version = _airflow_version()
    port = _free_port(previous.port if previous else 0)
    write_configuration(home, dags=dags, port=port, bundles=bundles)
    read_password(home)
    env = component_environment(home, environ=environ)
    version_there = previous.version if previous else None
    record = Record(port, dags, tuple(bundles), version_there)
    if record.version != version or not (home / "airflow.db").exists():
        watch.say(f"Making the database of Airflow {version}")
        _migrate(program, home, env=env, timeout=watch.left)
        record = replace(record, version=version)
    watch.say(f"Starting Airflow {version} on port {port}")
    record = replace(record, started=time.time())
    for name in names:
        birth = processes.start(
            [str(program), name, *_ARGUMENTS.get(name, ())],
            folder=home,
            log=_log(home, name),
            env=env,
        )
        record = replace(record, births={**record.births, name: birth})
        write_record(home, record)
    return wait(home, record, watch=watch)


def _require_providers(bundles: Sequence[Mapping[str, Any]]) -> None:
    """Airflow would go on without a bundle whose class it cannot import, and only log that."""
    for bundle in bundles:
        match = re.match(r"airflow\.providers\.(\w+)\.", bundle["classpath"])
        package = match and f"apache-airflow-providers-{match[1]}"
        if package and not _is_installed(package):
            raise MissingExtraError(
                f"Airflow reads a target of this kind with {package}, which is not installed",
                hint=f"pip install {package}",
            )


def _is_installed(package: str) -> bool:
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        distribution(package)
    except PackageNotFoundError:
        return False
    return True


def wait(home: Path, record: Record, *, watch: Watch) -> Instance:
    """Wait until every component is healthy.

    Raises:
        RemoteError: a component died, or time ran out; the message ends with its log's tail.
    """
    told: set[str] = set()
    while True:
        instance = describe(home, record)
        for name, word in instance.health.items():
            if word == "stopped":
                raise _failure(home, name, f"Airflow's {name} ended while it started")
            if word == "healthy" and name not in told and not instance.healthy:
                told.add(name)
                watch.say(f"{name} is ready")
        if instance.healthy:
            watch.say(f"Airflow is ready at {instance.url}")
            return instance
        if time.monotonic() > watch.deadline:
            late = next(name for name, word in instance.health.items() if word != "healthy")
            raise _failure(home, late, f"Airflow's {late} did not become ready in time")
        time.sleep(0.25)


def describe(home: Path, record: Record) -> Instance:
    """The instance as it is now."""
    living = {
        name: birth for name, birth in record.births.items() if processes.alive(birth, home=home)
    }
    return Instance(
        url=f"http://127.0.0.1:{record.port}",
        user=USER,
        password=read_password(home),
        password_file=password_file(home),
        home=home,
        dags=record.dags,
        logs=home / "logs",
        pids={name: birth.pid for name, birth in living.items()},
        health=component_health(
            record.port,
            names=record.births or COMPONENTS,
            living=frozenset(living),
            since=record.started,
        ),
    )


def _migrate(program: Path, home: Path, *, env: Mapping[str, str], timeout: float) -> None:
    log = _log(home, "database")
    with log.open("wb") as output:
        try:
            ended = subprocess.run(
                [str(program), "db", "migrate"],
                cwd=home,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=timeout,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise _failure(home, "database", "Airflow's database was not made in time") from None
    if ended.returncode:
        raise _failure(home, "database", "Airflow's database cannot be made or migrated")
    # Readers do not wait for writers then. The database remembers it.
    with closing(sqlite3.connect(home / "airflow.db", timeout=30)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")


def _airflow_version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("apache-airflow-core")
    except PackageNotFoundError:
        raise MissingExtraError(
            "Airflow is not installed",
            hint="install the extra `airflow`: pip install '.[airflow]' in nbflow's checkout",
        ) from None


def _free_port(wanted: int) -> int:
    """The port that was used before, if it is free, else any free one."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise RemoteError(
        "no free port on 127.0.0.1", hint="close programs that listen, then try again"
    )


def _log(home: Path, name: str) -> Path:
    return home / "logs" / f"{name}.log"


def _failure(home: Path, name: str, what: str) -> RemoteError:
    log = _log(home, name)
    try:
        tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-_TAIL:]
    except OSError:
        tail = []
    return RemoteError(
        "\n".join([f"{what}; the end of {log}:", *(f"    {line}" for line in tail)]),
        hint=f"read {log}; if the database is at fault, remove {home} and start again",
    )
