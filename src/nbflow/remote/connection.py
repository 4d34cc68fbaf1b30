"""One signed-in connection to Airflow: tokens, retries, and errors in words."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbflow.remote.failures import Refused, is_signed_out, refusal, unreachable
from nbflow.remote.patience import PATIENT, Patience

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx


@dataclass(frozen=True)
class _Request:
    """What to send; `again` says that sending it twice does no harm."""

    method: str
    path: str
    doing: str
    body: Mapping[str, Any] | None = None
    query: Mapping[str, Any] = field(default_factory=dict)
    again: bool = True


@dataclass
class Connection:
    """A connection; it keeps a token and open sockets, so close it.

    Attributes:
        url: Airflow's address without a slash at the end.
        token: bearer token, or None until the user has signed in.
        user, password: to sign in with, or None where the token was given.
        patience: how long it waits for answers.
    """

    url: str
    token: str | None = field(default=None, repr=False)
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    patience: Patience = PATIENT
    _client: httpx.Client | None = field(default=None, repr=False)

    def close(self) -> None:
        """Close all sockets."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def get(self, path: str, *, doing: str, **query: Any) -> Any:
        """Ask for something; asked again while Airflow is briefly away.

        Raises:
            Refused: Airflow says no.
            Unreachable: nobody answers.
        """
        return self._ask(_Request("GET", path, doing, query=query))

    def find(self, path: str, *, doing: str) -> Any:
        """As `get`; None where Airflow has no such thing."""
        try:
            return self.get(path, doing=doing)
        except Refused as error:
            if error.missing:
                return None
            raise

    def post(self, path: str, body: Mapping[str, Any], *, doing: str) -> Any:
        """Make something; asked once, because nobody knows what a lost answer would have said.

        Raises:
            Refused: Airflow says no.
            Unreachable: nobody answers.
        """
        return self._ask(_Request("POST", path, doing, body=body, again=False))

    def patch(self, path: str, body: Mapping[str, Any], *, doing: str, **query: Any) -> Any:
        """Change something to a given state, which may be repeated.

        Raises:
            Refused: Airflow says no.
            Unreachable: nobody answers.
        """
        return self._ask(_Request("PATCH", path, doing, body=body, query=query))

    def put(self, path: str, *, doing: str) -> Any:
        """Have something done that may be done twice.

        Raises:
            Refused: Airflow says no.
            Unreachable: nobody answers.
        """
        return self._ask(_Request("PUT", path, doing))

    def _ask(self, request: _Request) -> Any:
        if self.token is None and self.user is not None:
            self._sign_in()
        response = self._send(request)
        if is_signed_out(response) and self.user is not None:
            # Tokens last a day, or until Airflow changes its secret; the password lasts.
            self._sign_in()
            response = self._send(request)
        return _read(response, doing=request.doing)

    def _sign_in(self) -> None:
        doing = f"sign in {self.user}"
        body = {"username": self.user, "password": self.password}
        self.token = None
        response = self._send(_Request("POST", "/auth/token", doing, body=body))
        answer = _read(response, doing=doing)
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(token, str):
            raise Refused(
                f"Airflow at {self.url} gave no token to {self.user}",
                status=response.status_code,
                hint="check `airflow: url:` in nbflow.yaml, or give a token (`token_env:`)",
            )
        self.token = token

    def _send(self, request: _Request) -> httpx.Response:
        import httpx

        for wait in (*self.patience.waits, None):
            try:
                response = self._send_once(request)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                # Nothing was sent yet: safe whatever the method.
                if wait is None:
                    raise unreachable(error, url=self.url, doing=request.doing) from error
            except httpx.HTTPError as error:
                if wait is None or not request.again:
                    raise unreachable(error, url=self.url, doing=request.doing) from error
            else:
                away = response.status_code in {502, 503, 504}
                if wait is None or not request.again or not away:
                    return response
            time.sleep(wait or 0)
        raise AssertionError("the last attempt returns or raises")

    def _send_once(self, request: _Request) -> httpx.Response:
        body = request.body
        return self._open().request(
            request.method,
            request.path,
            params=dict(request.query),
            content=None if body is None else json.dumps(body, allow_nan=False),
            headers=self._headers(),
        )

    def _headers(self) -> dict[str, str]:
        signed = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return {"Accept": "application/json", "Content-Type": "application/json", **signed}

    def _open(self) -> httpx.Client:
        import httpx

        if self._client is None:
            host = httpx.URL(self.url).host
            self._client = httpx.Client(
                base_url=self.url,
                timeout=self.patience.timeout,
                # A proxy cannot reach this machine's own address.
                trust_env=host not in {"127.0.0.1", "localhost", "::1"},
                follow_redirects=False,
            )
        return self._client


def _read(response: httpx.Response, *, doing: str) -> Any:
    if not response.is_success:
        raise refusal(response, doing=doing)
    if not response.content:
        return None
    try:
        return response.json()
    except ValueError:
        raise Refused(
            f"the answer when asked to {doing} is not JSON",
            status=response.status_code,
            hint=f"{response.url} does not look like Airflow 3; check `airflow: url:`",
        ) from None
