"""Files cross as they were left, are stored once, and are copied no more than the disk demands."""

import os
import threading
import time
from pathlib import Path

import pytest
from by_hand import Hand, Notebook, assert_success
from forked_shells import run

from nbflow.errors import StoreError
from nbflow.runtime import open_store, read_manifest
from nbflow.runtime.workspace import open_workspace


def chain(*cells, files=None):
    """Steps one after the other, each with one cell, `import os` before it."""
    names = [f"s{number}" for number in range(len(cells))]
    steps = {
        name: Hand([f"import os, pathlib\n{cell}"], after=names[:number])
        for number, (name, cell) in enumerate(zip(names, cells, strict=True))
    }
    return Notebook(steps, files=files or {})


def files_of(folder, step):
    return read_manifest(open_store(str(folder)), step).files


def contents(folder):
    return sorted(path.name for path in (folder / ".files").iterdir())


def test_one_content_is_stored_once_whoever_writes_it(tmp_path):
    folder = tmp_path / "run"
    write = "pathlib.Path({name!r}).write_bytes(b'x' * 5_000_000)"
    notebook = chain(
        write.format(name="one"),
        write.format(name="two"),
        "os.makedirs('sub'); import shutil; shutil.copy('one', 'sub/three')",
        "assert all(os.path.getsize(p) == 5_000_000 for p in ('one', 'two', 'sub/three'))",
    )
    assert_success(run(notebook, folder))
    assert len(contents(folder)) == 1
    assert list(files_of(folder, "s1")) == ["two"]
    assert files_of(folder, "s3") == {}


def test_an_unchanged_file_is_not_written_again_and_a_chain_stores_each_version_once(tmp_path):
    folder = tmp_path / "run"
    grow = "open('log', 'a').write('line\\n')"
    assert_success(run(chain(grow, grow, "print(open('log').read())", grow), folder))
    assert len(contents(folder)) == 3
    assert [list(files_of(folder, f"s{n}")) for n in range(4)] == [["log"], ["log"], [], ["log"]]
    assert files_of(folder, "s3")["log"]["size"] == 15


@pytest.mark.parametrize(
    "change",
    [
        "open('data', 'r+').write('B')",
        "import shutil; shutil.copystat('data', 'other'); os.replace('other', 'data')",
        "import mmap\nf = open('data', 'r+b')\nm = mmap.mmap(f.fileno(), 0)\nm[0] = 66\nm.close()",
    ],
)
def test_a_change_is_seen_whatever_the_times_say(tmp_path, change):
    """Same size and the times set back, as `cp -p`, `rsync -t` and archives do."""
    folder = tmp_path / "run"
    notebook = chain(
        "open('data', 'w').write('A' * 10); open('other', 'w').write('B' + 'A' * 9)\n"
        "os.utime('data', (1e9, 1e9))",
        f"{change}\nos.utime('data', (1e9, 1e9))",
        "assert open('data').read() == 'B' + 'A' * 9",
    )
    assert_success(run(notebook, folder))


def test_what_is_only_read_or_touched_is_no_change(tmp_path):
    folder = tmp_path / "run"
    notebook = chain(
        "open('data', 'w').write('A')",
        "open('data').read(); open('given').read(); open('data', 'r+').close()\n"
        "os.link('data', 'l'); os.remove('l'); open('given', 'w').write('G')",
        files={"given": b"G"},
    )
    assert_success(run(notebook, folder))
    assert files_of(folder, "s1") == {}


def test_what_a_step_writes_in_place_changes_no_other_steps_file(tmp_path):
    """Nothing of a step's directory is linked to the store, whatever the writer does to it."""
    folder = tmp_path / "run"
    write = (
        "import sqlite3, mmap\nopen('data', 'r+b').write(b'Z')\nopen('data', 'ab').write(b'!')\n"
        "c = sqlite3.connect('db'); c.execute('insert into t values (2)'); c.commit(); c.close()"
    )
    make = "import sqlite3\nc = sqlite3.connect('db'); c.execute('create table t (a)'); c.commit()"
    look = "assert open('data').read() == {!r}; import sqlite3"
    look += "; assert len(sqlite3.connect('db').execute('select * from t').fetchall()) == {}"
    notebook = Notebook(
        {
            "make": Hand([make, "open('data', 'w').write('A' * 8)"]),
            "left": Hand([write], after=["make"]),
            "right": Hand([look.format("A" * 8, 0)], after=["make"]),
            "last": Hand([look.format("Z" + "A" * 7 + "!", 1)], after=["make", "left"]),
        }
    )
    finished = run(notebook, folder)
    assert finished.steps[2].failure is None or "used it unchanged" in str(finished.steps[2])
    assert finished.steps[3].state == "success", finished.steps[3]


def test_modes_times_folders_and_links_cross(tmp_path):
    notebook = chain(
        "open('run.sh', 'w').write('#!/bin/sh\\necho ran'); os.chmod('run.sh', 0o755)\n"
        "os.makedirs('empty/deep'); os.makedirs('shut'); os.chmod('shut', 0o700)\n"
        "open('shut/in', 'w').write('in'); os.utime('shut/in', (1e9, 1e9))\n"
        "os.symlink('shut/in', 'near'); os.symlink(os.path.abspath('shut/in'), 'far')\n"
        "os.symlink('/nowhere', 'dangling')",
        "import subprocess\n"
        "assert subprocess.run(['./run.sh'], capture_output=True).stdout == b'ran\\n'\n"
        "assert os.path.isdir('empty/deep') and os.stat('shut').st_mode & 0o777 == 0o700\n"
        "assert os.stat('shut/in').st_mtime == 1e9\n"
        "assert [open(p).read() for p in ('near', 'far')] == ['in', 'in']\n"
        "assert os.path.realpath('far').startswith(os.getcwd())\n"
        "assert os.readlink('dangling') == '/nowhere'\n"
        "os.chmod('run.sh', 0o644); os.remove('near'); os.rmdir('empty/deep')",
        "assert not os.access('run.sh', os.X_OK) or os.stat('run.sh').st_mode & 0o777 == 0o644\n"
        "assert not os.path.lexists('near') and os.listdir('empty') == []",
    )
    assert_success(run(notebook, tmp_path / "run"))


def test_a_file_may_become_a_folder_and_a_folder_a_file(tmp_path):
    notebook = chain(
        "os.remove('given'); os.makedirs('given/sub'); open('given/sub/f', 'w').write('1')\n"
        "import shutil; shutil.rmtree('tree'); open('tree', 'w').write('2')",
        "assert open('given/sub/f').read() == '1' and open('tree').read() == '2'\n"
        "import shutil; shutil.rmtree('given'); open('given', 'w').write('3')\n"
        "os.remove('tree'); os.makedirs('tree'); open('tree/g', 'w').write('4')",
        "assert open('given').read() == '3' and open('tree/g').read() == '4'\n"
        "assert sorted(os.listdir('.')) == ['given', 'tree'] and os.listdir('tree') == ['g']",
        files={"given": b"g", "tree/leaf": b"l"},
    )
    assert_success(run(notebook, tmp_path / "run"))


def test_a_damaged_content_fails_its_reader_and_is_mended_by_its_writer(tmp_path):
    folder = tmp_path / "run"
    notebook = chain("open('data', 'w').write('A' * 10)", "open('data').read()")
    assert_success(run(notebook, folder))
    (name,) = contents(folder)
    (folder / ".files" / name).write_bytes(b"B" * 10)
    with pytest.raises(StoreError, match=r"file 'data' of step 's0' is damaged.*"):
        seed(folder)
    assert_success(run(notebook, folder))
    assert contents(folder) == [name]
    assert (folder / ".files" / name).read_bytes() == b"A" * 10


def seed(folder):
    store = open_store(str(folder))
    here = Path.cwd()
    try:
        open_workspace(attached=None, run=store, manifests=[read_manifest(store, "s0")])
    finally:
        os.chdir(here)


def test_a_file_that_is_still_being_written_fails_the_step(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    store = open_store(str(tmp_path / "run"))
    workspace = open_workspace(attached=None, run=store, manifests=[])
    (workspace.folder / "data").write_bytes(bytes(200 << 20))
    ended = threading.Event()

    def write():
        with (workspace.folder / "data").open("ab") as stream:
            while not ended.wait(0.005):
                stream.write(b"more")
                stream.flush()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        time.sleep(0.05)
        with pytest.raises(StoreError, match="'data' changed while it was handed to the next"):
            workspace.changes(run=store)
    finally:
        ended.set()
        writer.join()
        monkeypatch.chdir(tmp_path)
        workspace.remove()


def test_where_the_disk_can_a_large_file_shares_its_blocks(tmp_path):
    from disks import cloning_disk

    with cloning_disk(tmp_path / "image", tmp_path / "disk") as disk:
        store = open_store(str(disk / "run"))
        source = disk / "data"
        source.write_bytes(os.urandom(100 << 20))
        os.sync()
        before = free(disk)
        store.put("data", source)
        for number in range(3):
            store.fetch("data", disk / f"copy-{number}")
        os.sync()
        assert before - free(disk) < 8 << 20
        with (disk / "copy-0").open("r+b") as stream:
            stream.write(b"changed")
        assert store.read("data") == source.read_bytes() == (disk / "copy-1").read_bytes()


def free(folder):
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def test_a_file_whose_name_is_no_utf_8_crosses_like_any_other(tmp_path):
    """As a program writes it that has names in Latin-1; the system takes any bytes."""
    folder = tmp_path / "run"
    name = b"caf\xe9.txt"
    notebook = chain(
        f"open({name!r}, 'w').write('one')\nos.symlink({name!r}, b'\\xff')",
        f"assert open({name!r}).read() == open(b'\\xff').read() == 'one'\n"
        f"open({name!r}, 'a').write('two')",
        f"assert open(b'\\xff').read() == 'onetwo'\nos.remove({name!r})",
        f"assert not os.path.exists({name!r})\nassert b'\\xff' in os.listdir(b'.')",
    )
    assert_success(run(notebook, folder))
    (folder / "s0/manifest.json").read_text(encoding="utf-8")  # as other programs read it
