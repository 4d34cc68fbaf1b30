"""What manifests say of stages and of the pipeline as a whole, ready to be compared."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["approvals", "options", "stages"]

_STAGE = ("notebook", "approve", "when", "parallel", "message", "approvers", "timeout")
_OPTIONS = ("owner", "team", "tags", "description")


def stages(
    old: Mapping[str, Any], new: Mapping[str, Any]
) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """What two manifests say of each stage, by name; `foreach` and parameters as their file does.

    Manifests of earlier versions of nbflow say less: of what one of them leaves out nothing is
    known, so that nothing is said of it.
    """
    before, after = (_by_name(one) for one in (old, new))
    left = {name: before[name].keys() & after[name].keys() for name in before if name in after}
    of_old, of_new = (
        {
            name: _words({key: one[key] for key in one if key in left.get(name, one)})
            for name, one in side.items()
        }
        for side in (before, after)
    )
    return of_old, of_new


def approvals(manifest: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The stages that wait for a person, each with what it needs, as steps have it."""
    return {
        name: {"needs": one.get("edges", ())}
        for name, one in _by_name(manifest).items()
        if not one.get("notebook")
    }


def options(
    old: Mapping[str, Any], new: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Whose the pipeline is and what people read of it; only what both manifests know of."""
    known = [key for key in _OPTIONS if key in old and key in new]
    before, after = ({key: one[key] for key in known if one[key]} for one in (old, new))
    return before, after


def _by_name(manifest: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {str(one["name"]): one for one in manifest.get("stages", ())}


def _words(stage: Mapping[str, Any]) -> dict[str, Any]:
    said = {key: stage.get(key) or None for key in _STAGE}
    given = {f"parameters.{key}": value for key, value in (stage.get("given") or {}).items()}
    return {**said, "foreach": _foreach(stage), **given}


def _foreach(stage: Mapping[str, Any]) -> str | None:
    """`region in ${regions}`."""
    if not stage.get("foreach") or "items" not in stage:
        return stage.get("foreach")
    items = stage["items"]
    shown = items if isinstance(items, str) else json.dumps(items, ensure_ascii=False)
    return f"{stage['foreach']} in {shown}"
