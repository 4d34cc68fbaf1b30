"""Every kind of store keeps the same promises: folders, fsspec's file systems, S3 in two ways."""

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from nbflow.errors import StoreError
from nbflow.runtime import Manifest, open_store, read_manifest
from nbflow.runtime.manifests import write_manifest

KINDS = ["folder", "file", "local", "memory", "s3", "s3fs"]
SHARED = ["folder", "s3", "s3fs"]  # what another process reaches in the same way
BIG = 100 << 20


every = pytest.mark.parametrize("url", KINDS, indirect=True)
shared = pytest.mark.parametrize("url", SHARED, indirect=True)


def run_python(code, *arguments):
    """Run code in a process of its own, which finds `store` opened."""
    head = (
        "import os, sys\nfrom nbflow.runtime import open_store\nstore = open_store(sys.argv[1])\n"
    )
    return subprocess.run(
        [sys.executable, "-c", head + code, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@every
def test_what_is_written_is_read(store, tmp_path):
    store.write("a/b.json", b"first")
    store.write("a/b.json", b"second")
    assert store.read("a/b.json") == b"second"
    assert store.exists("a/b.json")
    assert store.exists("a")
    assert not store.exists("a/c")
    content = bytes(range(200)) * 100
    with store.create("a/data") as stream:
        stream.write(content[:700])
        stream.write(content[700:])
    store.fetch("a/data", tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == content
    store.put("a/again", tmp_path / "copy")
    assert store.read("a/again") == content


@every
def test_what_is_there_is_listed(store):
    assert store.names() == ()
    store.write("b/one", b"1")
    store.write("b/two", b"2")
    store.write("a", b"0")
    assert store.names() == ("a", "b")
    assert store.names("b") == ("one", "two")
    assert store.names("c") == ()
    assert store.names("a") == ()


@every
def test_what_is_there_is_listed_with_sizes_and_times(store):
    before = time.time() - 2
    assert store.entries() == ()
    store.write("b/one", b"1")
    store.write("b/deep/two", b"22")
    found = {entry.name: entry for entry in store.entries("b")}
    assert list(found) == ["deep", "one"]
    assert (found["deep"].size, found["one"].size) == (None, 1)
    for entry in found.values():
        assert entry.changed is None or before < entry.changed < time.time() + 2
    assert found["one"].changed is not None or "memory" in store.url
    assert store.entries("none") == ()
    assert store.entries("b/one") == ()


@every
def test_what_is_removed_is_gone_and_nothing_beside_it(store):
    for path in ("run-1/a/data", "run-1/a/manifest.json", "run-1/b", "run-10/data", "run-1.json"):
        store.write(path, b"content")
    store.remove("run-1")
    assert store.names() == ("run-1.json", "run-10")
    assert store.names("run-1") == ()
    assert not store.exists("run-1")
    store.remove("run-1.json")
    assert store.names() == ("run-10",)
    assert store.read("run-10/data") == b"content"


@every
def test_removing_what_is_not_there_is_no_error(store):
    store.write("here", b"content")
    store.remove("none")
    store.remove("none/deeper")
    assert store.names() == ("here",)


@every
def test_what_was_removed_can_be_written_again(store):
    store.write("run/a/manifest.json", b"first")
    store.remove("run")
    store.write("run/a/manifest.json", b"second")
    assert store.read("run/a/manifest.json") == b"second"


@shared
def test_a_removal_that_is_killed_leaves_no_sign_that_something_is_whole(store):
    for number in range(400):
        store.write(f"run/step-{number % 20}/try-1/{number}", b"content")
    for number in range(20):
        store.write(f"run/step-{number}/manifest.json", b"{}")
    code = (
        "import threading, time\n"
        "threading.Thread(target=lambda: (time.sleep({}), os.kill(os.getpid(), 9))).start()\n"
        "store.remove('run')\nos.kill(os.getpid(), 9)\n"
    )
    for pause in (0.0, 0.002, 0.01):
        run_python(code.format(pause), store.url)
        steps = store.names("run")
        whole = [one for one in steps if "manifest.json" in store.names(f"run/{one}")]
        assert whole == [] or all(len(store.names(f"run/{one}/try-1")) == 20 for one in whole), (
            "a step looks whole and is not"
        )
    store.remove("run")
    assert store.names() == ()


@every
def test_a_buffer_is_writable_and_private(store):
    with store.create("data") as stream:
        stream.write(bytes(range(200)) * 20_000)
    for size in (300, 3_000_000):
        buffer = store.buffer("data", offset=5000, size=size)
        assert bytes(buffer[:3]) == bytes([0, 1, 2])
        assert len(buffer) == size
        buffer[0] = 99
        assert bytes(store.buffer("data", offset=5000, size=size)[:1]) == b"\0"
    assert bytes(store.buffer("data", offset=0, size=0)) == b""


@every
def test_what_is_missing_is_told_apart(store, tmp_path):
    for size in (0, 10, 3_000_000):
        with pytest.raises(FileNotFoundError):
            store.buffer("none", offset=0, size=size)
    with pytest.raises(FileNotFoundError):
        store.read("none")
    with pytest.raises(FileNotFoundError):
        store.fetch("none", tmp_path / "none")
    assert not store.exists("none")
    assert not store.holds("none", sha256="", size=0)
    assert read_manifest(store, "none") is None


@every
def test_a_file_that_is_held_is_told_from_one_cut_short(store):
    store.write("data", b"content")
    digest = hashlib.sha256(b"content").hexdigest()
    assert store.holds("data", sha256=digest, size=7)
    assert not store.holds("data", sha256=digest, size=8)


@every
@pytest.mark.parametrize(
    "name", ["a b", "ü/ключ", "#1", "what?", "100%", "%41", "a+b", "*[x]", "ключ" * 30]
)
def test_any_name_can_be_used(store, tmp_path, name):
    for path in (name, f"{name}/{name}"):
        if path != name:
            store = open_store(f"{store.url}/{name}x")
        store.write(path, b"content")
        assert store.read(path) == b"content"
        assert store.exists(path)
        assert bytes(store.buffer(path, offset=3, size=4)) == b"tent"
        store.fetch(path, tmp_path / "copy")
        assert (tmp_path / "copy").read_bytes() == b"content"
        assert store.names(path.rpartition("/")[0]) == (path.rpartition("/")[2],) or "/" in name


@every
def test_files_may_be_empty(store, tmp_path):
    store.write("written", b"")
    with store.create("created"):
        pass
    (tmp_path / "empty").touch()
    store.put("copied", tmp_path / "empty")
    for name in ("written", "created", "copied"):
        assert store.exists(name)
        assert store.read(name) == b""
        assert bytes(store.buffer(name, offset=0, size=0)) == b""
        store.fetch(name, tmp_path / "out")
        assert (tmp_path / "out").read_bytes() == b""


def write_partly(store, error):
    with store.create("data") as stream:
        stream.write(b"new" * 10_000_000)
        stream.flush()
        raise error


@every
def test_a_write_that_fails_leaves_what_was_there(store, tmp_path):
    store.write("data", b"old")
    for error in (ZeroDivisionError, KeyboardInterrupt):
        with pytest.raises(error):
            write_partly(store, error())
    with pytest.raises(OSError, match="absent"):
        store.put("third", tmp_path / "absent")
    assert store.read("data") == b"old"
    assert store.names() == ("data",)


DIES = """
import signal
with store.create("data") as stream:
    stream.write(b"x" * 1000)
    stream.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


@shared
def test_a_write_whose_process_is_killed_leaves_nothing_to_see(store, url):
    store.write("kept", b"kept")
    assert run_python(DIES, url).returncode == -signal.SIGKILL
    assert store.names() == ("kept",)
    assert not store.exists("data")


@shared
def test_what_another_process_writes_is_seen_at_once(store, url):
    assert store.names("d") == ()
    assert not store.exists("d/one")
    done = run_python('store.write("d/one", b"first")', url)
    assert done.returncode == 0, done.stderr
    assert store.names("d") == ("one",)
    assert store.exists("d/one")
    assert store.read("d/one") == b"first"
    assert bytes(store.buffer("d/one", offset=0, size=5)) == b"first"
    big = f'store.write("d/one", b"{{}}" * {1 << 20}); store.write("d/two", b"")'
    assert run_python(big.format("ab"), url).returncode == 0
    assert store.names("d") == ("one", "two")
    assert bytes(store.buffer("d/one", offset=0, size=2 << 20)[:2]) == b"ab"
    assert run_python(big.format("cd"), url).returncode == 0
    assert bytes(store.buffer("d/one", offset=0, size=2 << 20)[:2]) == b"cd"


@shared
def test_of_many_writers_at_once_one_is_there_whole(store, url):
    code = (
        "import time\nwhile time.time() < float(sys.argv[2]): pass\n"
        'for turn in range(20):\n    store.write("same", sys.argv[3].encode() * 100_000)\n'
    )
    at = time.time() + 2
    writers = [threading.Thread(target=run_python, args=(code, url, at, c)) for c in "abc"]
    for writer in writers:
        writer.start()
    seen = set()
    while any(writer.is_alive() for writer in writers):
        if store.exists("same"):
            content = store.read("same")
            assert len(content) == 100_000
            seen.add(content[:1])
            assert content == content[:1] * 100_000
    assert seen <= {b"a", b"b", b"c"}
    assert store.names() == ("same",)


@shared
def test_a_hundred_megabytes_go_and_come(store, tmp_path):
    block = os.urandom(1 << 20)
    with store.create("data") as stream:
        for _ in range(BIG >> 20):
            stream.write(block)
    buffer = store.buffer("data", offset=0, size=BIG)
    whole = hashlib.sha256(block * (BIG >> 20)).hexdigest()
    assert hashlib.sha256(buffer).hexdigest() == whole
    assert store.holds("data", sha256=whole, size=BIG)
    store.fetch("data", tmp_path / "copy")
    with (tmp_path / "copy").open("rb") as stream:
        assert hashlib.file_digest(stream, "sha256").hexdigest() == whole


@shared
def test_a_large_buffer_is_not_held_in_memory(store, url):
    with store.create("data") as stream:
        stream.write(bytes(BIG))
    code = (
        "def memory():\n    text = open('/proc/self/status').read()\n"
        "    return int(text.partition('RssAnon:')[2].split()[0]) << 10\n"
        "store.exists('data')\nbefore = memory()\n"
        f"buffer = store.buffer('data', offset=0, size={BIG})\n"
        "assert sum(buffer[::4096]) == 0\nprint(memory() - before)"
    )
    done = run_python(code, url)
    assert int(done.stdout) < BIG // 3, done.stderr


@shared
def test_a_store_works_in_a_process_forked_from_one_that_used_it(store, url):
    code = (
        "store.write('one', b'1')\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    own = open_store(sys.argv[1])\n"
        "    own.write('two', own.read('one') + b'2')\n"
        "    os._exit(0)\n"
        "assert os.waitpid(child, 0)[1] == 0\n"
        "assert store.read('two') == b'12'"
    )
    done = run_python(code, url)
    assert done.returncode == 0, done.stderr


def test_the_runtime_does_not_import_file_systems_that_it_does_not_use(tmp_path):
    code = (
        "store.write('a', b''); store.read('a')\n"
        "print({'fsspec', 's3fs', 'asyncio'} & set(sys.modules))"
    )
    assert run_python(code, tmp_path).stdout == "set()\n"


def test_a_folder_shows_old_or_new_and_no_drafts(tmp_path):
    store = open_store(str(tmp_path))
    store.write("manifest.json", b"{}")
    store.write("manifest.json", b"[]")
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]


def test_a_folder_without_room_keeps_what_it_had(tiny_disk):
    store = open_store(str(tiny_disk))
    store.write("kept", b"kept")
    with pytest.raises(OSError, match="No space left"), store.create("data") as stream:
        stream.write(bytes(4 << 20))
    assert [path.name for path in tiny_disk.iterdir()] == ["kept"]
    assert store.read("kept") == b"kept"


def test_a_manifest_that_cannot_be_written_or_read_is_an_error(tiny_disk):
    store = open_store(str(tiny_disk))
    with pytest.raises(OSError, match="No space left"), store.create("fill") as stream:
        stream.write(bytes(4 << 20))
    (tiny_disk / "fill").write_bytes(bytes(1 << 20))
    with pytest.raises(OSError, match="No space left"):
        (tiny_disk / "rest").write_bytes(bytes(4 << 20))
    with pytest.raises(StoreError, match=r"manifest of step 'one' cannot be written to .*No space"):
        write_manifest(store, Manifest("one", 1, "one/try-1"))
    assert read_manifest(store, "one") is None
    with pytest.raises(StoreError, match=r"manifest of step 'fill' in .* cannot be read: .*Not a"):
        read_manifest(store, "fill")
