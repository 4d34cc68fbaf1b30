"""What people see in a terminal of 80 columns."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from nbflow.cli import console
from nbflow.cli.progress import render_table
from nbflow.errors import UsageError
from nbflow.model import Run, RunState, StepRun, Usage


@pytest.fixture
def terminal(monkeypatch):
    """Lets a terminal have so many columns."""

    def have(columns):
        monkeypatch.setattr(console.sys.stdout, "isatty", lambda: True)
        monkeypatch.setenv("COLUMNS", str(columns))

    return have


def test_the_table_of_a_run_cuts_only_what_a_step_does(capsys):
    now = datetime.now(UTC)
    step = StepRun(
        "train_forest",
        RunState.RUNNING,
        1,
        3,
        line="model.fit(rows, with_many=arguments)",
        started=now - timedelta(minutes=3),
        usage=Usage(wall=1, peak_memory=260 * 2**20),
        usual=34.4,
        usual_of=3,
    )
    run = Run("d", "r", RunState.RUNNING, (step,), started=now, expected_end=now + timedelta(1))
    Console(width=80).print(render_table(run))
    head, row, _, ends = capsys.readouterr().out.splitlines()
    assert head.split() == ["step", "cells", "elapsed", "usually", "peak", "memory"]
    assert re.match(r"▶  train_forest  ━━━━         1/3    3m\d\ds    34.4s    260.0 MiB  mod", row)
    assert re.match(r"expected to end at \d\d:\d\d:\d\d, in \d+h\d\dm", ends)


def test_a_list_keeps_digests_and_times_whole_and_folds_long_names(capsys, terminal):
    terminal(80)
    columns = ("DAG", "version", "by", "at", "notebook")
    by = "somebody.with.a.long.name@example.com"
    row = ("train_models", "84a71137c662f74e", by, "2026-11-29 03:13", "train_models.ipynb")
    console.print_table(columns, [row])
    first = capsys.readouterr().out.splitlines()[1]
    assert first.startswith("train_models  84a71137c662f74e  somebody")
    assert "  2026-11-29 03:13  train_models" in first


def test_a_list_that_has_no_room_for_whole_words_folds_all(capsys, terminal):
    terminal(20)
    console.print_table(("version", "at"), [("84a71137c662f74e", "2026-11-29 03:13")])
    told = capsys.readouterr().out.splitlines()
    assert "".join(line[:9].strip() for line in told[1:]) == "84a71137c662f74e"


def test_further_lines_of_a_hint_stand_under_the_first(capsys):
    console.print_error(UsageError("no", hint="Its parameters:\n  a: int = 1"), as_json=False)
    assert capsys.readouterr().err == "error: no\n  help: Its parameters:\n    a: int = 1\n"
