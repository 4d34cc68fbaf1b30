"""What is known of an embedded Airflow: where it is, who may enter, which processes it has."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

COMPONENTS = ("api-server", "scheduler", "dag-processor")
TRIGGERER = "triggerer"
"""The component beside these that waits for pods, where steps run in some."""


@dataclass(frozen=True)
class Instance:
    """A private Airflow that runs on this machine.

    Attributes:
        url: where its web pages and its REST API are, without a slash at the end.
        user: the one user there is, an administrator.
        password: that user's password.
        password_file: the JSON file (mode 0600) that the password was read from.
        home: its `AIRFLOW_HOME`.
        dags: the folder that it reads DAGs from.
        logs: folder with one log file for each component; the tasks' logs are below `tasks`.
        pids: process ids by component, those that live.
        health: a word for each component: `healthy`, `starting` or `stopped`.
    """

    url: str
    user: str
    password: str = field(repr=False)
    password_file: Path
    home: Path
    dags: Path
    logs: Path
    pids: Mapping[str, int] = field(default_factory=dict)
    health: Mapping[str, str] = field(default_factory=dict)

    @property
    def healthy(self) -> bool:
        """Every component does its work."""
        words = {**dict.fromkeys(COMPONENTS, "stopped"), **self.health}
        return all(word == "healthy" for word in words.values())


@dataclass(frozen=True)
class Birth:
    """A process that we started; the time tells it from a later one with the same id.

    Attributes:
        pid: the process id, which is its group's id too.
        created: seconds since the epoch, as the system counts them.
    """

    pid: int
    created: float


@dataclass(frozen=True)
class Record:
    """What is written down between `up` and `down`.

    Attributes:
        port: on 127.0.0.1; kept, so that the address stays the same.
        dags: the folder of DAGs.
        bundles: further DAG bundles, as Airflow's `dag_bundle_config_list` has them.
        version: the Airflow that the database was made or migrated for, or None.
        births: the processes by component.
        started: seconds since the epoch.
    """

    port: int
    dags: Path
    bundles: tuple[Mapping[str, Any], ...] = ()
    version: str | None = None
    births: Mapping[str, Birth] = field(default_factory=dict)
    started: float = 0.0


def read_record(home: Path) -> Record | None:
    """What `up` wrote down last; None where there is nothing, or nothing readable."""
    try:
        data = json.loads(_record_file(home).read_text(encoding="utf-8"))
        births = {name: Birth(**birth) for name, birth in data["births"].items()}
        return Record(
            port=int(data["port"]),
            dags=Path(data["dags"]),
            bundles=tuple(data.get("bundles", ())),
            version=data["version"],
            births=births,
            started=float(data["started"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write_record(home: Path, record: Record) -> None:
    """Write down what `down` and the next `up` need; the file changes all at once."""
    data: dict[str, Any] = {
        "port": record.port,
        "dags": str(record.dags),
        "bundles": list(record.bundles),
        "version": record.version,
        "births": {name: vars(birth) for name, birth in record.births.items()},
        "started": record.started,
    }
    file = _record_file(home)
    new = file.with_suffix(".new")
    new.write_text(json.dumps(data, indent=1), encoding="utf-8")
    new.replace(file)


def _record_file(home: Path) -> Path:
    return home / "instance.json"
