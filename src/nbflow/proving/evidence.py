"""What a run left in its folder: variables by edge, and files."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from nbflow import runtime
from nbflow.model import ReasonKind
from nbflow.proving.proofs import Crossing, EdgeProof, FileProof, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbflow.model import Edge, Pipeline, Reason, Step

__all__ = ["edge_proofs", "file_proofs", "manifests", "written_files"]

_PASSED_OVER = {"__pycache__", ".ipynb_checkpoints"}


def manifests(pipeline: Pipeline, folder: Path) -> dict[str, runtime.Manifest]:
    """The manifests of the steps that completed, in the notebook's order."""
    store = runtime.open_store(str(folder))
    found = {step.name: runtime.read_manifest(store, step.name) for step in pipeline.steps}
    return {name: manifest for name, manifest in found.items() if manifest is not None}


def edge_proofs(pipeline: Pipeline, left: Mapping[str, runtime.Manifest]) -> Iterator[EdgeProof]:
    """What passed along each edge of a run.

    Args:
        pipeline: what ran.
        left: its manifests by step.
    """
    for step in pipeline.steps:
        for edge in step.edges:
            because = tuple(_said(reason) for reason in edge.because)
            variables = tuple(_crossings(step, edge, pipeline, left))
            yield EdgeProof(edge.step, step.name, because, variables)


def _said(reason: Reason) -> str:
    if reason.kind is ReasonKind.DECLARED or not reason.names:
        return str(reason.kind)
    return f"{reason.kind}: {', '.join(reason.names)}"


def _crossings(
    step: Step, edge: Edge, pipeline: Pipeline, left: Mapping[str, runtime.Manifest]
) -> Iterator[Crossing]:
    for need in step.needs:
        if need.step != edge.step:
            continue
        # The step that may have changed it last did perhaps not: an earlier one's is taken then.
        holders = (edge.step, *reversed(pipeline.ancestors(edge.step)))
        found = next((left[one] for one in holders if _holds(left.get(one), need.name)), None)
        if found is not None:
            yield _crossing(need.name, found)


def _holds(manifest: runtime.Manifest | None, name: str) -> bool:
    return manifest is not None and name in manifest.variables


def _crossing(name: str, manifest: runtime.Manifest) -> Crossing:
    about = manifest.variables[name]
    group = manifest.groups.get(about.get("group", ""), {})
    others = tuple(one for one in group.get("variables", ()) if one != name)
    return Crossing(
        name,
        about["type"],
        about["size"],
        others,
        serializer=about.get("serializer") or group.get("serializer"),
        seconds=about.get("seconds", group.get("seconds")),
        preview=str(about.get("preview", "")),
    )


def written_files(folder: Path, *, before: Mapping[str, bytes]) -> dict[str, tuple[int, str]]:
    """Size and sha256 of the files in a folder that were not there before, or not like this.

    Args:
        folder: a working directory.
        before: what it began with, by relative path.
    """
    found = {}
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _PASSED_OVER]
        for path in (Path(place, name) for name in names):
            if path.is_symlink() or not path.is_file():
                continue
            name = path.relative_to(folder).as_posix()
            with path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
            if name not in before or hashlib.sha256(before[name]).hexdigest() != digest:
                found[name] = path.stat().st_size, digest
    return found


def file_proofs(
    whole: list[Mapping[str, tuple[int, str]]], left: Mapping[str, runtime.Manifest]
) -> tuple[FileProof, ...]:
    """The files that a notebook wrote, whole and as its pipeline.

    Args:
        whole: what each whole run left.
        left: the pipeline's manifests by step, in the notebook's order.
    """
    pipeline: dict[str, tuple[int, str]] = {}
    for manifest in left.values():
        for path, entry in manifest.files.items():
            pipeline.pop(path, None)
            if "sha256" in entry:
                pipeline[path] = entry["size"], entry["sha256"]
    paths = sorted({*whole[0], *pipeline})
    return tuple(_file_proof(path, whole, pipeline) for path in paths)


def _file_proof(
    path: str,
    whole: list[Mapping[str, tuple[int, str]]],
    pipeline: Mapping[str, tuple[int, str]],
) -> FileProof:
    mine, theirs = whole[0].get(path), pipeline.get(path)
    size = (theirs or mine or (0, ""))[0]
    if mine == theirs:
        return FileProof(path, size, Verdict.SAME)
    absent = "whole" if mine is None else "pipeline" if theirs is None else None
    steady = all(other.get(path) == mine for other in whole[1:])
    return FileProof(path, size, Verdict.DIFFERENT if steady else Verdict.NOT_DETERMINISTIC, absent)
