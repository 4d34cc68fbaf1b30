"""Retention where the store is a bucket, and its steps are pods."""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "host"))

from object_servers import BUCKET, moto_server

from nbflow import api
from nbflow.model import Bundle
from nbflow.runtime import Store, open_store
from nbflow.settings import Retention, Settings
from nbflow.targets import Signature, find_target

FIRST, SECOND, THIRD = "a" * 16, "b" * 16, "c" * 16
LATER = datetime.now(UTC) + timedelta(days=60)
RULE = Retention(versions=1, runs=1)


@pytest.fixture
def current(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """A project whose store is an empty prefix in a bucket."""
    with moto_server() as server:
        for name, value in server.environ.items():
            monkeypatch.setenv(name, value)
        yield Settings(root=tmp_path, store=f"s3://{BUCKET}/{uuid.uuid4().hex}")


def publish(current: Settings, *digests: str) -> Store:
    """Publish versions as of now, with their bundles in the store; the folder of the DAG's runs."""
    runs = open_store(f"{current.store_address}/default/iris")
    manifest = json.dumps({"source": {"notebook": "iris.ipynb"}}).encode()
    for number, digest in enumerate(digests):
        dag = f'BUNDLE = f"{{RUNS}}/.bundles/{digest}"\n'
        bundle = Bundle("iris", digest, dag, {"manifest.json": manifest, "steps/load.ipynb": b"{}"})
        signed = Signature("ann@example.com", datetime.now(UTC) + timedelta(seconds=number))
        find_target(current).publish([bundle], signed=signed)
        for path, content in bundle.files.items():
            runs.write(f".bundles/{digest}/{path}", content)
    return runs


def add_run(runs: Store, run_id: str, digest: str, *, ended: bool = True) -> None:
    """A run of one step as a pod leaves it."""
    about = {"nbflow": {"bundle": f"{runs.url}/.bundles/{digest}"}}
    notebook = {"cells": [], "metadata": about, "nbformat": 4, "nbformat_minor": 5}
    runs.write(f"{run_id}/load/try-1.ipynb", json.dumps(notebook).encode())
    runs.write(f"{run_id}/load/try-1/data", b"x" * 1000)
    if ended:
        runs.write(f"{run_id}/load/manifest.json", b'{"metrics": {"rows": 3}}')


def gone(done: api.Cleaning) -> set[tuple[str, str]]:
    return {(left.kind, left.name) for one in done.dags for left in one.gone}


def test_runs_bundles_and_versions_go_together_and_what_a_run_needs_stays(
    current: Settings,
) -> None:
    runs = publish(current, FIRST, SECOND, THIRD)
    add_run(runs, "manual__2026-01-01T00:00:00+00:00", FIRST)
    add_run(runs, "manual__2026-01-02T00:00:00+00:00", SECOND)
    said = api.clean(current, retention=RULE, now=LATER)
    expected = {
        ("run", "manual__2026-01-01T00:00:00+00:00"),
        ("version", FIRST),
        ("bundle", FIRST),
    }
    assert gone(said) == expected
    assert said.size > 1000
    assert len(runs.names(".bundles")) == 3
    done = api.clean(current, retention=RULE, now=LATER, yes=True)
    assert gone(done) == expected
    assert runs.names() == (".bundles", "manual__2026-01-02T00:00:00+00:00")
    assert runs.names(".bundles") == (SECOND, THIRD)
    assert find_target(current).published()[0].digests == (SECOND, THIRD)
    assert gone(api.clean(current, retention=RULE, now=LATER, yes=True)) == set()


def test_a_run_without_an_end_stays_with_its_bundle(current: Settings) -> None:
    runs = publish(current, FIRST, SECOND)
    add_run(runs, "manual__2026-01-01T00:00:00+00:00", FIRST, ended=False)
    rule = Retention(versions=1, runs=0)
    done = api.clean(current, retention=rule, now=LATER, yes=True)
    assert gone(done) == set()
    assert done.dags[0].live == ("manual__2026-01-01T00:00:00+00:00",)
    assert runs.names(".bundles") == (FIRST, SECOND)


def test_artifacts_go_and_what_the_manifest_said_stays(current: Settings) -> None:
    runs = publish(current, FIRST)
    add_run(runs, "manual__2026-01-01T00:00:00+00:00", FIRST)
    rule = Retention(artifacts_older_than=timedelta(days=7))
    done = api.clean(current, retention=rule, now=LATER, yes=True)
    (left,) = done.dags[0].gone
    assert (left.kind, left.size) == ("artifacts", 1000)
    assert runs.names("manual__2026-01-01T00:00:00+00:00/load") == ("pruned.json", "try-1.ipynb")
    assert gone(api.clean(current, retention=rule, now=LATER)) == set()
