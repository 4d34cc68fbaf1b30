"""Rules over a pipeline: what is wrong before anything runs."""

from nbflow.checks.pipelines import (
    RULES,
    check,
    find_missing_kernel,
    profile_of,
)

__all__ = ["RULES", "check", "find_missing_kernel", "profile_of"]
