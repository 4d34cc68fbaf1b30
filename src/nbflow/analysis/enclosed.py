"""Scopes inside of code: lambdas, inner functions, comprehensions."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from nbflow.analysis.expressions import Expressions
from nbflow.analysis.scopes import Scope, parameters
from nbflow.analysis.values import Kind, Obj, Value, fresh, number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["Enclosed"]


class Enclosed(Expressions):
    """A walk over code with a scope of its own."""

    def _lambda(self, node: ast.Lambda) -> Value:
        for default in [*node.args.defaults, *node.args.kw_defaults]:
            if default is not None:
                self.eval(default)
        return self.inline(node.args, [node.body])

    def inline(self, arguments: ast.arguments, body: list[ast.expr]) -> Value:
        """Walk an inner function's body where it is made, as if it might be called there."""
        positional, keyword, rest, keywords = parameters(arguments)
        names = [*positional, *keyword, *(name for name in (rest, keywords) if name)]
        scope = Scope("function", local=set(names), parent=self.scope)
        held: list[Value] = []
        made = self.made_around(scope, names, lambda: held.extend(map(self.eval, body)))
        self._wait(made, [n for part in body for n in ast.walk(part)], names)
        return made.tainted(*held)

    def _wait(self, made: Value, nodes: list[ast.AST], own: Iterable[str]) -> None:
        """A function without a name reads the notebook's names when it is called."""
        inner = {n.id for n in nodes if isinstance(n, ast.Name) and not _is_read(n)} | {*own}
        inner |= {n.arg for n in nodes if isinstance(n, ast.arg)}
        read = {n.id for n in nodes if isinstance(n, ast.Name) and _is_read(n)}
        late = {name for name in read - inner if self.is_outer(name)}
        for obj in made.own if late else ():
            self.notebook.late[obj] = frozenset(late)

    def made_around(
        self,
        scope: Scope,
        names: Iterable[str],
        walk: Callable[[], object],
        *,
        made: Value | None = None,
    ) -> Value:
        """A function inside of code: its body is walked, and what it changes is known of it.

        Args:
            scope: of the function.
            names: of its parameters.
            walk: walks its body.
            made: the function, where its body may name it.
        """
        made = fresh() if made is None else made
        first = number()
        scope.names = {name: fresh() for name in names}
        own = frozenset[Obj]().union(*(value.own for value in scope.names.values()))
        heard, self.heard = self.heard, set()
        self.scope, before = scope, self.scope
        self.space.branch()
        self.space.later += 1
        walk()
        self.space.later -= 1
        self.space.merge()
        self.scope = before
        kept = {obj for obj in self.heard if not isinstance(obj, int) or obj < first}
        alters, self.heard = not own.isdisjoint(self.heard), heard | self.heard
        kind = Kind.CLOSURE if kept else Kind.PLAIN
        return replace(made, reach=made.reach | kept, kind=kind, alters=alters)

    def _listcomp(self, node: ast.ListComp) -> Value:
        return self._comprehension(node.generators, [node.elt])

    def _setcomp(self, node: ast.SetComp) -> Value:
        return self._comprehension(node.generators, [node.elt])

    def _dictcomp(self, node: ast.DictComp) -> Value:
        return self._comprehension(node.generators, [node.key, node.value])

    def _generatorexp(self, node: ast.GeneratorExp) -> Value:
        value = self._comprehension(node.generators, [node.elt])
        return replace(value, kind=Kind.GENERATOR, closed=False)

    def _comprehension(self, parts: list[ast.comprehension], made: list[ast.expr]) -> Value:
        source = self.eval(parts[0].iter)
        before = self.scope
        self.scope = Scope("comprehension", parent=before)
        for position, part in enumerate(parts):
            if position:
                source = self.eval(part.iter)
            self.consume(source, part.iter, self.place(part.iter))
            if not position:
                self.space.branch()
            self.assign(part.target, source.inside)
            for condition in part.ifs:
                self.test(condition)
        held = [self.eval(part) for part in made]
        self.space.merge()
        self.scope = before
        return replace(fresh(*held), closed=True)


def _is_read(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Load)
