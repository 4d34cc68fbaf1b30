"""Functions and classes as they are made."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from nbflow.analysis.arguments import MUTABLE_DISPLAYS, Arguments, default_values
from nbflow.analysis.calls import Calls
from nbflow.analysis.effects import caches, call_effects
from nbflow.analysis.purity import PURE_METHODS, is_mutator, words
from nbflow.analysis.records import Place, Source
from nbflow.analysis.scopes import Scope, bound_names, own_nodes, parameters
from nbflow.analysis.values import IMMUTABLE, Kind, Obj, Value, fresh, number

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Bodies"]

_HOOK = "__init_subclass__"
_PLAIN = words(
    "builtins abc collections torch sklearn lightning pytorch_lightning threading json logging"
    " argparse datetime random string html http socketserver unittest ast csv cmd io dataclasses"
)
_Function = ast.FunctionDef | ast.AsyncFunctionDef


class Bodies(Calls):
    """A walk over definitions."""

    def _functiondef(self, node: _Function) -> None:
        known = f"{node.name}{_accessor(node)}"
        decorators = [self.eval(decorator) for decorator in node.decorator_list]
        defaults = {name: self.eval(default) for name, default in default_values(node.args)}
        if not self.lazy_annotations:
            self._annotations(node)
        if self._at_top():
            made = self._register(node, node.name, defaults)
            for own in made.defs if any(map(self._keeps_results, node.decorator_list)) else ():
                self.notebook.sources[own].cached = True
            for decorator, part in reversed([*zip(decorators, node.decorator_list, strict=True)]):
                if (
                    isinstance(part, ast.Attribute) and decorator.defs
                ):  # `@show.register`, `@x.setter`
                    self.space.amend(self.root(part), self.place(node))
                    continue
                makers = self.eval(part.func).defs if isinstance(part, ast.Call) else ()
                sources = [self.notebook.sources[maker] for maker in makers]
                self.notebook.altered += any(_changes_at_once(one.node) for one in sources)
                made = self._decorated(made, decorator, self.place(node))
            self.bind(known, made, self.place(node))
        else:
            self.bind(known, self._inner(node), self.place(node))

    _asyncfunctiondef = _functiondef

    def is_property(self, base: Value, name: str) -> bool:
        """Whether reading an attribute runs a method."""
        return self._has_decorator(base, name, "property")

    def keeps_property(self, base: Value, name: str) -> bool:
        """Whether reading an attribute keeps what it gives in the object."""
        return self._has_decorator(base, name, "cached_property")

    def _has_decorator(self, base: Value, name: str, word: str) -> bool:
        method = self.method(base.classes, name) if base.classes else None
        if method is None:
            return False
        decorators = getattr(self.notebook.sources[method].node, "decorator_list", [])
        return any(word in ast.unparse(decorator) for decorator in decorators)

    def _decorated(self, made: Value, decorator: Value, place: Place) -> Value:
        """A decorator of the notebook is called; what it wraps around may run at each call."""
        sources = self.notebook.sources
        stateful = decorator.kind is Kind.CLOSURE
        self.note(call_effects(decorator.ref, Arguments([made]), place) if decorator.ref else ())
        for key in sorted(decorator.defs):
            if self.is_class(key):
                made = self.construct(key, _call_at(place), Arguments([made]))
                continue
            result = self.implicit(key, place, given=[made])
            stateful |= result.kind is Kind.CLOSURE
            for own in made.defs:
                sources[own].wrappers += (key,)
        for own in made.defs if stateful else ():
            sources[own].keeps = True  # what is around the function remembers
        return made

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

    def _register(
        self, node: _Function | ast.Lambda, name: str, defaults: Mapping[str, Value] | None = None
    ) -> Value:
        key = number()
        source = Source(key, name, node, self.place(node))
        pairs = default_values(node.args)
        changing = {name for name, default in pairs if isinstance(default, MUTABLE_DISPLAYS)}
        source.defaults = {n: value for n, value in (defaults or {}).items() if n in changing}
        self.notebook.sources[key] = source
        made = fresh()
        held = frozenset[Obj]().union(*(value.reach for value in source.defaults.values()))
        made = replace(made, reach=made.reach | held)
        carries = frozenset({name}) if self.scope is None else frozenset[str]()
        return replace(made, defs=frozenset({key}), carries=carries)

    def _inner(self, node: _Function) -> Value:
        """A function inside a function: its body counts where it is made."""
        positional, keyword, rest, keywords = parameters(node.args)
        names = [*positional, *keyword, *(name for name in (rest, keywords) if name)]
        local, outer = bound_names(node.body)
        scope = Scope("function", local=local | set(names), outer=outer, parent=self.scope)
        made, around = fresh(), self._function_around()
        if around is not None:
            made = replace(made, reach=made.reach | around.cells)
            around.bind(node.name, made, anew=True)
        made = self.made_around(scope, names, lambda: self.run(node.body), made=made)
        if any(isinstance(n, ast.Nonlocal) for n in own_nodes(node.body)):
            return replace(made, kind=Kind.CLOSURE)
        return made

    def _function_around(self) -> Scope | None:
        around = self.scope
        while around is not None and around.kind != "function":
            around = around.parent
        return around

    def _classdef(self, node: ast.ClassDef) -> None:
        decorators = [self.eval(decorator) for decorator in node.decorator_list]
        bases = [self.eval(base) for base in node.bases]
        given = {keyword.arg: self.eval(keyword.value) for keyword in node.keywords}
        at_top = self._at_top()
        scope = Scope("class", parent=self.scope)
        self.scope, before = scope, self.scope
        self.run(node.body)
        self.scope = before
        value = fresh()
        if at_top:
            value = self._class(value, node, scope, bases)
            meta = given.get("metaclass", IMMUTABLE)
            self._made_by(value, meta, bases, self.place(node), scope)
            for decorator in reversed(decorators):
                value = self._decorated(value, decorator, self.place(node))
        self.bind(node.name, value, self.place(node))

    def _made_by(
        self, value: Value, meta: Value, bases: list[Value], place: Place, scope: Scope
    ) -> None:
        """What the metaclass and the bases do when a class is made."""
        sources = self.notebook.sources
        extended = frozenset[int]().union(*(base.defs for base in bases))
        for key in value.defs:
            source = sources[key]
            source.metas = meta.defs.union(*(sources[base].metas for base in extended))
            plain = not meta.ref or meta.ref in {"abc.ABCMeta", "builtins.type"}
            source.plain = plain and all(_is_plain(base, sources) for base in bases)
            hooks = [self.method(source.metas, name) for name in ("__new__", "__init__")]
            for part in [one for one in scope.names.values() if one.classes]:
                named = self.method(part.classes, "__set_name__")
                if named is not None:
                    self.implicit(named, place, receiver=part)
            for hook in [*hooks, self.method(extended, _HOOK)]:
                if hook is not None:
                    self.implicit(hook, place, receiver=value)

    def _class(self, value: Value, node: ast.ClassDef, scope: Scope, bases: list[Value]) -> Value:
        key = number()
        extended = tuple(sorted({n for base in bases for n in base.defs}))
        inherited = (self.notebook.sources[base].shared for base in extended)
        shared = _shared(node).union(*inherited)
        source = Source(key, node.name, node, self.place(node), bases=extended, shared=shared)
        source.constants = _constants(node, bases)
        for name, part in scope.names.items():
            for method in sorted(part.defs):
                if self.is_class(method):
                    source.inner[name] = method
                    continue
                source.methods[name] = method
                self.notebook.sources[method].keeps |= _keeps(
                    self.notebook.sources[method].node, shared
                )
                self.notebook.methods.setdefault(name, []).append(method)
        self.notebook.sources[key] = source
        carries = frozenset({node.name}) if self.scope is None else frozenset[str]()
        modules = frozenset[str]().union(*(base.modules for base in bases))
        return replace(value, defs=frozenset({key}), carries=carries, modules=modules)


def _is_plain(base: Value, sources: Mapping[int, Source]) -> bool:
    """Whether a class that extends this one is made by `type`, as far as is known."""
    if base.defs:
        return all(sources[number].plain for number in base.defs)
    return base.ref.partition(".")[0] in _PLAIN and not base.ref.startswith("typing.")


def _constants(node: ast.ClassDef, bases: list[Value]) -> frozenset[str]:
    """Attributes of a class that are numbers or texts; all of an enumeration's."""
    plain = any(base.ref.startswith("enum.") for base in bases)
    assigned = [part for part in node.body if isinstance(part, ast.Assign)]
    kept = [part for part in assigned if plain or isinstance(part.value, ast.Constant)]
    targets = [target for part in kept for target in part.targets]
    return frozenset(target.id for target in targets if isinstance(target, ast.Name))


def _accessor(node: _Function) -> str:
    """What tells a property's setter from the property, or empty."""
    names = [part.attr for part in node.decorator_list if isinstance(part, ast.Attribute)]
    return next((f".{name}" for name in names if name in {"setter", "deleter"}), "")


def _call_at(place: Place) -> ast.Call:
    """A call that no cell spells out, of one argument."""
    nothing = ast.Name("", ast.Load())
    return ast.Call(nothing, [nothing], [], lineno=place.line)


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
            through |= _is_type(part.value) or _is_first(part.value, node)
    return through


def _is_first(node: ast.AST, method: ast.AST) -> bool:
    """The class that `__new__` is given."""
    if not isinstance(method, ast.FunctionDef) or method.name != "__new__":
        return False
    names = [argument.arg for argument in method.args.args[:1]]
    return isinstance(node, ast.Name) and node.id in names


def _is_type(node: ast.AST) -> bool:
    """`type(self)` or `self.__class__`."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "type"
    return isinstance(node, ast.Attribute) and node.attr == "__class__"


def _changes_at_once(maker: ast.AST) -> bool:
    """Whether the decorator that a function makes changes a global thing when it decorates."""
    if not isinstance(maker, ast.FunctionDef):
        return False
    around = bound_names(maker.body)[0] | {
        part.arg for part in ast.walk(maker.args) if isinstance(part, ast.arg)
    }
    for made in (part for part in maker.body if isinstance(part, ast.FunctionDef)):
        own = bound_names(made.body)[0] | {
            p.arg for p in ast.walk(made.args) if isinstance(p, ast.arg)
        }
        for part in own_nodes(made.body):
            target: ast.AST = part
            stores = isinstance(part, ast.Subscript | ast.Attribute) and isinstance(
                part.ctx, ast.Store
            )
            if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
                target, stores = part.func, is_mutator(part.func.attr)
            while isinstance(target, ast.Subscript | ast.Attribute):
                target = target.value
            if stores and isinstance(target, ast.Name) and target.id not in around | own:
                return True
    return False
