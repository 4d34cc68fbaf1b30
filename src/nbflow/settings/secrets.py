"""Values that look like secrets are refused: files are shared, secrets are not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbflow.settings.yamlfile import YamlFile

_SECRET_NAME = re.compile(
    r"(?:^|_)(?:token|password|passwd|secret|api_?key|access_key|secret_key|private_key|credentials?)$",
    re.IGNORECASE,
)
_SECRET_VALUE = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY"  # PEM
    r"|\bAKIA[0-9A-Z]{16}\b"  # AWS access key
    r"|\bgh[pousr]_[A-Za-z0-9]{30,}"  # GitHub
    r"|\bglpat-[A-Za-z0-9_-]{20,}"  # GitLab
    r"|\bxox[abprs]-[A-Za-z0-9-]{10,}"  # Slack
)
_URL_WITH_PASSWORD = re.compile(r"^[a-z][a-z0-9+.-]*://[^/@\s]*:[^/@\s]*@", re.IGNORECASE)


def refuse_secrets(file: YamlFile) -> None:
    """Refuse a file that holds a secret.

    Raises:
        SettingsError: it does; the error names the place, never the value.
    """
    for keys, value in file.leaves():
        named = _name(keys)
        if value in (None, "") or not looks_secret(named, value):
            continue
        in_pod = "env" in keys[:-1]
        raise file.error(
            keys,
            f"{'.'.join(map(str, keys))} holds a secret",
            hint=(
                "name a Kubernetes Secret instead: `{secret: NAME, key: KEY}`, or a cell's tag "
                "`secret:NAME:KEY:ENV`"
                if in_pod
                else f"say which environment variable holds it: `{_by_name(named)}: NAME`"
            ),
        )


def _name(keys: Sequence[str | int]) -> str:
    """What a value is called; empty where it is itself the name of a Secret."""
    words = [key for key in keys if isinstance(key, str)]
    in_environment = not {"env", "env_from"}.isdisjoint(words[:-1])
    if in_environment and words[-1] == "secret":
        return ""
    if in_environment and words[-1] == "value":
        return words[-2]
    return words[-1] if words else ""


def looks_secret(name: str, value: Any) -> bool:
    """Whether what is called so, or has this value, would be refused in a file."""
    return bool(_SECRET_NAME.search(name)) or is_secret(str(value))


def is_secret(text: str) -> bool:
    """Whether a text is a secret whatever it is called: a well-known key, a URL with a password."""
    return bool(_URL_WITH_PASSWORD.match(text) or _SECRET_VALUE.search(text))


def _by_name(name: str) -> str:
    return f"{name}_env" if _SECRET_NAME.search(name) else "token_env"
