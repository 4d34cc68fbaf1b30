"""What a call of one of the notebook's own functions or classes does."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from nbflow.analysis.arguments import Arguments, Given
from nbflow.analysis.effects import cached_effect
from nbflow.analysis.enclosed import Enclosed
from nbflow.analysis.purity import is_mutator
from nbflow.analysis.records import Effect, EffectKind, Facts, Place, Source
from nbflow.analysis.scopes import Scope, bound_names, is_generator, own_nodes, parameters
from nbflow.analysis.symbolic import Symbolic
from nbflow.analysis.values import IMMUTABLE, Kind, Obj, Value, fresh, merge, number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nbflow.analysis.beside import Called
    from nbflow.analysis.namespaces import Namespace, Notebook

__all__ = ["Functions"]

_CONSTRUCTORS = ("__new__", "__init__", "__post_init__")


class Functions(Enclosed):
    """Calls of functions whose source is known."""

    def __init__(self, notebook: Notebook, space: Namespace, place: Place) -> None:
        super().__init__(notebook, space, place)
        self.pending: dict[str, frozenset[Obj]] = {}

    def run(self, body: Sequence[ast.stmt]) -> bool:
        """Walk statements."""
        raise NotImplementedError

    def facts(self, number: int) -> Facts:
        """What a call of a function does, for any arguments; found out once."""
        notebook = self.notebook
        known = notebook.facts.get(number)
        if known is not None and number in notebook.working:
            notebook.touched.add(number)
            return known
        if known is not None and self._current(known):
            return known
        source = notebook.sources[number]
        facts = Facts(source.name)
        notebook.facts[number] = facts
        notebook.working.add(number)
        _body_walk(self, source, facts)
        notebook.working.discard(number)
        notebook.touched.discard(number)
        for caller in notebook.touched:
            # One that calls this one is still being found out: what it does comes in later.
            notebook.partial.setdefault(caller, set()).add(number)
        for other in notebook.partial.pop(number, ()):
            if other in notebook.facts:
                _include(notebook.facts[other], facts)
        return facts

    def _current(self, facts: Facts) -> bool:
        env = self.notebook.env
        return all(
            name in env and env[name].defs == before for name, before in facts.depends.items()
        )

    def needed(self, number: int, place: Place) -> None:
        """Read what the body of a function, or any method of a class, reads when it is called."""
        source = self.notebook.sources[number]
        if not isinstance(source.node, ast.ClassDef):
            self._read_all(self.facts(number), place, soft=True)
            return
        for base in source.bases:
            self.needed(base, place)
        for meta in sorted(source.metas):
            self.needed(meta, place)
        for _, method in sorted(source.methods.items()):
            self._read_all(self.facts(method), place, soft=True)

    def _read_all(self, facts: Facts, place: Place, *, soft: bool) -> None:
        for name, missing in list(facts.reads.items()):
            value = self.space.load(name, place, soft=soft or missing, via=facts.name)
            self.space.touch(value.modules)
        self.space.touch(facts.modules)
        if isinstance(self.space, Symbolic):
            self.space.facts.depends.update(facts.depends)

    def member(self, base: Value, name: str) -> Value:
        """Read an attribute of a class or function of the notebook."""
        classes = frozenset(number for number in base.defs if self.is_class(number))
        if not classes:
            return base
        for key in sorted(classes):
            source = self.notebook.sources[key]
            if name in source.inner:
                return replace(base, defs=frozenset({source.inner[name]}))
            if name in source.constants:
                return Value(modules=base.modules, carries=base.carries)
        method = self.method(classes, name)
        if method is not None:
            return replace(base, defs=frozenset({method}))
        return replace(base, defs=frozenset(), classes=classes, method=name)

    def add_method(self, base: Value, name: str, value: Value) -> None:
        """A class gets an attribute after it was made: a function is a method of it."""
        for key in sorted(filter(self.is_class, base.defs)):
            for function in sorted(value.defs):
                if not self.is_class(function):
                    self.notebook.sources[key].methods[name] = function
                    self.notebook.methods.setdefault(name, []).append(function)

    def is_class(self, number: int) -> bool:
        """Whether it is a class, not a function."""
        return isinstance(self.notebook.sources[number].node, ast.ClassDef)

    def alters(self, value: Value) -> bool:
        """Whether it is a function, a call of which may change its arguments or its object."""
        if value.alters or is_mutator(value.method):
            return True
        for key in sorted(value.defs):
            if not self.is_class(key):
                changed = self.facts(key).changed
                if any(isinstance(obj, tuple) and obj[0] in {"p", "pe"} for obj in changed):
                    return True
        return False

    def method(self, classes: Iterable[int], name: str) -> int | None:
        """The method of the first class that has one of this name."""
        for key in sorted(classes):
            source = self.notebook.sources[key]
            if name in source.methods:
                return source.methods[name]
            inherited = self.method(source.bases, name)
            if inherited is not None:
                return inherited
        return None

    def construct(self, number: int, node: ast.Call, given: Arguments) -> Value:
        """Call a class of the notebook."""
        source = self.notebook.sources[number]
        found = [self.method([number], name) for name in _CONSTRUCTORS]
        methods = [method for method in found if method is not None]
        made = fresh() if methods else fresh(*given.all)
        made = replace(made, classes=frozenset({number}), carries=made.carries | {source.name})
        if found[0] is not None and self._hands_out(found[0]):
            kept = self.space.value(source.name)
            made = replace(made, own=made.own | kept.own, reach=made.reach | kept.reach)
        for method in methods:
            self.apply(method, node, given, receiver=made)
            held = self.pending.pop("held", frozenset())
            made = replace(made, reach=made.reach | held)
        maker = self.method(source.metas, "__call__")
        if maker is not None:  # what the metaclass makes of the call
            made = merge(made, self.apply(maker, node, given, receiver=IMMUTABLE))
            self.space.carry(made.own, made.carries)
        return made

    def _hands_out(self, new: int) -> bool:
        """Whether a `__new__` may hand out what its class, or a global, keeps."""
        returned = {obj[0] for obj in self.facts(new).returned.reach if isinstance(obj, tuple)}
        return self.notebook.sources[new].keeps or bool(returned & {"g", "ge"})

    def apply(
        self, number: int, node: ast.Call, given: Arguments, *, receiver: Value | None = None
    ) -> Value:
        """Call a function of the notebook: its effects happen here, to these arguments."""
        source = self.notebook.sources[number]
        assert not isinstance(source.node, ast.ClassDef)
        facts = self.facts(number)
        place = self.place(node)
        self._read_all(facts, place, soft=False)
        bound = Given(self, source.node.args, node, given, receiver, defaults=source.defaults)
        self._bind_globals(facts, bound, place)
        for symbol in sorted(facts.changed, key=str):
            if isinstance(symbol, tuple):
                self.patch(bound.behind(symbol), place)
                objects = bound.actual({symbol})
                late = symbol not in facts.direct
                self.space.later += late
                if objects:
                    self.space.change(objects, place, root=bound.root(symbol))
                self.space.later -= late
        for symbol in sorted(facts.looked, key=str):
            assert isinstance(symbol, tuple)
            self.look_up(bound.behind(symbol), place, root=bound.root(symbol))
        changed = {obj[1] for obj in facts.changed if isinstance(obj, tuple) and obj[0][0] == "p"}
        if bound.kept & changed or source.keeps:  # what is done to a default argument stays
            self._change_own(number, place)
        done = number not in self.notebook.working
        for objects, held in facts.stores if done else ():
            self._hold(bound.actual(objects), bound.actual(held), receiver)
        for effect in facts.effects if done else ():
            path = bound.path(effect.path) if effect.path is not None else None
            listed = bound.path(effect.listed) if effect.listed is not None else None
            firm = effect.firm and self.space.firm
            self.space.effect(replace(effect, path=path, listed=listed, place=place, firm=firm))
        if facts.wild:
            self.space.lose(place, facts.wild)
        for wrapper in source.wrappers:
            self.space.branch()
            self.implicit(wrapper, place)
            self.space.merge()
        result = bound.value(facts.returned, kind=facts.kind)
        if source.cached:
            why = cached_effect(facts)
            self.space.effect(Effect(EffectKind.CACHE, source.name, place, path=why))
            self.notebook.cached.update(dict.fromkeys(result.own, source.name))
        return result

    def beside_call(
        self, node: ast.Call, called: Called | None, ref: str, given: Arguments
    ) -> None:
        """A function of a module beside the notebook is called."""
        if called is None:
            return
        place = self.place(node)
        if called.state:
            self.note([Effect(EffectKind.SET, ref.partition(".")[0], place)])
        parts: list[tuple[str | int, Value, ast.expr]] = [
            (position, value, node.args[position]) for position, value in enumerate(given.values)
        ]
        parts += [(name, value, given.nodes[name]) for name, value in given.keywords.items()]
        for key, value, argument in parts:
            if key in called.arguments:
                self.change(value, place, deep=True, root=self.root(argument))

    def patch(self, value: Value, place: Place) -> None:
        """A module or a library's class is changed, where the value is one."""
        if value.ref and not value.ref.startswith("IPython."):
            key = value.ref.partition(".")[0]
            self.note([Effect(EffectKind.PATCH, key, place, path=value.ref)])

    def implicit(
        self,
        number: int,
        place: Place,
        *,
        given: Sequence[Value] = (),
        receiver: Value | None = None,
        node: ast.expr | None = None,
    ) -> Value:
        """A function is called without a call that names it: by a decorator, by `with`.

        Args:
            number: the function.
            place: where.
            given: its arguments.
            receiver: of a method, its object.
            node: the expression that `receiver` is the value of.
        """
        nothing = ast.Name("", ast.Load())
        function = nothing if node is None else ast.Attribute(node, "", ast.Load())
        call = ast.Call(function, [nothing for _ in given], [])
        ast.copy_location(call, self.notebook.sources[number].node)
        call.lineno = place.line
        return self.apply(number, call, Arguments(list(given)), receiver=receiver)

    def special(self, value: Value, name: str, node: ast.expr) -> None:
        """Python calls a method of an object for an operator, a loop, an attribute."""
        method = self.method(value.classes, name) if value.classes else None
        if method is not None:
            self.implicit(method, self.place(node), receiver=value, node=node)

    def with_cache(self, function: Value, ref: str) -> Value:
        """What a cache's decorator makes of a function; of no function, a decorator again."""
        sources = self.notebook.sources
        made = {number(): sources[key] for key in sorted(function.defs)}
        for key, source in made.items():
            sources[key] = replace(source, number=key, cached=True)
        return replace(fresh(function), defs=frozenset(made)) if made else Value(ref=ref)

    def _change_own(self, number: int, place: Place) -> None:
        """A function or method changes what belongs to itself, or to its class."""
        sources = self.notebook.sources
        waiting = [key for key, one in sources.items() if number in one.methods.values()]
        owners = {number}
        while waiting:
            key = waiting.pop()
            owners.add(key)
            waiting += sources[key].bases
        for name, value in list(self.notebook.env.items()):
            if value.defs & owners:
                self.space.change(self.space.value(name).own, place, root=name)

    def _hold(self, objects: frozenset[Obj], held: frozenset[Obj], receiver: Value | None) -> None:
        if receiver is not None and objects & receiver.own:
            self.pending["held"] = self.pending.get("held", frozenset()) | held
        if self.scope is not None:
            self.scope.store(objects, held)
        self.space.store(objects, held)

    def _bind_globals(self, facts: Facts, bound: Given, place: Place) -> None:
        self.notebook.altered += bool(facts.binds) and not self.space.later
        for name, value in sorted(facts.binds.items()):
            certain = name in facts.definite
            if not certain:
                self.space.branch()
            self.space.bind(name, bound.value(value), place)
            if not certain:
                self.space.merge()


def _include(facts: Facts, called: Facts) -> None:
    """Functions that call each other do what the other does."""
    for name in called.reads:
        facts.reads.setdefault(name, True)
    for name, value in called.binds.items():
        facts.binds.setdefault(name, value)
    facts.changed |= {o for o in called.changed if isinstance(o, tuple) and o[0] in {"g", "ge"}}
    known = set(facts.effects)
    facts.effects += [effect for effect in called.effects if effect not in known]
    facts.modules |= called.modules
    facts.depends.update(called.depends)


def _body_walk(walker: Functions, source: Source, facts: Facts) -> None:
    """Walk a function's body with symbols for its parameters and globals."""
    node = source.node
    assert not isinstance(node, ast.ClassDef)
    space = Symbolic(walker.notebook, facts)
    inner = type(walker)(walker.notebook, space, source.place)
    body: list[ast.stmt] = []
    if isinstance(node, ast.Lambda):
        local, outer = bound_names([node.body])
    else:
        body = node.body
        local, outer = bound_names(body)
    positional, keyword, rest, keywords = parameters(node.args)
    names = [*positional, *keyword, *(name for name in (rest, keywords) if name)]
    scope = Scope("function", local=local | set(names), outer=outer)
    for name in names:
        own: frozenset[Obj] = frozenset({("p", name)})
        scope.names[name] = Value(own, own | {("pe", name)}, text=f"\0{name}\0")
    inner.scope = scope
    if isinstance(node, ast.Lambda):
        scope.returns.append(inner.eval(node.body))
    else:
        inner.run(body)
        if is_generator(body):
            facts.kind = Kind.GENERATOR
    result = IMMUTABLE
    for position, value in enumerate(scope.returns):
        result = merge(result, value) if position else value
    facts.returned = result
    facts.definite = set(space.definite)
    closures = [n for n in own_nodes(body) if isinstance(n, ast.FunctionDef)]
    if any(isinstance(n, ast.Nonlocal) for f in closures for n in ast.walk(f)) and not facts.kind:
        facts.kind = result.kind
