"""What references and conditions of a pipeline of several notebooks come to in a run."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from nbflow.bundles import wire_default
from nbflow.model import Operation, ParameterKind, Reference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from nbflow.model import Parameter

__all__ = ["Values"]

_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "is": operator.is_,
    "is not": operator.is_not,
    "in": lambda left, right: left in right,
    "not in": lambda left, right: left not in right,
}
_NUMBERS: Mapping[ParameterKind, Callable[[Any], Any]] = {
    ParameterKind.INT: int,
    ParameterKind.FLOAT: float,
}


class Values:
    """The values of a run's parameters, and of the stages that have ended.

    Attributes:
        outputs: by stage, the values of its variables.
    """

    def __init__(self, parameters: Iterable[Parameter], given: Mapping[str, Any]) -> None:
        """Of a run that was given these values."""
        self._parameters = {one.name: one for one in parameters}
        self._given = given
        self.outputs: dict[str, Mapping[str, Any]] = {}

    def resolve(self, value: Any) -> Any:
        """A value with its references replaced, as it travels to a notebook."""
        match value:
            case Reference(stage=None):
                known = self._parameters[value.name]
                return self._given.get(value.name, wire_default(known))
            case Reference():
                return self.outputs[value.stage or ""][value.name]
            case list():
                return [self.resolve(one) for one in value]
            case dict():
                return {key: self.resolve(one) for key, one in value.items()}
        return value

    def holds(self, tree: Any) -> bool:
        """Whether a condition holds; raises TypeError for what cannot be compared."""
        return bool(self._operand(tree))

    def _operand(self, tree: Any) -> Any:
        match tree:
            case Operation(operator="not"):
                return not self._operand(tree.operands[0])
            case Operation(operator="and"):
                return all(self._operand(one) for one in tree.operands)
            case Operation(operator="or"):
                return any(self._operand(one) for one in tree.operands)
            case Operation():
                left, right = map(self._operand, tree.operands)
                return _OPERATORS[tree.operator](left, right)
            case Reference(stage=None):
                known = self._parameters[tree.name]
                value = self.resolve(tree)
                # Numbers that a browser would round come as text.
                read = None if known.nullable else _NUMBERS.get(known.kind)
                return value if read is None else read(value)
        return self.resolve(tree)
