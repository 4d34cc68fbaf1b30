"""Targets by kind, and what each of them can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from nbflow.errors import SettingsError
from nbflow.targets.folders import Listing, Published, folder_target

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbflow.model import Bundle
    from nbflow.settings import Settings

GROUP = "nbflow.targets"


class Target(Protocol):
    """A place that Airflow reads DAGs from."""

    def publish(self, bundle: Bundle, *, force: bool = False) -> Published:
        """Put a bundle there; TargetError where it cannot be."""
        ...

    def published(self) -> tuple[Listing, ...]:
        """What is there, sorted by DAG id."""
        ...

    def unpublish(self, dag_id: str) -> Listing:
        """Take a DAG away; TargetError where it is not there."""
        ...


def find_target(settings: Settings) -> Target:
    """The target that the settings name.

    Raises:
        SettingsError: there is no target of this kind.
    """
    kind = settings.target.kind
    if kind == "folder":
        return folder_target(settings)
    from importlib.metadata import entry_points

    found = {point.name: point for point in entry_points(group=GROUP)}
    if kind not in found:
        known = ", ".join(sorted({"folder", *found}))
        raise SettingsError(f"there is no target {kind!r}", hint=f"the targets are: {known}")
    make: Callable[[Settings], Target] = found[kind].load()
    return make(settings)


def publish(bundle: Bundle, *, settings: Settings, force: bool = False) -> Published:
    """Put a bundle where Airflow finds it. The same bundle again changes nothing.

    Args:
        bundle: what to publish.
        settings: name the target.
        force: replace a DAG of the same name that comes from another notebook.

    Raises:
        SettingsError: there is no target of this kind.
        TargetError: the target cannot be written, or has a DAG of this name from another notebook.
    """
    return find_target(settings).publish(bundle, force=force)


def published(settings: Settings) -> tuple[Listing, ...]:
    """What is published, sorted by DAG id.

    Raises:
        SettingsError: there is no target of this kind.
        TargetError: the target cannot be read.
    """
    return find_target(settings).published()


def unpublish(dag_id: str, *, settings: Settings) -> Listing:
    """Take a DAG away; what its runs made stays.

    Raises:
        SettingsError: there is no target of this kind.
        TargetError: it is not there, or the target cannot be written.
    """
    return find_target(settings).unpublish(dag_id)
