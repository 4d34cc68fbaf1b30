"""Parsing a generated DAG of 100 steps against a hand-written one of the same tasks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Ratio

STEPS = 100

# What an Airflow user would write for the same tasks: same operator, same arguments.
HAND_WRITTEN = """
from datetime import datetime, timedelta
from pathlib import Path

from airflow.providers.papermill.operators.papermill import PapermillOperator
from airflow.sdk import DAG, ExceptionRetryPolicy, Param, RetryAction, RetryRule

POLICY = ExceptionRetryPolicy(
    rules=[RetryRule(exception="papermill.exceptions.PapermillExecutionError",
                     action=RetryAction.FAIL)]
)


def mkdir(context):
    Path(context["task"].output_nb).parent.mkdir(parents=True, exist_ok=True)


with DAG(
    dag_id="hand_written",
    start_date=datetime(2024, 1, 1),
    schedule=None,
    params={"n": Param(1, type="integer")},
) as dag:
    before = None
    for number in range(STEPS):
        task = PapermillOperator(
            task_id=f"s{number}",
            input_nb=f"{{{{ dag.folder }}}}/s{number}.ipynb",
            output_nb=f"/tmp/{{{{ run_id }}}}/s{number}.ipynb",
            parameters={"nbflow_params": "{{ params | tojson }}", "nbflow_run": "/tmp/{{ run_id }}",
                        "nbflow_files": "{{ dag.folder }}/files",
                        "nbflow_attempt": "{{ ti.try_number }}"},
            retries=2,
            retry_delay=timedelta(seconds=10),
            retry_policy=POLICY,
            pre_execute=mkdir,
            doc_md="one cell",
        )
        if before is not None:
            before >> task
        before = task
""".replace("STEPS", str(STEPS))

# Both are executed in one warm process in turns: imports apart, as the DAG processor has them.
TIMER = """
import json, statistics, sys, time
codes = [compile(open(path).read(), path, "exec") for path in sys.argv[1:]]
taken = [[] for _ in codes]
for turn in range(16):
    for times, code in zip(taken, codes):
        started = time.perf_counter()
        exec(code, {"__name__": "unusual_prefix", "__file__": code.co_filename})
        if turn > 2:
            times.append(time.perf_counter() - started)
print(json.dumps([statistics.median(times) for times in taken]))
"""


def notebook() -> dict[str, object]:
    """A chain of 100 trivial steps."""
    cells: list[dict[str, object]] = [
        {"id": "p", "cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": "n = 1"}
    ]
    for number in range(STEPS):
        source = f"x{number} = {f'x{number - 1}' if number else 'n'} + 1"
        cells.append(
            {
                "id": f"c{number}",
                "cell_type": "code",
                "metadata": {"tags": [f"step:s{number}"]},
                "source": source,
            }
        )
    for cell in cells:
        cell |= {"outputs": [], "execution_count": None}
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def measure() -> Iterator[Ratio]:
    """Seconds inside one process."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        (work / "chain.ipynb").write_text(json.dumps(notebook()))
        nbflow = Path(sys.executable).parent / "nbflow"
        command = [nbflow, "compile", "chain.ipynb", "-o", "out"]
        subprocess.run(command, cwd=work, check=True, capture_output=True)
        (work / "hand.py").write_text(HAND_WRITTEN)
        environ = {**os.environ, "AIRFLOW_HOME": str(work / "airflow")}
        timed = subprocess.run(
            [sys.executable, "-c", TIMER, work / "out/chain.py", work / "hand.py"],
            env=environ,
            check=True,
            capture_output=True,
            text=True,
        )
    ours, theirs = json.loads(timed.stdout.splitlines()[-1])
    yield Ratio(f"parse a DAG of {STEPS} steps, imports apart", ours, "hand-written", theirs, 1.2)
