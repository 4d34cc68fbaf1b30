"""What runs inside a step's kernel: the cells before and after the author's own."""

from nbflow.runtime.orders import DefinitionOrder, Orders, ParameterOrder

__all__ = ["DefinitionOrder", "Orders", "ParameterOrder"]
