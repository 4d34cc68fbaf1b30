import re
from datetime import timedelta

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from written_notebooks import code, codes, outlined, text

from nbflow import notebook
from nbflow.model import Prev, Quantity, Secret, StepOptions

A = code("", "step:a")
FULL = {
    "version": 1,
    "name": "churn.daily",
    "description": "Trains.",
    "schedule": "0 6 * * mon-fri",
    "timezone": "Europe/Berlin",
    "start": "2026-01-31",
    "catchup": True,
    "max_active_runs": 2,
    "checks": {"in_place": False},
    "owner": "ann",
    "tags": ["churn", "daily"],
    "team": "churn",
    "profile": "small",
    "retries": 1,
    "timeout": "2h",
    "cache": True,
    "image": "python:3.12",
    "files": ["data/*.csv"],
    "parameters": {"n": {"minimum": 1, "help": "rows"}},
    "steps": {
        "a": {
            "profile": "gpu",
            "image": "r/x:1",
            "limits": {"memory": "4Gi", "cpu": 2},
            "retries": 0,
            "timeout": 90,
            "cache": False,
            "labels": {"team": "churn"},
            "annotations": {"url": "http://x:80"},
            "secrets": [{"name": "db", "key": "password", "env": "DB"}],
            "prev": ["load-data"],
        }
    },
}


def test_everything_that_the_metadata_says_is_read() -> None:
    found = outlined(code("n = 1", "parameters"), A, nbflow=FULL)
    assert codes(found) == []
    assert found.name == "churn.daily"
    options = found.options
    assert (options.description, options.schedule) == ("Trains.", "0 6 * * mon-fri")
    assert (options.timezone, options.start) == ("Europe/Berlin", "2026-01-31")
    assert (options.catchup, options.max_active_runs) == (True, 2)
    assert options.check_in_place is False
    assert (options.owner, options.tags, options.team) == ("ann", ("churn", "daily"), "churn")
    assert options.files == ("data/*.csv",)
    assert options.defaults == StepOptions(
        profile="small", image="python:3.12", retries=1, timeout=timedelta(hours=2), cache=True
    )
    assert found.steps[0].options == StepOptions(
        profile="gpu",
        image="r/x:1",
        limits={"cpu": Quantity("2"), "memory": Quantity("4Gi")},
        retries=0,
        timeout=timedelta(seconds=90),
        cache=False,
        labels={"team": "churn"},
        annotations={"url": "http://x:80"},
        secrets=(Secret("db", "password", "DB"),),
    )
    assert found.steps[0].prevs == (Prev("load_data", "cell-0001"),)
    assert found.parameters[0].constraints == {"minimum": 1}
    assert found.parameters[0].help == "rows"


def test_nothing_is_needed() -> None:
    found = outlined(A)
    assert found.name == "book"
    assert found.options.timezone == "UTC"
    assert found.options.defaults == StepOptions()
    assert codes(found) == []


def test_the_schema_is_a_valid_one_and_accepts_what_is_accepted() -> None:
    schema = notebook.options_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(FULL)


@pytest.mark.parametrize(
    ("metadata", "message", "hint"),
    [
        ({"nam": "x"}, "metadata.nbflow.nam is not a known key", "Did you mean 'name'?"),
        ({"version": 2}, "metadata.nbflow.version is 2, not one of 1", "1"),
        ({"catchup": "yes"}, "metadata.nbflow.catchup is 'yes', not boolean", ""),
        ({"retries": -1}, "metadata.nbflow.retries is -1, less than 0", ""),
        ({"retries": True}, "metadata.nbflow.retries is True, not integer", ""),
        ({"timeout": "soon"}, "metadata.nbflow.timeout: 'soon' is not a duration", "90s"),
        ({"image": "a b"}, "metadata.nbflow.image: 'a b' is not a container image", ""),
        ({"max_active_runs": 0}, "metadata.nbflow.max_active_runs is 0, less than 1", ""),
        ({"tags": "x"}, "metadata.nbflow.tags is 'x', not array", ""),
        ({"tags": ["x", 1]}, "metadata.nbflow.tags[1] is 1, not string", ""),
        ({"steps": {"a": {"profil": "x"}}}, "steps.a.profil is not a known key", "'profile'"),
        ({"steps": {"a": {"limits": {"memory": "lots"}}}}, "a.limits.memory: 'lots'", ""),
        ({"steps": {"a": {"limits": {"gpu": 1}}}}, "did you mean 'nvidia.com/gpu'?", ""),
        ({"steps": {"a": {"secrets": [{"name": "x"}]}}}, "steps.a.secrets[0] lacks 'key'", ""),
        ({"parameters": {"n": {"minimun": 1}}}, "n.minimun is not a known key", "'minimum'"),
        ({"parameters": {"n": 3}}, "metadata.nbflow.parameters.n is 3, not object", ""),
        ("x", "metadata.nbflow is 'x', not object", ""),
        ({"orders": {}, "version": 1}, "the notebook of one step", "original"),
    ],
)
def test_what_breaks_the_schema_is_an_error_with_its_path(metadata, message, hint) -> None:
    found = outlined(code("n = 1", "parameters"), A, nbflow=metadata)
    assert "NB110" in codes(found)
    first = found.diagnostics[0]
    assert message in first.message
    assert hint in first.hint or hint == "original"


def test_what_is_right_is_kept_beside_what_is_wrong() -> None:
    metadata = {"nam": "x", "owner": "ann", "steps": {"a": {"retries": 1}, "b": {"retries": "x"}}}
    found = outlined(A, nbflow=metadata)
    assert codes(found) == ["NB110", "NB110"]
    assert found.options.owner == "ann"
    assert found.steps[0].options.retries == 1


def test_a_tag_that_contradicts_the_metadata_is_an_error_with_both() -> None:
    found = outlined(
        code("", "step:a", "profile:gpu", "retries:1"),
        nbflow={"steps": {"a": {"profile": "small", "retries": 1}}},
    )
    assert codes(found) == ["NB104"]
    message = found.diagnostics[0].message
    assert "'profile:gpu' in cell 1" in message
    assert "metadata.nbflow.steps.a.profile" in message
    assert found.diagnostics[0].cell == "cell-0000"


def test_options_for_an_unknown_step_are_an_error_with_the_nearest() -> None:
    found = outlined(code("", "step:train"), nbflow={"steps": {"trian": {"retries": 1}}})
    assert codes(found) == ["NB113"]
    assert "Did you mean 'train'?" in found.diagnostics[0].hint


@pytest.mark.parametrize(
    "schedule",
    [
        "@daily",
        "@once",
        "* * * * *",
        "*/5 0-6,22 1 jan-mar mon",
        "0 0 L * ?",
        "5/15 * * * 0-7",
        "0 9 * * mon#2",
        None,
        "",
    ],
)
def test_a_good_schedule_is_kept(schedule: str | None) -> None:
    found = outlined(A, nbflow={"schedule": schedule})
    assert codes(found) == []
    assert found.options.schedule == (schedule or None)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"schedule": "@dayly"}, "did you mean '@daily'?"),
        ({"schedule": "0 6 * *"}, "has 4 fields"),
        ({"schedule": "60 * * * *"}, "'60' in '60 * * * *' is no minute (from 0 to 59)"),
        ({"schedule": "0 6 * * funday"}, "'funday' in"),
        ({"schedule": "0 6 0 * *"}, "day of the month"),
        ({"schedule": "0 6 5-1 * *"}, "'5-1'"),
        ({"schedule": "*/0 * * * *"}, "'*/0'"),
        ({"schedule": "0 6 ² * *"}, "day of the month"),
        ({"schedule": "@continuous"}, "one active run only"),
        ({"timezone": "Berlin"}, "is not an IANA time zone; did you mean"),
        ({"timezone": "Europe"}, "is not an IANA time zone"),
        ({"timezone": "../../etc/passwd"}, "is not an IANA time zone"),
        ({"timezone": ""}, "is not an IANA time zone"),
        ({"start": "tomorrow"}, "is not an ISO date"),
    ],
)
def test_a_bad_schedule_is_an_error(options: dict, message: str) -> None:
    found = outlined(A, nbflow=options)
    assert codes(found) == ["NB112"]
    assert message in found.diagnostics[0].message


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("train", "train"),
        ("My Model (v2)", "My_Model_v2"),
        ("über-mäßig", "uber-ma_ig_HASH"),
        ("crème brûlée", "creme_brulee"),
        ("模型", "notebook_HASH"),
        ("train模型", "train_HASH"),
        ("a.b-c_d", "a.b-c_d"),
        (".hidden", "hidden"),
        ("--x--", "x"),
        ("!!!", "notebook_HASH"),
        ("", "notebook_HASH"),
    ],
)
def test_a_files_name_becomes_a_name_that_airflow_accepts(stem: str, name: str) -> None:
    found = outlined(A, name=stem)
    assert re.sub("[0-9a-f]{8}$", "HASH", found.name) == name
    assert codes(found) == []


def test_names_that_lose_letters_stay_different() -> None:
    assert outlined(A, name="模型").name != outlined(A, name="数据").name
    assert len(outlined(A, name="x" * 300).name) == 250


@given(st.text(max_size=400))
def test_every_files_name_gives_a_valid_name(stem: str) -> None:
    found = outlined(A, name=stem).name
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,249}", found)
    assert outlined(A, name=stem).name == found


@pytest.mark.parametrize("key", ["nbflow", "kubeflow_notebook"])
def test_a_declared_name_that_airflow_refuses_is_an_error_with_a_suggestion(key: str) -> None:
    metadata = {key: {"name" if key == "nbflow" else "pipeline_name": "my pipeline!"}}
    found = outlined(A, **metadata)
    assert codes(found) == ["NB111"]
    assert "Write 'my_pipeline'" in found.diagnostics[0].hint
    assert found.name == "my_pipeline"


def test_the_description_is_the_first_markdown_cell() -> None:
    found = outlined(A, text("  "), text("# Title\n\nWhat it *does*.\n"), text("more"))
    assert found.options.description == "# Title\n\nWhat it *does*."


KALE = {
    "pipeline_name": "hp-tuning",
    "pipeline_description": "Tunes.",
    "experiment_name": "exp",
    "base_image": "python:3.12",
    "enable_caching": False,
    "steps_defaults": ["limit:memory:2Gi", "cache:enabled", "annotation:u:http://x:1"],
    "volumes": [],
    "katib_run": False,
    "notebook_path": "x.ipynb",
}


def test_kales_metadata_is_understood() -> None:
    found = outlined(A, kubeflow_notebook=KALE)
    assert codes(found) == []
    assert (found.name, found.options.description) == ("hp-tuning", "Tunes.")
    assert found.options.tags == ("exp",)
    assert found.options.defaults == StepOptions(
        image="python:3.12",
        cache=True,
        limits={"memory": Quantity("2Gi")},
        annotations={"u": "http://x:1"},
    )


def test_our_metadata_counts_before_kales_with_a_warning() -> None:
    found = outlined(A, kubeflow_notebook=KALE, nbflow={"name": "ours", "image": "other:1"})
    assert found.name == "ours"
    assert found.options.defaults.image == "other:1"
    assert codes(found) == ["NB114"]


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({"volumes": [{"name": "raw", "mount_point": "/data"}]}, "'raw' at /data"),
        ({"katib_run": True}, "katib_run"),
        ({"steps_defaults": {"limits": {}}}, "not a list of tags"),
        ({"steps_defaults": ["prev:x"]}, "no option of a step"),
        ({"steps_defaults": [3]}, "no option of a step"),
        ({"security_context": {"enabled": True}}, "security_context"),
    ],
)
def test_what_kale_has_and_we_have_not_is_told(metadata: dict, message: str) -> None:
    found = outlined(A, kubeflow_notebook=metadata)
    assert codes(found) == ["NB114"]
    assert message in found.diagnostics[0].message


def test_a_bad_default_tag_of_kales_is_an_error() -> None:
    assert codes(outlined(A, kubeflow_notebook={"steps_defaults": ["limit:cpu:x"]})) == ["NB102"]


jsons = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=4,
)
keys = st.sampled_from(sorted(notebook.options_schema()["properties"])) | st.text(max_size=5)
kale_keys = st.sampled_from(sorted([*KALE, "security_context"]))


@given(st.dictionaries(keys, jsons) | jsons, st.dictionaries(kale_keys, jsons) | jsons)
def test_no_metadata_makes_the_outline_raise(ours, kales) -> None:
    found = outlined(A, nbflow=ours, kubeflow_notebook=kales)
    assert all(diagnostic.hint for diagnostic in found.diagnostics)


@given(st.dictionaries(keys, jsons))
def test_our_check_agrees_with_the_published_schema(metadata) -> None:
    valid = jsonschema.Draft202012Validator(notebook.options_schema()).is_valid(metadata)
    found = outlined(A, nbflow=metadata)
    schema_findings = [d for d in found.diagnostics if d.code == "NB110" and ": " not in d.message]
    assert valid or schema_findings or "NB110" in codes(found)
    if valid:
        assert not schema_findings


def test_catching_up_needs_a_start() -> None:
    found = outlined(code("x = 1"), nbflow={"schedule": "@daily", "catchup": True})
    assert [each.code for each in found.diagnostics] == ["NB112"]
    assert "start" in found.diagnostics[0].hint
