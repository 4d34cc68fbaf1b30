"""The folder target: files first, DAG last, whole or not at all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from nbflow import api
from nbflow.errors import SettingsError, TargetError
from nbflow.model import Bundle
from nbflow.settings import Settings, TargetSettings, default_settings
from nbflow.targets import find_target, publish, published, unpublish, write_bundle


def bundle(*, digest: str = "0" * 16, notebook: str = "iris.ipynb", dag_id: str = "iris") -> Bundle:
    manifest = {"version": 1, "dag_id": dag_id, "source": {"notebook": notebook}}
    return Bundle(
        dag_id,
        digest,
        f'FILES = "{{{{ dag.folder }}}}/{dag_id}/{digest}"\n',
        {
            "files/lib/m.py": b"x = 1\n",
            "manifest.json": json.dumps(manifest).encode(),
            "steps/load.ipynb": b"{}",
        },
    )


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file with its time of change and content."""
    return {
        str(file.relative_to(folder)): (file.stat().st_mtime_ns, file.read_bytes())
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return default_settings(tmp_path)


def test_publishing_writes_the_dag_beside_the_folder_of_its_digest(settings: Settings) -> None:
    done = publish(bundle(), settings=settings)
    folder = settings.target_folder
    assert done.changed
    assert done.path == str(folder / "iris.py")
    assert sorted(snapshot(folder)) == [
        "iris.py",
        "iris/.airflowignore",
        "iris/.ruff.toml",
        f"iris/{'0' * 16}/files/lib/m.py",
        f"iris/{'0' * 16}/manifest.json",
        f"iris/{'0' * 16}/steps/load.ipynb",
    ]


def test_publishing_the_same_bundle_changes_nothing(settings: Settings) -> None:
    publish(bundle(), settings=settings)
    before = snapshot(settings.target_folder)
    assert not publish(bundle(), settings=settings).changed
    assert snapshot(settings.target_folder) == before


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
    changes = [
        publish(made.bundle, settings=made.inspected.settings).changed for _ in ("first", "again")
    ]
    assert changes == [True, False]
    (listing,) = published(made.inspected.settings)
    assert (listing.digest, listing.notebook) == (made.bundle.digest, "iris.ipynb")
    assert unpublish("iris", settings=made.inspected.settings) == listing


def test_older_bundles_stay_for_runs_in_flight(settings: Settings) -> None:
    publish(bundle(digest="a" * 16), settings=settings)
    publish(bundle(digest="b" * 16), settings=settings)
    (listing,) = published(settings)
    assert listing.digest == "b" * 16
    assert set(listing.digests) == {"a" * 16, "b" * 16}
    publish(bundle(digest="a" * 16), settings=settings)
    assert published(settings)[0].digest == "a" * 16


def test_a_damaged_bundle_is_written_again(settings: Settings) -> None:
    publish(bundle(), settings=settings)
    file = settings.target_folder / "iris" / ("0" * 16) / "steps" / "load.ipynb"
    file.unlink()
    assert publish(bundle(), settings=settings).changed
    assert file.read_bytes() == b"{}"


def test_two_notebooks_with_one_name_are_an_error(settings: Settings) -> None:
    publish(bundle(notebook="a/iris.ipynb"), settings=settings)
    before = snapshot(settings.target_folder)
    other = bundle(notebook="b/iris.ipynb", digest="b" * 16)
    with pytest.raises(TargetError, match=r"from a/iris\.ipynb, not from b/iris\.ipynb"):
        publish(other, settings=settings)
    assert snapshot(settings.target_folder) == before
    assert publish(other, settings=settings, force=True).changed
    assert published(settings)[0].notebook == "b/iris.ipynb"


def test_a_dag_file_that_someone_else_wrote_is_not_overwritten(settings: Settings) -> None:
    settings.target_folder.mkdir(parents=True)
    (settings.target_folder / "iris.py").write_text("# mine\n")
    with pytest.raises(TargetError, match="was not made by nbflow"):
        publish(bundle(), settings=settings)
    assert published(settings) == ()


def test_unpublishing_takes_the_dag_and_its_files_away_and_nothing_else(
    settings: Settings,
) -> None:
    publish(bundle(), settings=settings)
    publish(bundle(dag_id="iris2"), settings=settings)
    assert unpublish("iris", settings=settings).dag_id == "iris"
    assert [one.dag_id for one in published(settings)] == ["iris2"]
    assert not (settings.target_folder / "iris").exists()


def test_unpublishing_what_is_not_there_lists_what_is(settings: Settings) -> None:
    publish(bundle(), settings=settings)
    with pytest.raises(TargetError, match="no DAG 'irs'") as caught:
        unpublish("irs", settings=settings)
    assert "iris" in str(caught.value.hint)


def test_a_name_with_dots_is_listed_whole(settings: Settings) -> None:
    publish(bundle(dag_id="every.thing-1"), settings=settings)
    assert [one.dag_id for one in published(settings)] == ["every.thing-1"]


def test_nothing_is_published_in_a_folder_that_is_not_there(settings: Settings) -> None:
    assert published(settings) == ()


def test_a_failure_leaves_the_earlier_bundle_in_place(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(bundle(digest="a" * 16), settings=settings)
    before = snapshot(settings.target_folder)
    real = os.fsync
    calls = iter(range(100))

    def full_disk(handle: int) -> None:
        if next(calls) == 2:
            raise OSError(28, "No space left on device")
        real(handle)

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(TargetError, match="No space left on device"):
        publish(bundle(digest="b" * 16), settings=settings)
    assert snapshot(settings.target_folder) == before
    assert not list(settings.target_folder.rglob("*writing*"))


def test_a_folder_that_cannot_be_written_is_an_error_with_its_name(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(TargetError, match=str(blocked)):
        write_bundle(bundle(), blocked / "dags")


def test_a_folder_whose_name_papermill_would_fill_in_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="braces"):
        write_bundle(bundle(), tmp_path / "{x}")


def test_a_reader_never_sees_a_dag_without_its_files(settings: Settings) -> None:
    bundles = [bundle(digest=character * 16) for character in "0123456789abcdef"]
    folder, missing, stop = settings.target_folder, [], threading.Event()

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
        publish(one, settings=settings)
    stop.set()
    reader.join()
    assert missing == []


def test_files_are_readable_by_airflows_user(settings: Settings) -> None:
    publish(bundle(), settings=settings)
    folder = settings.target_folder
    assert (folder / "iris.py").stat().st_mode & 0o044 == 0o044
    assert (folder / "iris" / ("0" * 16)).stat().st_mode & 0o055 == 0o055


def test_ruff_leaves_what_the_author_wrote_alone(settings: Settings) -> None:
    publish(bundle(), settings=settings)
    untidy = settings.target_folder / "iris" / ("0" * 16) / "files" / "lib" / "m.py"
    untidy.write_text("import os,sys")
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--no-cache", "."],
            cwd=settings.target_folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout


def test_an_unknown_kind_of_target_lists_the_known_ones(settings: Settings) -> None:
    other = replace(settings, target=TargetSettings(kind="gti"))
    with pytest.raises(SettingsError, match="no target 'gti'") as caught:
        find_target(other)
    assert "folder" in str(caught.value.hint)
