"""Which statements define: those travel as source, and may run in every step."""

from __future__ import annotations

import ast
from enum import StrEnum
from typing import TYPE_CHECKING

from nbflow.analysis.effects import caches, is_seed
from nbflow.analysis.namespaces import BUILTINS
from nbflow.analysis.purity import CLASS_MAKERS, PURE_CALLS, PURE_METHODS, words
from nbflow.analysis.settings import REPEATED, setting_of
from nbflow.analysis.source import LINE, SHELL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nbflow.analysis.values import Value

__all__ = ["Form", "Names", "form_of", "impure_calls"]

_PLAIN = (ast.Constant, ast.Lambda)
_PARTS = (
    ast.Tuple, ast.List, ast.Set, ast.Dict, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare,
    ast.IfExp, ast.Subscript, ast.Slice, ast.JoinedStr, ast.FormattedValue, ast.Starred,
)  # fmt: skip
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp)
_DETERMINISTIC = ("numpy.", "math.", "pandas.date_range", "pandas.to_datetime", "pandas.Timedelta")
_EXCEPTIONS = frozenset(name for name in BUILTINS if name.endswith(("Error", "Exception")))
_SETTING_MAGICS = words(
    "matplotlib load_ext reload_ext autoreload aimport config env set_env pip conda precision pylab"
    " dotenv"
)
_INSTALLERS = ("pip ", "pip3 ", "conda ", "mamba ", "uv pip ", "apt ", "apt-get ", "sudo apt")


class Form(StrEnum):
    """What a top-level statement is."""

    DEFINITION = "definition"
    CONSTANT = "constant"
    AMENDMENT = "amendment"
    SETTING = "setting"
    NOTHING = "nothing"
    COMPUTATION = "computation"


class Names:
    """What the names mean where a statement stands."""

    def __init__(
        self,
        env: Callable[[str], Value | None],
        constants: Iterable[str],
        is_class: Callable[[str], bool],
        is_beside: Callable[[str], bool],
    ) -> None:
        self.env = env
        self.constants = constants
        self.is_class = is_class
        self.is_beside = is_beside

    def ref(self, node: ast.AST) -> str:
        """The dotted name of a library's thing, or empty."""
        if isinstance(node, ast.Attribute):
            base = self.ref(node.value)
            return f"{base}.{node.attr}" if base else ""
        if not isinstance(node, ast.Name):
            return ""
        known = self.env(node.id)
        if known is not None:
            return known.ref
        return f"builtins.{node.id}" if node.id in BUILTINS else ""

    def is_constant(self, name: str) -> bool:
        """Whether a name stands for the same in every step."""
        known = self.env(name)
        if known is None:
            return name in BUILTINS
        return name in self.constants or bool(known.ref or known.defs)

    def is_own(self, node: ast.AST) -> bool:
        """Whether a name is a class or function of the notebook."""
        known = self.env(node.id) if isinstance(node, ast.Name) else None
        return known is not None and bool(known.defs)

    def is_function(self, node: ast.AST) -> bool:
        """Whether a name is a function of the notebook."""
        return isinstance(node, ast.Name) and self.is_own(node) and not self.is_class(node.id)


def form_of(node: ast.stmt, names: Names) -> Form:
    """What a top-level statement is."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return Form.DEFINITION
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return Form.NOTHING if node.name.startswith("_nbflow_") else Form.DEFINITION
    if isinstance(node, ast.Pass) or type(node).__name__ == "TypeAlias":
        return Form.NOTHING if isinstance(node, ast.Pass) else Form.DEFINITION
    if isinstance(node, ast.Expr):
        return _expression_form(node.value, names)
    if isinstance(node, ast.Assign | ast.AnnAssign):
        return _assignment_form(node, names)
    if isinstance(node, ast.Try) and not node.finalbody:
        handlers = [part for handler in node.handlers for part in handler.body]
        return _block_form([*node.body, *handlers, *node.orelse], names)
    if isinstance(node, ast.If) and _is_pure(node.test, names):
        return _block_form([*node.body, *node.orelse], names)
    if isinstance(node, ast.AugAssign) and setting_of(names.ref(node.target)):
        return Form.SETTING
    return Form.COMPUTATION


def _block_form(body: list[ast.stmt], names: Names) -> Form:
    forms = {form_of(part, names) for part in body} - {Form.NOTHING}
    if Form.SETTING in forms:
        return Form.SETTING if forms == {Form.SETTING} else Form.COMPUTATION
    if not forms <= {Form.DEFINITION, Form.CONSTANT}:
        return Form.COMPUTATION
    if forms == {Form.CONSTANT}:
        return Form.CONSTANT
    return Form.DEFINITION if forms else Form.NOTHING


def _expression_form(node: ast.expr, names: Names) -> Form:
    if isinstance(node, ast.Constant):
        return Form.NOTHING
    if not isinstance(node, ast.Call):
        return Form.COMPUTATION
    if isinstance(node.func, ast.Name) and node.func.id in {LINE, SHELL}:
        first = node.args[0]
        text = first.value if isinstance(first, ast.Constant) else ""
        magic = node.func.id == LINE and text in _SETTING_MAGICS
        installs = node.func.id == SHELL and str(text).startswith(_INSTALLERS)
        return Form.SETTING if magic or installs else Form.COMPUTATION
    ref = names.ref(node.func)
    if ref in REPEATED and all(isinstance(part.value, ast.Constant) for part in node.keywords):
        return Form.COMPUTATION if node.args else Form.AMENDMENT
    if setting_of(ref) or is_seed(ref):
        return Form.SETTING
    if ref == "builtins.setattr" and names.is_function(node.args[0] if node.args else node):
        return Form.AMENDMENT
    if ref == "builtins.setattr" and node.args and names.ref(node.args[0]) == "sys":
        plain = all(isinstance(part, ast.Constant) for part in node.args[1:])
        return Form.AMENDMENT if plain else Form.COMPUTATION
    return Form.COMPUTATION


def _assignment_form(node: ast.Assign | ast.AnnAssign, names: Names) -> Form:
    targets: list[ast.expr] = [*node.targets] if isinstance(node, ast.Assign) else [node.target]
    if node.value is None:
        return Form.NOTHING
    if all(isinstance(target, ast.Name | ast.Tuple | ast.List) for target in targets):
        return _value_form(node.value, targets, names)
    if len(targets) != 1:
        return Form.COMPUTATION
    target = targets[0]
    part = target.value if isinstance(target, ast.Subscript) else target
    if setting_of(names.ref(part)):
        return Form.SETTING
    if not isinstance(target, ast.Attribute):
        return Form.COMPUTATION
    ref = names.ref(target.value)
    amends = names.is_function(target.value) or (ref and not names.is_beside(ref))
    plain = isinstance(node.value, ast.Lambda) or _is_pure(node.value, names)
    return Form.AMENDMENT if amends and plain else Form.COMPUTATION


def _value_form(value: ast.expr, targets: list[ast.expr], names: Names) -> Form:
    plain = all(isinstance(target, ast.Name) for target in targets)
    if not plain and not isinstance(value, ast.Tuple | ast.List):
        return Form.COMPUTATION
    if plain and (isinstance(value, ast.Lambda) or names.is_own(value)):
        return Form.DEFINITION
    if plain and isinstance(value, ast.Call) and names.ref(value.func) in CLASS_MAKERS:
        return Form.DEFINITION
    if not _is_pure(value, names):
        return Form.COMPUTATION
    made = [node for node in ast.walk(value) if isinstance(node, ast.Call)]
    if any(names.ref(node.func) == "builtins.object" for node in made):
        return Form.COMPUTATION  # a sentinel: there must be one of it
    if any(names.ref(node.func) in CLASS_MAKERS for node in made):
        return Form.DEFINITION
    return Form.DEFINITION if plain and _is_cached(value, names) else Form.CONSTANT


def _is_cached(node: ast.expr, names: Names) -> bool:
    """Whether a function gets a cache around it, which cannot be stored."""
    if not isinstance(node, ast.Call) or not node.args:
        return False
    return caches(names.ref(node.func)) or _is_cached_by(node.func, names)


def _is_cached_by(node: ast.expr, names: Names) -> bool:
    return isinstance(node, ast.Call) and caches(names.ref(node.func))


def _is_pure(node: ast.AST, names: Names, local: frozenset[str] = frozenset()) -> bool:
    """Whether an expression gives the same in every step, and costs nothing."""
    if isinstance(node, _PLAIN):
        return True
    if isinstance(node, ast.Name):
        return node.id in local or names.is_constant(node.id)
    if isinstance(node, ast.Attribute):
        return bool(names.ref(node)) or _is_pure(node.value, names, local)
    if isinstance(node, ast.Call):
        return _is_pure_call(node, names, local)
    if isinstance(node, _COMPREHENSIONS):
        bound = {
            part.id
            for g in node.generators
            for part in ast.walk(g.target)
            if isinstance(part, ast.Name)
        }
        inside = local | bound
        made = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        conditions = [c for g in node.generators for c in g.ifs]
        sources = [g.iter for g in node.generators]
        return all(_is_pure(part, names, inside) for part in [*sources, *made, *conditions])
    if isinstance(node, _PARTS):
        parts = [c for c in ast.iter_child_nodes(node) if isinstance(c, ast.expr)]
        return all(_is_pure(part, names, local) for part in parts)
    return False


def _is_pure_call(node: ast.Call, names: Names, local: frozenset[str]) -> bool:
    values = [*node.args, *(keyword.value for keyword in node.keywords)]
    if not all(_is_pure(value, names, local) for value in values):
        return False
    ref = names.ref(node.func)
    if ref:
        return ref in PURE_CALLS
    if _is_cached_by(node.func, names):
        return _is_pure(node.func, names, local)
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in PURE_METHODS:
        return False
    touches = {"exists", "is_file", "is_dir", "glob", "rglob", "iterdir", "stat", "read_text"}
    touches |= {"read_bytes", "write_text", "write_bytes", "mkdir", "unlink", "touch", "open"}
    return node.func.attr not in touches and _is_pure(node.func.value, names, local)


def impure_calls(body: Iterable[ast.stmt], names: Names) -> list[ast.Call]:
    """Calls that may give something else when they run again."""
    found = []
    for node in (part for statement in body for part in ast.walk(statement)):
        if not isinstance(node, ast.Call):
            continue
        ref = names.ref(node.func)
        last = ref.rpartition(".")[2]
        known = ref in PURE_CALLS or last in _EXCEPTIONS or ref in {"builtins.print"}
        known = known or (ref.startswith(_DETERMINISTIC) and not ref.startswith("numpy.random"))
        known = known or ref in CLASS_MAKERS or bool(setting_of(ref))
        method = not ref and isinstance(node.func, ast.Attribute)
        if known or (method and getattr(node.func, "attr", "") in PURE_METHODS):
            continue
        found.append(node)
    return found
