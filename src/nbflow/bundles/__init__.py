"""A Plan becomes a Bundle: step notebooks, DAG text, manifest."""

from nbflow.bundles.assembly import bundle
from nbflow.bundles.backends import Backend, find_backend
from nbflow.bundles.dockerfiles import DOCKERFILE_MARK, dockerfile
from nbflow.bundles.literals import literal
from nbflow.bundles.notebooks import code_cell, step_notebook
from nbflow.bundles.parameters import (
    parameter_description,
    parameter_schema,
    read_value,
    to_wire,
    wire_default,
)
from nbflow.bundles.requirements import Requirements, distribution_name, read_requirements
from nbflow.bundles.slices import Slice, slices

__all__ = [
    "DOCKERFILE_MARK",
    "Backend",
    "Requirements",
    "Slice",
    "bundle",
    "code_cell",
    "distribution_name",
    "dockerfile",
    "find_backend",
    "literal",
    "parameter_description",
    "parameter_schema",
    "read_requirements",
    "read_value",
    "slices",
    "step_notebook",
    "to_wire",
    "wire_default",
]
