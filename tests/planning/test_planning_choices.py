"""Choices: the step's own word, then the notebook's, then the settings'."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from nbflow.errors import PolicyError, SettingsError
from nbflow.model import (
    Amount,
    Cell,
    Document,
    Gpu,
    Pipeline,
    PipelineOptions,
    Plan,
    Profile,
    Quantity,
    Secret,
    Step,
    StepOptions,
)
from nbflow.planning import plan
from nbflow.settings import Defaults, Settings, TargetSettings, Team

ROOT = Path("/project")
PINNED = f"registry/x@sha256:{'0' * 64}"
OF_OTHERS = Secret(name="s", key="k", env="AIRFLOW_CONN_WAREHOUSE")


def planned(
    step: StepOptions | None = None, *, options: PipelineOptions | None = None, **choices: object
) -> Plan:
    pipeline = Pipeline(
        name="demo",
        document=Document(name="demo", cells=(Cell("a", 0, "code", "1"),)),
        options=options or PipelineOptions(),
        steps=(Step("train", cells=("a",), options=step or StepOptions()),),
    )
    return plan(pipeline, settings=replace(Settings(root=ROOT), **choices))  # type: ignore[arg-type]


def container(made: Plan) -> dict[str, object]:
    pod = made.steps[0].pod
    assert pod is not None
    first: dict[str, object] = pod["spec"]["containers"][0]
    return first


def test_what_nobody_says_comes_from_the_settings() -> None:
    made = planned(defaults=Defaults(retries=7, timeout=timedelta(hours=1), owner="ops"))
    step = made.steps[0]
    assert (step.retries, step.timeout, step.cache) == (7, timedelta(hours=1), False)
    assert step.profile.name == "default"
    assert made.owner == "ops"
    assert made.backend == "papermill"


def test_the_notebook_goes_over_the_settings_and_the_step_over_the_notebook() -> None:
    notebook = StepOptions(
        profile="highmem", retries=3, labels={"a": "1", "b": "1"}, limits={"cpu": Quantity("3")}
    )
    own = StepOptions(profile="small", labels={"b": "2"}, cache=True, retries=0)
    made = planned(own, options=PipelineOptions(defaults=notebook, owner="ada"))
    step = made.steps[0]
    assert (step.profile.name, step.retries, step.cache) == ("small", 0, True)
    assert step.profile.cpu == Amount.of(Quantity("3"))
    assert step.pod is not None
    assert step.pod["metadata"]["labels"] == {"a": "1", "b": "2"}
    assert made.owner == "ada"


def test_a_limit_overrides_one_number_of_the_profile() -> None:
    made = planned(StepOptions(profile="highmem", limits={"memory": Quantity("100Gi")}))
    assert container(made)["resources"] == {
        "requests": {"cpu": "8", "memory": "100Gi"},
        "limits": {"cpu": "8", "memory": "100Gi"},
    }


@pytest.mark.parametrize(
    ("key", "field"), [("cpu", "cpu"), ("memory", "memory"), ("ephemeral-storage", "disk")]
)
@pytest.mark.parametrize(("limit", "request_"), [("1", "1"), ("3", "2"), ("8", "2")])
def test_a_limit_below_the_profiles_request_lowers_the_request_too(
    key: str, field: str, limit: str, request_: str
) -> None:
    amount = {field: Amount(Quantity("2"), Quantity("4"))}
    profiles = {"default": replace(Profile("default"), **amount)}  # type: ignore[arg-type]
    made = planned(StepOptions(limits={key: Quantity(limit)}), profiles=profiles)
    assert container(made)["resources"] == {"limits": {key: limit}, "requests": {key: request_}}


def test_a_gpu_limit_makes_accelerators_of_a_profile_without() -> None:
    made = planned(StepOptions(limits={"nvidia.com/gpu": Quantity("2")}))
    assert made.steps[0].profile.gpu == Gpu(2)
    assert container(made)["resources"]["limits"]["nvidia.com/gpu"] == "2"  # type: ignore[index]


def test_half_an_accelerator_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"limit nvidia\.com/gpu is 500m"):
        planned(StepOptions(limits={"nvidia.com/gpu": Quantity("500m")}))


def test_the_image_of_the_step_goes_over_that_of_the_profile() -> None:
    profiles = {"default": Profile("default", image="wide")}
    assert container(planned(profiles=profiles))["image"] == "wide"
    own = planned(StepOptions(image="own"), profiles=profiles)
    assert container(own)["image"] == "own"


def test_a_profile_that_says_nothing_asks_for_no_pod() -> None:
    assert planned(profiles={"default": Profile("default")}).steps[0].pod is None


def test_labels_alone_make_a_pod_with_airflows_container() -> None:
    made = planned(StepOptions(labels={"a": "b"}), profiles={"default": Profile("default")})
    assert made.steps[0].pod is not None
    assert made.steps[0].pod["metadata"] == {"labels": {"a": "b"}}
    assert {*container(made)} == {"name", "securityContext"}
    assert container(made)["name"] == "base"


def test_an_unknown_profile_is_an_error_with_step_and_known_ones() -> None:
    with pytest.raises(SettingsError, match="step train: there is no profile 'higmem'") as caught:
        planned(StepOptions(profile="higmem"))
    assert "did you mean 'highmem'?" in str(caught.value.hint)
    assert "small" in str(caught.value.hint)


@pytest.mark.parametrize(
    "options",
    [
        StepOptions(labels={"a": "b c"}),
        StepOptions(labels={"a": "x" * 64}),
        StepOptions(labels={"a b": "c"}),
        StepOptions(labels={"UPPER.example/a": "c"}),
        StepOptions(annotations={"a:b": "c"}),
        StepOptions(secrets=(Secret("Upper", "k", "ENV"),)),
        StepOptions(secrets=(Secret("s", "k", "1ENV"),)),
        StepOptions(secrets=(Secret("s", "k/k", "ENV"),)),
        StepOptions(limits={"a b": Quantity("1")}),
    ],
)
def test_what_kubernetes_would_refuse_is_refused_here(options: StepOptions) -> None:
    with pytest.raises(SettingsError, match="step train: Kubernetes refuses"):
        planned(options)


def test_annotations_keep_their_colons() -> None:
    made = planned(StepOptions(annotations={"link": "http://x:80/y"}))
    assert made.steps[0].pod is not None
    assert made.steps[0].pod["metadata"]["annotations"] == {"link": "http://x:80/y"}


def test_a_team_brings_namespace_and_service_account() -> None:
    team = Team("churn", namespace="ds-churn", service_account="runner")
    made = planned(options=PipelineOptions(team="churn"), teams={"churn": team})
    pod = made.steps[0].pod
    assert pod is not None
    assert pod["metadata"]["namespace"] == "ds-churn"
    assert pod["spec"]["serviceAccountName"] == "runner"
    assert made.runs_folder == "../store/churn/demo"


def test_an_unknown_team_is_an_error() -> None:
    with pytest.raises(SettingsError, match="no team 'chrun'"):
        planned(options=PipelineOptions(team="chrun"), teams={"churn": Team("churn")})


@pytest.mark.parametrize(
    ("team", "options"),
    [
        (Team("t", profiles=("small",)), StepOptions(profile="gpu")),
        (Team("t", images=("registry/*",)), StepOptions(image="docker.io/x")),
        (Team("t", images=("registry/*@sha256:*",)), StepOptions(image="registry/x:1")),
        (Team("t", images=(PINNED,)), StepOptions(image=PINNED.replace("0", "1"))),
        (Team("t", connections=("own_*",)), StepOptions(secrets=(OF_OTHERS,))),
    ],
)
def test_what_a_team_may_not_use_is_refused(team: Team, options: StepOptions) -> None:
    with pytest.raises(PolicyError, match="step train: team t may not use"):
        planned(options, options=PipelineOptions(team="t"), teams={"t": team})


@pytest.mark.parametrize("pattern", ["registry/*@sha256:*", "registry/x@*", PINNED])
def test_an_image_may_be_asked_for_by_its_digest(pattern: str) -> None:
    team = Team("t", namespace="ds", images=(pattern,))
    made = planned(StepOptions(image=PINNED), options=PipelineOptions(team="t"), teams={"t": team})
    pod = made.steps[0].pod
    assert pod is not None
    assert pod["spec"]["containers"][0]["image"] == PINNED


@pytest.mark.parametrize("own", [None, "kubernetes_own"])
def test_the_connection_that_makes_a_teams_pods_must_be_the_teams(own: str | None) -> None:
    def made(*connections: str) -> Plan:
        team = Team("t", namespace="ds", connections=connections, kubernetes_connection=own)
        return planned(
            StepOptions(image="x"),
            options=PipelineOptions(team="t"),
            teams={"t": team},
            backend="pod",
            store="s3://runs",
        )

    assert made("kubernetes_*").kubernetes_connection == own
    with pytest.raises(PolicyError, match=f"connection '{own or 'kubernetes_default'}'"):
        made("warehouse")
    with pytest.raises(PolicyError, match="connection") as refusal:
        made()
    assert refusal.value.hint == "it may use no connection"


def test_a_connection_of_a_profiles_environment_must_be_the_teams() -> None:
    profile = Profile("wired", env={"AIRFLOW_CONN_WAREHOUSE": "postgres://db"})
    chosen = {"profiles": {"wired": profile}, "defaults": Defaults(profile="wired")}
    own = Team("t", connections=("warehouse",))
    planned(options=PipelineOptions(team="t"), teams={"t": own}, **chosen)
    with pytest.raises(PolicyError, match="connection 'warehouse'"):
        planned(
            options=PipelineOptions(team="t"), teams={"t": replace(own, connections=())}, **chosen
        )


@pytest.mark.parametrize(
    ("store", "target", "address"),
    [
        (".nbflow/store", ".nbflow/dags", "../store"),
        ("runs", "airflow/dags", "../../runs"),
        ("runs", "/srv/dags", "../../project/runs"),
        ("/data/runs/", "dags", "/data/runs"),
        ("s3://bucket/x/", "dags", "s3://bucket/x"),
    ],
)
def test_the_store_is_named_so_that_no_place_of_this_machine_is_needed(
    store: str, target: str, address: str
) -> None:
    assert planned(store=store, target=TargetSettings(path=target)).store == address


def test_a_relative_store_needs_a_folder_for_a_target() -> None:
    with pytest.raises(SettingsError, match="is relative"):
        planned(target=TargetSettings(kind="git", path="dags"))


@pytest.mark.parametrize("store", ["runs/{{ x }}", "/data/{a}", "a\nb"])
def test_a_store_that_papermill_would_fill_in_is_refused(store: str) -> None:
    with pytest.raises(SettingsError, match="braces or control characters"):
        planned(store=store)


@pytest.mark.parametrize(
    "options",
    [
        PipelineOptions(schedule="every day"),
        PipelineOptions(schedule="@fortnightly"),
        PipelineOptions(schedule="* * *"),
        PipelineOptions(timezone="Mars/Olympus"),
        PipelineOptions(start="soon"),
        PipelineOptions(max_active_runs=0),
    ],
)
def test_what_airflow_could_not_schedule_is_refused(options: PipelineOptions) -> None:
    with pytest.raises(SettingsError):
        planned(options=options)


def test_the_start_does_not_move() -> None:
    first = planned(options=PipelineOptions(schedule="@daily"))
    assert first.start == "2024-01-01"
    assert planned(options=PipelineOptions(start="2026-03-01")).start == "2026-03-01"


def test_a_continuous_schedule_has_one_run_at_a_time() -> None:
    assert planned(options=PipelineOptions(schedule="@continuous")).max_active_runs == 1


@pytest.mark.parametrize("name", ["", "..", "a b", "a/b", "ünï", "{{x}}", "a" * 251, "a\n"])
def test_a_name_that_airflow_refuses_or_that_leads_outside_is_refused(name: str) -> None:
    pipeline = Pipeline(name=name, document=Document(name="demo", cells=()))
    with pytest.raises(SettingsError, match="cannot be the name of a DAG"):
        plan(pipeline, settings=Settings(root=ROOT))


def test_a_tag_that_airflow_refuses_is_refused() -> None:
    with pytest.raises(SettingsError, match="too long"):
        planned(options=PipelineOptions(tags=("x" * 101,)))


def test_the_notebook_has_the_last_word_on_the_check_of_inputs() -> None:
    assert planned().check_in_place
    assert not planned(options=PipelineOptions(check_in_place=False)).check_in_place
