"""The verbs: load, check, show, compile, run, publish, trigger, and what is around them.

Each verb's module is imported when the verb is first asked for: a command needs few of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow import _door

if TYPE_CHECKING:
    from nbflow.api.airflows import (
        airflow_down,
        airflow_status,
        airflow_up,
        connect,
        in_reach,
        load_settings,
    )
    from nbflow.api.backfilling import Backfilled, backfill
    from nbflow.api.cleaning import CleanedDag, Cleaning, Leftover, clean
    from nbflow.api.comparing import ComparedCell, ComparedRuns, ComparedValue, compare_runs
    from nbflow.api.debugging import debug
    from nbflow.api.differences import Difference, diff
    from nbflow.api.failures import failure_of
    from nbflow.api.images import Doubt, ImageFile, image, write_image
    from nbflow.api.limiting import Limits, limits
    from nbflow.api.multiteam import airflow_teams, airflow_teams_text, team_policy, write_policy
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
        enrich,
        enrich_failed,
        explain,
        find_run,
        find_run_anywhere,
        follow,
        forecast,
        is_dag,
        output,
        parameters_of,
        still_going,
        trigger,
    )
    from nbflow.api.pages import require_pages
    from nbflow.api.preflights import PodFinding, Preflight, preflight, refuse_what_cannot_run
    from nbflow.api.profiles import check_profiles, describe_profiles
    from nbflow.api.proving import cut_every_cell, prove
    from nbflow.api.publications import (
        PublishedDag,
        RolledBack,
        Unpublished,
        published,
        roll_back,
        unpublish,
    )
    from nbflow.api.publishing import Published, publish, refuse_one_name_for_two
    from nbflow.api.recalling import Artifact, artifacts, value
    from nbflow.api.resuming import Resumed, resume
    from nbflow.api.running import Finished, run, warm
    from nbflow.api.shapes import published_as_json, read_values, run_as_json
    from nbflow.api.sizing import Sizing, suggest
    from nbflow.api.steering import cancel, log_lines, pause, resume_run, unpause
    from nbflow.api.stored import StepText, is_abandoned, runs_here, source_of, texts_of
    from nbflow.api.teams import describe_teams, team_manifests, write_manifests
    from nbflow.api.values import parse_assignments, resolve

__all__ = [
    "Artifact",
    "Backfilled",
    "CleanedDag",
    "Cleaning",
    "ComparedCell",
    "ComparedRuns",
    "ComparedValue",
    "Compiled",
    "Difference",
    "Doubt",
    "Finished",
    "ImageFile",
    "Inspected",
    "Leftover",
    "Limits",
    "PodFinding",
    "Preflight",
    "Published",
    "PublishedDag",
    "Resumed",
    "RolledBack",
    "Sizing",
    "StepText",
    "Unpublished",
    "airflow_down",
    "airflow_status",
    "airflow_teams",
    "airflow_teams_text",
    "airflow_up",
    "artifacts",
    "backfill",
    "cancel",
    "check_profiles",
    "clean",
    "compare_runs",
    "compile",
    "connect",
    "cut_every_cell",
    "debug",
    "describe",
    "describe_profiles",
    "describe_teams",
    "diff",
    "enrich",
    "enrich_failed",
    "explain",
    "failure_of",
    "find_run",
    "find_run_anywhere",
    "follow",
    "forecast",
    "image",
    "in_reach",
    "inspect",
    "is_abandoned",
    "is_dag",
    "limits",
    "load",
    "load_settings",
    "log_lines",
    "output",
    "parameters_of",
    "parse_assignments",
    "pause",
    "preflight",
    "prove",
    "publish",
    "published",
    "published_as_json",
    "read_values",
    "refuse_one_name_for_two",
    "refuse_what_cannot_run",
    "require_pages",
    "resolve",
    "resume",
    "resume_run",
    "roll_back",
    "run",
    "run_as_json",
    "runs_here",
    "source_of",
    "still_going",
    "suggest",
    "team_manifests",
    "team_policy",
    "texts_of",
    "trigger",
    "unpause",
    "unpublish",
    "value",
    "warm",
    "write",
    "write_image",
    "write_manifests",
    "write_policy",
]

_HOMES = {
    "CleanedDag": "cleaning",
    "Cleaning": "cleaning",
    "Leftover": "cleaning",
    "clean": "cleaning",
    "Backfilled": "backfilling",
    "ComparedCell": "comparing",
    "ComparedRuns": "comparing",
    "ComparedValue": "comparing",
    "compare_runs": "comparing",
    "Artifact": "recalling",
    "StepText": "stored",
    "artifacts": "recalling",
    "is_abandoned": "stored",
    "runs_here": "stored",
    "source_of": "stored",
    "still_going": "operating",
    "texts_of": "stored",
    "value": "recalling",
    "Compiled": "notebooks",
    "Difference": "differences",
    "Doubt": "images",
    "Finished": "running",
    "ImageFile": "images",
    "Inspected": "notebooks",
    "Limits": "limiting",
    "PodFinding": "preflights",
    "PublishedDag": "publications",
    "RolledBack": "publications",
    "Unpublished": "publications",
    "Preflight": "preflights",
    "Published": "publishing",
    "Resumed": "resuming",
    "Sizing": "sizing",
    "airflow_down": "airflows",
    "airflow_status": "airflows",
    "airflow_teams": "multiteam",
    "airflow_teams_text": "multiteam",
    "airflow_up": "airflows",
    "backfill": "backfilling",
    "check_profiles": "profiles",
    "compile": "notebooks",
    "connect": "airflows",
    "cut_every_cell": "proving",
    "debug": "debugging",
    "describe": "notebooks",
    "diff": "differences",
    "cancel": "steering",
    "log_lines": "steering",
    "pause": "steering",
    "resume_run": "steering",
    "unpause": "steering",
    "describe_teams": "teams",
    "describe_profiles": "profiles",
    "enrich": "operating",
    "explain": "operating",
    "enrich_failed": "operating",
    "failure_of": "failures",
    "find_run": "operating",
    "find_run_anywhere": "operating",
    "follow": "operating",
    "forecast": "operating",
    "image": "images",
    "in_reach": "airflows",
    "inspect": "notebooks",
    "is_dag": "operating",
    "limits": "limiting",
    "load": "notebooks",
    "load_settings": "airflows",
    "output": "operating",
    "parameters_of": "operating",
    "parse_assignments": "values",
    "preflight": "preflights",
    "prove": "proving",
    "publish": "publishing",
    "published": "publications",
    "published_as_json": "shapes",
    "roll_back": "publications",
    "unpublish": "publications",
    "read_values": "shapes",
    "refuse_one_name_for_two": "publishing",
    "refuse_what_cannot_run": "preflights",
    "require_pages": "pages",
    "resolve": "values",
    "resume": "resuming",
    "run": "running",
    "run_as_json": "shapes",
    "suggest": "sizing",
    "team_manifests": "teams",
    "team_policy": "multiteam",
    "trigger": "operating",
    "warm": "running",
    "write": "notebooks",
    "write_manifests": "teams",
    "write_policy": "multiteam",
    "write_image": "images",
}
"""The module that each name comes from."""

__getattr__ = _door(__name__, _HOMES)


def __dir__() -> list[str]:
    return __all__
