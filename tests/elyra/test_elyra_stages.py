"""What becomes of each property, and that none of them is dropped in silence."""

import json
import os
from pathlib import Path

import pytest
import yaml
from elyra_files import NOTEBOOK, PYTHON, binding, converted, flow, group, node, pipeline, verdicts
from hypothesis import given, settings
from hypothesis import strategies as st

from nbflow.api import import_elyra
from nbflow.elyra import Declared, Notebook, convert, pipeline_text
from nbflow.elyra.needs import READERS
from nbflow.errors import ForeignFileError

PIPELINES = Path(__file__).parent / "pipelines"
GOLDEN = Path(__file__).parent / "golden"
UPDATE = os.environ.get("NBFLOW_UPDATE_GOLDEN") == "1"
VERSIONS = [f"v{number}" for number in range(3, 9)]


def golden(name, text):
    """Compare with what is kept in this file; `NBFLOW_UPDATE_GOLDEN=1` writes it."""
    file = GOLDEN / name
    if UPDATE:
        file.write_text(text, encoding="utf-8")
    assert file.is_file(), f"no golden file {name}; NBFLOW_UPDATE_GOLDEN=1 writes it"
    assert text == file.read_text(encoding="utf-8")


def report_text(notes):
    """What became of each property, a line each and two for the reason."""
    lines = []
    for note in notes:
        whose = "pipeline" if note.node is None else note.node
        lines.append(f"{whose}: {note.key}: {note.verdict}: {note.where}")
        lines += [f"    {one}" for one in (note.why, note.instead) if one]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_pipeline_of_each_version_becomes_the_golden_one(version):
    imported = import_elyra(PIPELINES / f"{version}.pipeline")
    golden(f"{version}.yaml", imported.text)
    golden(f"{version}.profiles.yaml", imported.profiles_text)
    golden(f"{version}.report.txt", report_text(imported.converted.notes))


def keys_in_file(path):
    """Every property that a user of Elyra's can see, and whose it is."""
    for one in json.loads(path.read_text())["pipelines"]:
        app_data = one["app_data"]
        properties = app_data.get("properties", {})
        for key in properties:
            if key == "pipeline_defaults":
                yield from ((None, f"{key}.{inner}") for inner in properties[key])
            elif key == "pipeline_parameters":
                yield from ((None, f"{key}.{each['name']}") for each in properties[key])
            else:
                yield None, key
        yield from ((None, k) for k in app_data if k not in {"properties", "version", "ui_data"})
        for raw in one["nodes"]:
            if raw["type"] == "binding":
                continue
            inside = raw["app_data"]
            yield from ((raw["id"], key) for key in inside.get("component_parameters", inside))
            yield from (
                (raw["id"], k) for k in inside if k not in {"component_parameters", "label"}
            )


@pytest.mark.parametrize("version", VERSIONS)
def test_every_property_of_a_file_is_in_the_report(version):
    path = PIPELINES / f"{version}.pipeline"
    told = {(note.id, note.key) for note in import_elyra(path).converted.notes}
    assert set(keys_in_file(path)) - told == set()


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
KNOWN = [
    *READERS,
    "dependencies",
    "include_subdirectories",
    "outputs",
    "pipeline_parameters",
    "disable_node_caching",
]
PROPERTIES = st.dictionaries(
    st.sampled_from(KNOWN) | st.text("abc_", min_size=1, max_size=4), VALUES, max_size=6
)


@settings(max_examples=150, deadline=None)
@given(
    own=PROPERTIES,
    others=PROPERTIES,
    defaults=PROPERTIES,
    about=st.dictionaries(st.sampled_from(["description", "pipeline_parameters", "abc"]), VALUES),
)
def test_whatever_the_properties_are_each_is_told_of_and_the_text_can_be_read(
    own, others, defaults, about
):
    made = converted(
        node("a", **own),
        node("b", after=["a"], op=PYTHON, **others),
        pipeline_defaults=defaults,
        **about,
    )
    told = {(note.id, note.key) for note in made.notes}
    assert {("a", key) for key in own} <= told
    assert {("b", key) for key in others} <= told
    assert {(None, f"pipeline_defaults.{key}") for key in defaults} <= told
    assert all(note.why and note.instead for note in made.warnings if note.id != "b")
    assert yaml.safe_load(pipeline_text(made, source="x")) == json.loads(json.dumps(made.pipeline))


@st.composite
def graphs(draw):
    """Nodes, some of them no notebooks, each behind some of those before it; in any order."""
    count = draw(st.integers(1, 9))
    nodes = []
    for number in range(count):
        before = draw(st.sets(st.integers(0, number - 1))) if number else ()
        op = draw(st.sampled_from([NOTEBOOK, NOTEBOOK, PYTHON])) if number else NOTEBOOK
        nodes.append(node(f"n{number}", after=[f"n{one}" for one in sorted(before)], op=op))
    return draw(st.permutations(nodes))


def ancestors(before):
    """All that comes before each, however far."""
    found = {}
    for one in sorted(before, key=lambda name: int(name[1:])):
        found[one] = set(before[one]).union(*(found[each] for each in before[one]))
    return found


@settings(max_examples=80, deadline=None)
@given(graphs())
def test_a_stage_runs_behind_the_same_stages_as_its_node(nodes):
    made = converted(*nodes)
    stages = made.pipeline["stages"]
    assert all(set(one) <= {"notebook", "after"} for one in stages.values())
    after = {name: one.get("after", []) for name, one in stages.items()}
    wanted = ancestors(
        {one["id"]: [link["node_id_ref"] for link in one["inputs"][0]["links"]] for one in nodes}
    )
    assert ancestors(after) == {name: wanted[name] & set(stages) for name in stages}
    placed = list(stages)
    assert all(placed.index(one) < placed.index(name) for name in placed for one in after[name])


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (["train.ipynb"], ["train"]),
        (["Train model (2)"], ["train_model_2"]),
        (["Train", "train.ipynb", "TRAIN"], ["train", "train_2", "train_3"]),
        (["train", "train", "train_2"], ["train", "train_3", "train_2"]),
        (["2nd"], ["stage_2nd"]),
        (["Ärzte"], ["arzte"]),
        (["训练", "模型"], ["stage", "stage_2"]),
        (["notebooks/deep/load.ipynb"], ["load"]),
        (["__"], ["stage"]),
        (["x" * 300], ["x" * 60]),
    ],
)
def test_a_stage_is_named_after_its_label(labels, names):
    nodes = [node(f"n{number}", label=label) for number, label in enumerate(labels)]
    assert list(converted(*nodes).pipeline["stages"]) == names


def test_what_waits_for_a_node_that_is_left_out_waits_for_those_before_it():
    made = converted(
        node("a"),
        node("b", after=["a"]),
        node("s", after=["a", "b"], op=PYTHON, filename="s.py"),
        node("t", after=["s"], op="bash_operator_BashOperator"),
        node("c", after=["t"]),
    )
    assert made.pipeline["stages"]["c"]["after"] == ["a", "b"]
    assert made.left_out == ("s", "t")


def test_a_script_is_told_of_with_the_notebook_that_runs_it():
    made = converted(node("a"), node("s", op=PYTHON, filename="s.py", outputs=["x.csv"]))
    (note,) = [note for note in made.warnings if note.key == "op"]
    assert note.why == "it is a script (Python), and a stage is a notebook"
    assert "`%run s.py`" in note.instead
    assert '"files": ["s.py"]' in note.instead
    assert verdicts(made, "outputs") == ["no-equal"]


def test_a_node_of_a_type_that_is_not_known_is_told_of():
    made = converted(node("a"), node("m", kind="model_node", op="", url="x"))
    (note,) = [note for note in made.warnings if note.key == "op"]
    assert "type 'model_node'" in note.why


def test_without_a_notebook_there_is_no_pipeline():
    with pytest.raises(ForeignFileError, match=r"no node runs a notebook.*s \(execute-python"):
        converted(node("s", op=PYTHON, filename="s.py"))
    with pytest.raises(ForeignFileError, match="found: no node"):
        converted()


def test_a_supernode_is_told_of_and_its_nodes_are_stages():
    inner = pipeline(node("x"), binding("in"), name="inner")
    made = converted(group("box", "inner"), others=[inner])
    assert list(made.pipeline["stages"]) == ["x"]
    assert [(note.node, note.key) for note in made.warnings] == [("box", "op")]
    assert made.left_out == ()


def test_parameters_keep_their_types_and_what_is_said_of_them():
    def given_(name, kind, value, **more):
        return {"name": name, "default_value": {"type": kind, "value": value}, **more}

    made = converted(
        node("a", pipeline_parameters=["text", "gone"]),
        notebooks={"a": Notebook("a.ipynb", parameters=frozenset({"text"}))},
        pipeline_parameters=[
            given_("text", "String", "eu", description="Where."),
            given_("whole", "Integer", "3"),
            given_("part", "Float", 2),
            given_("yes", "Bool", "true"),
            given_("bad", "Integer", "many"),
            {"name": "bare"},
            {"name": "none", "default_value": {"type": "Integer"}},
            {"name": "not a name"},
            {"name": "text"},
            {"name": ["x"]},
        ],
    )
    assert made.pipeline["parameters"] == {
        "text": {"default": "eu", "help": "Where."},
        "whole": 3,
        "part": 2.0,
        "yes": True,
        "bad": "many",
        "bare": "",
        "none": 0,
    }
    assert made.pipeline["stages"]["a"]["parameters"] == {"text": "${text}"}
    assert verdicts(made, "pipeline_parameters.text") == ["kept"]
    assert verdicts(made, "pipeline_parameters.whole") == ["kept", "edit"]  # no node takes it
    assert verdicts(made, "pipeline_parameters.bad") == ["kept", "edit", "edit"]
    told = [note.value for note in made.warnings if note.key == "pipeline_parameters"]
    assert told == [{"name": "not a name"}, {"name": "text"}, {"name": ["x"]}, "gone"]


def test_a_parameter_that_the_notebook_lacks_is_given_and_told_of():
    made = converted(
        node("a", pipeline_parameters=["region"]),
        pipeline_parameters=[{"name": "region", "default_value": {"value": "eu"}}],
    )
    assert made.pipeline["stages"]["a"]["parameters"] == {"region": "${region}"}
    (note,) = made.warnings
    assert note.verdict == "edit"
    assert "write `region = 'eu'` there" in note.instead


def test_a_default_that_looks_like_a_secret_is_left_out():
    secret = {"name": "api_token", "default_value": {"type": "String", "value": "tiger"}}
    asked = node("a", pipeline_parameters=["api_token"])
    takes = {"a": Notebook("a.ipynb", parameters=frozenset({"api_token"}))}
    made = converted(asked, notebooks=takes, pipeline_parameters=[secret])
    assert made.pipeline["parameters"] == {"api_token": ""}
    assert "tiger" not in str(made.notes)
    assert verdicts(made, "pipeline_parameters.api_token") == ["kept", "edit"]


@pytest.mark.parametrize(
    ("dependencies", "deep", "verdict", "said"),
    [
        (["a.csv", "lib/*.py"], False, "edit", '["a.csv", "lib/*.py"]'),
        (["a.csv", "*.py"], True, "edit", '["a.csv", "**/*.py"]'),
        (["lib"], False, "edit", '["lib/*"]'),
        (["lib/"], True, "edit", '["lib/**/*"]'),
        (["known.csv"], False, "kept", None),
        (["known.csv", "a.csv"], False, "edit", '["a.csv"]'),
        (["../a.csv"], False, "no-equal", "move them there"),
        (["/data/a.csv"], False, "no-equal", "move them there"),
        ([3], False, "no-equal", "move them there"),
        (["", None], False, "idle", None),
    ],
)
def test_dependencies_become_globs_of_the_notebooks_options(dependencies, deep, verdict, said):
    known = Notebook("a.ipynb", files=frozenset({"known.csv"}), folders=frozenset({"lib"}))
    made = converted(
        node("a", dependencies=dependencies, include_subdirectories=deep), notebooks={"a": known}
    )
    (note,) = [note for note in made.notes if note.key == "dependencies"]
    assert note.verdict == verdict
    assert said is None or said in note.instead


def test_files_for_later_nodes_have_no_equal_and_another_way():
    made = converted(node("a", outputs=["x.csv"]), node("b", after=["a"], outputs=["y.csv"]))
    first, second = made.warnings
    assert "steps of one" in first.instead
    assert "steps of one" not in second.instead


def test_what_elyra_says_of_caching_holds_here_anyway_or_is_a_tag():
    made = converted(
        node("a", disable_node_caching="True"), node("b", disable_node_caching="False")
    )
    assert verdicts(made, "disable_node_caching") == ["kept", "edit"]


def test_a_pipeline_without_a_word_too_many_has_no_warnings():
    made = converted(node("a"), node("b", after=["a"], outputs=[], env_vars=[]), runtime="Generic")
    assert made.warnings == ()
    assert made.pipeline == {
        "name": "some",
        "stages": {"a": {"notebook": "a.ipynb"}, "b": {"notebook": "b.ipynb", "after": ["a"]}},
    }


def test_what_is_said_of_a_pipeline_inside_of_a_supernode_is_told_of():
    inner = pipeline(node("x"), name="inner", properties={"runtime_image": "ml:2"})
    made = converted(group("box", "inner"), others=[inner])
    assert verdicts(made, "inner.properties") == ["no-equal"]


def test_a_name_that_is_no_text_is_told_of():
    assert verdicts(converted(node("a"), name=7), "name") == ["no-equal"]


def test_comments_stand_above_what_they_are_about_whatever_is_in_them():
    strange = "first\nsecond\x00\x85third\u2028stages: {}"
    tied = {"content": strange, "associated_id_refs": [{"node_ref": "a"}]}
    left = {"content": "of a script", "associated_id_refs": [{"node_ref": "s"}]}
    made = converted(node("a"), node("s", op=PYTHON), comments=[tied, left])
    text = pipeline_text(made, source="some.pipeline")
    assert "  # first\n  # second\n  # third\n  # stages: {}\n  a:\n" in text
    assert text.startswith("# From some.pipeline (Elyra, version 8), by `nbflow import`.\n# of a")
    assert yaml.safe_load(text) == made.pipeline


def test_many_nodes_are_no_matter():
    nodes = [node("n0"), *(node(f"n{i}", after=[f"n{i - 1}"]) for i in range(1, 600))]
    read = flow(*reversed(nodes))
    known = {one.id: Notebook(f"{one.id}.ipynb") for one in read.nodes}

    made = convert(read, name="x", notebooks=known, declared=Declared({}, "default"))
    assert list(made.pipeline["stages"])[-1] == "n599"
