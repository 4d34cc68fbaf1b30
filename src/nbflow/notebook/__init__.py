"""From a notebook's file to cells, tags and parameters, and back with outputs."""

from nbflow.notebook.attachments import attachments
from nbflow.notebook.documents import parse, read
from nbflow.notebook.editing import edit_options, edited, raw_options
from nbflow.notebook.grammar import GRAMMAR, TAGS, Tag, tag_reference
from nbflow.notebook.merging import merge
from nbflow.notebook.names import dag_id
from nbflow.notebook.outlines import outline
from nbflow.notebook.rules import RULES
from nbflow.notebook.schema import options_schema
from nbflow.notebook.writing import write, write_whole

__all__ = [
    "GRAMMAR",
    "RULES",
    "TAGS",
    "Tag",
    "attachments",
    "dag_id",
    "edit_options",
    "edited",
    "merge",
    "options_schema",
    "outline",
    "parse",
    "raw_options",
    "read",
    "tag_reference",
    "write",
    "write_whole",
]
