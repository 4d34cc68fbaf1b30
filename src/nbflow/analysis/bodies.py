"""Functions and classes as they are made."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from nbflow.analysis.calls import Calls
from nbflow.analysis.effects import caches
from nbflow.analysis.purity import PURE_METHODS
from nbflow.analysis.records import Place, Source
from nbflow.analysis.scopes import Scope, bound_names, own_nodes, parameters
from nbflow.analysis.values import Kind, Value, fresh, number

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Bodies"]

_HOOK = "__init_subclass__"
_Function = ast.FunctionDef | ast.AsyncFunctionDef


class Bodies(Calls):
    """A walk over definitions."""

    def branch(self, body: Sequence[ast.stmt]) -> tuple[set[str], bool]:
        """Walk statements that may not run."""
        raise NotImplementedError

    def _functiondef(self, node: _Function) -> None:
        decorators = [self.eval(decorator) for decorator in node.decorator_list]
        for default in [*node.args.defaults, *node.args.kw_defaults]:
            if default is not None:
                self.eval(default)
        if not self.lazy_annotations:
            self._annotations(node)
        if self._at_top():
            made = self._register(node, node.name)
            for own in made.defs if any(map(self._keeps_results, node.decorator_list)) else ():
                self.notebook.sources[own].cached = True
            for decorator in reversed(decorators):
                self._decorated(made, decorator, self.place(node))
            self.bind(node.name, made, self.place(node))
        else:
            self.bind(node.name, self._inner(node), self.place(node))

    _asyncfunctiondef = _functiondef

    def is_property(self, base: Value, name: str) -> bool:
        """Whether reading an attribute runs a method."""
        method = self.method(base.classes, name) if base.classes else None
        if method is None:
            return False
        decorators = getattr(self.notebook.sources[method].node, "decorator_list", [])
        return any("property" in ast.unparse(decorator) for decorator in decorators)

    def _decorated(self, made: Value, decorator: Value, place: Place) -> None:
        """A decorator of the notebook is called; what it wraps around may run at each call."""
        for key in sorted(decorator.defs):
            if isinstance(self.notebook.sources[key].node, ast.ClassDef):
                continue
            self.implicit(key, place, given=[made])
            for own in made.defs:
                self.notebook.sources[own].wrappers += (key,)

    def _keeps_results(self, node: ast.expr) -> bool:
        """Whether a decorator is a cache: of functools, or of a joblib.Memory."""
        called = node.func if isinstance(node, ast.Call) else node
        if isinstance(called, ast.Attribute) and called.attr == "cache":
            value = self.eval(called.value)
            return caches(f"{value.ref}.cache") or (not value.ref and "joblib" in value.modules)
        return isinstance(called, ast.Name | ast.Attribute) and caches(self.eval(called).ref)

    def _at_top(self) -> bool:
        return self.scope is None or all(scope.kind == "class" for scope in self.scope.chain())

    def _annotations(self, node: _Function) -> None:
        arguments = node.args
        named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        named += [argument for argument in (arguments.vararg, arguments.kwarg) if argument]
        for argument in named:
            if argument.annotation is not None:
                self.eval(argument.annotation)
        if node.returns is not None:
            self.eval(node.returns)

    def _register(self, node: _Function | ast.Lambda, name: str) -> Value:
        key = number()
        self.notebook.sources[key] = Source(key, name, node, self.place(node))
        made = fresh()
        carries = frozenset({name}) if self.scope is None else frozenset[str]()
        return replace(made, defs=frozenset({key}), carries=carries)

    def _inner(self, node: _Function) -> Value:
        """A function inside a function: its body counts where it is made."""
        positional, keyword, rest, keywords = parameters(node.args)
        names = [*positional, *keyword, *(name for name in (rest, keywords) if name)]
        local, outer = bound_names(node.body)
        scope = Scope("function", local=local | set(names), outer=outer, parent=self.scope)
        scope.names = {name: fresh() for name in names}
        stateful = any(isinstance(n, ast.Nonlocal) for n in own_nodes(node.body))
        if self.scope is not None and self.scope.kind == "function":
            self.scope.bind(node.name, fresh(), anew=True)
        self.scope, before = scope, self.scope
        self.branch(node.body)
        self.scope = before
        return fresh(kind=Kind.CLOSURE) if stateful else fresh()

    def _classdef(self, node: ast.ClassDef) -> None:
        decorators = [self.eval(decorator) for decorator in node.decorator_list]
        bases = [self.eval(base) for base in node.bases]
        for keyword in node.keywords:
            self.eval(keyword.value)
        at_top = self._at_top()
        scope = Scope("class", parent=self.scope)
        self.scope, before = scope, self.scope
        self.run(node.body)
        self.scope = before
        value = fresh()
        if at_top:
            value = self._class(value, node, scope, bases)
            for decorator in reversed(decorators):
                self._decorated(value, decorator, self.place(node))
            hook = self.method(frozenset[int]().union(*(base.defs for base in bases)), _HOOK)
            if hook is not None:
                self.implicit(hook, self.place(node), receiver=value)
        self.bind(node.name, value, self.place(node))

    def _class(self, value: Value, node: ast.ClassDef, scope: Scope, bases: list[Value]) -> Value:
        key = number()
        extended = tuple(sorted({n for base in bases for n in base.defs}))
        inherited = (self.notebook.sources[base].shared for base in extended)
        shared = _shared(node).union(*inherited)
        source = Source(key, node.name, node, self.place(node), bases=extended, shared=shared)
        for name, part in scope.names.items():
            for method in sorted(part.defs):
                if isinstance(self.notebook.sources[method].node, ast.ClassDef):
                    continue
                source.methods[name] = method
                self.notebook.sources[method].keeps |= _keeps(
                    self.notebook.sources[method].node, shared
                )
                self.notebook.methods.setdefault(name, []).append(method)
        self.notebook.sources[key] = source
        carries = frozenset({node.name}) if self.scope is None else frozenset[str]()
        return replace(value, defs=frozenset({key}), carries=carries)


def _shared(node: ast.ClassDef) -> frozenset[str]:
    """Attributes of the class itself that may change in place, and that no instance has its own of.

    In a decorated class (a dataclass) such statements mean something else.
    """
    found: set[str] = set()
    for part in node.body if not node.decorator_list else ():
        targets = part.targets if isinstance(part, ast.Assign) else []
        value = getattr(part, "value", None)
        if isinstance(part, ast.AnnAssign):
            targets = [part.target]
        if isinstance(value, ast.List | ast.Dict | ast.Set | ast.Call | ast.ListComp):
            found |= {target.id for target in targets if isinstance(target, ast.Name)}
    own = {
        part.attr
        for part in ast.walk(node)
        if isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store)
    }
    augmented = {
        part.target.attr
        for part in ast.walk(node)
        if isinstance(part, ast.AugAssign) and isinstance(part.target, ast.Attribute)
    }
    return frozenset(found - (own - augmented))


def _keeps(node: ast.AST, shared: frozenset[str]) -> bool:
    """Whether a method changes its class: an attribute of it in place, or through its type."""

    def belongs(part: ast.AST) -> bool:
        return isinstance(part, ast.Attribute) and (
            (isinstance(part.value, ast.Name) and part.attr in shared) or _is_type(part.value)
        )

    through = False
    for part in ast.walk(node):
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
            if part.func.attr not in PURE_METHODS and belongs(part.func.value):
                return True
        elif isinstance(part, ast.Subscript) and not isinstance(part.ctx, ast.Load):
            if belongs(part.value):
                return True
        elif isinstance(part, ast.AugAssign) and belongs(part.target):
            return True
        elif isinstance(part, ast.Attribute) and not isinstance(part.ctx, ast.Load):
            through |= _is_type(part.value)
    return through


def _is_type(node: ast.AST) -> bool:
    """`type(self)` or `self.__class__`."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "type"
    return isinstance(node, ast.Attribute) and node.attr == "__class__"
