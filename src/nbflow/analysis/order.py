"""Which step must come after which, for files, random draws and settings."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nbflow.analysis.purity import words
from nbflow.analysis.records import Effect, EffectKind, Record
from nbflow.analysis.settings import FIGURES, implied
from nbflow.model import ReasonKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["ANYTHING", "is_seeded", "order"]

ANYTHING = "*"
_ALL_LATER = frozenset({"warnings", "sys.path", "magics", "process", "builtins"})

# Modules that read no environment variables; any other library may.
_DEAF = words(
    "__future__ abc array bisect builtins calendar cmath collections copy csv dataclasses datetime"
    " decimal enum fractions functools heapq itertools json math numbers operator pprint random re"
    " statistics string textwrap time types typing warnings"
)

# For each step: the steps that it must follow, each with reasons (kind, name).
Links = list[dict[int, set[tuple[ReasonKind, str]]]]


def is_seeded(records: Iterable[Record]) -> bool:
    """Whether the notebook seeds a global random generator."""
    return any(effect.kind is EffectKind.SEED for r in records for effect in r.effects)


def order(base: Record, steps: Sequence[Record]) -> Links:
    """Links between steps that share something other than variables."""
    links: Links = [defaultdict(set) for _ in steps]
    _draws(base, steps, links)
    _settings(base, steps, links)
    files = _Files(links)
    for record in steps:
        files.step(record)
    return links


def _draws(base: Record, steps: Sequence[Record], links: Links) -> None:
    seeded = {e.key for e in base.effects if e.kind is EffectKind.SEED}
    last: dict[str, int] = {}
    for record in steps:
        drawn = [e for e in record.effects if e.kind in {EffectKind.DRAW, EffectKind.SEED}]
        seeded |= {e.key for e in drawn if e.kind is EffectKind.SEED}
        for key in sorted({e.key for e in drawn} & seeded):
            first = next(e for e in drawn if e.key == key)
            anew = first.kind is EffectKind.SEED and first.firm
            if key in last and not anew:
                links[record.index][last[key]].add((ReasonKind.ORDER, key))
            last[key] = record.index


def _settings(base: Record, steps: Sequence[Record], links: Links) -> None:
    last: dict[str, int] = {}
    drawing = any(e.path == FIGURES for e in base.effects)
    for record in steps:
        modules = implied(record.modules)
        used = {e.key for e in record.effects if e.kind is EffectKind.USE}
        made = {e.key for e in record.effects if e.kind is EffectKind.SET}
        travelling = {statement.place for statement in record.statements if statement.amends}
        patched = [e for e in record.effects if e.kind is EffectKind.PATCH]
        made |= {e.key for e in patched if e.place not in travelling}
        drawing = drawing or any(e.path == FIGURES for e in record.effects)
        made |= {"matplotlib"} & modules if drawing else set()  # each goes on in the open figures
        files = any(e.kind is EffectKind.FILE for e in record.effects)
        for key, step in last.items():
            touches = key in modules or key in used or key in made or key in _ALL_LATER
            reads = key == "os.environ" and not modules <= _DEAF
            if touches or reads or (key == "os.chdir" and files):
                links[record.index][step].add((ReasonKind.ORDER, key))
        last.update(dict.fromkeys(made, record.index))


@dataclass
class _Files:
    """Who wrote and read what, so far."""

    links: Links
    writers: dict[str, int] = field(default_factory=dict)
    data: dict[str, int] = field(default_factory=dict)
    readers: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    folders: dict[str, int] = field(default_factory=dict)
    anywhere: list[int] = field(default_factory=list)
    modules: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def step(self, record: Record) -> None:
        """Link a step to those before it."""
        effects = [e for e in record.effects if e.kind is EffectKind.FILE]
        own = {e.path for e in effects if e.folder and e.path}
        self._imports(record)
        for effect in effects:
            if effect.reads:
                self._read(record.index, effect)
        for effect in effects:
            if effect.path is not None and not effect.folder:
                self._write_links(record.index, effect, own)
        for effect in effects:
            self._note(record.index, effect)

    def _link(self, step: int, upstream: int, name: str) -> None:
        if step != upstream:
            self.links[step][upstream].add((ReasonKind.FILES, name))

    def _read(self, step: int, effect: Effect) -> None:
        for writer in self.anywhere:
            self._link(step, writer, ANYTHING)
        if effect.path is None:
            known = self.writers if effect.listing else self.data
            for path, writer in known.items():
                self._link(step, writer, path)
            return
        if effect.path in self.writers:
            self._link(step, self.writers[effect.path], effect.path)
        if effect.path in self.folders:
            self._link(step, self.folders[effect.path], effect.path)

    def _imports(self, record: Record) -> None:
        """A module may be a file that an earlier step wrote, into whichever folder."""
        for module in sorted(record.modules):
            for path in sorted(self.modules.get(module, ())):
                self._link(record.index, self.writers[path], path)

    def _write_links(self, step: int, effect: Effect, own: set[str]) -> None:
        path = effect.path
        assert path is not None
        for folder in _parents(path):
            if folder in self.folders and folder not in own:
                self._link(step, self.folders[folder], folder)
        if not effect.writes:
            return
        if path in self.writers:
            self._link(step, self.writers[path], path)
        for reader in self.readers.get(path, ()):
            self._link(step, reader, path)

    def _note(self, step: int, effect: Effect) -> None:
        if effect.path is None:
            if effect.writes and not effect.picture and self.anywhere[-1:] != [step]:
                self.anywhere.append(step)
            return
        if effect.folder:
            for folder in (effect.path, *_parents(effect.path)):
                self.folders.setdefault(folder, step)
            return
        if effect.reads and not effect.writes:
            self.readers[effect.path].add(step)
        if effect.writes:
            self.writers[effect.path] = step
            if effect.path.endswith(".py"):
                for part in effect.path.removesuffix(".py").split("/"):
                    self.modules[part].add(effect.path)
            self.readers.pop(effect.path, None)
            if not effect.picture:
                self.data[effect.path] = step


def _parents(path: str) -> list[str]:
    found = []
    parent = posixpath.dirname(path)
    while parent and parent != "/" and "://" not in parent:
        found.append(parent)
        parent = posixpath.dirname(parent)
    return found
