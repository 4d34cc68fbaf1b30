"""The files that make a folder a private Airflow home: settings, secrets, password, kernel."""

from __future__ import annotations

import base64
import json
import os
import secrets
import sys
from configparser import RawConfigParser
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

USER = "admin"
MARK = "NBFLOW_AIRFLOW"
"""Environment variable that marks every process of an embedded Airflow with its home."""

_HEAD_START = """\
import contextlib
import sys

if sys.argv[1:2] == ["scheduler"]:
    with contextlib.suppress(ImportError):
        import papermill
"""


def write_configuration(
    home: Path, *, dags: Path, port: int, bundles: Sequence[Mapping[str, Any]] = ()
) -> None:
    """Write `airflow.cfg`, so that components and the `airflow` program agree on everything."""
    parser = RawConfigParser()
    settings = _settings(home, dags=dags, port=port, keys=_read_secrets(home))
    listed = [_own_bundle(dags), *bundles]
    settings["dag_processor"]["dag_bundle_config_list"] = json.dumps(listed)
    # Airflow interpolates: a percent sign of ours (a folder's name) must be doubled.
    doubled = {
        section: {name: value.replace("%", "%%") for name, value in options.items()}
        for section, options in settings.items()
    }
    parser.read_dict(doubled)
    with _private(home / "airflow.cfg") as file:
        file.write("# Written by nbflow at each `nbflow airflow up`; changes here are lost.\n")
        parser.write(file)
    _write_kernel(home)
    _write_head_start(home)


def password_file(home: Path) -> Path:
    """Where Airflow's simple auth manager keeps passwords."""
    return home / "passwords.json"


def read_password(home: Path) -> str:
    """The user's password, made on first use."""
    file = password_file(home)
    try:
        return str(json.loads(file.read_text(encoding="utf-8"))[USER])
    except (OSError, ValueError, KeyError, TypeError):
        password = secrets.token_urlsafe(12)
        with _private(file) as opened:
            json.dump({USER: password}, opened)
        return password


def component_environment(home: Path, *, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of every component: the caller's, without another Airflow's settings.

    Connections and variables (`AIRFLOW_CONN_…`, `AIRFLOW_VAR_…`) are the user's and stay.
    """
    foreign = ("AIRFLOW__", "_AIRFLOW_", "JPY_")
    kept = {
        name: value
        for name, value in environ.items()
        if not name.startswith(foreign) and name != "AIRFLOW_CONFIG"
    }
    programs = str(Path(sys.executable).parent)
    own = {
        "AIRFLOW_HOME": str(home),
        MARK: str(home),
        # Renaming a process must not overwrite its environment, where the mark is looked for.
        "SPT_NOENV": "1",
        "PATH": os.pathsep.join(filter(None, [programs, kept.get("PATH")])),
        "JUPYTER_PATH": os.pathsep.join(
            filter(None, [str(home / "jupyter"), kept.get("JUPYTER_PATH")])
        ),
        "PYTHONUNBUFFERED": "1",
        # A proxy cannot reach this machine's own address.
        **{name: _with_loopback(kept.get(name)) for name in ("NO_PROXY", "no_proxy")},
    }
    return {**kept, **own}


def _with_loopback(hosts: str | None) -> str:
    return ",".join(filter(None, [hosts, "127.0.0.1", "localhost"]))


def _settings(
    home: Path, *, dags: Path, port: int, keys: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    url = f"http://127.0.0.1:{port}"
    return {
        "core": {
            "dags_folder": str(dags),
            "plugins_folder": str(home / "plugins"),
            "executor": "LocalExecutor",
            "parallelism": str((os.cpu_count() or 1) + 1),
            "load_examples": "False",
            "hostname_callable": "socket.gethostname",
            "execution_api_server_url": f"{url}/execution/",
            "simple_auth_manager_users": f"{USER}:admin",
            "simple_auth_manager_passwords_file": str(password_file(home)),
            "fernet_key": keys["fernet"],
            "dagbag_import_timeout": "120",
            # The last two frames, as by default, seldom have the line of the DAG file.
            "dagbag_import_error_traceback_depth": "20",
            # A DAG that was published again is live at the next parse.
            "min_serialized_dag_update_interval": "0",
            "killed_task_cleanup_time": "10",
        },
        "database": {"sql_alchemy_conn": f"sqlite:///{home / 'airflow.db'}?timeout=60"},
        "logging": {
            "base_log_folder": str(home / "logs" / "tasks"),
            "dag_processor_child_process_log_directory": str(home / "logs" / "parsing"),
            "colored_console_log": "False",
        },
        "api": {
            "host": "127.0.0.1",
            "port": str(port),
            "base_url": url,
            "workers": "1",
            "secret_key": keys["session"],
        },
        "api_auth": {"jwt_secret": keys["jwt"]},
        "workers": {
            "execution_api_timeout": "30",
            "missing_dag_retry_delay": "5",
            # The end of a task is noticed that late when a kernel outlives it for a moment.
            "min_heartbeat_interval": "1",
        },
        "scheduler": {
            "scheduler_idle_sleep_time": "0.5",
            "parsing_cleanup_interval": "10",
            "orphaned_tasks_check_interval": "30",
            "task_instance_heartbeat_timeout": "60",
        },
        "dag_processor": {
            "dag_bundle_storage_path": str(home / "bundles"),
            "bundle_refresh_check_interval": "1",
            "refresh_interval": "2",
            # What did not change is read seldom; what did, at once: newest first is the order.
            "min_file_process_interval": "30",
            "file_parsing_sort_mode": "modified_time",
            "parsing_processes": "1",
            "stale_dag_threshold": "10",
            "dag_file_processor_timeout": "180",
            "print_stats_interval": "300",
        },
        "usage_data_collection": {"enabled": "False"},
    }


def _own_bundle(dags: Path) -> dict[str, Any]:
    return {
        "name": "dags-folder",
        "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle",
        "kwargs": {"path": str(dags), "refresh_interval": 2},
    }


def _read_secrets(home: Path) -> dict[str, str]:
    file = home / "secrets.json"
    # Bytes: Fernet asks for 32, signatures with SHA-512 for no fewer than 64.
    sizes = {"fernet": 32, "jwt": 64, "session": 64}
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return {name: str(found[name]) for name in sizes}
    except (OSError, ValueError, KeyError, TypeError):
        made = {
            name: base64.urlsafe_b64encode(secrets.token_bytes(size)).decode()
            for name, size in sizes.items()
        }
        with _private(file) as opened:
            json.dump(made, opened)
        return made


def _write_kernel(home: Path) -> None:
    """Let `python3` be this Python, whatever kernels the user has registered elsewhere."""
    folder = home / "jupyter" / "kernels" / "python3"
    folder.mkdir(parents=True, exist_ok=True)
    spec = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "Python 3 (nbflow)",
        "language": "python",
    }
    (folder / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")


def _write_head_start(home: Path) -> None:
    """Let the scheduler import papermill once, before it forks the processes of the tasks.

    Each task would import it otherwise: 2 of the 4 seconds that a small one takes.
    """
    folder = home / "config"
    folder.mkdir(parents=True, exist_ok=True)
    # Airflow imports this module in every component, from this place.
    (folder / "airflow_local_settings.py").write_text(_HEAD_START, encoding="utf-8")


def _private(path: Path) -> TextIO:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.fchmod(descriptor, 0o600)
    return os.fdopen(descriptor, "w", encoding="utf-8")
