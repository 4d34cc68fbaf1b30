"""What teams may use, as the package for Airflow is told."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nbflow.errors import SettingsError
from nbflow.model import Gpu, Profile
from nbflow.planning import policy
from nbflow.settings import AirflowSettings, DagBundle, Settings, Team

OURS = Team("churn", namespace="ds-churn", service_account="runner", profiles=("small", "gpu"))
PROFILES = {
    "small": Profile("small", env={"A": "b"}, container_security={"runAsUser": 7}),
    "gpu": Profile("gpu", gpu=Gpu(1), node_selector={"pool": "gpu"}),
    "large": Profile("large", node_selector={"pool": "large"}),
}


def said(*teams: Team, **choices: Any) -> dict[str, Any]:
    own = {team.name: team for team in teams}
    return policy(Settings(root=Path("/p"), profiles=PROFILES, teams=own, **choices))


def test_a_team_is_told_with_its_place_and_patterns() -> None:
    team = replace(OURS, images=("r/*",), claims=(), connections=("c_*",), host_paths=("/m/*",))
    found = said(team)["teams"]["churn"]
    del found["profiles"]
    assert found == {
        "bundle": "churn",
        "folder": "",
        "namespace": "ds-churn",
        "service_account": "runner",
        "images": ["r/*"],
        "claims": [],
        "connections": ["c_*"],
        "host_paths": ["/m/*"],
    }


def test_profiles_are_told_with_where_they_lead_and_what_they_allow() -> None:
    profiles = said(OURS)["teams"]["churn"]["profiles"]
    assert sorted(profiles) == ["gpu", "small"]
    assert profiles["gpu"]["spec"]["nodeSelector"] == {"pool": "gpu"}
    (container,) = profiles["small"]["spec"]["containers"]
    assert list(container) == ["securityContext"]
    assert container["securityContext"]["runAsUser"] == 7


def test_a_profile_that_the_team_could_not_use_is_left_out() -> None:
    pinned = {**PROFILES, "large": Profile("large", image="elsewhere/x")}
    team = replace(OURS, profiles=None, images=("r/*",))
    settings = Settings(root=Path("/p"), profiles=pinned, teams={"churn": team})
    assert sorted(policy(settings)["teams"]["churn"]["profiles"]) == ["gpu", "small"]
    in_pods = replace(settings, backend="pod", store="s3://runs")
    assert policy(in_pods)["teams"]["churn"]["profiles"] == {}  # nobody names an image


def test_the_same_settings_give_the_same_text() -> None:
    assert json.dumps(said(OURS)) == json.dumps(said(OURS))


def test_bundles_of_the_platform_are_free() -> None:
    airflow = AirflowSettings(bundles=(DagBundle("a"), DagBundle("b")))
    assert said(OURS, airflow=airflow)["free_bundles"] == ["a", "b"]


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (Team("ads"), "team 'ads' has no namespace"),
        (
            Team("ads", namespace="a", bundle=DagBundle("churn")),
            "in the same place: bundle 'churn'",
        ),
        (Team("ads", namespace="a", bundle=DagBundle("free")), "and no team's"),
    ],
)
def test_teams_that_cannot_be_told_apart_are_an_error(other: Team, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        said(OURS, other, airflow=AirflowSettings(bundles=(DagBundle("free"),)))


def test_folders_keep_teams_of_one_bundle_apart() -> None:
    one = replace(OURS, bundle=DagBundle("all", "churn"))
    two = Team("ads", namespace="ds-ads", bundle=DagBundle("all", "ads"))
    found = said(one, two)["teams"]
    assert [(found[name]["bundle"], found[name]["folder"]) for name in ("ads", "churn")] == [
        ("all", "ads"),
        ("all", "churn"),
    ]
