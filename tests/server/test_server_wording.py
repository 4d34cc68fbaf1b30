"""What JupyterLab is told names no commands, where JupyterLab has a way of its own."""

import ast
import re
from pathlib import Path

import pytest

import nbflow
from nbflow.server.wording import in_jupyterlab, spoken

ELSEWHERE = {
    "clean": "removes what was made for good",
    "image": "builds images",
    "output": "writes files",
    "profiles": "waits long for a cluster",
    "teams": "is for who administers a cluster",
}
"""Commands that JupyterLab has nothing like, and why."""
ROOMS = ("api", "remote", "targets", "host", "cluster", "embedded", "planning", "notebook")


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (
            "give the pipeline another name in the notebook's options, or use --force",
            "give the pipeline another name in the notebook's options, or publish it all the same",
        ),
        (
            "`nbflow diff my train.ipynb` shows what changes; --force replaces it",
            "“Against what is published” shows what changes; “Publish all the same” replaces it",
        ),
        (
            "`nbflow cancel` them, or let them end with `nbflow unpause churn`",
            "cancel them, or let them end with “Unpause”",
        ),
        (
            "or use --force: then steps that have not begun will fail",
            "or unpublish it all the same: then steps that have not begun will fail",
        ),
        (
            "The cells that ended are in out/x. `nbflow run a b.ipynb --resume` goes on.",
            "The cells that ended are in out/x. “Resume” in the panel goes on.",
        ),
        ("`nbflow resume churn/r1` goes on", "“Resume” in the panel goes on"),
        (
            "`nbflow run train.ipynb` starts a new one. To go on with an older one: --resume=r1.",
            "“Run now” starts a new one. “Resume” goes on with an older one: r1.",
        ),
        ("start another run: `nbflow trigger churn`", "start another run: “Run now”"),
        ("Did you mean r2? `nbflow runs churn` lists the runs.",
         "Did you mean r2? The panel lists the runs."),
        ("Start it with `nbflow airflow up`.", "Start it with “Start Airflow”."),
        (
            "start an own one with `nbflow airflow up`, or correct `airflow: url:` in nbflow.yaml",
            "correct `airflow: url:` in nbflow.yaml",
        ),
        ("waits for a person: `nbflow approve`", "waits for a person"),
        ("Bind the name in an earlier cell, or import it.",
         "Bind the name in an earlier cell, or import it."),
    ],
)  # fmt: skip
def test_a_way_out_is_told_as_jupyterlab_has_it(told, said):
    assert in_jupyterlab(told) == said


def test_hints_and_notes_are_reworded_wherever_they_stand_and_nothing_else_is():
    text = "`nbflow runs` lists them"
    answer = {"message": text, "hint": text, "findings": ({"hint": text, "n": 1},), "cell": None}
    assert spoken(answer) == {
        "message": text,
        "hint": "the panel lists them",
        "findings": [{"hint": "the panel lists them", "n": 1}],
        "cell": None,
    }


def texts(path):
    """What a module says, texts with gaps as a whole; without what documents it."""
    tree = ast.parse(path.read_text())
    documents = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    documents |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if id(node) in documents:
            continue
        if isinstance(node, ast.JoinedStr):
            parts = [one.value if isinstance(one, ast.Constant) else "X" for one in node.values]
            yield "".join(parts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_every_command_that_is_named_has_a_way_in_jupyterlab_or_is_known_to_have_none():
    root = Path(nbflow.__file__).parent
    said = [
        text
        for room in ROOMS
        for path in sorted((root / room).glob("*.py"))
        for text in texts(path)
        if "`nbflow " in text
    ]
    assert len(said) > 20
    left = {
        command
        for text in said
        for command in re.findall(r"`nbflow ([a-z-]+)[^`]*`", in_jupyterlab(text))
    }
    assert left == set(ELSEWHERE)
