from __future__ import annotations

import sys
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubernetes import client as k8s
    from live_cluster import Project

# The command line, and stores behind HTTP, serve these tests too.
sys.path[:0] = [str(Path(__file__).parents[1] / folder) for folder in ("cli", "host")]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Pods of a test are not shut out by the test of another worker that shuts its own out."""
    if item.get_closest_marker("cluster") and "steps" not in item.fixturenames:
        from live_cluster import kept

        with kept("network"):
            return (yield)
    return (yield)


@pytest.fixture(scope="session")
def steps(tmp_path_factory):
    """A team's project, its Airflow and its store; steps are pods."""
    from live_steps import live_project

    with live_project(tmp_path_factory.mktemp("steps")) as project:
        yield project


@pytest.fixture(scope="module")
def kube() -> Iterator[k8s.ApiClient]:
    from kubernetes import config

    with config.new_client_from_config() as client:
        yield client


@pytest.fixture
def project(tmp_path: Path, kube: k8s.ApiClient) -> Iterator[Project]:
    """A namespace that is there for one test."""
    from kubernetes.client import CoreV1Api
    from live_cluster import Project, make_namespace

    name = f"nbflow-check-{uuid.uuid4().hex[:8]}"
    core = CoreV1Api(kube)
    try:
        make_namespace(core, name)
        yield Project(tmp_path, name, kube)
    finally:
        core.delete_namespace(name)
