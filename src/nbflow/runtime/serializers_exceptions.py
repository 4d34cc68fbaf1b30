"""Serializer for exceptions: with cause and context, and without calling their `__init__` anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbflow.runtime.serializers import Parts

__all__ = ["make_exception", "reduce_exception", "set_state"]


def reduce_exception(error: BaseException, parts: Parts) -> Any:  # noqa: ARG001 - see `Serializer`
    """An exception as it was raised, but for its traceback: frames do not leave their process."""
    kind = type(error)
    if _builtin(kind).__reduce__ is not kind.__reduce__:
        return NotImplemented  # it knows better
    told = error.__reduce__()
    arguments = told[1] if isinstance(told, tuple) else error.args
    linked = (error.__cause__, error.__context__, error.__suppress_context__)
    state = (dict(vars(error)), linked, getattr(error, "name", None), getattr(error, "path", None))
    return make_exception, (kind, arguments), state, None, None, set_state


def _builtin(kind: type) -> Any:
    """The nearest base that is not written in Python."""
    return next(base for base in kind.__mro__ if base.__module__ == "builtins")


def make_exception(kind: type, arguments: tuple[Any, ...]) -> Any:
    """An exception, filled in as its built-in base does it. Pickles name it."""
    base = _builtin(kind)
    made = base.__new__(kind, *arguments)
    base.__init__(made, *arguments)
    return made


def set_state(
    error: BaseException,
    state: tuple[dict[str, Any], tuple[Any, Any, bool], Any, Any],
) -> None:
    """Give an exception its attributes, cause and context. Pickles name it."""
    attributes, (error.__cause__, error.__context__, error.__suppress_context__), name, path = state
    vars(error).update(attributes)
    if isinstance(error, ImportError):
        error.name, error.path = name, path
    elif isinstance(error, NameError | AttributeError):
        error.name = name
