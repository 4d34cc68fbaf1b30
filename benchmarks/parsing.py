"""Parsing a generated DAG of 100 steps against a hand-written one of the same tasks."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import notebooks
from benchmarks.measure import Row, Samples
from benchmarks.places import OURS, Place

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
import json, sys, time
turns, *paths = sys.argv[1:]
codes = [compile(open(path).read(), path, "exec") for path in paths]
taken = [[] for _ in codes]
for turn in range(int(turns) + 3):
    for times, code in zip(taken, codes):
        started = time.perf_counter()
        exec(code, {"__name__": "unusual_prefix", "__file__": code.co_filename})
        if turn > 2:
            times.append(time.perf_counter() - started)
print(json.dumps({"seconds": taken}))
"""


def parsing(place: Place) -> Iterator[Row]:
    """Seconds inside one process, both files in turns."""
    with place.empty() as work:
        sources = [f"x{number} = x{number - 1} + 1" for number in range(1, STEPS)]
        tags = ["parameters", *(f"step:s{number}" for number in range(STEPS))]
        notebooks.write(work / "chain.ipynb", ["n = 1", "x0 = n + 1", *sources], tags=tags)
        place.run((OURS / "nbflow", "compile", "chain.ipynb", "-o", "out"), cwd=work)
        (work / "hand.py").write_text(HAND_WRITTEN)
        command = (OURS / "python", "-c", TIMER, str(3 * place.repeat), "out/chain.py", "hand.py")
        told = place.told(command, cwd=work, AIRFLOW_HOME=str(work / "airflow"))
    ours, theirs = (Samples(tuple(times)) for times in told["seconds"])
    work_done = f"parse the DAG of {STEPS} steps, imports apart"
    yield Row("parse", work_done, ours, "written by hand", theirs, 1.2)
