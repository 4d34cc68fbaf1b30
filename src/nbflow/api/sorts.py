"""What may have become of a thing from one version, or one run, to another."""

from __future__ import annotations

__all__ = ["CHANGED", "GONE", "MARKS", "NEW"]

NEW, GONE, CHANGED = "new", "gone", "changed"
MARKS = {NEW: "+", GONE: "-", CHANGED: "~"}
"""A sign for each, as diffs have it."""
