"""Whether what the steps before left is of the notebook that this step is of.

Airflow runs what is left of a run as the version has it that is published by then. What is
published while a run goes, or before it goes on, may differ in the steps that have run: the run
would mix two notebooks, and give what neither does.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from nbflow.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from nbflow.runtime.manifests import Manifest
    from nbflow.runtime.orders import Orders

__all__ = ["made_by", "require_one_version"]


def made_by(orders: Orders, *, given: Mapping[str, Any]) -> dict[str, Any]:
    """What a step's outcome depends on beside the steps before it: a manifest's `made`.

    Args:
        orders: the step's.
        given: the values given to the run, as JSON has them.
    """
    return {
        "slice": orders.slices.get(orders.step, ""),
        "parameters": {name: _digest(given.get(name)) for name in orders.reads_parameters},
        "saves": sorted(orders.saves),
        "attached": dict(orders.attached),
    }


def require_one_version(
    manifests: Sequence[Manifest],
    *,
    orders: Orders,
    given: Mapping[str, Any],
    attached: Path | None,
) -> None:
    """See that this version of the notebook would have made what the steps before left.

    Args:
        manifests: of the ancestors, in the notebook's order.
        orders: the step's.
        given: the values given to the run, as JSON has them.
        attached: folder with the files that came with the notebook.

    Raises:
        StoreError: another one has; names the step, and what differs.
    """
    for number, manifest in enumerate(manifests):
        # Written by hand, or by an nbflow that did not say it.
        if not manifest.made or manifest.step not in orders.slices:
            continue
        found = list(_of_code(manifest, orders, given))
        if manifest.made["attached"] != orders.attached:
            earlier = {path for one in manifests[:number] for path in one.files}
            found += _of_files(manifest, orders, attached, earlier)
        if found:
            raise StoreError(
                "another version of the notebook was published since this run began, and step "
                f"{orders.step!r} cannot go on from what step {manifest.step!r} left: "
                + "; ".join(found),
                hint="start another run; what has `cache:enabled` and did not change is skipped",
            )


def _of_code(manifest: Manifest, orders: Orders, given: Mapping[str, Any]) -> Iterator[str]:
    step, made = manifest.step, manifest.made
    if made["slice"] != orders.slices[step]:
        yield f"the code of {step!r}, or a definition or parameter that it uses, has changed"
    for name, digest in made["parameters"].items():
        if digest != _digest(given.get(name)):
            yield f"parameter {name!r} had another value"
    taken = {name for name, origin in orders.needs.items() if origin == step}
    for name in sorted(taken - {*made["saves"]}):
        yield f"{name!r} was not handed on, since no later step read it"


def _of_files(
    manifest: Manifest, orders: Orders, attached: Path | None, earlier: set[str]
) -> Iterator[str]:
    """Of what came with the notebook, and not from earlier steps, what the step saw otherwise."""
    for path, digest in sorted(manifest.seen.get("files", {}).items()):
        if path not in earlier and digest != _content(attached, path):
            yield f"file {path!r} has changed"
    others = manifest.made["attached"].get("names") != orders.attached.get("names")
    if others and manifest.seen.get("folders"):
        yield "a folder that it listed has other files"


def _digest(value: Any) -> str:
    """Of what the run was given for a parameter; of null where it was given nothing."""
    text = json.dumps(value, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _content(attached: Path | None, path: str) -> str | None:
    """In the words of a manifest's `seen`."""
    if attached is None or not (full := attached / path).is_file():
        return None
    if full.is_symlink():
        return f"link to {full.readlink()}"
    with full.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
