"""What code reads, binds and changes; which step needs what of which, and why."""

from nbflow.analysis.imported import Import, imports
from nbflow.analysis.pipelines import analyse
from nbflow.analysis.rules import RULES

__all__ = ["RULES", "Import", "analyse", "imports"]
