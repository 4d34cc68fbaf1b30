"""The exceptions that nbflow raises for its users' mistakes and its surroundings' failures.

    NbflowError
    ├── NotebookError       the notebook cannot be read                       exit 2
    ├── UsageError          an argument makes no sense                        exit 2
    ├── ForeignFileError    a file of another tool cannot be read             exit 2
    ├── CheckFailed         the notebook cannot become a pipeline             exit 3
    ├── PreflightFailed     the cluster could not run the steps               exit 3
    ├── SettingsError       nbflow.yaml or the notebook's options are wrong   exit 4
    ├── PolicyError         something the team may not do                     exit 4
    ├── MissingExtraError   an optional dependency is not installed           exit 5
    ├── TargetError         the bundle cannot be published                    exit 6
    │   └── UnseenVersion   it would replace what its author does not know    exit 6
    ├── RemoteError         Airflow refused, or cannot be reached             exit 6
    │   └── NotLive         Airflow does not run what was published           exit 6
    ├── ClusterError        Kubernetes refused, or cannot be reached          exit 6
    ├── StoreError          an artifact is missing or damaged                 exit 6
    ├── StepFailed          a step of a run failed                            exit 10
    ├── RunEnded            a run ended badly, though no step of it failed    exit 10
    └── Interrupted         the user stopped the work                         exit 130

Anything else that escapes is a bug of nbflow and keeps its traceback.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "CheckFailed",
    "ClusterError",
    "ForeignFileError",
    "Interrupted",
    "MissingExtraError",
    "NbflowError",
    "NotLive",
    "NotebookError",
    "PolicyError",
    "PreflightFailed",
    "RemoteError",
    "RunEnded",
    "SettingsError",
    "StepFailed",
    "StoreError",
    "TargetError",
    "UnseenVersion",
    "UsageError",
]


class NbflowError(Exception):
    """A failure with a name, a place and a way out.

    Attributes:
        code: a stable word for programs.
        exit_status: what the command line ends with.
        http_status: what the server answers with.
        hint: what the user can do about it, or None.
    """

    code: ClassVar[str] = "error"
    exit_status: ClassVar[int] = 1
    http_status: ClassVar[int] = 500

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def as_json(self) -> dict[str, Any]:
        """The error as programs read it."""
        return {"code": self.code, "message": self.message, "hint": self.hint}


class NotebookError(NbflowError):
    """The notebook cannot be read."""

    code = "notebook"
    exit_status = 2
    http_status = 400


class UsageError(NbflowError):
    """An argument or parameter value that makes no sense."""

    code = "usage"
    exit_status = 2
    http_status = 400


class ForeignFileError(NbflowError):
    """A file of another tool cannot be read, or says what cannot be."""

    code = "foreign-file"
    exit_status = 2
    http_status = 400


class CheckFailed(NbflowError):
    """The notebook has errors; `diagnostics` says which, each with its cell and fix."""

    code = "check"
    exit_status = 3
    http_status = 422

    def __init__(
        self, message: str, *, diagnostics: Sequence[Any] = (), hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.diagnostics = tuple(diagnostics)

    def as_json(self) -> dict[str, Any]:
        """The error with each of its diagnostics."""
        found = [diagnostic.as_json() for diagnostic in self.diagnostics]
        return {**super().as_json(), "diagnostics": found}


class PreflightFailed(NbflowError):
    """The cluster could not run what would be published; `findings` says why, each with its fix."""

    code = "preflight"
    exit_status = 3
    http_status = 422

    def __init__(
        self, message: str, *, findings: Sequence[Any] = (), hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.findings = tuple(findings)

    def as_json(self) -> dict[str, Any]:
        """The error with each of its findings."""
        found = [finding.as_json() for finding in self.findings]
        return {**super().as_json(), "findings": found}


class SettingsError(NbflowError):
    """A settings file, or the notebook's own options, cannot be understood."""

    code = "settings"
    exit_status = 4
    http_status = 422


class PolicyError(NbflowError):
    """What the notebook asks for is not allowed to its team."""

    code = "policy"
    exit_status = 4
    http_status = 403


class MissingExtraError(NbflowError):
    """An optional dependency is needed; the hint names the command that installs it."""

    code = "missing-extra"
    exit_status = 5
    http_status = 501


class TargetError(NbflowError):
    """The place that Airflow reads DAGs from cannot be written.

    Attributes:
        forcible: it is done all the same where somebody insists.
    """

    code = "target"
    exit_status = 6
    http_status = 502

    def __init__(self, message: str, *, hint: str | None = None, forcible: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.forcible = forcible

    def as_json(self) -> dict[str, Any]:
        """The error, and whether somebody may insist."""
        said = super().as_json()
        return {**said, "forcible": True} if self.forcible else said


class UnseenVersion(TargetError):
    """A version is published that whoever would replace it has not seen.

    It is done all the same where somebody insists.

    Attributes:
        version: its `digest`, and `by` whom and at which `moment` it was published, or None.
    """

    def __init__(self, message: str, *, hint: str, version: Mapping[str, str | None]) -> None:
        super().__init__(message, hint=hint, forcible=True)
        self.version = version

    def as_json(self) -> dict[str, Any]:
        """The error with the version."""
        return {**super().as_json(), "unseen": dict(self.version)}


class RemoteError(NbflowError):
    """Airflow refused a request, answered nonsense, or cannot be reached."""

    code = "remote"
    exit_status = 6
    http_status = 502


class NotLive(RemoteError):
    """Airflow does not run what was published: it cannot import it, or has not taken it up.

    Attributes:
        diagnostics: what Airflow cannot import, and why.
        published: all that was published, what is live too.
    """

    code = "not-live"

    def __init__(
        self,
        message: str,
        *,
        diagnostics: Sequence[Any] = (),
        published: Sequence[Any] = (),
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.diagnostics = tuple(diagnostics)
        self.published = tuple(published)

    def as_json(self) -> dict[str, Any]:
        """The error with each of its diagnostics, and what was published."""
        found = [diagnostic.as_json() for diagnostic in self.diagnostics]
        published = [one.as_json() for one in self.published]
        return {**super().as_json(), "diagnostics": found, "published": published}


class ClusterError(NbflowError):
    """Kubernetes refused a request or cannot be reached."""

    code = "cluster"
    exit_status = 6
    http_status = 502


class StoreError(NbflowError):
    """An artifact is missing, damaged or cannot be written."""

    code = "store"
    exit_status = 6
    http_status = 502


class StepFailed(NbflowError):
    """A step of a run failed.

    Attributes:
        step: the step's name.
        cell: the id of the failing cell, None when no cell was running.
        ename: the exception's class name, or a word such as `KernelDied`.
        evalue: the exception's text.
        cause: one sentence for people.
    """

    code = "step-failed"
    exit_status = 10
    http_status = 409

    def __init__(
        self,
        *,
        step: str,
        ename: str,
        evalue: str,
        cell: str | None = None,
        cause: str | None = None,
        hint: str | None = None,
    ) -> None:
        where = f"step {step}" if cell is None else f"step {step}, cell {cell}"
        super().__init__(cause or f"{where}: {ename}: {evalue}", hint=hint)
        self.step = step
        self.cell = cell
        self.ename = ename
        self.evalue = evalue
        self.cause = cause

    def as_json(self) -> dict[str, Any]:
        """The error with the step, the cell and the exception."""
        return {
            **super().as_json(),
            "step": self.step,
            "cell": self.cell,
            "ename": self.ename,
            "evalue": self.evalue,
        }


class RunEnded(NbflowError):
    """A run has not gone well, though none of its steps failed by itself: it was cancelled, say."""

    code = "run-ended"
    exit_status = 10
    http_status = 409


class Interrupted(NbflowError):
    """The user stopped the work; what was done so far is kept."""

    code = "interrupted"
    exit_status = 130
    http_status = 499
