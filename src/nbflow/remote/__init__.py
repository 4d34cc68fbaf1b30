"""Talk to a running Airflow through its REST API."""

from nbflow.remote.approvals import Question, answer, questions
from nbflow.remote.arrival import NOT_TAKEN_UP, Arrivals, wait_for_dags
from nbflow.remote.backfills import (
    Backfill,
    DatedRun,
    dated_runs,
    missing_runs,
    start_backfill,
    timezone_of,
)
from nbflow.remote.client import Airflow
from nbflow.remote.failures import Refused, Unreachable
from nbflow.remote.overviews import (
    DagState,
    dag_states,
    dags_like,
    latest_of_each,
    look,
    page_of_runs,
)
from nbflow.remote.patience import BRIEF, ONCE, PATIENT, Patience
from nbflow.remote.reading import ImportProblem, LogLine

__all__ = [
    "BRIEF",
    "NOT_TAKEN_UP",
    "ONCE",
    "PATIENT",
    "Airflow",
    "Arrivals",
    "Backfill",
    "DagState",
    "DatedRun",
    "ImportProblem",
    "LogLine",
    "Patience",
    "Question",
    "Refused",
    "Unreachable",
    "answer",
    "dag_states",
    "dags_like",
    "dated_runs",
    "latest_of_each",
    "look",
    "missing_runs",
    "page_of_runs",
    "questions",
    "start_backfill",
    "timezone_of",
    "wait_for_dags",
]
