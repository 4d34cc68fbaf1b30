"""What a pre-flight finds, as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """How it stands with one thing that was looked at."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Answer:
    """What was found on one question.

    Attributes:
        verdict: how it stands.
        message: what was found.
        hint: what can be done about it, or None.
        variables: the environment variables that it is about.
        resources: those that the pod asks too much or nothing of, by Kubernetes' names without
            `requests.` and `limits.`.
        waits: the pod is no error, it would wait for room that never comes.
    """

    verdict: Verdict
    message: str
    hint: str | None = None
    variables: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    waits: bool = False


@dataclass(frozen=True)
class Finding:
    """What was found for one profile.

    Attributes:
        profile: the profile's name.
        team: whose pod it would be, or None.
        check: what was looked at; one of `CHECKS`, or `settings` and `policy` where the settings
            alone say that there can be no such pod.
        verdict: how it stands.
        message: what was found.
        hint: what can be done about it, or None.
        variables, resources, waits: as in `Answer`.
    """

    profile: str
    team: str | None
    check: str
    verdict: Verdict
    message: str
    hint: str | None = None
    variables: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    waits: bool = False

    def as_json(self) -> dict[str, Any]:
        """The finding as programs read it."""
        return {
            "profile": self.profile,
            "team": self.team,
            "check": self.check,
            "verdict": str(self.verdict),
            "message": self.message,
            "hint": self.hint,
        }
