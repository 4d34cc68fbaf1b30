"""The folder target: renaming makes things there or not; a crash leaves the old or the new."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from target_places import ANN, FolderPlace, bundle, folder_place

from nbflow import api
from nbflow.errors import TargetError
from nbflow.targets import find_target, write_bundle


@pytest.fixture
def place(tmp_path: Path) -> FolderPlace:
    return folder_place(tmp_path)


def times(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*")}


def test_publishing_the_same_bundle_touches_nothing(place: FolderPlace) -> None:
    place.publish(bundle())
    before = times(place.settings.target_folder)
    place.publish(bundle())
    assert times(place.settings.target_folder) == before


@pytest.mark.parametrize("backend", ["papermill", "pod"])
def test_what_each_backend_makes_is_known_again_when_it_is_published_again(
    tmp_path: Path, backend: str
) -> None:
    cell = {"cell_type": "code", "id": "a", "source": "x = 1", "outputs": []}
    cell |= {"metadata": {"tags": ["step:load"]}, "execution_count": None}
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "iris.ipynb").write_text(json.dumps(notebook))
    (tmp_path / "nbflow.yaml").write_text(
        f"backend: {backend}\nstore: s3://runs\ndefaults: {{image: x}}\n"
    )
    made = api.compile(tmp_path / "iris.ipynb")
    target = find_target(made.inspected.settings)
    changes = [target.publish([made.bundle], signed=ANN)[0].changed for _ in ("first", "again")]
    assert changes == [True, False]
    (listing,) = target.published()
    assert (listing.digest, listing.notebook) == (made.bundle.digest, "iris.ipynb")
    assert target.unpublish("iris", signed=ANN) == (listing, None)


def crashing(folder: Path, what: str, *, at: int) -> bool:
    """Publish or unpublish in a process that ends at once, at this deed; whether it came to it."""
    program = f"""
import os, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
from target_places import ANN, bundle, folder_place
place = folder_place(Path({str(folder)!r}))
target, deeds = place.target, 0

def count(event, arguments):
    global deeds
    if event == "open" and not (arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR):
        return
    if event in {{"open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.chmod"}}:
        deeds += 1
        if deeds == {at}:
            os._exit(9)

sys.addaudithook(count)
{what}
os._exit(0)
"""
    done = subprocess.run([sys.executable, "-c", program], check=False, env=dict(os.environ))
    assert done.returncode in {0, 9}
    return done.returncode == 9


def is_whole(place: FolderPlace) -> bool:
    """Whether what the DAG file names is all there."""
    for listing in place.target.published():
        files = place.files()
        named = {f"iris/{listing.digest}/{path}" for path in bundle().files}
        if not named <= set(files):
            return False
    return True


@pytest.mark.slow
@pytest.mark.parametrize("there", [False, True], ids=["nothing there", "an older one there"])
def test_a_crash_while_publishing_leaves_the_old_or_the_new(tmp_path: Path, there: bool) -> None:
    old, new = bundle(digest="a" * 16), bundle(digest="b" * 16)
    seen = set()
    for at in range(1, 200):
        folder = tmp_path / str(at)
        place = folder_place(folder)
        if there:
            place.publish(old)
        what = f"place.publish(bundle(digest={new.digest!r}))"
        crashed = crashing(folder, what, at=at)
        dags = [one.digest for one in place.target.published()]
        assert dags in ([[old.digest]] if there else [[]]) + [[new.digest]]
        assert is_whole(place)
        assert "iris.py" not in place.files() or dags
        seen.update(dags)
        place.publish(new)
        assert is_whole(place)
        assert place.target.published()[0].digest == new.digest
        if not crashed:
            break
    assert at > 10
    assert seen == ({old.digest, new.digest} if there else {new.digest})


@pytest.mark.slow
def test_a_crash_while_unpublishing_leaves_no_dag_without_its_files(tmp_path: Path) -> None:
    for at in range(1, 200):
        place = folder_place(tmp_path / str(at))
        place.publish(bundle())
        crashed = crashing(
            tmp_path / str(at), "target.unpublish('iris', signed=ANN, purge=True)", at=at
        )
        assert is_whole(place)
        if not crashed:
            break
        place.publish(bundle())
        assert is_whole(place)
    assert at > 5
    assert place.files() == {}


def test_a_failure_leaves_the_earlier_bundle_in_place(
    place: FolderPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.publish(bundle(digest="a" * 16))
    before = place.files()
    real = os.fsync
    calls = iter(range(100))

    def full_disk(handle: int) -> None:
        if next(calls) == 2:
            raise OSError(28, "No space left on device")
        real(handle)

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(TargetError, match="No space left on device"):
        place.publish(bundle(digest="b" * 16))
    assert place.files() == before
    assert not list(place.settings.target_folder.rglob("*writing*"))


def test_a_folder_that_cannot_be_written_is_an_error_with_its_name(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(TargetError, match=str(blocked)):
        write_bundle(bundle(), blocked / "dags")


def test_a_folder_whose_name_papermill_would_fill_in_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="braces"):
        write_bundle(bundle(), tmp_path / "{x}")


def test_a_reader_never_sees_a_dag_without_its_files(place: FolderPlace) -> None:
    bundles = [bundle(digest=character * 16) for character in "0123456789abcdef"]
    folder, missing, stop = place.settings.target_folder, [], threading.Event()

    def read() -> None:
        while not stop.is_set():
            try:
                text = (folder / "iris.py").read_text()
            except FileNotFoundError:
                continue
            digest = text.split("/")[-1].strip().strip('"')
            if not (folder / "iris" / digest / "steps" / "load.ipynb").is_file():
                missing.append(digest)

    reader = threading.Thread(target=read)
    reader.start()
    for one in bundles:
        place.publish(one)
    stop.set()
    reader.join()
    assert missing == []


def test_files_are_readable_by_airflows_user(place: FolderPlace) -> None:
    place.publish(bundle())
    folder = place.settings.target_folder
    assert (folder / "iris.py").stat().st_mode & 0o044 == 0o044
    assert (folder / "iris" / ("0" * 16)).stat().st_mode & 0o055 == 0o055


def test_ruff_leaves_what_the_author_wrote_alone(place: FolderPlace) -> None:
    place.publish(bundle())
    untidy = place.settings.target_folder / "iris" / ("0" * 16) / "files" / "lib" / "m.py"
    untidy.write_text("import os,sys")
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--no-cache", "."],
            cwd=place.settings.target_folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
