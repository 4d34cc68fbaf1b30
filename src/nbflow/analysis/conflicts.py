"""What is wrong with the order of steps: declarations, lost changes, interleaving."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow.analysis import rules
from nbflow.analysis.fixes import other_prev, put_after
from nbflow.analysis.records import Effect, EffectKind
from nbflow.analysis.settings import implied

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbflow.analysis.graph import Graph
    from nbflow.analysis.records import Record
    from nbflow.analysis.resolution import Resolution
    from nbflow.model import Diagnostic, Fix, StepOutline

__all__ = ["declared_edges", "order_findings"]

_RANDOM = frozenset({EffectKind.SEED, EffectKind.DRAW})


def declared_edges(
    steps: Sequence[StepOutline],
) -> tuple[list[dict[int, str]], list[Diagnostic]]:
    """The declared edges that can be kept, by step; and what is wrong with the others."""
    index = {step.name: position for position, step in enumerate(steps)}
    edges: list[dict[int, str]] = []
    found: list[Diagnostic] = []
    for position, step in enumerate(steps):
        kept: dict[int, str] = {}
        for prev in step.prevs:
            upstream = index.get(prev.name)
            if upstream is None:
                known = ", ".join(index) or "none"
                message = f"`prev:{prev.name}` names no step; there are: {known}"
                above = list(index)[:position]
                fixes = other_prev(prev, above)
                found.append(rules.UNKNOWN_PREV.at(message, cell=prev.cell, fixes=fixes))
            elif upstream == position:
                message = f"step {step.name} is declared to come after itself"
                fixes = other_prev(prev, ())
                found.append(rules.SELF_PREV.at(message, cell=prev.cell, fixes=fixes))
            elif upstream > position:
                message = (
                    f"step {step.name} is declared to come after {prev.name}, which stands below it"
                )
                found.append(rules.FORWARD_PREV.at(message, cell=prev.cell))
            else:
                kept[upstream] = prev.cell
        edges.append(kept)
    return edges, found


def order_findings(graph: Graph, homes: Sequence[str]) -> Iterator[Diagnostic]:
    """Findings about the order of steps.

    Args:
        graph: the steps.
        homes: the cell of each step that has its tags.
    """
    lost = set()
    for finding, pairs in _lost_changes(graph, homes):
        lost |= pairs
        yield finding
    yield from _outside(graph, lost, homes)
    yield from _interleaved(graph)
    yield from _displays(graph)


def _displays(graph: Graph) -> Iterator[Diagnostic]:
    """Displays that another step's cell shows."""
    shown: dict[str, tuple[Record, Effect]] = {}
    for record in (graph.resolution.base, *graph.resolution.steps):
        mine: dict[str, tuple[Record, Effect]] = {}
        for effect in record.effects:
            if effect.kind is not EffectKind.DISPLAY:
                continue
            known = shown.get(effect.key) if effect.key or effect.key not in mine else None
            if known is not None and (effect.writes or effect.key):
                first, place = known[0], effect.place
                which = f"the display `{effect.key}`" if effect.key else "a display"
                message = (
                    f"step {record.name} updates {which}, which cell {known[1].place.cell} of"
                    f" {f'step {first.name}' if first.name else 'setup'} shows"
                )
                yield rules.DISPLAY_ELSEWHERE.at(message, cell=place.cell, line=place.line)
            elif not effect.writes:
                mine.setdefault(effect.key, (record, effect))
        shown = {**mine, **shown}


def _lost_changes(
    graph: Graph, homes: Sequence[str]
) -> Iterator[tuple[Diagnostic, set[tuple[int, int]]]]:
    """Steps that may run at the same time and change one object that a later step reads."""
    if not any(node.declared for node in graph.nodes):
        return
    resolution = graph.resolution
    told: set[tuple[str, int, int]] = set()
    for node in graph.nodes:
        for name, last in sorted(node.needs.items()):
            if not _keeps_older(resolution, last, name):
                continue
            before = graph.nodes[last].needs.get(name, -1)
            for other in resolution.binders.get(name, []):
                parallel = (
                    before < other < last
                    and node.ancestors >> other & 1
                    and not graph.nodes[last].ancestors >> other & 1
                )
                if parallel and (name, other, last) not in told:
                    told.add((name, other, last))
                    fix = put_after(homes[last], resolution.steps[other])
                    finding = _conflict(graph, node.record, name, other, last, fix)
                    yield finding, {(last, other)}


def _keeps_older(resolution: Resolution, step: int, name: str) -> bool:
    """Whether what a step hands on contains an older version."""
    record = resolution.steps[step]
    return name not in record.definite or name in record.reads or name in record.weak


def _conflict(
    graph: Graph, reader: Record, name: str, first: int, second: int, fix: Fix
) -> Diagnostic:
    resolution = graph.resolution
    one, two = resolution.steps[first], resolution.steps[second]
    at, place = resolution.bound(first, name).place, resolution.bound(second, name).place
    message = (
        f"steps {one.name} (cell {at.cell}) and {two.name} (cell {place.cell}) may run at the same"
        f" time and both change `{name}`, which step {reader.name} reads"
    )
    hint = (
        f"Tag step {two.name} with `prev:{one.name}`, or give each branch a copy of its own under"
        " another name."
    )
    return rules.CONFLICT.at(message, cell=place.cell, line=place.line, hint=hint, fixes=[fix])


def _outside(
    graph: Graph, lost: set[tuple[int, int]], homes: Sequence[str]
) -> Iterator[Diagnostic]:
    steps = graph.resolution.steps
    for problem in graph.problems:
        if problem.kind != "outside" or problem.read is None:
            continue
        newer, place = steps[problem.found.outside], problem.read.place
        if (problem.step, newer.index) in lost:
            continue
        at = graph.resolution.bound(newer.index, problem.name).place
        older = problem.found.place
        message = (
            f"`{problem.name}` was bound or changed last in cell {at.cell} (step {newer.name}), but"
            f" step {steps[problem.step].name} takes the older one"
            f" {f'of cell {older.cell}' if older else 'of setup'}, by its `prev:`"
        )
        reader = steps[problem.step].name
        hint = f"Tag step {reader} with `prev:{newer.name}` if it means the newer one."
        fix = put_after(homes[problem.step], newer)
        yield rules.OUTSIDE.at(message, cell=place.cell, line=place.line, hint=hint, fixes=[fix])


def _interleaved(graph: Graph) -> Iterator[Diagnostic]:
    """Cells of a step below another step that it exchanges values with."""
    steps = graph.resolution.steps
    everything = [e for r in (graph.resolution.base, *steps) for e in r.effects]
    seeded = {e.key for e in everything if e.kind is EffectKind.SEED}
    for record in steps:
        for other in steps[record.index + 1 :]:
            if other.first > record.last:
                break
            name = _exchanged(graph, record, other)
            if name is not None:
                message = (
                    f"step {record.name} goes on below step {other.name}, and `{name}` passes"
                    " between them in both directions"
                )
                cell = other.place_of(name) or graph.resolution.bound(record.index, name).place
                hint = f"Give the cells of step {record.name} below step {other.name} another name."
                yield rules.INTERLEAVED.at(message, cell=cell.cell, line=cell.line, hint=hint)
                continue
            effect = _between(record, other, seeded)
            if effect is None and graph.nodes[other.index].ancestors >> record.index & 1:
                effect = _after(record, other, seeded)
            if effect is not None:
                message = (
                    f"step {record.name} goes on below step {other.name}, and both have to do with"
                    f" {_what(effect)}"
                )
                hint = f"Give the cells of step {record.name} below step {other.name} another name."
                place = effect.place
                yield rules.INTERLEAVED.at(message, cell=place.cell, line=place.line, hint=hint)


def _between(record: Record, other: Record, seeded: set[str]) -> Effect | None:
    """What a step does beside names that cells of an earlier step, below it, make use of."""
    libraries = implied(record.modules)
    for effect in other.effects:
        later = [e for e in record.effects if e.place.index > effect.place.index]
        if effect.kind is EffectKind.SET:
            keys = {e.key for e in later if e.kind in {EffectKind.SET, EffectKind.USE}}
            goes_on = record.last > effect.place.index
            if effect.key in keys or (goes_on and effect.key in libraries):
                return effect
        elif effect.kind in _RANDOM and effect.key in seeded:
            drawn = [e for e in later if e.key == effect.key and e.kind in _RANDOM]
            if drawn and not (drawn[0].kind is EffectKind.SEED and drawn[0].firm):
                return effect
        elif effect.kind is EffectKind.FILE and effect.writes and not effect.picture:
            files = [e for e in later if e.kind is EffectKind.FILE and not e.folder]
            if any(e.listing or e.path == effect.path for e in files):
                return effect
    return None


def _after(record: Record, other: Record, seeded: set[str]) -> Effect | None:
    """What a step does beside names below a step that waits for it and is not to see that."""
    kinds = {EffectKind.SET, EffectKind.USE}
    for effect in record.effects:
        earlier = [e for e in other.effects if e.place.index < effect.place.index]
        if effect.kind is EffectKind.SET and effect.place.index > other.first:
            keys = {e.key for e in earlier if e.kind in kinds}
            if effect.key in keys or effect.key in implied(other.modules):
                return effect
        elif effect.kind in _RANDOM and effect.key in seeded:
            drawn = [e for e in earlier if e.key == effect.key and e.kind in _RANDOM]
            if drawn and not (drawn[0].kind is EffectKind.SEED and drawn[0].firm):
                return effect
        elif effect.kind is EffectKind.FILE and effect.writes and not effect.picture:
            files = [e for e in earlier if e.kind is EffectKind.FILE and e.reads]
            if any(e.listing or e.path == effect.path for e in files):
                return effect
    return None


def _what(effect: Effect) -> str:
    if effect.kind in _RANDOM:
        return f"the random state of {effect.key}"
    if effect.kind is EffectKind.FILE:
        return "files" if effect.path is None else f"the file {effect.path!r}"
    return f"the settings of {effect.key}"


def _exchanged(graph: Graph, record: Record, other: Record) -> str | None:
    places = {**other.weak, **{name: bound.place for name, bound in other.bound.items()}}
    for name, place in sorted(places.items()):
        if record.seen.get(name, -1) > place.index and not _rebound(record, name, place.index):
            return name
    node = graph.nodes[other.index]
    for name, upstream in sorted(node.needs.items()):
        read = other.reads.get(name)
        place = graph.resolution.bound(upstream, name).place
        if upstream == record.index and read is not None and place.index > read.place.index:
            return name
    return None


def _rebound(record: Record, name: str, index: int) -> bool:
    """Whether a step makes the name anew below a cell, before it reads it there."""
    bound = record.bound.get(name)
    return bound is not None and bound.anew > index
