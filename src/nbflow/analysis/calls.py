"""What a call reads, binds and changes."""

from __future__ import annotations

import ast
import posixpath
import re
from dataclasses import replace
from typing import TypeVar

from nbflow.analysis.effects import caches, call_effects, draws_later, kind_of, method_effects
from nbflow.analysis.files import Arguments, file_effects, method_file_effects
from nbflow.analysis.functions import Functions
from nbflow.analysis.magics import Magics
from nbflow.analysis.purity import (
    ALIASING_FUNCTIONS,
    CLASS_MAKERS,
    DRAWING_METHODS,
    ELEMENT_METHODS,
    FRESH_METHODS,
    IMMUTABLE_FUNCTIONS,
    KEEPING_METHODS,
    MUTATING_FUNCTIONS,
    PURE_METHODS,
    SHALLOW_METHODS,
    VIEW_METHODS,
    keeps_arguments,
    words,
)
from nbflow.analysis.records import Effect, EffectKind, Place
from nbflow.analysis.source import parse_expression, parse_statements
from nbflow.analysis.values import IMMUTABLE, ITERATORS, Kind, Value, fresh, merge

__all__ = ["Calls"]

_Node = TypeVar("_Node", bound=ast.AST)

_CONTAINERS = words("list tuple set dict sorted reversed enumerate zip map filter iter")
# What a builtin calls of its arguments.
_SPECIAL = {
    "len": ("__len__",), "str": ("__str__", "__repr__"), "repr": ("__repr__",),
    "print": ("__str__", "__repr__"), "bool": ("__bool__", "__len__"), "hash": ("__hash__",),
    "int": ("__int__", "__index__"), "float": ("__float__",), "abs": ("__abs__",),
    "round": ("__round__",), "reversed": ("__reversed__",), "format": ("__format__",),
}  # fmt: skip
_OPEN_KINDS = ITERATORS | {Kind.RNG, Kind.FILE, Kind.CLOSURE}
_SEPARATE = words("numpy pandas sklearn scipy builtins polars os re math itertools")
_AT_NAMES = re.compile(r"@([A-Za-z_]\w*)")
_PATH_METHODS = words(
    "joinpath with_suffix with_name with_stem resolve absolute expanduser relative_to"
)
_PATH_MAKERS = {"os.path.join", "pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath"}
_PATH_MAKERS |= {"os.getcwd", "os.path.abspath", "os.path.realpath", "os.path.normpath"}


class Calls(Functions, Magics):
    """A walk over calls."""

    def _call(self, node: ast.Call) -> Value:
        function = node.func
        magic = self.magic(node)
        if magic is not None:
            return magic
        if isinstance(function, ast.Attribute):
            receiver = self.eval(function.value)
            if not receiver.ref and not receiver.defs:
                return self._method_call(node, receiver, function.attr)
            callee = self.attribute(receiver, function.attr, self.place(function))
            if receiver.defs:
                return self._class_method(node, receiver, function.attr)
        else:
            callee = self.eval(function)
        given = self._arguments(node)
        self._consumed(node, given)
        if callee.defs:
            return self._own_call(node, callee, given)
        if callee.ref:
            return self._library_call(node, callee, given)
        return self._unknown_call(node, callee, given)

    def _arguments(self, node: ast.Call) -> Arguments:
        given = Arguments()
        for argument in node.args:
            given.values.append(self.eval(argument))
            given.spread |= isinstance(argument, ast.Starred)
        for keyword in node.keywords:
            value = self.eval(keyword.value)
            if keyword.arg is None:
                given.spread = True
                continue
            given.keywords[keyword.arg] = value
            given.nodes[keyword.arg] = keyword.value
        return given

    def _consumed(self, node: ast.Call, given: Arguments) -> None:
        place = self.place(node)
        for value, argument in zip(given.values, node.args, strict=True):
            self.consume(value, argument, place)
            self._passed(value, place)
        for name, value in given.keywords.items():
            self.consume(value, given.nodes[name], place)
            self._passed(value, place)
            if name in {"out", "ax", "axes", "cax"}:
                self.change(value, place, deep=True, root=self.root(given.nodes[name]))

    def _passed(self, value: Value, place: Place) -> None:
        """A function that is handed on may be called there."""
        for number in sorted(value.defs):
            source = self.notebook.sources[number]
            if isinstance(source.node, ast.ClassDef):
                continue
            self.space.branch()
            self.space.quiet += 1
            self.implicit(number, place)
            self.space.quiet -= 1
            self.space.merge()

    # --- functions and classes of the notebook

    def _own_call(self, node: ast.Call, callee: Value, given: Arguments) -> Value:
        result: Value | None = None
        for number in sorted(callee.defs):
            if isinstance(self.notebook.sources[number].node, ast.ClassDef):
                value = self.construct(number, node, given)
            else:
                value = self.apply(number, node, given)
            result = value if result is None else merge(result, value)
        return result or IMMUTABLE

    def _class_method(self, node: ast.Call, receiver: Value, name: str) -> Value:
        given = self._arguments(node)
        self._consumed(node, given)
        if name == "cache_info":
            self._counted(receiver, self.place(node))
        method = self.method(receiver.defs, name)
        if method is None:
            classes = (
                frozenset(receiver.defs) if name.startswith(("from_", "load")) else frozenset()
            )
            return replace(fresh(*given.all), classes=classes, carries=receiver.carries)
        source = self.notebook.sources[method].node
        decorators = getattr(source, "decorator_list", [])
        static = any(getattr(d, "id", "") == "staticmethod" for d in decorators)
        bound = any(getattr(d, "id", "") == "classmethod" for d in decorators)
        result = self.apply(
            method, node, given, receiver=receiver if bound and not static else None
        )
        return replace(result, carries=result.carries | receiver.carries)

    def _counted(self, receiver: Value, place: Place) -> None:
        for number in sorted(receiver.defs):
            name = self.notebook.sources[number].name
            why = "its counters are read"
            self.space.effect(Effect(EffectKind.CACHE, name, place, path=why))

    # --- methods

    def _method_call(self, node: ast.Call, receiver: Value, name: str) -> Value:
        assert isinstance(node.func, ast.Attribute)
        given = self._arguments(node)
        self._consumed(node, given)
        place = self.place(node)
        effects = method_file_effects(receiver, name, given, place)
        effects += method_effects(receiver, name, given, place)
        self._note(effects)
        if name in {"query", "eval"} and given.values and given.values[0].text:
            for local in _AT_NAMES.findall(given.values[0].text):
                self.load(local, place)
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
        assert isinstance(node.func, ast.Attribute)
        place, root = self.place(node), self.root(node.func.value)
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
        elif name not in PURE_METHODS:
            self.change(receiver, place, deep=True, root=root)
        if name.startswith(tuple(KEEPING_METHODS)) and name not in PURE_METHODS:
            for value in given.all:
                self.store(receiver, value)

    def _method_result(self, receiver: Value, name: str) -> Value:
        kind = _method_kind(receiver, name)
        if name == "copy":
            own = fresh()
            result = replace(own, reach=own.own | (receiver.reach - receiver.own))
            result = replace(result, classes=receiver.classes, kind=kind)
        elif name in VIEW_METHODS:
            result = replace(receiver, items=None, text=None)
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
            return _joined([receiver, *given.values])
        if name in {"resolve", "absolute", "expanduser"}:
            return receiver
        return Value(kind=Kind.PATH if name in _PATH_METHODS else Kind.PLAIN)

    # --- functions of libraries, and unknown ones

    def _unknown_call(self, node: ast.Call, callee: Value, given: Arguments) -> Value:
        place = self.place(node)
        for name in ("__call__", "forward"):
            method = self.method(callee.classes, name)
            if method is not None:
                return self.apply(method, node, given, receiver=callee)
        if callee.kind is Kind.CLOSURE:
            self.change(callee, place, deep=True, root=self.root(node.func))
        called = node.func
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        result = fresh(*given.all) if keeps_arguments(name) else fresh()
        return result.tainted(callee)

    def _library_call(self, node: ast.Call, callee: Value, given: Arguments) -> Value:
        ref, place = callee.ref, self.place(node)
        special = self._special(node, ref, given)
        if special is not None:
            return special
        for name in _SPECIAL.get(ref.removeprefix("builtins."), ()):
            for value, argument in zip(given.values, node.args, strict=True):
                self.special(value, name, argument)
        self._note(file_effects(ref, given, place) + call_effects(ref, given, place))
        if any(value.draws for value in given.all) and not keeps_arguments(ref):
            self._note([Effect(EffectKind.DRAW, "numpy.random", place)])
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
            key = value.ref.partition(".")[0]
            self._note([Effect(EffectKind.PATCH, key, place, path=value.ref)])
        elif value.defs:
            self.change(value, place, deep=False, root=self.root(target))

    def _library_result(self, ref: str, callee: Value, given: Arguments) -> Value:
        if caches(ref):
            return self.with_cache(given.values[0] if given.values else IMMUTABLE, ref)
        module, _, name = ref.rpartition(".")
        kind = kind_of(ref)
        if kind is Kind.PATH or ref in _PATH_MAKERS:
            joined = _joined(given.values)
            return joined if kind is Kind.PATH else Value(text=joined.text)
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
        if (module == "builtins" and name in _CONTAINERS) or keeps_arguments(ref):
            held = [value for value in given.all if not value.ref]
            result = fresh(*held, kind=kind).tainted(callee)
            return replace(result, draws=result.draws or draws_later(ref, given))
        top = ref.partition(".")[0]
        result = replace(fresh(kind=kind).tainted(callee), separate=top in _SEPARATE)
        return replace(result, carries=callee.carries)

    def _special(self, node: ast.Call, ref: str, given: Arguments) -> Value | None:
        """exec, eval and what else hides code from view."""
        place = self.place(node)
        name = ref.removeprefix("builtins.")
        if name == ref:
            return None
        if name in {"exec", "eval"}:
            return self._code(name, given, place)
        if name in {"globals", "locals", "vars"} and not given.values:
            if self.scope is None or name == "globals":
                self.space.lose(place, f"{name}()")
            return fresh()
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

    def _note(self, effects: list[Effect]) -> None:
        for effect in effects:
            firm = effect.firm and self.space.firm
            self.space.effect(replace(effect, firm=firm))


def _moved(tree: _Node, place: Place) -> _Node:
    """Code out of a string stands where the string is."""
    for node in ast.walk(tree):
        if hasattr(node, "lineno"):
            node.lineno = place.line
    return tree


def _method_kind(receiver: Value, name: str) -> Kind:
    if receiver.kind is Kind.CONNECTION and name in {"cursor", "connect", "begin", "execute"}:
        return Kind.CONNECTION
    if receiver.kind is Kind.LOCK or name in {"iterrows", "itertuples", "finditer", "iter_lines"}:
        return Kind.ITERATOR if receiver.kind is not Kind.LOCK else Kind.PLAIN
    return Kind.SESSION if name == "getOrCreate" else Kind.PLAIN


def _joined(parts: list[Value]) -> Value:
    texts = [part.text for part in parts]
    if not parts or any(text is None for text in texts):
        return Value(kind=Kind.PATH, text=None if parts else ".")
    return Value(kind=Kind.PATH, text=posixpath.join(*(text or "" for text in texts)))
