"""How long an Airflow that does not answer is waited for."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["BRIEF", "ONCE", "PATIENT", "Patience"]


@dataclass(frozen=True)
class Patience:
    """How long a request waits.

    Attributes:
        timeout: seconds without a sign of life after which an attempt is given up.
        waits: seconds between the attempts of a request that may be repeated; one attempt more is
            made than there are of these.
    """

    timeout: float
    waits: tuple[float, ...] = ()


PATIENT = Patience(30.0, waits=(0.2, 0.5, 1.0, 2.0))
"""Of who wants something done, or has nowhere else to look: Airflow may be starting anew."""
ONCE = Patience(15.0)
"""Of who looks, and will look again."""
BRIEF = Patience(5.0)
"""Of who asks no more than whether anybody is there."""
