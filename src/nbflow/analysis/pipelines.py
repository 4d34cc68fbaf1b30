"""The whole analysis: an outline becomes a pipeline."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from nbflow.analysis import rules
from nbflow.analysis.asking import asking_findings
from nbflow.analysis.conflicts import declared_edges, order_findings
from nbflow.analysis.files import is_picture
from nbflow.analysis.findings import cache_findings, name_findings, setup_findings, syntax_findings
from nbflow.analysis.graph import Graph, Node
from nbflow.analysis.layout import Layout, lay_out
from nbflow.analysis.order import is_seeded, order
from nbflow.analysis.records import Effect, EffectKind, Record
from nbflow.analysis.resolution import Resolution
from nbflow.analysis.source import Code, parse_cell
from nbflow.analysis.walk import Walk
from nbflow.model import (
    Cell,
    Definition,
    Diagnostic,
    Edge,
    FileUse,
    Need,
    Outline,
    Pipeline,
    Reason,
    ReasonKind,
    Role,
    Step,
    StepOutline,
    in_notebook_order,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["analyse"]


def analyse(outline: Outline) -> Pipeline:
    """Find out what each step needs of which other step, and why.

    Pure: reads nothing but the outline. What is wrong with the notebook is part of the answer.
    """
    if outline.document.language != "python":
        return _untouched(outline)
    codes = _parsed(outline)
    layout = lay_out(outline, codes)
    base, records = _walked(outline, layout, codes)
    declared, found = declared_edges(layout.steps)
    resolution = Resolution(
        base[1].notebook,
        base[0],
        records,
        parameters=layout.given,
        declares=any(declared),
    )
    graph = Graph(resolution, order(base[0], records), declared, behind=base[1].behind)
    found += syntax_findings(codes)
    found += setup_findings(graph)
    found += name_findings(graph, outline.document)
    found += order_findings(graph, [step.cells[0] for step in layout.steps])
    found += cache_findings(graph)
    found += asking_findings(base[0], records, outline.document)
    steps = tuple(
        _step(step, node, graph) for step, node in zip(layout.steps, graph.nodes, strict=True)
    )
    return _pipeline(
        outline,
        layout,
        steps,
        files=_files(base[0], records) + _by_default(outline, layout, codes, base[0], records),
        modules=_modules(codes),
        seeded=is_seeded([base[0], *records]),
        found=found,
    )


def _parsed(outline: Outline) -> dict[str, Code]:
    left_out = {Role.SKIP, Role.TEXT}
    return {
        cell.id: parse_cell(cell.source)
        for cell in outline.document.cells
        if cell.kind == "code" and outline.roles.get(cell.id, Role.TEXT) not in left_out
    }


def _walked(
    outline: Outline, layout: Layout, codes: Mapping[str, Code], *, opaque: bool = True
) -> tuple[tuple[Record, Walk], list[Record]]:
    names = {parameter.name for parameter in outline.parameters if opaque}
    walk = Walk(names, beside=outline.beside)
    everywhere = set(layout.parameter_cells) | set(layout.setup)
    cells = [cell for cell in outline.document.cells if cell.id in everywhere]
    base = walk.step("", _with_code(cells, codes), index=-1)
    records = []
    for index, step in enumerate(layout.steps):
        mine = [outline.document.by_id[cell] for cell in step.cells]
        owned = [metric for metric in outline.metrics if metric[1] in set(step.cells)]
        record = walk.step(step.name, _with_code(mine, codes), index=index, metrics=owned)
        _forget_parameters(outline, layout, record)
        records.append(record)
    return (base, walk), records


def _with_code(cells: Iterable[Cell], codes: Mapping[str, Code]) -> list[tuple[Cell, Code]]:
    return [(cell, codes[cell.id]) for cell in cells if cell.id in codes]


def _forget_parameters(outline: Outline, layout: Layout, record: Record) -> None:
    """Parameters that `start` binds are given to every step all the same."""
    for name in sorted(layout.given & record.bound.keys()):
        if outline.roles.get(record.bound[name].place.cell) is Role.PARAMETERS:
            del record.bound[name]
            record.reads.setdefault(name, record.own_read())


def _step(outline: StepOutline, node: Node, graph: Graph) -> Step:
    names = [other.record.name for other in graph.nodes]
    record = node.record
    edges = []
    for upstream, reasons in sorted(node.links.items()):
        kinds: dict[ReasonKind, list[str]] = {}
        for kind, name in sorted(reasons):
            kinds.setdefault(kind, []).append(name)
        because = tuple(sorted(Reason(kind, tuple(held)) for kind, held in kinds.items()))
        edges.append(Edge(names[upstream], because))
    travels = [node.travels[number] for number in sorted(node.travels)]
    active = {name for name in record.weak if name in graph.resolution.extra[record.index]}
    binds = {name for name in record.bound.keys() | active if name not in record.deleted}
    return Step(
        name=outline.name,
        cells=outline.cells,
        edges=tuple(edges),
        needs=tuple(Need(name, names[step]) for name, step in sorted(node.needs.items())),
        saves=tuple(sorted(node.saves)),
        binds=tuple(sorted(name for name in binds if not _is_definition(record, name))),
        definitions=tuple(
            Definition(s.names, s.text, s.place.cell, s.place.line, needs=tuple(sorted(wanted)))
            for s, wanted in travels
        ),
        reads_parameters=tuple(sorted(node.parameters)),
        metrics=tuple(sorted(record.metrics)),
        options=outline.options,
        declared=outline.prevs,
        notebook=outline.notebook,
    )


def _is_definition(record: Record, name: str) -> bool:
    bound = record.bound.get(name)
    definition = bound.definition if bound is not None else None
    return name.startswith("_nbflow_") or (definition is not None and not definition.constant)


def _files(base: Record, records: Sequence[Record]) -> tuple[FileUse, ...]:
    uses: dict[tuple[str, str, int, bool], FileUse] = {}
    unknown: set[bool] = set()  # files of unknown paths were written: pictures, other files
    for record in [base, *records]:
        for effect in record.effects:
            path, place = effect.path or effect.listed, effect.place
            if effect.kind is not EffectKind.FILE:
                continue
            if path is None:
                unknown |= {effect.picture} if effect.writes else set()
            elif "://" not in path:
                key = (path, place.cell, place.line, effect.listing)
                made = False in unknown or (bool(unknown) and is_picture(path))
                uses[key] = _file_use(effect, path, record.name, uses.get(key), made=made)
    return tuple(uses.values())


def _by_default(
    outline: Outline,
    layout: Layout,
    codes: Mapping[str, Code],
    base: Record,
    records: Sequence[Record],
) -> tuple[FileUse, ...]:
    """Files that are read where the parameters have their defaults: another run may not."""
    if not any(p.computed or isinstance(p.default, str) for p in outline.parameters):
        return ()
    if not any(_is_open(record) for record in (base, *records)):
        return ()
    known = {(use.path, use.cell, use.line) for use in _files(base, records)}
    (given, _), steps = _walked(outline, layout, codes, opaque=False)
    more = [use for use in _files(given, steps) if (use.path, use.cell, use.line) not in known]
    return tuple(replace(use, optional=use.reads) for use in more)


def _is_open(record: Record) -> bool:
    """Whether it uses a file whose path another run may give, or code that is not followed."""
    files = [effect for effect in record.effects if effect.kind is EffectKind.FILE]
    return bool(record.wild) or any((e.path or e.listed) is None for e in files)


def _file_use(
    effect: Effect, path: str, step: str, known: FileUse | None, *, made: bool
) -> FileUse:
    """A use of a file, united with another one in the same line."""
    both = known or FileUse("", "", 0, None, reads=False, writes=False, folder=True)
    return FileUse(
        path,
        effect.place.cell,
        effect.place.line,
        step or None,
        reads=effect.reads or both.reads,
        writes=effect.writes or both.writes,
        folder=effect.folder and both.folder,
        listing=effect.listing,
        optional=effect.optional or both.optional or made,
    )


def _modules(codes: Mapping[str, Code]) -> tuple[str, ...]:
    found: set[str] = set()
    trees = [code.tree for code in codes.values() if code.tree and "import" in code.text]
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return tuple(sorted(found - {"__future__"}))


def _pipeline(
    outline: Outline,
    layout: Layout,
    steps: tuple[Step, ...],
    *,
    files: tuple[FileUse, ...] = (),
    modules: tuple[str, ...] = (),
    seeded: bool = False,
    found: list[Diagnostic],
) -> Pipeline:
    everything = [*outline.diagnostics, *found]
    return Pipeline(
        name=outline.name,
        document=outline.document,
        options=outline.options,
        parameters=outline.parameters,
        parameter_cells=layout.parameter_cells,
        setup=layout.setup,
        steps=steps,
        files=files,
        modules=modules,
        seeded=seeded,
        diagnostics=in_notebook_order(everything, document=outline.document),
    )


def _untouched(outline: Outline) -> Pipeline:
    """A notebook in another language: its declared edges are all there is."""
    leading = outline.cells(Role.LEADING)
    layout = Layout(
        outline.cells(Role.PARAMETERS),
        tuple(
            cell.id
            for cell in outline.document.cells
            if cell.id in {*outline.cells(Role.SETUP), *leading}
        ),
        outline.steps,
        frozenset(),
    )
    declared, found = declared_edges(outline.steps)
    steps: list[Step] = []
    for step, edges in zip(outline.steps, declared, strict=True):
        reason = (Reason(ReasonKind.DECLARED, (step.name,)),)
        upstream = tuple(Edge(outline.steps[index].name, reason) for index in sorted(edges))
        steps.append(
            Step(
                name=step.name,
                cells=step.cells,
                edges=upstream,
                options=step.options,
                declared=step.prevs,
                notebook=step.notebook,
            )
        )
    if len(steps) > 1:
        message = (
            f"the notebook is {outline.document.language}, not Python: no variables are passed"
            " between its steps"
        )
        found.append(rules.LANGUAGE.at(message, cell=steps[1].cells[0] if steps[1].cells else None))
    for step in outline.steps[1:]:
        if not step.prevs:
            message = f"step {step.name} declares no `prev:`, and its code is not analysed"
            cell = step.cells[0] if step.cells else None
            found.append(rules.NO_PREV.at(message, cell=cell))
    return _pipeline(outline, layout, tuple(steps), found=found)
