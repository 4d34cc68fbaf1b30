"""What calling a method of an object reads and changes."""

from __future__ import annotations

import ast
import posixpath
import re
from dataclasses import replace

from nbflow.analysis.arguments import Arguments
from nbflow.analysis.effects import method_effects
from nbflow.analysis.files import method_file_effects
from nbflow.analysis.functions import Functions
from nbflow.analysis.purity import (
    DRAWING_METHODS,
    ELEMENT_METHODS,
    FRESH_METHODS,
    KEEPING_METHODS,
    PURE_METHODS,
    SHALLOW_METHODS,
    VIEW_METHODS,
    words,
)
from nbflow.analysis.records import Effect, EffectKind
from nbflow.analysis.values import IMMUTABLE, ITERATORS, Kind, Value, fresh, merge

__all__ = ["Methods", "joined"]

_OPEN_KINDS = ITERATORS | {Kind.RNG, Kind.FILE, Kind.CLOSURE}
_AT_NAMES = re.compile(r"@([A-Za-z_]\w*)")
_COPYING = words("pandas polars numpy")  # hand parts of themselves to functions as copies
_PATH_METHODS = words(
    "joinpath with_suffix with_name with_stem resolve absolute expanduser relative_to"
)


class Methods(Functions):
    """A walk over calls of methods."""

    def method_call(self, node: ast.Call, receiver: Value, name: str, given: Arguments) -> Value:
        """Call a method of an object."""
        place = self.place(node)
        effects = method_file_effects(receiver, name, given, place)
        effects += method_effects(receiver, name, given, place)
        self.note(effects)
        if name in {"query", "eval"} and given.values and given.values[0].text:
            for local in _AT_NAMES.findall(given.values[0].text):
                self.load(local, place)
        for top in self.notebook.beside.changes(receiver.modules, name):
            self.note([Effect(EffectKind.SET, top, place)])
        method = self.method(receiver.classes, name)
        if method is not None:
            return self.apply(method, node, given, receiver=receiver)
        known = self._any_method(receiver, name, node)
        if receiver.kind is Kind.PATH:
            return self._path_method(receiver, name, given)
        if not receiver.reach:
            if name == "format" or not receiver.text:
                return IMMUTABLE.tainted(receiver)
            return IMMUTABLE
        if not known:
            self._changed_by(node, receiver, name, given)
        altered = any(self.alters(value) and not value.method for value in given.all)
        if altered and (name == "pipe" or not receiver.modules & _COPYING):
            self.change(receiver, place, deep=True, root=self._receiver_root(node))
        return self._method_result(receiver, name)

    def _any_method(self, receiver: Value, name: str, node: ast.Call) -> bool:
        """A method of some class of the notebook: what it reads and binds may happen.

        True where none of them changes its object, and the object comes from no library.
        """
        methods = self.notebook.methods.get(name, [])
        if not methods or receiver.modules or receiver.kind or name in PURE_METHODS:
            return False
        place = self.place(node)
        pure = True
        for method in methods:
            facts = self.facts(method)
            self.needed(method, place)
            arguments = self.notebook.sources[method].node
            assert not isinstance(arguments, ast.ClassDef)
            first = [argument.arg for argument in arguments.args.args][:1]
            pure &= not any(obj[1] in first for obj in facts.changed if isinstance(obj, tuple))
        return pure

    def _changed_by(self, node: ast.Call, receiver: Value, name: str, given: Arguments) -> None:
        place, root = self.place(node), self._receiver_root(node)
        drawing = name in DRAWING_METHODS and "matplotlib" in receiver.modules
        if receiver.kind in _OPEN_KINDS or drawing:
            self.change(receiver, place, deep=True, root=root)
            if name == "shuffle" and given.values:
                self.change(given.values[0], place, deep=False, root=self.root(node.args[0]))
            return
        inplace = given.literal("inplace")
        inplace = inplace is True or (inplace is ... and "inplace" in given.keywords)
        if inplace or name in SHALLOW_METHODS:
            self.change(receiver, place, deep=False, root=root)
        elif name not in PURE_METHODS or (name.endswith("_") and "torch" in receiver.modules):
            self.change(receiver, place, deep=True, root=root)
        if name.startswith(tuple(KEEPING_METHODS)) and name not in PURE_METHODS:
            for value in given.all:
                self.store(receiver, value)

    def _receiver_root(self, node: ast.Call) -> str:
        part = node.func
        return self.root(part.value if isinstance(part, ast.Attribute) else part)

    def _method_result(self, receiver: Value, name: str) -> Value:
        kind = _method_kind(receiver, name)
        if name == "copy":
            own = fresh()
            result = replace(own, reach=own.own | (receiver.reach - receiver.own))
            result = replace(result, classes=receiver.classes, kind=kind)
        elif name in VIEW_METHODS:
            result = replace(receiver, items=None, text=None)
        elif name in DRAWING_METHODS and "matplotlib" in receiver.modules:
            result = merge(fresh(), replace(receiver, items=None, text=None))
        elif name in ELEMENT_METHODS or name in {"pop", "popitem", "setdefault", "popleft"}:
            result = replace(receiver.inside, kind=kind)
        elif name in SHALLOW_METHODS:
            return IMMUTABLE
        elif name in FRESH_METHODS or name in PURE_METHODS or kind:
            result = replace(fresh(kind=kind), separate=True)
        else:
            result = merge(fresh(), replace(receiver, items=None, text=None))
        return replace(result.tainted(receiver), draws=receiver.draws)

    def _path_method(self, receiver: Value, name: str, given: Arguments) -> Value:
        if name == "open":
            return fresh(kind=Kind.FILE)
        if name in {"glob", "rglob", "iterdir"}:
            return fresh(kind=Kind.GENERATOR)
        if name in {"read_text", "read_bytes", "exists", "is_file", "is_dir"}:
            return IMMUTABLE
        if name == "joinpath":
            return joined([receiver, *given.values])
        if name in {"resolve", "absolute", "expanduser"}:
            return receiver
        return Value(kind=Kind.PATH if name in _PATH_METHODS else Kind.PLAIN)


def _method_kind(receiver: Value, name: str) -> Kind:
    if receiver.kind is Kind.CONNECTION and name in {"cursor", "connect", "begin", "execute"}:
        return Kind.CONNECTION
    if receiver.kind is Kind.LOCK or name in {"iterrows", "itertuples", "finditer", "iter_lines"}:
        return Kind.ITERATOR if receiver.kind is not Kind.LOCK else Kind.PLAIN
    return Kind.SESSION if name == "getOrCreate" else Kind.PLAIN


def joined(parts: list[Value]) -> Value:
    """A path put together."""
    texts = [part.text for part in parts]
    if not parts or any(text is None for text in texts):
        return Value(kind=Kind.PATH, text=None if parts else ".")
    return Value(kind=Kind.PATH, text=posixpath.join(*(text or "" for text in texts)))
