"""Variables as bytes in the store: written once, read by mapping, checked by digest."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

from nbflow.errors import StoreError
from nbflow.runtime import digests, groups, mappings, pickles, previews, verification

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.runtime.manifests import Manifest
    from nbflow.runtime.store import Store

__all__ = ["Saved", "data_of", "read", "save"]

_ALIGNMENT = 64
_PADDING = bytes(_ALIGNMENT)


@dataclass
class Saved:
    """What was written: the parts of a manifest of the same names."""

    variables: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    definitions: dict[str, dict[str, Any]] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=dict)


def save(
    values: Mapping[str, Any],
    *,
    run: Store,
    folder: str,
    names: pickles.Names,
    step: str,
    beside: Mapping[str, Any] | None = None,
    state: Mapping[str, Any] | None = None,
) -> Saved:
    """Write variables, and state that has no name, into one file of an attempt's folder.

    Args:
        values: the variables.
        run: the run's folder.
        folder: the attempt's, relative to it.
        names: what goes by name.
        step: for messages.
        beside: variables that are saved too where they share with one of `values`.
        state: what is no variable.

    Raises:
        StoreError: a value cannot be pickled, or the store cannot be written.
    """
    verification.settle()
    saved = Saved()
    if not values and not state:
        return saved
    made = groups.group(values, names=names, step=step, beside=beside)
    file = f"{folder}/data"
    try:
        with run.create(file) as stream:
            writer = _Writer(stream, file)
            named: dict[tuple[str, str], Any] = {}
            for number, one in enumerate(made):
                entry = writer.write(one.pickled.segments()) | _how(one, writer.seconds)
                saved.groups[f"group-{number}"] = entry
                named.update(one.pickled.pickler.named)
                for name, value in one.values.items():
                    saved.variables[name] = _about(value, f"group-{number}", entry)
            if state:
                saved.state = writer.write(_dump_state(state, names=names, step=step))
            saved.definitions = _write_definitions(named, writer, names)
        _stamp(saved, run, file)
    except OSError as error:
        raise StoreError(
            f"the variables of step {step!r} cannot be written to {run.url}: {error}",
            hint="see that the store exists, may be written, and has room",
        ) from error
    return saved


def _how(group: groups.Group, writing: float) -> dict[str, Any]:
    return {
        "variables": list(group.values),
        "serializer": group.pickled.serializer,
        "seconds": round(group.pickled.seconds + writing, 6),
    }


def _stamp(saved: Saved, run: Store, file: str) -> None:
    """Note how the file is now, where a group is too large to be read again for nothing."""
    entries = [*saved.groups.values(), *saved.definitions.values(), saved.state]
    large = [entry for entry in entries if entry.get("head")]
    stamp = verification.stamp(run, file) if large else ""
    for entry in large:
        entry["stamp"] = stamp


def _dump_state(state: Mapping[str, Any], *, names: pickles.Names, step: str) -> list[memoryview]:
    for kind, value in state.items():
        try:
            pickles.dump(value, names=names)
        except Exception as error:
            raise StoreError(
                f"what step {step!r} changed in {kind!r} cannot be handed to the next steps: "
                f"{type(error).__name__}: {error}",
                hint="change it in a `setup` cell",
            ) from error
    return pickles.dump(dict(state), names=names).segments()


def _about(value: Any, key: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "group": key,
        "sha256": entry["sha256"],
        "size": entry["size"],
        "serializer": entry["serializer"],
        "seconds": entry["seconds"],
        "type": previews.type_name(value),
        "preview": previews.preview(value),
    }


class _Writer:
    """Appends byte strings at aligned offsets and says where they are.

    Attributes:
        seconds: how long the last one took.
    """

    def __init__(self, stream: IO[bytes], file: str) -> None:
        self._stream = stream
        self._file = file
        self._offset = 0
        self.seconds = 0.0

    def write(self, segments: list[memoryview]) -> dict[str, Any]:
        began = time.perf_counter()
        start = self._offset
        pieces, places = [], []
        for segment in segments:
            places.append([self._offset - start, segment.nbytes])
            padding = memoryview(_PADDING)[: -segment.nbytes % _ALIGNMENT]
            pieces += [segment, padding]
            self._offset += segment.nbytes + padding.nbytes
        size = self._offset - start
        leaves = digests.chunks(pieces)
        digest = digests.Digest(len(leaves), leaves.__getitem__, helpers=digests.helpers(size))
        for piece in pieces:
            self._stream.write(piece)
        entry = {
            "file": self._file,
            "offset": start,
            "size": size,
            "sha256": digest.result(),
            "chunk": digests.CHUNK,
            "segments": places,
        }
        if size >= digests.LARGE:
            entry |= {"head": hashlib.sha256(segments[0]).hexdigest(), "stamp": ""}
        self.seconds = time.perf_counter() - began
        return entry


def _write_definitions(
    named: dict[tuple[str, str], Any], writer: _Writer, names: pickles.Names
) -> dict[str, dict[str, Any]]:
    """Classes and functions that went by name, by value too: a reader may lack them.

    One that cannot be written so is left out; a reader that lacks it says which.
    """
    written: dict[str, dict[str, Any]] = {}
    waiting = dict(named)
    while waiting:
        (name, print_), value = waiting.popitem()
        key = f"{name} {print_}"
        if key in written or names.is_given(name.partition(".")[0], value):
            continue
        try:
            pickled = pickles.dump(value, names=names, by_value=name.partition(".")[0])
        except Exception:  # noqa: BLE001, S112 - a value's own reduction may raise anything
            continue
        written[key] = writer.write(pickled.segments())
        waiting.update(pickled.pickler.named)
    return written


def data_of(
    entry: Mapping[str, Any], *, run: Store, what: str, step: str
) -> tuple[memoryview, list[memoryview]]:
    """The bytes of a group: its pickle, checked, and its buffers.

    Large buffers are checked in the background; `save` waits for that before it writes.

    Raises:
        StoreError: they are missing or damaged; names what and the step that wrote it.
    """
    hint = "run the step that wrote it again"
    try:
        data = run.buffer(entry["file"], offset=entry["offset"], size=entry["size"])
    except OSError as error:
        raise StoreError(
            f"{what} of step {step!r} is missing in {run.url}: {error}", hint=hint
        ) from error
    damaged = StoreError(
        f"{what} of step {step!r} is damaged: {entry['file']} in {run.url} is not what the "
        "step wrote",
        hint=hint,
    )
    verification.verify(entry, data, run=run, error=damaged)
    mappings.note(data, (run.url, entry["file"], entry["offset"], entry["sha256"]))
    first, *rest = (data[start : start + length] for start, length in entry["segments"])
    return first, rest


def read(
    entry: Mapping[str, Any], *, run: Store, what: str, manifest: Manifest, workspace: str
) -> Any:
    """Bring back what a group holds: a dict of variables, a definition, or state.

    Args:
        entry: where its bytes are.
        run: the run's folder.
        what: for messages.
        manifest: of the step that wrote it.
        workspace: the working directory here; paths into the writer's become paths into it.

    Raises:
        StoreError: it is missing or damaged, or cannot be rebuilt here.
    """
    data, buffers = data_of(entry, run=run, what=what, step=manifest.step)
    try:
        return pickles.load(_moved(data, manifest.workspace, workspace), buffers)
    except StoreError:
        raise
    except Exception as error:
        raise StoreError(
            f"{what} of step {manifest.step!r}, written by {entry.get('serializer', 'pickle')}, "
            f"cannot be brought back: {type(error).__name__}: {error}",
            hint="a library of the step that wrote it may be missing here, or differ",
        ) from error


def _moved(data: memoryview, old: str, new: str) -> bytes:
    """A pickle with the old working directory's name replaced; both have one length.

    The last part of the name is random, so nothing else can look like it; the whole path is
    replaced first where its length allows it.
    """
    found = bytes(data)
    for before, after in ((old, new), (old.rpartition("/")[2], new.rpartition("/")[2])):
        if before and len(before.encode()) == len(after.encode()) and before.encode() in found:
            found = found.replace(before.encode(), after.encode())
    return found
