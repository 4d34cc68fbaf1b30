"""A private Airflow on this machine, with SQLite behind it and nothing else."""

from nbflow.embedded.instance import Instance
from nbflow.embedded.lifecycle import down, status, up
from nbflow.embedded.startup import find_airflow

__all__ = ["Instance", "down", "find_airflow", "status", "up"]
