"""Pipeline and settings become a Plan: pods, images, retries, addresses."""

from nbflow.planning.alternatives import POD_BACKEND, image_of
from nbflow.planning.choices import find_refusals, plan, profile_pod, step_images
from nbflow.planning.compositions import (
    conducted,
    merge_pipelines,
    plan_composition,
    stage_pipeline,
)
from nbflow.planning.policies import policy, team_bundle
from nbflow.planning.resources import find_profile
from nbflow.planning.tenancy import check_policy, find_team
from nbflow.planning.ticks import last_interval, next_runs

__all__ = [
    "POD_BACKEND",
    "check_policy",
    "conducted",
    "find_profile",
    "find_refusals",
    "find_team",
    "image_of",
    "last_interval",
    "merge_pipelines",
    "next_runs",
    "plan",
    "plan_composition",
    "policy",
    "profile_pod",
    "stage_pipeline",
    "step_images",
    "team_bundle",
]
