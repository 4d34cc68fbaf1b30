"""Put what went wrong with a request into words: what, why, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow.errors import RemoteError

if TYPE_CHECKING:
    import httpx

_LONGEST = 2000
"""Characters of an answer that go into a message."""


class Refused(RemoteError):
    """Airflow answered, and the answer is no.

    Attributes:
        status: the HTTP status of the answer.
        foreign: the answer is not one of Airflow's REST API.
    """

    def __init__(
        self, message: str, *, status: int, hint: str | None = None, foreign: bool = False
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.foreign = foreign

    @property
    def missing(self) -> bool:
        """Airflow has no such thing."""
        return self.status == 404 and not self.foreign


class Unreachable(RemoteError):
    """Nobody answers, or only something between us and Airflow does."""


def is_signed_out(response: httpx.Response) -> bool:
    """Whether a new token may help; Airflow says 403 to one that it did not sign itself."""
    return response.status_code == 401 or (
        response.status_code == 403 and "Invalid JWT" in response.text
    )


def refusal(response: httpx.Response, *, doing: str) -> RemoteError:
    """The error for an answer that is not a success.

    Args:
        response: the answer, its body read.
        doing: what was asked for, as in `Airflow refused to {doing}`.
    """
    status = response.status_code
    detail = _detail(response)
    if status in {502, 503, 504}:
        return Unreachable(
            f"Airflow is not ready: status {status} when asked to {doing}",
            hint="wait a moment and try again; `nbflow airflow status` tells about an own one",
        )
    if status >= 500:
        return Refused(
            f"Airflow failed to {doing} (status {status}): {detail}",
            status=status,
            hint="the log of Airflow's api-server has the details",
        )
    return Refused(
        f"Airflow refused to {doing} (status {status}): {detail}",
        status=status,
        hint=_hint(response),
        foreign=_is_foreign(response),
    )


def unreachable(error: httpx.HTTPError, *, url: str, doing: str) -> Unreachable:
    """The error for a request that got no answer."""
    reason = str(error) or type(error).__name__
    return Unreachable(
        f"Airflow at {url} cannot be reached to {doing}: {reason}",
        hint="start an own one with `nbflow airflow up`, or correct `airflow: url:` in nbflow.yaml",
    )


def _hint(response: httpx.Response) -> str | None:
    if _is_foreign(response):
        return f"{response.url} does not look like Airflow 3; check `airflow: url:` in nbflow.yaml"
    if is_signed_out(response):
        return "check user and password, or get a new token (it may have expired)"
    return {
        404: "`nbflow runs` lists what there is",
        403: "this user may not do that; ask whoever administers Airflow for the role",
        405: "this Airflow signs in differently; give a token (`airflow: token_env:`)",
        409: "choose another run id, or leave it out",
        422: "correct the value that is named above",
        400: "correct the value that is named above",
    }.get(response.status_code)


def _is_foreign(response: httpx.Response) -> bool:
    """Airflow's REST API answers in JSON, its errors included."""
    return response.status_code in {404, 405} and "json" not in response.headers.get(
        "content-type", ""
    )


def _detail(response: httpx.Response) -> str:
    """Airflow's own words; they differ in shape from one endpoint to the next."""
    try:
        body = response.json()
    except ValueError:
        return response.text.strip()[:_LONGEST] or response.reason_phrase
    detail = body.get("detail", body) if isinstance(body, dict) else body
    return _words(detail)[:_LONGEST] or response.reason_phrase


def _words(detail: Any) -> str:
    if isinstance(detail, list):
        return "; ".join(_words(item) for item in detail)
    if isinstance(detail, dict) and "msg" in detail:
        # FastAPI's validation errors: where, and what.
        where = ".".join(str(part) for part in detail.get("loc", ()) if part != "body")
        return f"{where}: {detail['msg']}" if where else str(detail["msg"])
    if isinstance(detail, dict):
        return str(detail.get("reason") or detail.get("message") or detail)
    return str(detail)
