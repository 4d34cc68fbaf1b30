"""Errors as JSON: a code, what happened, what can be done."""

from __future__ import annotations

from typing import Any

from nbflow.errors import NbflowError
from nbflow.server.wording import spoken

__all__ = ["STATUS_WORDS", "as_json", "refusal"]

STATUS_WORDS = {
    400: "request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not-found",
    405: "method",
    409: "conflict",
    413: "too-large",
}
"""The code of an error that is not nbflow's."""


def as_json(error: Exception) -> dict[str, Any]:
    """An error as clients read it; of a bug no more than that it is one."""
    if isinstance(error, NbflowError):
        return spoken({"cell": None, **error.as_json(), "status": error.http_status})
    return {
        "code": "internal",
        "message": "nbflow has a fault: the server's log says which",
        "hint": f"{type(error).__name__}: please report it with what the log says.",
        "status": 500,
    }


def refusal(status: int, message: str) -> dict[str, Any]:
    """What Jupyter Server or its contents manager refused."""
    code = STATUS_WORDS.get(status, "internal" if status >= 500 else "refused")
    return {"code": code, "message": message, "hint": None, "status": status}
