"""Who we are to Airflow: given outright, or named by an environment variable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow.errors import SettingsError
from nbflow.remote.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.remote.patience import Patience


def open_connection(
    url: str,
    *,
    token: str | None,
    user: str | None,
    password: str | None,
    token_env: str | None,
    password_env: str | None,
    environ: Mapping[str, str],
    patience: Patience,
) -> Connection:
    """A connection that signs in with a token, or else with user and password.

    Raises:
        SettingsError: the address is none, a variable is not set, or a password is missing.
    """
    if not url.startswith(("http://", "https://")):
        raise SettingsError(
            f"{url!r} is not the address of an Airflow",
            hint="write it with its scheme: airflow: {url: https://airflow.example.com}",
        )
    token = token or _look_up(token_env, environ)
    password = password or _look_up(password_env, environ)
    if token is None and user is not None and password is None:
        raise SettingsError(
            f"the user {user} has no password for {url}",
            hint="name the environment variable that holds it (`password_env:`), or use a token",
        )
    signing_in = user if password is not None else None
    return Connection(
        url.rstrip("/"), token=token, user=signing_in, password=password, patience=patience
    )


def _look_up(name: str | None, environ: Mapping[str, str]) -> str | None:
    if name is None:
        return None
    value = environ.get(name, "").strip()
    if not value:
        raise SettingsError(
            f"the environment variable {name} is not set; it should hold the way into Airflow",
            hint=f"export {name}=…",
        )
    return value
