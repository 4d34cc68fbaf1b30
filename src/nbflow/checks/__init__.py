"""Rules over a pipeline: what is wrong before anything runs."""

from nbflow.checks.compositions import check_composition
from nbflow.checks.imports import find_import_error
from nbflow.checks.pipelines import (
    RULES,
    check,
    find_missing_kernel,
    profile_of,
)
from nbflow.checks.rules import REFUSED, SETTINGS_CODES

__all__ = [
    "REFUSED",
    "RULES",
    "SETTINGS_CODES",
    "check",
    "check_composition",
    "find_import_error",
    "find_missing_kernel",
    "profile_of",
]
