"""What a call reads, binds and changes."""

from __future__ import annotations

import ast
from dataclasses import replace

from nbflow.analysis.arguments import Arguments
from nbflow.analysis.libraries import Libraries
from nbflow.analysis.magics import Magics, spelled_out
from nbflow.analysis.methods import Methods
from nbflow.analysis.purity import is_mutator, keeps_arguments
from nbflow.analysis.records import Effect, EffectKind, Place
from nbflow.analysis.values import IMMUTABLE, Kind, Value, fresh, merge

__all__ = ["Calls"]


class Calls(Methods, Libraries, Magics):
    """A walk over calls."""

    def _call(self, node: ast.Call) -> Value:
        function = node.func
        magic = self.magic(node)
        if magic is not None:
            return magic
        if isinstance(function, ast.Attribute):
            receiver = self.eval(function.value)
            if receiver.defs or not receiver.ref:
                given = self._given(node)
                known = self._class_method if receiver.defs else self.method_call
                return known(node, receiver, function.attr, given)
            callee = self.attribute(receiver, function.attr, self.place(function))
        else:
            callee = self.eval(function)
        if callee.ref.startswith("IPython.get_ipython."):
            magic = self.magic(spelled_out(node, callee.ref.rpartition(".")[2]))
            if magic is not None:
                return magic
        given = self._given(node)
        if callee.kind is Kind.CLOSURE:
            self.change(callee, self.place(node), deep=True, root=self.root(function))
        if callee.defs:
            return self._own_call(node, callee, given)
        if callee.ref:
            return self.library_call(node, callee, given)
        return self._unknown_call(node, callee, given)

    def _given(self, node: ast.Call) -> Arguments:
        given = self._arguments(node)
        self._consumed(node, given)
        return given

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
        self._altered(node, given)

    def _altered(self, node: ast.Call, given: Arguments) -> None:
        """What is handed on beside a function that changes what it is given."""
        place = self.place(node)
        parts = [*zip(given.values, node.args, strict=True)]
        parts += [(value, given.nodes[name]) for name, value in given.keywords.items()]
        handed = [value for value in given.all if self.alters(value)]
        for value in handed:
            if is_mutator(value.method):
                self.change(value, place, deep=False)
        for value, argument in parts if handed else ():
            for function in handed:
                if function.method and value is not function:
                    self.store(function, value)
            if not value.defs and not value.alters and not all(f.method for f in handed):
                self.change(value, place, deep=True, root=self.root(argument))

    def _passed(self, value: Value, place: Place) -> None:
        """A function that is handed on may be called there."""
        called = self.notebook.beside.called(value.ref)
        if called is not None and called.state:
            self.note([Effect(EffectKind.SET, value.ref.partition(".")[0], place)])
        method = self.method(value.classes, value.method) if value.method else None
        if method is not None:
            self.space.branch()
            self.implicit(method, place, receiver=value)
            self.space.merge()
        for number in sorted(value.defs | value.holds):
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

    def _class_method(self, node: ast.Call, receiver: Value, name: str, given: Arguments) -> Value:
        if name == "cache_info":
            self._counted(receiver, self.place(node))
        if name == "register" and not any(map(self.is_class, receiver.defs)):
            self.space.amend(self.root(node.func), self.place(node))
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

    def _held_call(self, node: ast.Call, callee: Value, given: Arguments) -> None:
        """A call of something out of a container: one of the functions in it."""
        self.space.branch()
        for number in sorted(callee.holds):
            if not self.is_class(number):
                self.apply(number, node, given)
        self.space.merge()
        if callee.alters and not callee.method:
            self.change(callee, self.place(node), deep=True, root=self.root(node.func))

    def _unknown_call(self, node: ast.Call, callee: Value, given: Arguments) -> Value:
        self._held_call(node, callee, given)
        if callee.method and not callee.holds:
            return self.method_call(node, callee, callee.method, given)
        for name in ("__call__", "forward"):
            method = self.method(callee.classes, name)
            if method is not None:
                return self.apply(method, node, given, receiver=callee)
        if "operator" in callee.modules:  # `attrgetter("x")(thing)`
            for value, argument in zip(given.values, node.args, strict=True):
                for name in ("__getattribute__", "__getattr__", "__getitem__"):
                    self.special(value, name, argument)
        called = node.func
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        result = fresh(*given.all) if keeps_arguments(name) else fresh()
        return result.tainted(callee)
