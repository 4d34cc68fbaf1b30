"""Pipelines of several notebooks for tests, built from the model's words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bundle_pipelines import channels, document, in_pods, iris, settings

from nbflow.model import (
    Approval,
    Assets,
    Composition,
    Foreach,
    Interval,
    Notices,
    Parameter,
    ParameterKind,
    Pipeline,
    PipelineOptions,
    Plan,
    Reference,
    Stage,
    Step,
)
from nbflow.notebook import read_condition
from nbflow.planning import plan_composition

EVIL = 'O\'Brien\n"""\\ {{ x }} {% raw %} ${nothing}'


def weekly() -> Composition:
    """Every sort of stage, with values and texts that try to break out."""
    return Composition(
        "weekly",
        PipelineOptions(
            description="# Each week\n\nIngest, train, release.",
            schedule="0 6 * * 1",
            owner="ada",
            assets=Assets(makes=("s3://lake/models",)),
            interval=Interval(start="day"),
        ),
        (
            Parameter("regions", ParameterKind.LIST, ["eu", "us"]),
            Parameter("day", ParameterKind.STR, "2026-01-01"),
            Parameter("threshold", ParameterKind.FLOAT, 0.9, help="the least accuracy"),
        ),
        (
            Stage("ingest", "ingest.ipynb", given={"note": EVIL}),
            Stage(
                "train",
                "iris.ipynb",
                given={"label": "007", "learning_rate": Reference("rate", "ingest")},
                foreach=Foreach("folds", Reference("regions"), parallel=3),
                when=read_condition(
                    "0 < ${ingest.rate} < 5 and (${threshold} <= 1 or 'eu' not in ${regions}) "
                    "and not ${ingest.note} == 'a text that is rather long for a line of Python'"
                ),
            ),
            Stage(
                "release",
                approval=Approval(
                    "Release {{ it }}?", f"**{EVIL}**", ("ada", "grace"), timedelta(days=1)
                ),
                after=("train",),
            ),
            Stage(
                "class",
                "ingest.ipynb",
                given={"note": Reference("score", "train"), "plain": [Reference("day"), 1]},
                after=("release",),
            ),
        ),
    )


def ingest() -> Pipeline:
    return Pipeline(
        name="ingest",
        document=document({"params": "note = ''", "load": "rate = 0.1"}, name="ingest"),
        parameters=(
            Parameter("note", ParameterKind.STR, ""),
            Parameter("plain", ParameterKind.ANY, 0),
        ),
        parameter_cells=("params",),
        steps=(Step("load", cells=("load",), binds=("rate",)),),
    )


def composition_plans(**choices: Any) -> dict[str, Plan]:
    """By name of the golden file."""
    pipelines = {"ingest": ingest(), "train": iris(), "class": ingest()}
    plan = plan_composition(weekly(), pipelines, settings=settings(**choices))
    afar = plan_composition(weekly(), pipelines, settings=settings(store="s3://ml-runs", **choices))
    pods = plan_composition(weekly(), pipelines, settings=in_pods())
    telling = Notices(failure=("ops", "events"))
    told = replace(weekly(), options=replace(weekly().options, notices=telling))
    watched = plan_composition(told, pipelines, settings=settings(channels=channels(), **choices))
    return {
        "weekly": plan,
        "weekly_in_a_bucket": afar,
        "weekly_in_pods": pods,
        "weekly_watched": watched,
    }
