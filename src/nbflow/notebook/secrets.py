"""Guesses whether a value is a secret that should not be written down, or shown."""

from __future__ import annotations

import re
from collections.abc import Mapping

from nbflow.settings import is_secret

_WORDS = {
    *("password", "passwd", "passphrase", "passcode", "pwd"),
    *("secret", "secrets", "credential", "credentials"),
}
_VAGUE = {"token", "tokens", "auth", "bearer", "cookie", "cookies", "jwt"}
_PAIRS = ("api_key", "apikey", "access_key", "secret_key", "private_key", "auth_key")
_PLACEHOLDER = re.compile(
    r"[<\[{$(].*|.*(?:your|change|example|dummy|xxx|\*\*\*|env:).*", re.I | re.S
)
_PATH = re.compile(r"[A-Za-z0-9_.-]*(?:/[A-Za-z0-9_.-]*)+|.*\.(?:json|pem|txt|key|ya?ml|env)", re.S)


def looks_secret(name: str, value: object) -> bool:
    """Whether a name and its value look like a password or a key.

    A name alone does not make one: empty strings, placeholders and paths are none, and a word
    such as `token` means many things, so that only a random-looking value counts there.
    """
    if not isinstance(value, str) or not value.strip() or _PLACEHOLDER.fullmatch(value):
        return False
    if _is_named_secret(name):
        return _PATH.fullmatch(value) is None
    return "token" in _words(name) and _looks_random(value, least=16)


def may_be_secret(name: str, value: object) -> bool:
    """Whether a value should rather not be shown.

    Guesses more than `looks_secret`, of which a finding is made: what is hidden in vain costs
    less. Of lists and mappings each item is looked at.
    """
    if isinstance(value, Mapping):
        return any(may_be_secret(f"{name}_{key}", item) for key, item in value.items())
    if isinstance(value, list | tuple):
        return any(may_be_secret(name, item) for item in value)
    if not isinstance(value, str) or not value.strip():
        return False
    if _is_named_secret(name):
        return _PATH.fullmatch(value) is None
    vague = not _VAGUE.isdisjoint(_words(name))
    return is_secret(value) or (vague and _looks_random(value, least=8))


def asks_for_secret(name: str, default: object) -> bool:
    """Whether a parameter is one whose values should not be seen while they are typed."""
    if default is None or (isinstance(default, str) and not default.strip()):
        return may_be_secret(name, "a1b2c3d4e5")
    return may_be_secret(name, default)


def _is_named_secret(name: str) -> bool:
    words = _words(name)
    return not _WORDS.isdisjoint(words) or any(pair in "_".join(words) for pair in _PAIRS)


def _words(name: str) -> list[str]:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().split("_")


def _looks_random(value: str, *, least: int) -> bool:
    return (
        len(value) >= least
        and re.search(r"\d", value) is not None
        and re.fullmatch(r"[A-Za-z0-9_.=+/-]+", value) is not None
    )
