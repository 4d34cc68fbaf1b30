"""The routes of a server, made from the table of endpoints."""

from __future__ import annotations

import atexit
import re
from typing import Any

from jupyter_server.utils import url_path_join

from nbflow.server.calls import Endpoint
from nbflow.server.handlers import EndpointHandler
from nbflow.server.jobs import Jobs
from nbflow.server.table import ENDPOINTS
from nbflow.server.threads import Threads

__all__ = ["ROOT", "add_endpoints", "routes"]

ROOT = "nbflow/api"
_NAME = re.compile(r"\{(\w+)\}")


def add_endpoints(server_app: Any) -> None:
    """Add all endpoints to a Jupyter Server, below its base URL."""
    jobs = Jobs()
    atexit.register(jobs.close)
    web_app = server_app.web_app
    own = routes(web_app.settings["base_url"], jobs=jobs, threads=Threads())
    web_app.add_handlers(".*$", own)
    server_app.log.info("nbflow answers at %s", url_path_join(web_app.settings["base_url"], ROOT))


def routes(
    base_url: str, *, jobs: Jobs, threads: Threads
) -> list[tuple[str, type[EndpointHandler], dict[str, Any]]]:
    """Tornado's route of each path that has endpoints."""
    by_path: dict[str, dict[str, Endpoint]] = {}
    for one in ENDPOINTS:
        by_path.setdefault(one.path, {})[one.method] = one
    return [
        (
            url_path_join(re.escape(base_url), ROOT, _NAME.sub(r"(?P<\1>[^/]+)", path)),
            EndpointHandler,
            {"endpoints": endpoints, "jobs": jobs, "threads": threads},
        )
        for path, endpoints in by_path.items()
    ]
