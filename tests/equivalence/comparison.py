"""Two executed notebooks side by side, compared as `nbflow check --prove` does it."""

from nbflow.proving import Difference, compare, report

__all__ = ["Difference", "compare", "report"]
