"""What evaluating an expression reads, binds and changes."""

from __future__ import annotations

import ast
import posixpath
from dataclasses import replace
from typing import TYPE_CHECKING

from nbflow.analysis.purity import IMMUTABLE_ATTRIBUTES
from nbflow.analysis.records import Effect, EffectKind, Place
from nbflow.analysis.scopes import Scope
from nbflow.analysis.syntax import (
    COMPARISONS,
    OPERATORS,
    UNARY,
    is_fancy,
    is_namespace,
    namespace_key,
)
from nbflow.analysis.values import IMMUTABLE, ITERATORS, Kind, Obj, Value, fresh, merge

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbflow.analysis.namespaces import Namespace, Notebook
    from nbflow.analysis.records import Facts

__all__ = ["Expressions"]

_USED_UP = {Kind.RNG, Kind.FILE, Kind.CONNECTION, Kind.SESSION}


class Expressions:
    """A walk over expressions, in the order in which Python evaluates them."""

    def __init__(self, notebook: Notebook, space: Namespace, place: Place) -> None:
        self.notebook = notebook
        self.space = space
        self.origin = place
        self.scope: Scope | None = None
        self.lazy_annotations = False
        self.heard: set[Obj] = set()  # what the function that is being walked changes

    def place(self, node: ast.AST) -> Place:
        """Where a node is."""
        line = getattr(node, "lineno", self.origin.line)
        return Place(self.origin.index, line, self.origin.cell)

    def eval(self, node: ast.AST) -> Value:
        """Evaluate an expression."""
        known = getattr(self, f"_{type(node).__name__.lower()}", None)
        if known is not None:
            value = known(node)
            assert isinstance(value, Value)
            return value
        parts = [self.eval(child) for child in ast.iter_child_nodes(node) if _evaluated(child)]
        return fresh(*parts) if parts else IMMUTABLE

    # --- names

    def load(self, name: str, place: Place) -> Value:
        """Read a name in the current scope."""
        if self.scope is not None:
            for scope in self.scope.chain():
                if name in scope.outer:
                    break
                if name in scope.local and (scope.kind != "class" or scope is self.scope):
                    value = scope.names.get(name, IMMUTABLE)
                    self.space.touch(value.modules)
                    return value
        value = self.space.load(name, place)
        self.use(value, place, name=name)
        return value

    def use(self, value: Value, place: Place, *, name: str = "") -> None:
        """Note what comes with a value: libraries, definitions, the names that they read."""
        self.space.touch(value.modules)
        for number in sorted(value.defs):
            self.needed(number, place)
        for carried in sorted(value.carries - {name}):
            definition = self.space.load(carried, place, soft=True, via=carried)
            self.space.touch(definition.modules)
            for number in sorted(definition.defs):
                self.needed(number, place)

    def needed(self, number: int, place: Place) -> None:
        """Read what the body of a function, or any method of a class, reads."""
        raise NotImplementedError

    def is_outer(self, name: str) -> bool:
        """Whether a name belongs to the notebook's own scope."""
        if self.scope is None:
            return True
        for scope in self.scope.chain():
            if name in scope.outer:
                return True
            if name in scope.local:
                return False
        return True

    def root(self, node: ast.AST | None) -> str:
        """The notebook's name that an expression starts from, or empty."""
        while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
            node = node.value
        if isinstance(node, ast.Name) and self.is_outer(node.id):
            return node.id
        return ""

    def bind(self, name: str, value: Value, place: Place, *, leap: bool = False) -> None:
        """Bind a name in the current scope; `leap` out of comprehensions."""
        scope = self.scope
        while leap and scope is not None and scope.kind == "comprehension":
            scope = scope.parent
        if scope is None or name in scope.outer:
            self.space.bind(name, value, place)
            return
        if scope.kind == "function" and name not in scope.local:
            around = (s for s in scope.chain() if s.kind == "function" and name in s.local)
            scope = next(around, scope)
        scope.bind(name, value, anew=self.space.firm)

    def change(self, value: Value, place: Place, *, deep: bool, root: str = "") -> None:
        """Change an object in place; `deep`: or anything that it reaches."""
        objects = value.reach if deep else value.own
        if objects:
            self.heard |= objects
            if value.kind is Kind.MAPPED:
                both = Effect(EffectKind.FILE, "", place, path=value.text, reads=True, writes=True)
                self.note([both])
            if self.scope is not None:
                self.scope.store(objects, frozenset())
            self.space.change(objects, place, root=root)

    def store(self, value: Value, held: Value) -> None:
        """An object holds another one from here on."""
        if self.scope is not None:
            self.scope.store(value.own, held.reach)
        self.space.store(value.own, held.reach)

    def look_up(self, value: Value, place: Place, *, root: str = "") -> None:
        """A key of a mapping is read, which a mapping with defaults may add."""
        if value.fills:
            self.change(value, place, deep=False, root=root)
        self.space.look_up(value.own)

    def consume(self, value: Value, node: ast.AST | None, place: Place) -> None:
        """An iterator is used up, a random generator moves on, when handed to a call or loop."""
        if isinstance(node, ast.expr):
            self.special(value, "__iter__", node)
            self.special(value, "__next__", node)
        if value.kind in ITERATORS or value.kind in _USED_UP:
            self.change(value, place, deep=False, root=self.root(node))

    def note(self, effects: Iterable[Effect]) -> None:
        """Note effects, which are certain where this code is."""
        for effect in effects:
            firm = effect.firm and self.space.firm
            self.space.effect(replace(effect, firm=firm))

    def assign(self, target: ast.AST, value: Value) -> None:
        """Bind a target of any form."""
        raise NotImplementedError

    # --- simple expressions

    def _constant(self, node: ast.Constant) -> Value:
        return Value(text=node.value) if isinstance(node.value, str) else IMMUTABLE

    def _name(self, node: ast.Name) -> Value:
        return self.load(node.id, self.place(node))

    def _attribute(self, node: ast.Attribute) -> Value:
        return self.part(node, self.eval(node.value))

    def part(self, node: ast.Attribute, base: Value) -> Value:
        """Read an attribute as the code has it."""
        if self.is_property(base, node.attr):
            self.special(base, node.attr, node.value)
            if self.keeps_property(base, node.attr):  # its value is an attribute from here on
                self.change(base, self.place(node), deep=False, root=self.root(node.value))
        elif base.classes:
            self.special(base, "__getattribute__", node.value)
            self.space.branch()
            self.special(base, "__getattr__", node.value)
            self.space.merge()
        return self.attribute(base, node.attr, self.place(node))

    def special(self, value: Value, name: str, node: ast.expr) -> None:
        """Python calls a method of an object for an operator, a loop, an attribute."""
        raise NotImplementedError

    def is_property(self, base: Value, name: str) -> bool:
        """Whether reading an attribute runs a method."""
        raise NotImplementedError

    def keeps_property(self, base: Value, name: str) -> bool:
        """Whether reading an attribute keeps what it gives in the object."""
        raise NotImplementedError

    def attribute(self, base: Value, name: str, place: Place) -> Value:
        """Read an attribute."""
        if base.ref:
            ref = f"{base.ref}.{name}"
            if ref == "os.environ":
                self.space.effect(Effect(EffectKind.USE, ref, place, firm=self.space.firm))
            if ref == "IPython.get_ipython.user_ns":
                self.space.lose(place, "get_ipython().user_ns")
            return replace(base, ref=ref)
        if base.kind is Kind.PATH and name in {"parent", "name", "stem"} and base.text:
            if name == "parent":
                return Value(kind=Kind.PATH, text=posixpath.dirname(base.text) or ".")
            whole = posixpath.basename(base.text)
            return Value(text=whole if name == "name" else posixpath.splitext(whole)[0])
        if name in IMMUTABLE_ATTRIBUTES or not base.reach:
            return Value(modules=base.modules)
        if base.defs:
            return self.member(base, name)
        if base.closed:  # a list, dict or set as written: it has methods, and nothing else
            return replace(base.inside, own=base.reach, reach=base.reach, method=name)
        element = name not in {"T", "values", "loc", "iloc"}
        return replace(base.inside, element=element, method=name)

    def member(self, base: Value, name: str) -> Value:
        """Read an attribute of a class or function of the notebook."""
        raise NotImplementedError

    def _subscript(self, node: ast.Subscript) -> Value:
        named = namespace_key(node.value, node.slice)
        if named is not None and self.scope is None:
            return self.load(named, self.place(node))
        base, index = self.eval(node.value), self.eval(node.slice)
        self.special(base, "__getitem__", node.value)
        self.special(base, "__missing__", node.value)
        self.look_up(base, self.place(node), root=self.root(node.value))
        if base.ref.startswith("IPython.get_ipython."):
            return replace(base, ref=f"{base.ref}.part")
        if base.ref or base.defs or not base.reach:
            return Value(modules=base.modules)
        if base.items is not None and isinstance(node.slice, ast.Constant):
            position = node.slice.value
            if isinstance(position, int) and -len(base.items) <= position < len(base.items):
                return base.items[position]
        if is_fancy(node.slice) and index.reach:
            return fresh().tainted(base)
        return base.inside

    def _slice(self, node: ast.Slice) -> Value:
        for part in (node.lower, node.upper, node.step):
            if part is not None:
                self.eval(part)
        return IMMUTABLE

    def _starred(self, node: ast.Starred) -> Value:
        value = self.eval(node.value)
        self.consume(value, node.value, self.place(node))
        return value

    def _await(self, node: ast.Await) -> Value:
        return self.eval(node.value)

    def _yield(self, node: ast.Yield) -> Value:
        value = self.eval(node.value) if node.value is not None else IMMUTABLE
        self._returned(value)
        return fresh()

    def _yieldfrom(self, node: ast.YieldFrom) -> Value:
        self._returned(self.eval(node.value))
        return fresh()

    def _returned(self, value: Value) -> None:
        scope = self.scope
        while scope is not None and scope.kind != "function":
            scope = scope.parent
        if scope is not None:
            scope.returns.append(value)

    def _namedexpr(self, node: ast.NamedExpr) -> Value:
        value = self.eval(node.value)
        self.bind(node.target.id, value, self.place(node), leap=True)
        return value

    # --- operators

    def _binop(self, node: ast.BinOp) -> Value:
        left, right = self.eval(node.left), self.eval(node.right)
        operator = OPERATORS.get(type(node.op), "")
        self.special(left, f"__{operator}__", node.left)
        self.special(right, f"__r{operator}__", node.right)
        if isinstance(node.op, ast.Div) and Kind.PATH in {left.kind, right.kind}:
            known = left.text is not None and right.text is not None
            text = posixpath.join(left.text or "", right.text or "") if known else None
            return Value(kind=Kind.PATH, text=text)
        if not left.reach and not right.reach and not (left.ref or right.ref):
            known = isinstance(node.op, ast.Add) and left.text is not None
            text = f"{left.text}{right.text}" if known and right.text is not None else None
            return Value(text=text).tainted(left, right)
        literal = [s for s in (node.left, node.right) if isinstance(s, ast.List | ast.ListComp)]
        return fresh(left, right) if literal else fresh().tainted(left, right)

    def _unaryop(self, node: ast.UnaryOp) -> Value:
        value = self.eval(node.operand)
        for name in UNARY[type(node.op)]:
            self.special(value, name, node.operand)
        return fresh().tainted(value) if value.reach else IMMUTABLE

    def test(self, node: ast.expr) -> Value:
        """Evaluate a condition."""
        value = self.eval(node)
        for name in UNARY[ast.Not]:
            self.special(value, name, node)
        return value

    def _boolop(self, node: ast.BoolOp) -> Value:
        value = self.test(node.values[0])
        self.space.branch()
        for part in node.values[1:]:
            value = merge(value, self.test(part))
        self.space.merge()
        return value

    def _compare(self, node: ast.Compare) -> Value:
        left = self.eval(node.left)
        parts = [self.eval(c) for c in node.comparators if not is_namespace(c)]
        if left.text is not None and len(parts) < len(node.comparators):
            self.space.load(left.text, self.place(node), soft=True)  # "df" in globals()
        for sign in node.ops:
            self.special(left, COMPARISONS.get(type(sign), "__eq__"), node.left)
        if any(isinstance(sign, ast.In | ast.NotIn) for sign in node.ops) and parts:
            self.special(parts[-1], "__contains__", node.comparators[-1])
            self.special(parts[-1], "__eq__", node.comparators[-1])
        return fresh().tainted(left, *parts)

    def _ifexp(self, node: ast.IfExp) -> Value:
        self.test(node.test)
        self.space.branch()
        first = self.eval(node.body)
        added = self.space.merge()
        self.space.branch()
        second = self.eval(node.orelse)
        self.space.settle(added & self.space.merge())
        return merge(first, second)

    # --- texts and containers

    def _joinedstr(self, node: ast.JoinedStr) -> Value:
        texts = [self.eval(part).text for part in node.values]
        known = all(text is not None for text in texts)
        return Value(text="".join(text or "" for text in texts) if known else None)

    def _formattedvalue(self, node: ast.FormattedValue) -> Value:
        value = self.eval(node.value)
        for name in ("__format__", "__str__", "__repr__"):
            self.special(value, name, node.value)
        if node.format_spec is not None:
            self.eval(node.format_spec)
            return IMMUTABLE
        return Value(text=value.text if node.conversion == -1 else None)

    def _tuple(self, node: ast.Tuple) -> Value:
        items = tuple(self.eval(item) for item in node.elts)
        value = fresh(*items) if any(item.reach for item in items) else IMMUTABLE
        starred = any(isinstance(item, ast.Starred) for item in node.elts)
        return replace(value.tainted(*items), items=None if starred else items)

    def _list(self, node: ast.List) -> Value:
        items = tuple(self.eval(item) for item in node.elts)
        starred = any(isinstance(item, ast.Starred) for item in node.elts)
        return replace(fresh(*items), items=None if starred else items, closed=True)

    def _set(self, node: ast.Set) -> Value:
        return replace(fresh(*(self.eval(item) for item in node.elts)), closed=True)

    def _dict(self, node: ast.Dict) -> Value:
        parts = [self.eval(part) for part in [*node.keys, *node.values] if part is not None]
        return replace(fresh(*parts), closed=True)

    def _call(self, node: ast.Call) -> Value:
        raise NotImplementedError

    def facts(self, number: int) -> Facts:
        """What a call of a function does, for any arguments."""
        raise NotImplementedError


def _evaluated(node: ast.AST) -> bool:
    return isinstance(node, ast.expr | ast.keyword | ast.comprehension)
