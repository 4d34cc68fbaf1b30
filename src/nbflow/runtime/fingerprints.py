"""Whether a class or function of the notebook is the same one in two kernels."""

from __future__ import annotations

import hashlib
import inspect
import sys
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["fingerprint", "same"]


def fingerprint(value: Any) -> str:
    """Python's version and a digest of the code; equal code gives equal text in any process.

    Of data in a class its names count, and plain values: two classes may differ in these alone.
    So the fingerprint is that of the definition only while nothing has changed the class.
    """
    digest = hashlib.sha256()
    for part in _parts(value):
        digest.update(part.encode())
        digest.update(b"\0")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return f"{version}:{digest.hexdigest()[:24]}"


def same(left: str, right: str) -> bool:
    """Whether two fingerprints may mean one definition; byte code differs between Pythons."""
    return left == right or left.partition(":")[0] != right.partition(":")[0]


def _parts(value: Any) -> Iterator[str]:
    if isinstance(value, type):
        yield value.__qualname__
        yield from (base.__qualname__ for base in value.__bases__)
        for name, member in sorted(vars(value).items()):
            function = _function(member)
            if function is not None:
                yield name
                yield from _code_parts(function.__code__)
            elif not name.startswith("__") and not hasattr(type(member), "__get__"):
                yield f"{name}={member!r}" if isinstance(member, str | int | None) else name
        return
    function = _function(value)
    if function is not None:
        yield from _code_parts(function.__code__)


def _function(member: Any) -> FunctionType | None:
    if isinstance(member, classmethod | staticmethod):
        member = member.__func__
    if isinstance(member, property):
        member = member.fget
    try:
        member = inspect.unwrap(member)
    except (ValueError, AttributeError):
        return None
    return member if isinstance(member, FunctionType) else None


def _code_parts(code: CodeType) -> Iterator[str]:
    yield code.co_name
    yield code.co_code.hex()
    yield repr((code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars))
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _code_parts(constant)
        elif isinstance(constant, frozenset):  # its order differs between processes
            yield repr(sorted(map(repr, constant)))
        else:
            yield repr(constant)
