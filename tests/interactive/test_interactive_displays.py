"""What is shown: escaped, the same every time, readable on any background."""

import re
import xml.etree.ElementTree as ElementTree
from datetime import UTC, datetime

import pytest

from nbflow import model
from nbflow.interactive import Diagnostic, Diagnostics
from nbflow.interactive.graphs import Node, draw
from nbflow.interactive.records import LogLine, Logs, StepRuns
from nbflow.interactive.words import run_html, run_text

NASTY = "<script>alert('x')</script>&\""


def failed_run():
    failure = model.Failure(NASTY, NASTY, "c1", 1)
    at = datetime(2026, 11, 28, 12, tzinfo=UTC)
    later = datetime(2026, 11, 28, 12, 0, 5, tzinfo=UTC)
    step = model.StepRun(
        NASTY, model.RunState.FAILED, 1, 2, started=at, ended=later, failure=failure
    )
    return model.Run(
        NASTY,
        NASTY,
        model.RunState.FAILED,
        (step,),
        started=at,
        ended=later,
        url=f"javascript:{NASTY}",
        metrics={NASTY: NASTY},
    )


def shown():
    diagnostic = Diagnostic("NB1", model.Severity.ERROR, NASTY, NASTY, "c", 1, 1, NASTY)
    return {
        "diagnostic": diagnostic._repr_html_(),
        "diagnostics": Diagnostics([diagnostic])._repr_html_(),
        "steps": StepRuns(failed_run().steps)._repr_html_(),
        "logs": Logs([LogLine(NASTY, NASTY)])._repr_html_(),
        "run": run_html(failed_run()),
        "graph": draw([Node(NASTY, {}, NASTY), Node("b", {NASTY: NASTY})]),
    }


@pytest.mark.parametrize("what", shown())
def test_html_escapes_everything(what):
    found = shown()[what]
    assert "<script" not in found
    assert "javascript:" not in found
    assert "&lt;script&gt;" in found


@pytest.mark.parametrize("what", shown())
def test_no_background_is_fixed(what):
    for style in re.findall(r'style="([^"]*)"', shown()[what]):
        for rule in re.findall(r"(?:background|fill):\s*([^;]+)", style):
            assert rule.startswith(("transparent", "var(")), style
    assert "white" not in shown()[what].replace("white-space", "")


def test_a_run_in_a_terminal_says_state_cells_time_and_failure():
    text = run_text(failed_run())
    assert "failed, 5.0s" in text
    assert "1/2" in text


def test_a_failure_without_words_is_shown():
    step = model.StepRun("fit", model.RunState.FAILED, failure=model.Failure("KeyError", ""))
    assert "KeyError" in repr(StepRuns([step]))


def diamond():
    return [
        Node("load", {}),
        Node("left", {"load": "variables: rows"}),
        Node("right", {"load": "variables: rows"}),
        Node("join", {"left": "files: a", "right": "declared"}),
    ]


def test_a_graph_is_well_formed_and_drawn_the_same_every_time():
    assert draw(diamond()) == draw(diamond())
    root = ElementTree.fromstring(draw(diamond()))
    texts = [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == ["load", "left", "right", "join"]
    titles = {node.text for node in root.iter("{http://www.w3.org/2000/svg}title")}
    assert "load → left: variables: rows" in titles


def test_in_a_graph_a_step_stands_to_the_right_of_those_that_it_needs():
    root = ElementTree.fromstring(draw(diamond()))
    boxes = [
        (float(one.get("x")), float(one.get("y")), float(one.get("width")))
        for one in root.iter("{http://www.w3.org/2000/svg}rect")
    ]
    load, left, right, join = boxes
    assert load[0] + load[2] < left[0] == right[0]
    assert left[0] + left[2] < join[0]
    assert abs(left[1] - right[1]) > 34


def test_a_graph_with_a_circle_or_without_steps_is_drawn():
    assert draw([]) == ""
    assert draw([Node("a", {"b": "x"}), Node("b", {"a": "y"})]).startswith("<svg")


def test_in_a_graph_an_edge_passes_beside_the_steps_between():
    nodes = [Node("a", {}), Node("b", {"a": "x"}), Node("c", {"b": "x", "a": "y"})]
    root = ElementTree.fromstring(draw(nodes))
    boxes = list(root.iter("{http://www.w3.org/2000/svg}rect"))
    top, height = (float(boxes[1].get(name)) for name in ("y", "height"))
    (edge,) = [
        group for group in root if group.findtext("{http://www.w3.org/2000/svg}title") == "a → c: y"
    ]
    path = edge.find("{http://www.w3.org/2000/svg}path").get("d")
    (passage,) = re.findall(r"L[\d.]+,([\d.]+)", path)
    assert not top <= float(passage) <= top + height
