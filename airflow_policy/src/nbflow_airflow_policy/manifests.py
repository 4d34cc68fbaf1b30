"""Pods as plain data, whatever they were written as."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nbflow_airflow_policy.faults import Fault, Words

Manifest = dict[str, Any]
CONTAINER_LISTS = ("containers", "initContainers", "ephemeralContainers")


class Unreadable(Exception):
    """A part of a pod has another form than Kubernetes gives it."""

    def __init__(self, field: str, value: object) -> None:
        super().__init__(field)
        self.fault = Fault(field, value, "it cannot be read as a part of a pod")


def plain(value: Any) -> Any:
    """Kubernetes' models as the manifests that they stand for; anything else as it is.

    The models say of themselves how they are written, so their library need not be imported.
    """
    names = getattr(type(value), "attribute_map", None)
    if isinstance(names, dict):
        said = {key: getattr(value, name, None) for name, key in names.items()}
        return {key: plain(one) for key, one in said.items() if one is not None}
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items() if one is not None}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value


def is_pod(value: Any) -> bool:
    """Whether plain data is a pod, or as much of one as names containers."""
    if not isinstance(value, dict):
        return False
    spec = value.get("spec")
    return isinstance(spec, dict) and any(key in spec for key in CONTAINER_LISTS)


def pods_in(value: Any, place: str) -> Iterator[tuple[str, Manifest]]:
    """The pods that stand somewhere in a value, with their places."""
    if getattr(type(value), "attribute_map", None) is None and not isinstance(
        value, dict | list | tuple
    ):
        return
    value = plain(value)
    if is_pod(value):
        yield place, value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from pods_in(one, f"{place}[{key!r}]")
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from pods_in(one, f"{place}[{number}]")


def mapping(parent: Manifest, key: str, field: str) -> Manifest:
    """A part that is a mapping; empty where it is not there.

    Raises:
        Unreadable: it is something else.
    """
    value = parent.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Unreadable(f"{field}.{key}" if field else key, value)
    return value


def entries(parent: Manifest, key: str, field: str) -> list[tuple[str, Any]]:
    """The entries of a part that is a list, each with its place.

    Raises:
        Unreadable: it is something else.
    """
    value = parent.get(key)
    place = f"{field}.{key}" if field else key
    if value is None:
        return []
    if not isinstance(value, list):
        raise Unreadable(place, value)
    return [(f"{place}[{number}]", one) for number, one in enumerate(value)]


def mappings(parent: Manifest, key: str, field: str) -> list[tuple[str, Manifest]]:
    """The entries of a part that is a list of mappings, each with its place.

    Raises:
        Unreadable: it is something else.
    """
    found = entries(parent, key, field)
    for place, one in found:
        if not isinstance(one, dict):
            raise Unreadable(place, one)
    return found


def containers(pod: Manifest) -> list[tuple[str, Manifest]]:
    """Every container of a pod, those that only begin with it and those added later too."""
    spec = mapping(pod, "spec", "")
    return [one for key in CONTAINER_LISTS for one in mappings(spec, key, "spec")]


def unsaid(value: object) -> Words:
    """What is told of a value that is not there."""
    return Words("not said") if value in (None, "") else Words(repr(value))
