"""Pipelines of Elyra's are read from each version, made flat, and refused where they are broken."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from elyra_files import binding, flow, group, node, pipeline, text

from nbflow.elyra import read_flow
from nbflow.errors import ForeignFileError

PIPELINES = Path(__file__).parent / "pipelines"


def labels(read):
    return {one.id: one.label for one in read.nodes}


@pytest.mark.parametrize("version", range(3, 9))
def test_each_version_is_read(version):
    path = PIPELINES / f"v{version}.pipeline"
    read = read_flow(path.read_text(), source=path.name)
    assert read.version == version
    assert read.name == f"churn-v{version}"
    loads = next(one for one in read.nodes if one.id == "n-load")
    assert loads.is_notebook
    assert loads.properties["filename"] == "load.ipynb"
    assert "ui_data" not in loads.properties


def test_the_newest_file_that_elyra_writes_without_a_number_for_a_version_is_read():
    assert flow(node("a"), version="8").version == 8
    assert flow(node("a"), version=7.5).version == 7  # of a development version


def test_properties_that_stood_in_the_node_itself_are_the_same_until_version_3():
    old = node("a", cpu=2)
    old["app_data"] = {"filename": "a.ipynb", "cpu": 2, "ui_data": {"label": "A"}}
    new = node("a", label="A", cpu=2)
    first, second = (flow(one, version=3).nodes[0] for one in (old, new))
    assert (first.label, first.properties) == (second.label, second.properties)


def test_a_node_comes_behind_those_that_it_waits_for():
    read = flow(node("c", after=["b", "a"]), node("b", after=["a"]), node("a"))
    assert [one.id for one in read.nodes] == ["a", "b", "c"]
    assert read.parents == {"a": (), "b": ("a",), "c": ("b", "a")}


def test_links_into_and_out_of_a_supernode_lead_to_the_nodes_inside():
    inner = pipeline(
        node("x", after=[("in", "output_x_inPort")]),
        node("y", after=["x"]),
        binding("in", outputs=[("output_x_inPort", [])]),
        binding("out", inputs=[("input_y_outPort", [("y", "outPort")])]),
        name="inner",
    )
    box = group(
        "box",
        "inner",
        inputs=[("x_inPort", "in", [("a", "outPort")])],
        outputs=[("y_outPort", "out", [])],
    )
    read = flow(node("a"), box, node("z", after=[("box", "y_outPort")]), others=[inner])
    assert read.parents == {"a": (), "x": ("a",), "y": ("x",), "z": ("y",)}
    assert [one.id for one in read.nodes if not one.is_group] == ["a", "x", "y", "z"]


def test_a_supernode_in_a_supernode_is_made_flat():
    deepest = pipeline(
        node("x", after=[("in2", "p")]),
        binding("in2", outputs=[("p", [])]),
        binding("out2", inputs=[("q", [("x", "outPort")])]),
        name="deepest",
    )
    middle = pipeline(
        group(
            "box2",
            "deepest",
            inputs=[("x_inPort", "in2", [("in1", "p1")])],
            outputs=[("x_outPort", "out2", [])],
        ),
        binding("in1", outputs=[("p1", [])]),
        binding("out1", inputs=[("q1", [("box2", "x_outPort")])]),
        name="middle",
    )
    box = group(
        "box1",
        "middle",
        inputs=[("x_inPort", "in1", [("a", "outPort")])],
        outputs=[("x_outPort", "out1", [])],
    )
    z = node("z", after=[("box1", "x_outPort")])
    assert flow(z, box, node("a"), others=[middle, deepest]).parents == {
        "a": (),
        "x": ("a",),
        "z": ("x",),
    }


def test_ports_that_name_the_inner_node_alone_are_enough():
    inner = pipeline(node("x"), name="inner")
    box = group("box", "inner", inputs=[("x_inPort", None, [("a", "outPort")])])
    z = node("z", after=[("box", "x_outPort")])
    read = flow(node("a"), box, z, others=[inner])
    assert read.parents == {"a": (), "x": ("a",), "z": ("x",)}


def test_what_comes_behind_a_supernode_as_a_whole_comes_behind_all_in_it():
    inner = pipeline(node("x"), node("y"), name="inner")
    z = node("z", after=["box"])
    assert flow(z, group("box", "inner"), others=[inner]).parents["z"] == ("x", "y")


def test_comments_belong_to_their_nodes():
    tied = {"content": "Ask Kim.", "associated_id_refs": [{"node_ref": "a"}]}
    read = flow(node("a"), comments=[tied, {"content": "All of it."}, {"content": "  "}, 3])
    assert read.nodes[0].comments == ("Ask Kim.",)
    assert read.comments == ("All of it.",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is not JSON"),
        ("", "is not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ("[]", "is no pipeline of Elyra's"),
        ('{"cells": []}', "is no pipeline of Elyra's"),
        ('{"pipelines": []}', "holds no pipeline"),
        ('{"pipelines": {}}', "`pipelines` is dict, not a list"),
        ('{"pipelines": [3]}', "a pipeline is int, not an object"),
        ('{"pipelines": [{"nodes": []}]}', "a pipeline has no id"),
        ('{"pipelines": [{"id": "a", "nodes": 3}]}', "is int, not a list"),
        ('{"pipelines": [{"id": "a", "nodes": [3]}]}', "a node is int, not an object"),
        ('{"pipelines": [{"id": "a"}], "primary_pipeline": "b"}', "'b' is not among"),
        ('{"pipelines": [{"id": "a"}]}', "has no version of Elyra's"),
    ],
)
def test_what_is_no_pipeline_is_refused(content, message):
    with pytest.raises(ForeignFileError, match=message):
        read_flow(content, source="some.pipeline")


@pytest.mark.parametrize("version", [0, 1, 2, None])
def test_an_older_version_is_refused_with_the_way_out(version):
    with pytest.raises(ForeignFileError, match="versions 3 to 8 can be read") as caught:
        flow(node("a"), version=version)
    assert "Elyra 3 or 4 and save it" in caught.value.hint


def test_a_newer_version_is_refused():
    with pytest.raises(ForeignFileError, match="version 9; versions 3 to 8"):
        flow(node("a"), version=9)


@pytest.mark.parametrize("version", [True, "eight", [8], "inf"])
def test_a_version_that_is_no_number_is_refused(version):
    with pytest.raises(ForeignFileError, match="is no number"):
        flow(node("a"), version=version)


def without_id():
    broken = node("a")
    del broken["id"]
    return broken


def with_app_data(value):
    return {**node("a"), "app_data": value}


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        ([node("a", after=["gone"])], "node a waits for the node 'gone', which is not there"),
        ([node("a", after=["b"]), node("b", after=["a"])], "in a circle: "),
        ([node("a", after=["a"])], "in a circle: a → a"),
        ([node("a"), node("a")], "two nodes have the id a"),
        ([without_id()], "a node has no id"),
        ([with_app_data([])], "node a: app_data is list, not an object"),
        ([with_app_data({"component_parameters": 3})], "component_parameters is int"),
        ([{**node("a"), "inputs": {}}, node("b")], None),
        ([{**node("a"), "inputs": [3]}], "inputs is no list of ports"),
        ([{**node("a"), "inputs": [{"links": [3]}]}], "a link is no object"),
        ([group("box", "gone")], "holds the pipeline 'gone', which is not there"),
        ([group("box", "primary")], "the primary pipeline is in a supernode"),
    ],
)
def test_a_broken_graph_is_refused(nodes, message):
    if message is None:
        assert flow(*nodes).parents == {"a": (), "b": ()}
        return
    with pytest.raises(ForeignFileError, match=message):
        flow(*nodes)


def test_a_circle_is_told_in_the_direction_of_its_links():
    nodes = [node("a", after=["c"]), node("b", after=["a"]), node("c", after=["b"]), node("d")]
    with pytest.raises(ForeignFileError) as caught:
        flow(*nodes)
    shown = caught.value.message.rpartition(": ")[2].split(" → ")
    assert list(pairwise(shown)) in (
        [("a", "b"), ("b", "c"), ("c", "a")],
        [("b", "c"), ("c", "a"), ("a", "b")],
        [("c", "a"), ("a", "b"), ("b", "c")],
    )


def test_two_supernodes_cannot_hold_the_same_pipeline():
    inner = pipeline(node("x"), name="inner")
    with pytest.raises(ForeignFileError, match="two supernodes hold the pipeline inner"):
        flow(group("one", "inner"), group("two", "inner"), others=[inner])


def test_a_pipeline_that_no_supernode_holds_is_refused():
    with pytest.raises(ForeignFileError, match="no supernode of the primary pipeline holds"):
        flow(node("a"), others=[pipeline(node("x"), name="stray")])


def test_supernodes_that_hold_each_other_are_refused():
    others = [
        pipeline(group("one", "second"), name="first"),
        pipeline(group("two", "first"), name="second"),
    ]
    with pytest.raises(ForeignFileError, match="no supernode of the primary pipeline holds"):
        flow(node("a"), others=others)


def test_a_binding_outside_of_supernodes_is_refused():
    with pytest.raises(ForeignFileError, match="the binding door is in no supernode"):
        flow(node("a", after=["door"]), binding("door"))


def test_the_primary_pipeline_is_found_wherever_it_stands():
    content = json.loads(text(node("a")))
    content["pipelines"].insert(0, pipeline(node("x"), name="inner"))
    content["pipelines"][1]["nodes"].append(group("box", "inner"))
    read = read_flow(json.dumps(content), source="some.pipeline")
    assert labels(read) == {"a": "a", "x": "x", "box": "box"}
