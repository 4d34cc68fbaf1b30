"""Pipelines of Elyra's, read and said in nbflow's words, with a report."""

from nbflow.elyra.flows import NEWEST, OLDEST, Flow, Node, read_flow
from nbflow.elyra.report import Note, Verdict, shown
from nbflow.elyra.sizes import Declared
from nbflow.elyra.stages import Converted, Notebook, convert
from nbflow.elyra.writing import pipeline_text, profiles_text

__all__ = [
    "NEWEST",
    "OLDEST",
    "Converted",
    "Declared",
    "Flow",
    "Node",
    "Note",
    "Notebook",
    "Verdict",
    "convert",
    "pipeline_text",
    "profiles_text",
    "read_flow",
    "shown",
]
