"""From a notebook's file to cells, tags and parameters, and back with outputs."""

from nbflow.notebook.documents import parse, read
from nbflow.notebook.grammar import GRAMMAR, TAGS, Tag, tag_reference
from nbflow.notebook.outlines import outline
from nbflow.notebook.rules import RULES
from nbflow.notebook.schema import options_schema

__all__ = [
    "GRAMMAR",
    "RULES",
    "TAGS",
    "Tag",
    "options_schema",
    "outline",
    "parse",
    "read",
    "tag_reference",
]
