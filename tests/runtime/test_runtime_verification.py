"""Whether what a step left is still what it wrote."""

import pytest

from nbflow.runtime import artifacts, is_whole, open_store, pickles
from nbflow.runtime.manifests import Manifest


@pytest.fixture
def left(tmp_path):
    run = open_store(str(tmp_path))
    names = pickles.Names({}, {})
    saved = artifacts.save(
        {"x": [1, 2], "y": bytes(9_000_000)}, run=run, folder="a/try-1", names=names, step="a"
    )
    manifest = Manifest(
        "a", 1, "a/try-1", saved.variables, saved.groups, saved.definitions, state=saved.state
    )
    return run, manifest, tmp_path / "a" / "try-1" / "data"


def test_what_was_written_is_whole(left):
    run, manifest, _ = left
    assert is_whole(run, manifest)


@pytest.mark.parametrize("place", [10, 5_000_000, -1])
def test_one_changed_byte_is_found(left, place):
    run, manifest, data = left
    content = bytearray(data.read_bytes())
    content[place] ^= 1
    data.write_bytes(content)
    assert not is_whole(run, manifest)


@pytest.mark.parametrize("spoil", [lambda d: d.unlink(), lambda d: d.write_bytes(b"short")])
def test_what_is_missing_or_cut_off_is_not_whole(left, spoil):
    run, manifest, data = left
    spoil(data)
    assert not is_whole(run, manifest)
