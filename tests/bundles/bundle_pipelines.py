"""Pipelines for tests, built from the model's words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from nbflow.model import (
    Amount,
    Assets,
    Cell,
    Channel,
    Definition,
    Document,
    Edge,
    Gpu,
    Interval,
    Need,
    Notices,
    Parameter,
    ParameterKind,
    Pipeline,
    PipelineOptions,
    Plan,
    Prev,
    Profile,
    Quantity,
    Reason,
    ReasonKind,
    Secret,
    Step,
    StepOptions,
)
from nbflow.planning import plan
from nbflow.settings import Defaults, Settings, Team, default_settings

ROOT = Path("/project")


def document(sources: dict[str, str], *, name: str, **options: Any) -> Document:
    cells = tuple(
        Cell(cell_id, index, "code", source)
        for index, (cell_id, source) in enumerate(sources.items())
    )
    return Document(name=name, cells=cells, **options)


def settings(**choices: Any) -> Settings:
    return Settings(root=ROOT, **choices)


def minimal() -> Pipeline:
    """One step, nothing else said."""
    return Pipeline(
        name="hello",
        document=document({"a": "print('hello')"}, name="hello"),
        steps=(Step("main", cells=("a",)),),
    )


def iris() -> Pipeline:
    """Parameters, two branches that join, profiles, a metric, definitions."""
    sources = {
        "params": "learning_rate: float = 0.1  # step size\nfolds = 5\nlabel = '007'",
        "setup": "import pandas as pd",
        "load": "frame = pd.DataFrame()",
        "forest": "forest = fit(frame)",
        "boost": "boost = fit(frame, learning_rate)",
        "best": "score = max(forest, boost)",
    }
    return Pipeline(
        name="iris",
        document=document(sources, name="iris"),
        options=PipelineOptions(
            description="# Iris\n\nTrains two models and keeps one.\n\n- forest\n- boost",
            schedule="0 6 * * 1-5",
            timezone="Europe/Berlin",
            owner="ada",
            tags=("demo", "training"),
        ),
        parameters=(
            Parameter("learning_rate", ParameterKind.FLOAT, 0.1, help="step size"),
            Parameter("folds", ParameterKind.INT, 5, constraints={"minimum": 2}),
            Parameter("label", ParameterKind.STR, "007"),
        ),
        parameter_cells=("params",),
        setup=("setup",),
        steps=(
            Step("load", cells=("load",), saves=("frame",), binds=("frame",)),
            Step(
                "forest",
                cells=("forest",),
                edges=(Edge("load", (Reason(ReasonKind.VARIABLES, ("frame",)),)),),
                needs=(Need("frame", "load"),),
                saves=("forest",),
                binds=("forest",),
                definitions=(Definition(("fit",), "def fit(*a):\n    return 1", "setup", 1),),
                options=StepOptions(profile="highmem", timeout=timedelta(minutes=90)),
            ),
            Step(
                "boost",
                cells=("boost",),
                edges=(
                    Edge(
                        "load",
                        (
                            Reason(ReasonKind.DECLARED, ("boost",)),
                            Reason(ReasonKind.VARIABLES, ("frame",)),
                        ),
                    ),
                ),
                needs=(Need("frame", "load"),),
                saves=("boost",),
                declared=(Prev("load", "boost"),),
                options=StepOptions(profile="gpu", retries=0),
            ),
            Step(
                "best",
                cells=("best",),
                edges=(
                    Edge("forest", (Reason(ReasonKind.VARIABLES, ("forest",)),)),
                    Edge("boost", (Reason(ReasonKind.VARIABLES, ("boost",)),)),
                ),
                needs=(Need("boost", "boost"), Need("forest", "forest")),
                metrics=("score",),
            ),
        ),
        seeded=True,
    )


def everything() -> Pipeline:
    """Every option, names that are Python's, and values that try to break out."""
    evil = 'O\'Brien\n"""\\ {{ x }} {% raw %} \u202e\x00 ünï 火 🙂'
    kinds = [
        Parameter("evil", ParameterKind.STR, evil, help=evil),
        Parameter("number_like", ParameterKind.STR, "007"),
        Parameter("none_like", ParameterKind.STR, "None"),
        Parameter("big", ParameterKind.INT, 2**70),
        Parameter("small", ParameterKind.INT, -3, nullable=True),
        Parameter("infinite", ParameterKind.FLOAT, float("inf")),
        Parameter("ratio", ParameterKind.FLOAT, 1.0, constraints={"minimum": 0, "maximum": 1}),
        Parameter("flag", ParameterKind.BOOL, True),
        Parameter("nothing", ParameterKind.NONE, None),
        Parameter("pair", ParameterKind.TUPLE, [1, "a"]),
        Parameter("columns", ParameterKind.LIST, ["a", "b", {"deep": [1, [2, [None, 1.5]]]}]),
        Parameter("mapping", ParameterKind.DICT, {"z": 1, "a": {"{{ x }}": "O'Brien\n"}}),
        Parameter("today", ParameterKind.ANY, None, computed=True, source="date.today()"),
        Parameter(
            "choice", ParameterKind.STR, "a", constraints={"enum": ["a", "b"], "x-nbflow": 1}
        ),
    ]
    options = StepOptions(
        profile="gpu",
        image="registry.example.com/it's:1@sha256:abc",
        limits={"memory": Quantity("1.5Gi"), "nvidia.com/gpu": Quantity("2")},
        retries=5,
        timeout=timedelta(hours=2),
        cache=True,
        labels={"team": "ds"},
        annotations={"example.com/link": "http://x:80/y {{ z }}"},
        secrets=(Secret("db", "password", "DB_PASSWORD"),),
    )
    names = ("class", "pod", "datetime", "import_", "import", "a" * 60, "b" * 60)
    steps = tuple(
        Step(
            name,
            cells=(name,),
            edges=()
            if index == 0
            else (Edge(names[index - 1], (Reason(ReasonKind.FILES, ("a\nb.csv", "c d.txt")),)),),
            options=options if index < 3 else StepOptions(),
        )
        for index, name in enumerate(names)
    )
    return Pipeline(
        name="every.thing-1",
        document=document({name: f"print({name!r})" for name in names}, name="every thing"),
        options=PipelineOptions(
            description=f"{evil}\n\nSee README.md",
            schedule="@daily",
            start="2026-02-03T04:05",
            catchup=True,
            max_active_runs=3,
            tags=("b", "a"),
        ),
        parameters=tuple(kinds),
        steps=steps,
    )


def other_language() -> Pipeline:
    """A notebook in R."""
    return Pipeline(
        name="report",
        document=document({"a": "x <- 1", "b": "x"}, name="report", kernel="ir", language="r"),
        steps=(
            Step("first", cells=("a",)),
            Step(
                "second",
                cells=("b",),
                edges=(Edge("first", (Reason(ReasonKind.DECLARED, ("second",)),)),),
            ),
        ),
    )


def shared_profile() -> Settings:
    """Settings with everything a profile can say, and a store that is a URL."""
    profile = Profile(
        "big-node",
        cpu=Amount.of(Quantity("16")),
        memory=Amount.of(Quantity("256Gi")),
        disk=Amount.of(Quantity("500Gi")),
        gpu=Gpu(1, product="NVIDIA-L4"),
        shm=Quantity("16Gi"),
        node_selector={"pool": "highmem"},
        tolerations=({"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"},),
        image="registry.example.com/ds@sha256:0123",
        env={"OMP_NUM_THREADS": "16", "EMPTY": ""},
    )
    return settings(
        store="s3://ml-runs/x/", profiles={"default": profile, "gpu": profile, "highmem": profile}
    )


def in_pods() -> Settings:
    """Settings whose steps run in pods, with a ladder, a fallback and a team that may use some."""

    def sized(name: str, memory: str, **more: Any) -> Profile:
        return Profile(name, memory=Amount.of(Quantity(memory)), **more)

    profiles = {
        "default": sized("default", "2Gi", escalate_to="highmem"),
        "gpu": sized("gpu", "16Gi", gpu=Gpu(1), fallback="highmem"),
        "highmem": sized("highmem", "64Gi", startup_timeout=timedelta(minutes=20)),
        "other": Profile("other", image="elsewhere.example.com/x"),
    }
    team = Team("churn", namespace="ds-churn", images=("registry.example.com/*",))
    return settings(
        store="s3://ml-runs",
        backend="pod",
        profiles=profiles,
        teams={"churn": team},
        defaults=Defaults(image="registry.example.com/nbflow-runtime:1"),
    )


def for_team(pipeline: Pipeline, team: str) -> Pipeline:
    return replace(pipeline, options=replace(pipeline.options, team=team))


def channels() -> dict[str, Channel]:
    """One channel of each kind."""
    return {
        "events": Channel("events", "webhook", "events_hook", path="{{ runs }}"),
        "mail": Channel("mail", "email", "mail_server", to=("ann@example.com",), sender="a@b.c"),
        "ops": Channel("ops", "slack", "ops_chat"),
    }


def watched() -> Pipeline:
    """Waits for data and for a clock, makes data at two ends, tells everybody, and has names
    that the file takes."""
    names = ("values_of", "tell", "update_assets")
    because = (Edge("values_of", (Reason(ReasonKind.DECLARED, ("tell",)),)),)
    every = ("ops", "mail", "events")
    return Pipeline(
        name="watched",
        document=document({name: f"print({name!r})" for name in names}, name="watched"),
        options=PipelineOptions(
            schedule="0 6 * * *",
            timezone="Europe/Berlin",
            assets=Assets(("s3://lake/it's",), ("s3://lake/a", "s3://lake/b"), either=True),
            interval=Interval("day", "until"),
            notices=Notices(every, every, every, timedelta(hours=2)),
        ),
        parameters=(
            Parameter("day", ParameterKind.STR, "2026-01-31"),
            Parameter("until", ParameterKind.NONE, None),
        ),
        steps=(
            Step("values_of", cells=("values_of",)),
            Step("tell", cells=("tell",), edges=because),
            Step("update_assets", cells=("update_assets",), edges=because),
        ),
    )


def chained() -> Pipeline:
    """Waits for data alone, and makes some in its last step."""
    pipeline = other_language()
    assets = Assets(("s3://lake/report",), ("s3://lake/a", "s3://lake/b"))
    return replace(pipeline, name="chained", options=PipelineOptions(assets=assets))


def plans() -> dict[str, Plan]:
    """The plans of the golden files, by the file's name."""
    return {
        "hello": plan(minimal(), settings=default_settings(ROOT)),
        "iris": plan(iris(), settings=settings()),
        "iris_in_a_bucket": plan(iris(), settings=shared_profile()),
        "everything": plan(everything(), settings=settings(store="/mnt/ünï store")),
        "iris_in_pods": plan(for_team(iris(), "churn"), settings=in_pods()),
        "everything_in_pods": plan(everything(), settings=in_pods()),
        "watched": plan(watched(), settings=settings(channels=channels())),
        "watched_in_pods": plan(
            for_team(watched(), "churn"), settings=replace(in_pods(), channels=channels())
        ),
        "chained": plan(chained(), settings=settings()),
        "other_language": plan(other_language(), settings=settings()),
    }
