"""Names that Airflow accepts."""

from __future__ import annotations

import hashlib
import re
import unicodedata

LONGEST_NAME = 250
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


_GERMANIC = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "å": "aa"}
)


def ascii_letters(text: str) -> str:
    """A text with its letters spelt in ASCII, as people would: `Größe` is `groesse`.

    Accents are dropped; letters of other alphabets stay.
    """
    composed = unicodedata.normalize("NFC", text).lower().translate(_GERMANIC)
    decomposed = unicodedata.normalize("NFKD", composed)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def is_dag_id(name: str) -> bool:
    """Whether a name can be the id of a DAG, and of its file."""
    return len(name) <= LONGEST_NAME and _NAME.fullmatch(name) is not None


def dag_id(text: str) -> str:
    """A DAG's id made of any text; the same text always gives the same id.

    Accents are dropped and other characters become `_`. Where letters are lost on the way, the
    text's hash is appended, so that two names that differ stay different.
    """
    decomposed = unicodedata.normalize("NFKD", text)
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    kept = re.sub(r"[^A-Za-z0-9_.-]+", "_", plain).strip("_.-")
    lost = any(ord(char) > 127 and unicodedata.category(char)[0] in "LNS" for char in plain)
    if not lost and kept and len(kept) <= LONGEST_NAME:
        return kept
    digest = hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:8]
    return f"{kept[: LONGEST_NAME - 9].rstrip('_.-') or 'notebook'}_{digest}"
