"""Run by Airflow's own Python: give a DAG many runs in its database.

Usage: fill_airflow.py DAG COUNT
"""

import sys
import uuid
from datetime import UTC, datetime, timedelta

from airflow.models.dagrun import DagRun
from airflow.models.taskinstance import TaskInstance
from airflow.utils.session import create_session
from sqlalchemy import insert

FIRST = datetime(2020, 1, 1, tzinfo=UTC)


def runs(dag_id, count):
    """One a minute, two at a time; every tenth failed, the last 250 have not begun."""
    for number in range(count):
        moment = FIRST + timedelta(minutes=number - number % 2)
        queued = number >= count - 250
        state = "queued" if queued else "failed" if number % 10 == 0 else "success"
        yield {
            "dag_id": dag_id,
            "run_id": f"r{number}",
            "run_type": "manual",
            "state": state,
            "run_after": moment,
            "queued_at": moment,
            "start_date": None if queued else moment,
            "end_date": None if queued else moment + timedelta(seconds=number),
            "conf": {"n": number},
            "log_template_id": 1,
        }


def steps(run):
    """Its one step, which took as many seconds as the run's number."""
    if run["state"] == "success":
        yield {
            "id": uuid.uuid4(),
            "dag_id": run["dag_id"],
            "run_id": run["run_id"],
            "task_id": "only",
            "map_index": -1,
            "state": "success",
            "start_date": run["start_date"],
            "end_date": run["end_date"],
            "duration": float(run["run_id"][1:]),
            "try_number": 1,
            "max_tries": 0,
            "pool": "default_pool",
            "pool_slots": 1,
            "queue": "default",
            "priority_weight": 1,
            "executor_config": {},
        }


if __name__ == "__main__":
    dag_id, count = sys.argv[1], int(sys.argv[2])
    with create_session() as session:
        made = list(runs(dag_id, count))
        session.execute(insert(DagRun.__table__), made)
        session.execute(insert(TaskInstance.__table__), [one for run in made for one in steps(run)])
