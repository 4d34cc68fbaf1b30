"""A Plan becomes a Bundle: step notebooks, DAG text, manifest.

What few commands need loads when it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow import _door
from nbflow.bundles.assembly import bundle
from nbflow.bundles.backends import Backend, check_backend, find_backend
from nbflow.bundles.literals import literal
from nbflow.bundles.manifest import events
from nbflow.bundles.notebooks import code_cell, parameter_order, step_notebooks
from nbflow.bundles.parameters import (
    parameter_description,
    parameter_schema,
    read_value,
    to_wire,
    wire_default,
)
from nbflow.bundles.slices import Slice, slices

if TYPE_CHECKING:
    from nbflow.bundles.compositions import bundle_composition
    from nbflow.bundles.dockerfiles import DOCKERFILE_MARK, dockerfile
    from nbflow.bundles.requirements import Requirements, distribution_name, read_requirements

__all__ = [
    "DOCKERFILE_MARK",
    "Backend",
    "Requirements",
    "Slice",
    "bundle",
    "bundle_composition",
    "check_backend",
    "code_cell",
    "distribution_name",
    "dockerfile",
    "events",
    "find_backend",
    "literal",
    "parameter_description",
    "parameter_order",
    "parameter_schema",
    "read_requirements",
    "read_value",
    "slices",
    "step_notebooks",
    "to_wire",
    "wire_default",
]

_LATER = {
    "DOCKERFILE_MARK": "dockerfiles",
    "bundle_composition": "compositions",
    "Requirements": "requirements",
    "distribution_name": "requirements",
    "dockerfile": "dockerfiles",
    "read_requirements": "requirements",
}

__getattr__ = _door(__name__, _LATER)
