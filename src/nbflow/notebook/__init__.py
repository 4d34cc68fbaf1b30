"""From a notebook's file to cells, tags and parameters, and back with outputs."""

from nbflow.notebook.attachments import attachments
from nbflow.notebook.candidates import parameters_candidate
from nbflow.notebook.composition_rules import (
    BAD_REFERENCE,
    NOT_A_LIST,
    STAGE_CIRCLE,
    STAGE_NOTEBOOK,
    STAGE_OPTION_UNUSED,
    STAGE_PARAMETER,
    STAGE_TEAM,
    UNUSED_PARAMETER,
)
from nbflow.notebook.composition_rules import RULES as _COMPOSITION_RULES
from nbflow.notebook.composition_schema import composition_schema
from nbflow.notebook.compositions import is_composition, read_composition, understand
from nbflow.notebook.documents import parse, read
from nbflow.notebook.editing import edit_options, edited, new_options, raw_options
from nbflow.notebook.grammar import GRAMMAR, TAGS, Tag, tag_reference
from nbflow.notebook.merging import merge
from nbflow.notebook.names import dag_id
from nbflow.notebook.outlines import outline
from nbflow.notebook.references import escaped, read_condition, read_value
from nbflow.notebook.rules import RULES as _RULES
from nbflow.notebook.schema import options_schema
from nbflow.notebook.secrets import asks_for_secret, may_be_secret
from nbflow.notebook.writing import write, write_whole

__all__ = [
    "BAD_REFERENCE",
    "GRAMMAR",
    "NOT_A_LIST",
    "RULES",
    "STAGE_CIRCLE",
    "STAGE_NOTEBOOK",
    "STAGE_OPTION_UNUSED",
    "STAGE_PARAMETER",
    "STAGE_TEAM",
    "TAGS",
    "UNUSED_PARAMETER",
    "Tag",
    "asks_for_secret",
    "attachments",
    "composition_schema",
    "dag_id",
    "edit_options",
    "edited",
    "escaped",
    "is_composition",
    "may_be_secret",
    "merge",
    "new_options",
    "options_schema",
    "outline",
    "parameters_candidate",
    "parse",
    "raw_options",
    "read",
    "read_composition",
    "read_condition",
    "read_value",
    "tag_reference",
    "understand",
    "write",
    "write_whole",
]

RULES = (*_RULES, *_COMPOSITION_RULES)
