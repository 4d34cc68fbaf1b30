"""What the processes that tests start see of the environment."""

from __future__ import annotations

import os

__all__ = ["bare_environment"]


def bare_environment() -> dict[str, str]:
    """Nothing but where programs are, and what Python has compiled of them.

    Without the latter a process that imports Airflow compiles all of it again, where Python may
    not keep it beside the sources: twice the time.
    """
    return {k: v for k, v in os.environ.items() if k in {"PATH", "PYTHONPYCACHEPREFIX"}}
