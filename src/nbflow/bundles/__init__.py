"""A Plan becomes a Bundle: step notebooks, DAG text, manifest."""

from nbflow.bundles.assembly import bundle
from nbflow.bundles.backends import Backend, find_backend
from nbflow.bundles.literals import literal
from nbflow.bundles.notebooks import code_cell, step_notebook
from nbflow.bundles.parameters import (
    parameter_description,
    parameter_schema,
    read_value,
    to_wire,
    wire_default,
)
from nbflow.bundles.slices import Slice, slices

__all__ = [
    "Backend",
    "Slice",
    "bundle",
    "code_cell",
    "find_backend",
    "literal",
    "parameter_description",
    "parameter_schema",
    "read_value",
    "slices",
    "step_notebook",
    "to_wire",
    "wire_default",
]
