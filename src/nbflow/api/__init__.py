"""The verbs: load, check, show, compile, run, publish, trigger, and what follows a run."""

from nbflow.api.airflows import (
    airflow_down,
    airflow_status,
    airflow_up,
    connect,
    in_reach,
    load_settings,
)
from nbflow.api.debugging import debug
from nbflow.api.notebooks import (
    Compiled,
    Inspected,
    compile,  # noqa: A004 - the verb of the command line
    describe,
    inspect,
    load,
    write,
)
from nbflow.api.operating import (
    Published,
    enrich,
    enrich_failed,
    failure_of,
    find_run,
    find_run_anywhere,
    follow,
    is_dag,
    output,
    parameters_of,
    publish,
    refuse_one_name_for_two,
    trigger,
)
from nbflow.api.proving import cut_every_cell, prove
from nbflow.api.resuming import Resumed, resume
from nbflow.api.running import Finished, run, warm
from nbflow.api.shapes import published_as_json, read_values, run_as_json
from nbflow.api.values import parse_assignments, resolve

__all__ = [
    "Compiled",
    "Finished",
    "Inspected",
    "Published",
    "Resumed",
    "airflow_down",
    "airflow_status",
    "airflow_up",
    "compile",
    "connect",
    "cut_every_cell",
    "debug",
    "describe",
    "enrich",
    "enrich_failed",
    "failure_of",
    "find_run",
    "find_run_anywhere",
    "follow",
    "in_reach",
    "inspect",
    "is_dag",
    "load",
    "load_settings",
    "output",
    "parameters_of",
    "parse_assignments",
    "prove",
    "publish",
    "published_as_json",
    "read_values",
    "refuse_one_name_for_two",
    "resolve",
    "resume",
    "run",
    "run_as_json",
    "trigger",
    "warm",
    "write",
]
