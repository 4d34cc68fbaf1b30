"""Guesses whether a string is a secret that should not be written down."""

from __future__ import annotations

import re

_WORDS = {"password", "passwd", "passphrase", "pwd", "secret", "secrets", "credential"}
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
    lowered = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
    words = set(lowered.split("_"))
    if words & _WORDS or any(pair in lowered for pair in _PAIRS):
        return _PATH.fullmatch(value) is None
    return "token" in words and _looks_random(value)


def _looks_random(value: str) -> bool:
    return (
        len(value) >= 16
        and re.search(r"\d", value) is not None
        and re.fullmatch(r"[A-Za-z0-9_.=+/-]+", value) is not None
    )
