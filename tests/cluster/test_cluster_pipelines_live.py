"""Several notebooks as one pipeline, whose steps are pods on a real cluster."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from commands import outputs, write_notebook

if TYPE_CHECKING:
    from live_steps import Project

pytestmark = [pytest.mark.cluster, pytest.mark.slow, pytest.mark.timeout(900)]

PIPELINE = """
name: stages
team: live
parameters:
  word: none
stages:
  ingest:
    notebook: ingest.ipynb
    parameters: {word: "${word}"}
  train:
    notebook: train.ipynb
    foreach: {region: "${ingest.names}"}
    parallel: 2
    parameters: {rows: "${ingest.rows}"}
  report:
    notebook: report.ipynb
    when: "${ingest.total} > 3"
    parameters: {found: "${train.score}", words: "${ingest.said}"}
  never:
    notebook: report.ipynb
    when: "${ingest.total} > 1000"
"""
AWKWARD = "O'Brien $(HOME) $$ {{ x }} ü"


def test_values_go_from_pod_to_pod_and_items_run_side_by_side(steps: Project) -> None:
    folder = steps.folder
    write_notebook(
        folder / "ingest.ipynb",
        ("parameters", "word = 'none'"),
        ("step:load", "rows = {'eu': 3, 'us': 5}\nnames = sorted(rows)\nsaid = [word]"),
        ("step:count", "total = sum(rows.values())"),
    )
    write_notebook(
        folder / "train.ipynb",
        ("parameters", "region = 'eu'\nrows = {}"),
        ("step:fit", "score = rows[region] / 10\nprint(region, score)"),
    )
    write_notebook(
        folder / "report.ipynb",
        ("parameters", "found: list = []\nwords: list = []"),
        ("step:write", "print(found, words)"),
    )
    (folder / "stages.yaml").write_text(PIPELINE)
    published = steps.run("publish", "--no-preflight", "stages.yaml")
    assert published.status == 0, published.err
    ran = steps.run("trigger", "stages", "-p", f"word={AWKWARD}", "--wait")
    assert ran.status == 0, ran.err + steps.logs("stages", "ingest.load")

    (latest,) = steps.run("runs", "stages", "--json").json
    run = f"stages/{latest['run_id']}"
    steps_of = steps.run("runs", run, "--json").json["steps"]
    states = {one["name"]: one["state"] for one in steps_of}
    assert states["train.fit[0]"] == states["train.fit[1]"] == "success"
    assert states["report.write"] == "success"
    assert states["never.write"] == "skipped"
    written = steps.run("output", run, "-o", "stages")
    assert written.status == 0, written.err
    assert outputs(folder / "stages/train-1.ipynb")["cell-2"] == "us 0.5\n"
    assert outputs(folder / "stages/report.ipynb")["cell-2"] == f"[0.3, 0.5] {[AWKWARD]!r}\n"


def test_what_is_too_large_for_the_last_words_of_a_pod_fails_its_step(steps: Project) -> None:
    write_notebook(steps.folder / "big.ipynb", ("step:make", "text = 'x' * 5000"))
    write_notebook(
        steps.folder / "small.ipynb", ("parameters", "text = ''"), ("step:use", "len(text)")
    )
    stages = {
        "big": {"notebook": "big.ipynb"},
        "small": {"notebook": "small.ipynb", "parameters": {"text": "${big.text}"}},
    }
    (steps.folder / "large.yaml").write_text(
        json.dumps({"name": "large", "team": "live", "stages": stages})
    )
    published = steps.run("publish", "--no-preflight", "large.yaml")
    assert published.status == 0, published.err
    ran = steps.run("trigger", "large", "--wait")
    assert ran.status == 10, ran.err
    assert "and 3800 are the most" in ran.err, ran.err
