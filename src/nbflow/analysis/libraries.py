"""What calling a library's function reads, binds and changes."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TypeVar

from nbflow.analysis.arguments import Arguments
from nbflow.analysis.effects import DISPLAYS, caches, call_effects, draws_later, kind_of
from nbflow.analysis.files import absolute, file_effects
from nbflow.analysis.functions import Functions
from nbflow.analysis.methods import joined
from nbflow.analysis.purity import (
    ALIASING_FUNCTIONS,
    CLASS_MAKERS,
    IMMUTABLE_FUNCTIONS,
    MUTATING_FUNCTIONS,
    keeps_arguments,
    words,
)
from nbflow.analysis.records import Effect, EffectKind, Place
from nbflow.analysis.source import parse_expression, parse_statements
from nbflow.analysis.values import IMMUTABLE, Kind, Value, fresh, merge

__all__ = ["Libraries"]

_Node = TypeVar("_Node", bound=ast.AST)

_CONTAINERS = words("list tuple set dict sorted reversed enumerate zip map filter iter")
# What a builtin calls of its arguments.
_SPECIAL = {
    "len": ("__len__",), "str": ("__str__", "__repr__"), "repr": ("__repr__",),
    "print": ("__str__", "__repr__"), "bool": ("__bool__", "__len__"), "hash": ("__hash__",),
    "int": ("__int__", "__index__"), "float": ("__float__",), "abs": ("__abs__",),
    "round": ("__round__",), "reversed": ("__reversed__",), "format": ("__format__",),
}  # fmt: skip
_SEPARATE = words("numpy pandas sklearn scipy builtins polars os re math itertools")
_PATH_MAKERS = {"os.path.join", "pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath"}
_PATH_MAKERS |= {"os.getcwd", "os.path.abspath", "os.path.realpath", "os.path.normpath"}


_RUNS_CODE = {f"IPython.get_ipython.{name}" for name in ("run_cell", "ex", "run_code")}
_FILLING = words("builtins collections copy types dataclasses")


class Libraries(Functions):
    """A walk over calls of libraries' functions."""

    def library_call(self, node: ast.Call, callee: Value, given: Arguments) -> Value:
        """Call a function or class of a library."""
        ref, place = callee.ref, self.place(node)
        special = self._special(node, ref, given)
        if special is not None:
            return special
        for name in _SPECIAL.get(ref.removeprefix("builtins."), ()):
            for value, argument in zip(given.values, node.args, strict=True):
                self.special(value, name, argument)
        self.note(file_effects(ref, given, place) + call_effects(ref, given, place))
        if any(value.draws for value in given.all) and not keeps_arguments(ref):
            self.note([Effect(EffectKind.DRAW, "numpy.random", place)])
        self.beside_call(node, self.notebook.beside.called(ref), ref, given)
        self._mutated(node, ref, given)
        return self._library_result(ref, callee, given)

    def _mutated(self, node: ast.Call, ref: str, given: Arguments) -> None:
        position = MUTATING_FUNCTIONS.get(ref)
        if position is None or position >= len(given.values):
            return
        value = given.values[position]
        target = node.args[position]
        place = self.place(node)
        if value.ref or value.defs:
            self._patched(value, target, place, ref)
            return
        self.change(value, place, deep=False, root=self.root(target))
        for held in given.values[position + 1 :]:
            self.store(value, held)

    def _patched(self, value: Value, target: ast.AST, place: Place, ref: str) -> None:
        if value.ref and not ref.startswith("builtins.next"):
            self.patch(value, place)
        elif value.defs:
            self.change(value, place, deep=False, root=self.root(target))

    def _library_result(self, ref: str, callee: Value, given: Arguments) -> Value:
        if caches(ref):
            return self.with_cache(given.values[0] if given.values else IMMUTABLE, ref)
        if ref in DISPLAYS and "display_id" in given.keywords:
            return replace(fresh(kind=Kind.DISPLAY), text=given.keywords["display_id"].text)
        module, _, name = ref.rpartition(".")
        kind = kind_of(ref)
        if kind is Kind.PATH or ref in _PATH_MAKERS:
            path = absolute(ref, joined(given.values), self.notebook.folder)
            return path if kind is Kind.PATH else Value(text=path.text)
        if module == "builtins" and name in IMMUTABLE_FUNCTIONS:
            keeps_text = name == "str" and given.values
            return Value(text=given.values[0].text if keeps_text else None)
        if ref in ALIASING_FUNCTIONS and given.values:
            parts = [
                merge(v, v.inside) if name in {"next", "max", "min"} else v for v in given.values
            ]
            return replace(parts[0], items=None, text=None, kind=Kind.PLAIN, draws=False)
        if ref == "copy.copy" and given.values:
            own = fresh()
            inner = given.values[0]
            return replace(own, reach=own.own | (inner.reach - inner.own)).tainted(inner)
        if ref in CLASS_MAKERS:
            return fresh(kind=Kind.CLASS)
        if ref == "numpy.memmap":
            named = given.get(0, "filename")
            text = named.text if named is not None else None
            return replace(fresh(kind=Kind.MAPPED).tainted(callee), text=text)
        if ref == "collections.defaultdict":
            return replace(fresh(*given.all).tainted(callee), fills=True)
        if ref == "functools.partial" and given.values:
            return self._partial(given).tainted(callee)
        if (module == "builtins" and name in _CONTAINERS) or keeps_arguments(ref):
            held = [value for value in given.all if not value.ref]
            result = fresh(*held, kind=kind).tainted(callee)
            result = replace(result, fills=result.fills and module in _FILLING)
            return replace(result, draws=result.draws or draws_later(ref, given))
        top = ref.partition(".")[0]
        result = replace(fresh(kind=kind).tainted(callee), separate=top in _SEPARATE)
        return replace(result, carries=callee.carries)

    def _partial(self, given: Arguments) -> Value:
        """A function with some of its arguments: calling it changes what calling that one does."""
        function = given.values[0]
        changes = self.alters(function) or function.kind is Kind.CLOSURE
        own = {key for key in function.defs if not self.is_class(key)}
        made = fresh(*given.all, kind=Kind.CLOSURE if changes else Kind.PLAIN)
        return replace(made, defs=frozenset(own), alters=changes)

    def _special(self, node: ast.Call, ref: str, given: Arguments) -> Value | None:
        """exec, eval and what else hides code from view."""
        place = self.place(node)
        name = ref.removeprefix("builtins.")
        if ref in _RUNS_CODE:
            return self._code("exec", given, place)
        if name == ref:
            return None
        if name == "getattr" and len(given.values) > 1 and (text := given.values[1].text):
            part = ast.Attribute(node.args[0], text, ast.Load(), lineno=place.line)
            return self.part(part, given.values[0])
        if name in {"exec", "eval"}:
            return self._code(name, given, place)
        if name in {"globals", "locals", "vars"} and not given.values:
            if self.scope is None or name == "globals":
                self.space.lose(place, f"{name}()")
            return fresh()
        if name == "get_ipython":
            return Value(ref="IPython.get_ipython")
        if name == "__import__":
            text = given.values[0].text if given.values else None
            return Value(ref=text) if text else fresh()
        if name in {"setattr", "delattr"} and given.values and given.values[0].ref:
            self._patched(given.values[0], node, place, ref)
            return IMMUTABLE
        return None

    def _code(self, name: str, given: Arguments, place: Place) -> Value:
        text = given.values[0].text if given.values else None
        if text is None or "\0" in text:
            self.space.lose(place, f"{name}(…)")
            return fresh()
        if name == "eval":
            expression = parse_expression(text)
            return self.eval(_moved(expression, place)) if expression is not None else fresh()
        tree = parse_statements(text)
        if tree is not None:
            self.run([node for node in tree.body if _moved(node, place)])
        return IMMUTABLE


def _moved(tree: _Node, place: Place) -> _Node:
    """Code out of a string stands where the string is."""
    for node in ast.walk(tree):
        if hasattr(node, "lineno"):
            node.lineno = place.line
    return tree
