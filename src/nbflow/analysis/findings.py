"""What is wrong with names: undefined, bound too late, not to be followed, unable to cross."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nbflow.analysis import rules
from nbflow.analysis.effects import PRINTS
from nbflow.analysis.fixes import respelt
from nbflow.analysis.namespaces import BUILTINS
from nbflow.analysis.records import EffectKind
from nbflow.analysis.resolution import Origin
from nbflow.analysis.values import IMMUTABLE, ITERATORS, STUCK, Kind
from nbflow.model import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbflow.analysis.graph import Graph, Node, Problem
    from nbflow.analysis.records import Place, Record
    from nbflow.analysis.source import Code
    from nbflow.model import Diagnostic, Document

_ALIKE = 0.8
"""Names of variables are short, and many are near others; a guess is to be right."""
_NAMESPACES = frozenset({"globals()", "locals()", "vars()", "get_ipython().user_ns"})

__all__ = ["cache_findings", "name_findings", "setup_findings", "syntax_findings"]


def syntax_findings(codes: Mapping[str, Code]) -> Iterator[Diagnostic]:
    """Cells that are not Python."""
    for cell, code in codes.items():
        if code.tree is None:
            yield rules.SYNTAX.at(f"syntax error: {code.message}", cell=cell, line=code.line)


def name_findings(graph: Graph, document: Document) -> Iterator[Diagnostic]:
    """Findings about the names of steps."""
    for problem in graph.problems:
        yield from _problem(graph, problem, document)
    told: set[tuple[str, int]] = set()  # a class that is changed is told of once for each change
    for node in graph.nodes:
        yield from record_findings(node.record, alone=len(graph.nodes) == 1)
        yield from _namespaces(graph, node.record)
        yield from _metrics(graph, node)
        yield from _crossing(graph, node, told)


def record_findings(record: Record, *, alone: bool = False) -> Iterator[Diagnostic]:
    """Findings about one step; where it is the only one, nothing can be missing in another."""
    for place, name in record.history:
        message = f"`{name}` is the kernel's output history, which differs in every step"
        yield rules.HISTORY.at(message, cell=place.cell, line=place.line)
    for place, what in record.wild if not alone else ():
        if what.startswith("%%"):
            message = f"the cell magic `{what}` is not known here; its cell is not analysed"
            yield rules.MAGIC.at(message, cell=place.cell, line=place.line)
        elif (
            what and not what.startswith("from ") and (what not in _NAMESPACES or record.index < 1)
        ):
            message = f"`{what}` cannot be followed: names that it reads or binds may be missing"
            yield rules.DYNAMIC.at(message, cell=place.cell, line=place.line)
    for effect in record.effects:
        if effect.kind is EffectKind.INSTALL:
            message = "packages are installed while the pipeline runs"
            yield rules.INSTALLS.at(message, cell=effect.place.cell, line=effect.place.line)


def _namespaces(graph: Graph, record: Record) -> Iterator[Diagnostic]:
    """A step hands on all of its names, and has not all of those above it."""
    before = graph.resolution.steps[: max(record.index, 0)]
    for place, what in record.wild:
        if what not in _NAMESPACES:
            continue
        lacking = [
            (bound.definition is not None, step.index, name)
            for step in before
            for name, bound in step.bound.items()
            if name not in record.reads and name not in record.definite
        ]
        if not lacking:
            continue
        _, index, name = min(lacking)
        other = graph.resolution.steps[index]
        message = (
            f"`{what}` hands on all names at once, and step {record.name} may lack some: `{name}`"
            f" is of step {other.name} (cell {other.bound[name].place.cell})"
        )
        yield rules.NAMESPACE.at(message, cell=place.cell, line=place.line)


def _problem(graph: Graph, problem: Problem, document: Document) -> Iterator[Diagnostic]:
    steps = graph.resolution.steps
    record, name = steps[problem.step], problem.name
    if problem.kind == "missing":
        yield from _missing(graph, problem, document)
    elif problem.kind == "deleted" and problem.read is not None:
        place, gone = problem.read.place, problem.found.place
        where = gone.cell if gone else ""
        message = f"`{name}` is deleted in cell {where} before step {record.name} reads it"
        yield rules.DELETED.at(message, cell=place.cell, line=place.line)
    elif problem.kind == "changed" and problem.place is not None:
        place = problem.place
        message = (
            f"`{problem.via}` reads `{name}` when it is defined, and step {record.name} uses it"
            f" after `{name}` was bound or changed again"
        )
        yield rules.DEFINITION_CHANGED.at(message, cell=place.cell, line=place.line)


def _missing(graph: Graph, problem: Problem, document: Document) -> Iterator[Diagnostic]:
    steps = graph.resolution.steps
    record, name, read = steps[problem.step], problem.name, problem.read
    if read is None or _is_wild(graph, record, read.place):
        return
    bound = record.bound.get(name)
    place = read.place
    gone = record.deleted.get(name)
    gone = gone if gone is not None and gone < place else None
    if bound is not None and 0 <= bound.first <= read.statement and gone is None:
        return
    if record.metrics.get(name) == place.cell:
        return  # said of the metric
    if read.late and bound is not None and bound.fresh is not None and gone is None:
        return  # a lambda that is called once the name is bound
    by = f" (read by `{read.via}`)" if read.via and read.via != name else ""
    later = graph.resolution.later(name, problem.step)
    if gone is not None:
        message = f"`{name}` is deleted in cell {gone.cell} before it is read{by}"
        yield rules.DELETED.at(message, cell=place.cell, line=place.line)
    elif bound is not None and bound.first >= 0 and bound.fresh is not None:
        message = f"`{name}` is read{by} before cell {bound.fresh.cell} of its step binds it"
        yield rules.BOUND_LATER.at(message, cell=place.cell, line=place.line)
    elif later >= 0:
        other = steps[later]
        cell = (other.bound[name].fresh or other.bound[name].place).cell
        message = (
            f"`{name}` is read{by} in step {record.name}, but bound only later, in cell {cell}"
            f" of step {other.name}"
        )
        yield rules.BOUND_LATER.at(message, cell=place.cell, line=place.line)
    else:
        message = f"`{name}` is not defined: step {record.name} reads it{by}, and nothing binds it"
        meant = _meant(graph, problem)
        hint = f"Did you mean `{meant}`? {rules.UNDEFINED.fix}" if meant else None
        fixes = respelt(place, name, meant, document) if meant else ()
        yield rules.UNDEFINED.at(message, cell=place.cell, line=place.line, hint=hint, fixes=fixes)


def _meant(graph: Graph, problem: Problem) -> str | None:
    """The name that is bound by then, in an earlier step or in this one, and is nearly the same."""
    resolution = graph.resolution
    before = (resolution.base, *resolution.steps[: problem.step + 1])
    known = {name for record in before for name in record.bound}
    return nearest(problem.name, {*known, *resolution.parameters}, alike=_ALIKE)


def _is_wild(graph: Graph, record: Record, place: Place) -> bool:
    """Whether code that cannot be followed may have bound any name before."""
    if graph.resolution.base.wild:
        return True
    if any(at <= place for at, _ in record.wild):
        return True
    return any(other.wild for other in graph.resolution.steps[: max(record.index, 0)])


def _metrics(graph: Graph, node: Node) -> Iterator[Diagnostic]:
    record = node.record
    for name, cell in record.metrics.items():
        if name in record.bound and name not in record.deleted:
            continue
        found = graph.resolution.find(name, record.index)
        if found.origin in {Origin.NOWHERE, Origin.DELETED}:
            message = f"the metric `{name}` has no value when step {record.name} ends"
            yield rules.METRIC.at(message, cell=cell)


def _crossing(graph: Graph, node: Node, told: set[tuple[str, int]]) -> Iterator[Diagnostic]:
    record = node.record
    for name, upstream in sorted(node.needs.items()):
        bound = graph.resolution.bound(upstream, name)
        value, made = bound.value, bound.fresh or bound.place
        read = record.reads.get(name)
        place = read.place if read is not None else bound.place
        other = graph.resolution.steps[upstream].name
        where = f"step {record.name} takes `{name}` from step {other} (cell {made.cell})"
        if value.kind in STUCK:
            hint = _way_out(name, value.kind)
            message = f"{where}, but {value.kind} cannot leave its process"
            yield rules.UNCROSSABLE.at(message, cell=place.cell, line=place.line, hint=hint)
        elif value.kind in ITERATORS:
            hint = f"Keep its items: `{name} = list(...)` in cell {made.cell}."
            if "itertools" in value.modules:  # such as `count()`, which never ends
                hint = f"Keep the cells that use `{name}` in one step with cell {made.cell}."
            message = f"{where}, but {value.kind} cannot leave its process"
            yield rules.ITERATOR.at(message, cell=place.cell, line=place.line, hint=hint)
        elif anew := [n for n in sorted(value.carries) if _is_hidden_anew(graph, n)]:
            message = f"{where}: its class `{anew[0]}` is another one by then"
            yield rules.CLASS_CHANGED.at(message, cell=place.cell, line=place.line)
        elif _is_class(graph, value.defs) and (name, upstream) not in told:
            told.add((name, upstream))
            message = f"{where}: a class that is made by code which must not run twice"
            yield rules.CLASS_CHANGED.at(message, cell=place.cell, line=place.line)
    for name, upstream in sorted(node.states.items()):
        changed = graph.resolution.steps[upstream]
        value = graph.resolution.notebook.env.get(name, IMMUTABLE)
        if _is_carried(graph, value.defs) or (name, upstream) in told:
            continue
        told.add((name, upstream))
        place, at = record.place_of_use(name), changed.states[name]
        message = (
            f"step {record.name} uses the class `{name}`, which step {changed.name} changes"
            f" (cell {at.cell}): such a class cannot be carried"
        )
        yield rules.CLASS_CHANGED.at(message, cell=place.cell, line=place.line)


def _is_hidden_anew(graph: Graph, name: str) -> bool:
    """Whether a class with a metaclass, an enumeration for one, is defined more than once."""
    notebook = graph.resolution.notebook
    defs = notebook.env.get(name, IMMUTABLE).defs
    return notebook.bindings[name] > 1 and not _is_carried(graph, defs)


def _is_carried(graph: Graph, defs: frozenset[int]) -> bool:
    return all(graph.resolution.notebook.sources[number].plain for number in defs)


def _way_out(name: str, kind: Kind) -> str:
    if kind is Kind.MAPPED:
        return f"Open the file of `{name}` again in the step that reads it, or in a `setup` cell."
    if kind is Kind.DISPLAY:
        return f"Show and update `{name}` in one step, or show what is new in a display of its own."
    if kind is Kind.FILE:
        return f"Close `{name}` in its step, and open the file again in the step that reads it."
    return f"Make `{name}` in a `setup` cell, which runs in every step."


def _is_class(graph: Graph, defs: frozenset[int]) -> bool:
    sources = graph.resolution.notebook.sources
    return any(isinstance(sources[number].node, ast.ClassDef) for number in defs)


def cache_findings(graph: Graph) -> Iterator[Diagnostic]:
    """Functions with a cache that several steps use, where computing again is not the same."""
    before: dict[str, tuple[str, str]] = {}
    told: set[str] = set()
    for record in graph.resolution.steps:
        mine: dict[str, str] = {}
        for effect in record.effects:
            if effect.kind is not EffectKind.CACHE:
                continue
            name, why = effect.key, effect.path or ""
            mine[name] = _worse(mine.get(name, ""), why)
            if name not in before or name in told:
                continue
            step, reason = before[name]
            reason = reason if effect.writes else _worse(reason, why)
            if reason and not effect.writes:
                told.add(name)
                rule = rules.CACHED_OUTPUT if reason == PRINTS else rules.CACHED
                doing = reason if reason.startswith("its ") else f"it {reason}"
                message = (
                    f"`{name}` has a cache, which does not leave step {step}: step {record.name}"
                    f" computes again, and {doing}"
                )
                yield rule.at(message, cell=effect.place.cell, line=effect.place.line)
        for name, why in mine.items():
            step, reason = before.get(name, (record.name, ""))
            before[name] = step, _worse(reason, why)


def _worse(first: str, second: str) -> str:
    return first if first not in {"", PRINTS} else second or first


def setup_findings(graph: Graph) -> Iterator[Diagnostic]:
    """Findings about the cells that run in every step."""
    base, steps = graph.resolution.base, graph.resolution.steps
    yield from record_findings(base, alone=len(steps) == 1)
    for name, read in sorted(base.reads.items(), key=lambda item: (item[1].place, item[0])):
        bound = base.bound.get(name)
        known = bound is not None and 0 <= bound.first <= read.statement
        if known or read.soft or name in graph.resolution.parameters:
            continue
        if graph.resolution.notebook.env.get(name) is None and _is_builtin(name):
            continue
        if any(at <= read.place for at, _ in base.wild):
            continue
        place = read.place
        binder = next((r for r in steps if r.bound.get(name) and r.bound[name].first >= 0), None)
        if bound is not None and bound.fresh is not None:
            message = f"`{name}` is read before cell {bound.fresh.cell} binds it"
            yield rules.BOUND_LATER.at(message, cell=place.cell, line=place.line)
        elif binder is not None:
            cell = binder.bound[name].place.cell
            message = (
                f"this setup cell reads `{name}`, which step {binder.name} computes (cell {cell})"
            )
            yield rules.SETUP_READS.at(message, cell=place.cell, line=place.line)
        elif not _is_builtin(name):
            message = f"`{name}` is not defined: nothing binds it"
            yield rules.UNDEFINED.at(message, cell=place.cell, line=place.line)
    yield from _setup_effects(base)


def _is_builtin(name: str) -> bool:
    return name in BUILTINS


def _setup_effects(base: Record) -> Iterator[Diagnostic]:
    seeded: set[str] = set()
    for effect in base.effects:
        what = ""
        if effect.kind is EffectKind.SEED:
            seeded.add(effect.key)
        elif effect.kind is EffectKind.DRAW and effect.key not in seeded:
            what = f"draws unseeded random numbers ({effect.key})"
        elif effect.kind is EffectKind.FILE and effect.writes and not effect.folder | effect.reads:
            # What is both read and written is a database that is opened, as NB501 advises.
            what = f"writes {effect.path or 'a file'}"
        elif effect.kind is EffectKind.WORLD:
            what = f"changes something outside ({effect.key})"
        if what:
            message = f"this cell runs in every step, and {what}"
            yield rules.SETUP_EFFECT.at(message, cell=effect.place.cell, line=effect.place.line)
