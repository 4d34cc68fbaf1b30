"""`nbflow profiles suggest` where the store is S3 behind HTTP: what it finds, and what it reads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from commands import nbflow, write_notebook

sys.path.insert(0, str(Path(__file__).parents[1] / "host"))

from object_servers import BUCKET, Proxy, moto_server, proxy

pytestmark = pytest.mark.slow

SETTINGS = f"""
store: s3://{BUCKET}/ml
backend: pod
defaults: {{image: x, profile: large}}
profiles:
  small: {{cpu: 4, memory: 1Gi, price: 1}}
  large: {{cpu: 8, memory: 64Gi, price: 10, escalate_to: huge}}
  huge: {{cpu: 8, memory: 128Gi, price: 20}}
teams:
  churn: {{namespace: ds-churn}}
"""
BIG = 3 << 20
RUNS = "ml/churn/eats/nbflow-20261120T1200{:02}-abcdef"


@pytest.fixture(scope="module")
def server():
    with moto_server() as server:
        yield server


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A project whose notebook is published; its steps have not run."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "nbflow.yaml").write_text(SETTINGS)
    write_notebook(
        folder / "eats.ipynb",
        ("step:light", "x = 1"),
        (
            "step:heavy",
            f"y = bytearray(300 << 20)\ny[::4096] = b'x' * 76800\nprint('z' * {BIG}, x)",
        ),
        nbflow={"team": "churn"},
    )
    return folder


def run(folder, server, bundle, run, *, attempt=1):
    """Do what the pods of a run do."""
    for step in ("light", "heavy"):
        notebook = f"s3://{BUCKET}/{bundle}/steps/{step}.ipynb"
        command = [sys.executable, "-m", "nbflow.host", notebook, f"--run=s3://{BUCKET}/{run}"]
        subprocess.run(
            [*command, f"--attempt={attempt}"],
            env={**os.environ, **server.environ},
            check=True,
            cwd=folder,
        )


def copy(client, source, target):
    """Another run of the same."""
    listed = client.list_objects_v2(Bucket=BUCKET, Prefix=f"{source}/")["Contents"]
    for key in (one["Key"] for one in listed if one["Key"].endswith((".ipynb", ".json"))):
        origin = {"Bucket": BUCKET, "Key": key}
        client.copy_object(Bucket=BUCKET, Key=key.replace(source, target), CopySource=origin)


@pytest.fixture(scope="module")
def project(folder, server):
    """Forty runs, of which one was made by a real host and the others are copies of it."""
    done = nbflow(
        "publish", "eats.ipynb", "--no-wait", "--no-preflight", cwd=folder, **server.environ
    )
    assert done.status == 0, done.err
    client = server.client()
    listed = client.list_objects_v2(Bucket=BUCKET, Prefix="ml/churn/eats/.bundles/")
    bundle = listed["Contents"][0]["Key"].partition(".bundles/")
    bundle = f"{bundle[0]}.bundles/{bundle[2].partition('/')[0]}"
    run(folder, server, bundle, RUNS.format(0))
    for number in range(1, 40):
        copy(client, RUNS.format(0), RUNS.format(number))
    return folder


def suggested(project, via, *arguments):
    found = nbflow("profiles", "suggest", *arguments, "--json", cwd=project, **via.environ)
    assert found.status == 0, found
    return {one["step"]: one for one in found.json}


@pytest.mark.parametrize("arguments", [[], ["eats"], ["eats.ipynb"]])
def test_the_runs_of_pods_in_s3_are_found_with_what_their_bundle_says(project, server, arguments):
    light, heavy = suggested(project, server, *arguments).values()
    assert (light["step"], heavy["step"]) == ("light", "heavy")
    assert (heavy["profile"], heavy["memory"], heavy["cpu"]) == ("large", 64 << 30, 8)
    assert heavy["attempts"] == 10
    assert 300 << 20 < heavy["peak_memory"] < 600 << 20
    assert heavy["memory_unused"] == pytest.approx(1 - heavy["peak_memory"] / (64 << 30), abs=1e-3)
    assert heavy["suggestion"] == "small"
    assert heavy["cost"] == pytest.approx(10 * heavy["cost_then"])


def test_of_the_newest_runs_alone_little_is_read(project, server):
    asked = {}
    for last in (3, 10):
        with proxy(server) as front:
            suggested(project, front, "eats", "--last", str(last))
            asked[last] = front.passed
    for last, requests in asked.items():
        paths = [one.path for one in requests]
        seen = {number for number in range(40) if any(run_in(path, number) for path in paths)}
        assert seen == set(range(40 - last, 40))
        assert len(requests) <= 12 + 5 * last  # of a run: its steps, and a list and a notebook each
        assert sum(one.sent for one in requests) < BIG  # no notebook's outputs
    manifests = [one for one in asked[10] if "manifest.json" in one.path and one.method == "GET"]
    assert len(manifests) == 1


def run_in(path, number):
    return RUNS.format(number).rpartition("/")[2] in path


def test_a_run_that_ran_out_of_memory_is_told_without_its_cells(project, server):
    client = server.client()
    target = "ml/churn/starved/manual__2026-11-21T00:00:00+00:00"
    copy(client, RUNS.format(0), target)
    key = f"{target}/heavy/try-1.ipynb"
    notebook = json.loads(client.get_object(Bucket=BUCKET, Key=key)["Body"].read())
    notebook["metadata"]["nbflow"] |= {"stopped_by": "OutOfMemory"}
    notebook["metadata"]["nbflow"]["usage"]["memory_limit"] = 64 << 30
    client.put_object(Bucket=BUCKET, Key=key, Body=json.dumps(notebook, indent=1).encode())
    heavy = suggested(project, server, "starved")["heavy"]
    assert (heavy["ran_out"], heavy["suggestion"]) == (True, "huge")


def test_runs_whose_ids_have_no_time_are_put_in_order_by_what_they_hold(project, server):
    client = server.client()
    for name in ("b-first", "c-second", "a-third"):
        copy(client, RUNS.format(0), f"ml/churn/named/{name}")
        if name == "c-second":  # times in S3 are whole seconds
            subprocess.run(["sleep", "1.1"], check=True)
    with proxy(server) as front:
        suggested(project, front, "named", "--last", "1")
        reads = {one.path for one in front.passed if one.method == "GET" and ".ipynb" in one.path}
    assert len(reads) == 2
    assert all("a-third" in path for path in reads)


def test_runs_of_this_machine_count_too(project, server):
    ran = nbflow("run", "eats.ipynb", cwd=project, NBFLOW_CGROUP="off")
    assert ran.status == 0, ran.err
    assert suggested(project, server, "eats", "--last", "50")["heavy"]["attempts"] == 41
    unreached = Proxy("http://127.0.0.1:9").environ | {"AWS_MAX_ATTEMPTS": "1"}
    alone = nbflow("profiles", "suggest", "eats", cwd=project, **unreached)
    assert alone.status == 0
    assert "warning: only the runs of this machine were looked at: " in alone.err
    assert "heavy" in alone.out


def test_without_runs_it_is_said_where_was_looked_and_what_makes_some(project, server):
    found = nbflow("profiles", "suggest", "none", cwd=project, **server.environ)
    assert found.status == 6
    assert f"there is no run of none in {project}/.nbflow/runs and s3://{BUCKET}/ml" in found.err
    assert "DAGs with runs: eats" in found.err


def test_runs_that_say_nothing_are_told_from_none(project, server):
    client = server.client()
    for number in range(3):
        body = json.dumps({"cells": [], "metadata": {"papermill": {}}, "nbformat": 4}).encode()
        key = f"ml/churn/mill/manual__2026-11-2{number}T00:00:00+00:00/load/try-1.ipynb"
        client.put_object(Bucket=BUCKET, Key=key, Body=body)
    found = nbflow("profiles", "suggest", "mill", cwd=project, **server.environ)
    assert found.status == 6
    assert "of the 3 runs of mill in " in found.err
    assert "nor one whose kernel was killed" in found.err


def test_a_store_that_is_not_reached_is_an_error_where_nothing_is_here(tmp_path):
    (tmp_path / "nbflow.yaml").write_text(SETTINGS)
    unreached = Proxy("http://127.0.0.1:9").environ | {"AWS_MAX_ATTEMPTS": "1"}
    found = nbflow("profiles", "suggest", "eats", cwd=tmp_path, **unreached)
    assert found.status == 6
    assert "cannot be reached" in found.err
    assert "Traceback" not in found.err
