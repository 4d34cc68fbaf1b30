"""From what steps do to what they need of each other, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nbflow.analysis.order import Links
from nbflow.analysis.records import EffectKind, Place, Read, Record, Statement
from nbflow.analysis.resolution import Found, Origin, Resolution
from nbflow.analysis.values import STUCK, Kind
from nbflow.model import ReasonKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Graph", "Node", "Problem"]


@dataclass(frozen=True, slots=True)
class Problem:
    """A name that a step cannot get, or gets otherwise than the notebook says.

    Attributes:
        kind: `missing`, `deleted`, `outside` or `changed`.
        read: where the step reads it; None where it only hands it on.
        found: where it was looked for.
        via: the definition that reads it.
    """

    kind: str
    step: int
    name: str
    read: Read | None
    found: Found
    via: str = ""
    place: Place | None = None


@dataclass
class Node:
    """What a step needs."""

    record: Record
    declared: dict[int, str] = field(default_factory=dict)
    links: dict[int, set[tuple[ReasonKind, str]]] = field(default_factory=dict)
    needs: dict[str, int] = field(default_factory=dict)
    saves: set[str] = field(default_factory=set)
    travels: dict[int, tuple[Statement, set[str]]] = field(default_factory=dict)
    parameters: set[str] = field(default_factory=set)
    states: dict[str, int] = field(default_factory=dict)
    ancestors: int = 0

    def link(self, upstream: int, kind: ReasonKind, name: str) -> None:
        """Add a reason."""
        self.links.setdefault(upstream, set()).add((kind, name))


class Graph:
    """Steps, linked."""

    def __init__(
        self,
        resolution: Resolution,
        links: Links,
        declared: Sequence[dict[int, str]],
        *,
        behind: Callable[[str], list[str]],
    ) -> None:
        self.resolution = resolution
        self._behind_pickle = behind
        self.problems: list[Problem] = []
        self.nodes = [
            Node(record, declared=dict(declared[record.index])) for record in resolution.steps
        ]
        for node in self.nodes:
            for upstream, reasons in links[node.record.index].items():
                node.links.setdefault(upstream, set()).update(reasons)
            for upstream in node.declared:
                node.link(upstream, ReasonKind.DECLARED, node.record.name)
        self._stars: list[tuple[int, Statement]] = []
        self._patches: list[tuple[int, Statement, str]] = []
        for node in self.nodes:
            self._step(node)
        for node in self.nodes:
            for name, upstream in node.needs.items():
                self.nodes[upstream].saves.add(name)

    def _step(self, node: Node) -> None:
        around = 0
        for upstream in node.declared:
            around |= self.nodes[upstream].ancestors | 1 << upstream
        index = node.record.index
        for name, read in sorted(self.resolution.reads(index).items()):
            found = self.resolution.find(name, index, ancestors=around)
            self._take(node, name, read, found)
            if read is None and found.origin is Origin.COMPUTED:
                self._take_definitions(node, name, around)
        self._take_patches(node)
        self._take_states(node)
        for upstream in node.links:
            node.ancestors |= self.nodes[upstream].ancestors | 1 << upstream
        for statement in node.record.statements:
            if statement.star:
                self._stars.append((index, statement))

    def _take_definitions(self, node: Node, name: str, around: int) -> None:
        """A variable that a step only hands on needs its class there too."""
        index = node.record.index
        read = Read(Place(node.record.first, 1, ""), 0, direct=False, soft=True)
        for other in self._behind_pickle(name):
            if other not in node.record.definite:
                found = self.resolution.find(other, index, ancestors=around)
                self._take(node, other, read, found)

    def _take(self, node: Node, name: str, read: Read | None, found: Found) -> None:
        index = node.record.index
        if found.outside >= 0:
            self.problems.append(Problem("outside", index, name, read, found))
        if found.origin is Origin.COMPUTED and self._is_made_again(name, found.step):
            node.link(found.step, ReasonKind.ORDER, name)
        elif found.origin is Origin.COMPUTED:
            self._need(node, name, found.step)
        elif found.origin is Origin.DEFINITION and found.statement is not None:
            constant = found.statement.constant
            travels = not constant or (
                read is not None and not read.direct and self.resolution.is_constant(name)
            )
            if travels:
                self._travel(node, found.statement, found.step)
            else:
                self._need(node, name, found.step)
        elif found.origin is Origin.PARAMETER:
            node.parameters.add(name)
        elif found.origin is Origin.SETUP:
            node.parameters |= self._behind(name)
        elif read is not None and not read.soft:
            kind = "deleted" if found.origin is Origin.DELETED else "missing"
            self._missing(node, name, read, found, kind)
        elif found.origin is Origin.NOWHERE and read is not None:
            self._take_stars(node)

    def _is_made_again(self, name: str, step: int) -> bool:
        """What cannot cross and comes from setup: each step makes its own."""
        made = self.resolution.base.bound.get(name)
        anew = self.resolution.bound(step, name).fresh is not None
        stuck = STUCK - {Kind.CONTEXT}  # what was set in it is seen, and does not cross
        return made is not None and not anew and made.value.kind in stuck

    def _missing(self, node: Node, name: str, read: Read, found: Found, kind: str) -> None:
        if kind == "missing" and self._take_stars(node):
            return
        self.problems.append(Problem(kind, node.record.index, name, read, found))

    def _take_stars(self, node: Node) -> bool:
        """Any name may come from `import *`."""
        for home, statement in self._stars:
            self._travel(node, statement, home)
        return bool(self._stars)

    def _behind(self, name: str) -> set[str]:
        """Parameters that a setup cell's value is made of."""
        base = self.resolution.base
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            current = waiting.pop()
            if current not in seen:
                seen.add(current)
                waiting.extend(base.inputs.get(current, ()))
        return seen & set(self.resolution.parameters)

    def _need(self, node: Node, name: str, step: int) -> None:
        node.needs[name] = max(step, node.needs.get(name, step))
        node.link(step, ReasonKind.VARIABLES, name)

    def _travel(self, node: Node, statement: Statement, home: int) -> None:
        """A definition goes into a step, with what it reads when it is made."""
        if statement.number in node.travels or home == node.record.index:
            return
        wanted: set[str] = set()
        node.travels[statement.number] = (statement, wanted)
        for name, local in sorted(statement.eager.items()):
            if isinstance(local, Statement):
                self._travel(node, local, home)
            elif isinstance(local, Place):
                self._eager(node, statement, name, Found(Origin.COMPUTED, home, None, local))
                wanted.add(name)
            else:
                found = self.resolution.find(name, home)
                if found.origin is Origin.DEFINITION and found.statement is not None:
                    self._travel(node, found.statement, found.step)
                elif found.origin is Origin.COMPUTED:
                    self._eager(node, statement, name, found)
                    wanted.add(name)
                elif found.origin is Origin.PARAMETER:
                    node.parameters.add(name)

    def _eager(self, node: Node, statement: Statement, name: str, made: Found) -> None:
        """A definition that travels reads a computed variable: it must still be the same one."""
        index = node.record.index
        now = self.resolution.find(name, index)
        if now.step != made.step or now.place != made.place:
            place = statement.place
            via = ", ".join(statement.names) or statement.amends
            problem = Problem("changed", index, name, None, made, via=via, place=place)
            self.problems.append(problem)
        if now.origin in {Origin.COMPUTED, Origin.DEFINITION}:
            self._need(node, name, now.step)

    def _take_states(self, node: Node) -> None:
        """What a class remembers comes from the last step that changed it."""
        index = node.record.index
        names = {name for statement, _ in node.travels.values() for name in statement.names}
        for name in sorted(names | node.record.reads.keys()):
            changer = self.resolution.changer(name, index)
            if changer >= 0:
                node.link(changer, ReasonKind.ORDER, name)
                node.states[name] = changer

    def _take_patches(self, node: Node) -> None:
        """Changes of a library's classes go into every later step that uses the library."""
        for home, statement, module in self._patches:
            if module in node.record.modules or module == "builtins":
                self._travel(node, statement, home)
        for statement in node.record.statements:
            patched = [
                effect.key
                for effect in node.record.effects
                if effect.kind is EffectKind.PATCH and effect.place == statement.place
            ]
            if statement.amends and patched:
                self._patches.append((node.record.index, statement, patched[0]))
