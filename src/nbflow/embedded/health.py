"""Ask an embedded Airflow how it is."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

_TIMEOUT = 20.0


def component_health(
    port: int, *, names: Iterable[str], living: frozenset[str], since: float
) -> dict[str, str]:
    """A word for each component: `healthy`, `starting` or `stopped`.

    Args:
        port: of the API server on 127.0.0.1.
        names: the components.
        living: those whose process lives.
        since: seconds since the epoch; an older heartbeat is one of an earlier life.
    """
    # The first question to the part that tasks talk to takes seconds, in which it sets itself up:
    # better asked now than by the first task.
    serves_tasks = bool(living and _ask(port, "/execution/health"))
    report = _ask(port, "/api/v2/monitor/health") if living else {}
    health = {}
    for name in names:
        if name not in living:
            health[name] = "stopped"
        elif name == "api-server":
            health[name] = "healthy" if report and serves_tasks else "starting"
        else:
            key = name.replace("-", "_")
            health[name] = "healthy" if _beats(report.get(key), key, since) else "starting"
    return health


def _beats(part: Any, key: str, since: float) -> bool:
    if not isinstance(part, dict) or part.get("status") != "healthy":
        return False
    beat = part.get(f"latest_{key}_heartbeat")
    if not isinstance(beat, str):
        return False
    moment = datetime.fromisoformat(beat)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.timestamp() >= since


def _ask(port: int, path: str) -> dict[str, Any]:
    """Airflow's own report; empty while nobody answers."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://127.0.0.1:{port}{path}", timeout=_TIMEOUT) as answer:
            report = json.load(answer)
    except (OSError, ValueError, urllib.error.URLError):
        return {}
    return report if isinstance(report, dict) else {}
