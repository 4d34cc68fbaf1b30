"""Talk to a running Airflow through its REST API."""

from nbflow.remote.client import Airflow
from nbflow.remote.failures import Refused, Unreachable
from nbflow.remote.reading import ImportProblem, LogLine

__all__ = ["Airflow", "ImportProblem", "LogLine", "Refused", "Unreachable"]
