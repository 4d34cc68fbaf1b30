"""A step of a stage alone, as a pod runs it: its own files, and values in its last words."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "cli"))

from commands import write_notebook

from nbflow import api


@pytest.fixture
def compiled(tmp_path):
    """Compile two notebooks that each have a file of the same name; the bundle's folder."""
    for name, text in (("one", "1"), ("two", "2")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "data.txt").write_text(text)

    def compile_with(size):
        source = f"rows = [open('data.txt').read()] * {size}"
        write_notebook(tmp_path / "one" / "a.ipynb", ("step:load", source))
        write_notebook(
            tmp_path / "two" / "b.ipynb",
            ("parameters", "rows: list = []"),
            ("step:show", "print(len(rows), open('data.txt').read())"),
        )
        (tmp_path / "pipeline.yaml").write_text(
            "name: both\nstages:\n  one: {notebook: one/a.ipynb}\n"
            "  two: {notebook: two/b.ipynb, parameters: {rows: '${one.rows}'}}\n"
        )
        made = api.compile(tmp_path / "pipeline.yaml")
        api.write(made, tmp_path / "dags")
        return tmp_path / "dags" / "both" / made.bundle.digest

    return compile_with


def run_step(bundle, step, *arguments, words):
    words.touch()
    return subprocess.run(
        [sys.executable, "-m", "nbflow.host", f"{bundle}/steps/{step}.ipynb", *arguments],
        env={**os.environ, "NBFLOW_LAST_WORDS": str(words)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_stages_step_finds_its_files_and_leaves_what_it_passes_on(compiled, tmp_path):
    bundle, words = compiled(2), tmp_path / "words"
    done = run_step(bundle, "one.load", "--run", str(tmp_path / "run" / "one"), words=words)
    assert done.returncode == 0, done.stderr
    assert json.loads(words.read_text()) == {"outputs": {"rows": ["1", "1"]}}
    given = json.dumps(json.loads(words.read_text())["outputs"])
    words.write_text("")
    run = str(tmp_path / "run" / "two")
    done = run_step(bundle, "two.show", "--run", run, "--params", given, words=words)
    assert done.returncode == 0, done.stderr
    assert "2 2" in done.stderr
    assert words.read_text() == ""


def test_more_than_last_words_can_hold_fails_the_step_and_says_so(compiled, tmp_path):
    bundle, words = compiled(5000), tmp_path / "words"
    done = run_step(bundle, "one.load", "--run", str(tmp_path / "run" / "one"), words=words)
    assert done.returncode == 10
    told = json.loads(words.read_text())
    assert "'rows', which have together" in told["evalue"]
    assert "3800 are the most" in told["evalue"]
