"""What starts a pipeline beside the clock, what it starts, and whom it tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from datetime import timedelta

_LONGEST = 1500
# What Airflow's providers refuse without a bucket.
_BUCKETS = {"s3", "gs", "gcs"}
# Names that Airflow keeps for itself.
_RESERVED = {"self", "context"}


@dataclass(frozen=True)
class Assets:
    """The data of Airflow's that a pipeline has to do with, by URI.

    Attributes:
        makes: assets that a run updates which ends well.
        waits_for: assets whose updates start a run.
        either: one of `waits_for` is enough; otherwise all of them are waited for.
    """

    makes: tuple[str, ...] = ()
    waits_for: tuple[str, ...] = ()
    either: bool = False


@dataclass(frozen=True)
class Interval:
    """The parameters that get the data interval of a run, by name; None where none gets it."""

    start: str | None = None
    end: str | None = None

    @property
    def names(self) -> dict[str, str]:
        """Which end of the interval each parameter gets: `start` or `end`."""
        ends = {"start": self.start, "end": self.end}
        return {name: end for end, name in ends.items() if name is not None}


@dataclass(frozen=True)
class Notices:
    """The channels of `nbflow.yaml` that are told of a run, by name.

    Attributes:
        failure: of each step that failed for good.
        success: of a run that ended well.
        late: of a run that goes on for longer than `late_after`.
        late_after: counted from the moment when the run is queued.
    """

    failure: tuple[str, ...] = ()
    success: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    late_after: timedelta | None = None

    @property
    def channels(self) -> tuple[str, ...]:
        """Every channel that is named, once."""
        return tuple(dict.fromkeys((*self.failure, *self.success, *self.late)))


@dataclass(frozen=True)
class Channel:
    """A way to people or programs; what is secret of it is in a connection of Airflow's.

    Attributes:
        name: as in `metadata.nbflow.notify`.
        kind: `slack`, `webhook` or `email`.
        connection: id of the connection of Airflow's.
        to: addresses, of an e-mail.
        sender: address that an e-mail comes from; as the connection says where None.
        path: of a webhook, behind the connection's address.
    """

    name: str
    kind: str
    connection: str
    to: tuple[str, ...] = ()
    sender: str | None = None
    path: str | None = None


def asset_fault(uri: str) -> str | None:
    """What Airflow would have against an asset of this URI, or None."""
    shown = uri if len(uri) <= 60 else f"{uri[:57]}..."
    if uri in _RESERVED or not uri.strip():
        return f"{uri!r} cannot be the name of an asset"
    if uri != uri.strip() or not (uri.isascii() and uri.isprintable()):
        return f"{shown!r} has characters that a URI has not"
    if len(uri) > _LONGEST:
        return f"{shown!r} has {len(uri)} characters, more than {_LONGEST}"
    try:
        parts = urlsplit(uri)
        secret = parts.password
    except ValueError as error:
        return f"{shown!r} is no URI: {error}"
    if secret is not None:
        return "a URI holds a password"
    if parts.scheme.lower() == "airflow":
        return f"{shown!r}: Airflow keeps the scheme airflow:// for itself"
    if parts.scheme.lower() in _BUCKETS and not parts.netloc:
        return f"{shown!r} names no bucket"
    return None
