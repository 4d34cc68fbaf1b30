"""Large variables in a folder store: written once, mapped, checked, compared page by page."""

import hashlib
import os
import resource
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from nbflow.errors import StoreError
from nbflow.runtime import artifacts, digests, mappings, open_store, pickles, verification
from nbflow.runtime.manifests import Manifest

LARGE = 3 * digests.LARGE // 8  # float64 items


@pytest.fixture
def run(tmp_path):
    yield open_store(str(tmp_path))
    verification._pending.clear()


def save(run, values, **options):
    names = pickles.Names({}, {})
    return artifacts.save(values, run=run, folder="a/try-1", names=names, step="a", **options)


def read(run, entry, **changes):
    return artifacts.read(
        entry | changes, run=run, what="variable 'x'", manifest=Manifest("a", 1, "a"), workspace=""
    )


def damage(run, entry, *, at):
    with (run.folder / entry["file"]).open("r+b") as stream:
        stream.seek(entry["offset"] + at)
        before = stream.read(1)
        stream.seek(-1, os.SEEK_CUR)
        stream.write(bytes([before[0] ^ 1]))


def test_a_digest_is_one_however_many_threads_make_it():
    data = memoryview(os.urandom(5 * digests.CHUNK + 17))
    pieces = [data[:10], data[10:10], data[10 : 2 * digests.CHUNK], data[2 * digests.CHUNK :]]
    plain = hashlib.sha256(
        b"".join(
            hashlib.sha256(data[start : start + digests.CHUNK]).digest()
            for start in range(0, len(data), digests.CHUNK)
        )
    ).hexdigest()
    for helpers in (0, 1, 3):
        leaves = digests.chunks(pieces)
        assert digests.Digest(len(leaves), leaves.__getitem__, helpers=helpers).result() == plain
    assert digests.chunks([memoryview(b"")]) == []


@pytest.mark.parametrize("items", [10, LARGE])
def test_a_group_comes_back_and_its_manifest_says_how_it_was_written(run, items):
    saved = save(run, {"x": np.arange(items, dtype=float)})
    entry = saved.groups["group-0"]
    assert (read(run, entry)["x"] == np.arange(items)).all()
    for told in (entry, saved.variables["x"]):
        assert told["serializer"] == "pickle"
        assert 0 < told["seconds"] < 60
    verification.settle()


def test_digests_of_one_chunk_length_or_of_none_are_both_read(run):
    entry = save(run, {"x": np.arange(10)}).groups["group-0"]
    del entry["chunk"]
    path = run.folder / entry["file"]
    data = path.read_bytes()[entry["offset"] :][: entry["size"]]
    assert read(run, entry, sha256=hashlib.sha256(data).hexdigest())["x"].sum() == 45
    with pytest.raises(StoreError, match="damaged"):
        read(run, entry, sha256="0" * 64)


def test_a_small_damaged_group_is_an_error_at_once(run):
    entry = save(run, {"x": np.arange(10)}).groups["group-0"]
    damage(run, entry, at=entry["size"] - 8)
    with pytest.raises(StoreError, match="variable 'x' of step 'a' is damaged"):
        read(run, entry)


def test_a_damaged_pickle_of_a_large_group_is_never_loaded(run):
    entry = save(run, {"x": np.zeros(LARGE)}).groups["group-0"]
    damage(run, entry, at=20)
    with pytest.raises(StoreError, match="damaged"):
        read(run, entry)
    assert not verification._pending


@pytest.mark.parametrize("length", [-1, 0])
def test_a_large_group_that_was_cut_off_is_an_error_at_once(run, length):
    entry = save(run, {"x": np.zeros(LARGE)}).groups["group-0"]
    path = run.folder / entry["file"]
    os.truncate(path, entry["size"] + length if length else 0)
    with pytest.raises(StoreError, match="damaged"):
        read(run, entry)


@pytest.mark.parametrize("moment", ["before", "hidden"])
def test_a_step_that_loaded_damaged_data_publishes_nothing(run, moment):
    entry = save(run, {"x": np.zeros(LARGE)}).groups["group-0"]
    status = (run.folder / entry["file"]).stat()
    damage(run, entry, at=entry["size"] // 2)
    if moment == "hidden":  # also by one who sets the time of the change back
        os.utime(run.folder / entry["file"], ns=(status.st_atime_ns, status.st_mtime_ns))
    assert read(run, entry)["x"].size == LARGE
    with pytest.raises(StoreError, match="variable 'x' of step 'a' is damaged"):
        save(run, {"y": 1})


def test_large_data_that_nobody_touched_is_not_read_again(run):
    entry = save(run, {"x": np.zeros(LARGE)}).groups["group-0"]
    read(run, entry)
    assert not verification._pending
    read(run, entry, stamp="another boot")
    assert len(verification._pending) == 1
    verification.settle()
    assert not verification._pending


def test_data_that_vanished_while_it_was_checked_is_an_error(run):
    entry = save(run, {"x": np.zeros(LARGE)}).groups["group-0"]
    x = read(run, entry, stamp="")["x"]
    verification.settle()
    assert x[0] == 0
    damage(run, entry, at=entry["size"] - 1)
    read(run, entry, stamp="")
    with pytest.raises(StoreError, match="damaged"):
        verification.settle()


def test_writing_into_what_was_loaded_leaves_the_store_alone(run):
    entry = save(run, {"x": np.zeros(LARGE)}).groups["group-0"]
    x = read(run, entry)["x"]
    x[:] = 1
    assert read(run, entry)["x"].sum() == 0
    read(run, entry, stamp="")
    verification.settle()


def segments(value):
    return pickles.dump(value, names=pickles.Names({}, {})).segments()


def same(left, right):
    return all(map(mappings.same_bytes, segments(left), segments(right)))


def test_a_single_written_byte_of_a_mapped_array_is_seen(run):
    x = np.arange(LARGE, dtype=float)
    entry = save(run, {"x": x, "y": np.zeros(3)}, beside={}).groups["group-0"]
    one, other = read(run, entry)["x"], read(run, entry)["x"]
    assert same(one, other)
    one[LARGE // 2] = one[LARGE // 2]
    assert same(one, other)  # written to, and equal all the same
    for place in (0, LARGE // 3, LARGE - 1):
        one[place] += 1
        assert not same(one, other)
        assert not same(other, one)
        one[place] -= 1
    assert same(one, other)
    assert not same(one[1:], other[:-1])
    assert same(one[5:], other[5:])


def test_mapped_memory_that_nobody_wrote_to_is_compared_without_reading_it(run):
    entry = save(run, {"x": np.zeros(LARGE)}).groups["group-0"]
    one, other = read(run, entry)["x"], read(run, entry)["x"]
    (left, right) = (segments(side)[1] for side in (one, other))
    assert list(mappings._doubtful(left, right)) == []
    one[7] = 1
    ((start, end),) = mappings._doubtful(left, right)
    assert 0 == start < end <= 4096
    assert list(mappings._doubtful(left, memoryview(bytes(left)))) != []


def test_addresses_of_a_mapping_that_is_gone_mean_nothing(run):
    entry = save(run, {"x": np.zeros(LARGE)}).groups["group-0"]
    one = read(run, entry)["x"]
    del one
    fresh = np.zeros(LARGE)
    assert mappings._place(memoryview(fresh).cast("B"), np) is None


READER = """
import json, resource, sys
import numpy, pandas, pyarrow
from nbflow.runtime import artifacts, open_store, verification
from nbflow.runtime.manifests import Manifest
folder, entry = sys.argv[1], json.loads(sys.argv[2])
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
before = peak()
read = lambda: artifacts.read(
    entry, run=open_store(folder), what="", manifest=Manifest("a", 1, "a"), workspace=""
)["frame"]
frame = read()
total = frame["f3"].sum()
verification.settle()
print(json.dumps([peak() - before, total]))
"""


def test_a_step_that_reads_one_column_holds_little_more_than_that(run):
    import json

    items = 1_000_000
    frame = pd.DataFrame({f"f{i}": np.full(items, float(i)) for i in range(8)})
    frame["word"] = np.resize(np.array(["some", "words"], dtype=object), items)
    frame["word"] = frame["word"].astype("str")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    entry = save(run, {"frame": frame}).groups["group-0"]
    written = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    size = entry["size"]
    assert written < 0.2 * size
    for stamp in (entry["stamp"], ""):  # also where all of it is checked
        told = json.dumps(entry | {"stamp": stamp})
        done = subprocess.run(
            [sys.executable, "-c", READER, str(run.folder), told],
            capture_output=True,
            text=True,
            check=True,
        )
        grown, total = json.loads(done.stdout)
        assert total == 3 * items
        assert grown < 0.3 * size
