"""What a step left behind: its manifest, written last."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field

# By name: a notebook may patch `json` itself.
from json import dumps, loads
from typing import TYPE_CHECKING, Any

from nbflow.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbflow.runtime.store import Store

__all__ = ["Manifest", "addresses", "read_manifest", "read_manifests", "write_manifest"]

VERSION = 1
_AT_ONCE = 8


@dataclass(frozen=True)
class Manifest:
    """What a completed step left.

    Attributes:
        step: its name.
        attempt: the attempt that completed.
        folder: the attempt's folder, relative to the run's.
        variables: by name: `group`, `sha256` and `size` (bytes) of its group's file, `type`,
            `preview`, `serializer`, `seconds`.
        groups: by name: where its bytes are: `file` (relative to the run's folder), `offset`,
            `size`, `segments` (offset in the group and length each, the pickle first); `sha256` of
            them, or with `chunk` the sha256 of the sha256s of chunks of so many bytes; its
            `variables`; `serializer`: who wrote parts of it, `pickle` where none did; `seconds` of
            pickling and writing. Of large ones also `head`, the sha256 of the pickle, and `stamp`:
            boot, device, inode, size and times, with which the file is what was written.
        definitions: the notebook's classes and functions that other steps may not have, by value:
            by name and fingerprint, where the bytes are.
        slots: those of `variables` and `deleted` that are places in a class or function of the
            notebook: `root` (its name), `path` in it, `print` (its fingerprint).
        standing: those of `variables` and `deleted` that every step has from its setup cells.
        deleted: variables that the step deleted.
        files: by path in the working directory: `sha256`, `size`, `mode`, `modified` (ns),
            `address` (relative to the run's folder); or `link`, `folder`, or `deleted`.
        state: state outside names, a pickle of a dict: where its bytes are.
        random: of the generators that the step used or seeded, the libraries' names.
        workspace: the working directory that it had.
        read: what was read of it, with the step that it came from: `variable:…`, `file:…`,
            `random:…`, `setting:…`, `definition:…@` and its fingerprint.
        changed: inputs changed in place, in the same words, with where they came from.
        places: by what was read or changed and has a name in the notebook: ids of the step's cells
            that mention it.
        seen: what it looked at in its working directory as it was before the step: `files`, by
            path the sha256 or None where there was none; `folders` that it listed.
        cached: id of the run that this was taken over from, empty where the cells ran.
        metrics: recorded values.
        outputs: values that other notebooks of a pipeline take, as JSON.
        started, ended: ISO times.
        made: what tells the version of the notebook: of the step, `slice` (a digest of what it
            computes from its inputs) and `saves`; by parameter that it reads, a digest of the value
            given; `attached`, as in the step's orders.
    """

    step: str
    attempt: int
    folder: str
    variables: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    definitions: dict[str, dict[str, Any]] = field(default_factory=dict)
    slots: dict[str, dict[str, Any]] = field(default_factory=dict)
    standing: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=dict)
    random: list[str] = field(default_factory=list)
    workspace: str = ""
    read: dict[str, str] = field(default_factory=dict)
    changed: dict[str, str] = field(default_factory=dict)
    places: dict[str, list[str]] = field(default_factory=dict)
    seen: dict[str, Any] = field(default_factory=dict)
    cached: str = ""
    metrics: dict[str, Any] = field(default_factory=dict)
    started: str = ""
    ended: str = ""
    outputs: dict[str, Any] = field(default_factory=dict)
    made: dict[str, Any] = field(default_factory=dict)
    version: int = VERSION


def addresses(manifest: Manifest) -> set[str]:
    """The files that a manifest points at, relative to the run's folder."""
    entries = [*manifest.groups.values(), *manifest.definitions.values(), manifest.state]
    found = {entry["file"] for entry in entries if "file" in entry}
    return found | {entry["address"] for entry in manifest.files.values() if "address" in entry}


def read_manifest(run: Store, step: str, *, file: str = "manifest.json") -> Manifest | None:
    """The manifest of a completed step, None where there is none.

    Args:
        run: the run's folder.
        step: the step's name.
        file: another file of the same form in the step's folder.

    Raises:
        StoreError: it is damaged, cannot be read, or is of another version.
    """
    try:
        text = run.read(f"{step}/{file}")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(
            f"the manifest of step {step!r} in {run.url} cannot be read: {error}",
            hint="see that the store is a folder that may be read",
        ) from error
    try:
        found = Manifest(**loads(text))
    except (ValueError, TypeError) as error:
        raise StoreError(
            f"the manifest of step {step!r} in {run.url} is damaged: {error}",
            hint="run the step again",
        ) from None
    if found.version != VERSION:
        raise StoreError(
            f"the manifest of step {step!r} has version {found.version}, nbflow here reads "
            f"version {VERSION}",
            hint="run all steps of a run with one version of nbflow",
        )
    return found


def read_manifests(run: Store, steps: Sequence[str]) -> list[Manifest]:
    """The manifests of those steps that have one, in the steps' order; raises as `read_manifest`.

    They are read at once: a store over a network takes as long for one as for all.
    """
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = pool.map(lambda step: read_manifest(run, step), steps)
        return [one for one in found if one is not None]


def write_manifest(run: Store, manifest: Manifest, *, file: str = "manifest.json") -> None:
    """Make a step's outputs visible, all at once.

    Raises:
        StoreError: it cannot be written.
    """
    text = dumps(asdict(manifest), ensure_ascii=False, indent=1)
    try:
        # A file's name may be any bytes: what is no UTF-8 in it becomes JSON's own escape.
        run.write(f"{manifest.step}/{file}", text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise StoreError(
            f"the manifest of step {manifest.step!r} cannot be written to {run.url}: {error}",
            hint="see that the store may be written and has room",
        ) from error
