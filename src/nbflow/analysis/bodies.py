"""Functions and classes as they are made."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from nbflow.analysis.calls import Calls
from nbflow.analysis.records import Source
from nbflow.analysis.scopes import Scope, bound_names, own_nodes, parameters
from nbflow.analysis.values import Kind, Value, fresh, number

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Bodies"]

_Function = ast.FunctionDef | ast.AsyncFunctionDef


class Bodies(Calls):
    """A walk over definitions."""

    def branch(self, body: Sequence[ast.stmt]) -> tuple[set[str], bool]:
        """Walk statements that may not run."""
        raise NotImplementedError

    def _functiondef(self, node: _Function) -> None:
        for decorator in node.decorator_list:
            self.eval(decorator)
        for default in [*node.args.defaults, *node.args.kw_defaults]:
            if default is not None:
                self.eval(default)
        if not self.lazy_annotations:
            self._annotations(node)
        if self._at_top():
            self.bind(node.name, self._register(node, node.name), self.place(node))
        else:
            self.bind(node.name, self._inner(node), self.place(node))

    _asyncfunctiondef = _functiondef

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
        for decorator in node.decorator_list:
            self.eval(decorator)
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
        self.bind(node.name, value, self.place(node))

    def _class(self, value: Value, node: ast.ClassDef, scope: Scope, bases: list[Value]) -> Value:
        key = number()
        extended = tuple(sorted({n for base in bases for n in base.defs}))
        source = Source(key, node.name, node, self.place(node), bases=extended)
        for name, part in scope.names.items():
            for method in sorted(part.defs):
                if isinstance(self.notebook.sources[method].node, ast.ClassDef):
                    continue
                source.methods[name] = method
                self.notebook.methods.setdefault(name, []).append(method)
        self.notebook.sources[key] = source
        carries = frozenset({node.name}) if self.scope is None else frozenset[str]()
        return replace(value, defs=frozenset({key}), carries=carries)
