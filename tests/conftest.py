"""Fixtures that several rooms share."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from nbflow import embedded, remote

if TYPE_CHECKING:
    from collections.abc import Iterator


# The machine's load is no property of the code.
settings.register_profile("nbflow", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("nbflow")


@dataclass(frozen=True)
class RunningAirflow:
    """A real Airflow for the whole test session.

    Attributes:
        instance: its address and processes.
        client: signed in as administrator.
        dags: the folder that it reads DAGs from.
        store: a folder beside it, for runs.
    """

    instance: embedded.Instance
    client: remote.Airflow
    dags: Path
    store: Path

    @property
    def settings(self) -> str:
        """What nbflow.yaml says of it; the password is in the variable SECRET."""
        return (
            f"store: {self.store}\n"
            f"target: {{kind: folder, path: {self.dags}}}\n"
            f"airflow: {{url: '{self.instance.url}', user: {self.instance.user},"
            " password_env: SECRET}\n"
        )


@pytest.fixture(scope="session")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningAirflow]:
    """A private Airflow, started when the first test asks for it; mark such tests `airflow`."""
    folder = tmp_path_factory.mktemp("airflow")
    home, dags, store = folder / "home", folder / "dags", folder / "store"
    try:
        instance = embedded.up(home=home, dags=dags, store=store, environ=os.environ)
        with remote.Airflow.connect(
            instance.url, user=instance.user, password=instance.password
        ) as client:
            yield RunningAirflow(instance, client, dags, store)
    finally:
        embedded.down(home=home)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Take a module's DAGs away after it: Airflow reads each file again and again, for ever."""
    running = getattr(item, "funcargs", {}).get("airflow")
    yield
    if running and (nextitem is None or nextitem.path != item.path):
        for path in [*running.dags.glob("*")]:
            # Airflow may be about to leave there what it has compiled; the next module's end is
            # soon enough for that.
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink()


def pytest_itemcollected(item: pytest.Item) -> None:
    """Keep the tests that share something on one worker, so that there is one of it.

    They share the one Airflow, or what their module has set up: what one test did there the next
    may look at, which it must not do on another worker.

    Said of each test as it is collected: xdist reads the groups before the hooks of this file
    are given the whole list. What is done in a browser is tried twice: on a busy machine a page
    may be late for a test that waits for it, which is no fault of the code.
    """
    if item.get_closest_marker("browser"):
        item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=["TimeoutError"]))
    if "airflow" in getattr(item, "fixturenames", ()):
        item.add_marker(pytest.mark.xdist_group("airflow"))
    elif "steps" in getattr(item, "fixturenames", ()) and item.get_closest_marker("cluster"):
        item.add_marker(pytest.mark.xdist_group("steps"))
    elif not item.get_closest_marker("xdist_group") and _shares_with_its_module(item):
        item.add_marker(pytest.mark.xdist_group(item.path.stem))


def _shares_with_its_module(item: pytest.Item) -> bool:
    """Whether a fixture of the test is set up once for its module."""
    known = getattr(item, "_fixtureinfo", None)
    found = known.name2fixturedefs.values() if known is not None else ()
    return any(definitions[-1].scope == "module" for definitions in found)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests that need a cluster where `KUBECONFIG` names none."""
    if not os.environ.get("KUBECONFIG"):
        wanting = [item for item in items if item.get_closest_marker("cluster")]
        config.hook.pytest_deselected(items=wanting)
        items[:] = [item for item in items if item not in wanting]
