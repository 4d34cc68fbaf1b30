"""What running a statement reads, binds and changes."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from nbflow.analysis.bodies import Bodies
from nbflow.analysis.records import Effect, EffectKind
from nbflow.analysis.scopes import imported_name, own_nodes
from nbflow.analysis.settings import setting_of
from nbflow.analysis.syntax import OPERATORS, namespace_key
from nbflow.analysis.values import IMMUTABLE, Kind, Value, fresh

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Statements"]


_NAME_ERRORS = frozenset({"NameError", "Exception", "BaseException", "UnboundLocalError"})
_FILE_ERRORS = frozenset(
    {"FileNotFoundError", "OSError", "IOError", "EnvironmentError", "Exception", "BaseException"}
)


_NO_ANSWER = frozenset(
    {"StdinNotImplementedError", "NotImplementedError", "RuntimeError"}
    | {"Exception", "BaseException"}
)


class Statements(Bodies):
    """A walk over statements, branches included."""

    def run(self, body: Sequence[ast.stmt]) -> bool:
        """Walk statements; True where nothing after them is reached."""
        return any(self.visit(statement) for statement in body)

    def visit(self, node: ast.AST) -> bool:
        """Walk one statement; True where nothing after it is reached."""
        known = getattr(self, f"_{type(node).__name__.lower()}", None)
        if isinstance(node, ast.expr):
            self.eval(node)
        elif known is not None:
            return bool(known(node))
        else:
            for child in ast.iter_child_nodes(node):
                self.visit(child)
        return False

    def branch(self, body: Sequence[ast.stmt]) -> tuple[set[str], bool]:
        """Walk statements that may not run: the names they bind for certain if they do."""
        self.space.branch()
        ended = self.run(body)
        return self.space.merge(), ended

    def _join(self, branches: Iterable[tuple[set[str], bool]]) -> bool:
        open_ends = [added for added, ended in branches if not ended]
        if not open_ends:
            return True
        self.space.settle(set.intersection(*open_ends))
        return False

    # --- simple statements

    def _expr(self, node: ast.Expr) -> None:
        self.eval(node.value)

    def _assign(self, node: ast.Assign) -> None:
        value = self._made(node.value, [t.id for t in node.targets if isinstance(t, ast.Name)])
        for target in node.targets:
            self.assign(target, value)

    def _annassign(self, node: ast.AnnAssign) -> None:
        if not self.lazy_annotations and (self.scope is None or self.scope.kind == "class"):
            self.eval(node.annotation)
        if node.value is not None:
            names = [node.target.id] if isinstance(node.target, ast.Name) else []
            self.assign(node.target, self._made(node.value, names))

    def _made(self, node: ast.expr, names: list[str]) -> Value:
        """The value of an assignment; a lambda that gets a name is a function of the notebook."""
        if not isinstance(node, ast.Lambda) or self.scope is not None or not names:
            value = self.eval(node)
            if value.kind is Kind.CLASS and names and isinstance(node, ast.Call):
                value = replace(value, carries=value.carries | {names[0]})
            return value
        for default in [*node.args.defaults, *node.args.kw_defaults]:
            if default is not None:
                self.eval(default)
        return self._register(node, names[0])

    def assign(self, target: ast.AST, value: Value) -> None:
        """Bind a target of any form."""
        place = self.place(target)
        if isinstance(target, ast.Name):
            self.bind(target.id, value, place)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, fresh(value))
        elif isinstance(target, ast.Tuple | ast.List):
            self._unpack(target.elts, value)
        elif isinstance(target, ast.Attribute):
            self._set_part(target, self.eval(target.value), value, target.attr)
        elif isinstance(target, ast.Subscript):
            named = namespace_key(target.value, target.slice)
            if named is not None:
                self.space.bind(named, value, place)
                return
            base = self.eval(target.value)
            self.eval(target.slice)
            self._set_part(target, base, value, "")

    def _unpack(self, targets: list[ast.expr], value: Value) -> None:
        starred = any(isinstance(target, ast.Starred) for target in targets)
        if value.items is not None and len(value.items) == len(targets) and not starred:
            for target, item in zip(targets, value.items, strict=True):
                self.assign(target, item)
            return
        for target in targets:
            if value.separate:
                part = replace(fresh().tainted(value), draws=value.draws)
            elif value.element or not value.own:
                part = value.inside
            else:
                part = replace(value.inside, element=False)
            self.assign(target, part)

    def _set_part(
        self, target: ast.Attribute | ast.Subscript, base: Value, value: Value, name: str
    ) -> None:
        place = self.place(target)
        for method in _part_methods(target, name):
            self.special(base, method, target.value)
        ref = f"{base.ref}.{name}" if name else base.ref
        if base.ref:
            key = setting_of(ref)
            kind = EffectKind.SET if key else EffectKind.PATCH
            top = ref.partition(".")[0]
            self.space.effect(Effect(kind, key or top, place, path=ref, firm=self.space.firm))
            return
        if base.defs and not name:
            return
        self.add_method(base, name, value)
        self.change(base, place, deep=False, root=self.root(target.value))
        self.store(base, value)

    def _augassign(self, node: ast.AugAssign) -> None:
        value = self.eval(node.value)
        if not isinstance(node.target, ast.Name):
            target = node.target
            base = self.eval(target.value)
            if isinstance(target, ast.Subscript):
                self.eval(target.slice)
            name = target.attr if isinstance(target, ast.Attribute) else ""
            self._set_part(target, base, value, name)
            if value.own and not (base.ref or base.defs):  # a list in it changes in place
                self.change(base, self.place(target), deep=True, root=self.root(target.value))
            return
        place = self.place(node.target)
        before = self.load(node.target.id, place)
        operator = OPERATORS.get(type(node.op), "")
        for name in (f"__i{operator}__", f"__{operator}__"):
            self.special(before, name, node.target)
        plain = not before.own
        if not plain:
            self.change(before, place, deep=False, root=self.root(node.target))
            self.store(before, value)
        if plain:
            before = Value().tainted(before, value) if not value.reach else fresh(before, value)
        self.bind(node.target.id, replace(before, text=None, items=None), place)

    def _delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            self._delete_one(target)

    def _delete_one(self, target: ast.AST) -> None:
        place = self.place(target)
        if isinstance(target, ast.Name):
            if self.is_outer(target.id):
                self.space.load(target.id, place)
                self.space.delete(target.id, place)
        elif isinstance(target, ast.Tuple | ast.List):
            for part in target.elts:
                self._delete_one(part)
        elif isinstance(target, ast.Attribute | ast.Subscript):
            base = self.eval(target.value)
            if isinstance(target, ast.Subscript):
                self.eval(target.slice)
            name = target.attr if isinstance(target, ast.Attribute) else ""
            self._set_part(target, base, IMMUTABLE, name)

    def _return(self, node: ast.Return) -> bool:
        if node.value is not None:
            value = self.eval(node.value)
            self._returned(value)
        self.space.jump()
        return True

    def _raise(self, node: ast.Raise) -> bool:
        for part in (node.exc, node.cause):
            if part is not None:
                self.eval(part)
        self.space.jump()
        return True

    def _break(self, node: ast.Break) -> bool:
        del node
        self.space.jump()
        return True

    _continue = _break

    def _global(self, node: ast.Global) -> None:
        del node

    _nonlocal = _pass = _global

    def _assert(self, node: ast.Assert) -> None:
        self.test(node.test)
        if node.msg is not None:
            self.eval(node.msg)

    def _import(self, node: ast.Import) -> None:
        for alias in node.names:
            top = alias.name.partition(".")[0]
            ref = alias.name if alias.asname else top
            value = Value(ref=ref, modules=frozenset({top}))
            self.space.touch([top])
            self.bind(imported_name(alias), value, self.place(node))

    def _importfrom(self, node: ast.ImportFrom) -> None:
        module = "." * node.level + (node.module or "")
        top = module.partition(".")[0] if not node.level else ""
        modules = frozenset({top} if top else ())
        self.space.touch(modules)
        if module == "__future__":
            self.lazy_annotations |= any(alias.name == "annotations" for alias in node.names)
        for alias in node.names:
            if alias.name == "*":
                self.space.lose(self.place(node), f"from {module} import *")
                self.space.star(module, self.place(node))
                continue
            value = Value(ref=f"{module}.{alias.name}", modules=modules)
            self.bind(imported_name(alias), value, self.place(node))

    # --- branches

    def _if(self, node: ast.If) -> bool:
        self.test(node.test)
        return self._join([self.branch(node.body), self.branch(node.orelse)])

    def _for(self, node: ast.For | ast.AsyncFor) -> bool:
        source = self.eval(node.iter)
        self.consume(source, node.iter, self.place(node.iter))
        jumps = any(isinstance(n, ast.Break | ast.Continue) for n in own_nodes(node.body))
        if _never_empty(node.iter) and not jumps:
            self.assign(node.target, source.inside)
            self.run(node.body)
        else:
            self.space.branch()
            self.assign(node.target, source.inside)
            self.run(node.body)
            self.space.merge()
        if not jumps:
            return self.run(node.orelse)
        self.branch(node.orelse)
        return False

    _asyncfor = _for

    def _while(self, node: ast.While) -> bool:
        self.test(node.test)
        self.branch(node.body)
        self.branch(node.orelse)
        return False

    def _with(self, node: ast.With | ast.AsyncWith) -> bool:
        swallows = unanswered = False
        for item in node.items:
            value = self.eval(item.context_expr)
            text = ast.unparse(item.context_expr)
            swallows |= "suppress" in text
            unanswered |= "'builtins.input'" in text  # as a test gives the answers
            unanswered |= "suppress" in text and _catches(item.context_expr, _NO_ANSWER)
            for name in ("__enter__", "__exit__", "__aenter__", "__aexit__"):
                self.special(value, name, item.context_expr)
            if item.optional_vars is not None:
                if value.kind is Kind.GENERATOR:  # what a `@contextmanager` yields, not itself
                    value = replace(value, kind=Kind.PLAIN)
                self.assign(item.optional_vars, value)
        self.space.unanswered += unanswered
        self.space.forgiving += swallows
        ended = False
        if swallows:
            self.branch(node.body)
        else:
            ended = self.run(node.body)
        self.space.forgiving -= swallows
        self.space.unanswered -= unanswered
        return ended

    _asyncwith = _with

    def _try(self, node: ast.Try) -> bool:
        quiet = any(_catches(handler.type, _NAME_ERRORS) for handler in node.handlers)
        forgiving = any(_catches(handler.type, _FILE_ERRORS) for handler in node.handlers)
        unanswered = any(_catches(handler.type, _NO_ANSWER) for handler in node.handlers)
        self.space.quiet += quiet
        self.space.forgiving += forgiving
        self.space.unanswered += unanswered
        self.space.branch()
        ended = self.run(node.body)
        self.space.quiet -= quiet
        self.space.forgiving -= forgiving
        self.space.unanswered -= unanswered
        ended = ended or self.run(node.orelse)
        ends = [(self.space.merge(), ended)]
        for handler in node.handlers:
            if handler.type is not None:
                self.eval(handler.type)
            self.space.branch()
            if handler.name:
                self.bind(handler.name, fresh(), self.place(handler))
            ended = self.run(handler.body)
            if handler.name:
                self.space.unsettle(handler.name)
            ends.append((self.space.merge(), ended))
        done = self._join(ends)
        return self.run(node.finalbody) or done

    _trystar = _try

    def _match(self, node: ast.Match) -> bool:
        subject = self.eval(node.subject)
        ends: list[tuple[set[str], bool]] = []
        certain = False
        for case in node.cases:
            self.space.branch()
            self._pattern(case.pattern, subject)
            if case.guard is not None:
                self.eval(case.guard)
            ended = self.run(case.body)
            ends.append((self.space.merge(), ended))
            plain = isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None
            certain |= plain and case.guard is None
        return self._join(ends if certain else [*ends, (set(), False)])

    def _pattern(self, pattern: ast.AST, subject: Value) -> None:
        for node in ast.walk(pattern):
            if isinstance(node, ast.MatchValue):
                self.eval(node.value)
            elif isinstance(node, ast.MatchClass):
                self.eval(node.cls)
            elif isinstance(node, ast.MatchAs | ast.MatchStar) and node.name:
                self.bind(node.name, subject.inside, self.place(node))
            elif isinstance(node, ast.MatchMapping) and node.rest:
                self.bind(node.rest, subject.inside, self.place(node))


def _part_methods(target: ast.Attribute | ast.Subscript, name: str) -> tuple[str, ...]:
    """The methods of an object that Python calls to set or delete a part of it."""
    deletes = isinstance(target.ctx, ast.Del)
    if isinstance(target, ast.Subscript):
        return ("__delitem__",) if deletes else ("__setitem__",)
    if deletes:
        return ("__delattr__", f"{name}.deleter")
    return ("__setattr__", f"{name}.setter")


def _never_empty(node: ast.expr) -> bool:
    """Whether a loop over this runs at least once."""
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return any(not isinstance(item, ast.Starred) for item in node.elts)
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str | bytes) and bool(node.value)
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
        return False
    numbers = [a.value if isinstance(a, ast.Constant) else None for a in node.args]
    whole = [n for n in numbers if isinstance(n, int)]
    if node.func.id != "range" or len(whole) != len(numbers) or not 1 <= len(whole) <= 2:
        return False
    return whole[0] > 0 if len(whole) == 1 else whole[0] < whole[1]


def _catches(node: ast.expr | None, errors: frozenset[str]) -> bool:
    if node is None:
        return True
    names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    return bool(names & errors)
