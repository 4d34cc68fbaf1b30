"""The channels that a pipeline names are there, and its team may use them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from nbflow.errors import PolicyError, SettingsError
from nbflow.model import Assets, Cell, Channel, Document, Notices, Pipeline, PipelineOptions, Step
from nbflow.planning import find_refusals, plan
from nbflow.settings import Settings, Team, default_settings

OPS = Channel("ops", "slack", "ops_chat")


def told(root: Any, **options: Any) -> tuple[Pipeline, Settings]:
    pipeline = Pipeline(
        name="hello",
        document=Document(name="hello", cells=(Cell("a", 0, "code", "x = 1"),)),
        steps=(Step("main", cells=("a",)),),
        options=PipelineOptions(**options),
    )
    return pipeline, replace(default_settings(root), channels={"ops": OPS})


def test_a_plan_has_the_channels_that_are_named(tmp_path: Any) -> None:
    pipeline, settings = told(tmp_path, notices=Notices(failure=("ops",)))
    assert plan(pipeline, settings=settings).channels == {"ops": OPS}
    silent, settings = told(tmp_path)
    assert plan(silent, settings=settings).channels == {}


def test_an_unknown_channel_is_refused_with_the_nearest_one(tmp_path: Any) -> None:
    pipeline, settings = told(tmp_path, notices=Notices(success=("op",)))
    with pytest.raises(SettingsError, match=r"metadata\.nbflow\.notify names 'op'") as caught:
        plan(pipeline, settings=settings)
    assert "did you mean 'ops'" in str(caught.value.hint)
    ((step, found),) = find_refusals(pipeline, settings=settings)
    assert step is None
    assert "'op'" in found.message


def test_a_connection_that_is_not_the_teams_is_refused(tmp_path: Any) -> None:
    pipeline, settings = told(tmp_path, notices=Notices(failure=("ops",)), team="churn")
    team = Team("churn", connections=("churn_*",))
    with pytest.raises(PolicyError, match="'ops_chat' is none of the team's"):
        plan(pipeline, settings=replace(settings, teams={"churn": team}))
    allowed = replace(team, connections=("ops_*",))
    assert plan(pipeline, settings=replace(settings, teams={"churn": allowed})).channels


def test_an_asset_that_airflow_would_refuse_is_refused_here(tmp_path: Any) -> None:
    pipeline, settings = told(tmp_path, assets=Assets(makes=("airflow://x",)))
    with pytest.raises(SettingsError, match="airflow://"):
        plan(pipeline, settings=settings)
