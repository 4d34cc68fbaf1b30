"""What settings files say of the Kubernetes cluster and of Airflow's account in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbflow.errors import SettingsError
from nbflow.model import Quantity
from nbflow.settings import Account, ClusterSettings, NodePool, Settings, load_settings

POOL = """\
cluster:
  autoscaled:
    - labels: {pool: gpu}
      taints: [{key: nvidia.com/gpu, value: present, effect: NoSchedule}]
      capacity: {cpu: 15.5, memory: 58Gi, nvidia.com/gpu: 1}
"""


def loaded(folder: Path, text: str, *, site: str | None = None) -> Settings:
    (folder / "nbflow.yaml").write_text(text, encoding="utf-8")
    (folder / "site.yaml").write_text(site or "", encoding="utf-8")
    environ = {} if site is None else {"NBFLOW_CONFIG": str(folder / "site.yaml")}
    return load_settings(folder, environ=environ)


def test_pools_that_grow_are_read(tmp_path: Path) -> None:
    pool = NodePool(
        labels={"pool": "gpu"},
        taints=({"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"},),
        capacity={
            "cpu": Quantity("15.5"),
            "memory": Quantity("58Gi"),
            "nvidia.com/gpu": Quantity("1"),
        },
    )
    assert loaded(tmp_path, POOL).cluster == ClusterSettings(autoscaled=(pool,))


def test_the_sites_pools_hold_where_the_project_says_nothing_of_them(tmp_path: Path) -> None:
    assert len(loaded(tmp_path, "cluster: {}", site=POOL).cluster.autoscaled) == 1
    assert loaded(tmp_path, "cluster: {autoscaled: []}", site=POOL).cluster.autoscaled == ()


def test_airflows_account_is_a_namespace_and_a_name(tmp_path: Path) -> None:
    text = "airflow: {service_account: airflow/worker}"
    assert loaded(tmp_path, text).airflow.service_account == Account("airflow", "worker")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("airflow: {service_account: worker}", "airflow.service_account: "),
        ("cluster: {autoscaled: [{labels: {a: b}}]}", "capacity is missing"),
        ("cluster: {autoscaled: [{capacity: {}}]}", "capacity: "),
        ("cluster: {autoscaled: [{capacity: {cpu: lots}}]}", "'lots' is not a Kubernetes quantity"),
        (
            "cluster: {autoscaled: [{capacity: {cpu: 1}, taints: [{key: a, effect: No}]}]}",
            "taints.0.effect: ",
        ),
        ("cluster: {autoscale: []}", "unknown key 'cluster.autoscale'"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        loaded(tmp_path, text)
    assert words in caught.value.message
    assert "nbflow.yaml:1" in caught.value.message
