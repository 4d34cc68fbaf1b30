"""What magics and shell lines read, bind and do."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from nbflow.analysis.enclosed import Enclosed
from nbflow.analysis.files import normal, shell_effects
from nbflow.analysis.records import Effect, EffectKind, Place
from nbflow.analysis.settings import magic_effects
from nbflow.analysis.source import CELL, LINE, SHELL, parse_expression, parse_statements
from nbflow.analysis.values import Value, fresh

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Magics", "spelled_out"]

_SHELLS = frozenset(
    {"bash", "sh", "script", "system", "sx", "!", "perl", "ruby", "python", "python3"}
)
_SHELLS |= {"python2", "pypy", "cmd"}
_TEXTS = frozenset(
    {"html", "HTML", "javascript", "js", "latex", "markdown", "svg", "SVG", "mermaid"}
)
_BRACES = re.compile(r"\{([^{}]+)\}")
_DOLLARS = re.compile(r"(?<!\$)\$([A-Za-z_]\w*)")
_QUIET = frozenset(
    {"who", "whos", "who_ls", "lsmagic", "magic", "time", "pinfo", "pinfo2", "psource"}
)


_LOSING = frozenset(
    {"load", "loadpy", "edit", "macro", "recall", "rerun", "paste", "cpaste"}
    | {"pylab", "reset", "reset_selective", "xdel"}
)


class Magics(Enclosed):
    """Calls that magics became."""

    def run(self, body: Sequence[ast.stmt]) -> bool:
        """Walk statements."""
        raise NotImplementedError

    def magic(self, node: ast.Call) -> Value | None:
        """The result of a magic; None where the call is none."""
        place = self.place(node)
        name, texts = _called(node)
        if name == SHELL:
            return self._shell(texts[0], place)
        if name == LINE:
            return self._line(texts[0], texts[1] if len(texts) > 1 else "", place)
        if name == CELL:
            return self._cell(texts[0], texts[1], texts[2] if len(texts) > 2 else "", place)
        return None

    def _filled(self, text: str, place: Place) -> str:
        """IPython fills `{expression}` and `$name` in; a name that is not bound stays."""
        self.space.quiet += 1
        for inner in _BRACES.findall(text):
            expression = parse_expression(inner)
            if expression is None or isinstance(expression, ast.Constant):
                continue
            for part in ast.walk(expression):
                if hasattr(part, "lineno"):
                    part.lineno = place.line
            known = self.eval(expression).text
            if known is not None and "\0" not in known:
                text = text.replace(f"{{{inner}}}", known)
        for name in _DOLLARS.findall(text):
            known = self.load(name, place).text
            if known is not None and "\0" not in known:
                text = text.replace(f"${name}", known)
        self.space.quiet -= 1
        return text

    def _shell(self, text: str, place: Place) -> Value:
        self.note(shell_effects(self._filled(text, place), place))
        return fresh()

    def _line(self, name: str, arguments: str, place: Place) -> Value:
        if name == "timeit":
            tree = parse_statements(arguments)
            if tree is not None:
                for part in ast.walk(tree):
                    if hasattr(part, "lineno"):
                        part.lineno = place.line
                self.inline(_NO_ARGUMENTS, _expressions(tree))
            return fresh()
        arguments = self._filled(arguments, place)
        if name == "run":
            words = [word for word in arguments.split() if not re.fullmatch("-[A-Za-z]", word)]
            self._ran(words[0] if words else "", place)
        elif name in _LOSING:
            self.space.lose(place, f"%{name}")
        elif name == "store" and "-r" in arguments.split():
            self.space.lose(place, "%store -r")
        elif name in _SHELLS:
            self.note(shell_effects(arguments, place))
        elif name in {"ls", "ll", "cat", "pwd"}:
            self.note(shell_effects(f"{name} {arguments}", place))
        elif name not in _QUIET:
            self.note(magic_effects(name, arguments, place))
            self.note([Effect(EffectKind.USE, "magics", place)])
        return fresh()

    def _perhaps(self, body: str, place: Place) -> None:
        """A magic that is not known may run its cell as it stands."""
        tree = parse_statements(body)
        for part in ast.walk(tree) if tree is not None else ():
            if hasattr(part, "lineno"):
                part.lineno = place.line
        self.space.quiet += 1
        self.space.branch()
        self.run(tree.body if tree is not None else [])
        self.space.merge()
        self.space.quiet -= 1

    def _ran(self, path: str, place: Place) -> None:
        """A script is run, which binds its names here; its text is known where a cell wrote it."""
        known = normal(path) if path and not set(path) & set(" {$*") else None
        self.note([Effect(EffectKind.FILE, "", place, path=known, reads=True)] if known else [])
        tree = parse_statements(self.notebook.scripts.get(known or "", ""))
        if tree is None or not tree.body:
            self.space.lose(place, "%run")
            return
        for part in ast.walk(tree):
            if hasattr(part, "lineno"):
                part.lineno = place.line
        self.run(tree.body)

    def _cell(self, name: str, arguments: str, body: str, place: Place) -> Value:
        if name in _SHELLS:
            self._filled(arguments, place)
            script = body if name in {"bash", "sh", "!", "sx", "system"} else "?"
            self.note(shell_effects(script, place))
        elif name in {"writefile", "file"}:
            words = self._filled(arguments, place).split()
            path = words[-1] if words and not set(words[-1]) & set("{$") else None
            reads = "-a" in words[:-1]
            known = normal(path) if path else None
            if known is not None:
                self.notebook.scripts[known] = "" if reads else body
                self.notebook.beside.add(known, body)
            effect = Effect(EffectKind.FILE, "", place, path=known, reads=reads, writes=True)
            self.note([effect])
        elif name not in _TEXTS:
            self._filled(arguments, place)
            self._perhaps(body, place)
            self.space.lose(place, f"%%{name}")
            self.note([Effect(EffectKind.USE, "magics", place)])
        return fresh()


_NO_ARGUMENTS = ast.arguments([], [], None, [], [], None, [])


def _expressions(tree: ast.Module) -> list[ast.expr]:
    kinds = ast.Expr | ast.Assign | ast.AugAssign
    return [statement.value for statement in tree.body if isinstance(statement, kinds)]


def _called(node: ast.Call) -> tuple[str, list[str]]:
    """The magic that a call means, and its texts; `get_ipython()` spelled out included."""
    texts = [a.value if isinstance(a, ast.Constant) else "" for a in node.args]
    words = [text for text in texts if isinstance(text, str)]
    function = node.func
    if isinstance(function, ast.Name) and function.id in {SHELL, LINE, CELL}:
        return function.id, words
    if not (isinstance(function, ast.Attribute) and _is_shell(function.value) and words):
        return "", []
    known = {"run_line_magic": LINE, "magic": LINE, "run_cell_magic": CELL, "system": SHELL}
    known["getoutput"] = SHELL
    name = known.get(function.attr, "")
    if function.attr == "magic":
        first, _, rest = words[0].partition(" ")
        words = [first, rest]
    return (name, words) if len(words) >= (3 if name == CELL else 1) else ("", [])


def spelled_out(node: ast.Call, method: str) -> ast.Call:
    """A call of the shell's method, under whatever name, as `get_ipython()` spells it."""
    shell = ast.Call(ast.Name("get_ipython", ast.Load()), [], [])
    function = ast.Attribute(shell, method, ast.Load())
    return ast.copy_location(ast.Call(function, node.args, node.keywords), node)


def _is_shell(node: ast.AST) -> bool:
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(called, ast.Name) and called.id == "get_ipython"
