"""The rules that need the whole pipeline and the settings."""

from __future__ import annotations

from nbflow.model import Rule, Severity

UNKNOWN_PROFILE = Rule(
    "NB601",
    "unknown-profile",
    Severity.ERROR,
    "A step names a resource profile that the settings do not define.",
    "Use one of the defined profiles, or define it under `profiles:` in nbflow.yaml.",
)
UNKNOWN_TEAM = Rule(
    "NB602",
    "unknown-team",
    Severity.ERROR,
    "The notebook names a team that the settings do not define.",
    "Use one of the defined teams, or define it under `teams:` in nbflow.yaml.",
)
PROFILE_NOT_ALLOWED = Rule(
    "NB603",
    "profile-not-allowed",
    Severity.ERROR,
    "A step asks for a profile that its team may not use.",
    "Use a profile of the team's, or ask the platform team to allow this one.",
)
IMAGE_NOT_ALLOWED = Rule(
    "NB604",
    "image-not-allowed",
    Severity.ERROR,
    "A step asks for an image that its team may not use.",
    "Use an image that matches one of the team's patterns.",
)
NOTHING_TO_RUN = Rule(
    "NB605",
    "nothing-to-run",
    Severity.ERROR,
    "The notebook has no code cell that belongs to a step, so there is nothing to schedule.",
    "Add a code cell, or remove `skip` from one.",
)
NOTEBOOK_STEP = Rule(
    "NB606",
    "notebook-step",
    Severity.ERROR,
    "A step runs another notebook (`notebook:`) beside steps that run cells of this one.",
    "Let all steps run notebooks, or name them and this one in a pipeline.yaml.",
)
KERNEL_NOT_HERE = Rule(
    "NB607",
    "kernel-not-here",
    Severity.WARNING,
    "The notebook names a kernel that this machine does not have; where it runs, it must be there.",
    "Install the kernel where the steps run, or choose another one for the notebook.",
)
CHANGING_CACHED_STEP = Rule(
    "NB608",
    "changing-cached-step",
    Severity.WARNING,
    "A step with `cache:enabled` uses what differs each time: the clock, chance, the network.",
    "Give it as a parameter, seed what is random, or take `cache:enabled` away.",
)
REFUSED = Rule(
    "NB609",
    "refused",
    Severity.ERROR,
    "What the steps would run on is refused: by the settings, the team's policy or Kubernetes.",
    "Change the profile in nbflow.yaml or the tag that asks for it.",
)
NOT_IMPORTED = Rule(
    "NB610",
    "not-imported",
    Severity.ERROR,
    "Airflow cannot import the DAG file that was published, so the pipeline does not run.",
    "Correct what Airflow names, and publish the notebook again.",
)

SETTINGS_CODES = frozenset(
    rule.code for rule in (UNKNOWN_PROFILE, UNKNOWN_TEAM, PROFILE_NOT_ALLOWED, IMAGE_NOT_ALLOWED)
)
"""Of what a plan would refuse as well."""
RULES = (
    UNKNOWN_PROFILE,
    UNKNOWN_TEAM,
    PROFILE_NOT_ALLOWED,
    IMAGE_NOT_ALLOWED,
    NOTHING_TO_RUN,
    NOTEBOOK_STEP,
    KERNEL_NOT_HERE,
    CHANGING_CACHED_STEP,
    REFUSED,
    NOT_IMPORTED,
)
